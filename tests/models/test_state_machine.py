"""Random acts of four members against a plain in-memory world (tests/models/plain.py): requests,
connections, introductions with every member in every role, and the passing of time.

After every step what each member may see is compared, and before and after every silent act all
that the sender can read, byte for byte. HYPOTHESIS_SEED plays other games than the usual ones,
HYPOTHESIS_EXAMPLES more of them.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from models import clock, ids, introduction, relationship, sender, sql, sweeper
from models import database as db
from models import request as requests
from models.problem import Problem
from models.request import Basis, DeclineReason
from models.sending import send
from tests.conftest import TABLES
from tests.models import plain_introductions
from tests.models.acts import NOON, SetUp, tie
from tests.models.plain import BUDGET, CONNECTIONS, NOTE, OPEN, PER_DIRECTION, No, World
from tests.models.views import Names, everything, expected, seen
from tests.people import check_invariants, people

# Children first.
IN_ORDER = [name for name in TABLES if name != "member"] + ["member"]
# What happens next: mostly something about the request, or the connection, touched last, since
# what breaks is mostly a chain of acts on one.
HAPPENINGS = ["answer"] * 10 + ["time"] * 8 + ["bond"] * 6 + ["send"] * 4 + ["sweep"] * 3
HAPPENINGS += ["introduce"] * 6 + ["introduction"] * 18
LATEST = [0] * 12 + [1, 1, 2, 3, 4, 5]
WHO = [0, 0, 0, 1, 1, 2, 3]
# Mostly the one whose turn it is; sometimes somebody else, who finds nothing.
TURNS = [0] * 12 + [1, 2]
NOTES = [None, None, None, None, "Hello", "Hello", "😀" * NOTE, "x" * (NOTE + 1)]
# Which of the moments at which something ends or is due; the next one most often. Just before
# it, at it, or after it.
MOMENTS = [0] * 8 + [1, 1, 2, 3, 5, 8]
OFFSETS = [-1, 0, 0, 1, 60_000]

ANSWERS = ["accept", "ignore", "undo_ignore", "decline", "decline_and_tell", "undo_decline"]
FOLLOW_UPS = ["withdraw", "nudge", "nudge"]
# The acts that do something, by the recipient's state of an open request.
LIKELY = {
    "PENDING": ["accept", "ignore", "ignore", "decline", "decline_and_tell", "ask_back"],
    "IGNORED": ["accept", "undo_ignore", "decline", "decline_and_tell", "ask_back"],
    "DECLINED": ["accept", "undo_decline", "undo_decline", "ask_back"],
}
QUIET = {*ANSWERS} - {"accept"}

# Acts on introductions, by the side that may do them; and those that do something, by the states
# of introducer and target.
SIDES = {
    "forward": "introducer",
    "refuse": "introducer",
    "undo_refuse": "introducer",
    "decline": "target",
    "accept": "target",
    "withdraw": "asker",
}
NEXT = {
    ("PENDING", "NONE"): ["forward", "forward", "refuse", "withdraw"],
    ("REFUSED", "NONE"): ["undo_refuse", "forward", "withdraw"],
    ("FORWARDED", "PENDING"): ["accept", "accept", "decline", "withdraw"],
    ("FORWARDED", "DECLINED"): ["accept", "withdraw"],
}
UNHEARD = {"refuse", "undo_refuse", "decline"}


async def sweep_and_purge() -> None:
    """What the server does every 15 seconds, and what it does once an hour."""
    await sweeper.sweep()
    await sweeper.purge()


async def _decline(me: int, key: int, reason: DeclineReason, tell: bool) -> None:
    await requests.decline(me, key, reason, tell=tell)


REAL: dict[str, Callable[..., Awaitable[object]]] = {
    "accept": requests.accept,
    "ignore": requests.ignore,
    "undo_ignore": requests.undo_ignore,
    "decline": _decline,
    "undo_decline": requests.undo_decline,
    "withdraw": sender.withdraw,
    "nudge": sender.nudge,
    "remove": relationship.remove,
    "undo_remove": relationship.undo_remove,
}


class Life(RuleBasedStateMachine):
    """`happens` draws what happens, `play` does it on both sides."""

    runner: ClassVar[asyncio.Runner]

    def run(self, act: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine: rules are none."""
        return self.runner.run(act)

    @initialize(friends=st.integers(0, 5))
    def begin(self, friends: int) -> None:
        ids.forget_last()
        self.world = World(clock.freeze(NOON))
        self.names = Names(self.run(self._people()))
        self.moved = True
        self.touched: list[int] = []
        self.bond_touched: dict[frozenset[int], int] = {}
        for other in (0, 2) if friends else ():  # 1 can introduce them from the start
            self.send(other, 1, None)
            accepting = partial(requests.accept, self.names.members[1], self.names.asks[-1])
            self.play(f"1 accepts {other}", accepting, partial(self.world.accept, 1, other // 2))

    async def _people(self) -> list[int]:
        for table in IN_ORDER:
            await sql.change(f"DELETE FROM {table}")
        return await people("ada", "grace", "ida", "joan")

    @rule(luck=st.integers(0, 2**63 - 1))
    def happens(self, luck: int) -> None:
        """One act, or the passing of time.

        One rule with luck of its own: Hypothesis drawing each choice plays the same few games
        again and again, and plays games without some of the acts. It can still leave steps out
        to make a failure small.
        """
        self.moved = luck != 0  # Hypothesis likes 0 best: nothing happens, and costs nothing
        if not self.moved:
            return
        chance = random.Random(luck)
        kind = chance.choice(HAPPENINGS)
        if kind == "answer" and not any(map(self.world.is_open, self.world.asks)):
            kind = chance.choice(["send", "send", "send", "answer"])
        if kind == "send" or not self.world.asks:
            who = chance.choice(WHO)
            other = (who + chance.choice([1, 1, 1, 1, 2, 2, 2, 3, 3, 0])) % 4
            self.send(who, other, chance.choice(NOTES))
        elif kind == "answer":
            self.answer(chance)
        elif kind == "introduce":
            self.introduce(chance)
        elif kind == "introduction" and self.world.brought.all:
            self.act_on_introduction(chance)
        elif kind == "bond" and self.world.bonds:
            self.end_or_undo(chance)
        elif kind == "sweep":
            self.play("sweep", sweep_and_purge, self.world.sweep)
        else:
            self.time_passes(chance.choice(MOMENTS), chance.choice(OFFSETS))

    def time_passes(self, which: int, milliseconds: int) -> None:
        offset = timedelta(milliseconds=milliseconds)
        ahead = sorted({m + offset for m in self.world.moments()} - {self.world.now})
        ahead = [moment for moment in ahead if moment > self.world.now]
        moment = ahead[which % len(ahead)] if ahead else self.world.now + timedelta(days=1)
        note(f"it is {moment}")
        self.world.now = clock.freeze(moment)

    def send(self, who: int, other: int, words: str | None) -> None:
        members = self.names.members
        row: Any = self.play(
            f"{who} asks {other}",
            lambda: send(members[who], members[other], Basis.OTHER, words),
            lambda: self.world.send(who, other, words),
        )
        if row is not None:
            assert row["id"] in self.names.asks

    def answer(self, chance: random.Random) -> None:
        """An act on a request, by its recipient or its sender."""
        waiting = [n for n in self.touched if self.world.is_open(self.world.asks[n])]
        numbers = waiting if waiting and chance.random() < 0.85 else self.touched
        number = numbers[chance.choice(LATEST) % len(numbers)]
        ask = self.world.asks[number]
        likely = LIKELY.get(ask.theirs, []) if self.world.is_open(ask) else []
        name = chance.choice([*likely * 3, *FOLLOW_UPS, *ANSWERS])
        self.touched.remove(number)
        self.touched.insert(0, number)
        if name == "ask_back":
            self.send(ask.recipient, ask.sender, chance.choice(NOTES))
            return
        reason = DeclineReason.NOT_NOW if name.startswith("decline") else None
        arguments = () if reason is None else (reason, name == "decline_and_tell")
        side = ask.sender if name in FOLLOW_UPS else ask.recipient
        who = (side + chance.choice(TURNS)) % 4
        me, key = self.names.members[who], self.names.asks[number]
        act = "decline" if reason else name
        self.play(
            f"{who}: {name} {number}",
            lambda: REAL[act](me, key, *arguments),
            lambda: getattr(self.world, act)(who, number, *arguments),
            watched=[ask.sender] if name in QUIET and who != ask.sender else [],
        )

    def introduce(self, chance: random.Random) -> None:
        """Somebody asks for an introduction; mostly one that can be asked for."""
        trios = [
            (a, m, b)
            for a in range(4)
            for b in range(4)
            for m in self.world.brought.introducers(self.world, a, b)
        ]
        if not trios and chance.random() < 0.7:
            return  # few refusals are enough
        trio = chance.choice(trios) if trios and chance.random() < 0.9 else None
        who, through, other = trio or (chance.randrange(4) for _ in range(3))
        members, words = self.names.members, plain_introductions.WORDS
        row: Any = self.play(
            f"{who} asks {through} to be introduced to {other}",
            lambda: introduction.ask(members[who], members[through], members[other], None, words),
            lambda: self.world.brought.ask(self.world, who, through, other),
            learned=self.names.brought,
        )
        assert row is None or row["id"] in self.names.brought

    def act_on_introduction(self, chance: random.Random) -> None:
        """An act on an introduction, by one of its sides or by somebody else."""
        found, world = self.world.brought, self.world
        waiting = [b for b in found.all if found.is_open(world, b)]
        some = waiting if waiting and chance.random() < 0.85 else found.all
        b = some[-1 - chance.choice(LATEST) % len(some)]
        likely = NEXT.get((b.between, b.theirs), []) if found.is_open(world, b) else []
        name = chance.choice([*likely * 4, *SIDES])
        who = (getattr(b, SIDES[name]) + chance.choice(TURNS)) % 4
        me, key = self.names.members[who], self.names.brought[b.number]
        words = ("You two should talk",) if name == "forward" else ()
        others = [m for m in (b.asker, b.introducer, b.target) if m != who]
        self.play(
            f"{who}: {name} introduction {b.number}",
            lambda: getattr(introduction, name)(me, key, *words),
            lambda: getattr(found, name)(world, who, b.number),
            watched=others if name in UNHEARD else [],
        )

    def end_or_undo(self, chance: random.Random) -> None:
        """An end of a connection, or its undoing; most often by the one who ended it."""
        pairs = sorted(self.world.bonds, key=lambda p: self.bond_touched.get(p, 0), reverse=True)
        pair = pairs[chance.choice(LATEST) % len(pairs)]
        who, other = chance.sample(sorted(pair), 2)
        undo = chance.random() < (0.3 if self.world.bonds[pair].ended is None else 0.8)
        ended = self.world.bonds[pair].ended_by
        if undo and ended is not None and chance.random() < 0.8:
            who, other = ended, next(iter(pair - {ended}))
        self.bond_touched[pair] = max(self.bond_touched.values(), default=0) + 1
        members = self.names.members
        act = "undo_remove" if undo else "remove"

        async def real() -> None:
            await REAL[act](members[who], await tie(members[who], members[other]))

        self.play(f"{who}: {act} {other}", real, lambda: getattr(self.world, act)(who, other))

    def play(
        self,
        what: str,
        real: Callable[[], Awaitable[object]],
        plain: Callable[[], object],
        watched: Sequence[int] = (),
        learned: list[int] | None = None,
    ) -> object:
        """Both worlds act and answer the same. For watched members nothing at all may change.
        The key of what the act made goes into `learned`.
        """
        note(what)
        return self.run(self._play(real, plain, watched, learned))

    async def _play(
        self,
        real: Callable[[], Awaitable[object]],
        plain: Callable[[], object],
        watched: Sequence[int],
        learned: list[int] | None,
    ) -> object:
        members = self.names.members
        before = [await everything(members[each], members) for each in watched]
        result: Any = None
        told: tuple[object, ...] = ("OK", None, None)
        try:
            result = await real()
        except Problem as problem:
            known = problem.subject in (*self.names.asks, *self.names.brought)
            about = self.names.about(problem.subject) if known else None
            told = (problem.code.value, problem.until, about)
        wanted: tuple[object, ...] = ("OK", None, None)
        try:
            plain()
        except No as refusal:
            wanted = refusal.answer
        assert told == wanted
        if learned is not None and result is not None:
            learned.append(result["id"])
        await self.names.learn()
        self.touched[:0] = [n for n in range(len(self.names.asks)) if n not in self.touched]
        assert [await everything(members[each], members) for each in watched] == before
        return result

    @invariant()
    def all_see_what_they_may(self) -> None:
        if self.moved:
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


@pytest.mark.timeout(600)  # a failure is made small before it is shown
def test_every_member_sees_what_they_may(loop_runner: asyncio.Runner, set_up: SetUp) -> None:
    set_up(
        request_budget=BUDGET,
        open_requests=OPEN,
        requests_per_direction=PER_DIRECTION,
        connection_limit=CONNECTIONS,
        note_length=NOTE,
        open_introductions=plain_introductions.OPEN,
    )

    class Game(Life):
        runner = loop_runner

    chosen = os.environ.get("HYPOTHESIS_SEED")
    if chosen:
        seed(int(chosen))(Game)
    run_state_machine_as_test(
        Game,
        settings=settings(
            max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "16")),
            stateful_step_count=60,
            deadline=None,
            database=None,
            derandomize=chosen is None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
