"""Careers: a member's time at organisations, at work or at study."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from tortoise import fields
from tortoise.fields import OnDelete

from models import audience, clock, ids, sql
from models.audience import Chosen, FieldAudience
from models.base import LONG, SHORT, Stored, belongs_to_member
from models.organisation import cleaned, find_or_make
from models.problem import Code, Problem, Problems
from models.text import clean
from models.unit import Unit, in_unit

T = TypeVar("T")

EARLIEST_YEAR = 1900
# A position may begin, and a study end, in the future that one can know of.
START_AHEAD, END_AHEAD = 1, 10

# What "until now" compares as, in months since year 0.
PRESENT = 999_999


class CareerKind(StrEnum):
    """Positions are WORK, education is STUDY."""

    WORK = "WORK"
    STUDY = "STUDY"


class CareerEntry(Stored):
    """One position or one education. `starts` and `ends` are the dates in months since year 0
    (January where the first month is unknown, December where the last is), for comparing;
    `ends` is PRESENT while it goes on. `place` is the organisation's name as the member writes
    it: the shared record's spelling may be that of somebody who does not show they were there.
    """

    member = belongs_to_member()
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", related_name=False, on_delete=OnDelete.RESTRICT
    )
    place = fields.CharField(max_length=SHORT, db_default="")
    kind = fields.CharField(max_length=5)
    title = fields.CharField(max_length=SHORT, db_default="")
    description = fields.CharField(max_length=LONG, db_default="")
    start_year = fields.SmallIntField()
    start_month = fields.SmallIntField(null=True)
    end_year = fields.SmallIntField(null=True)
    end_month = fields.SmallIntField(null=True)
    starts = fields.IntField()
    ends = fields.IntField()
    audience = fields.SmallIntField(db_default=int(FieldAudience.MEMBERS))

    class Meta:
        table = "career_entry"


MOST: Mapping[CareerKind, int] = {CareerKind.WORK: 50, CareerKind.STUDY: 20}
# What an organisation and a title are called in the input of each kind.
_NAMES = {CareerKind.WORK: ("organisation", "title"), CareerKind.STUDY: ("school", "subject")}
_WORDS = {CareerKind.WORK: "position", CareerKind.STUDY: "education"}


class Stay(NamedTuple):
    """What a member says of one time at an organisation; without `end_year` it goes on."""

    organisation: str
    title: str
    description: str
    start_year: int
    start_month: int | None
    end_year: int | None
    end_month: int | None

    @property
    def starts(self) -> int:
        """In months since year 0."""
        return self.start_year * 12 + (self.start_month or 1) - 1

    @property
    def ends(self) -> int:
        """In months since year 0; PRESENT while it goes on."""
        if self.end_year is None:
            return PRESENT
        return self.end_year * 12 + (self.end_month or 12) - 1


def _checked(kind: CareerKind, stay: Stay) -> Stay:
    """What is said, as it is stored. Raises Problems, one for each field that is wrong."""
    problems: list[Problem] = []

    def attempt(work: Callable[[], T], otherwise: T) -> T:
        try:
            return work()
        except Problem as problem:
            problems.append(problem)
            return otherwise

    where, what = _NAMES[kind]
    needs_title = kind is CareerKind.WORK
    checked = stay._replace(
        organisation=attempt(lambda: cleaned(stay.organisation, where), ""),
        title=attempt(lambda: clean(stay.title, what, longest=SHORT, required=needs_title), ""),
        description=attempt(
            lambda: clean(stay.description, "description", longest=LONG, lines=True), ""
        ),
    )
    problems += _wrong_dates(stay)
    if problems:
        raise Problems(problems)
    return checked


def _wrong_dates(stay: Stay) -> list[Problem]:
    this_year = clock.now().year
    wrong: list[Problem] = []

    def refuse(field: str, words: str) -> None:
        wrong.append(Problem(Code.INVALID, words, field=(field,)))

    for name, year, ahead in (
        ("startYear", stay.start_year, START_AHEAD),
        ("endYear", stay.end_year, END_AHEAD),
    ):
        if year is not None and not EARLIEST_YEAR <= year <= this_year + ahead:
            refuse(name, f"A year from {EARLIEST_YEAR} to {this_year + ahead}.")
    for name, month in (("startMonth", stay.start_month), ("endMonth", stay.end_month)):
        if month is not None and not 1 <= month <= 12:
            refuse(name, "A month from 1 to 12.")
    if stay.end_year is None and stay.end_month is not None:
        refuse("endYear", "Give the year as well, or leave both out while it goes on.")
    if not wrong and stay.starts > stay.ends:
        refuse("endYear", "It cannot end before it began.")
    return wrong


async def add(member: int, kind: CareerKind, stay: Stay, chosen: Chosen | None = None) -> int:
    """Add a position or an education; its key. The same one again changes no more than its
    description and, if one is given, its audience. Raises Problems, or TOO_MANY.
    """
    return await _write(member, kind, None, _checked(kind, stay), chosen)


async def update(
    member: int, kind: CareerKind, key: int, stay: Stay, chosen: Chosen | None = None
) -> int:
    """Say one of them anew; its audience stays unless one is given. Raises Problems, or
    NOT_FOUND.
    """
    return await _write(member, kind, key, _checked(kind, stay), chosen)


@in_unit
async def _write(
    _u: Unit, member: int, kind: CareerKind, key: int | None, stay: Stay, chosen: Chosen | None
) -> int:
    # Two acts of one member wait for each other here: both must not see forty-nine.
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", member)
    if key is not None:
        await _own(member, kind, key)
    tags = await audience.check(member, chosen) if chosen else []
    place = await find_or_make(stay.organisation)
    same = await _same(member, kind, place, stay)
    if key is None:
        key = same
    elif same not in (None, key):
        raise Problem(
            Code.INVALID, f"This {_WORDS[kind]} is on your profile already.", field=("startYear",)
        )
    if key is None:
        await _check_room(member, kind)
        key = ids.new_id()
        await sql.change(_INSERT, key, member, *_values(kind, place, stay))
    else:
        await sql.change(_UPDATE, key, member, *_values(kind, place, stay))
    if chosen:
        await sql.change(
            "UPDATE career_entry SET audience = $2 WHERE id = $1", key, int(chosen.audience)
        )
        await audience.open_to(member, key, "", tags)
    await _found_by(member)
    return key


@in_unit
async def remove(_u: Unit, member: int, kind: CareerKind, key: int) -> None:
    """Take one of them off the profile. Raises NOT_FOUND."""
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", member)
    await _own(member, kind, key)
    await audience.close(key)
    await sql.change("DELETE FROM career_entry WHERE id = $1", key)
    await _found_by(member)


async def _own(member: int, kind: CareerKind, key: int) -> None:
    if not await sql.row(
        "SELECT id FROM career_entry WHERE id = $1 AND member_id = $2 AND kind = $3",
        key,
        member,
        kind.value,
    ):
        raise gone(kind)


def gone(kind: CareerKind) -> Problem:
    """The one answer for an id that is wrong, another's or no longer there."""
    words = _WORDS[kind]
    return Problem(Code.NOT_FOUND, f"This {words} is no longer there.", field=(f"{words}Id",))


async def _same(member: int, kind: CareerKind, place: int, stay: Stay) -> int | None:
    row = await sql.row(
        "SELECT id FROM career_entry WHERE member_id = $1 AND kind = $2 AND organisation_id = $3 "
        "AND title = $4 AND starts = $5 AND ends = $6",
        member,
        kind.value,
        place,
        stay.title,
        stay.starts,
        stay.ends,
    )
    return row["id"] if row else None


async def _check_room(member: int, kind: CareerKind) -> None:
    row = await sql.row(
        "SELECT count(*) AS n FROM career_entry WHERE member_id = $1 AND kind = $2",
        member,
        kind.value,
    )
    if row and row["n"] >= MOST[kind]:
        words = {CareerKind.WORK: "positions", CareerKind.STUDY: "educations"}[kind]
        raise Problem(Code.TOO_MANY, f"At most {MOST[kind]} {words}. Remove one first.")


_COLUMNS = (
    "organisation_id, place, kind, title, description, start_year, start_month, end_year, "
    "end_month, starts, ends"
)
_INSERT = (
    f"INSERT INTO career_entry (id, member_id, {_COLUMNS}) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
)
_UPDATE = (
    "UPDATE career_entry SET "
    + ", ".join(f"{name} = ${n}" for n, name in enumerate(_COLUMNS.split(", "), start=3))
    + " WHERE id = $1 AND member_id = $2"
)


def _values(kind: CareerKind, place: int, stay: Stay) -> tuple[object, ...]:
    return (
        place,
        stay.organisation,
        kind.value,
        stay.title,
        stay.description,
        stay.start_year,
        stay.start_month,
        stay.end_year,
        stay.end_month,
        stay.starts,
        stay.ends,
    )


async def _found_by(member: int) -> None:
    # Not at the top: what search reads imports what stands here.
    from models import search_text

    await search_text.refresh(member)
