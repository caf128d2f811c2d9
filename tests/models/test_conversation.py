"""Message requests: from others than connections, one message until they are accepted."""

from datetime import timedelta

from models import clock, message_acts, message_send, relationship, sql
from models import request as requests
from models.conversation_acts import accept, delete, ignore, mute, undo_ignore
from models.problem import Code
from tests.models.acts import NOON, SetUp, ask, connect, days, refused, tie
from tests.models.messaging import (
    counters,
    in_folders,
    key_of,
    may_write,
    notices,
    side,
    takes_requests,
    thread,
    told,
    write,
)
from tests.people import check_invariants, people, person


async def test_a_request_is_one_message_until_accepted(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    assert await may_write(ada, grace) == "RECIPIENT_UNAVAILABLE"
    await takes_requests(grace)
    await write(ada, grace, "May I ask?")
    assert (await in_folders(ada), await in_folders(grace)) == ({"INBOX": 1}, {"REQUESTS": 1})
    assert await counters(grace) == (0, 1)
    assert await notices(grace) == [("MESSAGE_REQUESTED", 1, False)]
    assert await told(grace) == ["MESSAGE_RECEIVED"]
    clock.freeze(NOON + days(100))
    with refused(Code.AWAITING_ANSWER) as problems:
        await write(ada, grace)
    assert problems[0].until is None
    key = await key_of(grace, ada)
    await accept(grace, key)
    await accept(grace, key)
    assert (await in_folders(grace), await counters(grace)) == ({"INBOX": 1}, (1, 0))
    assert await notices(grace) == [("MESSAGE_REQUESTED", 1, True)]
    # Who waited for it hears of it, once.
    assert await notices(ada) == [("MESSAGE_REQUEST_ACCEPTED", 1, False)]
    assert await told(ada) == ["MESSAGE_SENT", "MESSAGE_REQUEST_ACCEPTED"]
    assert await told(grace) == ["MESSAGE_RECEIVED", "MESSAGE_REQUEST_ACCEPTED"]
    # In the first days each writes once until the other answers: what asked does not count.
    await write(ada, grace)
    with refused(Code.AWAITING_ANSWER) as problems:
        await write(ada, grace)
    assert problems[0].until == clock.now() + days(3)
    await write(grace, ada)
    await write(ada, grace), await write(ada, grace)
    assert len(await thread(ada, grace)) == 5
    await check_invariants()


async def test_ignored_is_silent_and_can_be_undone(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await takes_requests(grace)
    await write(ada, grace)
    key = await key_of(grace, ada)
    await ignore(grace, key)
    await ignore(grace, key)
    assert (await in_folders(grace), await counters(grace)) == ({"IGNORED": 1}, (0, 0))
    assert await may_write(ada, grace) == "AWAITING_ANSWER"
    await undo_ignore(grace, key)
    await undo_ignore(grace, key)
    assert (await in_folders(grace), await counters(grace)) == ({"REQUESTS": 1}, (0, 1))
    await ignore(grace, key)
    await accept(grace, key)
    assert await in_folders(grace) == {"INBOX": 1}, "also one that was ignored"
    for act in (ignore, undo_ignore):
        with refused(Code.NOT_OPEN):
            await act(grace, key)
    for who, which in ((ada, key), (grace, 1)):
        with refused(Code.NOT_FOUND):
            await accept(who, which)
    with refused(Code.NOT_FOUND):
        await message_acts.mark_read(ada, key, None)


async def test_an_answer_accepts(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await takes_requests(grace)
    await write(ada, grace)
    await ignore(grace, await key_of(grace, ada))
    await write(grace, ada, "Yes?")
    assert await notices(grace) == [("MESSAGE_REQUESTED", 1, True)]
    assert await notices(ada) == [("MESSAGE_RECEIVED", 1, False)], "the answer is the news"
    assert await told(ada) == ["MESSAGE_SENT", "MESSAGE_RECEIVED"]
    assert [await may_write(ada, grace), await may_write(grace, ada)] == ["OK", "OK"]
    assert (await side(grace, ada))["allowed_at"] == NOON
    # What was allowed ends with a connection that came of it.
    await connect(ada, grace)
    assert await may_write(ada, grace) == "OK"
    clock.freeze(NOON + days(1))
    await relationship.remove(ada, await tie(ada, grace))
    assert await may_write(ada, grace) == "CONVERSATION_CLOSED"


async def test_the_first_days_begin_with_what_lets_them_write(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await takes_requests(grace)
    await write(ada, grace)
    clock.advance(hours=1)
    await write(grace, ada, "Yes?")
    assert [await may_write(ada, grace), await may_write(grace, ada)] == ["OK", "AWAITING_ANSWER"]
    clock.advance(days=3)
    await write(grace, ada, "Well?")
    assert await may_write(grace, ada) == "OK", "these days are over"
    # Connecting afterwards begins them anew.
    clock.advance(minutes=1)
    await connect(ada, grace)
    clock.advance(minutes=1)
    await write(ada, grace)
    with refused(Code.AWAITING_ANSWER) as problems:
        await write(ada, grace)
    assert problems[0].until == clock.now() + days(3) - timedelta(minutes=1)
    await write(grace, ada)
    assert [await may_write(ada, grace), await may_write(grace, ada)] == ["OK", "OK"]


async def test_who_wants_to_hear_no_more_of_it_is_not_notified_of_a_yes(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await takes_requests(grace)
    await write(ada, grace)
    await mute(ada, await key_of(ada, grace), muted=True)
    await accept(grace, await key_of(grace, ada))
    assert await notices(ada) == []
    assert await told(ada) == ["MESSAGE_SENT", "MESSAGE_REQUEST_ACCEPTED"]


async def test_connecting_accepts_as_well(database: str) -> None:
    clock.freeze(NOON)
    ada, grace, ida = await people("ada", "grace", "ida")
    await takes_requests(grace)
    await write(ada, grace)
    await write(ida, grace)
    await ignore(grace, await key_of(grace, ada))
    await connect(ada, grace)
    await requests.accept(grace, await ask(ida, grace, "A note"))
    for other in (ada, ida):
        assert (await side(grace, other))["state"] == (await side(other, grace))["state"] == "OPEN"
    assert await in_folders(grace) == {"INBOX": 2}
    assert [text for _, text in await thread(ida, grace)] == ["Hello", "A note"]
    assert await may_write(ada, grace) == "AWAITING_ANSWER", "they have written since: at once"
    await check_invariants()


async def test_every_cause_on_the_other_side_is_one_answer(database: str) -> None:
    clock.freeze(NOON)
    ada = await person("ada")
    taking = {"takes_message_requests": True}
    others = {
        "nobody": 12345,
        "takes none": await person("a1"),
        "suspended": await person("b1", suspended_at=NOON, **taking),
        "not visible": await person("c1", profile_audience="CONNECTIONS", **taking),
    }
    said = set()
    for why, other in others.items():
        with refused(Code.RECIPIENT_UNAVAILABLE) as problems:
            await write(ada, other)
        said.add((problems[0].message, problems[0].field, problems[0].until))
        assert await may_write(ada, other) == "RECIPIENT_UNAVAILABLE", why
    assert len(said) == 1
    hidden = await person("hidden", profile_audience="CONNECTIONS")
    seen = await person("seen", **taking)
    assert await may_write(hidden, seen) == "RECIPIENT_UNAVAILABLE", "they would not see who asks"
    # The sender's own facts, and the words, come first.
    with refused(Code.REQUIRED):
        await write(ada, others["nobody"], "")


async def test_how_many_may_wait(database: str, set_up: SetUp) -> None:
    set_up(message_requests_per_week=2, require_verified_email=True)
    clock.freeze(NOON)
    ada = await person("ada")
    others = [await person(name, takes_message_requests=True) for name in ("b1", "c1", "d1")]
    assert await may_write(ada, others[0]) == "EMAIL_UNVERIFIED"
    await sql.change("UPDATE member SET email_verified_at = $2 WHERE id = $1", ada, NOON)
    await write(ada, others[0])
    clock.freeze(NOON + days(1))
    await write(ada, others[1])
    with refused(Code.TOO_MANY) as problems:
        await write(ada, others[2])
    assert problems[0].until == NOON + days(7)
    assert await may_write(ada, 12345) == "TOO_MANY", "known before who is asked"
    await ignore(others[1], await key_of(others[1], ada))
    await delete(ada, await key_of(ada, others[0]))
    assert await may_write(ada, others[2]) == "TOO_MANY", "whatever became of them"
    await accept(others[0], await key_of(others[0], ada))
    assert await may_write(ada, others[2]) == "OK", "one that was accepted does not count"
    clock.freeze(NOON + days(9))
    await write(ada, others[2])
    assert await may_write(ada, others[1]) == "AWAITING_ANSWER"


async def test_a_request_of_a_suspended_member_is_not_there(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await takes_requests(grace)
    sent = await message_send.send(ada, grace, "Hello")
    key = await key_of(grace, ada)
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", ada, clock.now())
    assert (await in_folders(grace), await counters(grace)) == ({}, (0, 0))
    for act in (accept, ignore):
        with refused(Code.NOT_FOUND):
            await act(grace, key)
    with refused(Code.NOT_FOUND):
        await message_acts.delete(grace, sent["n_id"])
    assert await may_write(grace, ada) == "CONVERSATION_CLOSED"
