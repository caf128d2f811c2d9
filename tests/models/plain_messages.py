"""Messages told again with lists and dictionaries, from product.md alone: who may write, what each
side of a conversation shows, what is counted and told.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.models.plain import UNDO, Bond, No

EDITABLE = timedelta(minutes=5)
FIRST_DAYS = timedelta(days=3)
WEEK = timedelta(days=7)
REQUESTS_A_WEEK = 1


@dataclass
class Said:
    """One message, numbered over all; `seq` within its pair."""

    number: int
    pair: frozenset[int]
    seq: int
    sender: int
    text: str
    selling: bool
    sent: datetime
    note: bool = False
    edited: datetime | None = None
    deleted_by: set[int] = field(default_factory=set)


@dataclass
class Side:
    """What one of two has chosen and read of their conversation."""

    last_at: datetime
    state: str = "OPEN"
    read: int = 0
    told: int = 0
    cleared: int = 0
    muted: bool = False
    archived: bool = False
    filtered: bool = False
    trusted: bool = False


@dataclass
class Talk:
    """Three members, numbered from 0, and what they write to each other."""

    now: datetime
    members: range = range(3)
    bonds: dict[frozenset[int], Bond] = field(default_factory=dict)
    # Since when, by a message request.
    allowed: dict[frozenset[int], datetime] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    sides: dict[tuple[int, int], Side] = field(default_factory=dict)
    # (member, kind, other) -> when, read when, how many.
    notices: dict[tuple[int, str, int], tuple[datetime, datetime | None, int]] = field(
        default_factory=dict
    )
    events: dict[int, list[tuple[object, ...]]] = field(default_factory=dict)
    # takes message requests, puts aside what sells, shows reading
    chosen: dict[int, tuple[bool, bool, bool]] = field(default_factory=dict)

    def moments(self) -> list[datetime]:
        """When something ends, past ones too."""
        found = [m.sent + EDITABLE for m in self.said]
        found += [side.last_at + WEEK for side in self.sides.values() if side.state == "ASKED"]
        for bond in self.bonds.values():
            found += [bond.since + FIRST_DAYS, *([bond.ended + UNDO] if bond.ended else [])]
        return found + [since + FIRST_DAYS for since in self.allowed.values()]

    # What stands between two

    def bond(self, one: int, two: int) -> Bond | None:
        bond = self.bonds.get(frozenset((one, two)))
        return bond if bond and bond.ended is None else None

    def thread(self, one: int, two: int) -> list[Said]:
        return [m for m in self.said if m.pair == {one, two}]

    def kept(self, owner: int, other: int) -> list[Said]:
        """What the owner's side shows, oldest first."""
        side = self.sides.get((owner, other))
        if side is None:
            return []
        thread = self.thread(owner, other)
        return [m for m in thread if m.seq > side.cleared and owner not in m.deleted_by]

    def unread(self, owner: int, other: int) -> int:
        side = self.sides[owner, other]
        if side.filtered:
            return 0
        kept = self.kept(owner, other)
        return sum(m.sender == other and m.seq > side.read and not m.note for m in kept)

    def can_write(self, one: int, two: int) -> bool:
        """Whether the two may write to each other, but for the first days."""
        pair = frozenset((one, two))
        past = self.bonds.get(pair)
        return self.bond(one, two) is not None or (pair in self.allowed and past is None)

    def may_write(self, member: int, other: int) -> str:
        """Raises No; else which way it goes."""
        if member == other:
            raise No("SELF")
        side, bond = self.sides.get((member, other)), self.bonds.get(frozenset((member, other)))
        if self.can_write(member, other):
            self._first_days(member, other, bond)
            return "MESSAGE"
        if bond:
            raise No("CONVERSATION_CLOSED")
        if side and side.state in ("REQUESTED", "IGNORED"):
            return "ANSWER"
        if side and side.state == "ASKED":
            raise No("AWAITING_ANSWER")
        asked = [
            s.last_at
            for (owner, _), s in self.sides.items()
            if owner == member and s.state == "ASKED" and s.last_at > self.now - WEEK
        ]
        if len(asked) >= REQUESTS_A_WEEK:
            raise No("TOO_MANY", min(asked) + WEEK)
        if not self.chosen[other][0]:
            raise No("RECIPIENT_UNAVAILABLE")
        return "REQUEST"

    def _first_days(self, member: int, other: int, bond: Bond | None) -> None:
        allowed = self.allowed.get(frozenset((member, other)))
        start = max(each for each in (allowed, bond and bond.since) if each)
        if self.now >= start + FIRST_DAYS:
            return
        since = [m for m in self.thread(member, other) if m.sent >= start and not m.note]
        if any(m.sender == member for m in since) and all(m.sender == member for m in since):
            raise No("AWAITING_ANSWER", start + FIRST_DAYS)

    # Telling

    def tell(self, member: int, kind: str, message: Said, other: int) -> None:
        self.events.setdefault(member, []).append((kind, message.number, other))

    def notify(self, member: int, kind: str, other: int) -> None:
        _, read, times = self.notices.get((member, kind, other), (None, self.now, 0))
        times = times + 1 if read is None else 1
        self.notices[member, kind, other] = (self.now, None, times)

    def settle(self, member: int, other: int) -> None:
        for kind in ("MESSAGE_RECEIVED", "MESSAGE_REQUESTED", "MESSAGE_REQUEST_ACCEPTED"):
            notice = self.notices.get((member, kind, other))
            if notice and notice[1] is None:
                self.notices[member, kind, other] = (notice[0], self.now, notice[2])

    # Acts

    def connect(self, asker: int, other: int, note: str | None) -> None:
        """A request with a note, accepted: the note is the first message."""
        pair = frozenset((asker, other))
        if note:
            self.say(asker, other, note, False, note=True)
            for owner, to in ((asker, other), (other, asker)):
                side = self.sides.setdefault((owner, to), Side(self.now))
                side.last_at, side.archived = self.now, side.archived and side.muted
        for owner, to in ((asker, other), (other, asker)):
            if (owner, to) in self.sides:
                self.sides[owner, to].state = "OPEN"
        self.bonds[pair] = Bond(0, self.now)

    def remove(self, member: int, other: int) -> None:
        bond = self.bonds[frozenset((member, other))]
        if bond.ended is None:
            bond.ended, bond.ended_by = self.now, member

    def undo_remove(self, member: int, other: int) -> None:
        bond = self.bonds[frozenset((member, other))]
        if bond.ended is None:
            return
        if bond.ended_by != member:
            raise No("NOT_FOUND")
        if self.now >= bond.ended + UNDO:
            raise No("TOO_LATE")
        bond.ended = bond.ended_by = None

    def say(self, member: int, other: int, text: str, selling: bool, note: bool = False) -> Said:
        seq = len(self.thread(member, other)) + 1
        pair = frozenset((member, other))
        message = Said(len(self.said), pair, seq, member, text, selling, self.now, note)
        self.said.append(message)
        return message

    def write(self, member: int, other: int, text: str, selling: bool) -> None:
        try:
            way = self.may_write(member, other)
        except No as refusal:
            # What is the other's side is told last.
            last = refusal.answer[0] in ("RECIPIENT_UNAVAILABLE", "CONVERSATION_CLOSED")
            raise No("REQUIRED") if last and not text.strip() else refusal from None
        if not text.strip():
            raise No("REQUIRED")
        message = self.say(member, other, text, selling)
        own = self.sides.setdefault((member, other), Side(self.now))
        theirs = self.sides.setdefault((other, member), Side(self.now))
        aside = theirs.filtered or (selling and self.chosen[other][1] and not theirs.trusted)
        own.last_at = theirs.last_at = self.now
        own.state, theirs.state = ("ASKED", "REQUESTED") if way == "REQUEST" else ("OPEN", "OPEN")
        own.filtered, own.trusted, own.archived = False, True, False
        theirs.filtered, theirs.archived = aside, theirs.archived and theirs.muted
        if way == "ANSWER":
            self.allowed[message.pair] = self.now
            self.settle(member, other)
        kind = "MESSAGE_REQUESTED" if way == "REQUEST" else "MESSAGE_RECEIVED"
        if not aside and not theirs.muted:
            self.notify(other, kind, member)
        self.tell(member, "MESSAGE_SENT", message, other)
        self.tell(other, "MESSAGE_RECEIVED", message, member)

    def edit(self, member: int, number: int, text: str) -> None:
        message = self.said[number]
        (other,) = message.pair - {member} if member in message.pair else (None,)
        if other is None or message not in self.kept(member, other) or message.sender != member:
            raise No("NOT_FOUND")
        if message.note or self.now >= message.sent + EDITABLE:
            raise No("TOO_LATE")
        if self.sides[member, other].state != "ASKED" and not self.can_write(member, other):
            raise No("CONVERSATION_CLOSED")
        if text == message.text:
            return
        message.text, message.edited = text, self.now
        self.tell(member, "MESSAGE_EDITED", message, other)
        if self.sides[other, member].state != "IGNORED":
            self.tell(other, "MESSAGE_EDITED", message, member)

    def delete(self, member: int, number: int) -> None:
        message = self.said[number]
        if member not in message.pair:
            raise No("NOT_FOUND")
        (other,) = message.pair - {member}
        unread = self.unread(member, other)
        message.deleted_by.add(member)
        if unread and not self.unread(member, other):
            self.settle(member, other)
        kept = self.kept(member, other)
        if kept:
            self.sides[member, other].last_at = kept[-1].sent

    def side(self, member: int, other: int) -> Side:
        if (member, other) not in self.sides:
            raise No("NOT_FOUND")
        return self.sides[member, other]

    def delete_conversation(self, member: int, other: int) -> None:
        side, kept = self.side(member, other), self.kept(member, other)
        side.cleared = kept[-1].seq if kept else side.cleared
        self.settle(member, other)

    def mark_read(self, member: int, other: int, number: int | None) -> None:
        side, kept = self.side(member, other), self.kept(member, other)
        seq = self.said[number].seq if number is not None else kept[-1].seq if kept else 0
        both = self.chosen[member][2] and self.chosen[other][2] and self.can_write(member, other)
        told = both and side.state == "OPEN" and seq > side.told
        further = seq > side.read
        if not further and not told and not self.unread(member, other):
            self.settle(member, other)
            return
        side.read, side.told = max(seq, side.read), seq if told else side.told
        self.settle(member, other)
        if further or told:
            message = self.thread(member, other)[seq - 1]
            self.tell(member, "MESSAGES_READ", message, member)
            if told:
                self.tell(other, "MESSAGES_READ", message, member)

    def mute(self, member: int, other: int) -> None:
        self.side(member, other).muted = True

    def unmute(self, member: int, other: int) -> None:
        self.side(member, other).muted = False

    def archive(self, member: int, other: int) -> None:
        self.side(member, other).archived = True

    def unarchive(self, member: int, other: int) -> None:
        side = self.side(member, other)
        side.trusted, side.archived, side.filtered = side.trusted or side.filtered, False, False

    def accept(self, member: int, other: int) -> None:
        side = self.side(member, other)
        if side.state == "ASKED":
            raise No("NOT_OPEN")
        if side.state != "OPEN":
            self.allowed[frozenset((member, other))] = self.now
            side.state = self.sides[other, member].state = "OPEN"
            side.trusted, side.filtered = True, False
            self.settle(member, other)
            [message] = self.thread(member, other)
            if not self.sides[other, member].muted:
                self.notify(other, "MESSAGE_REQUEST_ACCEPTED", member)
            self.tell(other, "MESSAGE_REQUEST_ACCEPTED", message, member)
            self.tell(member, "MESSAGE_REQUEST_ACCEPTED", message, other)

    def ignore(self, member: int, other: int) -> None:
        self._move(member, other, "REQUESTED", "IGNORED")

    def undo_ignore(self, member: int, other: int) -> None:
        self._move(member, other, "IGNORED", "REQUESTED")

    def _move(self, member: int, other: int, before: str, after: str) -> None:
        side = self.side(member, other)
        if side.state not in (before, after):
            raise No("NOT_OPEN")
        if side.state == before == "REQUESTED":
            self.settle(member, other)
        side.state = after
