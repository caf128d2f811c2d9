"""Every act in every state of a request, and each moment at which an answer changes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from models import clock, event, notification, relationship, request_list, sender, sql, sweeper
from models import request as requests
from models.problem import Code
from models.request import DeclineReason
from tests.models.acts import NOON, PLAIN, ask, code_of, connect, days, pending, refused, tie
from tests.people import check_invariants, people

pytestmark = pytest.mark.usefixtures("database")

MOMENT = timedelta(microseconds=1)
MINUTES = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _noon() -> None:
    clock.freeze(NOON)


async def states(key: int) -> str:
    row = await sql.row(
        "SELECT sender_state, recipient_state FROM connection_request WHERE id = $1", key
    )
    assert row is not None
    return f"{row['sender_state']}/{row['recipient_state']}"


async def decline(me: int, key: int, *, tell: bool = False) -> None:
    await requests.decline(me, key, DeclineReason.NOT_NOW, tell=tell)


async def told(me: int, key: int) -> None:
    await decline(me, key, tell=True)
    clock.advance(minutes=10)
    await sweeper.sweep()


async def late(me: int, key: int) -> None:
    """Declined, to be told, the time is over, and the sweeper has not come yet."""
    await decline(me, key, tell=True)
    clock.advance(minutes=10)


async def ignored_then_declined(me: int, key: int) -> None:
    await requests.ignore(me, key)
    await decline(me, key)


async def expired(me: int, key: int) -> None:
    clock.advance(days=180)


async def swept(me: int, key: int) -> None:
    clock.advance(days=180)
    await sweeper.sweep()


async def pending_still(me: int, key: int) -> None:
    """Nothing has happened."""


async def withdrawn(me: int, key: int) -> None:
    row = await sql.row("SELECT sender_id FROM connection_request WHERE id = $1", key)
    assert row is not None
    await sender.withdraw(row["sender_id"], key)


WAYS: dict[str, Callable[[int, int], Awaitable[object]]] = {
    "pending": pending_still,
    "ignored": requests.ignore,
    "declined": decline,
    "ignored, declined": ignored_then_declined,
    "declined, will be told": lambda me, key: decline(me, key, tell=True),
    "declined, late": late,
    "declined, told": told,
    "accepted": requests.accept,
    "withdrawn": withdrawn,
    "expired": expired,
    "expired, swept": swept,
}
A, I, D = "ACCEPTED/ACCEPTED", "PENDING/IGNORED", "PENDING/DECLINED"  # noqa: E741
P, T, W, G = "PENDING/PENDING", "DECLINED/DECLINED", "WITHDRAWN/GONE", "EXPIRED/GONE"
ACTS = ["accept", "ignore", "undo_ignore", "decline", "undo_decline", "withdraw", "nudge"]
# For each way: what becomes of it by each act in ACTS; states, or the code of the refusal. An
# act that was done before is success and changes nothing.
OPEN, MISSING, LATE, EARLY = "NOT_OPEN", "NOT_FOUND", "TOO_LATE", "TOO_EARLY"
TABLE: dict[str, list[str]] = {
    "pending": [A, I, P, D, P, W, EARLY],
    "ignored": [A, I, P, D, I, W, EARLY],
    "declined": [A, OPEN, OPEN, D, P, W, EARLY],
    "ignored, declined": [A, OPEN, OPEN, D, I, W, EARLY],
    "declined, will be told": [A, OPEN, OPEN, D, P, W, EARLY],
    "declined, late": [OPEN, OPEN, OPEN, D, LATE, W, EARLY],
    "declined, told": [OPEN, OPEN, OPEN, T, LATE, OPEN, OPEN],
    "accepted": [A, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN],
    "withdrawn": [MISSING, MISSING, MISSING, MISSING, MISSING, W, OPEN],
    "expired": [MISSING, MISSING, MISSING, MISSING, MISSING, OPEN, OPEN],
    "expired, swept": [MISSING, MISSING, MISSING, MISSING, MISSING, OPEN, OPEN],
}


@pytest.mark.parametrize("way", TABLE)
async def test_every_act_in_every_state(way: str) -> None:
    for number, (act, wanted) in enumerate(zip(ACTS, TABLE[way], strict=True)):
        clock.freeze(NOON + days(200 * number))
        ada, grace = await people(f"ada{number}", f"grace{number}")
        key = await ask(ada, grace)
        await WAYS[way](grace, key)
        before = await states(key)
        me = ada if act in ("withdraw", "nudge") else grace
        call = (
            decline
            if act == "decline"
            else getattr(sender if act in ("withdraw", "nudge") else requests, act)
        )
        code = await code_of(call(me, key))
        if "/" in wanted:
            assert (code, await states(key)) == ("OK", wanted), act
        else:
            assert (code, await states(key)) == (wanted, before), act
    await check_invariants()


@pytest.mark.parametrize("act", ACTS)
async def test_acts_of_others_and_on_nothing(act: str) -> None:
    ada, grace, eve = await people("ada", "grace", "eve")
    key = await ask(ada, grace)
    call = (
        decline
        if act == "decline"
        else getattr(sender if act in ("withdraw", "nudge") else requests, act)
    )
    wrong = grace if act in ("withdraw", "nudge") else ada
    for me, target in ((eve, key), (wrong, key), (grace, 42), (ada, 0)):
        assert await code_of(call(me, target)) == "NOT_FOUND"
    assert await states(key) == P


@pytest.mark.parametrize("tell", [False, True])
async def test_a_decline_can_be_undone_for_ten_minutes_to_the_moment(tell: bool) -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    await decline(grace, key, tell=tell)
    clock.freeze(NOON + MINUTES - MOMENT)
    await requests.undo_decline(grace, key)
    assert await pending(grace) == [key]
    await decline(grace, key, tell=tell)
    clock.advance(minutes=10)
    with refused(Code.TOO_LATE):
        await requests.undo_decline(grace, key)
    await sweeper.sweep()
    assert [e["kind"] for e in await event.after(ada, 1)] == ["REQUEST_DECLINED"] * tell
    assert len((await notification.of(ada, 10, None)).rows) == int(tell)


@pytest.mark.parametrize("tell", [False, True])
async def test_a_told_decline_can_be_accepted_for_ten_minutes_and_a_silent_one_for_ever(
    tell: bool,
) -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    one, two = await ask(ada, grace), await ask(ida, grace)
    await decline(grace, one, tell=tell)
    await decline(grace, two, tell=tell)
    clock.freeze(NOON + MINUTES - MOMENT)
    await requests.accept(grace, one)
    clock.freeze(NOON + MINUTES)
    assert await code_of(requests.accept(grace, two)) == ("NOT_OPEN" if tell else "OK")
    clock.advance(minutes=10)
    await sweeper.sweep()
    assert [e["kind"] for e in await event.after(ada, 1)] == ["REQUEST_ACCEPTED"]
    await check_invariants()


async def test_asking_back_undoes_a_decline_that_was_to_be_told() -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    await late(grace, key)  # even after its time: nobody has been told
    assert await ask(grace, ada) == key
    await sweeper.sweep()
    assert [e["kind"] for e in await event.after(ada, 1)] == ["REQUEST_ACCEPTED"]
    await check_invariants()


async def test_a_request_is_open_for_180_days_to_the_moment() -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    one, two = await ask(ada, grace), await ask(ada, ida)
    clock.freeze(NOON + days(180) - MOMENT)
    await requests.accept(grace, one)
    clock.freeze(NOON + days(180))
    assert await code_of(requests.accept(ida, two)) == "NOT_FOUND"
    assert not await pending(ida)
    counters = dict(await request_list.counters(ida))
    assert (counters.pop("last_seq"), counters.pop("feed_seen_at")) == (1, None)
    assert set(counters.values()) == {0}
    assert not (await notification.of(ida, 10, None)).rows


async def test_a_decline_that_outlives_the_request_is_not_told() -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    clock.freeze(NOON + days(180) - MINUTES)
    await decline(grace, key, tell=True)
    clock.freeze(NOON + days(180))
    await sweeper.sweep()
    assert await states(key) == G
    assert not await event.after(ada, 1)


async def test_one_nudge_after_seven_days_moves_up_what_waits() -> None:
    ada, ida, grace = await people("ada", "ida", "grace")
    key = await ask(ada, grace)
    clock.advance(days=1)
    other = await ask(ida, grace)
    clock.freeze(NOON + days(7) - MOMENT)
    with refused(Code.TOO_EARLY) as caught:
        await sender.nudge(ada, key)
    assert caught[0].until == NOON + days(7)
    assert await pending(grace) == [other, key]
    clock.freeze(NOON + days(7))
    first = await sender.nudge(ada, key)
    assert await pending(grace) == [key, other]
    clock.advance(days=1)
    await sender.nudge(ida, other)
    again = await sender.nudge(ada, key)  # once: the second is success and moves nothing
    assert again["nudged_at"] == first["nudged_at"] == NOON + days(7)
    assert await pending(grace) == [other, key]


async def test_a_nudge_does_not_move_what_was_set_aside() -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    await requests.ignore(grace, key)
    clock.advance(days=7)
    assert (await sender.nudge(ada, key))["nudged_at"] == clock.now()
    await requests.undo_ignore(grace, key)
    [row] = (await request_list.received(grace, 10, None, PLAIN)).rows
    assert row["order_at"] == NOON
    assert await event.last_seq(grace) == 1  # and no event tells of it


async def test_a_removal_can_be_undone_by_the_remover_for_ten_minutes_to_the_moment() -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    await connect(ada, grace)
    await connect(ada, ida)
    sides = [await tie(ada, grace), await tie(ada, ida)]
    for side in sides:
        await relationship.remove(ada, side)
    clock.freeze(NOON + MINUTES - MOMENT)
    with refused(Code.NOT_FOUND):
        await relationship.undo_remove(grace, await tie(grace, ada))
    await relationship.undo_remove(ada, sides[0])
    clock.freeze(NOON + MINUTES)
    with refused(Code.TOO_LATE):
        await relationship.undo_remove(ada, sides[1])
    await sweeper.sweep()
    for member, wanted in ((ada, 1), (grace, 0), (ida, 1)):
        found = [e for e in await event.after(member, 0) if e["kind"] == "CONNECTION_ENDED"]
        assert len(found) == wanted
        for row in found:  # one's own side, and the other's name: no actor, no reason
            own = await tie(member, row["other_id"])
            assert (row["subject_id"], row["relationship_id"]) == (own, own)
    assert not [n for n in (await notification.of(ida, 10, None)).rows if n["kind"] not in
                ("REQUEST_RECEIVED", "REQUEST_ACCEPTED")]  # fmt: skip
    await check_invariants()


async def test_ends_of_others_connections_are_not_there() -> None:
    ada, grace, eve = await people("ada", "grace", "eve")
    await connect(ada, grace)
    for act in (relationship.remove, relationship.undo_remove):
        for me, key in ((eve, await tie(ada, grace)), (grace, await tie(ada, grace)), (ada, 42)):
            assert await code_of(act(me, key)) == "NOT_FOUND"
