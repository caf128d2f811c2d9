"""Contact data given person by person: what the viewer lets whom have."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import contact_share, ids
from models.token import Scope
from schema.context import viewer_id
from schema.node import later
from schema.paging import After, First, PageInfo, page_info
from schema.payload import USER_ERRORS, Input, UserError, attempt, not_found
from schema.scalars import Cursor
from schema.scopes import needs
from schema.selection import wants

if TYPE_CHECKING:
    from schema.relationship import Relationship

Side = Annotated["Relationship", strawberry.lazy("schema.relationship")]
SHARE_IDS = (
    "The viewer's own contact details (`viewer.member.contactDetails`) that the other may have for "
    "as long as the connection lasts, whatever their audience; at most 100. NOT_FOUND for any "
    "other id."
)


def entry_keys(given: Sequence[strawberry.ID] | None) -> list[int]:
    """The keys of entries; what is no entry's id becomes a key that is nobody's."""
    return [ids.decode(ids.PROFILE_ENTRY, each) or 0 for each in given or ()]


@strawberry.type(description="A person who has contact data of the viewer's.")
class ContactShareEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Side = strawberry.field(
        description="The viewer's side of the connection; `sharedContacts` is what they have."
    )


@strawberry.type(description="A page of those who have contact data of the viewer's.")
class ContactShareConnection:
    """Who has what."""

    edges: list[ContactShareEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Side] = strawberry.field(description="The viewer's sides of the connections.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type
class ContactShares:
    """Fields of the viewer."""

    @strawberry.field(
        description="Who has what of the viewer's contact data, person by person, newest "
        "connection first. What its audience shows to more than one person is not in it.",
        directives=needs(Scope.PRIVATE_READ),
    )
    async def contact_shares(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> ContactShareConnection:
        """People in one statement, what they have in another."""
        from schema.member import member_of
        from schema.relationship import relationship_of

        page = await contact_share.who_has(viewer_id(), first, after, wants(info))
        edges = [
            ContactShareEdge(
                cursor=later(partial(contact_share.cursor, row)),
                node=relationship_of(row, member_of(row)),
            )
            for row in page.rows
        ]
        return ContactShareConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=page.more, after=after),
        )


@strawberry.input(description="What one connection may have of the viewer's contact data.")
class SetContactSharesInput:
    """Input of setContactShares."""

    relationship_id: strawberry.ID = strawberry.field(description="The viewer's own side.")
    share_contact_ids: list[strawberry.ID] = strawberry.field(
        description=SHARE_IDS + " What is left out they have no more; none withdraws all."
    )


@strawberry.type(description="The viewer's own side, with what the other has now.")
class SetContactSharesPayload:
    """Payload of setContactShares."""

    relationship: Side | None = strawberry.field(default=None, description="The viewer's own side.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class ContactShareMutation:
    """What a member does about who has what."""

    @strawberry.mutation(
        description="Change what one connection may have of the viewer's contact data, or withdraw "
        "it. In force at once; nobody is told. NOT_FOUND for a connection that is over.",
        directives=needs(Scope.PROFILE_WRITE),
    )
    async def set_contact_shares(
        self, input: Input[SetContactSharesInput]
    ) -> SetContactSharesPayload:
        """contact_share.set_shares"""

        async def work() -> dict[str, Any]:
            from schema.relationship import relationship_of

            key = ids.decode(ids.RELATIONSHIP, input.relationship_id)
            if key is None:
                raise not_found("connection", "relationshipId")
            entries = entry_keys(input.share_contact_ids)
            row = await contact_share.set_shares(viewer_id(), key, entries)
            return {"relationship": relationship_of(row)}

        return await attempt(SetContactSharesPayload, work())
