"""The root of reading."""

import asyncio
from typing import Annotated, Any

import strawberry

from models import directory, ids
from models.paging import BadPage
from models.token import Scope
from schema.allowance import RateLimit, load_rate_limit
from schema.contact_log import note_by_key
from schema.context import asking
from schema.conversation import ConversationQuery, conversation_by_key
from schema.feed import UpdateQuery
from schema.instance import Instance, load_instance
from schema.introduction import introduction_by_key
from schema.limits import MAX_IDS
from schema.meeting import MeetingQuery
from schema.member import Member, member_by_key, member_of
from schema.member_list import MemberConnection, directory_page
from schema.message import message_by_key
from schema.node import Node
from schema.notification import notification_by_key
from schema.organisation import OrganisationQuery, organisation_by_key
from schema.paging import After, First, Search
from schema.relationship import relationship_by_key
from schema.request import request_by_key
from schema.scopes import needs
from schema.search import PeopleSearch
from schema.selection import names_under, wants
from schema.update import update_by_key
from schema.viewer import Viewer, load_viewer

Id = Annotated[strawberry.ID, strawberry.argument(description="An id from this API.")]
Ids = Annotated[
    list[strawberry.ID], strawberry.argument(description="At most 100 ids; BAD_REQUEST for more.")
]
Handle = Annotated[
    str, strawberry.argument(description="A handle, in any case, without the @ before it.")
]


@strawberry.type(description="The root of reading. What is not visible to the viewer is null.")
class Query(MeetingQuery, OrganisationQuery, PeopleSearch, UpdateQuery, ConversationQuery):
    """Queries."""

    @strawberry.field(description="The signed-in member's own view; null when signed out.")
    async def viewer(self, info: strawberry.Info) -> Viewer | None:
        """All that depends on who asks."""
        return await load_viewer(names_under(info))

    @strawberry.field(
        description="The member with this handle, if there is one the viewer may see."
    )
    async def member(self, info: strawberry.Info, handle: Handle) -> Member | None:
        """One member in one statement."""
        row = await directory.by_handle(asking().viewer_id, handle, wants(info))
        return member_of(row) if row else None

    @strawberry.field(
        description="The members the viewer may see, newest first.",
        directives=needs(Scope.PROFILE_READ),
    )
    async def members(
        self,
        info: strawberry.Info,
        search: Search = None,
        first: First = 20,
        after: After = None,
    ) -> MemberConnection:
        """The directory in one statement."""
        return await directory_page(info, search, first, after)

    @strawberry.field(description="Anything with an id, if the viewer may see it.")
    async def node(self, id: Id) -> Node | None:
        """Not visible, not there, and not an id are the same answer."""
        return await _node(id)

    @strawberry.field(description="Several by their ids, in the same order, null where `node` is.")
    async def nodes(self, ids: Ids) -> list[Node | None]:
        """Loaded in one statement per type."""
        if len(ids) > MAX_IDS:
            raise BadPage(f"at most {MAX_IDS} ids, not {len(ids)}")
        return list(await asyncio.gather(*(_node(i) for i in ids)))

    @strawberry.field(description="This installation and its limits.")
    def instance(self) -> Instance:
        """The instance."""
        return load_instance()

    @strawberry.field(
        description="How the asker's allowance of points stands after this operation; null for "
        "the instance's own pages, which have none. Asked alone it costs one point."
    )
    def rate_limit(self) -> RateLimit | None:
        """The allowance."""
        return load_rate_limit()


_BY_PREFIX: dict[str, Any] = {
    ids.MEMBER: member_by_key,
    ids.REQUEST: request_by_key,
    ids.RELATIONSHIP: relationship_by_key,
    ids.NOTIFICATION: notification_by_key,
    ids.CONTACT_NOTE: note_by_key,
    ids.ORGANISATION: organisation_by_key,
    ids.INTRODUCTION: introduction_by_key,
    ids.UPDATE: update_by_key,
    ids.CONVERSATION: conversation_by_key,
    ids.MESSAGE: message_by_key,
}

# What a signed-out visitor may find.
_OPEN = frozenset({ids.MEMBER, ids.ORGANISATION, ids.UPDATE})


async def _node(given: strawberry.ID) -> Node | None:
    parts = ids.split(given)
    if parts is None or parts[0] not in _BY_PREFIX:
        return None
    prefix, key = parts
    if asking().viewer is None and prefix not in _OPEN:
        return None
    found: Node | None = await _BY_PREFIX[prefix](key)
    return found
