"""Organisations and schools, and who is or was there."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import ids, organisation_page, sql
from models.token import Scope
from schema import loaders
from schema.context import asking
from schema.node import Node, for_each, later, public_id
from schema.paging import After, First, PageInfo, page_info
from schema.scalars import Cursor
from schema.scopes import needs
from schema.selection import wants

if TYPE_CHECKING:
    from schema.member import Member

_PROFILE = needs(Scope.PROFILE_READ)
Person = Annotated["Member", strawberry.lazy("schema.member")]


@strawberry.type(description="A member who is or was at an organisation.", directives=_PROFILE)
class OrganisationMemberEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Person = strawberry.field(description="The member.")
    works_there: bool = strawberry.field(description="Whether they work there now.")
    worked_there: bool = strawberry.field(description="Whether they work there, or ever did.")
    studied_there: bool = strawberry.field(description="Whether they study there, or ever did.")


@strawberry.type(description="A page of the members of an organisation.", directives=_PROFILE)
class OrganisationMemberConnection:
    """Members of an organisation."""

    edges: list[OrganisationMemberEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Person] = strawberry.field(description="The members.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type(
    description="A place where members work or study; a university is one for both. It is there "
    "for the viewer if somebody they may see shows that they are or were there. Names that differ "
    "in case, spaces or accents alone are one organisation.",
    directives=_PROFILE,
)
class Organisation(Node):
    """A shared record, as the viewer may know of it."""

    name: str = strawberry.field(
        description="As the member writes it whose profile this comes from; otherwise as one "
        "does who shows the viewer that they were there. 120 characters at most."
    )
    member_count: int = strawberry.field(
        description="How many members are or were there, as far as the viewer may see."
    )
    key: strawberry.Private[int]

    @strawberry.field(
        description="Who is or was there and shows it to the viewer: the viewer's own connections "
        "first, those who work there now before those who did, then the newest members."
    )
    async def members(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> OrganisationMemberConnection:
        """A page in one statement."""
        from schema.member import member_of

        page = await organisation_page.members(
            asking().viewer_id, self.key, first, after, wants(info)
        )
        edges = [
            OrganisationMemberEdge(
                cursor=later(partial(organisation_page.cursor, row)),
                node=member_of(row),
                works_there=bool(row["works"]),
                worked_there=bool(row["worked"]),
                studied_there=bool(row["studied"]),
            )
            for row in page.rows
        ]
        return OrganisationMemberConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=page.more, after=after),
        )


_MEMBER_COUNT = for_each(lambda organisation: _member_count(organisation.key))


def organisation_of(row: sql.Row) -> Organisation:
    """An organisation from its key and its name."""
    return Organisation(
        id=public_id(ids.ORGANISATION, row["id"]),
        key=row["id"],
        name=row["name"],
        member_count=_MEMBER_COUNT,
    )


async def _member_count(key: int) -> int:
    return await loaders.organisation_members(key) or 0


async def organisation_by_key(key: int) -> Organisation | None:
    """An organisation that is there for the viewer, or None."""
    row = await loaders.organisation_row(key)
    return organisation_of(row) if row else None


@strawberry.type
class OrganisationQuery:
    """Root fields."""

    @strawberry.field(
        description="The organisation with this id, if it is there for the viewer.",
        directives=_PROFILE,
    )
    async def organisation(
        self, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> Organisation | None:
        """In one statement."""
        key = ids.decode(ids.ORGANISATION, id)
        return await organisation_by_key(key) if key is not None else None

    @strawberry.field(
        description="Organisations there for the viewer with a word that begins with these "
        "letters, in any case, by name: at most 10, for suggestions while one types.",
        directives=_PROFILE,
    )
    async def organisations(
        self,
        search: Annotated[
            str, strawberry.argument(description="Letters; the first 100 are looked at.")
        ],
    ) -> list[Organisation]:
        """In one statement."""
        found: Any = await organisation_page.suggested(asking().viewer_id, search)
        return [organisation_of(row) for row in found]
