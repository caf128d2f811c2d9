"""Requests through the schema: every act, from both sides."""

import pytest

from models import clock, ids, sweeper
from tests.models.counting import statements
from tests.people import people, person
from tests.schema.acts import act, codes, connect, done, mem, send, sent
from tests.schema.conftest import Ask

INBOX = """{ viewer { waitingCount receivedRequests { nodes {
  id state basis note sentAt sender { id handle name headline mutualCount }
} pageInfo { hasNextPage endCursor } } } }"""
ACCEPT = """mutation ($id: ID!) { acceptConnectionRequest(input: {requestId: $id}) {
  request { state } relationship { id member { handle } since } userErrors { code } } }"""
LISTS = """{ viewer {
  receivedRequests { nodes { id } } ignoredRequests { nodes { id } }
  answeredRequests { nodes { id } } sentRequests { nodes { id state } } } }"""


async def lists(ask: Ask, who: int) -> dict[str, list[str]]:
    """The ids in each of a member's lists."""
    viewer = (await ask(who, LISTS))["viewer"]
    return {name: [node["id"] for node in page["nodes"]] for name, page in viewer.items()}


async def test_ask_and_accept(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    payload = await send(ask, ada, grace, note="Hello", basis="ADMIRE_WORK")
    assert payload["userErrors"] == []
    request = payload["request"]
    assert (request["state"], request["direction"]) == ("PENDING", "SENT")
    assert request["recipient"] == {"handle": "grace"}
    inbox = (await ask(grace, INBOX))["viewer"]
    assert inbox["waitingCount"] == 1
    [waiting] = inbox["receivedRequests"]["nodes"]
    assert (waiting["note"], waiting["sender"]["handle"]) == ("Hello", "ada")
    assert waiting["basis"] == "ADMIRE_WORK"
    accepted = (await ask(grace, ACCEPT, id=waiting["id"]))["acceptConnectionRequest"]
    assert accepted["relationship"]["member"] == {"handle": "ada"}
    again = (await ask(grace, ACCEPT, id=waiting["id"]))["acceptConnectionRequest"]
    assert again == accepted, "the same act twice by the same side is success"


async def test_a_second_send_shows_the_open_request(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    first = await sent(ask, ada, grace)
    again = await send(ask, ada, grace)
    assert codes(again) == ["REQUEST_OPEN"]
    assert again["request"]["id"] == first


async def test_a_key_makes_a_send_repeatable(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    first = await send(ask, ada, grace, note="Hi", clientMutationKey="one")
    assert await send(ask, ada, grace, note="Hi", clientMutationKey="one") == first
    other = await send(ask, ada, grace, note="Other words", clientMutationKey="one")
    assert codes(other) == ["KEY_REUSED"]
    for key in ("", "x" * 101, "\x00", "\u202e"):
        assert codes(await send(ask, ada, grace, clientMutationKey=key)) != [], repr(key)


async def test_ignore_and_undo(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    request = await sent(ask, ada, grace)
    assert (await done(ask, grace, "ignore", request))["state"] == "IGNORED"
    assert (await done(ask, grace, "ignore", request))["state"] == "IGNORED"
    assert (await lists(ask, grace))["ignoredRequests"] == [request]
    assert (await lists(ask, grace))["receivedRequests"] == []
    assert (await done(ask, grace, "undoIgnore", request))["state"] == "PENDING"
    assert (await lists(ask, grace))["receivedRequests"] == [request]


async def test_an_ignored_request_can_still_be_accepted(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    request = await sent(ask, ada, grace)
    await done(ask, grace, "ignore", request)
    assert (await done(ask, grace, "accept", request))["state"] == "ACCEPTED"


async def test_a_silent_decline(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    request = await sent(ask, ada, grace)
    declined = await done(ask, grace, "decline", request, reason="NOT_NOW")
    assert (declined["state"], declined["declineReason"]) == ("DECLINED", "NOT_NOW")
    assert declined["declineTold"] is False
    assert declined["undoableUntil"]
    assert (await lists(ask, grace))["answeredRequests"] == [request]
    clock.advance(days=1)
    await sweeper.sweep()
    [mine] = (await ask(ada, LISTS))["viewer"]["sentRequests"]["nodes"]
    assert mine == {"id": request, "state": "PENDING"}
    assert codes(await act(ask, grace, "undoDecline", request)) == ["TOO_LATE"]
    assert (await done(ask, grace, "accept", request))["state"] == "ACCEPTED"


async def test_a_told_decline_is_told_after_ten_minutes(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    request = await sent(ask, ada, grace)
    await done(ask, grace, "decline", request, reason="DO_NOT_KNOW", tell=True)
    clock.advance(minutes=9)
    await sweeper.sweep()
    assert (await ask(ada, LISTS))["viewer"]["sentRequests"]["nodes"][0]["state"] == "PENDING"
    clock.advance(minutes=2)
    await sweeper.sweep()
    query = (
        "query ($id: ID!) { node(id: $id) { ... on ConnectionRequest { state declineReason } } }"
    )
    told = (await ask(ada, query, id=request))["node"]
    assert told == {"state": "DECLINED", "declineReason": "DO_NOT_KNOW"}
    assert codes(await act(ask, grace, "accept", request)) == ["NOT_OPEN"]
    refused = await send(ask, ada, grace)
    assert codes(refused) == ["COOLDOWN"]


async def test_undo_of_a_told_decline_tells_nothing(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    request = await sent(ask, ada, grace)
    await done(ask, grace, "decline", request, reason="OTHER", tell=True)
    assert (await done(ask, grace, "undoDecline", request))["state"] == "PENDING"
    clock.advance(days=1)
    await sweeper.sweep()
    assert (await ask(ada, LISTS))["viewer"]["sentRequests"]["nodes"][0]["state"] == "PENDING"


async def test_withdraw(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    request = await sent(ask, ada, grace)
    assert (await done(ask, ada, "withdraw", request))["state"] == "WITHDRAWN"
    assert (await done(ask, ada, "withdraw", request))["state"] == "WITHDRAWN"
    assert (await lists(ask, grace))["receivedRequests"] == []
    for name in ("accept", "ignore", "undoIgnore", "undoDecline"):
        assert codes(await act(ask, grace, name, request)) == ["NOT_FOUND"], name
    assert codes(await send(ask, ada, grace)) == ["COOLDOWN"]


async def test_nudge_once_after_seven_days(ask: Ask) -> None:
    clock.freeze()
    ada, grace, hugo = await people("ada", "grace", "hugo")
    request = await sent(ask, ada, grace)
    early = await act(ask, ada, "nudge", request)
    assert codes(early) == ["TOO_EARLY"]
    clock.advance(days=7)
    later = await sent(ask, hugo, grace)
    assert (await lists(ask, grace))["receivedRequests"] == [later, request]
    clock.advance(seconds=1)
    nudged = await done(ask, ada, "nudge", request)
    assert nudged["nudgedAt"]
    assert nudged["nudgeableAt"] is None
    assert (await lists(ask, grace))["receivedRequests"] == [request, later]
    clock.advance(days=7)
    assert (await done(ask, ada, "nudge", request))["nudgedAt"] == nudged["nudgedAt"]


async def test_two_who_ask_each_other_are_connected(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    first = await send(ask, ada, grace, note="Hello", basis="MET_IN_PERSON")
    back = (await send(ask, grace, ada, note="Hello too", basis="OTHER"))["request"]
    assert back["id"] == first["request"]["id"]
    assert (back["state"], back["note"], back["replyNote"]) == ("ACCEPTED", "Hello", "Hello too")
    assert (back["basis"], back["replyBasis"]) == ("MET_IN_PERSON", "OTHER")


async def test_expiry(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    request = await sent(ask, ada, grace)
    clock.advance(days=180)
    for swept in (False, True):  # an expired request looks the same before the sweeper comes
        if swept:
            await sweeper.sweep()
        [mine] = (await ask(ada, LISTS))["viewer"]["sentRequests"]["nodes"]
        assert mine == {"id": request, "state": "EXPIRED"}
        assert (await lists(ask, grace))["receivedRequests"] == []
        assert codes(await act(ask, grace, "accept", request)) == ["NOT_FOUND"]
        assert codes(await act(ask, ada, "withdraw", request)) == ["NOT_OPEN"]


ACTS = ("accept", "ignore", "undoIgnore", "decline", "undoDecline", "withdraw", "nudge")


@pytest.mark.parametrize("name", ACTS)
async def test_wrong_and_foreign_ids_are_not_found(ask: Ask, name: str) -> None:
    """Nobody but the two sides can tell a request from one that never was."""
    ada, grace, eve = await people("ada", "grace", "eve")
    request = await sent(ask, ada, grace)
    more = {"reason": "OTHER"} if name == "decline" else {}
    other_side = ada if name not in ("withdraw", "nudge") else grace
    answers = [
        await act(ask, who, name, given, **more)
        for who, given in (
            (eve, request),
            (other_side, request),
            (eve, ids.encode(ids.REQUEST, 1)),
            (eve, ids.encode(ids.MEMBER, ada)),
            (eve, request.upper()),
            (eve, ""),
            (eve, "crq_\x00"),
            (eve, "💥" * 300),
        )
    ]
    assert codes(answers[0]) == ["NOT_FOUND"]
    assert all(answer == answers[0] for answer in answers), answers
    state = (await lists(ask, grace))["receivedRequests"]
    assert state == [request], "and nothing happened"


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("x" * 501, "NOTE_TOO_LONG"),
        ("a\x07b", "TEXT_INVALID"),
        ("a\u202eb", "TEXT_INVALID"),
        ("a\ud800b", "TEXT_INVALID"),
        ("a\x00b", "TEXT_INVALID"),
    ],
)
async def test_notes_that_are_refused(ask: Ask, note: str, code: str) -> None:
    ada, grace = await people("ada", "grace")
    payload = await send(ask, ada, grace, note=note)
    assert [(e["field"], e["code"]) for e in payload["userErrors"]] == [(["note"], code)]
    assert payload["request"] is None
    assert (await lists(ask, grace))["receivedRequests"] == []


@pytest.mark.parametrize(
    ("note", "stored"),
    [
        ("", None),
        ("  \r\n ", None),
        ("\u200b\ufeff", None),
        ("👩‍👩‍👧 " + "𝔘" * 490, "👩‍👩‍👧 " + "𝔘" * 490),
        ("one\r\ntwo", "one\ntwo"),
        ("e\u0301", "é"),
        ("سلام\u200cها", "سلام\u200cها"),
    ],
)
async def test_notes_that_are_taken(ask: Ask, note: str, stored: str | None) -> None:
    ada, grace = await people("ada", "grace")
    payload = await send(ask, ada, grace, note=note)
    assert payload["request"]["note"] == stored


async def test_one_refusal_for_every_cause_on_the_other_side(ask: Ask) -> None:
    """Nobody there, hidden, suspended and taking no requests look the same to the last byte."""
    ada = await person("ada")
    hidden = await person("hidden", profile_audience="CONNECTIONS")
    closed = await person("closed", accepts_requests=False)
    gone = await person("gone", suspended_at=clock.now())
    wrong = ("", "mem_", "x", mem(1), ids.encode("crq", ada), "💥" * 200, mem(gone).upper())
    answers = [await send(ask, ada, key) for key in (hidden, closed, gone)]
    answers += [await send(ask, ada, 0, recipientId=given) for given in wrong]
    assert codes(answers[0]) == ["RECIPIENT_UNAVAILABLE"]
    assert all(answer == answers[0] for answer in answers)
    assert codes(await send(ask, ada, ada)) == ["SELF"]


async def test_the_connected_need_not_ask(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    await connect(ask, ada, grace)
    assert codes(await send(ask, ada, grace)) == ["ALREADY_CONNECTED"]


async def test_inbox_is_one_statement(ask: Ask) -> None:
    grace, *others = await people("grace", *(f"member-{n}" for n in range(25)))
    for other in others:
        await sent(ask, other, grace)
    query = INBOX.replace("waitingCount", "")
    async with statements() as seen:
        data = await ask(grace, query)
    assert len(data["viewer"]["receivedRequests"]["nodes"]) == 20
    assert len(seen) == 1 + 1, seen  # and one of the fixture, which looks the viewer up


async def test_signed_out(ask: Ask) -> None:
    assert await ask(None, INBOX) == {"viewer": None}
    send_to = (
        'mutation { sendConnectionRequest(input: {recipientId: "x", basis: OTHER}) { __typename } }'
    )
    refused = await ask(None, send_to, errors=True)
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
