"""Reading notifications, with the eyes of the member they are for."""

from collections.abc import Sequence

from models import clock, paging, sql
from models.notification_kind import NotificationGroup, within
from models.visibility import may_see


def introduction_there(notice: str, now: str) -> str:
    """A condition: table alias `notice` does not tell of an introduction that is gone. A refused
    one stays for the introducer, whatever becomes of it. `now` is a placeholder.
    """
    return (
        f"({notice}.kind NOT IN ('INTRODUCTION_ASKED', 'INTRODUCTION_RECEIVED') OR EXISTS "
        f"(SELECT 1 FROM introduction told WHERE told.id = {notice}.subject_id AND "
        f"CASE WHEN told.introducer_id = {notice}.member_id AND told.introducer_state = 'REFUSED' "
        "THEN true WHEN told.asker_state = 'PENDING' THEN told.expires_at > " + now + " "
        "ELSE told.asker_state = 'ACCEPTED' END))"
    )


def there(notice: str, now: str) -> str:
    """A condition: what table alias `notice` tells of is there for the member, swept or not."""
    return (
        f"({notice}.kind <> 'REQUEST_RECEIVED' OR EXISTS (SELECT 1 FROM connection_request asked "
        f"WHERE asked.id = {notice}.subject_id AND asked.recipient_state NOT IN ('GONE', 'CLOSED') "
        f"AND (asked.sender_state <> 'PENDING' OR asked.expires_at > {now}))) "
        f"AND {introduction_there(notice, now)}"
    )


def unread(member: str, now: str) -> str:
    """An expression: how many unread notifications are shown to a member. As the list tells."""
    return (
        f"(SELECT count(*) FROM notification n WHERE n.member_id = {member} AND n.read_at IS NULL "
        f"AND n.in_app AND {there('n', now)})"
    )


# The member's own, without what tells of a request or introduction that is gone. What tells of
# nobody else names the member themselves.
_OWN = (
    "SELECT n.id, n.kind, n.subject_id, n.other_id, n.occurred_at, n.read_at, n.times, n.matter, "
    "n.changed_at, "
    f"CASE WHEN r.sender_id = $1 THEN r.recipient_name WHEN i.asker_id = $1 THEN i.target_name "
    f"WHEN {may_see('m', '$1', '$2')} THEN m.name END AS other_name "
    "FROM notification n LEFT JOIN connection_request r ON r.id = n.subject_id "
    "LEFT JOIN introduction i ON i.id = n.subject_id "
    "JOIN member m ON m.id = n.other_id "
    f"WHERE n.member_id = $1 AND {there('n', '$2')}"
)


async def of(
    member_id: int,
    first: int,
    after: str | None,
    group: NotificationGroup | None = None,
    *,
    only_unread: bool = False,
) -> paging.Page:
    """The member's notifications, newest first, each with the key of what it is about."""
    key = paging.moment_key("ntf", after)
    condition, values = paging.behind(key, "n.occurred_at", "n.id", 4)
    chosen = f" AND {within('n', group)}" if group else ""
    chosen += " AND n.read_at IS NULL" if only_unread else ""
    found = await sql.rows(
        f"{_OWN} AND n.in_app{chosen}{condition} ORDER BY n.occurred_at DESC, n.id DESC LIMIT $3",
        member_id,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(found, first)


async def by_ids(member_id: int, keys: Sequence[int]) -> dict[int, sql.Row]:
    """Those of these notifications that are the member's, by key; also those for mail alone."""
    found = await sql.rows(f"{_OWN} AND n.id {sql.among(3)}", member_id, clock.now(), list(keys))
    return {row["id"]: row for row in found}


async def standing(member_id: int) -> tuple[int, sql.Row | None]:
    """How many are unread, and the one that changed last; in one statement."""
    found = await sql.rows(
        f"SELECT {unread('$1', '$2')} AS unread, last.* FROM (SELECT 1 AS one) one "
        f"LEFT JOIN ({_OWN} AND n.in_app ORDER BY COALESCE(n.changed_at, n.occurred_at) DESC, "
        "n.id DESC LIMIT 1) last ON true",
        member_id,
        clock.now(),
    )
    row = found[0]
    return int(row["unread"]), row if row["id"] is not None else None
