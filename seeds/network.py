"""An invented network of any size, generated row by row: the same seed gives the same network.

Members stand in a row. Most connections are to neighbours in it (colleagues: many mutual
connections), the rest anywhere, more to the front (the well connected: thousands). Only the
adjacency is held in memory, 4 bytes for each connection.
"""

import random
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from models import ids
from models.audience import FieldAudience
from models.event import EventKind
from models.notification import NotificationKind
from models.organisation import key_of
from models.profile_entry import EntryKind
from models.request import Basis
from models.settings import settings
from seeds.careers import Careers
from seeds.invented import COLLEAGUES, Someone, about, note, person

Record = tuple[object, ...]

MEMBER = (
    "id handle name email password_hash headline organisation location about profile_audience "
    "connections_audience accepts_requests joined_at headline_audience organisation_audience "
    "location_audience about_audience follow_audience suggested suggested_by_connections "
    "suggested_by_work suggested_by_school found_by_address name_key organisation_key "
    "location_key"
).split()
RELATIONSHIP = "id owner_id other_id connected_at listed shown".split()
REQUEST = (
    "id sender_id recipient_id low_id high_id basis note sender_state recipient_state "
    "recipient_name recipient_handle sent_at expires_at surfaced_at decline_told familiarity"
).split()
NOTIFICATION = "id member_id kind subject_id other_id occurred_at read_at".split()
EVENT = "id member_id seq kind subject_id other_id occurred_at".split()
INBOX = ["id", "last_seq", "connections"]
ORGANISATION = ["id", "name", "key"]
CAREER_ENTRY = (
    "id member_id organisation_id place kind title start_year start_month end_year "
    "end_month starts ends audience"
).split()
PROFILE_ENTRY = "id member_id kind value label key rank audience".split()

# The share of connections to neighbours, and how far those stand, in connections of a member.
NEAR, REACH = 0.85, 1.2
# The spread of how many connections members begin (log-normal), and how much the front draws.
SPREAD, DRAW = 0.8, 3.0
UNLISTED = 0.01
# The front's own caps: one member with 10,000 connections and one with 2,000 in a large network.
HUBS = (10_000, 2_000)
# Members with a contact book beside those of the front: one of so many.
BOOKISH = 100
UNREAD = 0.5
_BASES = [basis.value for basis in Basis]
# What share of members chose an audience for their connections; the rest left the default.
_AUDIENCES = ((0.05, "EVERYONE"), (0.10, "CONNECTIONS"), (0.13, "MUTUAL"), (0.15, "NOBODY"))


class Asked(NamedTuple):
    """The rows of some members' open requests, by table."""

    requests: list[Record]
    notifications: list[Record]
    events: list[Record]


class Side(NamedTuple):
    """A member's side of a connection that goes into their contact book."""

    key: int
    owner: int
    other: int
    at: datetime
    listed: bool
    shown: bool


class Network:
    """`members` members with about `degree` connections each; `ordinal` numbers the first."""

    def __init__(self, members: int, degree: int, seed: int, now: datetime, ordinal: int) -> None:
        self.members, self.degree, self.now = members, max(1, degree), now
        self._wanted = degree / 2
        self._random = random.Random(f"{seed} {members} {degree}")
        self.careers = Careers(self._random, members, now)
        self._names = [self._person(i, ordinal + i) for i in range(members)]
        # Keys count up from an hour ago: whatever is made from now on has a larger one.
        self._key = ids.floor(now - timedelta(hours=1)) + self._random.randrange(2**20)
        self.first = self._key
        self._key += members
        oldest = now - timedelta(days=2000)
        self._joined = sorted(
            oldest + timedelta(seconds=self._random.randrange(1800 * 86_400))
            for _ in range(members)
        )
        self.degrees = array("i", bytes(4 * members))
        self.last_seq = array("i", bytes(4 * members))
        # The key of everyone's first contact data: read after `entries`.
        self.contacts = array("q")
        # Sides with a contact book, by owner: read after `ties`.
        self.sides: dict[int, list[Side]] = {}
        # Whom each member is connected with among those in front of them.
        self._others = array("i")
        self._from = array("q", [0])

    def _person(self, i: int, ordinal: int) -> Someone:
        stays = self.careers.of(i)
        now = stays[0].end[0] is None
        place = self.careers.name(stays[0]) if now else ""
        return person(self._random, ordinal, stays[0].title, place)

    def new_id(self) -> int:
        """The next key."""
        self._key += 1
        return self._key

    def name(self, i: int) -> str:
        """What a member is called."""
        return self._names[i].name

    def handle(self, i: int) -> str:
        """What a member is found by."""
        return self._names[i].handle

    def people(self, password_hash: str) -> Iterator[Record]:
        """Rows of member."""
        rng = self._random
        for i, someone in enumerate(self._names):
            choice, shy, own = rng.random(), rng.random(), rng.random()
            yield (
                self.first + i,
                someone.handle,
                someone.name,
                f"{someone.handle}@example.org",
                password_hash,
                someone.headline,
                someone.organisation,
                someone.location,
                about(rng, someone),
                "CONNECTIONS" if choice < 0.02 else "EVERYONE" if choice < 0.05 else "MEMBERS",
                next((a for share, a in _AUDIENCES if shy < share), "MEMBERS"),
                choice < 0.99,
                self._joined[i],
                *(_field_audience(rng) for _ in range(3)),
                FieldAudience.TAGS.value if self.bookish(i) else _field_audience(rng),
                "NOBODY" if own < 0.02 else "CONNECTIONS" if own < 0.06 else "MEMBERS",
                rng.random() > 0.02,
                *(rng.random() > 0.01 for _ in range(3)),
                rng.random() < 0.3,
                *(key_of(t) for t in (someone.name, someone.organisation, someone.location)),
            )

    def organisations(self, known: Mapping[str, int]) -> tuple[list[Record], list[int]]:
        """Rows of organisation for those not `known` by their keys; and the ids of all places."""
        found: list[Record] = []
        places: list[int] = []
        for name in self.careers.names():
            key = key_of(name)
            if key not in known:
                found.append((self.new_id(), name, key))
            places.append(known.get(key) or self._key)
        return found, places

    def careers_of_all(self, places: Sequence[int]) -> Iterator[Record]:
        """Rows of career_entry."""
        for i in range(self.members):
            for row in self.careers.rows(i, self.first + i, places):
                yield (self.new_id(), *row)

    def entries(self) -> Iterator[Record]:
        """Rows of profile_entry."""
        for i, someone in enumerate(self._names):
            for row in self.careers.entries(i, f"{someone.handle}@example.org"):
                key, kind, audience = self.new_id(), row[0], row[-1]
                if kind == EntryKind.CONTACT and len(self.contacts) == i:
                    self.contacts.append(key)
                    audience = FieldAudience.TAGS.value if self.bookish(i) else audience
                yield (key, self.first + i, *row[:-1], audience)

    def ties(self) -> Iterator[Record]:
        """Rows of relationship, the two of a connection behind one another; those with a
        contact book are kept in `sides` instead.
        """
        rng, degrees = self._random, self.degrees
        most = min(settings().connection_limit, self.members // 2)
        for i in range(self.members):
            wanted = int(self._wanted * rng.lognormvariate(-(SPREAD**2) / 2, SPREAD) + 0.5)
            chosen: set[int] = set()
            for _ in range(wanted * 2):
                if len(chosen) >= min(wanted, i):
                    break
                if rng.random() < NEAR:
                    j = i - 1 - int(rng.expovariate(1 / (REACH * self.degree)))
                else:
                    j = int(i * rng.random() ** DRAW)
                if j >= 0 and degrees[j] < (HUBS[j] if j < len(HUBS) else most):
                    chosen.add(j)
            since = self._joined[i]
            seconds = (self.now - since).total_seconds()
            for j in sorted(chosen):
                degrees[j] += 1
                at = since + timedelta(seconds=int(rng.random() * seconds))
                mine, theirs = rng.random() > UNLISTED, rng.random() > UNLISTED
                shown = mine and theirs
                one, two = self.first + i, self.first + j
                for owner, side in (
                    (i, Side(self.new_id(), one, two, at, mine, shown)),
                    (j, Side(self.new_id(), two, one, at, theirs, shown)),
                ):
                    if self.bookish(owner):
                        self.sides.setdefault(owner, []).append(side)
                    else:
                        yield side
            degrees[i] += len(chosen)
            self._others.extend(sorted(chosen))
            self._from.append(len(self._others))

    def bookish(self, i: int) -> bool:
        """Whether a member keeps a contact book."""
        return i < len(HUBS) or i % BOOKISH == BOOKISH // 2

    def fronts(self, i: int) -> Sequence[int]:
        """Whom a member is connected with among those in front of them."""
        return self._others[self._from[i] : self._from[i + 1]]

    def connected(self, one: int, two: int) -> bool:
        """Whether two members are connected."""
        low, high = sorted((one, two))
        return low in self.fronts(high)

    def asked(self, waiting: tuple[int, int], start: int, end: int) -> Asked:
        """Open requests to the members from `start` to `end`, `waiting` (least, most) each."""
        found = Asked([], [], [])
        for recipient in range(start, end):
            self._ask(recipient, self._random.randint(*waiting), found)
        return found

    def _ask(self, recipient: int, count: int, found: Asked) -> None:
        rng, rules = self._random, settings()
        # At most half way round: so a pair can be drawn in one direction only, never twice.
        half = (self.members - 1) // 2
        senders: set[int] = set()
        for _ in range(count * 20 if half else 0):
            if len(senders) == count:
                break
            near = rng.random() < 0.6
            step = int(rng.expovariate(1 / (2 * self.degree))) if near else rng.randrange(half)
            sender = (recipient + 1 + step) % self.members
            if step < half and not self.connected(sender, recipient):
                senders.add(sender)
        window = max(1, min(170, rules.expiry_days - 5)) * 86_400
        moments = sorted(rng.sample(range(3600, window), len(senders)), reverse=True)
        kept = min(rules.event_retention_days - 1, 29) * 86_400
        for seq, (sender, ago) in enumerate(zip(sorted(senders), moments, strict=True), start=1):
            key, at = self.new_id(), self.now - timedelta(seconds=ago)
            one, two = self.first + sender, self.first + recipient
            found.requests.append(
                (
                    key, one, two, min(one, two), max(one, two), rng.choice(_BASES),
                    note(rng, self._names[sender].organisation), "PENDING", "PENDING",
                    self._names[recipient].name, self._names[recipient].handle,
                    at, at + timedelta(days=rules.expiry_days), at, False,
                    self._familiarity(recipient, sender),
                )
            )  # fmt: skip
            read_at = None if rng.random() < UNREAD else at + timedelta(minutes=30)
            found.notifications.append(
                (self.new_id(), two, NotificationKind.REQUEST_RECEIVED, key, one, at, read_at)
            )
            # Events are numbered from the first request on; the old ones count as purged.
            if ago < kept:
                found.events.append(
                    (self.new_id(), two, seq, EventKind.REQUEST_RECEIVED, key, one, at)
                )
        self.last_seq[recipient] = len(senders)

    def _familiarity(self, recipient: int, sender: int) -> int:
        """A guess that is cheap: the hourly job of models/familiarity.py puts it right."""
        colleagues = recipient // COLLEAGUES == sender // COLLEAGUES
        near = abs(recipient - sender) < 2 * self.degree
        return (30 if colleagues else 0) + (10 + 4 * self._random.randrange(6) if near else 0)

    def inboxes(self) -> Iterator[Record]:
        """Rows of inbox; read after everything else."""
        for i in range(self.members):
            yield (self.first + i, self.last_seq[i], self.degrees[i])


def _field_audience(rng: random.Random) -> int:
    chance = rng.random()
    return 4 if chance < 0.005 else 2 if chance < 0.02 else 1 if chance < 0.06 else 0
