"""Contact data a member lets one other have, whatever its audience.

A share belongs to a connection by the request it was chosen with, so one chosen with a request
that is withdrawn, expires or is declined opens nothing, an end closes all of it at once, and an
undo brings it back.
"""

from collections.abc import Sequence
from datetime import timedelta

from tortoise import fields

from models import directory, ids, paging, sql
from models.base import Stored, belongs_to, belongs_to_member
from models.problem import Code, Problem
from models.profile_entry import EntryKind
from models.settings import settings
from models.unit import Unit, in_unit

MOST_AT_ONCE = 100
FIELD = "shareContactIds"


class ContactShare(Stored):
    """`owner` lets `other` have one of their contact entries, while the connection lasts that
    came from the request (0: from none).
    """

    owner = belongs_to_member()
    other = belongs_to_member()
    entry = belongs_to("ProfileEntry")
    request_id = fields.BigIntField(db_default=0)
    shared_at = fields.DatetimeField()

    class Meta:
        table = "contact_share"


def in_force(share: str, side: str) -> str:
    """A condition: alias `share` belongs to the connection of which alias `side` is a side."""
    return f"({side}.ended_at IS NULL AND {share}.request_id = coalesce({side}.request_id, 0))"


def shared_with(entry: str, owner: str, viewer: str) -> str:
    """A condition: `owner` lets the viewer have this entry of theirs. All are expressions."""
    return (
        "EXISTS (SELECT 1 FROM contact_share given JOIN relationship tie "
        "ON tie.owner_id = given.owner_id AND tie.other_id = given.other_id "
        f"WHERE given.entry_id = {entry} AND given.owner_id = {owner} "
        f"AND given.other_id = {viewer} AND {in_force('given', 'tie')})"
    )


async def check(owner: int, entries: Sequence[int]) -> list[int]:
    """These keys once each, if all are the owner's own contact data. Raises NOT_FOUND, which is
    the same for what is another's, what is no contact data, and what is not there. Part of a
    unit, until whose end they stay.
    """
    wanted = sorted(set(entries))
    if len(wanted) > MOST_AT_ONCE:
        raise Problem(Code.TOO_MANY, f"At most {MOST_AT_ONCE} at once.", field=(FIELD,))
    if not wanted:
        return []
    rows = await sql.rows(
        f"SELECT id FROM profile_entry WHERE id {sql.among(1)} AND member_id = $2 AND kind = $3 "
        f"ORDER BY id{sql.for_update()}",
        wanted,
        owner,
        EntryKind.CONTACT.value,
    )
    if len(rows) != len(wanted):
        raise Problem(
            Code.NOT_FOUND,
            "One of these is no longer in your contact data. Please choose again.",
            field=(FIELD,),
        )
    return wanted


async def share(u: Unit, owner: int, other: int, entry_ids: Sequence[int], request_id: int) -> None:
    """Let the other have these with the connection that the request makes. Part of a unit that
    holds the owner's allowance.
    """
    for entry in await check(owner, entry_ids):
        await sql.change(
            "INSERT INTO contact_share (id, owner_id, other_id, entry_id, request_id, shared_at) "
            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (entry_id, other_id, request_id) "
            "DO NOTHING",
            ids.new_id(),
            owner,
            other,
            entry,
            request_id,
            u.now,
        )


@in_unit
async def set_shares(u: Unit, owner: int, relationship: int, entry_ids: Sequence[int]) -> sql.Row:
    """What the other side of the owner's connection may have, in place of what it was; the
    owner's side. Nobody is told. Raises NOT_FOUND for a connection that is over.
    """
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner)
    side = await sql.row(
        "SELECT * FROM relationship WHERE id = $1 AND owner_id = $2 AND ended_at IS NULL"
        f"{sql.for_update()}",
        relationship,
        owner,
    )
    if side is None:
        raise Problem(
            Code.NOT_FOUND, "This connection is no longer there.", field=("relationshipId",)
        )
    await replace(u, owner, side["other_id"], entry_ids, side["request_id"] or 0)
    return side


async def replace(
    u: Unit, owner: int, other: int, entry_ids: Sequence[int], request_id: int
) -> None:
    """Let the other have these with that connection, in place of what it was. Part of a unit that
    holds the owner's allowance.
    """
    wanted = await check(owner, entry_ids)
    had = await sql.rows(
        "SELECT id, entry_id FROM contact_share WHERE owner_id = $1 AND other_id = $2 "
        "AND request_id = $3",
        owner,
        other,
        request_id,
    )
    gone = [row["id"] for row in had if row["entry_id"] not in wanted]
    await sql.change(f"DELETE FROM contact_share WHERE id {sql.among(1)}", gone)
    new = set(wanted) - {row["entry_id"] for row in had}
    await share(u, owner, other, sorted(new), request_id)


_ENTRY = "e.id AS entry_id, e.label, e.value, e.detail"


async def given_in(owner: int, sides: Sequence[int]) -> dict[int, list[sql.Row]]:
    """What the owner shares in each of these connections of theirs, by the key of the side."""
    found: dict[int, list[sql.Row]] = {}
    for row in await sql.rows(
        f"SELECT tie.id AS side_id, {_ENTRY}, s.shared_at FROM relationship tie "
        "JOIN contact_share s ON s.owner_id = tie.owner_id AND s.other_id = tie.other_id "
        "JOIN profile_entry e ON e.id = s.entry_id "
        f"WHERE tie.owner_id = $1 AND tie.id {sql.among(2)} AND {in_force('s', 'tie')} "
        "ORDER BY e.rank, e.id",
        owner,
        list(sides),
    ):
        found.setdefault(row["side_id"], []).append(row)
    return found


async def offered_with(owner: int, requests: Sequence[int]) -> dict[int, list[sql.Row]]:
    """What the owner chose with each of these requests of theirs, by the key of the request."""
    found: dict[int, list[sql.Row]] = {}
    for row in await sql.rows(
        f"SELECT r.id AS request, {_ENTRY}, s.shared_at FROM connection_request r "
        "JOIN contact_share s ON s.owner_id = r.sender_id AND s.other_id = r.recipient_id "
        "AND s.request_id = r.id JOIN profile_entry e ON e.id = s.entry_id "
        f"WHERE r.sender_id = $1 AND r.id {sql.among(2)} ORDER BY e.rank, e.id",
        owner,
        list(requests),
    ):
        found.setdefault(row["request"], []).append(row)
    return found


async def who_has(owner: int, first: int, after: str | None, wants: directory.Wants) -> paging.Page:
    """The owner's connections with whom they share something, newest connection first."""
    key = paging.moment_key("shr", after)
    behind, values = paging.behind(key, "c.connected_at", "c.other_id", 3)
    rows = await sql.rows(
        f"SELECT c.*, {directory.columns(wants, '$1')} FROM relationship c "
        "JOIN member m ON m.id = c.other_id AND m.suspended_at IS NULL "
        "WHERE c.owner_id = $1 AND EXISTS (SELECT 1 FROM contact_share s "
        "WHERE s.owner_id = c.owner_id AND s.other_id = c.other_id "
        f"AND {in_force('s', 'c')}){behind} "
        "ORDER BY c.connected_at DESC, c.other_id DESC LIMIT $2",
        owner,
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind a person in `who_has`."""
    return paging.moment_cursor("shr", row["connected_at"], row["other_id"])


async def purge(u: Unit) -> None:
    """Forget what was chosen with a request that opened nothing, or for a connection whose end
    cannot be undone any more. Part of a unit.
    """
    await sql.change(
        "DELETE FROM contact_share AS s WHERE NOT EXISTS (SELECT 1 FROM connection_request r "
        "WHERE r.id = s.request_id AND r.sender_state = 'PENDING') "
        "AND NOT EXISTS (SELECT 1 FROM relationship tie WHERE tie.owner_id = s.owner_id "
        "AND tie.other_id = s.other_id AND coalesce(tie.request_id, 0) = s.request_id "
        "AND (tie.ended_at IS NULL OR tie.ended_at > $1))",
        u.now - timedelta(minutes=settings().undo_minutes),
    )
