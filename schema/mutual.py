"""Pages of mutual connections."""

from functools import partial

import strawberry

from models import path
from schema.context import asking
from schema.member import Member, member_of, mutual_count
from schema.node import later
from schema.paging import PageInfo, page_info
from schema.scalars import Cursor
from schema.selection import wants


@strawberry.type(description="Somebody connected with both.")
class MutualMemberEdge:
    """One mutual connection."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Member = strawberry.field(description="The member.")


@strawberry.type(description="A page of the connections a member shares with the viewer.")
class MutualMemberConnection:
    """Mutual connections."""

    edges: list[MutualMemberEdge] = strawberry.field(description="Them with their cursors.")
    nodes: list[Member] = strawberry.field(description="The members.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(description="How many there are: `Member.mutualCount`.")


async def mutual_page(
    info: strawberry.Info, member: int, first: int, after: str | None
) -> MutualMemberConnection:
    """A page in one statement."""
    viewer = asking().viewer_id
    page = path.NOBODY
    if viewer is not None:
        page = await path.mutuals(viewer, member, first, after, wants(info))
    edges = [
        MutualMemberEdge(cursor=later(partial(path.cursor, row)), node=member_of(row))
        for row in page.rows
    ]
    return MutualMemberConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
        total_count=later(lambda: mutual_count(member)),
    )
