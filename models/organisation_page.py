"""Organisations as a viewer may know of them, and who is or was there.

An organisation is there for a viewer if somebody they may see shows that they were there. So
whether it exists, its name's spelling, its number of members and its place in a search come from
those alone.
"""

from collections.abc import Sequence

from models import clock, directory, paging, sql
from models.career import PRESENT
from models.directory import Wants
from models.organisation import key_of
from models.text import to_look_up
from models.visibility import connected, may_see, sees

SEARCH_LONGEST = 100
MOST_SUGGESTED = 10


def _there(viewer: int | None, now: str = "$2") -> str:
    """From and where: entries `e` the viewer sees, of members `m` they see. $1 is the viewer."""
    who = None if viewer is None else "$1"
    return (
        "FROM career_entry e JOIN member m ON m.id = e.member_id "
        "WHERE ($1::bigint IS NULL OR true) AND ($2::timestamptz IS NOT NULL) "
        f"AND {sees('e.audience', 'e.member_id', 'e.id', '', who)} "
        f"AND {may_see('m', who, now)}"
    )


def _spelling(viewer: int | None) -> str:
    """An expression: the name of `o`, as one who shows they were there writes it; null when
    nobody does. In the order of an index, which ends the search at the first.
    """
    return (
        f"(SELECT coalesce(nullif(e.place, ''), o.name) {_there(viewer)} "
        "AND e.organisation_id = o.id ORDER BY e.kind, e.member_id, e.id LIMIT 1)"
    )


async def by_ids(viewer: int | None, keys: Sequence[int]) -> dict[int, sql.Row]:
    """Those of these organisations that are there for the viewer, by key; one statement."""
    found = await sql.rows(
        f"SELECT o.id, {_spelling(viewer)} AS name FROM organisation o WHERE o.id {sql.among(3)}",
        viewer,
        clock.now(),
        list(keys),
    )
    return {row["id"]: row for row in found if row["name"] is not None}


async def suggested(viewer: int | None, search: str) -> Sequence[sql.Row]:
    """The first few organisations there for the viewer whose names begin with these letters, or
    have a word that does; by name.
    """
    letters = key_of(to_look_up(search[:SEARCH_LONGEST]))
    if not letters:
        return []
    escaped = letters.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return await sql.rows(
        f"SELECT o.id, {_spelling(viewer)} AS name FROM organisation o "
        "WHERE (o.key LIKE $3 ESCAPE '\\' OR o.key LIKE $4 ESCAPE '\\') "
        f"AND EXISTS (SELECT 1 {_there(viewer)} AND e.organisation_id = o.id) "
        "ORDER BY o.key LIMIT $5",
        viewer,
        clock.now(),
        f"{escaped}%",
        f"% {escaped}%",
        MOST_SUGGESTED,
    )


async def member_counts(viewer: int | None, keys: Sequence[int]) -> dict[int, int]:
    """How many members are or were at each, as far as the viewer may see; one statement."""
    found = await sql.rows(
        f"SELECT e.organisation_id AS id, count(DISTINCT e.member_id) AS n {_there(viewer)} "
        f"AND e.organisation_id {sql.among(3)} GROUP BY e.organisation_id",
        viewer,
        clock.now(),
        list(keys),
    )
    return {row["id"]: row["n"] for row in found}


async def members(
    viewer: int | None, organisation: int, first: int, after: str | None, wants: Wants
) -> paging.Page:
    """Who is or was there and shows it: the viewer's connections first, then those who are there
    now, then the newest members; one statement.
    """
    who = None if viewer is None else "$1"
    close, key = paging.decode("orm", after, 2) if after is not None else (9, 0)
    knows = (
        "0" if who is None else f"CASE WHEN {connected(who, 'here.member_id')} THEN 2 ELSE 0 END"
    )
    here = (
        "SELECT e.member_id, "
        f"max(CASE WHEN e.kind = 'WORK' AND e.ends = {PRESENT} THEN 1 ELSE 0 END) AS works, "
        "max(CASE WHEN e.kind = 'WORK' THEN 1 ELSE 0 END) AS worked, "
        f"max(CASE WHEN e.kind = 'STUDY' THEN 1 ELSE 0 END) AS studied {_there(viewer)} "
        "AND e.organisation_id = $3 GROUP BY e.member_id"
    )
    # The page is cut before the columns of its members are read: some of them are costly.
    rows = await sql.rows(
        f"SELECT cut.*, {directory.columns(wants, who)} FROM ("
        f"SELECT * FROM (SELECT here.*, {knows} + here.works AS near FROM ({here}) here) ranked "
        "WHERE (ranked.near, ranked.member_id) < ($5, $6) "
        "ORDER BY ranked.near DESC, ranked.member_id DESC LIMIT $4) cut "
        "JOIN member m ON m.id = cut.member_id ORDER BY cut.near DESC, cut.member_id DESC",
        viewer,
        clock.now(),
        organisation,
        paging.check_first(first) + 1,
        close,
        key,
    )
    return paging.cut(rows, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind a member in the list of an organisation."""
    return paging.encode("orm", row["near"], row["m_id"])
