"""A storm: random acts on a few members by many writers. Nothing but a Problem reaches anyone."""

import asyncio
import random
from collections import Counter

import asyncpg
import pytest

from models import relationship, sender, sql, sweeper, unit
from models import request as requests
from models.problem import Problem
from models.request import DeclineReason
from tests.models.acts import SetUp, ask
from tests.people import check_invariants, people

pytestmark = pytest.mark.usefixtures("database")

WRITERS = 8
ACTS = {"sqlite": 60, "postgres": 250}  # each


async def one_act(members: list[int], keys: list[int], ties: list[tuple[int, int]]) -> None:
    me, other = random.sample(members, 2)
    key = random.choice(keys[-6:]) if keys else 1
    who, side = random.choice(ties[-6:]) if ties else (me, 1)
    act = random.randrange(12)
    if act <= 2:
        keys.append(await ask(me, other, "Hello", random.choice([None, None, "a", "b"])))
    elif act <= 5:
        row = await requests.accept(me, key)
        ties.extend(
            (r["owner_id"], r["id"])
            for r in await sql.rows(
                "SELECT id, owner_id FROM relationship WHERE request_id = $1", row["id"]
            )
        )
    elif act == 6:
        await random.choice((requests.ignore, requests.undo_ignore))(me, key)
    elif act == 7:
        await requests.decline(me, key, DeclineReason.OTHER, tell=random.random() < 0.5)
    elif act == 8:
        await random.choice((requests.undo_decline, sender.withdraw, sender.nudge))(me, key)
    elif act == 9:
        await relationship.remove(who, side)
    elif act == 10:
        await relationship.undo_remove(who, side)
    else:
        await sweeper.sweep()


@pytest.fixture
def deadlocks(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Those the units met, also the ones that trying again hid."""
    met: list[Exception] = []
    ask = unit._someone_was_faster

    def note(error: Exception) -> bool:
        if isinstance(error, asyncpg.DeadlockDetectedError):
            met.append(error)
        return ask(error)

    monkeypatch.setattr(unit, "_someone_was_faster", note)
    return met


@pytest.mark.parametrize("undo_minutes", [0, 10])
async def test_storm(
    set_up: SetUp, engine: str, undo_minutes: int, deadlocks: list[Exception]
) -> None:
    # No cool-downs and hardly a limit, so that most acts find something to do. Without an undo
    # time what is due is due at once, so that the sweeper takes part.
    set_up(
        request_budget=10**6,
        open_requests=10**6,
        requests_per_direction=10**6,
        ask_again_days=0,
        removal_cooldown_days=0,
        nudge_after_days=0,
        undo_minutes=undo_minutes,
    )
    members = await people("ada", "grace", "ida", "joan", "mary")
    keys: list[int] = []
    ties: list[tuple[int, int]] = []
    codes: Counter[str] = Counter()

    async def writer() -> None:
        for _ in range(ACTS[engine]):
            try:
                await one_act(members, keys, ties)
                codes["OK"] += 1
            except Problem as problem:
                codes[problem.code] += 1

    await asyncio.wait_for(asyncio.gather(*(writer() for _ in range(WRITERS))), timeout=120)
    assert not deadlocks, "every unit takes its locks in one order (models/unit.py)"
    assert codes["OK"] > WRITERS * ACTS[engine] / 4, codes
    await check_invariants()
