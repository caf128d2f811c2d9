"""Invented careers: where members worked and studied, what they can, how to reach them.

Neighbours in the row share an employer today and often one before, so their dates overlap; what
a member did is made from their number alone, so it need not be kept.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from models.audience import FieldAudience
from models.career import PRESENT, CareerKind
from models.organisation import key_of
from models.profile_entry import EntryKind
from seeds import invented
from seeds.invented import COLLEAGUES, FIELDS, LANGUAGES, POSTS, SKILLS

# One employer for so many members, and one school; the first have hundreds of times the last.
PER_EMPLOYER, PER_SCHOOL, SKEW = 33, 450, 2.5
# Of those who chose, who sees an entry: nearly all leave the default.
_ENTRY_AUDIENCES = ((0.04, 4), (0.10, 2), (0.15, 0))
_CONTACT_AUDIENCES = ((0.25, 4), (0.85, 2))


class Stay(NamedTuple):
    """One position or education; `place` numbers the employer or the school."""

    kind: CareerKind
    place: int
    title: str
    start: tuple[int, int | None]
    end: tuple[int | None, int | None]

    @property
    def starts(self) -> int:
        """In months since year 0."""
        return self.start[0] * 12 + (self.start[1] or 1) - 1

    @property
    def ends(self) -> int:
        """In months since year 0; PRESENT while it goes on."""
        year, month = self.end
        return PRESENT if year is None else year * 12 + (month or 12) - 1


class Careers:
    """What the members of a network did, by their number in the row."""

    def __init__(self, rng: random.Random, members: int, now: datetime) -> None:
        self._now = now.year * 12 + now.month - 1
        self._base = rng.getrandbits(60)
        self.employers = max(2, min(invented.EMPLOYERS, members // PER_EMPLOYER))
        self.schools = max(2, min(invented.SCHOOLS, members // PER_SCHOOL))
        teams = members // COLLEAGUES + 1
        self._team = [_skewed(rng, self.employers) for _ in range(teams)]
        self._home = [_skewed(rng, self.schools) for _ in range(teams)]

    def names(self) -> Iterator[str]:
        """Of all employers, then of all schools."""
        yield from map(invented.employer, range(self.employers))
        yield from map(invented.school, range(self.schools))

    def place(self, stay: Stay) -> int:
        """Where its name stands in `names`."""
        return stay.place + (self.employers if stay.kind is CareerKind.STUDY else 0)

    def name(self, stay: Stay) -> str:
        """Where it was."""
        return (invented.employer if stay.kind is CareerKind.WORK else invented.school)(stay.place)

    def of(self, i: int) -> list[Stay]:
        """The career of a member, the present first."""
        rng = random.Random(self._base + i)
        began = self._now - rng.randrange(6, 38 * 12)
        stays = [*self._jobs(rng, i // COLLEAGUES, began), *self._studies(rng, i, began)]
        # Two that cannot be told apart, by years alone, are one.
        return list({(s.kind, s.place, s.title, s.starts, s.ends): s for s in stays}.values())

    def _jobs(self, rng: random.Random, team: int, began: int) -> Iterator[Stay]:
        count = min(rng.choices((1, 2, 3, 4), (30, 37, 22, 11))[0], (self._now - began) // 3)
        moves = sorted(rng.sample(range(began + 1, self._now), count - 1), reverse=True)
        field, until = rng.choice(FIELDS), None
        if rng.random() < 0.05:  # between two positions
            until = self._now - rng.randrange(0, min(30, self._now - max([began, *moves])))
        for number, since in enumerate([*moves, began]):
            place = self._team[team] if number == 0 else self._earlier(rng, team)
            title = f"{rng.choice(POSTS)}, {field}"
            known = rng.random() < 0.7
            yield Stay(CareerKind.WORK, place, title, _first(since, known), _last(until, known))
            # Some begin before they have quite left.
            until = min(since + (rng.randrange(7) if rng.random() < 0.2 else 0), self._now)

    def _earlier(self, rng: random.Random, team: int) -> int:
        if rng.random() < 0.6:
            return self._team[(team + rng.randrange(1, 6)) % len(self._team)]
        return _skewed(rng, self.employers)

    def _studies(self, rng: random.Random, i: int, began: int) -> Iterator[Stay]:
        end = began // 12
        for _ in range(rng.choices((0, 1, 2), (25, 55, 20))[0]):
            home = self._home[i // (COLLEAGUES * 10)]
            place = home if rng.random() < 0.7 else _skewed(rng, self.schools)
            start = end - rng.randrange(2, 6)
            title = f"{rng.choice(invented.DEGREES)}, {rng.choice(FIELDS)}"
            yield Stay(CareerKind.STUDY, place, title, (start, None), (end, None))
            end = start - rng.randrange(0, 3)

    def rows(
        self, i: int, member: int, organisations: Sequence[int]
    ) -> Iterator[tuple[object, ...]]:
        """Columns of career_entry from member_id on; `organisations` are keys in the order of
        `names`.
        """
        rng = random.Random(self._base + 2**61 + i)
        for stay in self.of(i):
            yield (
                member,
                organisations[self.place(stay)],
                self.name(stay),
                stay.kind.value,
                stay.title,
                *stay.start,
                *stay.end,
                stay.starts,
                stay.ends,
                _audience(rng),
            )

    def entries(self, i: int, email: str) -> Iterator[tuple[object, ...]]:
        """What else stands on the profile: columns of profile_entry from kind to audience."""
        rng = random.Random(self._base + 2**62 + i)
        skills = {int(len(SKILLS) * rng.random() ** 1.7) for _ in range(rng.randrange(2, 7))}
        for rank, number in enumerate(sorted(skills)):
            yield _entry(EntryKind.SKILL, SKILLS[number], "", rank, _audience(rng))
        for rank, language in enumerate(dict.fromkeys(rng.choices(LANGUAGES, k=2))):
            level = rng.choice(("NATIVE", "FLUENT", "WORKING", "BASIC"))
            yield _entry(EntryKind.LANGUAGE, language, level, rank, _audience(rng))
        who = _one_of(rng, _CONTACT_AUDIENCES, FieldAudience.MEMBERS)
        yield _entry(EntryKind.CONTACT, email, "EMAIL", 0, who)
        if rng.random() < 0.3:
            phone = f"+1 202 555 01{rng.randrange(100):02}"
            yield _entry(EntryKind.CONTACT, phone, "PHONE", 1, FieldAudience.CONNECTIONS)
        if rng.random() < 0.2:
            site = f"https://{email.partition('@')[0]}.example/"
            yield _entry(EntryKind.LINK, site, "Website", 0, _audience(rng))
        if rng.random() < 0.2:
            flag = rng.choice(("MENTORING", "SPEAKING", "HIRING", "WORK", "COLLABORATING"))
            yield _entry(EntryKind.OPEN_TO, flag, "", 0, _audience(rng))


def _skewed(rng: random.Random, count: int) -> int:
    return int(count * rng.random() ** SKEW)


def _first(month: int, known: bool) -> tuple[int, int | None]:
    return month // 12, month % 12 + 1 if known else None


def _last(month: int | None, known: bool) -> tuple[int | None, int | None]:
    return (None, None) if month is None else _first(month, known)


def _audience(rng: random.Random) -> int:
    return _one_of(rng, _ENTRY_AUDIENCES, FieldAudience.MEMBERS)


def _one_of(rng: random.Random, shares: tuple[tuple[float, int], ...], default: int) -> int:
    chance = rng.random()
    return next((audience for share, audience in shares if chance < share), int(default))


def _entry(kind: EntryKind, value: str, label: str, rank: int, audience: int) -> tuple[object, ...]:
    return (kind.value, value, label, key_of(value), rank, int(audience))
