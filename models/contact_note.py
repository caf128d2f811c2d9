"""The log of a contact: what its owner wrote down about it, for themself alone.

A meeting or another contact counts as the last one from the moment it is written down; that
never goes back, also when the entry is changed or removed.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from tortoise import fields

from models import contact, ids, paging, sql
from models.base import LONG, SHORT, Stored, belongs_to
from models.problem import Code, Problem, Problems
from models.text import clean
from models.unit import Unit, in_unit

MOST_NOTES = 1000


class ContactNoteKind(StrEnum):
    """What was written down: a thought, a meeting, or that one was in touch."""

    NOTE = "NOTE"
    MET = "MET"
    CONTACTED = "CONTACTED"


class ContactNote(Stored):
    """An entry of the log on the owner's side of a connection."""

    relationship = belongs_to("Relationship")
    kind = fields.CharField(max_length=10)
    text = fields.CharField(max_length=LONG, db_default="")
    place = fields.CharField(max_length=SHORT, db_default="")
    happened_at = fields.DatetimeField()
    written_at = fields.DatetimeField()

    class Meta:
        table = "contact_note"


def _cleaned(
    u: Unit, kind: ContactNoteKind, text: str, place: str, happened_at: datetime | None
) -> tuple[str, str, datetime]:
    problems: list[Problem] = []
    texts = {"text": "", "place": ""}
    for name, given, longest in (("text", text, LONG), ("place", place, SHORT)):
        required = name == "text" and kind is ContactNoteKind.NOTE
        try:
            texts[name] = clean(
                given, name, longest=longest, required=required, lines=name == "text"
            )
        except Problem as problem:
            problems.append(problem)
    at = u.now
    try:
        if happened_at is not None:
            at = contact.past_moment(happened_at, u.now, "happenedAt")
    except Problem as problem:
        problems.append(problem)
    if problems:
        raise Problems(problems)
    return texts["text"], texts["place"], at


@in_unit
async def add(
    u: Unit,
    owner: int,
    side: int,
    kind: ContactNoteKind,
    text: str,
    place: str,
    happened_at: datetime | None,
) -> sql.Row:
    """Write down a thought, a meeting or a contact; `happened_at` is now unless given."""
    text, place, at = _cleaned(u, kind, text, place, happened_at)
    await contact.lock_side(owner, side)
    counted = await sql.row(
        "SELECT count(*) AS n FROM contact_note WHERE relationship_id = $1", side
    )
    if counted and counted["n"] >= MOST_NOTES:
        raise Problem(Code.TOO_MANY, f"At most {MOST_NOTES:,} entries. Remove one first.")
    row = await sql.row(
        "INSERT INTO contact_note (id, relationship_id, kind, text, place, happened_at, "
        "written_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *",
        ids.new_id(),
        side,
        kind.value,
        text,
        place,
        at,
        u.now,
    )
    assert row is not None
    if kind is not ContactNoteKind.NOTE:
        await contact.touch(side, at)
    return row


@in_unit
async def update(
    u: Unit,
    owner: int,
    note: int,
    kind: ContactNoteKind | None = None,
    text: str | None = None,
    place: str | None = None,
    happened_at: datetime | None = None,
) -> sql.Row:
    """Change what is given of an entry."""
    old = await _locked(owner, note)
    kind = kind or ContactNoteKind(old["kind"])
    text, place, at = _cleaned(
        u,
        kind,
        old["text"] if text is None else text,
        old["place"] if place is None else place,
        happened_at or old["happened_at"],
    )
    row = await sql.row(
        "UPDATE contact_note SET kind = $2, text = $3, place = $4, happened_at = $5 "
        "WHERE id = $1 RETURNING *",
        note,
        kind.value,
        text,
        place,
        at,
    )
    if row is None:
        raise _gone()
    if kind is not ContactNoteKind.NOTE:
        await contact.touch(row["relationship_id"], at)
    return row


@in_unit
async def remove(_u: Unit, owner: int, note: int) -> sql.Row:
    """Remove an entry of the log."""
    old = await _locked(owner, note)
    if not await sql.change("DELETE FROM contact_note WHERE id = $1", note):
        raise _gone()
    return old


async def _locked(owner: int, note: int) -> sql.Row:
    """The entry, with the side it stands on locked, as every act on a side does first."""
    row = await sql.row(
        "SELECT n.* FROM contact_note n JOIN relationship c ON c.id = n.relationship_id "
        "WHERE n.id = $1 AND c.owner_id = $2",
        note,
        owner,
    )
    if row is None:
        raise _gone()
    await contact.lock_side(owner, row["relationship_id"])
    return row


def _gone() -> Problem:
    return Problem(Code.NOT_FOUND, "This entry is no longer there.", field=("noteId",))


async def by_ids(owner: int, notes: Sequence[int]) -> dict[int, sql.Row]:
    """Those of these entries that are the owner's, by key."""
    rows = await sql.rows(
        "SELECT n.* FROM contact_note n JOIN relationship c ON c.id = n.relationship_id "
        f"WHERE c.owner_id = $1 AND n.id {sql.among(2)}",
        owner,
        list(notes),
    )
    return {row["id"]: row for row in rows}


async def of(owner: int, side: int, first: int, after: str | None) -> paging.Page:
    """The log of one of the owner's sides, what happened last first."""
    key = paging.moment_key("nte", after)
    behind, values = paging.behind(key, "n.happened_at", "n.id", 4)
    found: Sequence[sql.Row] = await sql.rows(
        "SELECT n.* FROM contact_note n JOIN relationship c ON c.id = n.relationship_id "
        f"WHERE n.relationship_id = $1 AND c.owner_id = $2{behind} "
        "ORDER BY n.happened_at DESC, n.id DESC LIMIT $3",
        side,
        owner,
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(found, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind an entry of the log."""
    return paging.moment_cursor("nte", row["happened_at"], row["id"])
