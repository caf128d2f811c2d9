"""How far a viewer is from others: over connections that the viewer may see, and no others.

An edge may be walked if it shows to the viewer in the list of one of its two ends (product.md, "A
connection in a list"); the viewer's own always. Between the viewer and a member nobody stands
whom the viewer may not see. What the viewer's own connections show, and what the connections of
those show, is all there is to see within three steps, so the rules are few:

- z, connected with the viewer, shows an edge to anybody under EVERYONE, MEMBERS, CONNECTIONS;
- y, not connected, shows one to z under EVERYONE, MEMBERS, MUTUAL, and to others under the first
  two.

Fan-out is bounded, so a distance of 3 may go unseen; 1 and 2 never do.
"""

from collections.abc import Sequence

from models import clock, sql
from models.member import Audience
from models.visibility import connected, may_see

# The viewer's newest connections that are walked, all edges behind them together (but of each at
# least so many), and the newest edges of a member that are walked towards them.
OWN = 1000
BEHIND, BEHIND_EACH = 10_000, 10
TOWARDS = 100

_OPEN = f"('{Audience.EVERYONE}', '{Audience.MEMBERS}')"
_TO_CONNECTIONS = f"('{Audience.EVERYONE}', '{Audience.MEMBERS}', '{Audience.CONNECTIONS}')"
_TO_MUTUAL = f"('{Audience.EVERYONE}', '{Audience.MEMBERS}', '{Audience.MUTUAL}')"


def opens(member: str) -> str:
    """A condition: `member`, connected with the viewer, shows them their other edges."""
    return f"{member}.connections_audience IN {_TO_CONNECTIONS}"


def opens_to_mutual(member: str) -> str:
    """A condition: `member`, not connected with the viewer, shows edges to the viewer's own."""
    return f"{member}.connections_audience IN {_TO_MUTUAL}"


def near(viewer: str = "$1") -> str:
    """A common table of the viewer's newest connections: id, connected_at, size of their list
    (for `newest`), and whether it `opens` to the viewer.
    """
    size = "(SELECT connections FROM inbox WHERE id = z.id)" if sql.is_sqlite() else "0"
    return (
        f"near AS MATERIALIZED (SELECT v.other_id AS id, v.connected_at, {size} AS size, "
        f"{opens('z')} AS opens FROM relationship v JOIN member z ON z.id = v.other_id "
        f"WHERE v.owner_id = {viewer} AND v.ended_at IS NULL "
        "AND z.suspended_at IS NULL "
        f"ORDER BY v.connected_at DESC, v.other_id DESC LIMIT {OWN})"
    )


def share(behind: int, each: int) -> str:
    """A common table of one number: how many edges of each of `near` may be walked."""
    enough = f"{behind} / count(*)"
    return (
        f"share AS MATERIALIZED (SELECT CASE WHEN count(*) = 0 OR {enough} < {each} THEN {each} "
        f"ELSE {enough} END AS most FROM near)"
    )


def newest(owner: str, size: str, alias: str, most: str) -> str:
    """A join with the `most` newest edges of `owner` that both sides show; `size`, read on SQLite
    only, is how long their list is. `most` is a number or a scalar sub-select.
    """
    listed = "owner_id = {0} AND {1}.ended_at IS NULL"
    if not sql.is_sqlite():
        return (
            "CROSS JOIN LATERAL (SELECT o.other_id FROM relationship o WHERE "
            f"o.{listed.format(owner, 'o')} AND o.shown "
            f"ORDER BY o.connected_at DESC, o.other_id DESC LIMIT {most}) {alias}"
        )
    # Without LATERAL: from the moment of the last that counts. CROSS keeps the order of the join.
    cut = (
        f"SELECT o.connected_at FROM relationship o WHERE o.{listed.format(owner, 'o')} "
        f"ORDER BY o.connected_at DESC LIMIT 1 OFFSET {most}"
    )
    return (
        f"CROSS JOIN relationship {alias} ON {alias}.{listed.format(owner, alias)} "
        f"AND {alias}.shown AND {alias}.connected_at > "
        f"CASE WHEN {size} > {most} THEN coalesce(({cut}), '') ELSE '' END"
    )


def _target(condition: str) -> str:
    return (
        "target AS MATERIALIZED (SELECT t.id, i.connections AS size, "
        f"t.connections_audience IN {_OPEN} AS open, {opens_to_mutual('t')} AS to_mutual "
        f"FROM member t JOIN inbox i ON i.id = t.id WHERE {condition} AND t.id <> $1 "
        f"AND {may_see('t', '$1', '$2')})"
    )


# People between the viewer and those of `target`, two of them: z, whom the viewer knows, and y.
# Each table by itself, and y probed: any join of more the planner turns into one walk per target.
_MEETING = (
    "behind AS MATERIALIZED (SELECT n.id AS z, n.connected_at, n.opens, e.other_id AS y "
    "FROM near n {behind}), "
    "towards AS MATERIALIZED (SELECT t.id, t.open, b.other_id AS y FROM target t {towards}), "
    "third AS MATERIALIZED (SELECT w.id, b.z, b.connected_at, w.y FROM towards w "
    "JOIN behind b ON b.y = w.y WHERE (SELECT y.id <> $1 "
    f"AND {may_see('y', '$1', '$2')} AND (b.opens OR {opens_to_mutual('y')}) "
    f"AND (w.open OR y.connections_audience IN {_OPEN}) FROM member y WHERE y.id = w.y))"
)


def tables(condition: str) -> str:
    """Common tables for how far the members `t` of this condition are ($1 viewer, $2 now)."""
    meeting = _MEETING.format(
        towards=newest("t.id", "t.size", "b", str(TOWARDS)),
        behind=newest("n.id", "n.size", "e", "(SELECT most FROM share)"),
    )
    return f"WITH {near()}, {share(BEHIND, BEHIND_EACH)}, {_target(condition)}, {meeting}"


def between(target: str, viewer: str, size: str, to_mutual: str) -> str:
    """An expression: the key of somebody connected with the viewer who has an edge to `target` (a
    key) that shows, by the newest edge; NULL without one.

    The shorter list is walked, newest first until one is found, and the longer probed; scalar
    sub-selects keep it so.
    """
    usable = f"(({to_mutual}) OR {opens('z')}) AND z.suspended_at IS NULL"
    # What ended is told apart behind the probe: as a condition of it, PostgreSQL would take the
    # index of lasting edges, and read the whole of a long list for each.
    return (
        f"CASE WHEN {size} < (SELECT connections FROM inbox WHERE id = {viewer}) THEN "
        f"(SELECT a.other_id FROM relationship a WHERE a.owner_id = {target} AND a.shown "
        f"AND a.ended_at IS NULL AND (SELECT v.ended_at IS NULL AND {usable} FROM relationship v "
        f"JOIN member z ON z.id = v.other_id WHERE v.owner_id = {viewer} "
        "AND v.other_id = a.other_id) ORDER BY a.connected_at DESC, a.other_id DESC LIMIT 1) "
        f"ELSE (SELECT v.other_id FROM relationship v WHERE v.owner_id = {viewer} "
        f"AND v.ended_at IS NULL AND (SELECT a.ended_at IS NULL AND a.shown AND {usable} "
        f"FROM relationship a JOIN member z ON z.id = a.other_id WHERE a.owner_id = {target} "
        "AND a.other_id = v.other_id) "
        "ORDER BY v.connected_at DESC, v.other_id DESC LIMIT 1) END"
    )


def degree(member: str, viewer: str | None) -> str:
    """An expression, for sorting: 1 for connections of the viewer, 2 for theirs, 3 for all others
    and the viewer. `member` is a table alias of members whom the viewer may see.
    """
    if viewer is None:
        return "3"
    size = f"(SELECT connections FROM inbox WHERE id = {member}.id)"
    through = between(f"{member}.id", viewer, size, opens_to_mutual(member))
    return (
        f"CASE WHEN {member}.id = {viewer} THEN 3 WHEN {connected(viewer, member + '.id')} THEN 1 "
        f"WHEN {through} IS NOT NULL THEN 2 ELSE 3 END"
    )


async def degrees(viewer: int, keys: Sequence[int]) -> dict[int, int]:
    """How far these members are from the viewer, 1 to 3; without those further, or unseen."""
    through = between("t.id", "$1", "t.size", "t.to_mutual")
    found = await sql.rows(
        f"{tables(f't.id {sql.among(3)}')} SELECT t.id, CASE WHEN {connected('$1', 't.id')} "
        f"THEN 1 WHEN {through} IS NOT NULL THEN 2 "
        "WHEN t.id IN (SELECT id FROM third) THEN 3 END AS degree FROM target t",
        viewer,
        clock.now(),
        list(keys),
    )
    return {row["id"]: row["degree"] for row in found if row["degree"] is not None}
