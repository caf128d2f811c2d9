"""Invented contact books of some members of a bulk network, and what else goes between two:
tags, notes, shared contact data, follows, dismissals, introductions, imported contacts.
"""

import random
from collections.abc import Iterator
from datetime import timedelta

from models.contact_note import ContactNoteKind
from models.organisation import key_of
from seeds.invented import FAMILY, FIELDS, GIVEN, NOTES, PLACES, POSTS, employer
from seeds.network import RELATIONSHIP, Network, Record, Side

BOOK = [
    *RELATIONSHIP,
    *"how_met met_place met_on met_written through_id muted last_contact_at".split(),
    *"remind_at remind_every_weeks".split(),
]
TAG = "id owner_id name key".split()
RELATIONSHIP_TAG = "id relationship_id tag_id".split()
AUDIENCE_TAG = "id owner_id subject_id field tag_id".split()
CONTACT_SHARE = "id owner_id other_id entry_id shared_at".split()
CONTACT_NOTE = "id relationship_id kind text place happened_at written_at".split()
FOLLOW = "id owner_id other_id followed_at".split()
DISMISSAL = "id owner_id other_id dismissed_at".split()
INTRODUCTION = (
    "id asker_id introducer_id target_id note_to_introducer note_to_target recommendation "
    "asker_state introducer_state target_state introducer_name target_name asked_at expires_at "
    "asker_changed_at introducer_changed_at target_changed_at forwarded_at"
).split()
IMPORTED = (
    "id owner_id key name email email_key organisation title source connected_on imported_at"
).split()
SAVED_FILTER = "id owner_id name conditions".split()
_TAGS = ("Clients", "Bridge people", "Mentors", "Porto 2025", "Ask again", "Alumni")
_HOW = (
    "On the ferry to the spring meeting.",
    "At the same table in Porto, both without a fork.",
    "Through a tender we both lost.",
    "On site; they lent me dry gloves.",
)
# The shares of sides with each; follows and introductions for each member.
_TAGGED, _NOTED, _SHARED = 0.25, 0.1, 0.2
_FOLLOWS, _ASKED, _DISMISSED = 2, 0.03, 0.02
_IMPORTED = 500
# Introductions by what became of them: states of asker, introducer and target.
_COURSES = (
    ("PENDING", "PENDING", "NONE"),
    ("PENDING", "FORWARDED", "PENDING"),
    ("PENDING", "REFUSED", "NONE"),
    ("PENDING", "FORWARDED", "DECLINED"),
    ("WITHDRAWN", "GONE", "GONE"),
    ("EXPIRED", "EXPIRED", "GONE"),
)


class Books:
    """What members of a network noted about one another; made after its ties."""

    def __init__(self, network: Network, seed: int) -> None:
        self._network, self._now = network, network.now
        self._random = random.Random(f"books {seed} {network.members}")
        self._tags: dict[int, list[int]] = {}

    def sides(self) -> Iterator[Record]:
        """The rows of relationship that were kept for a book, with its columns (BOOK)."""
        rng = self._random
        for sides in self._network.sides.values():
            for side in sides:
                age = (self._now - side.at).days
                met = side.at - timedelta(days=1)
                due = rng.random() < 0.04
                written = rng.random() < 0.3
                yield (
                    *side,
                    rng.choice(_HOW) if written else "",
                    rng.choice(PLACES) if written else "",
                    met.date().isoformat() if written else None,
                    written,
                    rng.choice(sides).other if rng.random() < 0.05 else None,
                    rng.random() < 0.03,
                    self._now - timedelta(days=rng.randrange(age + 1))
                    if rng.random() < 0.6
                    else None,
                    self._now + timedelta(days=rng.randrange(-20, 200)) if due else None,
                    rng.choice((4, 12, 26, 52)) if due else None,
                )

    def _all_sides(self) -> Iterator[Side]:
        for sides in self._network.sides.values():
            yield from sides

    def tags(self) -> Iterator[Record]:
        """Rows of tag."""
        for i in self._network.sides:
            self._tags[i] = keys = [self._network.new_id() for _ in _TAGS]
            for key, name in zip(keys, _TAGS, strict=True):
                yield (key, self._network.first + i, name, key_of(name))

    def tagged(self) -> Iterator[Record]:
        """Rows of relationship_tag; after `tags`."""
        for i, sides in self._network.sides.items():
            for side in sides:
                if self._random.random() < _TAGGED:
                    yield (self._network.new_id(), side.key, self._random.choice(self._tags[i]))

    def audiences(self) -> Iterator[Record]:
        """Rows of audience_tag: for bearers of a tag; after `tags`."""
        for i, keys in self._tags.items():
            owner = self._network.first + i
            yield (self._network.new_id(), owner, owner, "about", keys[0])
            yield (self._network.new_id(), owner, self._network.contacts[i], "", keys[1])

    def shares(self) -> Iterator[Record]:
        """Rows of contact_share: others let those with a contact book have their address."""
        net = self._network
        for side in self._all_sides():
            if self._random.random() < _SHARED:
                entry = net.contacts[side.other - net.first]
                yield (net.new_id(), side.other, side.owner, entry, side.at)

    def notes(self) -> Iterator[Record]:
        """Rows of contact_note."""
        rng = self._random
        for side in self._all_sides():
            if rng.random() < _NOTED:
                at = side.at + (self._now - side.at) * rng.random()
                yield (
                    self._network.new_id(),
                    side.key,
                    rng.choice(list(ContactNoteKind)).value,
                    f"Spoke about {rng.choice(FIELDS)}.",
                    rng.choice(PLACES),
                    at,
                    at,
                )

    def filters(self) -> Iterator[Record]:
        """Rows of saved_filter."""
        for i in self._network.sides:
            owner = self._network.first + i
            conditions = '{"organisation": "' + employer(i % 40) + '"}'
            yield (self._network.new_id(), owner, "From one house", conditions)

    def follows(self) -> Iterator[Record]:
        """Rows of follow: everyone follows a few, most of them at the front."""
        yield from self._one_way(_FOLLOWS)

    def dismissals(self) -> Iterator[Record]:
        """Rows of suggestion_dismissal."""
        yield from self._one_way(_DISMISSED)

    def _one_way(self, each: float) -> Iterator[Record]:
        rng, members, first = self._random, self._network.members, self._network.first
        for i in range(members):
            many = 20 if self._network.bookish(i) else 1
            others = {
                int(members * rng.random() ** 3) for _ in range(int(each * many + rng.random()))
            }
            for other in sorted(others - {i}):
                ago = timedelta(seconds=rng.randrange(300 * 86_400))
                yield (self._network.new_id(), first + i, first + other, self._now - ago)

    def introductions(self) -> Iterator[Record]:
        """Rows of introduction: through a connection of one's own to a connection of theirs."""
        rng, net = self._random, self._network
        for asker in range(net.members):
            if rng.random() >= _ASKED or not net.fronts(asker):
                continue
            through = rng.choice(net.fronts(asker))
            if not net.fronts(through):
                continue
            target = rng.choice(net.fronts(through))
            if not net.connected(asker, target):
                yield self._introduction(asker, through, target)

    def _introduction(self, asker: int, through: int, target: int) -> Record:
        rng, net = self._random, self._network
        mine, theirs, third = rng.choice(_COURSES)
        asked = self._now - timedelta(days=rng.randrange(3, 25), seconds=rng.randrange(86_400))
        at = asked + timedelta(days=1)
        forwarded = at if theirs == "FORWARDED" else None
        return (
            net.new_id(),
            *(net.first + i for i in (asker, through, target)),
            "You two have worked together, have you not?",
            rng.choice(NOTES),
            "Worth an hour of your time." if forwarded else None,
            mine,
            theirs,
            third,
            net.name(through),
            net.name(target),
            asked,
            asked + timedelta(days=30),
            None if mine == "PENDING" else at,
            None if theirs == "PENDING" else at,
            None if third in ("NONE", "PENDING") else at,
            forwarded,
        )

    def imported(self) -> Iterator[Record]:
        """Rows of imported_contact: address books of those with a contact book."""
        rng = self._random
        for i, sides in self._network.sides.items():
            for number in range(min(_IMPORTED, len(sides))):
                name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
                email = f"{name.replace(' ', '.').lower()}.{number}@mail.example"
                yield (
                    self._network.new_id(),
                    self._network.first + i,
                    email,
                    name,
                    email,
                    email,
                    employer(rng.randrange(60)),
                    rng.choice(POSTS),
                    "LINKEDIN",
                    "2024-03-01",
                    self._now - timedelta(days=30),
                )
