"""Notifications."""

from datetime import datetime
from typing import Annotated

import strawberry

from models import ids, notification_list, paging, sql
from models.notification_kind import NotificationGroup, NotificationKind, SecurityMatter
from models.token import Scope
from schema import loaders
from schema.context import viewer_id
from schema.conversation import Conversation, conversation_by_key
from schema.enums import described
from schema.introduction import NOBODY_NAMED, Introduction, introduction_by_key
from schema.member import Member, member_by_key
from schema.node import Node, later, public_id
from schema.paging import PageInfo, page_info
from schema.relationship import Relationship, relationship_by_key
from schema.request import ConnectionRequest, request_by_key
from schema.scalars import Cursor
from schema.scopes import needs
from schema.update import Update, update_by_key

Request = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]
Person = Annotated["Member", strawberry.lazy("schema.member")]
Side = Annotated["Relationship", strawberry.lazy("schema.relationship")]
Introduced = Annotated["Introduction", strawberry.lazy("schema.introduction")]
Posted = Annotated["Update", strawberry.lazy("schema.update")]
Thread = Annotated["Conversation", strawberry.lazy("schema.conversation")]

described(
    NotificationGroup,
    "NotificationGroup",
    "Kinds of notifications that are shown together.",
    {
        "REQUESTS": "Requests, what became of them, and imported contacts who joined.",
        "INTRODUCTIONS": "Introductions.",
        "MESSAGES": "Messages, and message requests.",
        "UPDATES": "Replies to updates of the viewer's, and thanks for them.",
        "REMINDERS": "Reminders to get back to somebody.",
        "ACCOUNT": "The viewer's account, its safety and its webhooks.",
    },
)
described(
    SecurityMatter,
    "SecurityMatter",
    "What happened to the viewer's account.",
    {
        "PASSWORD_CHANGED": "The password was changed; other sessions have ended.",
        "PASSWORD_RESET": "The password was set anew by a link in a mail; all sessions have ended.",
        "SESSION_OPENED": "Somebody signed in on a device that was not used before, as far as its "
        "browser says.",
        "TOKEN_CREATED": "An access token was made.",
        "APP_CONNECTED": "An app was connected.",
    },
)
Group = Annotated[
    NotificationGroup | None,
    strawberry.argument(description="Only those of a group; all without."),
]


@strawberry.type(
    description="Something that waits for, or concerns, the viewer. One per kind and request, "
    "or other subject.",
    directives=needs(Scope.NOTIFICATIONS_READ),
)
class Notification(Node):
    """What a member reads."""

    kind: NotificationKind = strawberry.field(description="What it is about.")
    occurred_at: datetime = strawberry.field(description="When it happened.")
    read: bool = strawberry.field(description="Whether the viewer has read or dealt with it.")
    times: int = strawberry.field(
        description="How many of the same it stands for, since it was last read: messages of a "
        "conversation, replies to an update. At least 1."
    )
    matter: SecurityMatter | None = strawberry.field(
        description="Of SECURITY: what happened; otherwise null."
    )
    request: Request | None = strawberry.field(
        description="The request it is about; null when the viewer no longer may see it, and of "
        "what is about none."
    )
    introduction: Introduced | None = strawberry.field(
        description="The introduction it is about; null when it is gone for the viewer, and of "
        "what is about none."
    )
    relationship: Side | None = strawberry.field(
        description="Of REMINDER: the viewer's own side of the connection to get back to; "
        "otherwise null.",
        directives=needs(Scope.NETWORK_READ),
    )
    update: Posted | None = strawberry.field(
        description="Of UPDATE_REPLIED and UPDATE_THANKED: the viewer's update; otherwise null.",
        directives=needs(Scope.UPDATES_READ),
    )
    conversation: Thread | None = strawberry.field(
        description="Of what is about messages: the viewer's conversation; otherwise null.",
        directives=needs(Scope.MESSAGES_READ),
    )
    member: Person | None = strawberry.field(
        description="The other member; null when the viewer may no longer see them. The viewer "
        "themself where nobody else is concerned."
    )
    member_name: str = strawberry.field(
        description="The other member's name; of one the viewer asked, or asked to be introduced "
        "to, as at that time; `A member` of one they may no longer see."
    )


def notification_of(row: sql.Row) -> Notification:
    """A notification from its row."""
    subject, other = row["subject_id"], row["other_id"]
    reminds = row["kind"] == NotificationKind.REMINDER
    posted = row["kind"].startswith("UPDATE")
    written = row["kind"].startswith("MESSAGE")
    return Notification(
        id=public_id(ids.NOTIFICATION, row["id"]),
        kind=NotificationKind(row["kind"]),
        occurred_at=row["occurred_at"],
        read=row["read_at"] is not None,
        times=row["times"],
        matter=SecurityMatter(row["matter"]) if row["matter"] else None,
        request=later(lambda: request_by_key(subject)),
        introduction=later(lambda: introduction_by_key(subject)),
        relationship=later(lambda: relationship_by_key(subject)) if reminds else None,
        update=later(lambda: update_by_key(subject)) if posted else None,
        conversation=later(lambda: conversation_by_key(subject)) if written else None,
        member=later(lambda: member_by_key(other)),
        member_name=row["other_name"] or NOBODY_NAMED,
    )


async def notification_by_key(key: int) -> Notification | None:
    """One of the viewer's notifications, or None."""
    row = await loaders.notification_row(viewer_id(), key)
    return notification_of(row) if row else None


@strawberry.type(description="A notification in a list.")
class NotificationEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Notification = strawberry.field(description="The notification.")


@strawberry.type(description="A page of notifications, newest first.")
class NotificationConnection:
    """The list."""

    edges: list[NotificationEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Notification] = strawberry.field(description="The notifications.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


async def notification_page(
    first: int,
    after: str | None,
    group: NotificationGroup | None = None,
    *,
    only_unread: bool = False,
) -> NotificationConnection:
    """A page of the viewer's notifications; their subjects come in one batch each."""
    page = await notification_list.of(viewer_id(), first, after, group, only_unread=only_unread)
    edges = [
        NotificationEdge(
            cursor=Cursor(paging.moment_cursor("ntf", row["occurred_at"], row["id"])),
            node=notification_of(row),
        )
        for row in page.rows
    ]
    return NotificationConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )
