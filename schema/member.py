"""Members as a viewer may see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import ids, sql, standing
from models.problem import Code, Problem
from models.token import Scope
from schema import loaders
from schema.context import asking
from schema.evidence import MemberEvidence
from schema.follow import CAN_FOLLOW, VIEWER_FOLLOWS, FollowOfMember
from schema.graph import DEGREE, GraphOfMember
from schema.introduction_member import IntroductionsToMember
from schema.message_member import CAN_MESSAGE, CONVERSATION, MessagesOfMember
from schema.node import Node, for_each, public_id
from schema.paging import After, First, Search
from schema.profile_items import ProfileItems
from schema.scopes import needs
from schema.update_member import UpdatesOfMember

if TYPE_CHECKING:
    from schema.member_list import ConnectedMemberConnection
    from schema.relationship import Relationship
    from schema.request import ConnectionRequest

Request = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]
Side = Annotated["Relationship", strawberry.lazy("schema.relationship")]
ConnectedPage = Annotated["ConnectedMemberConnection", strawberry.lazy("schema.member_list")]


@strawberry.type(
    description="Whether the viewer may ask a member to connect: the answer "
    "`sendConnectionRequest` would give now, but for the note."
)
class CanRequest:
    """The result of standing.refusal."""

    allowed: bool = strawberry.field(description="Whether a request would be taken.")
    code: Code | None = strawberry.field(description="Why not; null if allowed.")
    until: datetime | None = strawberry.field(
        description="From when it would be, where that is a matter of time."
    )
    message: str | None = strawberry.field(
        description="Why not, in words for the member; null if allowed."
    )


@strawberry.type(description="A person on this instance, as the viewer may see them.")
class Member(
    GraphOfMember,
    FollowOfMember,
    MemberEvidence,
    IntroductionsToMember,
    UpdatesOfMember,
    MessagesOfMember,
    ProfileItems,
    Node,
):
    """A member. Costly fields are Later unless the statement that read the row brought them."""

    handle: str = strawberry.field(description="Unique on this instance, 3 to 30 of a–z, 0–9, -.")
    name: str = strawberry.field(description="As the member writes it; 100 characters at most.")
    headline: str = strawberry.field(
        description="What they do, in a line of at most 120 characters; empty if unset.",
        directives=needs(Scope.PROFILE_READ),
    )
    organisation: str = strawberry.field(
        description="Where they work, at most 120 characters; empty if unset.",
        directives=needs(Scope.PROFILE_READ),
    )
    location: str = strawberry.field(
        description="Where they are, at most 120 characters; empty if unset.",
        directives=needs(Scope.PROFILE_READ),
    )
    about: str = strawberry.field(
        description="Plain text with line breaks, 2,000 characters at most; empty if unset.",
        directives=needs(Scope.PROFILE_READ),
    )
    avatar_url: str | None = strawberry.field(
        description="Where their picture is, as a path on this instance; null without one, or "
        "outside its audience.",
        directives=needs(Scope.PROFILE_READ),
    )
    joined_at: datetime = strawberry.field(
        description="When they joined.", directives=needs(Scope.PROFILE_READ)
    )
    is_viewer: bool = strawberry.field(description="Whether this is who is asking.")
    connection_count: int | None = strawberry.field(
        description="How many connections they have; null outside the audience they chose.",
        directives=needs(Scope.NETWORK_READ),
    )
    mutual_count: int = strawberry.field(
        description="How many connections they share with the viewer, as far as the viewer may "
        "see; 0 when signed out.",
        directives=needs(Scope.NETWORK_READ),
    )
    relationship: Side | None = strawberry.field(
        description="The viewer's own side of the connection, if the two are connected.",
        directives=needs(Scope.NETWORK_READ),
    )
    open_request: Request | None = strawberry.field(
        description="The open request between the viewer and this member, either way.",
        directives=needs(Scope.REQUESTS_READ),
    )
    can_request: CanRequest = strawberry.field(
        description="Whether the viewer may ask this member to connect, and if not why.",
        directives=needs(Scope.REQUESTS_READ),
    )
    key: strawberry.Private[int]

    @strawberry.field(
        description="Their connections, newest first, as far as the viewer may see them: those "
        "both sides keep listed, within the audience the member chose. Empty otherwise.",
        directives=needs(Scope.NETWORK_READ),
    )
    async def connections(
        self,
        info: strawberry.Info,
        search: Search = None,
        first: First = 20,
        after: After = None,
    ) -> ConnectedPage:
        """A page of connections in one statement."""
        from schema.member_list import connected_page

        return await connected_page(info, self.key, search, first, after)


# What a row may lack, for all members alike: each is loaded when it is selected.
_ABOUT = for_each(lambda member: _about(member.key))
_CONNECTION_COUNT = for_each(lambda member: connection_count(member.key))
_MUTUAL_COUNT = for_each(lambda member: mutual_count(member.key))
_RELATIONSHIP = for_each(lambda member: _relationship(asking().viewer_id, member.key))
_OPEN_REQUEST = for_each(lambda member: _open_request(asking().viewer_id, member.key))
_CAN_REQUEST = for_each(lambda member: _can_request(asking().viewer_id, member.key))


def member_of(row: sql.Row) -> Member:
    """A member from a row with `m_` columns; what it lacks is loaded when selected."""
    key = row["m_id"]
    return Member(
        id=public_id(ids.MEMBER, key),
        key=key,
        handle=row["m_handle"],
        name=row["m_name"],
        headline=row["m_headline"],
        organisation=row["m_organisation"],
        location=row["m_location"],
        about=_given(row, "m_about", _ABOUT),
        avatar_url=avatar_url(key, row["m_avatar_key"]),
        joined_at=row["m_joined_at"],
        is_viewer=key == asking().viewer_id,
        connection_count=_given(row, "m_connection_count", _CONNECTION_COUNT),
        mutual_count=_given(row, "m_mutual_count", _MUTUAL_COUNT),
        degree=DEGREE,
        viewer_follows=VIEWER_FOLLOWS,
        can_follow=CAN_FOLLOW,
        relationship=_RELATIONSHIP,
        open_request=_OPEN_REQUEST,
        can_request=_CAN_REQUEST,
        conversation=CONVERSATION,
        can_message=CAN_MESSAGE,
    )


def avatar_url(key: int, avatar_key: str | None) -> str | None:
    """The path of a member's picture; it changes with every picture."""
    return avatar_key and f"/avatars/{public_id(ids.MEMBER, key)}/{avatar_key}.webp"


def _given(row: sql.Row, column: str, otherwise: Any) -> Any:
    try:
        return row[column]
    except KeyError:
        return otherwise


async def member_by_key(key: int) -> Member | None:
    """A member the viewer may see, or None."""
    row = await loaders.member_row(key)
    return member_of(row) if row else None


async def _about(key: int) -> str:
    row = await loaders.member_row(key)
    return row["m_about"] if row else ""


async def connection_count(key: int) -> int | None:
    """How many connections a member has, where the viewer sees the number."""
    row = await loaders.connection_count_row(key)
    return row["m_connection_count"] if row else None


async def mutual_count(key: int) -> int:
    """How many connections a member shares with the viewer."""
    row = await loaders.mutual_count_row(key)
    return row["m_mutual_count"] if row else 0


async def _relationship(viewer: int | None, key: int) -> Any:
    from schema.relationship import relationship_of

    if viewer is None or viewer == key:
        return None
    row = await loaders.side_with_row(viewer, key)
    return relationship_of(row) if row else None


async def _open_request(viewer: int | None, key: int) -> Any:
    from schema.request import request_of

    if viewer is None or viewer == key:
        return None
    row = await loaders.open_request_row(viewer, key)
    return request_of(row) if row else None


async def _can_request(viewer: int | None, key: int) -> CanRequest:
    if viewer is None:
        return CanRequest(allowed=False, code=None, until=None, message="Sign in to connect.")
    return can_request_of(standing.refusal(await loaders.standing_facts(viewer, key)))


def can_request_of(problem: Problem | None) -> CanRequest:
    """Whether the viewer may ask, from what stands in the way."""
    if problem is None:
        return CanRequest(allowed=True, code=None, until=None, message=None)
    return CanRequest(
        allowed=False,
        code=problem.code,
        until=problem.until,
        message=problem.message,
    )
