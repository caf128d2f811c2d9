"""Pages of members: the directory, and the connections of one."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import connection_list, directory
from schema.context import asking
from schema.member import Member, connection_count, member_of
from schema.node import later
from schema.paging import PageInfo, page_info
from schema.scalars import Cursor
from schema.selection import wants

if TYPE_CHECKING:
    from schema.relationship import Relationship

Side = Annotated["Relationship", strawberry.lazy("schema.relationship")]


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
        else later(lambda: connection_count(owner)),
    )
