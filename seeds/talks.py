"""Invented conversations of a bulk network: short ones between some who are connected, and many of
the busiest member, one of them very long.
"""

import random
from array import array
from collections.abc import Iterator
from datetime import timedelta

from models import ids
from models.conversation import SideState
from seeds.invented import FIELDS, NOTES, PLACES
from seeds.network import Network, Record

CONVERSATION = "id low_id high_id last_seq begun_at".split()
SIDE = (
    "id conversation_id owner_id other_id state last_seq last_at unread read_seq cleared_seq "
    "muted filtered trusted told_seq"
).split()
MESSAGE = "id conversation_id seq sender_id text selling sent_at".split()
# Messages in each conversation of the busiest member, and how many times that in the longest.
THREAD, LONGEST = 20, 100
# How many of their connections the busiest member talks with; the share of the others who do with
# one of theirs, and how long those talks are, about.
TALKS, _TALK, _LENGTH = 1_000, 0.5, 6
_DAYS = 90
# A moment and a conversation in one number, so that a million of them are sorted soon.
_BITS = 24
_UNREAD = 0.3


class Talks:
    """What members of a network wrote to each other; made after its ties."""

    def __init__(self, network: Network, seed: int, thread: int = THREAD) -> None:
        self._network = network
        self._random = rng = random.Random(f"talks {seed} {network.members}")
        lengths: dict[tuple[int, int], int] = {}
        for one in range(network.members):
            near = network.fronts(one)
            if near and rng.random() < _TALK:
                length = 1 + int(rng.expovariate(1 / _LENGTH))
                lengths[rng.choice(near), one] = length
        lengths.update(self._busiest(thread))
        self._pairs = list(lengths)
        self._keys = [network.new_id() for _ in self._pairs]
        self._order = sorted(
            (
                rng.randrange(60, _DAYS * 86_400) << _BITS | number
                for number, length in enumerate(lengths.values())
                for _ in range(length)
            ),
            reverse=True,
        )
        self._seqs = array("q", bytes(8 * len(self._pairs)))
        self._last = array("q", self._seqs)
        self._first = array("q", self._seqs)

    def _busiest(self, thread: int) -> dict[tuple[int, int], int]:
        net = self._network
        if not net.sides:
            return {}
        busiest = max(net.sides, key=lambda i: len(net.sides[i]))
        others = [side.other - net.first for side in net.sides[busiest][:TALKS]]
        found = {(min(busiest, other), max(busiest, other)): thread for other in others}
        found.update((pair, thread * LONGEST) for pair in list(found)[:1])
        return found

    def __len__(self) -> int:
        return len(self._order)

    def messages(self) -> Iterator[Record]:
        """Rows of message, oldest first."""
        rng, net, key = self._random, self._network, 0
        for moment in self._order:
            ago, number = moment >> _BITS, moment & (1 << _BITS) - 1
            at = net.now - timedelta(seconds=ago)
            key = max(key + 1, ids.floor(at) + rng.randrange(2**21))
            self._seqs[number] += 1
            self._last[number] = ago
            self._first[number] = self._first[number] or ago
            yield (
                key,
                self._keys[number],
                self._seqs[number],
                net.first + self._pairs[number][self._seqs[number] % 2],
                f"{rng.choice(NOTES)} The {rng.choice(FIELDS)} in {rng.choice(PLACES)}, "
                f"sheet s{rng.randrange(1000)}.",
                rng.random() < 0.01,
                at,
            )

    def conversations(self) -> Iterator[Record]:
        """Rows of conversation; read after the messages."""
        net = self._network
        for number, (low, high) in enumerate(self._pairs):
            begun = net.now - timedelta(seconds=self._first[number])
            pair = (net.first + low, net.first + high)
            yield (self._keys[number], *pair, self._seqs[number], begun)

    def sides(self) -> Iterator[Record]:
        """Rows of conversation_side; read after the messages."""
        rng, net = self._random, self._network
        for number, pair in enumerate(self._pairs):
            last = self._seqs[number]
            at = net.now - timedelta(seconds=self._last[number])
            for owner, other in (pair, pair[::-1]):
                unread = int(pair[last % 2] == other and rng.random() < _UNREAD)
                yield (
                    *(net.new_id(), self._keys[number], net.first + owner, net.first + other),
                    *(SideState.OPEN.value, last, at, unread, last - unread),
                    *(0, rng.random() < 0.02, False, True, 0),
                )
