"""How far a member is from the viewer, and over whom. Imports no other type: a member is below."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.dataloader import DataLoader

from models import graph, path
from models.token import Scope
from schema.context import asking
from schema.node import for_each
from schema.paging import After, First
from schema.scopes import needs

if TYPE_CHECKING:
    from schema.member import Member
    from schema.mutual import MutualMemberConnection

Person = Annotated["Member", strawberry.lazy("schema.member")]
Mutuals = Annotated["MutualMemberConnection", strawberry.lazy("schema.mutual")]
_NETWORK = needs(Scope.NETWORK_READ)


@strawberry.type
class GraphOfMember:
    """Fields of a member."""

    degree: int | None = strawberry.field(
        description="How many connections away they are: 1 for the viewer's own, 2 for somebody "
        "over one person, 3 over two. Only over connections that show to the viewer in a list of "
        "one of the two connected, and over people the viewer may see. Null for everybody else, "
        f"for the viewer, and when signed out. For 3 the viewer's {graph.OWN:,} newest "
        f"connections count, at most {graph.BEHIND:,} of the connections of those together (of "
        f"each the newest), and the member's {graph.TOWARDS} newest; so null is no promise that "
        "there is no way. All members of an operation are looked up in one statement.",
        directives=_NETWORK,
    )

    @strawberry.field(
        description="The connections they share with the viewer, as far as the viewer sees them "
        "in this member's list; those the viewer knows shortest first. Empty for the viewer "
        "and when signed out.",
        directives=_NETWORK,
    )
    async def mutual_connections(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> Mutuals:
        """A page in one statement."""
        from schema.mutual import mutual_page

        return await mutual_page(info, self.key, first, after)  # type: ignore[attr-defined]

    @strawberry.field(
        description="The people on the shortest way from the viewer to this member, nearest to the "
        "viewer first: none for a connection, one or two otherwise, as `degree` has it. Null "
        "where `degree` is. Of several ways, one over the newest connection.",
        directives=_NETWORK,
    )
    async def path_from_viewer(self) -> list[Person] | None:
        """In one statement, and one for the people on it."""
        from schema.member import member_by_key

        viewer, key = asking().viewer_id, self.key  # type: ignore[attr-defined]
        found = await path.shortest(viewer, key) if viewer is not None else None
        if found is None:
            return None
        people = await asyncio.gather(*map(member_by_key, found.people))
        # All of it or nothing: a way with a gap would tell that somebody stands there.
        return None if None in people else people  # type: ignore[return-value]


async def _degree(key: int) -> int | None:
    viewer = asking().viewer_id
    if viewer is None or viewer == key:
        return None
    kept = asking().loaders
    if "degree" not in kept:

        async def load(keys: list[int]) -> list[int | None]:
            found = await graph.degrees(viewer, keys)
            return [found.get(each) for each in keys]

        kept["degree"] = DataLoader(load_fn=load)
    loader: DataLoader[int, int | None] = kept["degree"]
    return await loader.load(key)


DEGREE = for_each(lambda member: _degree(member.key))
