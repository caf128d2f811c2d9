"""Members as a viewer may see them."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import connection_list, directory, ids, sql, standing
from models.problem import Code
from models.token import Scope
from schema import loaders
from schema.context import asking
from schema.node import Node, for_each, later, public_id
from schema.paging import After, First, PageInfo, Search, page_info
from schema.scalars import Cursor
from schema.scopes import needs
from schema.selection import wants

if TYPE_CHECKING:
    from schema.relationship import Relationship
    from schema.request import ConnectionRequest

Request = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]
Side = Annotated["Relationship", strawberry.lazy("schema.relationship")]
ConnectedPage = Annotated["ConnectedMemberConnection", strawberry.lazy("schema.member")]


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
class Member(Node):
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
        return await connected_page(info, self.key, search, first, after)


# What a row may lack, for all members alike: each is loaded when it is selected.
_ABOUT = for_each(lambda member: _about(member.key))
_CONNECTION_COUNT = for_each(lambda member: _connection_count(member.key))
_MUTUAL_COUNT = for_each(lambda member: _mutual_count(member.key))
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
        joined_at=row["m_joined_at"],
        is_viewer=key == asking().viewer_id,
        connection_count=_given(row, "m_connection_count", _CONNECTION_COUNT),
        mutual_count=_given(row, "m_mutual_count", _MUTUAL_COUNT),
        relationship=_RELATIONSHIP,
        open_request=_OPEN_REQUEST,
        can_request=_CAN_REQUEST,
    )


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


async def _connection_count(key: int) -> int | None:
    row = await loaders.connection_count_row(key)
    return row["m_connection_count"] if row else None


async def _mutual_count(key: int) -> int:
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
    problem = standing.refusal(await loaders.standing_facts(viewer, key))
    if problem is None:
        return CanRequest(allowed=True, code=None, until=None, message=None)
    return CanRequest(
        allowed=False,
        code=problem.code,
        until=problem.until,
        message=problem.message,
    )


@strawberry.type(description="A member in a directory.")
class MemberEdge:
    """One edge of the directory."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Member = strawberry.field(description="The member.")


@strawberry.type(description="A page of members.")
class MemberConnection:
    """The directory."""

    edges: list[MemberEdge] = strawberry.field(description="The members with their cursors.")
    nodes: list[Member] = strawberry.field(description="The members.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type(description="A member somebody is connected with.")
class ConnectedMemberEdge:
    """One connection in a list."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Member = strawberry.field(description="The other member.")
    connected_at: datetime = strawberry.field(description="Since when they are connected.")
    relationship: Side | None = strawberry.field(
        description="The viewer's own side; in the viewer's own list only."
    )


@strawberry.type(description="A page of a member's connections.")
class ConnectedMemberConnection:
    """Connections, newest first."""

    edges: list[ConnectedMemberEdge] = strawberry.field(description="The connections.")
    nodes: list[Member] = strawberry.field(description="The other members.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int | None = strawberry.field(
        description="How many connections there are in all, whatever was searched for; null "
        "outside the audience of the number."
    )


async def directory_page(
    info: strawberry.Info, search: str | None, first: int, after: str | None
) -> MemberConnection:
    """A page of the directory in one statement."""
    page = await directory.listed(asking().viewer_id, search, first, after, wants(info))
    edges = [
        MemberEdge(cursor=later(partial(directory.cursor, row["m_id"])), node=member_of(row))
        for row in page.rows
    ]
    return MemberConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )


async def connected_page(
    info: strawberry.Info, owner: int, search: str | None, first: int, after: str | None
) -> ConnectedMemberConnection:
    """A page of connections in one statement."""
    from schema.relationship import relationship_of

    viewer = asking().viewer_id
    page = await connection_list.of(viewer, owner, search, first, after, wants(info))
    edges = []
    for row in page.rows:
        node = member_of(row)
        own: Any = None
        if viewer == owner:
            own = node.relationship = later(partial(relationship_of, row, node))
        edges.append(
            ConnectedMemberEdge(
                cursor=later(partial(connection_list.cursor, row)),
                node=node,
                connected_at=row["connected_at"],
                relationship=own,
            )
        )
    return ConnectedMemberConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
        total_count=page.rows[0]["total"]
        if page.rows and viewer == owner
        else later(lambda: _connection_count(owner)),
    )
