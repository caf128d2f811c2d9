"""Random acts of three members on messages and updates against plain in-memory worlds
(tests/models/plain_messages.py, plain_updates.py), while they connect and part: compared as in
test_state_machine.py, and before and after every silent act (ignore, mute, archive, snooze …).
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
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

from models import (
    clock,
    conversation_acts,
    conversation_settings,
    feed_choice,
    ids,
    message_acts,
    message_send,
    notification,
    relationship,
    sql,
    update_post,
    update_reply,
)
from models import request as requests
from models.problem import Problem
from models.request import Basis
from models.sending import send
from models.update import UpdateKind
from tests.conftest import TABLES
from tests.models.acts import NOON, SetUp, tie
from tests.models.message_views import WORD, Keys, everything, expected, seen, side_of
from tests.models.plain import No
from tests.models.plain_messages import REQUESTS_A_WEEK, Talk
from tests.models.plain_updates import News
from tests.models.posting import CONNECTIONS, MEMBERS, posted
from tests.models.test_state_machine import loop_runner  # noqa: F401 - a fixture
from tests.people import check_invariants, people

IN_ORDER = [name for name in TABLES if name != "member"] + ["member"]
HAPPENINGS = ["write"] * 14 + ["message"] * 10 + ["side"] * 14 + ["bond"] * 4 + ["choose"] * 3
HAPPENINGS += ["time"] * 7 + ["post"] * 3 + ["update"] * 6 + ["feed"] * 3
LATEST = [0] * 8 + [1, 1, 2, 3]
MOMENTS = [0] * 8 + [1, 1, 2, 4]
OFFSETS = [-1, 0, 0, 1, 60_000]
TEXTS = [WORD, "well", f"{WORD} 😀\nagain"]
# Acts on a side of a conversation; those that nobody else may notice.
ON_SIDES = ["mute", "unmute", "archive", "unarchive", "delete_conversation", "accept"]
ON_SIDES += ["mark_read", "mark_read", "mark_read", "ignore", "undo_ignore"]
SILENT = {*ON_SIDES} - {"accept", "mark_read"}
ON_ASKS = ["accept", "ignore", "ignore", "undo_ignore"]
KINDS = ["NEWS", "NEWS", "QUESTION"]


async def _mute(me: int, key: int) -> None:
    await conversation_acts.mute(me, key, muted=True)


async def _unmute(me: int, key: int) -> None:
    await conversation_acts.mute(me, key, muted=False)


SIDES: dict[str, Callable[..., Awaitable[object]]] = {
    "mute": _mute,
    "unmute": _unmute,
    "archive": conversation_acts.archive,
    "unarchive": conversation_acts.unarchive,
    "delete_conversation": conversation_acts.delete,
    "accept": conversation_acts.accept,
    "ignore": conversation_acts.ignore,
    "undo_ignore": conversation_acts.undo_ignore,
}
UPDATES: dict[str, Callable[..., Awaitable[object]]] = {
    "remove": update_post.remove,
    "thank": update_reply.thank,
    "take_back_thanks": update_reply.take_back_thanks,
    "reply": partial(update_reply.reply, text="Well said"),
}
MUTES: dict[str, Callable[..., Awaitable[object]]] = {
    "mute": feed_choice.mute,
    "snooze": feed_choice.snooze,
    "unmute": feed_choice.unmute,
}


class Correspondence(RuleBasedStateMachine):
    """`happens` draws what happens, `play` does it on both sides."""

    runner: ClassVar[asyncio.Runner]

    def run(self, act: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine: rules are none."""
        return self.runner.run(act)

    @initialize(known=st.booleans())
    def begin(self, known: bool) -> None:
        ids.forget_last()
        self.talk = Talk(clock.freeze(NOON))
        self.news = News(self.talk)
        self.keys = Keys(self.run(self._people()))
        self.talk.chosen = dict.fromkeys(self.talk.members, (True, True, True))
        self.moved = True
        if known:
            self.connect(0, 1, "We met in Turin")

    async def _people(self) -> list[int]:
        for table in IN_ORDER:
            await sql.change(f"DELETE FROM {table}")
        members = await people("ada", "grace", "ida")
        await sql.change(
            "UPDATE member SET takes_message_requests = true, shows_reading = true, "
            "puts_selling_aside = true"
        )
        return members

    @rule(luck=st.integers(0, 2**63 - 1))
    def happens(self, luck: int) -> None:
        """One act, or the passing of time; with luck of its own, as in test_state_machine.py."""
        self.moved = luck != 0
        if self.moved:
            chance = random.Random(luck)
            getattr(self, f"_{chance.choice(HAPPENINGS)}")(chance)

    def _time(self, chance: random.Random) -> None:
        offset = timedelta(milliseconds=chance.choice(OFFSETS))
        moments = {m + offset for m in (*self.talk.moments(), *self.news.moments())}
        ahead = sorted(m for m in moments if m > self.talk.now)
        later = self.talk.now + timedelta(hours=1)
        moment = ahead[chance.choice(MOMENTS) % len(ahead)] if ahead else later
        note(f"it is {moment}")
        self.talk.now = clock.freeze(moment)

    def _write(self, chance: random.Random) -> None:
        who, other = self._two(chance)
        if chance.random() < 0.02:
            other = who
        text = chance.choice([*TEXTS, *TEXTS, "  "])
        selling = chance.random() < 0.25
        me, them = self.keys.members[who], self.keys.members[other]
        self.play(
            f"{who} writes {text!r} to {other}{' selling' if selling else ''}",
            lambda: message_send.send(me, them, text, selling=selling),
            lambda: self.talk.write(who, other, text, selling),
        )

    def _two(self, chance: random.Random) -> tuple[int, int]:
        """Mostly the answer to what was written last."""
        if self.talk.said and chance.random() < 0.5:
            last = self.talk.said[-1]
            (reader,) = last.pair - {last.sender}
            return (reader, last.sender) if chance.random() < 0.8 else (last.sender, reader)
        one, two = chance.sample(list(self.talk.members), 2)
        return one, two

    def _message(self, chance: random.Random) -> None:
        """Edit or delete a message; mostly one of the last ones, mostly who may."""
        if not self.talk.said:
            return
        message = self.talk.said[-1 - chance.choice(LATEST) % len(self.talk.said)]
        who = message.sender if chance.random() < 0.7 else chance.choice(list(self.talk.members))
        me, key, number = self.keys.members[who], self.keys.messages[message.number], message.number
        if chance.random() < 0.5:
            text = chance.choice(TEXTS)
            self.play(
                f"{who} edits message {number} to {text!r}",
                lambda: message_acts.edit(me, key, text),
                lambda: self.talk.edit(who, number, text),
            )
            return
        self.play(
            f"{who} deletes message {number}",
            lambda: message_acts.delete(me, key),
            lambda: self.talk.delete(who, number),
            watched=self._others(who),
        )

    def _others(self, who: int) -> list[int]:
        return [member for member in self.talk.members if member != who]

    def _side(self, chance: random.Random) -> None:
        """An act on one's side of a conversation: what waits first, and the last one mostly."""
        asked = [pair for pair, side in self.talk.sides.items() if side.state != "OPEN"]
        pairs = asked if asked and chance.random() < 0.4 else list(self.talk.sides)
        if not pairs:
            return
        who, other = pairs[-1 - chance.choice(LATEST) % len(pairs)]
        name = chance.choice(ON_ASKS if pairs is asked else ON_SIDES)
        me, them = self.keys.members[who], self.keys.members[other]
        if name == "mark_read":
            thread = self.talk.thread(who, other)
            number = chance.choice(thread).number if chance.random() < 0.3 else None
            self._mark_read(who, other, number)
            return

        async def real() -> None:
            await SIDES[name](me, await side_of(me, them))

        self.play(
            f"{who}: {name} with {other}",
            real,
            lambda: getattr(self.talk, name)(who, other),
            watched=self._others(who) if name in SILENT else [],
        )

    def _mark_read(self, who: int, other: int, number: int | None) -> None:
        me, them = self.keys.members[who], self.keys.members[other]
        up_to = None if number is None else self.keys.messages[number]
        shown = self.talk.chosen[who][2] and self.talk.chosen[other][2]
        both = shown and self.talk.can_write(who, other)

        async def real() -> None:
            await message_acts.mark_read(me, await side_of(me, them), up_to)

        self.play(
            f"{who} has read {number} from {other}",
            real,
            lambda: self.talk.mark_read(who, other, number),
            watched=[] if both else self._others(who),
        )

    def _choose(self, chance: random.Random) -> None:
        who = chance.choice(list(self.talk.members))
        values = takes, aside, shows = [chance.random() < often for often in (0.8, 0.5, 0.8)]
        me = self.keys.members[who]
        before = self.talk.chosen[who]

        def plain() -> None:
            self.talk.chosen[who] = (takes, aside, shows)

        seen = (takes, shows) != (before[0], before[2])
        self.play(
            f"{who} chooses {values}",
            lambda: conversation_settings.choose(me, takes, aside, shows),
            plain,
            watched=[] if seen else self._others(who),
        )

    def connect(self, asker: int, other: int, words: str | None) -> None:
        me, them = self.keys.members[asker], self.keys.members[other]

        async def real() -> None:
            await requests.accept(them, (await send(me, them, Basis.OTHER, words))["id"])

        plain = partial(self.talk.connect, asker, other, words)
        self.play(f"{asker} and {other} connect", real, plain)

    def _bond(self, chance: random.Random) -> None:
        who, other = chance.sample(list(self.talk.members), 2)
        bond = self.talk.bonds.get(frozenset((who, other)))
        if bond is None and chance.random() < 0.6:
            return  # strangers for a while: they ask each other by message
        if bond is None or (bond.ended_by == who and chance.random() < 0.5):
            self.connect(who, other, chance.choice([None, f"{WORD} there"]))
            return
        name = "remove" if bond.ended is None and chance.random() < 0.8 else "undo_remove"
        me, them = self.keys.members[who], self.keys.members[other]
        act = getattr(relationship, name)

        async def real() -> None:
            await act(me, await tie(me, them))

        self.play(f"{who}: {name} {other}", real, lambda: getattr(self.talk, name)(who, other))

    def _post(self, chance: random.Random) -> None:
        who, kind = chance.choice(list(self.talk.members)), chance.choice(KINDS)
        audience = chance.choice(["CONNECTIONS", "CONNECTIONS", "MEMBERS"])
        chosen = MEMBERS if audience == "MEMBERS" else CONNECTIONS
        me = self.keys.members[who]
        self.play(
            f"{who} posts {kind} to {audience}",
            lambda: posted(me, chosen=chosen, kind=UpdateKind(kind)),
            lambda: self.news.post(who, kind, audience),
        )

    def _update(self, chance: random.Random) -> None:
        if not self.news.posts:
            return
        post = self.news.posts[-1 - chance.choice(LATEST) % len(self.news.posts)]
        who, name = chance.choice(list(self.talk.members)), chance.choice(list(UPDATES))
        if name == "remove" and chance.random() < 0.5:
            who = post.author
        me, key = self.keys.members[who], self.keys.updates[post.number]
        self.play(
            f"{who}: {name} update {post.number}",
            lambda: UPDATES[name](me, key),
            lambda: getattr(self.news, name)(who, post.number),
        )

    def _feed(self, chance: random.Random) -> None:
        """What somebody wants less of, and reading all notifications: nobody else's matter."""
        who, other = chance.choice(list(self.talk.members)), chance.choice(list(self.talk.members))
        name = chance.choice([*MUTES, *MUTES, "fewer", "read_all"])
        me, them = self.keys.members[who], self.keys.members[other]
        kind, fewer = chance.choice(KINDS), chance.random() < 0.7
        real: dict[str, Callable[[], Awaitable[object]]] = {
            "fewer": lambda: feed_choice.show_fewer(me, UpdateKind(kind), fewer),
            "read_all": lambda: notification.mark_read(me),
        }
        plain: dict[str, Callable[[], object]] = {
            "fewer": lambda: self.news.show_fewer(who, kind, fewer),
            "read_all": lambda: self.news.read_all(who),
        }
        self.play(
            f"{who}: {name} {other} {kind} {fewer}",
            real.get(name, lambda: MUTES[name](me, them)),
            plain.get(name, lambda: getattr(self.news, name)(who, other)),
            watched=self._others(who),
        )

    def play(
        self,
        what: str,
        real: Callable[[], Awaitable[object]],
        plain: Callable[[], object],
        watched: Sequence[int] = (),
    ) -> None:
        """Both worlds act and answer the same. For watched members nothing at all may change."""
        note(what)
        self.run(self._play(real, plain, watched))

    async def _play(
        self,
        real: Callable[[], Awaitable[object]],
        plain: Callable[[], object],
        watched: Sequence[int],
    ) -> None:
        members = self.keys.members
        before = [await everything(members[each], self.keys) for each in watched]
        told = wanted = ("OK", None)
        try:
            await real()
        except Problem as problem:
            told = (problem.code.value, problem.until)
        try:
            plain()
        except No as refusal:
            wanted = refusal.answer[:2]
        assert told == wanted
        await self.keys.learn()
        assert [await everything(members[each], self.keys) for each in watched] == before

    @invariant()
    def all_see_what_they_may(self) -> None:
        if self.moved:
            self.run(self._compare())

    async def _compare(self) -> None:
        for member in self.talk.members:
            found = await seen(member, self.keys)
            for part, value in expected(self.talk, self.news, member).items():
                assert found[part] == value, (member, part)
        await check_invariants()


@pytest.mark.timeout(600)  # a failure is made small before it is shown
def test_every_member_reads_what_they_may(
    loop_runner: asyncio.Runner,  # noqa: F811
    set_up: SetUp,
) -> None:
    set_up(
        request_budget=1_000,
        requests_per_direction=1_000,
        message_requests_per_week=REQUESTS_A_WEEK,
        updates_per_day=1_000,
        replies_per_day=1_000,
    )

    class Game(Correspondence):
        runner = loop_runner

    chosen = os.environ.get("HYPOTHESIS_SEED")
    if chosen:
        seed(int(chosen))(Game)
    run_state_machine_as_test(
        Game,
        settings=settings(
            max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "12")),
            stateful_step_count=60,
            deadline=None,
            database=None,
            derandomize=chosen is None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
