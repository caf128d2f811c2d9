"""Messages, as the viewer's side of their conversation shows them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

import strawberry

from models import clock, ids, message_list, paging, sql
from models.message import LONGEST
from models.settings import settings
from schema import loaders
from schema.context import viewer_id
from schema.introduction import NOBODY_NAMED
from schema.member import Member, member_by_key
from schema.message_member import READ
from schema.node import Node, for_each, later, public_id
from schema.paging import PageInfo, page_info
from schema.request import ConnectionRequest, request_by_key
from schema.scalars import Cursor

Person = Annotated["Member", strawberry.lazy("schema.member")]
Request = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]


@strawberry.type(
    description="A message between two members, as the viewer's side shows it: not, once the "
    "viewer deleted it for themself.",
    directives=READ,
)
class Message(Node):
    """A message."""

    conversation_id: strawberry.ID = strawberry.field(
        description="The viewer's conversation it is in."
    )
    mine: bool = strawberry.field(description="Whether the viewer wrote it.")
    sender: Person | None = strawberry.field(
        description="Who wrote it; null when the viewer may no longer see them."
    )
    sender_name: str = strawberry.field(
        description="The writer's name; `A member` of one the viewer may no longer see."
    )
    text: str = strawberry.field(
        description=f"Plain text with line breaks, 1 to {LONGEST:,} characters. Show it as text: "
        "nothing in it but addresses of pages has a meaning."
    )
    selling: bool = strawberry.field(description="Whether the writer says that it sells something.")
    sent_at: datetime = strawberry.field(
        description="When it was written; of a request's note, when the request was sent."
    )
    edited_at: datetime | None = strawberry.field(
        description="When its words were last changed; null while they are as sent."
    )
    editable_until: datetime | None = strawberry.field(
        description="To its writer: until when they may change it, "
        "`instance.limits.messageEditMinutes` after sending; null once that is over."
    )
    request: Request | None = strawberry.field(
        description="The request to connect whose note, or answer, this is; null of any other "
        "message."
    )
    place: Cursor = strawberry.field(
        description="Where it stands in its conversation: `conversation.messages(after:)` goes on "
        "behind it, with what was written before. Of use for what a search found."
    )
    key: strawberry.Private[int]
    sender_key: strawberry.Private[int]


_SENDER = for_each(lambda message: member_by_key(message.sender_key))


def message_of(row: sql.Row) -> Message:
    """A message from its row (models/message_list.COLUMNS and names)."""
    mine = row["n_sender"] != row["s_other"]
    request = row["n_request"]
    until = row["n_sent_at"] + timedelta(minutes=settings().message_edit_minutes)
    editable = mine and request is None and until > clock.now()
    return Message(
        id=public_id(ids.MESSAGE, row["n_id"]),
        key=row["n_id"],
        conversation_id=public_id(ids.CONVERSATION, row["s_id"]),
        mine=mine,
        sender=_SENDER,
        sender_key=row["n_sender"],
        sender_name=(row["own_name"] if mine else row["other_name"]) or NOBODY_NAMED,
        text=row["n_text"],
        selling=bool(row["n_selling"]),
        sent_at=row["n_sent_at"],
        edited_at=row["n_edited_at"],
        editable_until=until if editable else None,
        request=later(lambda: request_by_key(request)) if request else None,
        place=later(partial(message_list.cursor, row)),
    )


async def message_by_key(key: int) -> Message | None:
    """A message that a side of the viewer's shows, or None."""
    row = await loaders.message_row(viewer_id(), key)
    return message_of(row) if row else None


@strawberry.type(description="A message in a list.")
class MessageEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Message = strawberry.field(description="The message.")


@strawberry.type(description="A page of messages, newest first.", directives=READ)
class MessageConnection:
    """A list of messages."""

    edges: list[MessageEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Message] = strawberry.field(description="The messages.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


def message_page(
    page: paging.Page, after: str | None, cursor: Callable[[sql.Row], str] = message_list.cursor
) -> MessageConnection:
    """A page of messages from rows."""
    edges = [
        MessageEdge(cursor=later(partial(cursor, row)), node=message_of(row)) for row in page.rows
    ]
    return MessageConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )
