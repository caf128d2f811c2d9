"""An invented network of any size, generated row by row: the same seed gives the same network.

Members stand in a row. Most connections are to neighbours in it (colleagues: many mutual
connections), the rest anywhere, more to the front (the well connected: thousands). Only the
adjacency is held in memory, 4 bytes for each connection.
"""

import random
from array import array
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from models import ids
from models.event import EventKind
from models.notification import NotificationKind
from models.request import Basis
from models.settings import settings
from seeds.invented import about, note, person

Record = tuple[object, ...]

MEMBER = (
    "id handle name email password_hash headline organisation location about profile_audience "
    "connections_audience accepts_requests joined_at"
).split()
RELATIONSHIP = "id owner_id other_id connected_at listed shown".split()
REQUEST = (
    "id sender_id recipient_id low_id high_id basis note sender_state recipient_state "
    "recipient_name recipient_handle sent_at expires_at surfaced_at decline_told"
).split()
NOTIFICATION = "id member_id kind subject_id other_id occurred_at read_at".split()
EVENT = "id member_id seq kind subject_id other_id occurred_at".split()
INBOX = ["id", "last_seq", "connections"]

# The share of connections to neighbours, and how far those stand, in connections of a member.
NEAR, REACH = 0.85, 1.2
# The spread of how many connections members begin (log-normal), and how much the front draws.
SPREAD, DRAW = 0.8, 3.0
UNLISTED = 0.01
UNREAD = 0.5
_BASES = [basis.value for basis in Basis]
# What share of members chose an audience for their connections; the rest left the default.
_AUDIENCES = ((0.05, "EVERYONE"), (0.10, "CONNECTIONS"), (0.13, "MUTUAL"), (0.15, "NOBODY"))


class Asked(NamedTuple):
    """The rows of some members' open requests, by table."""

    requests: list[Record]
    notifications: list[Record]
    events: list[Record]


class Network:
    """`members` members with about `degree` connections each; `ordinal` numbers the first."""

    def __init__(self, members: int, degree: int, seed: int, now: datetime, ordinal: int) -> None:
        self.members, self.degree, self.now = members, max(1, degree), now
        self._wanted = degree / 2
        self._random = random.Random(f"{seed} {members} {degree}")
        self._names = [person(self._random, ordinal + i) for i in range(members)]
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
        # Whom each member is connected with among those in front of them.
        self._others = array("i")
        self._from = array("q", [0])

    def _new_id(self) -> int:
        self._key += 1
        return self._key

    def people(self, password_hash: str) -> Iterator[Record]:
        """Rows of member."""
        rng = self._random
        for i, someone in enumerate(self._names):
            choice, shy = rng.random(), rng.random()
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
            )

    def ties(self) -> Iterator[Record]:
        """Rows of relationship, the two of a connection behind one another."""
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
                if j >= 0 and degrees[j] < most:
                    chosen.add(j)
            since = self._joined[i]
            seconds = (self.now - since).total_seconds()
            for j in sorted(chosen):
                degrees[j] += 1
                at = since + timedelta(seconds=int(rng.random() * seconds))
                mine, theirs = rng.random() > UNLISTED, rng.random() > UNLISTED
                shown = mine and theirs
                one, two = self.first + i, self.first + j
                yield (self._new_id(), one, two, at, mine, shown)
                yield (self._new_id(), two, one, at, theirs, shown)
            degrees[i] += len(chosen)
            self._others.extend(sorted(chosen))
            self._from.append(len(self._others))

    def _connected(self, one: int, two: int) -> bool:
        low, high = sorted((one, two))
        return low in self._others[self._from[high] : self._from[high + 1]]

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
            if step < half and not self._connected(sender, recipient):
                senders.add(sender)
        window = max(1, min(170, rules.expiry_days - 5)) * 86_400
        moments = sorted(rng.sample(range(3600, window), len(senders)), reverse=True)
        kept = min(rules.event_retention_days - 1, 29) * 86_400
        for seq, (sender, ago) in enumerate(zip(sorted(senders), moments, strict=True), start=1):
            key, at = self._new_id(), self.now - timedelta(seconds=ago)
            one, two = self.first + sender, self.first + recipient
            found.requests.append(
                (
                    key, one, two, min(one, two), max(one, two), rng.choice(_BASES),
                    note(rng, self._names[sender].organisation), "PENDING", "PENDING",
                    self._names[recipient].name, self._names[recipient].handle,
                    at, at + timedelta(days=rules.expiry_days), at, False,
                )
            )  # fmt: skip
            read_at = None if rng.random() < UNREAD else at + timedelta(minutes=30)
            found.notifications.append(
                (self._new_id(), two, NotificationKind.REQUEST_RECEIVED, key, one, at, read_at)
            )
            # Events are numbered from the first request on; the old ones count as purged.
            if ago < kept:
                found.events.append(
                    (self._new_id(), two, seq, EventKind.REQUEST_RECEIVED, key, one, at)
                )
        self.last_seq[recipient] = len(senders)

    def inboxes(self) -> Iterator[Record]:
        """Rows of inbox; read after everything else."""
        for i in range(self.members):
            yield (self.first + i, self.last_seq[i], self.degrees[i])
