"""Reading connections: a member's list as a viewer may see it, and the viewer's own sides."""

from collections.abc import Sequence

from models import clock, directory, paging, sql
from models.directory import Wants
from models.member import Audience
from models.visibility import in_audience, may_see


async def of(
    viewer: int | None,
    owner: int,
    search: str | None,
    first: int,
    after: str | None,
    wants: Wants,
) -> paging.Page:
    """The connections of `owner`, newest first: all of one's own; of others those edges that
    both sides keep listed, to a viewer in the owner's audience who may see the person.
    """
    who = None if viewer is None else "$1"
    key = paging.moment_key("con", after)
    behind, behind_values = paging.behind(key, "c.connected_at", "c.other_id", 5)
    found, found_values = directory.search_condition(search, who, 5 + len(behind_values))
    total = ""
    if viewer == owner:
        shown = "m.suspended_at IS NULL"
        total = "(SELECT connections FROM inbox WHERE id = $3) AS total, "
    else:
        shown = f"c.shown AND {_list_shown(who)} AND {may_see('m', who, '$2')}"
    rows = await sql.rows(
        "SELECT c.id, c.other_id, c.connected_at, c.request_id, c.listed, c.ended_at, "
        f"c.ended_by_id, {total}{directory.columns(wants, who)} FROM relationship c "
        "JOIN member m ON m.id = c.other_id WHERE c.owner_id = $3 AND c.ended_at IS NULL "
        "AND ($1::bigint IS NULL OR true) AND ($2::timestamptz IS NOT NULL) "
        f"AND {shown}{behind}{found} ORDER BY c.connected_at DESC, c.other_id DESC LIMIT $4",
        viewer,
        clock.now(),
        owner,
        paging.check_first(first) + 1,
        *behind_values,
        *found_values,
    )
    return paging.cut(rows, first)


def _list_shown(who: str | None) -> str:
    audience = (
        f"EXISTS (SELECT 1 FROM member o WHERE o.id = $3 AND {may_see('o', who, '$2')} "
        f"AND {in_audience('o', who)}"
    )
    if who is None:
        return audience + ")"
    # Under MUTUAL only edges to the viewer's own connections show.
    return audience + (
        f" AND (o.connections_audience <> '{Audience.MUTUAL}' OR EXISTS (SELECT 1 FROM "
        f"relationship v WHERE v.owner_id = {who} AND v.other_id = c.other_id "
        "AND v.ended_at IS NULL)))"
    )


async def own_by_ids(viewer: int, keys: Sequence[int]) -> dict[int, sql.Row]:
    """The viewer's own sides, ended ones too, by key."""
    return {row["id"]: row for row in await _own(viewer, f"id {sql.among(2)}", keys)}


async def own_with(viewer: int, others: Sequence[int]) -> dict[int, sql.Row]:
    """The viewer's sides of their connections with these members, by the other's key."""
    rows = await _own(viewer, f"other_id {sql.among(2)} AND ended_at IS NULL", others)
    return {row["other_id"]: row for row in rows}


async def _own(viewer: int, condition: str, keys: Sequence[int]) -> Sequence[sql.Row]:
    return await sql.rows(
        "SELECT id, other_id, request_id, connected_at, listed, ended_at, ended_by_id "
        f"FROM relationship WHERE owner_id = $1 AND {condition}",
        viewer,
        list(keys),
    )


def cursor(row: sql.Row) -> str:
    """The cursor behind a connection in a list."""
    return paging.moment_cursor("con", row["connected_at"], row["other_id"])
