"""The people between a viewer and a member: those both know, and the shortest way there."""

from typing import NamedTuple

from models import clock, directory, graph, paging, sql
from models.directory import Wants
from models.visibility import connected, in_audience, may_see


class Path(NamedTuple):
    """Keys of the people in between, from the viewer's side; none for a connection."""

    people: tuple[int, ...]


NOBODY = paging.Page([], more=False)


async def shortest(viewer: int, member: int) -> Path | None:
    """The shortest way to a member over connections the viewer may see, through two people at
    most; the viewer's newest connection first. None without one, and to oneself.
    """
    through = graph.between("t.id", "$1", "t.size", "t.to_mutual")
    found = await sql.row(
        f"{graph.tables('t.id = $3')}, "
        f"first AS (SELECT 1 FROM target t WHERE {connected('$1', 't.id')}), "
        f"second AS MATERIALIZED (SELECT {through} AS z FROM target t "
        "WHERE NOT EXISTS (SELECT 1 FROM first)), "
        "beyond AS MATERIALIZED (SELECT z, y FROM third WHERE NOT EXISTS (SELECT 1 FROM first) "
        "AND NOT EXISTS (SELECT 1 FROM second WHERE z IS NOT NULL) "
        "ORDER BY connected_at DESC, z DESC, y DESC LIMIT 1) "
        "SELECT 0 AS z, 0 AS y FROM first UNION ALL SELECT z, 0 FROM second WHERE z IS NOT NULL "
        "UNION ALL SELECT z, y FROM beyond",
        viewer,
        clock.now(),
        member,
    )
    return None if found is None else Path(tuple(key for key in (found["z"], found["y"]) if key))


async def mutuals(
    viewer: int, member: int, first: int, after: str | None, wants: Wants
) -> paging.Page:
    """A page of the connections that a member shares with the viewer, as the member's list shows
    them; those the viewer knows shortest first.
    """
    key = paging.moment_key("mut", after)
    behind, values = paging.behind(key, "v.connected_at", "v.other_id", 5)
    rows = await sql.rows(
        f"SELECT v.connected_at, v.other_id, {directory.columns(wants, '$1')} "
        "FROM relationship v JOIN member m ON m.id = v.other_id AND m.suspended_at IS NULL "
        "WHERE v.owner_id = $1 AND v.ended_at IS NULL "
        # A scalar sub-select: the viewer's list is walked and the member's probed.
        "AND (SELECT a.shown AND a.ended_at IS NULL FROM relationship a WHERE a.owner_id = $3 "
        "AND a.other_id = v.other_id) "
        f"AND EXISTS (SELECT 1 FROM member t WHERE t.id = $3 AND t.id <> $1 "
        f"AND {may_see('t', '$1', '$2')} AND {in_audience('t', '$1')}){behind} "
        "ORDER BY v.connected_at DESC, v.other_id DESC LIMIT $4",
        viewer,
        clock.now(),
        member,
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind somebody in the list of mutual connections."""
    return paging.moment_cursor("mut", row["connected_at"], row["other_id"])
