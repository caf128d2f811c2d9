"""The viewer's conversations."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

import strawberry

from models import (
    conversation_list,
    conversation_settings,
    ids,
    message_list,
    message_search,
    paging,
    sql,
)
from models.conversation import SideState
from models.conversation_list import Asked, ConversationFolder
from schema import loaders
from schema.context import asking, viewer_id
from schema.enums import described
from schema.introduction import NOBODY_NAMED
from schema.member import Member, member_of
from schema.message import Message, MessageConnection, message_of, message_page
from schema.message_member import READ, MessageStanding, standing_with
from schema.node import Node, for_each, later, public_id
from schema.paging import After, First, PageInfo, page_info
from schema.scalars import Cursor
from schema.selection import names_under, wants

Person = Annotated["Member", strawberry.lazy("schema.member")]

described(
    ConversationFolder,
    "ConversationFolder",
    "Which of the viewer's conversations.",
    {
        "INBOX": "Those that go on, and the viewer's own message requests.",
        "ARCHIVED": "Put away by the viewer.",
        "REQUESTS": "Message requests that wait for the viewer.",
        "IGNORED": "Message requests the viewer has set aside.",
        "SELLING": "What sells something, where the viewer has such messages put aside.",
    },
)
described(
    SideState,
    "ConversationState",
    "What a conversation is on the viewer's own side.",
    {
        "OPEN": "It goes on, or went on until a connection ended: `canWrite` says.",
        "ASKED": "The viewer's message request. It reads the same whatever the other does with "
        "it, until they accept it.",
        "REQUESTED": "A message request to the viewer, which waits.",
        "IGNORED": "A message request the viewer has set aside; only they see this.",
    },
)


@strawberry.type(
    description="What the viewer and another member write to each other: one for the two, for "
    "ever. This is the viewer's own side of it.",
    directives=READ,
)
class Conversation(Node):
    """One side."""

    state: SideState = strawberry.field(description="What it is on the viewer's side.")
    member: Person | None = strawberry.field(
        description="The other member; null when the viewer may no longer see them."
    )
    member_id: strawberry.ID = strawberry.field(
        description="The other member's id; stays when they are gone."
    )
    member_name: str = strawberry.field(
        description="The other member's name; `A member` of one the viewer may no longer see."
    )
    can_write: MessageStanding = strawberry.field(
        description="Whether the viewer may write in it now. Writing in a message request to the "
        "viewer accepts it."
    )
    unread_count: int = strawberry.field(
        description="Messages of the other's that the viewer has not read; 0 while it is put aside "
        "as selling something."
    )
    muted: bool = strawberry.field(
        description="Whether the viewer wants to hear nothing of it: no notification and no badge."
    )
    archived: bool = strawberry.field(
        description="Whether the viewer put it away; something new in it brings it back, unless it "
        "is muted."
    )
    filtered: bool = strawberry.field(
        description="Whether it is in SELLING: put aside because a message says that it sells "
        "something, until the viewer writes in it or calls `unarchiveConversation`."
    )
    last_at: datetime = strawberry.field(description="When its newest message came.")
    last_message: Message | None = strawberry.field(
        description="Its newest message; null when the viewer has deleted all."
    )
    read_by_other_up_to: strawberry.ID | None = strawberry.field(
        description="The newest message that the other has read, where both show each other how "
        "far they read; null otherwise."
    )
    key: strawberry.Private[int]
    other_key: strawberry.Private[int]

    @strawberry.field(description="Its messages, newest first.")
    async def messages(self, first: First = 20, after: After = None) -> MessageConnection:
        """A page in one statement."""
        return message_page(await message_list.of(viewer_id(), self.key, first, after), after)


_CAN_WRITE = for_each(lambda conversation: standing_with(conversation.other_key))


def conversation_of(row: sql.Row) -> Conversation:
    """A conversation from its row (models/conversation_list)."""
    read = row.get("s_read_id")
    return Conversation(
        id=public_id(ids.CONVERSATION, row["s_id"]),
        key=row["s_id"],
        other_key=row["s_other"],
        state=SideState(row["s_state"]),
        member=member_of(row) if row["m_id"] is not None else None,
        member_id=public_id(ids.MEMBER, row["s_other"]),
        member_name=row["other_name"] or NOBODY_NAMED,
        can_write=_CAN_WRITE,
        unread_count=int(row["s_unread"]),
        muted=bool(row["s_muted"]),
        archived=row["s_archived_at"] is not None,
        filtered=bool(row["s_filtered"]),
        last_at=row["s_last_at"],
        last_message=message_of(row) if row["n_id"] is not None else None,
        read_by_other_up_to=public_id(ids.MESSAGE, read) if read is not None else None,
    )


async def conversation_by_key(key: int) -> Conversation | None:
    """One of the viewer's conversations, or None."""
    row = await loaders.conversation_row(viewer_id(), key)
    return conversation_of(row) if row else None


@strawberry.type(description="A conversation in a list.")
class ConversationEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Conversation = strawberry.field(description="The conversation.")


@strawberry.type(
    description="A page of conversations, those with the newest messages first.", directives=READ
)
class ConversationConnection:
    """A list of conversations."""

    edges: list[ConversationEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Conversation] = strawberry.field(description="The conversations.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


def _page(page: paging.Page, after: str | None) -> ConversationConnection:
    edges = [
        ConversationEdge(
            cursor=later(partial(conversation_list.cursor, row)), node=conversation_of(row)
        )
        for row in page.rows
    ]
    return ConversationConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )


@strawberry.type(description="What the viewer chose about messages.", directives=READ)
class MessageSettings:
    """The viewer's choices."""

    takes_message_requests: bool = strawberry.field(
        description="Whether members they are not connected with may write to them once, and wait "
        "for an answer. Off unless chosen."
    )
    puts_selling_aside: bool = strawberry.field(
        description="Whether conversations with messages that say they sell something are put "
        "aside. Off unless chosen; writers are not told."
    )
    shows_reading: bool = strawberry.field(
        description="Whether others who show it as well see how far the viewer has read. Off "
        "unless chosen."
    )


async def load_settings() -> MessageSettings:
    """The viewer's choices."""
    row = await conversation_settings.of(viewer_id())
    return MessageSettings(**{name: bool(row[name]) for name in conversation_settings.NAMES})


@strawberry.type
class ConversationsOfViewer:
    """Fields of the viewer; the counts are read with all others in one statement."""

    unread_message_count: int = strawberry.field(
        description="Unread messages in all conversations that are neither muted nor put aside as "
        "selling something; message requests are not counted.",
        directives=READ,
    )
    message_request_count: int = strawberry.field(
        description="Message requests that wait for the viewer.", directives=READ
    )

    @strawberry.field(
        description="The viewer's conversations in a folder, those with the newest messages first.",
        directives=READ,
    )
    async def conversations(
        self,
        info: strawberry.Info,
        folder: Annotated[
            ConversationFolder, strawberry.argument(description="Which of them.")
        ] = ConversationFolder.INBOX,
        first: First = 20,
        after: After = None,
    ) -> ConversationConnection:
        """A page in one statement."""
        asked = Asked(wants(info), "readByOtherUpTo" in names_under(info))
        return _page(await conversation_list.of(viewer_id(), folder, first, after, asked), after)

    @strawberry.field(description="What the viewer chose about messages.", directives=READ)
    async def message_settings(self) -> MessageSettings:
        """In one statement."""
        return await load_settings()

    @strawberry.field(
        description="Messages in the viewer's conversations that say every word of the query, the "
        f"latest first. A word of {message_search.BEGINNING} characters or more stands for all "
        "that begin with it; case, accents and other characters than letters, digits, + and # do "
        f"not count. {message_search.LONGEST} characters and {message_search.MOST_WORDS} words "
        "are looked at. What the viewer deleted is not found.",
        directives=READ,
    )
    async def search_messages(
        self,
        query: Annotated[str, strawberry.argument(description="Words in any order.")],
        conversation_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only in this conversation of the viewer's."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> MessageConnection:
        """A page in two statements at most."""
        side = None
        if conversation_id is not None:
            side = ids.decode(ids.CONVERSATION, conversation_id) or 0
        page = await message_search.search(viewer_id(), query, side, first, after)
        return message_page(page, after, message_search.cursor)


@strawberry.type
class ConversationQuery:
    """Fields of the query."""

    @strawberry.field(
        description="One of the viewer's conversations; null for any other id.", directives=READ
    )
    async def conversation(
        self,
        id: Annotated[strawberry.ID, strawberry.argument(description="The conversation's id.")],
    ) -> Conversation | None:
        """In one statement."""
        key = ids.decode(ids.CONVERSATION, id)
        if key is None or asking().viewer is None:
            return None
        found: Any = await conversation_by_key(key)
        return found
