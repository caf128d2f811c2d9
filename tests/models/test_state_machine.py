"""Random acts of four members against a plain in-memory world (tests/models/plain.py).

After every step what each member may see is compared, and before and after every silent act all
that the others can read, byte for byte. HYPOTHESIS_SEED plays other games than the usual ones,
HYPOTHESIS_EXAMPLES more of them.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models import clock, ids, relationship, sql, sweeper
from models import database as db
from models import request as requests
from models.problem import Problem
from models.request import Basis, DeclineReason
from models.sending import send
from tests.conftest import TABLES
from tests.models.acts import NOON, SetUp, tie
from tests.models.plain import BUDGET, CONNECTIONS, NOTE, OPEN, PER_DIRECTION, No, World
from tests.models.views import Names, everything, expected, seen
from tests.people import check_invariants, people

# Children first.
IN_ORDER = [name for name in TABLES.split(", ") if name != "member"] + ["member"]
PICKS = st.integers(0, 5)
WHO = st.integers(0, 3)
# Mostly the one whose turn it is; sometimes somebody else, who finds nothing.
TURNS = st.sampled_from([0] * 9 + [1, 2])
NOTES = st.sampled_from([None, None, "Hello", "😀" * NOTE, "x" * (NOTE + 1)])
STEPS = st.sampled_from(
    [
        {"minutes": 1},
        {"minutes": 9, "seconds": 59},
        {"minutes": 10},
        {"days": 1},
        {"days": 7},
        {"days": 7},
        {"days": 21},
        {"days": 90},
        {"days": 172},
        {"days": 179, "hours": 23, "minutes": 55},
        {"days": 180},
    ]
)


class Life(RuleBasedStateMachine):
    """The rules are the acts; `play` does each on both sides."""

    runner: ClassVar[asyncio.Runner]

    def run(self, act: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine: rules are none."""
        return self.runner.run(act)

    @initialize()
    def begin(self) -> None:
        ids.forget_last()
        self.world = World(clock.freeze(NOON))
        self.names = Names(self.run(self._people()))

    async def _people(self) -> list[int]:
        for table in IN_ORDER:
            await sql.change(f"DELETE FROM {table}")
        return await people("ada", "grace", "ida", "joan")

    def play(
        self,
        real: Callable[[], Awaitable[object]],
        plain: Callable[[], object],
        quiet_for: int | None = None,
    ) -> object:
        """Both worlds act and answer the same. A quiet act of this member shows to nobody else."""
        return self.run(self._play(real, plain, quiet_for))

    async def _play(
        self,
        real: Callable[[], Awaitable[object]],
        plain: Callable[[], object],
        quiet_for: int | None,
    ) -> object:
        others = [] if quiet_for is None else [m for m in self.world.members if m != quiet_for]
        members = self.names.members
        before = [await everything(members[m], members) for m in others]
        result: object = None
        told: tuple[object, ...] = ("OK", None, None)
        try:
            result = await real()
        except Problem as problem:
            about = problem.subject if problem.subject in self.names.asks else None
            told = (problem.code.value, problem.until, self.names.ask(about))
        wanted: tuple[object, ...] = ("OK", None, None)
        try:
            plain()
        except No as refusal:
            wanted = refusal.answer
        assert told == wanted
        await self.names.learn()
        assert [await everything(members[m], members) for m in others] == before
        return result

    def ask_number(self, pick: int) -> int:
        """One of the requests, those still open first, latest first."""
        asks = self.world.asks
        order = sorted(asks, key=lambda a: (a.mine != "PENDING", -a.number))
        return order[pick % len(order)].number

    @rule(who=WHO, other=WHO, note=NOTES)
    def send(self, who: int, other: int, note: str | None) -> None:
        members = self.names.members
        row = self.play(
            lambda: send(members[who], members[other], Basis.OTHER, note),
            lambda: self.world.send(who, other, note),
        )
        if row is not None and row["id"] not in self.names.asks:  # type: ignore[index]
            self.names.asks.append(row["id"])  # type: ignore[index]

    @precondition(lambda self: self.world.asks)
    @rule(pick=PICKS, note=NOTES)
    def ask_back(self, pick: int, note: str | None) -> None:
        ask = self.world.asks[self.ask_number(pick)]
        self.send(ask.recipient, ask.sender, note)

    def _answer(self, act: Any, plain: Any, pick: int, turn: int, *rest: Any, quiet: bool) -> None:
        number = self.ask_number(pick)
        who = (self.world.asks[number].recipient + turn) % 4
        me, key = self.names.members[who], self.names.asks[number]
        self.play(
            lambda: act(me, key, *rest), lambda: plain(who, number, *rest), who if quiet else None
        )

    @precondition(lambda self: self.world.asks)
    @rule(pick=PICKS, turn=TURNS)
    def accept(self, pick: int, turn: int) -> None:
        self._answer(requests.accept, self.world.accept, pick, turn, quiet=False)

    @precondition(lambda self: self.world.asks)
    @rule(pick=PICKS, turn=TURNS)
    def ignore(self, pick: int, turn: int) -> None:
        self._answer(requests.ignore, self.world.ignore, pick, turn, quiet=True)

    @precondition(lambda self: self.world.asks)
    @rule(pick=PICKS, turn=TURNS)
    def undo_ignore(self, pick: int, turn: int) -> None:
        self._answer(requests.undo_ignore, self.world.undo_ignore, pick, turn, quiet=True)

    @precondition(lambda self: self.world.asks)
    @rule(pick=PICKS, turn=TURNS, reason=st.sampled_from(DeclineReason), tell=st.booleans())
    def decline(self, pick: int, turn: int, reason: DeclineReason, tell: bool) -> None:
        # One that will be told is as quiet as the other for its first 10 minutes.
        async def act(me: int, key: int, reason: DeclineReason, tell: bool) -> None:
            await requests.decline(me, key, reason, tell=tell)

        self._answer(act, self.world.decline, pick, turn, reason, tell, quiet=True)

    @precondition(lambda self: self.world.asks)
    @rule(pick=PICKS, turn=TURNS)
    def undo_decline(self, pick: int, turn: int) -> None:
        self._answer(requests.undo_decline, self.world.undo_decline, pick, turn, quiet=True)

    def _follow_up(self, act: Any, plain: Any, pick: int, turn: int) -> None:
        number = self.ask_number(pick)
        who = (self.world.asks[number].sender + turn) % 4
        me, key = self.names.members[who], self.names.asks[number]
        self.play(lambda: act(me, key), lambda: plain(who, number))

    @precondition(lambda self: self.world.asks)
    @rule(pick=PICKS, turn=TURNS)
    def withdraw(self, pick: int, turn: int) -> None:
        self._follow_up(requests.withdraw, self.world.withdraw, pick, turn)

    @precondition(lambda self: self.world.asks)
    @rule(pick=PICKS, turn=TURNS)
    def nudge(self, pick: int, turn: int) -> None:
        self._follow_up(requests.nudge, self.world.nudge, pick, turn)

    def _on_bond(self, act: Any, plain: Any, pick: int, side: bool) -> None:
        pairs = sorted(map(sorted, self.world.bonds))
        who, other = pairs[pick % len(pairs)][:: 1 if side else -1]
        members = self.names.members

        async def real() -> None:
            await act(members[who], await tie(members[who], members[other]))

        self.play(real, lambda: plain(who, other))

    @precondition(lambda self: self.world.bonds)
    @rule(pick=PICKS, side=st.booleans())
    def remove(self, pick: int, side: bool) -> None:
        self._on_bond(relationship.remove, self.world.remove, pick, side)

    @precondition(lambda self: self.world.bonds)
    @rule(pick=PICKS, side=st.booleans())
    def undo_remove(self, pick: int, side: bool) -> None:
        self._on_bond(relationship.undo_remove, self.world.undo_remove, pick, side)

    @rule()
    def sweep(self) -> None:
        self.play(sweeper.sweep, self.world.sweep)

    @rule(step=STEPS)
    def time_passes(self, step: dict[str, float]) -> None:
        self.world.now = clock.advance(**step)

    @invariant()
    def all_see_what_they_may(self) -> None:
        self.run(self._compare())

    async def _compare(self) -> None:
        for member in self.world.members:
            found, wanted = await seen(member, self.names), expected(self.world, member)
            for part, value in wanted.items():
                assert found[part] == value, (member, part)
        await check_invariants()


@pytest.fixture
def loop_runner(database_url: str) -> Iterator[asyncio.Runner]:
    """One event loop with an open database, for rules that are not coroutines."""
    with asyncio.Runner() as runner:
        context = runner.run(db.connect(database_url))
        yield runner
        runner.run(context.close_connections())


def test_every_member_sees_what_they_may(loop_runner: asyncio.Runner, set_up: SetUp) -> None:
    set_up(
        request_budget=BUDGET,
        open_requests=OPEN,
        requests_per_direction=PER_DIRECTION,
        connection_limit=CONNECTIONS,
        note_length=NOTE,
    )

    class Game(Life):
        runner = loop_runner

    chosen = os.environ.get("HYPOTHESIS_SEED")
    if chosen:
        seed(int(chosen))(Game)
    run_state_machine_as_test(
        Game,
        settings=settings(
            max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "12")),
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=chosen is None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
