"""Contact data a member lets one other have, whatever its audience.

A share belongs to a connection by the request it was chosen with, so one chosen with a request
that is withdrawn, expires or is declined opens nothing, an end closes all of it at once, and an
undo brings it back.
"""

from collections.abc import Sequence

from tortoise import fields

from models import ids, sql
from models.base import Stored, belongs_to, belongs_to_member
from models.problem import Code, Problem
from models.profile_entry import EntryKind
from models.unit import Unit

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
