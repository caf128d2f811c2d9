"""Evidence tells nobody what they may not see: not as a fact, a count, a name or an order."""

import json
from typing import Any

import pytest

from models import clock, familiarity, sql
from models.audience import FieldAudience
from tests import facts
from tests.people import people
from tests.schema.acts import connect, mem, sent
from tests.schema.conftest import Ask

EVIDENCE = "evidence { kind confirmed text members { handle } }"
QUERY = f"""query ($id: ID!) {{ node(id: $id) {{ ... on Member {{ {EVIDENCE} }} }}
  viewer {{ receivedRequests {{ nodes {{ id {EVIDENCE} }} }}
    sentRequests {{ nodes {{ id {EVIDENCE} }} }} lessFamiliarCount }} }}"""

AUDIENCES = {"EVERYONE": 1, "MEMBERS": 1, "MUTUAL": 1, "CONNECTIONS": 0, "NOBODY": 0}


async def read(ask: Ask, who: int, other: int) -> dict[str, Any]:
    """All evidence that a member reads of another: on their page and on every request."""
    return await ask(who, QUERY, id=mem(other))


def facts_in(found: dict[str, Any]) -> list[str]:
    nodes = [found["node"] or {"evidence": []}]
    for name in ("receivedRequests", "sentRequests"):
        nodes += found["viewer"][name]["nodes"]
    return sorted(fact["kind"] for node in nodes for fact in node["evidence"])


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_a_hidden_list_gives_no_mutual_connection(ask: Ask, audience: str) -> None:
    ada, ben, hugo = await people("ada", "ben", "hugo")
    await connect(ask, ada, hugo)
    await connect(ask, ben, hugo)
    await sql.change("UPDATE member SET connections_audience = $2 WHERE id = $1", ada, audience)
    await sent(ask, ada, ben)
    seen = AUDIENCES[audience]
    found = await read(ask, ben, ada)
    assert facts_in(found) == ["MUTUAL_CONNECTIONS"] * 2 * seen
    assert ("Hugo" in json.dumps(found)) is bool(seen)
    # Ada looks through Ben's list, which he shows.
    assert facts_in(await read(ask, ada, ben)) == ["MUTUAL_CONNECTIONS"] * 2


async def test_an_edge_that_is_not_listed_is_none(ask: Ask) -> None:
    ada, ben, hugo = await people("ada", "ben", "hugo")
    await connect(ask, ada, hugo)
    await connect(ask, ben, hugo)
    await sql.change(
        "UPDATE relationship SET shown = $3 WHERE owner_id = $1 AND other_id = $2", ada, hugo, False
    )
    await sent(ask, ada, ben)
    assert facts_in(await read(ask, ben, ada)) == []


@pytest.mark.parametrize("audience", list(FieldAudience))
async def test_a_hidden_career_is_no_fact_and_no_order(ask: Ask, audience: FieldAudience) -> None:
    ada, ben, cleo = await people("ada", "ben", "cleo")
    mine, _ = await facts.both_worked(ada, ben)
    await sql.change("UPDATE career_entry SET audience = $2 WHERE id = $1", mine, int(audience))
    first = await sent(ask, ada, ben)
    second = await sent(ask, cleo, ben)
    found = await read(ask, ben, ada)
    shown = audience <= FieldAudience.MEMBERS
    assert facts_in(found) == ["SAME_EMPLOYER"] * 2 * shown
    order = [node["id"] for node in found["viewer"]["receivedRequests"]["nodes"]]
    assert order == ([first, second] if shown else [second, first])
    assert found["viewer"]["lessFamiliarCount"] == (1 if shown else 2)


async def test_who_is_not_visible_any_more_leaves_no_facts(ask: Ask) -> None:
    ada, ben, hugo = await people("ada", "ben", "hugo")
    await facts.both_worked(ada, ben)
    await connect(ask, ada, hugo)
    await connect(ask, ben, hugo)
    await sent(ask, ada, ben, basis="WORKED_TOGETHER")
    await sql.change("UPDATE member SET profile_audience = 'CONNECTIONS' WHERE id = $1", ben)
    found = await read(ask, ada, ben)
    assert found["node"] is None
    [request] = found["viewer"]["sentRequests"]["nodes"]
    [own] = request["evidence"]
    assert (own["text"], own["confirmed"]) == ("You say you worked together", False)


async def test_an_introduction_is_silent_until_it_has_made_a_connection(ask: Ask) -> None:
    clock.freeze()
    ada, ben, hugo = await people("ada", "ben", "hugo")
    await sent(ask, ada, ben)
    before = await read(ask, ada, ben)
    for states in (
        ("PENDING", "PENDING", "NONE"),
        ("PENDING", "REFUSED", "NONE"),
        ("PENDING", "FORWARDED", "PENDING"),
        ("PENDING", "FORWARDED", "DECLINED"),
    ):
        key = await facts.introduction(ada, hugo, ben, *states)
        await familiarity.refresh()
        assert json.dumps(await read(ask, ada, ben)) == json.dumps(before), states
        forwarded = states[1] == "FORWARDED"
        assert facts_in(await read(ask, ben, ada)) == ["INTRODUCED_BY"] * 2 * forwarded
        await sql.change("DELETE FROM introduction WHERE id = $1", key)


async def test_a_recipients_codes_tell_the_sender_nothing(ask: Ask) -> None:
    clock.freeze()
    ada, ben = await people("ada", "ben")
    await sent(ask, ada, ben, metEvent="Bridge Days")
    before = json.dumps(await read(ask, ada, ben))
    await facts.code(ben, "Bridge Days")
    await familiarity.refresh()
    assert json.dumps(await read(ask, ada, ben)) == before
    assert "SAME_EVENT" in facts_in(await read(ask, ben, ada))
    await facts.code(ada, "Bridge Days")  # ben reads it as confirmed now, ada not at all
    assert json.dumps(await read(ask, ada, ben)) == before
