"""Evidence through the schema: on both sides of a request, of a member, and what it costs."""

import json
from typing import Any

from models import clock, familiarity, ids, sql
from models.audience import FieldAudience
from models.token import Scope
from tests import facts
from tests.examples.guides import ROOT, blocks
from tests.models.counting import statements
from tests.people import people, person
from tests.schema.acts import code, connect, done, mem, send, sent
from tests.schema.conftest import Ask
from tests.schema.test_statements import count

EVIDENCE = "evidence { kind confirmed text members { handle name headline } }"
LIST = f"""query ($which: Familiarity, $after: Cursor, $first: Int = 20) {{ viewer {{
  waitingCount lessFamiliarCount
  receivedRequests(familiarity: $which, first: $first, after: $after) {{
    nodes {{ id sender {{ handle }} {EVIDENCE} }} pageInfo {{ endCursor hasNextPage }} }} }} }}"""
ONE = f"query ($id: ID!) {{ node(id: $id) {{ ... on ConnectionRequest {{ {EVIDENCE} }} }} }}"
OF_MEMBER = f"query ($handle: String!) {{ member(handle: $handle) {{ {EVIDENCE} }} }}"


async def on(ask: Ask, who: int | None, request: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask(who, ONE, id=request))["node"]["evidence"]
    return found


async def test_each_side_reads_its_own(ask: Ask) -> None:
    ada, ben, hugo = await people("ada", "ben", "hugo")
    await connect(ask, ada, hugo)
    await connect(ask, ben, hugo)
    entries = await facts.both_worked(ada, ben)
    request = await sent(ask, ada, ben, basis="INTRODUCED")
    worked = {
        "kind": "SAME_EMPLOYER",
        "confirmed": True,
        "text": "You both worked at Larch & Span, 2014–2018",
        "members": [],
    }
    mutual = {
        "kind": "MUTUAL_CONNECTIONS",
        "confirmed": True,
        "text": "1 mutual connection: Hugo",
        "members": [{"handle": "hugo", "name": "Hugo", "headline": ""}],
    }
    claim = {"kind": "INTRODUCED_BY", "confirmed": False, "members": []}
    said = {**claim, "text": "Ada says you were introduced"}
    assert await on(ask, ben, request) == [worked, mutual, said]
    said = {**claim, "text": "You say you were introduced"}
    assert await on(ask, ada, request) == [worked, mutual, said]
    await sql.change(
        "UPDATE career_entry SET audience = $2 WHERE id = $1",
        entries[1],
        int(FieldAudience.ONLY_ME),
    )
    assert worked not in await on(ask, ada, request)
    assert worked in await on(ask, ben, request)


async def test_the_guide_says_what_is_answered(ask: Ask) -> None:
    ada, ben, hugo, stranger = await people("ada", "ben", "hugo", "stranger")
    await connect(ask, ada, hugo)
    await connect(ask, ben, hugo)
    await facts.both_worked(ada, ben)
    await sent(ask, ada, ben, basis="INTRODUCED")
    await sent(ask, stranger, ben)
    query, answer = (b.code for b in blocks(ROOT / "docs" / "api" / "evidence.md"))
    assert await ask(ben, query) == json.loads(answer)


async def test_of_any_member(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    await facts.both_worked(ada, ben)
    for viewer, handle, number in ((ada, "ben", 1), (ada, "ada", 0), (None, "ben", None)):
        member = (await ask(viewer, OF_MEMBER, handle=handle))["member"]
        if number is None:
            assert member is None or member["evidence"] == []
        else:
            assert len(member["evidence"]) == number


async def test_it_is_part_of_the_network(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    request = await sent(ask, ada, ben)
    few = frozenset({Scope.REQUESTS_READ, Scope.PROFILE_READ})
    result = await ask(ada, ONE, id=request, scopes=few, errors=True)
    assert code(result) == "FORBIDDEN_SCOPE"
    result = await ask(ada, OF_MEMBER, handle="ben", scopes=few, errors=True)
    assert code(result) == "FORBIDDEN_SCOPE"


async def test_a_page_of_a_hundred_is_one_statement_more(ask: Ask) -> None:
    ada, *others = await people("ada", *(f"other-{n}" for n in range(100)))
    for other in others:
        await sent(ask, other, ada, basis="WORKED_TOGETHER")
    friend = await person("friend")
    await connect(ask, ada, friend)
    for other in others[:40]:
        await connect(ask, other, friend)
    query = """{ viewer { receivedRequests(first: %d) { nodes { id sender { handle } %s } } } }"""
    without = await count(ada, query % (100, ""))
    for first in (1, 100):
        seen = await count(ada, query % (first, EVIDENCE))
        assert len(seen) == len(without) + 1 == 2
    sent_ones = query.replace("received", "sent").replace("sender", "recipient")
    assert len(await count(others[0], sent_ones % (100, EVIDENCE))) == 2
    members = f"{{ members(first: 100) {{ nodes {{ handle {EVIDENCE} }} }} }}"
    assert len(await count(ada, members)) == 2


async def test_the_order_and_the_tabs(ask: Ask) -> None:
    clock.freeze()
    ada, ben, cleo, dora = await people("ada", "ben", "cleo", "dora")
    await facts.both_worked(ada, ben)
    for who in (ben, cleo, dora):
        await sent(ask, who, ada)
        clock.advance(hours=1)

    async def handles(which: str | None, **more: Any) -> list[str]:
        page = (await ask(ada, LIST, which=which or "ALL", **more))["viewer"]["receivedRequests"]
        return [node["sender"]["handle"] for node in page["nodes"]]

    assert await handles(None) == ["ben", "dora", "cleo"]
    assert await handles("KNOWN") == ["ben"]
    assert await handles("LOW") == ["dora", "cleo"]
    viewer = (await ask(ada, LIST))["viewer"]
    assert (viewer["waitingCount"], viewer["lessFamiliarCount"]) == (3, 2)
    first = (await ask(ada, LIST, first=1))["viewer"]["receivedRequests"]["pageInfo"]
    assert first["hasNextPage"]
    assert await handles(None, after=first["endCursor"]) == ["dora", "cleo"]


async def test_reading_back(ask: Ask) -> None:
    clock.freeze()
    ada, *others = await people("ada", "ben", "cleo", "dora")
    requests = []
    for other in others:
        requests.insert(0, await sent(ask, other, ada))
        clock.advance(hours=1)
    query = """query ($back: Cursor) { viewer { receivedRequests(first: 2, backFrom: $back) {
      edges { cursor node { id } } } } }"""
    page = (await ask(ada, LIST))["viewer"]["receivedRequests"]
    found = await ask(ada, query, back=page["pageInfo"]["endCursor"])
    nodes = [edge["node"]["id"] for edge in found["viewer"]["receivedRequests"]["edges"]]
    assert nodes == requests[:0:-1]


async def test_no_statement_says_how_familiar_somebody_is() -> None:
    """Only the recipient's own lists do: as an order, a choice and a count."""
    from tests.schema.selecting import SCHEMA

    telling = {
        f"{kind.name}.{name}"
        for kind in SCHEMA.type_map.values()
        for name in getattr(kind, "fields", {})
        if "amiliar" in name
    }
    assert telling == {"Viewer.lessFamiliarCount"}


async def test_a_sender_cannot_tell(ask: Ask) -> None:
    """Their request, its event and its payload are the same, known to the other or not."""
    clock.freeze()
    ada, ben, cleo = await people("ada", "ben", "cleo")
    # What Ben hides he knows all the same: Ada was his colleague.
    mine, theirs = await facts.both_worked(ada, ben)
    await sql.change(
        "UPDATE career_entry SET audience = $2 WHERE id = $1", theirs, int(FieldAudience.ONLY_ME)
    )

    async def both(which: str) -> list[str]:
        found = []
        for other, handle in ((ben, "ben"), (cleo, "cleo")):
            request = await sent(ask, ada, other, note="Hello")
            query = """query ($id: ID!) { node(id: $id) { ... on ConnectionRequest {
              state sentAt expiresAt changedAt nudgedAt evidence { text } } } }"""
            text = str(await ask(ada, query, id=request))
            text += str(await send(ask, ada, other))
            for word in (request, handle, handle.title(), mem(other)):
                text = text.replace(word, "OTHER")
            found.append(text)
            await done(ask, ada, "withdraw", request)
        return found

    one, other = await both("sent")
    assert one == other
    scores = await sql.rows("SELECT familiarity FROM connection_request ORDER BY id")
    assert [row["familiarity"] for row in scores] == [familiarity.EMPLOYER, 0]
    assert ids.encode(ids.MEMBER, ben) == mem(ben)
    assert mine != theirs


async def test_events_and_payloads_bring_it_in_one_statement(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    await facts.both_worked(ada, ben)
    await sent(ask, ada, ben)
    query = f"""{{ viewer {{ events(first: 10) {{ nodes {{ ... on RequestReceived {{
      request {{ {EVIDENCE} }} }} }} }} }} }}"""
    async with statements() as seen:
        [event] = (await ask(ben, query))["viewer"]["events"]["nodes"]
    assert event["request"]["evidence"][0]["kind"] == "SAME_EMPLOYER"
    assert sum("career_entry" in query for query in seen) == 1
