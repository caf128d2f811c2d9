"""Members who stand in somebody's imported contacts, found by address where both allow it.

Whoever wants to find can be found: the owner of the contact and the member behind it both have
`member.found_by_address`, off until they choose. Everything is derived when it is read, so a
choice taken back takes back what it showed.
"""

from models import clock, directory, paging, sql
from models.directory import Wants
from models.notification import NotificationKind, notify
from models.problem import Code, Problem
from models.settings import settings
from models.text import folded
from models.unit import Unit, in_unit
from models.visibility import connected, may_see

# Told at once that somebody is here: those who imported the address last.
_TOLD = 1000
_NOT_TOLD = (
    "NOT EXISTS (SELECT 1 FROM notification had WHERE had.member_id = m.id "
    f"AND had.kind = '{NotificationKind.CONTACT_JOINED.value}' AND had.subject_id = $4)"
)


@in_unit
async def dismiss(u: Unit, owner: int, key: int) -> sql.Row:
    """Do not offer the member behind a contact again. Raises NOT_FOUND."""
    row = await sql.row(
        "UPDATE imported_contact SET dismissed_at = coalesce(dismissed_at, $3) "
        "WHERE owner_id = $1 AND id = $2 RETURNING *",
        owner,
        key,
        u.now,
    )
    if row is None:
        raise Problem(
            Code.NOT_FOUND, "This contact is no longer there.", field=("importedContactId",)
        )
    return row


def _matches(viewer: str, now: str) -> str:
    """A condition: member `m` is the one behind contact `c`, and both allow to be found."""
    verified = " AND m.email_verified_at IS NOT NULL" if settings().asks_for_verified_email else ""
    return (
        f"c.email_key <> '' AND m.email = c.email_key AND m.id <> {viewer} AND m.found_by_address "
        f"{verified} AND EXISTS (SELECT 1 FROM member own WHERE own.id = {viewer} "
        f"AND own.found_by_address) AND {may_see('m', viewer, now)}"
    )


async def of(
    owner: int,
    search: str | None,
    first: int,
    after: str | None,
    wants: Wants,
    *,
    matched: bool = False,
) -> paging.Page:
    """Imported contacts, newest first, each with the columns of the member behind it, if both
    allow it; with `matched` only those that are offered: not dismissed and not connected yet.
    """
    key = paging.decode("imp", after, 1)[0] if after is not None else 2**63 - 1
    condition, values = "", list[object]()
    typed = (search or "")[: directory.SEARCH_LONGEST].replace("\x00", "")
    if words := " ".join(folded(typed).split()):
        values = [f"%{_escaped(words)}%"]
        # Nothing typed contains a tab any more: one look finds in each of them.
        said = sql.folded("c.name || '\t' || c.organisation || '\t' || c.email_key")
        condition = f" AND {said} LIKE $5 ESCAPE '\\'"
    if matched:
        condition += " AND m.id IS NOT NULL AND c.dismissed_at IS NULL "
        condition += f"AND NOT {connected('$1', 'm.id')}"
    rows = await sql.rows(
        f"SELECT c.*, {directory.columns(wants, '$1')} FROM imported_contact c "
        f"LEFT JOIN member m ON {_matches('$1', '$2')} "
        f"WHERE c.owner_id = $1 AND c.id < $3{condition} ORDER BY c.id DESC LIMIT $4",
        owner,
        clock.now(),
        key,
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


def _escaped(words: str) -> str:
    words = words.encode("utf-8", "ignore").decode()  # lone surrogates match nothing
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def cursor(key: int) -> str:
    """The cursor behind a contact in the list."""
    return paging.encode("imp", key)


@in_unit
async def allow(u: Unit, member_id: int, *, found: bool) -> None:
    """Choose whether those who have this member's address are told that they are here, and
    whether they are told of others in the same way.
    """
    changed = await sql.change(
        "UPDATE member SET found_by_address = $2 WHERE id = $1 AND found_by_address <> $2",
        member_id,
        found,
    )
    if changed and found:
        await tell_owners(u, member_id)
    elif changed:
        await _take_back(u, member_id)


async def _take_back(u: Unit, member_id: int) -> None:
    """It takes both: what was told of them goes, and what they were told."""
    gone = await sql.rows(
        "DELETE FROM notification WHERE kind = $2 AND (member_id = $1 OR subject_id IN (SELECT "
        "c.id FROM imported_contact c JOIN member m ON m.email = c.email_key WHERE m.id = $1)) "
        "RETURNING member_id",
        member_id,
        NotificationKind.CONTACT_JOINED.value,
    )
    for row in gone:
        u.wake(row["member_id"])


async def allowed(member_id: int) -> bool:
    """What they chose."""
    row = await sql.row("SELECT found_by_address FROM member WHERE id = $1", member_id)
    return bool(row and row["found_by_address"])


async def tell_owners(u: Unit, member_id: int) -> None:
    """Notify those in whose contacts this member now is: when they choose to be found, or their
    address turns out to be theirs. Part of a unit; once per contact.
    """
    told = await sql.rows(
        "SELECT c.id, c.owner_id FROM imported_contact c JOIN member m ON m.id = $1 "
        f"AND {_matches('c.owner_id', '$2')} WHERE c.email_key = m.email "
        f"AND c.dismissed_at IS NULL AND NOT {connected('c.owner_id', 'm.id')} "
        "ORDER BY c.id DESC LIMIT $3",
        member_id,
        u.now,
        _TOLD,
    )
    for row in sorted(told, key=lambda row: int(row["owner_id"])):
        await notify(
            row["owner_id"],
            NotificationKind.CONTACT_JOINED,
            row["id"],
            member_id,
            u.now,
            only=_NOT_TOLD,
        )
