"""Relay-shaped pages with keyset cursors."""

from typing import Annotated, Any, TypeVar

import strawberry

from schema.node import attribute, later
from schema.scalars import Cursor

T = TypeVar("T")

First = Annotated[
    int, strawberry.argument(description="How many, 1 to 100; otherwise BAD_REQUEST.")
]
After = Annotated[
    Cursor | None,
    strawberry.argument(
        description="A cursor of this list: begin behind it. Keyset, so rows "
        "neither repeat nor are skipped when the list changes."
    ),
]
Search = Annotated[
    str | None,
    strawberry.argument(
        description="Only members whose name, handle or organisation contains this, in any case; "
        "100 characters at most are looked at."
    ),
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page info."""

    has_next_page: bool = strawberry.field(description="Whether there is more behind this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the page was asked for with `after`: there is something before it."
    )
    start_cursor: Cursor | None = strawberry.field(description="Cursor of the first edge.")
    end_cursor: Cursor | None = strawberry.field(
        description="Cursor of the last edge; give it as `after` for the next page."
    )


def page_info(edges: list[Any], *, more: bool, after: str | None) -> PageInfo:
    """The page info of these edges."""
    return PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=later(lambda: attribute(edges[0], "cursor")) if edges else None,
        end_cursor=later(lambda: attribute(edges[-1], "cursor")) if edges else None,
    )
