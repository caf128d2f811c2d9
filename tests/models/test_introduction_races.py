"""Acts on an introduction at once on PostgreSQL, hundreds of times: one outcome, all rules hold."""

import asyncio
import random
from collections.abc import Awaitable

import pytest

from models import clock, introduction, relationship, sql, sweeper
from models import request as requests
from tests.models.acts import NOON, ask, code_of, connect, days, tie
from tests.models.introducing import asked, forwarded, states, three
from tests.people import check_invariants

pytestmark = [pytest.mark.only_engine("postgres"), pytest.mark.usefixtures("database")]

ROUNDS = 80


async def race(*acts: Awaitable[object]) -> list[str]:
    """All at once; the code of each. Anything but a Problem is raised."""

    async def start(act: Awaitable[object]) -> str:
        await asyncio.sleep(random.choice((0, 0, 0.001, 0.002)))
        return await code_of(act)

    return await asyncio.gather(*(start(act) for act in acts))


async def fresh(number: int) -> tuple[int, int, int]:
    ada, mia, ben = await three(f"ada{number}", f"mia{number}", f"ben{number}")
    return ada, mia, ben


async def connected(one: int, two: int) -> bool:
    row = await sql.row(
        "SELECT 1 FROM relationship WHERE owner_id = $1 AND other_id = $2 AND ended_at IS NULL",
        one,
        two,
    )
    return row is not None


async def told(member: int, kind: str) -> int:
    row = await sql.row(
        "SELECT count(*) AS n FROM event WHERE member_id = $1 AND kind = $2", member, kind
    )
    assert row is not None
    return int(row["n"])


async def test_accept_and_withdraw() -> None:
    won = set()
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        key = await forwarded(ada, mia, ben)
        codes = await race(introduction.accept(ben, key), introduction.withdraw(ada, key))
        if codes == ["OK", "NOT_OPEN"]:
            assert await states(key) == ("ACCEPTED", "ACCEPTED", "ACCEPTED")
            assert await connected(ada, ben)
        else:
            assert codes == ["NOT_FOUND", "OK"]
            assert await states(key) == ("WITHDRAWN", "GONE", "GONE")
            assert not await connected(ada, ben)
        won.add(codes[0])
    assert len(won) == 2, "both win sometimes, or this is no race"
    await check_invariants()


async def test_forward_and_withdraw() -> None:
    won = set()
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        key = await asked(ada, mia, ben)
        first, second = await race(
            introduction.forward(mia, key, "Words"), introduction.withdraw(ada, key)
        )
        assert second == "OK", "the asker's side was open all the while"
        assert first in ("OK", "NOT_FOUND")
        target = "GONE" if first == "OK" else "NONE"
        assert await states(key) == ("WITHDRAWN", "GONE", target)
        won.add(first)
    assert len(won) == 2
    await check_invariants()


async def test_forward_and_refuse() -> None:
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        key = await asked(ada, mia, ben)
        first, second = await race(
            introduction.forward(mia, key, "Words"), introduction.refuse(mia, key)
        )
        assert first == "OK"
        assert second in ("OK", "NOT_OPEN")
        assert await states(key) == ("PENDING", "FORWARDED", "PENDING")


async def test_accept_and_decline_and_accept_again() -> None:
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        key = await forwarded(ada, mia, ben)
        first, second, third = await race(
            introduction.accept(ben, key),
            introduction.decline(ben, key),
            introduction.accept(ben, key),
        )
        assert first == third == "OK"
        assert second in ("OK", "NOT_OPEN")
        assert await told(mia, "INTRODUCTION_ACCEPTED") == 1
        assert await told(ben, "REQUEST_ACCEPTED") == 2, "the one of knowing Mia, and this"
    await check_invariants()


@pytest.mark.parametrize("sender", ["asker", "target"])
async def test_accepting_it_and_a_request_between_the_two(sender: str) -> None:
    """Whichever comes first connects them, once."""
    won = set()
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        key = await forwarded(ada, mia, ben)
        one, two = (ada, ben) if sender == "asker" else (ben, ada)
        request = await ask(one, two)
        codes = await race(introduction.accept(ben, key), requests.accept(two, request))
        assert codes[1] == "OK"
        assert codes[0] in ("OK", "NOT_FOUND"), codes
        stands = ("ACCEPTED",) * 3 if codes[0] == "OK" else ("VOID", "GONE", "GONE")
        assert await states(key) == stands
        assert await told(ada, "REQUEST_ACCEPTED") == 2
        won.add(codes[0])
    assert len(won) == 2
    await check_invariants()


@pytest.mark.parametrize("sender", ["asker", "target"])
async def test_accepting_it_while_one_of_the_two_asks(sender: str) -> None:
    """No open request slips in behind the connection."""
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        key = await forwarded(ada, mia, ben)
        one, two = (ada, ben) if sender == "asker" else (ben, ada)
        codes = await race(introduction.accept(ben, key), ask(one, two))
        assert codes[0] == "OK"
        assert codes[1] in ("OK", "ALREADY_CONNECTED")
        assert await connected(ada, ben)
    await check_invariants()


async def test_two_who_ask_to_meet_each_other_accept_at_once() -> None:
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        one, two = await forwarded(ada, mia, ben), await forwarded(ben, mia, ada)
        codes = await race(introduction.accept(ben, one), introduction.accept(ada, two))
        assert sorted(codes) == ["NOT_FOUND", "OK"]
        assert {(await states(key))[0] for key in (one, two)} == {"ACCEPTED", "VOID"}
    await check_invariants()


async def test_two_asks_at_once() -> None:
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        codes = await race(*(asked(ada, mia, ben) for _ in range(3)))
        assert sorted(codes) == ["INTRODUCTION_OPEN", "INTRODUCTION_OPEN", "OK"]


async def test_asking_while_a_removal_is_undone() -> None:
    """The two are never connected with an open introduction between them."""
    won = set()
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        await connect(ada, ben)
        side = await tie(ben, ada)
        await relationship.remove(ben, side)
        codes = await race(asked(ada, mia, ben), relationship.undo_remove(ben, side))
        assert codes[1] == "OK"
        assert codes[0] in ("OK", "ALREADY_CONNECTED")
        assert not await sql.rows(
            "SELECT 1 FROM introduction WHERE asker_id = $1 AND asker_state = 'PENDING'", ada
        )
        won.add(codes[0])
    assert len(won) == 2
    await check_invariants()


async def test_forward_and_the_end_of_a_connection() -> None:
    for number in range(ROUNDS):
        ada, mia, ben = await fresh(number)
        key = await asked(ada, mia, ben)
        codes = await race(
            introduction.forward(mia, key, "Words"), relationship.remove(ben, await tie(ben, mia))
        )
        assert codes[1] == "OK"
        forwarded_ = (await states(key))[1] == "FORWARDED"
        assert codes[0] == ("OK" if forwarded_ else "INTRODUCER_UNAVAILABLE")


async def test_sweepers_and_acts_at_the_moment_it_expires() -> None:
    for number in range(ROUNDS // 2):
        clock.freeze(NOON + days(number))
        ada, mia, ben = await fresh(number)
        key = await forwarded(ada, mia, ben)
        clock.advance(days=30)
        codes = await race(
            sweeper.sweep(), sweeper.sweep(), introduction.accept(ben, key), asked(ada, mia, ben)
        )
        assert codes == ["OK", "OK", "NOT_FOUND", "OK"]
        assert await states(key) == ("EXPIRED", "EXPIRED", "GONE")
    await check_invariants()
