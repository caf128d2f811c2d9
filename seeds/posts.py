"""Invented updates of a bulk network, with replies and thanks: about three for each member over
the days a feed reaches back, most of them by few.
"""

import random
from array import array
from collections.abc import Iterator
from datetime import timedelta

from models import ids
from models.audience import FieldAudience
from models.settings import settings
from models.update import UpdateKind
from seeds.invented import FIELDS, NOTES, PLACES, employer
from seeds.network import Network, Record

UPDATE = "id author_id kind text link audience posted_at from_profile replies thanks".split()
REPLY = "id update_id author_id text replied_at".split()
THANKS = "id update_id member_id thanked_at".split()
MUTE = "id owner_id other_id until_at".split()
EACH = 3.0
# The share of members who post at all, and how unequally those do (Pareto).
_POSTS, _SKEW, _MOST = 0.4, 1.5, 400
_REPLIED, _THANKED = 0.3, 0.5
_WORDS = (
    "We begin work on {field} in {place} next month.",
    "Who has worked with {field} and {org}? We would like to hear how it went.",
    "{org} looks for somebody for {field}, in {place}.",
    "The best text on {field} I have read this year.",
)
_KINDS = tuple(UpdateKind)
_AUDIENCES = (
    (0.15, FieldAudience.EVERYONE),
    (0.5, FieldAudience.MEMBERS),
    (1.0, FieldAudience.CONNECTIONS),
)


class Posts:
    """What members of a network posted; made after its ties."""

    def __init__(self, network: Network, seed: int) -> None:
        self._network = network
        self._random = rng = random.Random(f"posts {seed} {network.members}")
        reach = settings().feed_days * 86_400
        mean = _SKEW / (_SKEW - 1)
        found: list[tuple[int, int]] = []
        for author in range(network.members):
            if rng.random() >= _POSTS:
                continue
            many = min(_MOST, round(rng.paretovariate(_SKEW) * EACH / _POSTS / mean))
            found += [(rng.randrange(60, reach), author) for _ in range(many)]
        found.sort(reverse=True)
        self._ago = array("q", (ago for ago, _ in found))
        self._authors = array("q", (author for _, author in found))
        self._keys = array("q")
        last = 0
        for ago in self._ago:
            at = network.now - timedelta(seconds=ago)
            last = max(last + 1, ids.floor(at) + rng.randrange(2**21))
            self._keys.append(last)
        self._replies, self._thanks = self._readers(_REPLIED), self._readers(_THANKED)

    def __len__(self) -> int:
        return len(self._keys)

    def _readers(self, share: float) -> dict[int, list[int]]:
        """Connections of the authors who did something about their updates, by update."""
        rng = self._random
        found: dict[int, list[int]] = {}
        for number, author in enumerate(self._authors):
            near = self._network.fronts(author)
            if near and rng.random() < share:
                chosen = rng.sample(near, min(len(near), 1 + int(rng.expovariate(0.5))))
                found[number] = sorted(chosen)
        return found

    def updates(self) -> Iterator[Record]:
        """Rows of member_update, oldest first."""
        rng, net = self._random, self._network
        for number, (key, author) in enumerate(zip(self._keys, self._authors, strict=True)):
            kind = rng.randrange(len(_KINDS))
            field, chance = rng.choice(FIELDS), rng.random()
            yield (
                key,
                net.first + author,
                _KINDS[kind].value,
                _WORDS[kind].format(
                    field=field, place=rng.choice(PLACES), org=employer(rng.randrange(40))
                ),
                f"https://example.org/{field}/{number}"
                if _KINDS[kind] is UpdateKind.WORTH_READING
                else "",
                int(next(chosen for most, chosen in _AUDIENCES if chance < most)),
                net.now - timedelta(seconds=self._ago[number]),
                False,
                len(self._replies.get(number, ())),
                len(self._thanks.get(number, ())),
            )

    def replies(self) -> Iterator[Record]:
        """Rows of update_reply."""
        for number, who in self._replies.items():
            for one in who:
                yield (*self._below(number, one), self._random.choice(NOTES), self._after(number))

    def thanks(self) -> Iterator[Record]:
        """Rows of update_thanks."""
        for number, who in self._thanks.items():
            for one in who:
                yield (*self._below(number, one), self._after(number))

    def _below(self, number: int, who: int) -> tuple[int, int, int]:
        net = self._network
        return net.new_id(), self._keys[number], net.first + who

    def _after(self, number: int) -> object:
        return self._network.now - timedelta(seconds=self._random.randrange(self._ago[number]))

    def mutes(self) -> Iterator[Record]:
        """Rows of feed_mute: some mute or snooze a connection."""
        rng, net = self._random, self._network
        for i in range(net.members):
            if rng.random() < 0.05 and (near := net.fronts(i)):
                until = net.now + timedelta(days=20) if rng.random() < 0.5 else None
                yield (net.new_id(), net.first + i, net.first + rng.choice(near), until)
