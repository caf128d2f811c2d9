"""A member's updates: a field of Member. Imports no other type: a member is below."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from models import update_list
from models.token import Scope
from schema.context import asking
from schema.paging import After, First
from schema.scopes import needs

if TYPE_CHECKING:
    from schema.update import UpdateConnection

Page = Annotated["UpdateConnection", strawberry.lazy("schema.update")]


@strawberry.type
class UpdatesOfMember:
    """Fields of a member."""

    key: strawberry.Private[int]

    @strawberry.field(
        description="What they posted that the viewer sees, newest first; signed out, what is for "
        "everyone.",
        directives=needs(Scope.UPDATES_READ),
    )
    async def updates(self, info: strawberry.Info, first: First = 20, after: After = None) -> Page:
        """A page in one statement."""
        from schema.update import asked, update_page

        page = await update_list.of_member(asking().viewer_id, self.key, first, after, asked(info))
        return update_page(page, after)
