"""The life of an introduction told again, from product.md and decision 20 alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.models.plain import World

EXPIRY = timedelta(days=30)
# Small, so that four members reach it.
OPEN = 2
WORDS = "Meet me"


@dataclass
class Brought:
    """One introduction: the states of its three sides, and since when each."""

    number: int
    asker: int
    introducer: int
    target: int
    asked: datetime
    mine: str = "PENDING"
    between: str = "PENDING"
    theirs: str = "NONE"
    mine_since: datetime | None = None
    between_since: datetime | None = None
    theirs_since: datetime | None = None
    forwarded: datetime | None = None

    @property
    def expires(self) -> datetime:
        return self.asked + EXPIRY

    def end(self, mine: str, between: str, at: datetime) -> None:
        """Over without an answer; a refusal stays with who refused."""
        self.mine, self.mine_since = mine, at
        if self.between != "REFUSED":
            self.between, self.between_since = between, at
        if self.theirs != "NONE":
            self.theirs, self.theirs_since = "GONE", at


class Introductions:
    """What a World does about introductions; it is given the world each time."""

    def __init__(self) -> None:
        self.all: list[Brought] = []

    def over(self, world: "World", b: Brought) -> bool:
        return b.mine == "PENDING" and world.now >= b.expires

    def is_open(self, world: "World", b: Brought) -> bool:
        return b.mine == "PENDING" and not self.over(world, b)

    def counts(self, world: "World", b: Brought) -> bool:
        """Whether it is one of those one may ask for: one withdrawn is, for a week."""
        withdrawn = b.mine == "WITHDRAWN" and b.asked > world.now - timedelta(days=7)
        return withdrawn or self.is_open(world, b)

    def seen(self, world: "World", b: Brought, member: int) -> tuple[str, datetime | None]:
        """How it stands to a member, and since when; NONE and GONE are nothing."""
        over = self.over(world, b)
        if member == b.asker:
            return ("EXPIRED", b.expires) if over else (b.mine, b.mine_since)
        if member == b.introducer:
            if over and b.between != "REFUSED":
                return "EXPIRED", b.expires
            return b.between, b.between_since
        if member == b.target and not over and b.theirs not in ("NONE", "GONE"):
            return b.theirs, b.theirs_since
        return "GONE", None

    def open_between(self, world: "World", asker: int, target: int) -> Brought | None:
        found = [
            b for b in self.all if (b.asker, b.target) == (asker, target) and self.is_open(world, b)
        ]
        assert len(found) <= 1
        return found[0] if found else None

    def introducers(self, world: "World", asker: int, target: int) -> list[int]:
        if asker == target or world.bond(asker, target):
            return []
        return [m for m in world.friends(asker) if m != target and world.bond(m, target)]

    def void(self, world: "World", one: int, two: int) -> None:
        for b in self.all:
            if {b.asker, b.target} == {one, two} and b.mine == "PENDING":
                b.end("VOID", "GONE", world.now)

    def sweep(self, world: "World") -> None:
        for b in self.all:
            if self.over(world, b):
                b.end("EXPIRED", "EXPIRED", b.expires)

    def shows_notice(self, world: "World", kind: str, b: Brought) -> bool:
        if kind == "INTRODUCTION_ACCEPTED" or b.mine == "ACCEPTED":
            return True
        if kind == "INTRODUCTION_ASKED" and b.between == "REFUSED":
            return True
        return self.is_open(world, b)

    def waiting(self, world: "World", member: int) -> int:
        return sum(
            self.is_open(world, b)
            and self.seen(world, b, member)[0] == "PENDING"
            and member in (b.introducer, b.target)
            for b in self.all
        )

    # Acts

    def ask(self, world: "World", asker: int, introducer: int, target: int) -> int:
        from tests.models.plain import CONNECTIONS, No

        if asker in (introducer, target):
            raise No("SELF")
        if world.bond(asker, target):
            raise No("ALREADY_CONNECTED")
        old = self.open_between(world, asker, target)
        if old:
            raise No("INTRODUCTION_OPEN", None, ("int", old.number))
        request = world.between(asker, target)
        if request:
            raise No("REQUEST_OPEN", None, request.number)
        if sum(b.asker == asker and self.counts(world, b) for b in self.all) >= OPEN:
            raise No("TOO_MANY_INTRODUCTIONS")
        if len(world.friends(asker)) >= CONNECTIONS:
            raise No("OWN_CONNECTION_LIMIT")
        full = len(world.friends(target)) >= CONNECTIONS
        if introducer not in self.introducers(world, asker, target) or full:
            raise No("INTRODUCER_UNAVAILABLE")
        for stale in self.all:  # whoever looks first writes down that it is over
            if (stale.asker, stale.target) == (asker, target) and self.over(world, stale):
                stale.end("EXPIRED", "EXPIRED", stale.expires)
        b = Brought(len(self.all), asker, introducer, target, world.now)
        self.all.append(b)
        world.notices[introducer, "INTRODUCTION_ASKED", b.number] = [world.now, None]
        world.tell(asker, "INTRODUCTION_ASKED", ("int", b.number), target, False)
        world.tell(introducer, "INTRODUCTION_ASKED", ("int", b.number), asker, False)
        return b.number

    def _mine(self, world: "World", member: int, number: int, side: str) -> tuple[Brought, str]:
        from tests.models.plain import No

        b = self.all[number]
        state = self.seen(world, b, member)[0]
        if getattr(b, side) != member or state == "GONE":
            raise No("NOT_FOUND")
        return b, state

    def _settle(self, world: "World", member: int, kind: str, b: Brought) -> None:
        notice = world.notices[member, kind, b.number]
        notice[1] = notice[1] or world.now

    def _not_open(self, b: Brought) -> Any:
        from tests.models.plain import No

        return No("NOT_OPEN", None, ("int", b.number))

    def forward(self, world: "World", member: int, number: int) -> None:
        from tests.models.plain import No

        b, state = self._mine(world, member, number, "introducer")
        if state == "FORWARDED":
            return
        if state not in ("PENDING", "REFUSED") or not self.is_open(world, b):
            raise self._not_open(b)
        if not (world.bond(member, b.asker) and world.bond(member, b.target)):
            raise No("INTRODUCER_UNAVAILABLE", None, ("int", b.number))
        b.between, b.theirs = "FORWARDED", "PENDING"
        b.between_since = b.forwarded = world.now
        self._settle(world, member, "INTRODUCTION_ASKED", b)
        world.notices[b.target, "INTRODUCTION_RECEIVED", b.number] = [world.now, None]
        for one in (member, b.target):
            world.tell(one, "INTRODUCTION_RECEIVED", ("int", b.number), b.asker, False)

    def refuse(self, world: "World", member: int, number: int) -> None:
        b, state = self._mine(world, member, number, "introducer")
        if state == "PENDING":
            b.between, b.between_since = "REFUSED", world.now
            self._settle(world, member, "INTRODUCTION_ASKED", b)
        elif state != "REFUSED":
            raise self._not_open(b)

    def undo_refuse(self, world: "World", member: int, number: int) -> None:
        b, state = self._mine(world, member, number, "introducer")
        if state == "REFUSED" and self.is_open(world, b):
            b.between, b.between_since = "PENDING", None
        elif state != "PENDING":
            raise self._not_open(b)

    def decline(self, world: "World", member: int, number: int) -> None:
        b, state = self._mine(world, member, number, "target")
        if state == "PENDING":
            b.theirs, b.theirs_since = "DECLINED", world.now
            self._settle(world, member, "INTRODUCTION_RECEIVED", b)
        elif state != "DECLINED":
            raise self._not_open(b)

    def withdraw(self, world: "World", member: int, number: int) -> None:
        b, state = self._mine(world, member, number, "asker")
        if state == "WITHDRAWN":
            return
        if state != "PENDING":
            raise self._not_open(b)
        b.end("WITHDRAWN", "GONE", world.now)
        world.tell(member, "INTRODUCTION_WITHDRAWN", ("int", b.number), b.target, False)

    def accept(self, world: "World", member: int, number: int) -> None:
        b, state = self._mine(world, member, number, "target")
        if state == "ACCEPTED":
            return
        world.room(member, b.asker)
        b.mine = b.between = b.theirs = "ACCEPTED"
        b.mine_since = b.between_since = b.theirs_since = world.now
        world.connect(world.introduced(b.asker, member, WORDS), notice=False)
        self._settle(world, member, "INTRODUCTION_RECEIVED", b)
        for one in (b.asker, b.introducer):
            world.notices[one, "INTRODUCTION_ACCEPTED", b.number] = [world.now, None]
        for one, other in ((b.asker, member), (b.introducer, b.asker), (member, b.asker)):
            world.tell(one, "INTRODUCTION_ACCEPTED", ("int", b.number), other, False)
