"""The viewer's contact book as a list, and the filters they keep."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import contact_list, ids, saved_filter, sql
from models.contact_list import LONGEST_DAYS, ContactSort, Filter
from models.paging import BadPage
from models.tag import MOST_TAGS_AT_ONCE
from models.token import Scope
from schema import loaders
from schema.contact import bring
from schema.context import viewer_id
from schema.enums import described
from schema.member import member_of
from schema.node import later, public_id
from schema.paging import After, First, PageInfo, page_info
from schema.scalars import Cursor
from schema.scopes import needs
from schema.selection import names_under, wants
from schema.tag import Tag, keys_of, tag_of

if TYPE_CHECKING:
    from schema.relationship import Relationship

Side = Annotated["Relationship", strawberry.lazy("schema.relationship")]
_PRIVATE = needs(Scope.PRIVATE_READ)

described(
    ContactSort,
    "ContactSort",
    "How the contact book is sorted.",
    {
        "RECENT": "Who was connected last comes first.",
        "NAME": "By name, whatever its case and accents.",
        "ORGANISATION": "By organisation, as far as the viewer sees it, then by name; those "
        "without one last.",
        "LAST_CONTACT": "Who was not heard of for longest first. Connecting counts as a contact.",
    },
)

_SEARCH = "Part of a name, handle or organisation, whatever its case and accents; at most 100 "
_SEARCH += "characters."
_ORGANISATION = "Part of the organisation, at most 120 characters. A hidden one is not found."
_PLACE = "Part of where they are, at most 120 characters. A hidden one is not found."
_TAGS = f"Bears each of these tags; at most {MOST_TAGS_AT_ONCE}."
_NO_CONTACT = f"No contact for so many days, 1 to {LONGEST_DAYS:,}; connecting counts as one."
_REMIND = f"A reminder is due within so many days, 0 to {LONGEST_DAYS:,}."
_MUTED = "Only those who are muted, or only those who are not."


@strawberry.input(description="Which connections are wanted: those that meet all that is given.")
class ContactFilterInput:
    """Input of contacts and saveFilter."""

    search: str | None = strawberry.field(default=None, description=_SEARCH)
    tag_ids: list[strawberry.ID] | None = strawberry.field(default=None, description=_TAGS)
    organisation: str | None = strawberry.field(default=None, description=_ORGANISATION)
    place: str | None = strawberry.field(default=None, description=_PLACE)
    no_contact_days: int | None = strawberry.field(default=None, description=_NO_CONTACT)
    remind_within_days: int | None = strawberry.field(default=None, description=_REMIND)
    muted: bool | None = strawberry.field(default=None, description=_MUTED)


@strawberry.type(description="What a saved filter asks for; null and empty ask for nothing.")
class ContactFilter:
    """A filter that was kept."""

    search: str = strawberry.field(description=_SEARCH)
    tags: list[Tag] = strawberry.field(
        description=f"{_TAGS} One that was deleted since is left out."
    )
    organisation: str = strawberry.field(description=_ORGANISATION)
    place: str = strawberry.field(description=_PLACE)
    no_contact_days: int | None = strawberry.field(description=_NO_CONTACT)
    remind_within_days: int | None = strawberry.field(description=_REMIND)
    muted: bool | None = strawberry.field(description=_MUTED)


@strawberry.type(description="A filter the viewer keeps under a name.", directives=_PRIVATE)
class SavedFilter:
    """One of the viewer's filters."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    name: str = strawberry.field(description="1 to 100 characters; each name is used once.")
    filter: ContactFilter = strawberry.field(description="What it asks for.")
    sort: ContactSort = strawberry.field(description="How it sorts.")


@strawberry.type(description="A connection in the contact book.")
class ContactEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Side = strawberry.field(description="The viewer's own side.")


@strawberry.type(description="A page of the contact book.")
class ContactConnection:
    """The book."""

    edges: list[ContactEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Side] = strawberry.field(description="The viewer's own sides.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(description="How many connections meet the filter.")


def filter_of(given: ContactFilterInput | None) -> Filter:
    """What was asked for, unchecked."""
    if given is None:
        return contact_list.EVERYBODY
    return Filter(
        search=given.search or "",
        tags=keys_of(ids.TAG, given.tag_ids or ()),
        organisation=given.organisation or "",
        place=given.place or "",
        no_contact_days=given.no_contact_days,
        remind_within_days=given.remind_within_days,
        muted=given.muted,
    )


def saved_of(row: sql.Row) -> SavedFilter:
    """A saved filter from its row."""
    wanted, sort = saved_filter.read(row["conditions"])

    async def tags() -> list[Tag]:
        rows = await asyncio.gather(*(loaders.tag_row(viewer_id(), key) for key in wanted.tags))
        return [tag_of(row) for row in rows if row]

    return SavedFilter(
        id=public_id(ids.SAVED_FILTER, row["id"]),
        name=row["name"],
        sort=sort,
        filter=ContactFilter(
            search=wanted.search,
            tags=later(tags) if wanted.tags else [],
            organisation=wanted.organisation,
            place=wanted.place,
            no_contact_days=wanted.no_contact_days,
            remind_within_days=wanted.remind_within_days,
            muted=wanted.muted,
        ),
    )


@strawberry.type
class ContactLists:
    """Fields of the viewer."""

    @strawberry.field(
        description="The viewer's contact book: their connections as they last, with what the "
        "viewer keeps about them. A filter out of range is BAD_REQUEST.",
        directives=_PRIVATE,
    )
    async def contacts(
        self,
        info: strawberry.Info,
        filter: Annotated[
            ContactFilterInput | None, strawberry.argument(description="Which; without one all.")
        ] = None,
        sort: Annotated[
            ContactSort, strawberry.argument(description="How they are sorted.")
        ] = ContactSort.RECENT,
        first: First = 20,
        after: After = None,
    ) -> ContactConnection:
        """One statement, and one for the tags."""
        wanted = filter_of(filter)
        problems = saved_filter.out_of_range(wanted)
        if problems:
            raise BadPage(" ".join(f"{'.'.join(p.field)}: {p.message}" for p in problems))
        return await _page(info, wanted, sort, first, after)

    @strawberry.field(
        description=f"The filters the viewer keeps, oldest first; at most "
        f"{saved_filter.MOST_FILTERS}.",
        directives=_PRIVATE,
    )
    async def saved_filters(self) -> list[SavedFilter]:
        """One statement."""
        return [saved_of(row) for row in await saved_filter.of(viewer_id())]


async def _page(
    info: strawberry.Info, wanted: Filter, sort: ContactSort, first: int, after: str | None
) -> ContactConnection:
    from schema.relationship import relationship_of

    viewer = viewer_id()
    counted = "totalCount" in names_under(info)
    page = await contact_list.page(viewer, wanted, sort, first, after, wants(info), counted=counted)
    edges = []
    for row in page.rows:
        member = member_of(row)
        side: Any = bring(relationship_of(row, member), row)
        member.relationship = side
        edges.append(ContactEdge(cursor=later(partial(contact_list.cursor, sort, row)), node=side))
    total: Any = later(lambda: contact_list.count(viewer, wanted))
    return ContactConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
        total_count=page.rows[0]["total"] if counted and page.rows else total,
    )
