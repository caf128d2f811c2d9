"""The viewer's lists of introductions."""

from typing import Annotated

import strawberry

from models import introduction_list
from models.introduction_list import Role
from models.token import Scope
from schema.context import viewer_id
from schema.introduction import IntroductionConnection, introduction_page
from schema.paging import After, First
from schema.scopes import needs
from schema.selection import wants

_REQUESTS = needs(Scope.REQUESTS_READ)


@strawberry.type
class IntroductionLists:
    """Fields of the viewer."""

    waiting_introduction_count: int = strawberry.field(
        description="How many introductions wait for the viewer: to be forwarded, or answered.",
        directives=_REQUESTS,
    )

    @strawberry.field(
        description="The viewer's introductions on one side, newest first, whatever became of "
        "them: to the target by when they were forwarded, else by when they were asked for.",
        directives=_REQUESTS,
    )
    async def introductions(
        self,
        info: strawberry.Info,
        role: Annotated[Role, strawberry.argument(description="The viewer's side of them.")],
        first: First = 20,
        after: After = None,
    ) -> IntroductionConnection:
        """A list in one statement."""
        page = await introduction_list.of(viewer_id(), role, first, after, wants(info))
        return introduction_page(page, after)
