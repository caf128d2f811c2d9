"""Introductions through the schema: acts, refusals, lists, node, events and what they cost."""

from datetime import timedelta
from typing import Any

import pytest

from models import clock, ids, sql
from models.token import Scope
from tests.models.counting import statements
from tests.people import people, person
from tests.schema.acts import ERRORS, code, codes, connect, mem, sent
from tests.schema.conftest import Ask
from tests.schema.introducing import (
    INTRODUCTION,
    asked,
    forwarded,
    introduce,
    listed,
    perform,
    performed,
    three,
)
from tests.schema.test_statements import count


async def test_what_each_side_reads(ask: Ask) -> None:
    now = clock.freeze()
    ada, mia, ben = await three(ask)
    key = await asked(ask, ada, mia, ben)
    [ada_reads] = await listed(ask, ada, "ASKER")
    [mia_reads] = await listed(ask, mia, "INTRODUCER")
    assert await listed(ask, ben, "TARGET") == []
    assert (
        ada_reads
        | {
            "role": "INTRODUCER",
            "canForward": True,
        }
        == mia_reads
    )
    assert ada_reads == {
        "id": key,
        "role": "ASKER",
        "state": "PENDING",
        "asker": {"handle": "ada"},
        "introducer": {"handle": "mia"},
        "target": {"handle": "ben"},
        "askerName": "Ada",
        "introducerName": "Mia",
        "targetName": "Ben",
        "noteToIntroducer": "Please, Mia",
        "noteToTarget": "Hello Ben",
        "recommendation": None,
        "askedAt": now.isoformat(),
        "forwardedAt": None,
        "expiresAt": (now + timedelta(days=30)).isoformat(),
        "changedAt": None,
        "canForward": False,
        "request": None,
    }
    clock.advance(hours=1)
    await performed(ask, mia, "forward", key, recommendation="Meet her.")
    assert (await listed(ask, ada, "ASKER")) == [ada_reads], "the asker is not told"
    [ben_reads] = await listed(ask, ben, "TARGET")
    assert (ben_reads["role"], ben_reads["state"]) == ("TARGET", "PENDING")
    assert ben_reads["noteToIntroducer"] is None
    assert (ben_reads["noteToTarget"], ben_reads["recommendation"]) == ("Hello Ben", "Meet her.")
    assert ben_reads["forwardedAt"] == clock.now().isoformat()
    [mia_reads] = await listed(ask, mia, "INTRODUCER")
    assert (mia_reads["state"], mia_reads["canForward"]) == ("FORWARDED", False)
    payload = await perform(ask, ben, "accept", key, "relationship { member { handle } }")
    assert payload["relationship"] == {"member": {"handle": "ada"}}
    assert payload["introduction"]["state"] == "ACCEPTED"
    for who, role in ((ada, "ASKER"), (mia, "INTRODUCER"), (ben, "TARGET")):
        [reads] = await listed(ask, who, role)
        assert reads["state"] == "ACCEPTED"
        assert (reads["recommendation"] is None) is (who == ada), "the asker never reads it"
        basis = None if who == mia else {"basis": "INTRODUCED", "note": "Hello Ben"}
        assert reads["request"] == basis


async def test_every_act_and_its_repetition(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    key = await asked(ask, ada, mia, ben)
    for who, name, state, more in (
        (mia, "refuse", "REFUSED", {}),
        (mia, "undoRefuse", "PENDING", {}),
        (mia, "forward", "FORWARDED", {"recommendation": "Meet her."}),
        (ben, "decline", "DECLINED", {}),
        (ada, "withdraw", "WITHDRAWN", {}),
    ):
        for _ in range(2):
            assert (await performed(ask, who, name, key, **more))["state"] == state
    refused = await perform(ask, ben, "accept", key)
    assert (codes(refused), refused["introduction"]) == (["NOT_FOUND"], None)
    assert refused["userErrors"][0]["field"] == ["introductionId"]


async def test_what_an_introducer_refused_is_passed_on_while_it_is_open(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    key = await asked(ask, ada, mia, ben)
    assert (await performed(ask, mia, "refuse", key))["canForward"]
    await performed(ask, ada, "withdraw", key)
    [reads] = await listed(ask, mia, "INTRODUCER")
    assert (reads["state"], reads["canForward"]) == ("REFUSED", False)
    late = await perform(ask, mia, "forward", key, recommendation="Meet her.")
    assert codes(late) == ["NOT_OPEN"]
    assert not late["introduction"]["canForward"]


async def test_refusals_carry_what_they_are_about(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    key = await asked(ask, ada, mia, ben)
    again = await introduce(ask, ada, mia, ben)
    assert (codes(again), again["introduction"]["id"]) == (["INTRODUCTION_OPEN"], key)
    await performed(ask, ada, "withdraw", key)
    request = await sent(ask, ada, ben)
    open_ = await introduce(ask, ada, mia, ben)
    assert (codes(open_), open_["request"], open_["introduction"]) == (
        ["REQUEST_OPEN"],
        {"id": request},
        None,
    )
    late = await perform(ask, ada, "withdraw", key)
    assert codes(late) == [], "once more is success"
    wrong = await introduce(ask, ada, mia, mia, noteToTarget="")
    assert codes(wrong) == ["ALREADY_CONNECTED"]


@pytest.mark.parametrize("given", ["nonsense", "mem_0000000000001", "crq_0000000000001", ""])
async def test_an_id_that_is_nobodys(ask: Ask, given: str) -> None:
    ada, mia, ben = await three(ask)
    for input_ in ({"introducerId": given}, {"targetId": given}):
        payload = await introduce(ask, ada, mia, ben, **input_)
        assert codes(payload) == ["INTRODUCER_UNAVAILABLE"]
    for name in ("refuse", "undoRefuse", "accept", "decline", "withdraw"):
        assert codes(await perform(ask, ada, name, given)) == ["NOT_FOUND"]
    assert codes(await perform(ask, ada, "forward", given, recommendation="x")) == ["NOT_FOUND"]


async def test_each_note_that_is_wrong_is_named(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    payload = await introduce(ask, ada, mia, ben, noteToIntroducer="x" * 501, noteToTarget="‮Hello")
    found = [(error["field"], error["code"]) for error in payload["userErrors"]]
    assert found == [
        (["noteToIntroducer"], "NOTE_TOO_LONG"),
        (["noteToTarget"], "TEXT_INVALID"),
    ]
    key = await asked(ask, ada, mia, ben)
    payload = await perform(ask, mia, "forward", key, recommendation=" ")
    assert [e["field"] for e in payload["userErrors"]] == [["recommendation"]]


async def test_node_finds_it_for_its_sides_alone(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    eve = await person("eve")
    key = await asked(ask, ada, mia, ben)
    query = f'{{ node(id: "{key}") {{ id ... on Introduction {{ role }} }} }}'
    roles = {who: (await ask(who, query))["node"] for who in (ada, mia, ben, eve, None)}
    assert roles == {
        ada: {"id": key, "role": "ASKER"},
        mia: {"id": key, "role": "INTRODUCER"},
        ben: None,
        eve: None,
        None: None,
    }
    await performed(ask, mia, "forward", key, recommendation="Meet her.")
    assert (await ask(ben, query))["node"] == {"id": key, "role": "TARGET"}


async def test_counts_and_the_profile(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    waiting = "{ viewer { waitingIntroductionCount } }"
    profile = """{ member(handle: "ben") { openIntroduction { id }
      introducers { nodes { handle } pageInfo { hasNextPage } } } }"""
    found = (await ask(ada, profile))["member"]
    assert found == {
        "openIntroduction": None,
        "introducers": {"nodes": [{"handle": "mia"}], "pageInfo": {"hasNextPage": False}},
    }
    await sql.change("UPDATE member SET profile_audience = 'EVERYONE' WHERE id = $1", ben)
    assert (await ask(None, profile))["member"]["introducers"]["nodes"] == []
    key = await asked(ask, ada, mia, ben)
    assert (await ask(ada, profile))["member"]["openIntroduction"] == {"id": key}
    counts = [(await ask(who, waiting))["viewer"] for who in (ada, mia, ben)]
    assert [c["waitingIntroductionCount"] for c in counts] == [0, 1, 0]


EVENTS = f"""{{ viewer {{ events(first: 50) {{ nodes {{ __typename
  ... on IntroductionEvent {{ introductionId memberId introduction {{ {INTRODUCTION} }}
    member {{ handle }} }} }} }} }} }}"""


async def events(ask: Ask, who: int) -> list[dict[str, Any]]:
    nodes = (await ask(who, EVENTS))["viewer"]["events"]["nodes"]
    return [node for node in nodes if node["__typename"].startswith("Introduction")]


async def test_events_of_each_side(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    key = await forwarded(ask, ada, mia, ben)
    [asks] = await events(ask, ada)
    assert (asks["__typename"], asks["introductionId"]) == ("IntroductionAsked", key)
    assert (asks["memberId"], asks["member"]) == (mem(ben), {"handle": "ben"})
    assert asks["introduction"]["role"] == "ASKER"
    assert [e["__typename"] for e in await events(ask, mia)] == [
        "IntroductionAsked",
        "IntroductionReceived",
    ]
    [received] = await events(ask, ben)
    assert received["__typename"] == "IntroductionReceived"
    assert (received["memberId"], received["introduction"]["role"]) == (mem(ada), "TARGET")
    await performed(ask, ada, "withdraw", key)
    assert [e["__typename"] for e in await events(ask, ada)][1:] == ["IntroductionWithdrawn"]
    [gone] = await events(ask, ben)
    assert (gone["introduction"], gone["introductionId"]) == (None, key), "ids stay"


async def test_notifications_name_the_introduction(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    key = await forwarded(ask, ada, mia, ben)
    query = """{ viewer { unreadCount notifications { nodes { kind memberName request { id }
      introduction { id introducerName } } } } }"""
    found = (await ask(ben, query))["viewer"]["notifications"]["nodes"][0]
    assert found == {
        "kind": "INTRODUCTION_RECEIVED",
        "memberName": "Ada",
        "request": None,
        "introduction": {"id": key, "introducerName": "Mia"},
    }


async def test_the_asker_keeps_the_names_as_at_asking(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    await asked(ask, ada, mia, ben)
    await sql.change("UPDATE member SET name = 'New', suspended_at = $1", clock.now())
    await sql.change("UPDATE member SET suspended_at = NULL WHERE id = $1", ada)
    [reads] = await listed(ask, ada, "ASKER")
    assert (reads["introducerName"], reads["targetName"]) == ("Mia", "Ben")
    assert (reads["introducer"], reads["target"]) == (None, None)


async def test_scopes(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    key = await asked(ask, ada, mia, ben)
    read = f"{{ viewer {{ introductions(role: ASKER) {{ nodes {{ {INTRODUCTION} }} }} }} }}"
    few = frozenset({Scope.PROFILE_READ})
    assert code(await ask(ada, read, scopes=few, errors=True)) == "FORBIDDEN_SCOPE"
    write = (
        f'mutation {{ withdrawIntroduction(input: {{introductionId: "{key}"}}) {{ {ERRORS} }} }}'
    )
    few = frozenset({Scope.REQUESTS_READ})
    assert code(await ask(ada, write, scopes=few, errors=True)) == "FORBIDDEN_SCOPE"
    assert await ask(ada, read, scopes=frozenset({Scope.REQUESTS_READ}))


async def test_pages_go_on_behind_their_cursor(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    keys = [await asked(ask, ada, mia, ben)]
    for number in range(4):
        clock.freeze(clock.now().replace(microsecond=0))
        clock.advance(minutes=1)
        other = await person(f"other-{number}")
        await connect(ask, mia, other)
        keys.insert(0, await asked(ask, ada, mia, other))
    query = """query ($after: Cursor, $role: IntroductionRole!) { viewer {
      introductions(role: $role, first: 2, after: $after) {
        nodes { id } pageInfo { hasNextPage endCursor } } } }"""
    for who, role in ((ada, "ASKER"), (mia, "INTRODUCER")):
        found: list[str] = []
        after, more = None, True
        while more:
            page = (await ask(who, query, after=after, role=role))["viewer"]["introductions"]
            found += [node["id"] for node in page["nodes"]]
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        assert found == keys


PERSON = "id handle name headline organisation mutualCount connectionCount"
ROOTS = {
    role: f"""{{ viewer {{ introductions(role: {role}, first: %d) {{ pageInfo {{ endCursor }}
      nodes {{ id state askerName introducerName targetName noteToTarget canForward
        asker {{ {PERSON} }} introducer {{ {PERSON} }} target {{ {PERSON} }} }} }} }} }}"""
    for role in ("ASKER", "INTRODUCER", "TARGET")
}


async def test_a_list_is_one_statement_and_one_for_the_viewer(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    others = await people(*(f"other-{n}" for n in range(12)))
    for other in others:
        await connect(ask, mia, other)
        await asked(ask, ada, mia, other)
        await forwarded(ask, other, mia, ben)
    for who, role in ((ada, "ASKER"), (mia, "INTRODUCER"), (ben, "TARGET")):
        few, many = [await count(who, ROOTS[role] % first) for first in (1, 100)]
        # The viewer themself is one of the three: their counts and columns come in batches.
        assert len(few) == len(many), role
        assert len([s for s in many if "FROM introduction i" in s]) == 1
        assert len(many) <= 4, many
        plain = ROOTS[role].replace(PERSON, "id handle name headline organisation") % 100
        assert len(await count(who, plain)) <= 2, "one for the list, one for the viewer"
    profile = '{ member(handle: "ben") { introducers(first: %d) { nodes { handle } } } }'
    assert len(await count(ada, profile % 50)) == 2


async def test_the_statements_of_the_acts(ask: Ask) -> None:
    """Each act is a handful of statements; how many does not grow with what is there."""
    ada, mia, ben = await three(ask)
    async with statements() as seen:
        key = await asked(ask, ada, mia, ben)
    asking = len(seen)
    async with statements() as seen:
        await performed(ask, mia, "refuse", key)
    assert len(seen) <= 6, seen
    assert asking <= 16
    assert ids.split(key)
