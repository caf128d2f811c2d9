"""Two acts at once on PostgreSQL, hundreds of times: exactly one outcome, and all rules hold."""

import asyncio
import random
from collections.abc import Awaitable
from contextvars import ContextVar
from datetime import datetime, timedelta

import pytest

from models import clock, due, relationship, sender, sql, sweeper
from models import request as requests
from models.request import DeclineReason
from tests.models.acts import NOON, SetUp, ask, budget, code_of, connect, tie
from tests.people import check_invariants, people, person

pytestmark = [pytest.mark.only_engine("postgres"), pytest.mark.usefixtures("database")]

ROUNDS = 150
MINUTES = timedelta(minutes=10)

# Each racer may have a clock of its own, as two processes do.
_own_time: ContextVar[datetime | None] = ContextVar("own_time", default=None)


@pytest.fixture(autouse=True)
def _clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = clock.now
    monkeypatch.setattr(clock, "now", lambda: _own_time.get() or shared())


async def at(moment: datetime, act: Awaitable[object]) -> object:
    """Do something by a clock that stands at `moment`."""
    _own_time.set(moment)
    return await act


async def race(*acts: Awaitable[object]) -> list[str]:
    """All at once; the code of each. Anything but a Problem is raised."""

    async def start(act: Awaitable[object]) -> str:
        await asyncio.sleep(random.choice((0, 0, 0.001, 0.002)))
        return await code_of(act)

    return await asyncio.gather(*(start(act) for act in acts))


async def states(key: int) -> tuple[str, str]:
    row = await sql.row(
        "SELECT sender_state, recipient_state FROM connection_request WHERE id = $1", key
    )
    assert row is not None
    return row["sender_state"], row["recipient_state"]


async def count(table: str, condition: str, *values: object) -> int:
    row = await sql.row(f"SELECT count(*) AS n FROM {table} WHERE {condition}", *values)
    assert row is not None
    return int(row["n"])


async def events(member: int, kind: str) -> int:
    return await count("event", "member_id = $1 AND kind = $2", member, kind)


async def connected(one: int) -> int:
    return await count("relationship", "owner_id = $1 AND ended_at IS NULL", one)


async def fresh(number: int) -> tuple[int, int]:
    ada, grace = await people(f"ada{number}", f"grace{number}")
    return ada, grace


async def test_crossed_requests() -> None:
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        assert await race(ask(ada, grace, "a"), ask(grace, ada, "g")) == ["OK", "OK"]
        assert await count("connection_request", "low_id = $1", min(ada, grace)) == 1
        assert await connected(ada) == await connected(grace) == 1
        assert await events(ada, "REQUEST_ACCEPTED") == await events(grace, "REQUEST_ACCEPTED") == 1
    await check_invariants()


async def test_double_accept() -> None:
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        key = await ask(ada, grace)
        assert await race(*(requests.accept(grace, key) for _ in range(3))) == ["OK"] * 3
        assert await events(ada, "REQUEST_ACCEPTED") == await events(grace, "REQUEST_ACCEPTED") == 1
    await check_invariants()


async def test_accept_and_withdraw() -> None:
    won = set()
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        key = await ask(ada, grace)
        codes = await race(requests.accept(grace, key), sender.withdraw(ada, key))
        if codes == ["OK", "NOT_OPEN"]:
            assert await states(key) == ("ACCEPTED", "ACCEPTED")
        else:
            assert codes == ["NOT_FOUND", "OK"]
            assert await states(key) == ("WITHDRAWN", "GONE")
            assert not await connected(ada)
        won.add(codes[0])
    assert len(won) == 2, "both sides win sometimes, or this is no race"
    await check_invariants()


@pytest.mark.parametrize("act", ["ignore", "decline", "decline and tell"])
async def test_accept_and_a_no_of_the_same_side(act: str) -> None:
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        key = await ask(ada, grace)
        no = (
            requests.ignore(grace, key)
            if act == "ignore"
            else requests.decline(grace, key, DeclineReason.OTHER, tell=act != "decline")
        )
        accepted, refused = await race(requests.accept(grace, key), no)
        assert accepted == "OK"
        assert refused in ("OK", "NOT_OPEN")
        assert await states(key) == ("ACCEPTED", "ACCEPTED")
    assert not await count("due_tell", "true")
    await check_invariants()


async def test_accept_and_remove_by_the_other_side() -> None:
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        await connect(ada, grace)
        own = await tie(ada, grace)
        await relationship.remove(ada, own)
        key = await ask(ada, grace)
        codes = await race(requests.accept(grace, key), relationship.remove(ada, own))
        assert codes == ["OK", "OK"]
        # Removed before the acceptance was nothing; after it, it ended the new connection.
        ended = not await connected(ada)
        assert await count("due_tell", "other_id IN ($1, $2)", ada, grace) == (2 if ended else 0)
    await check_invariants()


async def test_both_sides_remove() -> None:
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        await connect(ada, grace)
        sides = (await tie(ada, grace), await tie(grace, ada))
        acts = (relationship.remove(ada, sides[0]), relationship.remove(grace, sides[1]))
        assert await race(*acts) == ["OK", "OK"]
        assert await count("due_tell", "other_id IN ($1, $2)", ada, grace) == 2
    await check_invariants()


@pytest.mark.parametrize("who", ["remover", "removed"])
async def test_undo_of_a_removal_and_a_new_request(set_up: SetUp, who: str) -> None:
    set_up(removal_cooldown_days=0)
    won = set()
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        await connect(ada, grace)
        own = await tie(ada, grace)
        await relationship.remove(ada, own)
        again = ask(ada, grace) if who == "remover" else ask(grace, ada)
        codes = await race(relationship.undo_remove(ada, own), again)
        assert codes in (["OK", "ALREADY_CONNECTED"], ["REQUEST_OPEN", "OK"])
        won.add(codes[0])
    await check_invariants()
    assert len(won) == 2


async def test_undo_of_a_removal_and_accept() -> None:
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        await connect(ada, grace)
        own = await tie(ada, grace)
        await relationship.remove(ada, own)
        key = await ask(ada, grace)
        codes = await race(relationship.undo_remove(ada, own), requests.accept(grace, key))
        # Undone after the acceptance: there is nothing to undo, and that is success.
        assert codes in (["REQUEST_OPEN", "OK"], ["OK", "OK"])
        assert await connected(ada) == await connected(grace) == 1
    await check_invariants()


async def test_accepting_on_one_device_and_asking_on_another() -> None:
    """The request arrives, is accepted, and all the while its recipient asks as well."""

    async def ask_and_accept(ada: int, grace: int) -> None:
        await requests.accept(grace, await ask(ada, grace))

    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        first, second = await race(ask_and_accept(ada, grace), ask(grace, ada))
        # Where the second had asked first, the request is their own and not theirs to accept.
        assert first in ("OK", "NOT_FOUND")
        assert second in ("OK", "ALREADY_CONNECTED")
        assert await connected(ada) == await connected(grace) == 1
    await check_invariants()


async def test_the_last_of_a_budget(set_up: SetUp) -> None:
    set_up(request_budget=1)
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        ida = await person(f"ida{number}")
        assert sorted(await race(ask(ada, grace), ask(ada, ida))) == ["BUDGET_EXHAUSTED", "OK"]
        assert (await budget(ada)).remaining == 0


async def test_the_last_place_among_connections(set_up: SetUp) -> None:
    set_up(connection_limit=1)
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        ida = await person(f"ida{number}")
        one, two = await ask(grace, ada), await ask(ida, ada)
        codes = await race(requests.accept(ada, one), requests.accept(ada, two))
        assert sorted(codes) == ["OK", "OWN_CONNECTION_LIMIT"]
    await check_invariants()


async def test_one_mutation_key_twice_at_once() -> None:
    for number in range(ROUNDS):
        ada, grace = await fresh(number)
        one, two, three = await asyncio.gather(*(ask(ada, grace, None, "key") for _ in range(3)))
        assert one == two == three
        assert await events(grace, "REQUEST_RECEIVED") == 1


async def test_sweeper_and_undo_of_a_told_decline() -> None:
    won = set()
    for number in range(ROUNDS):
        start = clock.freeze(NOON + timedelta(days=number))
        ada, grace = await fresh(number)
        key = await ask(ada, grace)
        await requests.decline(grace, key, DeclineReason.NOT_NOW, tell=True)
        _, undone = await race(
            at(start + MINUTES, sweeper.sweep()),
            at(start + MINUTES - timedelta(microseconds=1), requests.undo_decline(grace, key)),
        )
        told = await events(ada, "REQUEST_DECLINED")
        if undone == "OK":
            assert (await states(key), told) == (("PENDING", "PENDING"), 0)
        else:
            assert undone == "TOO_LATE"
            assert (await states(key), told) == (("DECLINED", "DECLINED"), 1)
        won.add(undone)
    assert not await count("due_tell", "true")
    assert len(won) == 2
    await check_invariants()


async def test_sweeper_and_undo_of_a_removal() -> None:
    for number in range(ROUNDS):
        start = clock.freeze(NOON + timedelta(days=number))
        ada, grace = await fresh(number)
        await connect(ada, grace)
        own = await tie(ada, grace)
        await relationship.remove(ada, own)
        await race(
            at(start + MINUTES, sweeper.sweep()),
            at(start + MINUTES - timedelta(microseconds=1), relationship.undo_remove(ada, own)),
        )
        assert not await due.due()
        # Clocks a moment apart may tell one side before the undo; then the other side's row is
        # dropped by it. What must not be is an end that was told to nobody.
        ended = await connected(ada) == 0
        told = await events(ada, "CONNECTION_ENDED") + await events(grace, "CONNECTION_ENDED")
        assert told == 2 if ended else told <= 2
    await check_invariants()


async def test_sweepers_tell_once() -> None:
    for number in range(ROUNDS // 3):
        clock.freeze(NOON + timedelta(days=number))
        ada, grace, ida, joan = await people(
            *(f"{n}{number}" for n in ("ada", "grace", "ida", "joan"))
        )
        await connect(ada, grace)
        await relationship.remove(ada, await tie(ada, grace))
        await requests.decline(joan, await ask(ida, joan), DeclineReason.OTHER, tell=True)
        clock.advance(minutes=10)
        assert await race(*(sweeper.sweep() for _ in range(3))) == ["OK"] * 3
        for member, kind in (
            (ada, "CONNECTION_ENDED"),
            (grace, "CONNECTION_ENDED"),
            (ida, "REQUEST_DECLINED"),
        ):
            assert await events(member, kind) == 1
    await check_invariants()


@pytest.mark.parametrize("by", ["sweeper", "a new request"])
async def test_expiry_and_accept(by: str) -> None:
    won = set()
    for number in range(ROUNDS):
        start = clock.freeze(NOON + timedelta(days=number))
        over = start + timedelta(days=180)
        ada, grace = await fresh(number)
        key = await ask(ada, grace)
        expiring = sweeper.sweep() if by == "sweeper" else ask(grace, ada)
        accepted, other = await race(
            at(over - timedelta(microseconds=1), requests.accept(grace, key)), at(over, expiring)
        )
        if accepted == "OK":
            assert await states(key) == ("ACCEPTED", "ACCEPTED")
            assert other in ("OK", "ALREADY_CONNECTED")
        else:
            assert (accepted, other) == ("NOT_FOUND", "OK")
            assert await states(key) == ("EXPIRED", "GONE")
        won.add(accepted)
    assert len(won) == 2
    await check_invariants()
