"""The life of a request told again with lists and dictionaries, from product.md alone.

The state machine plays the same acts here and on the models and compares what each member may
see. There is no sweep of expired requests in here: a request is expired when its time is over,
and whether somebody tidied up must not show.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.models.plain_introductions import Introductions

UNDO = timedelta(minutes=10)
EXPIRY = timedelta(days=180)
NUDGE = timedelta(days=7)
REST = timedelta(days=21)
REMOVED_REST = timedelta(days=90)
WEEK = timedelta(days=7)
KEPT = timedelta(days=30)

# Small, so that four members reach every limit.
BUDGET = 4
OPEN = 3
PER_DIRECTION = 3
CONNECTIONS = 2
NOTE = 20


class No(Exception):
    """A refusal: its code, from when the same may succeed, and what it is about."""

    def __init__(self, code: str, until: datetime | None = None, about: object = None) -> None:
        super().__init__(code)
        self.answer = (code, until, about)


@dataclass
class Ask:
    """One request; `mine` is the sender's state of it, `theirs` the recipient's."""

    number: int
    sender: int
    recipient: int
    note: str | None
    sent: datetime
    surfaced: datetime
    mine: str = "PENDING"
    theirs: str = "PENDING"
    mine_since: datetime | None = None
    theirs_since: datetime | None = None
    nudged: datetime | None = None
    ignored: datetime | None = None
    reason: str | None = None
    tell: bool = False
    reply: str | None = None
    brought: bool = False  # by an introduction: it is none of those one may send

    @property
    def expires(self) -> datetime:
        return self.sent + EXPIRY


@dataclass
class Bond:
    """A connection of two, once made never forgotten."""

    ask: int
    since: datetime
    ended: datetime | None = None
    ended_by: int | None = None


@dataclass
class Due:
    """An event that waits for its time."""

    at: datetime
    member: int
    kind: str
    subject: tuple[str, int]
    other: int


@dataclass
class World:
    """Four members, numbered from 0, and all that is between them."""

    now: datetime
    members: range = range(4)
    asks: list[Ask] = field(default_factory=list)
    bonds: dict[frozenset[int], Bond] = field(default_factory=dict)
    brought: Introductions = field(default_factory=Introductions)
    due: list[Due] = field(default_factory=list)
    events: dict[int, list[tuple[object, ...]]] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    # (member, kind, request or introduction) -> when, read when; in the order first given.
    notices: dict[tuple[int, str, int], list[datetime | None]] = field(default_factory=dict)

    def moments(self) -> list[datetime]:
        """When something ends or is due, past ones too."""
        found = [due.at for due in self.due]
        for ask in self.asks:
            found += [ask.sent + WEEK, ask.expires]
            if ask.theirs_since:
                found.append(ask.theirs_since + UNDO)
            if ask.mine_since:
                found.append(ask.mine_since + REST)
        found += [b.expires for b in self.brought.all]
        for bond in self.bonds.values():
            if bond.ended:
                found += [bond.ended + UNDO, bond.ended + REMOVED_REST]
        return found

    # What stands between two

    def over(self, ask: Ask) -> bool:
        return ask.mine == "PENDING" and self.now >= ask.expires

    def to_sender(self, ask: Ask) -> tuple[str, datetime | None]:
        return ("EXPIRED", ask.expires) if self.over(ask) else (ask.mine, ask.mine_since)

    def to_recipient(self, ask: Ask) -> str:
        return "GONE" if self.over(ask) else ask.theirs

    def is_open(self, ask: Ask) -> bool:
        return ask.mine == "PENDING" and not self.over(ask)

    def between(self, one: int, two: int) -> Ask | None:
        """The open request between two, whoever sent it."""
        pair = {one, two}
        found = [a for a in self.asks if {a.sender, a.recipient} == pair and self.is_open(a)]
        assert len(found) <= 1
        return found[0] if found else None

    def bond(self, one: int, two: int) -> Bond | None:
        bond = self.bonds.get(frozenset((one, two)))
        return bond if bond and bond.ended is None else None

    def friends(self, member: int) -> list[int]:
        return [o for o in self.members if o != member and self.bond(member, o)]

    def budget(self, member: int) -> tuple[int, int, datetime | None, int]:
        spent = [
            a.sent
            for a in self.asks
            if a.sender == member and a.sent > self.now - WEEK and a.mine != "ACCEPTED"
        ]
        return BUDGET, max(0, BUDGET - len(spent)), min(spent) + WEEK if spent else None, WEEK.days

    def rests_until(self, member: int, other: int) -> datetime | None:
        ends = []
        for ask in self.asks:
            state, since = self.to_sender(ask)
            resting = state in ("WITHDRAWN", "EXPIRED", "DECLINED")
            if (ask.sender, ask.recipient) == (member, other) and resting and since:
                ends.append(since + REST)
        bond = self.bonds.get(frozenset((member, other)))
        if bond and bond.ended and bond.ended_by == other:
            ends.append(bond.ended + REMOVED_REST)
        return max((end for end in ends if end > self.now), default=None)

    def may_ask(self, member: int, other: int, note: str | None = None) -> None:
        """Raises No in the order of product.md."""
        if member == other:
            raise No("SELF")
        if self.bond(member, other):
            raise No("ALREADY_CONNECTED")
        ask = self.between(member, other)
        answering = ask is not None and ask.sender == other
        if ask is not None and not answering:
            raise No("REQUEST_OPEN", None, ask.number)
        if not answering:
            until = self.rests_until(member, other)
            if until:
                raise No("COOLDOWN", until)
            pair = (member, other)
            asked = [a for a in self.asks if (a.sender, a.recipient) == pair and not a.brought]
            if len(asked) >= PER_DIRECTION:
                raise No("REQUEST_LIMIT")
            _, left, resets, _ = self.budget(member)
            if not left:
                raise No("BUDGET_EXHAUSTED", resets)
            if sum(a.sender == member and self.is_open(a) for a in self.asks) >= OPEN:
                raise No("TOO_MANY_PENDING")
        if len(self.friends(member)) >= CONNECTIONS:
            raise No("OWN_CONNECTION_LIMIT")
        if note is not None and len(note) > NOTE:
            raise No("NOTE_TOO_LONG")
        if len(self.friends(other)) >= CONNECTIONS:
            raise No("RECIPIENT_UNAVAILABLE")

    # Telling

    def tell(
        self, member: int, kind: str, subject: tuple[str, int], other: int, side: bool
    ) -> None:
        number = self.last[member] = self.last.get(member, 0) + 1
        fact = (number, kind, subject, other, ("tie", other) if side else None, self.now)
        self.events.setdefault(member, []).append(fact)

    def notify(self, member: int, kind: str, ask: Ask) -> None:
        self.notices[member, kind, ask.number] = [self.now, None]

    def settle(self, ask: Ask) -> None:
        notice = self.notices.get((ask.recipient, "REQUEST_RECEIVED", ask.number))
        if notice:  # what an introduction brought was never received
            notice[1] = notice[1] or self.now

    def forget(self, kind: str, subject: tuple[str, int], member: int) -> None:
        self.due = [d for d in self.due if (d.kind, d.subject, d.member) != (kind, subject, member)]

    # Acts

    def send(self, member: int, other: int, note: str | None) -> int:
        self.may_ask(member, other, note)
        ask = self.between(member, other)
        if ask is not None:
            ask.reply = note
            self.connect(ask)
            return ask.number
        self.write_down(member, other)
        ask = Ask(len(self.asks), member, other, note, self.now, self.now)
        self.asks.append(ask)
        self.notify(other, "REQUEST_RECEIVED", ask)
        self.tell(member, "REQUEST_SENT", ("ask", ask.number), other, False)
        self.tell(other, "REQUEST_RECEIVED", ("ask", ask.number), member, False)
        return ask.number

    def write_down(self, one: int, two: int) -> None:
        """Whoever looks first writes down that a request is over."""
        for old in self.asks:
            if {old.sender, old.recipient} == {one, two} and self.over(old):
                old.mine, old.theirs, old.mine_since = "EXPIRED", "GONE", old.expires

    def introduced(self, asker: int, target: int, note: str) -> Ask:
        """The request that records what an introduction brings about: the one that is open, or
        one of its own.
        """
        ask = self.between(asker, target)
        if ask is None:
            self.write_down(asker, target)
            ask = Ask(len(self.asks), asker, target, note, self.now, self.now)
            self.asks.append(ask)
        ask.brought = True
        return ask

    def connect(self, ask: Ask, *, notice: bool = True) -> None:
        self.brought.void(self, ask.sender, ask.recipient)
        ask.mine = ask.theirs = "ACCEPTED"
        ask.mine_since = ask.theirs_since = self.now
        self.bonds[frozenset((ask.sender, ask.recipient))] = Bond(ask.number, self.now)
        self.forget("REQUEST_DECLINED", ("ask", ask.number), ask.sender)
        for member, other in ((ask.sender, ask.recipient), (ask.recipient, ask.sender)):
            self.forget("CONNECTION_ENDED", ("tie", other), member)
            self.tell(member, "REQUEST_ACCEPTED", ("ask", ask.number), other, True)
        self.settle(ask)
        if notice:
            self.notify(ask.sender, "REQUEST_ACCEPTED", ask)

    def received_by(self, member: int, number: int) -> tuple[Ask, str]:
        ask = self.asks[number]
        state = self.to_recipient(ask)
        if ask.recipient != member or state == "GONE":
            raise No("NOT_FOUND")
        return ask, state

    def accept(self, member: int, number: int) -> None:
        ask, state = self.received_by(member, number)
        if state == "ACCEPTED":
            return
        told = ask.tell and ask.theirs_since is not None and self.now >= ask.theirs_since + UNDO
        if state == "DECLINED" and told:
            raise No("NOT_OPEN", None, number)
        self.room(member, ask.sender)
        self.connect(ask)

    def room(self, member: int, other: int) -> None:
        if len(self.friends(member)) >= CONNECTIONS:
            raise No("OWN_CONNECTION_LIMIT")
        if len(self.friends(other)) >= CONNECTIONS:
            raise No("RECIPIENT_UNAVAILABLE")

    def ignore(self, member: int, number: int) -> None:
        ask, state = self.received_by(member, number)
        if state == "PENDING":
            ask.theirs, ask.theirs_since, ask.ignored = "IGNORED", self.now, self.now
            self.settle(ask)
        elif state != "IGNORED":
            raise No("NOT_OPEN", None, number)

    def undo_ignore(self, member: int, number: int) -> None:
        ask, state = self.received_by(member, number)
        if state == "IGNORED":
            ask.theirs, ask.theirs_since, ask.ignored = "PENDING", None, None
        elif state != "PENDING":
            raise No("NOT_OPEN", None, number)

    def decline(self, member: int, number: int, reason: str, tell: bool) -> None:
        ask, state = self.received_by(member, number)
        if state in ("PENDING", "IGNORED"):
            ask.theirs, ask.theirs_since, ask.reason, ask.tell = "DECLINED", self.now, reason, tell
            self.settle(ask)
            if tell:
                at = self.now + UNDO
                self.due.append(Due(at, ask.sender, "REQUEST_DECLINED", ("ask", number), member))
        elif state != "DECLINED":
            raise No("NOT_OPEN", None, number)

    def undo_decline(self, member: int, number: int) -> None:
        ask, state = self.received_by(member, number)
        if state == "DECLINED":
            assert ask.theirs_since is not None
            if self.now >= ask.theirs_since + UNDO:
                raise No("TOO_LATE")
            ask.theirs, ask.theirs_since = ("IGNORED" if ask.ignored else "PENDING"), ask.ignored
            ask.reason, ask.tell = None, False
            self.forget("REQUEST_DECLINED", ("ask", number), ask.sender)
        elif state == "ACCEPTED":
            raise No("NOT_OPEN", None, number)

    def sent_by(self, member: int, number: int) -> tuple[Ask, str]:
        ask = self.asks[number]
        if ask.sender != member:
            raise No("NOT_FOUND")
        return ask, self.to_sender(ask)[0]

    def withdraw(self, member: int, number: int) -> None:
        ask, state = self.sent_by(member, number)
        if state == "WITHDRAWN":
            return
        if state != "PENDING":
            raise No("NOT_OPEN", None, number)
        ask.mine, ask.theirs, ask.mine_since = "WITHDRAWN", "GONE", self.now
        self.forget("REQUEST_DECLINED", ("ask", number), member)
        self.tell(member, "REQUEST_WITHDRAWN", ("ask", number), ask.recipient, False)

    def nudge(self, member: int, number: int) -> None:
        ask, state = self.sent_by(member, number)
        if state != "PENDING":
            raise No("NOT_OPEN", None, number)
        if ask.nudged:
            return
        if self.now < ask.sent + NUDGE:
            raise No("TOO_EARLY", ask.sent + NUDGE)
        ask.nudged = self.now
        if ask.theirs == "PENDING":
            ask.surfaced = self.now
            self.notify(ask.recipient, "REQUEST_RECEIVED", ask)

    def remove(self, member: int, other: int) -> None:
        bond = self.bonds[frozenset((member, other))]
        if bond.ended is None:
            bond.ended, bond.ended_by = self.now, member
            for one, two in sorted(((member, other), (other, member))):
                self.due.append(Due(self.now + UNDO, one, "CONNECTION_ENDED", ("tie", two), two))

    def undo_remove(self, member: int, other: int) -> None:
        bond = self.bonds[frozenset((member, other))]
        if bond.ended is None:
            return
        if bond.ended_by != member:
            raise No("NOT_FOUND")
        if self.now >= bond.ended + UNDO:
            raise No("TOO_LATE")
        if self.between(member, other):
            raise No("REQUEST_OPEN")
        self.room(member, other)
        bond.ended = bond.ended_by = None
        self.brought.void(self, member, other)
        for one, two in ((member, other), (other, member)):
            self.forget("CONNECTION_ENDED", ("tie", two), one)

    def sweep(self) -> None:
        """What is due is told now; facts older than 30 days are no longer kept."""
        for due in sorted((d for d in self.due if d.at <= self.now), key=lambda d: d.at):
            self.due.remove(due)
            if due.kind == "REQUEST_DECLINED":
                ask = self.asks[due.subject[1]]
                if ask.mine != "PENDING" or due.at >= ask.expires:
                    continue
                ask.mine, ask.mine_since = "DECLINED", due.at
                self.notify(ask.sender, "REQUEST_DECLINED", ask)
            ended = due.kind == "CONNECTION_ENDED"
            self.tell(due.member, due.kind, due.subject, due.other, ended)
        for ask in self.asks:
            if self.over(ask):
                ask.mine, ask.theirs, ask.mine_since = "EXPIRED", "GONE", ask.expires
        self.brought.sweep(self)
        for member, facts in self.events.items():
            self.events[member] = [f for f in facts if f[-1] >= self.now - KEPT]  # type: ignore[operator]
