"""What is said below an update: replies, and thanks."""

from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry

from models import ids, sql, update_list, update_reply
from models.paging import Page
from models.token import Scope
from schema.context import asking
from schema.member import Member, member_of
from schema.node import later, public_id
from schema.paging import PageInfo, page_info
from schema.scalars import Cursor
from schema.scopes import needs

Person = Annotated["Member", strawberry.lazy("schema.member")]
READ = needs(Scope.UPDATES_READ)


@strawberry.type(description="A reply to an update.", directives=READ)
class UpdateReply:
    """One reply."""

    id: strawberry.ID = strawberry.field(description="To remove it by; `node` does not find it.")
    update_id: strawberry.ID = strawberry.field(description="The update it is a reply to.")
    author: Person = strawberry.field(description="Who wrote it.")
    text: str = strawberry.field(
        description=f"Plain text with line breaks, 1 to {update_reply.REPLY_LONGEST:,} characters."
    )
    replied_at: datetime = strawberry.field(description="When it was written.")
    can_remove: bool = strawberry.field(
        description="Whether the viewer may remove it: it is theirs, or the update is."
    )


@strawberry.type(description="A reply in a list.")
class UpdateReplyEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: UpdateReply = strawberry.field(description="The reply.")


@strawberry.type(description="A page of replies, oldest first.", directives=READ)
class UpdateReplyConnection:
    """Replies to an update."""

    edges: list[UpdateReplyEdge] = strawberry.field(description="With their cursors.")
    nodes: list[UpdateReply] = strawberry.field(description="The replies.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type(description="Somebody who said thanks.")
class ThankingMemberEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Person = strawberry.field(description="Who.")
    thanked_at: datetime = strawberry.field(description="When.")


@strawberry.type(
    description="A page of members who said thanks for an update, the last first.",
    directives=READ,
)
class ThankingMemberConnection:
    """Thanks for an update."""

    edges: list[ThankingMemberEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Person] = strawberry.field(description="The members.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


def reply_of(row: sql.Row) -> UpdateReply:
    """A reply from its row."""
    viewer = asking().viewer_id
    return UpdateReply(
        id=public_id(ids.REPLY, row["r_id"]),
        update_id=public_id(ids.UPDATE, row["r_update"]),
        author=member_of(row),
        text=row["r_text"],
        replied_at=row["r_replied_at"],
        can_remove=viewer is not None and viewer in (row["m_id"], row["up_author"]),
    )


def reply_page(page: Page, after: str | None) -> UpdateReplyConnection:
    """A page of replies from rows."""
    edges = [
        UpdateReplyEdge(cursor=later(partial(update_list.reply_cursor, row)), node=reply_of(row))
        for row in page.rows
    ]
    return UpdateReplyConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )


def thanks_page(page: Page, after: str | None) -> ThankingMemberConnection:
    """A page of those who said thanks, from rows."""
    edges = [
        ThankingMemberEdge(
            cursor=later(partial(update_list.thanks_cursor, row)),
            node=member_of(row),
            thanked_at=row["thanked_at"],
        )
        for row in page.rows
    ]
    return ThankingMemberConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )
