"""A contact: what a member keeps about one of their connections, on their own side alone.

Nothing here is seen by the other, tells anybody, or changes a number, an order or a moment that
anybody else reads. What is kept stays when the connection ends, can be read and written then as
well, and is there again when the two connect again.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from models import relationship, sql, tag
from models.base import SHORT
from models.problem import Code, Problem, Problems
from models.relationship import HOW_MET_LONGEST
from models.text import clean
from models.unit import Unit, in_unit

# How far back something may have happened.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DATE = date(1900, 1, 1)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_TEXTS: Mapping[str, tuple[str, int]] = {
    "how_met": ("howMet", HOW_MET_LONGEST),
    "met_event": ("metEvent", SHORT),
    "met_place": ("metPlace", SHORT),
}
# What a side says of how the two met: its owner's words, or else those of the request.
MET = ("how_met", "met_event", "met_place", "met_on", "through_id")
MET_COLUMNS = (
    "c.how_met, CASE WHEN c.met_written THEN c.met_event ELSE coalesce(q.met_event, '') END "
    "AS met_event, CASE WHEN c.met_written THEN c.met_place ELSE coalesce(q.met_place, '') END "
    "AS met_place, CASE WHEN c.met_written THEN c.met_on ELSE q.met_on END AS met_on, "
    "CASE WHEN c.met_written THEN c.through_id ELSE i.introducer_id END AS through_id"
)
MET_FROM = (
    "LEFT JOIN connection_request q ON q.id = c.request_id "
    "LEFT JOIN introduction i ON i.id = q.introduction_id"
)


def gone() -> Problem:
    """The refusal for a side that is not the owner's, or nobody's."""
    return Problem(Code.NOT_FOUND, "This connection is no longer there.", field=("relationshipId",))


async def lock_side(owner: int, side: int) -> sql.Row:
    """One of the owner's sides, locked for the rest of the unit. Raises NOT_FOUND."""
    row = await sql.row(
        f"SELECT * FROM relationship WHERE id = $1 AND owner_id = $2{sql.for_update()}", side, owner
    )
    if row is None:
        raise gone()
    return row


def utc(given: datetime, field: str) -> datetime:
    """A moment in UTC; one without a zone is read as UTC. Raises INVALID."""
    try:
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except OverflowError:
        raise Problem(Code.INVALID, "This is not a date we can use.", field=(field,)) from None


def past_moment(given: datetime, now: datetime, field: str) -> datetime:
    """A moment that is over, in UTC; one without a zone is read as UTC. Raises INVALID."""
    moment = utc(given, field)
    if moment > now:
        raise Problem(Code.INVALID, "This is in the future.", field=(field,))
    if moment < EARLIEST:
        raise Problem(Code.INVALID, f"{EARLIEST.year} or later.", field=(field,))
    return moment


def clean_date(text: str, now: datetime, field: str) -> str | None:
    """A day, a month or a year that has begun, as it is written: 2026-11-23, 2026-11, 2026."""
    text = clean(text, field, longest=10)
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        day = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        raise Problem(
            Code.INVALID, "A date like 2026-11-23, or 2026-11, or 2026.", field=(field,)
        ) from None
    # Where it is tomorrow already, tomorrow is today.
    if not FIRST_DATE <= day <= (now + timedelta(hours=14)).date():
        raise Problem(Code.INVALID, f"From {FIRST_DATE.year} until today.", field=(field,))
    return text


async def update(owner: int, side: int, changes: Mapping[str, str | int | None]) -> sql.Row:
    """Write how the two met; what is not among `changes` stays. `through_id` is a member's key."""
    return await _update(owner, side, changes)


@in_unit
async def _update(
    u: Unit, owner: int, side: int, changes: Mapping[str, str | int | None]
) -> sql.Row:
    row = await lock_side(owner, side)
    known = await sql.row(
        f"SELECT {MET_COLUMNS} FROM relationship c {MET_FROM} WHERE c.id = $1", side
    )
    assert known is not None
    wanted = {**{name: known[name] for name in MET}, **_cleaned(u, changes)}
    if wanted["through_id"] in (owner, row["other_id"]):
        raise Problem(Code.INVALID, "This has to be somebody else.", field=("throughMemberId",))
    changed = await sql.row(
        "UPDATE relationship SET how_met = $2, met_event = $3, met_place = $4, met_on = $5, "
        "through_id = $6, met_written = true WHERE id = $1 RETURNING *",
        side,
        *(wanted[name] for name in MET),
    )
    assert changed is not None
    return changed


def _cleaned(u: Unit, changes: Mapping[str, str | int | None]) -> dict[str, str | int | None]:
    cleaned: dict[str, str | int | None] = {}
    problems: list[Problem] = []
    for name, value in changes.items():
        try:
            if name in _TEXTS:
                field, longest = _TEXTS[name]
                cleaned[name] = clean(
                    str(value or ""), field, longest=longest, lines=name == "how_met"
                )
            elif name == "met_on":
                cleaned[name] = clean_date(str(value or ""), u.now, "metOn")
            else:
                cleaned[name] = value
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise Problems(problems)
    return cleaned


@in_unit
async def mute(_u: Unit, owner: int, sides: Sequence[int], *, muted: bool) -> list[int]:
    """Mute connections, or hear of them again; the keys of the sides."""
    own = await tag.own_sides(owner, sides)
    await sql.change(
        f"UPDATE relationship SET muted = $2 WHERE id {sql.among(1)} AND muted <> $2", own, muted
    )
    return own


async def contacted(_u: Unit, owner: int, other: int, at: datetime) -> None:
    """`owner` was in touch with `other`: for acts that are a contact, such as a message. Part of
    a unit; call it for both sides, in the order of their keys.
    """
    row = await sql.row(
        "SELECT id FROM relationship WHERE owner_id = $1 AND other_id = $2", owner, other
    )
    if row is not None:
        await touch(row["id"], at)


async def touch(side: int, at: datetime) -> None:
    """Move the last contact forward, never back, and a reminder that comes round with it. Part
    of a unit.
    """
    row = await sql.row(
        "UPDATE relationship SET last_contact_at = $2 WHERE id = $1 "
        "AND (last_contact_at IS NULL OR last_contact_at < $2) "
        "RETURNING owner_id, remind_every_weeks",
        side,
        at,
    )
    if row is None:
        return
    if row["remind_every_weeks"] is not None:
        await sql.change(
            "UPDATE relationship SET remind_at = $2 WHERE id = $1 AND remind_at < $2",
            side,
            at + timedelta(weeks=row["remind_every_weeks"]),
        )
    # What reminded of them is dealt with, if it came before.
    await sql.change(
        "UPDATE notification SET read_at = $3 WHERE member_id = $1 AND kind = 'REMINDER' "
        "AND subject_id = $2 AND read_at IS NULL AND occurred_at <= $3",
        row["owner_id"],
        side,
        at,
    )


async def remove(owner: int, sides: Sequence[int]) -> list[int]:
    """End several connections at once, each as relationship.remove does; the keys of those that
    were ended, or had been by the same member.
    """
    return await _remove(owner, sides)


@in_unit
async def _remove(_u: Unit, owner: int, sides: Sequence[int]) -> list[int]:
    own = await tag.own_sides(owner, sides, lock=False)
    rows = [await relationship.remove(owner, side) for side in own]
    return [row["id"] for row in rows if row["ended_by_id"] == owner]


@in_unit
async def undo_remove(_u: Unit, owner: int, sides: Sequence[int]) -> list[int]:
    """Take all of these removals back, or none. Raises what relationship.undo_remove does."""
    try:
        # The allowance comes before the sides, and the first undo would lock it too late.
        await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner)
        own = await tag.own_sides(owner, sides, lock=False)
        for side in own:
            await relationship.undo_remove(owner, side)
    except Problem as problem:
        if problem.field == ("relationshipId",):
            raise Problem(
                problem.code, problem.message, field=("relationshipIds",), subject=problem.subject
            ) from None
        raise
    return own
