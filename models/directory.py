"""Reading members as a viewer may see them; every read of a member's columns comes from here."""

from collections.abc import Sequence
from typing import NamedTuple

from models import clock, paging, sql
from models.text import to_look_up
from models.visibility import may_see, mutual_count, sees_count, sees_field

SEARCH_LONGEST = 100


class Wants(NamedTuple):
    """Which of the costly columns are wanted; they are computed only then."""

    about: bool = False
    connection_count: bool = False
    mutual_count: bool = False


def columns(wants: Wants, viewer: str | None, alias: str = "m") -> str:
    """The columns of a member, prefixed `m_`; `viewer` is a placeholder."""
    chosen = [f"{alias}.{name} AS m_{name}" for name in ("id", "handle", "name", "joined_at")]
    for name in ("headline", "organisation", "location", *(["about"] if wants.about else [])):
        seen = sees_field(alias, name, viewer)
        chosen.append(f"CASE WHEN {seen} THEN {alias}.{name} ELSE '' END AS m_{name}")
    chosen.append(
        f"CASE WHEN {sees_field(alias, 'avatar', viewer)} THEN {alias}.avatar_key END "
        "AS m_avatar_key"
    )
    size = f"(SELECT connections FROM inbox WHERE id = {alias}.id)"
    if wants.connection_count:
        chosen.append(
            f"CASE WHEN {sees_count(alias, viewer)} THEN {size} END AS m_connection_count"
        )
    if wants.mutual_count:
        own_size = f"(SELECT connections FROM inbox WHERE id = {viewer})"
        chosen.append(f"{mutual_count(alias, viewer, size, own_size)} AS m_mutual_count")
    return ", ".join(chosen)


async def by_handle(viewer: int | None, handle: str, wants: Wants) -> sql.Row | None:
    """The member with this handle, or None when there is none the viewer may see."""
    return await _one(viewer, "m.handle = $3", to_look_up(handle.lower()), wants)


async def by_ids(viewer: int | None, keys: Sequence[int], wants: Wants) -> dict[int, sql.Row]:
    """Those of these members whom the viewer may see, by key; one statement."""
    rows = await _some(viewer, f"m.id {sql.among(3)}", list(keys), wants)
    return {row["m_id"]: row for row in rows}


async def _one(viewer: int | None, condition: str, value: object, wants: Wants) -> sql.Row | None:
    rows = await _some(viewer, condition, value, wants)
    return rows[0] if rows else None


async def _some(
    viewer: int | None, condition: str, value: object, wants: Wants
) -> Sequence[sql.Row]:
    who = None if viewer is None else "$1"
    return await sql.rows(
        f"SELECT {columns(wants, who)} FROM member m WHERE {condition} "
        # Both placeholders occur for every viewer, or PostgreSQL cannot tell their types.
        f"AND ($1::bigint IS NULL OR true) AND ($2::timestamptz IS NOT NULL) "
        f"AND {may_see('m', who, '$2')}",
        viewer,
        clock.now(),
        value,
    )


async def listed(
    viewer: int | None, search: str | None, first: int, after: str | None, wants: Wants
) -> paging.Page:
    """The directory: members the viewer may see, newest first; `search` is part of a name,
    handle or organisation.
    """
    who = None if viewer is None else "$1"
    key = paging.decode("mem", after, 1)[0] if after is not None else 2**63 - 1
    condition, values = search_condition(search, who, 5)
    rows = await sql.rows(
        f"SELECT {columns(wants, who)} FROM member m WHERE m.id < $3 "
        f"AND ($1::bigint IS NULL OR true) AND ($2::timestamptz IS NOT NULL) "
        f"AND {may_see('m', who, '$2')}{condition} ORDER BY m.id DESC LIMIT $4",
        viewer,
        clock.now(),
        key,
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


def search_condition(
    search: str | None, viewer: str | None, number: int
) -> tuple[str, list[object]]:
    """A condition and its values for members `m` whose name, handle or organisation, as far as
    the viewer sees it, contains it.
    """
    words = (search or "")[:SEARCH_LONGEST].replace("\x00", "").strip().lower()
    words = words.encode("utf-8", "ignore").decode()  # lone surrogates match nothing
    if not words:
        return "", []
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"LIKE ${number} ESCAPE '\\'"
    return (
        f" AND (lower(m.name) {like} OR lower(m.handle) {like} "
        f"OR (lower(m.organisation) {like} AND {sees_field('m', 'organisation', viewer)}))",
        [f"%{escaped}%"],
    )


def cursor(key: int) -> str:
    """The cursor behind a member in the directory."""
    return paging.encode("mem", key)
