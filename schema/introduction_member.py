"""What stands on a member about introductions. Imports no other type: a member is below all."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry

from models import introduction_list
from models.token import Scope
from schema import loaders
from schema.context import asking
from schema.node import later
from schema.paging import After, First, Search, page_info
from schema.scopes import needs
from schema.selection import wants

if TYPE_CHECKING:
    from schema.introduction import Introduction
    from schema.member_list import MemberConnection

Introduced = Annotated["Introduction", strawberry.lazy("schema.introduction")]
People = Annotated["MemberConnection", strawberry.lazy("schema.member_list")]
_REQUESTS = needs(Scope.REQUESTS_READ)


@strawberry.type
class IntroductionsToMember:
    """Fields of a member."""

    @strawberry.field(
        description="The viewer's own open introduction to this member: one they asked for.",
        directives=_REQUESTS,
    )
    async def open_introduction(self) -> Introduced | None:
        """At most one is open."""
        viewer = asking().viewer_id
        if viewer is None:
            return None
        from schema.introduction import introduction_of

        row = await loaders.open_introduction_row(viewer, self.key)  # type: ignore[attr-defined]
        return introduction_of(row) if row else None

    @strawberry.field(
        description="Whom the viewer may ask to be introduced to this member: connections of the "
        "viewer whose connection with them shows to the viewer in either's list; whom the viewer "
        "connected with last comes first. Empty when signed out, and once the viewer is connected "
        "with this member.",
        directives=_REQUESTS,
    )
    async def introducers(
        self,
        info: strawberry.Info,
        search: Search = None,
        first: First = 20,
        after: After = None,
    ) -> People:
        """A page in one statement."""
        from schema.member import member_of
        from schema.member_list import MemberConnection, MemberEdge

        viewer, key = asking().viewer_id, self.key  # type: ignore[attr-defined]
        if viewer is None:
            return MemberConnection(
                edges=[], nodes=[], page_info=page_info([], more=False, after=after)
            )
        page = await introduction_list.introducers(viewer, key, search, first, after, wants(info))
        edges = [
            MemberEdge(
                cursor=later(partial(introduction_list.introducer_cursor, row)),
                node=member_of(row),
            )
            for row in page.rows
        ]
        return MemberConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=page.more, after=after),
        )
