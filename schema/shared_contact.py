"""One contact detail of the viewer's that one other has, or gets with a request's acceptance."""

from datetime import datetime

import strawberry

from models import ids, sql
from models.profile_words import ContactKind
from models.token import Scope
from schema import profile_enums as profile_enums
from schema.context import viewer_id
from schema.loaders import offered_rows, shared_rows
from schema.node import public_id
from schema.scopes import needs


@strawberry.type(
    description="One of the viewer's contact details that one other person has, or gets with the "
    "acceptance of a request.",
    directives=needs(Scope.PRIVATE_READ),
)
class SharedContact:
    """What is shared with one person."""

    id: strawberry.ID = strawberry.field(
        description="The contact detail's id, for `shareContactIds`."
    )
    kind: ContactKind = strawberry.field(description="What it is.")
    value: str = strawberry.field(description="The address or number; at most 500 characters.")
    label: str = strawberry.field(
        description="Which it is, as `Work`; empty if unset, 120 characters at most."
    )
    shared_at: datetime = strawberry.field(
        description="Since when they have it; where it came with a request, when that was chosen."
    )


def shared_contact(row: sql.Row) -> SharedContact:
    """One from its row."""
    return SharedContact(
        id=public_id(ids.PROFILE_ENTRY, row["entry_id"]),
        kind=ContactKind(row["label"]),
        value=row["value"],
        label=row["detail"],
        shared_at=row["shared_at"],
    )


async def shared_in(side: int) -> list[SharedContact]:
    """What the viewer shares in one of their connections."""
    rows = await shared_rows(viewer_id(), side) or []
    return [shared_contact(row) for row in rows]


async def offered_with(request: int) -> list[SharedContact]:
    """What the viewer chose to share with a request of theirs."""
    rows = await offered_rows(viewer_id(), request) or []
    return [shared_contact(row) for row in rows]
