"""Reading introductions as one of their three sides may see them; one statement a list."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from models import clock, directory, paging, sql
from models.directory import Wants
from models.introduction_ask import introduces
from models.visibility import connected, may_see


class Role(StrEnum):
    """Which side of an introduction the viewer is on."""

    ASKER = "ASKER"
    INTRODUCER = "INTRODUCER"
    TARGET = "TARGET"


# What the others can see at all: nothing of one who is suspended, and a target nothing before it
# was forwarded or once it is over, swept or not.
_THERE = (
    "NOT EXISTS (SELECT 1 FROM member gone WHERE gone.id = i.asker_id "
    "AND gone.suspended_at IS NOT NULL)"
)
_SEEN = {
    Role.ASKER: "i.asker_id = $1",
    Role.INTRODUCER: f"i.introducer_id = $1 AND i.introducer_state <> 'GONE' AND {_THERE}",
    Role.TARGET: "i.target_id = $1 AND i.target_state NOT IN ('NONE', 'GONE') "
    f"AND (i.asker_state <> 'PENDING' OR i.expires_at > $2) AND {_THERE}",
}
# Under which prefixes the other two come, and what each list is sorted by.
_OTHERS = {
    Role.ASKER: (("introducer", "x_"), ("target", "t_")),
    Role.INTRODUCER: (("asker", "a_"), ("target", "t_")),
    Role.TARGET: (("asker", "a_"), ("introducer", "x_")),
}
_ORDER = {Role.ASKER: "i.asked_at", Role.INTRODUCER: "i.asked_at", Role.TARGET: "i.forwarded_at"}
# To the introducer: whether they are still connected with both.
_READY = (
    f"({connected('i.introducer_id', 'i.asker_id')} "
    f"AND {connected('i.introducer_id', 'i.target_id')}) AS ready"
)


def waiting(viewer: str, now: str) -> str:
    """An expression: how many introductions wait for the viewer, to be forwarded or answered."""
    open_ = f"i.asker_state = 'PENDING' AND i.expires_at > {now} AND {_THERE}"
    return (
        f"((SELECT count(*) FROM introduction i WHERE i.introducer_id = {viewer} "
        f"AND i.introducer_state = 'PENDING' AND {open_}) + (SELECT count(*) FROM introduction i "
        f"WHERE i.target_id = {viewer} AND i.target_state = 'PENDING' AND {open_}))"
    )


async def of(viewer: int, role: Role, first: int, after: str | None, wants: Wants) -> paging.Page:
    """The viewer's introductions on one side, newest first, whatever became of them. The other
    two members come with their rows, null where the viewer may no longer see them.
    """
    order = _ORDER[role]
    condition, values = paging.behind(paging.moment_key("int", after), order, "i.id", 4)
    columns, joins = "", ""
    for side, prefix in _OTHERS[role]:
        columns += ", " + _prefixed(directory.columns(wants, "$1", side), prefix)
        joins += (
            f"LEFT JOIN member {side} ON {side}.id = i.{side}_id AND {may_see(side, '$1', '$2')} "
        )
    rows = await sql.rows(
        f"SELECT i.*, {_READY}, {order} AS order_at{columns} FROM introduction i {joins}"
        # Both placeholders occur in every list, or PostgreSQL cannot tell their types.
        f"WHERE {_SEEN[role]} AND $2::timestamptz IS NOT NULL{condition} "
        f"ORDER BY {order} DESC, i.id DESC LIMIT $3",
        viewer,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


def _prefixed(columns: str, prefix: str) -> str:
    return columns.replace(" AS m_", f" AS {prefix}")


def people_in(row: sql.Row) -> dict[str, Mapping[str, Any] | None]:
    """The members whom the row brought, by side, with the columns of a member; None for one the
    viewer does not see.
    """
    found: dict[str, Mapping[str, Any] | None] = {}
    for side, prefix in (("asker", "a_"), ("introducer", "x_"), ("target", "t_")):
        columns = [name for name in row.keys() if name.startswith(prefix)]  # noqa: SIM118 - Record
        if columns:
            member = {f"m_{name.removeprefix(prefix)}": row[name] for name in columns}
            found[side] = member if member["m_id"] is not None else None
    return found


async def by_ids(viewer: int, keys: Sequence[int]) -> dict[int, sql.Row]:
    """Those of these introductions that the viewer may see, on whichever side, by key."""
    seen = " OR ".join(f"({condition})" for condition in _SEEN.values())
    rows = await sql.rows(
        f"SELECT i.*, {_READY} FROM introduction i WHERE i.id {sql.among(3)} AND ({seen})",
        viewer,
        clock.now(),
        list(keys),
    )
    return {row["id"]: row for row in rows}


async def open_with(viewer: int, others: Sequence[int]) -> dict[int, sql.Row]:
    """The viewer's own open introductions to these members, by the member's key."""
    rows = await sql.rows(
        f"SELECT i.*, {_READY} FROM introduction i WHERE i.asker_id = $1 "
        f"AND i.asker_state = 'PENDING' AND i.expires_at > $2 AND i.target_id {sql.among(3)}",
        viewer,
        clock.now(),
        list(others),
    )
    return {row["target_id"]: row for row in rows}


async def introducers(
    viewer: int, target: int, search: str | None, first: int, after: str | None, wants: Wants
) -> paging.Page:
    """Whom the viewer may ask to be introduced to a member; whom they connected with last first."""
    key = paging.moment_key("itr", after)
    behind, behind_values = paging.behind(key, "own.connected_at", "own.other_id", 5)
    found, found_values = directory.search_condition(search, "$1", 5 + len(behind_values))
    rows = await sql.rows(
        f"SELECT own.connected_at, {directory.columns(wants, '$1')} FROM relationship own "
        "JOIN relationship edge ON edge.owner_id = $3 AND edge.other_id = own.other_id "
        "AND edge.shown AND edge.ended_at IS NULL "
        f"JOIN member m ON m.id = own.other_id JOIN member t ON t.id = $3 "
        f"WHERE own.owner_id = $1 AND own.ended_at IS NULL AND {may_see('t', '$1', '$2')} "
        f"AND $2::timestamptz IS NOT NULL AND t.id <> $1 AND NOT {connected('$1', 't.id')} "
        f"AND {introduces('m', 't', '$1')}{behind}{found} "
        "ORDER BY own.connected_at DESC, own.other_id DESC LIMIT $4",
        viewer,
        clock.now(),
        target,
        paging.check_first(first) + 1,
        *behind_values,
        *found_values,
    )
    return paging.cut(rows, first)


def introducer_cursor(row: sql.Row) -> str:
    """The cursor behind a member in `introducers`."""
    return paging.moment_cursor("itr", row["connected_at"], row["m_id"])


def cursor(row: sql.Row) -> str:
    """The cursor behind an introduction in the list it was read from."""
    return paging.moment_cursor("int", row["order_at"], row["id"])
