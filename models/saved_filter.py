"""Filters of the contact book that a member keeps under a name."""

import json
from collections.abc import Sequence
from typing import Any

from tortoise import fields

from models import ids, sql
from models.base import NAME, SHORT, Stored, belongs_to_member
from models.contact_list import LONGEST_DAYS, ContactSort, Filter
from models.directory import SEARCH_LONGEST
from models.problem import Code, Problem, Problems
from models.tag import MOST_TAGS_AT_ONCE
from models.text import clean
from models.unit import Unit, in_unit

MOST_FILTERS = 50


class SavedFilter(Stored):
    """A named filter; `conditions` is its JSON."""

    owner = belongs_to_member()
    name = fields.CharField(max_length=NAME)
    conditions = fields.TextField()

    class Meta:
        table = "saved_filter"


def checked(wanted: Filter) -> Filter:
    """The filter with its texts cleaned. Raises Problems by what is out of range."""
    problems: list[Problem] = []
    texts = {"search": SEARCH_LONGEST, "organisation": SHORT, "place": SHORT}
    for name, longest in texts.items():
        try:
            cleaned: Any = clean(getattr(wanted, name), name, longest=longest)
            wanted = wanted._replace(**{name: cleaned})
        except Problem as problem:
            problems.append(problem)
    problems += out_of_range(wanted)
    if problems:
        raise Problems(problems)
    return wanted


def out_of_range(wanted: Filter) -> list[Problem]:
    """What of the filter can be neither kept nor asked for."""
    problems: list[Problem] = []
    if len(wanted.tags) > MOST_TAGS_AT_ONCE:
        problems.append(
            Problem(Code.TOO_MANY, f"At most {MOST_TAGS_AT_ONCE} tags.", field=("tagIds",))
        )
    for field, days in (
        ("noContactDays", wanted.no_contact_days),
        ("remindWithinDays", wanted.remind_within_days),
    ):
        least = 1 if field == "noContactDays" else 0
        if days is not None and not least <= days <= LONGEST_DAYS:
            message = f"{least} to {LONGEST_DAYS:,} days."
            problems.append(Problem(Code.INVALID, message, field=(field,)))
    return problems


async def save(owner: int, name: str, wanted: Filter, sort: ContactSort) -> sql.Row:
    """Keep a filter and a way to sort; one of the same name is replaced."""
    problems: list[Problem] = []
    try:
        name = clean(name, "name", longest=NAME, required=True)
    except Problem as problem:
        problems.append(problem)
    try:
        wanted = checked(wanted)
    except Problems as several:
        for each in several.problems:
            each.field = ("filter", *each.field)
        problems += several.problems
    if problems:
        raise Problems(problems)
    conditions = {**wanted._asdict(), "tags": list(wanted.tags), "sort": sort.value}
    return await _save(owner, name, json.dumps(conditions))


@in_unit
async def _save(_u: Unit, owner: int, name: str, conditions: str) -> sql.Row:
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner)
    counted = await sql.row(
        "SELECT count(*) AS n FROM saved_filter WHERE owner_id = $1 AND name <> $2", owner, name
    )
    if counted and counted["n"] >= MOST_FILTERS:
        raise Problem(Code.TOO_MANY, f"At most {MOST_FILTERS} filters. Delete one first.")
    row = await sql.row(
        "INSERT INTO saved_filter (id, owner_id, name, conditions) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (owner_id, name) DO UPDATE SET conditions = excluded.conditions RETURNING *",
        ids.new_id(),
        owner,
        name,
        conditions,
    )
    assert row is not None
    return row


@in_unit
async def delete(_u: Unit, owner: int, key: int) -> sql.Row:
    """Delete a filter."""
    row = await sql.row(
        "DELETE FROM saved_filter WHERE id = $1 AND owner_id = $2 RETURNING *", key, owner
    )
    if row is None:
        raise Problem(Code.NOT_FOUND, "This filter is no longer there.", field=("filterId",))
    return row


async def of(owner: int) -> Sequence[sql.Row]:
    """The owner's filters, oldest first."""
    return await sql.rows(
        "SELECT id, name, conditions FROM saved_filter WHERE owner_id = $1 ORDER BY id", owner
    )


def read(conditions: str) -> tuple[Filter, ContactSort]:
    """What was kept."""
    kept = json.loads(conditions)
    known = {name: kept[name] for name in Filter._fields if name in kept}
    return Filter(**known), ContactSort(kept.get("sort", ContactSort.RECENT))
