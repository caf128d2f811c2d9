"""The viewer's own side of a connection."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import clock, ids, sql
from models.settings import settings
from models.token import Scope
from schema import loaders
from schema.contact import ContactFields
from schema.context import viewer_id
from schema.member import Member, member_by_key
from schema.node import Node, later, public_id
from schema.scopes import needs
from schema.shared_contact import SharedContact, shared_in

if TYPE_CHECKING:
    from schema.request import ConnectionRequest

Person = Annotated["Member", strawberry.lazy("schema.member")]
Request = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]


@strawberry.type(
    description="The viewer's own side of a connection, and what is private to it. The same "
    "two members have the same relationships for ever, also when they connect again.",
    directives=needs(Scope.NETWORK_READ),
)
class Relationship(ContactFields, Node):
    """One side."""

    member: Person | None = strawberry.field(
        description="The other member; null when the viewer may no longer see them."
    )
    since: datetime = strawberry.field(
        description="Since when the two are connected; of an ended one, when they last were."
    )
    request: Request | None = strawberry.field(
        description="The request it came from; null when the viewer may no longer see it."
    )
    listed: bool = strawberry.field(
        description="Whether the viewer lets it show in lists; it shows if both sides do."
    )
    ended_at: datetime | None = strawberry.field(
        description="When it was removed, by either side; null while it lasts."
    )
    undoable_until: datetime | None = strawberry.field(
        description="To the member who removed it: until when that can be undone."
    )
    shared_contacts: list[SharedContact] = strawberry.field(
        description="What of the viewer's contact data the other has because of this connection, "
        "besides what its audience shows them.",
        directives=needs(Scope.PRIVATE_READ),
    )


def relationship_of(row: sql.Row, other: Member | None = None) -> Relationship:
    """The viewer's side from its row; `other` where the row brought the member."""
    key, member = row["id"], row["other_id"]
    request_key, ended_at = row["request_id"], row["ended_at"]
    until = None
    if ended_at is not None and row["ended_by_id"] == viewer_id():
        until = ended_at + timedelta(minutes=settings().undo_minutes)
    return Relationship(
        id=public_id(ids.RELATIONSHIP, row["id"]),
        member=other or later(lambda: member_by_key(member)),
        since=row["connected_at"],
        request=later(lambda: _request(request_key)),
        listed=bool(row["listed"]),
        ended_at=ended_at,
        undoable_until=until if until and until > clock.now() else None,
        shared_contacts=later(lambda: shared_in(key)),
    )


async def _request(key: int | None) -> Any:
    from schema.request import request_by_key

    return await request_by_key(key) if key is not None else None


async def relationship_by_key(key: int) -> Relationship | None:
    """The viewer's side, or None."""
    row = await loaders.relationship_row(viewer_id(), key)
    return relationship_of(row) if row else None
