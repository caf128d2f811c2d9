"""The log and the timeline of a contact."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import contact_note, ids, paging, sql, timeline
from models.base import LONG, SHORT
from models.contact_note import ContactNoteKind
from models.timeline import TimelineKind
from models.token import Scope
from schema import loaders
from schema.context import viewer_id
from schema.enums import described
from schema.node import Node, later, public_id
from schema.paging import PageInfo, page_info
from schema.scalars import Cursor
from schema.scopes import needs

if TYPE_CHECKING:
    from schema.member import Member
    from schema.relationship import Relationship
    from schema.request import ConnectionRequest

Person = Annotated["Member", strawberry.lazy("schema.member")]
Request = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]
Side = Annotated["Relationship", strawberry.lazy("schema.relationship")]
_PRIVATE = needs(Scope.PRIVATE_READ)

described(
    ContactNoteKind,
    "ContactNoteKind",
    "What the viewer wrote down about a connection.",
    {
        "NOTE": "A thought; it needs a text.",
        "MET": "The two met.",
        "CONTACTED": "The two were in touch otherwise.",
    },
)
described(
    TimelineKind,
    "TimelineKind",
    "What happened between the viewer and a connection. New kinds may be added.",
    {
        "REQUESTED": "One asked the other to connect.",
        "ACCEPTED": "They became connected.",
        "INTRODUCED": "They became connected through an introduction.",
        "RECONNECTED": "They became connected again.",
        "MET": "They met, as the viewer wrote down.",
        "CONTACTED": "They were in touch, as the viewer wrote down.",
        "NOTED": "The viewer wrote a note.",
        "MESSAGED": "One wrote to the other: of all their messages the first and the last, as far "
        "as the viewer has not deleted them.",
        "REMOVED": "The connection ended. An end that a later connection followed is not kept.",
    },
)


@strawberry.type(
    description="An entry of the viewer's log about a connection. Nobody else ever sees it.",
    directives=_PRIVATE,
)
class ContactNote(Node):
    """One entry."""

    relationship: Side | None = strawberry.field(
        description="The viewer's own side that it stands on."
    )
    kind: ContactNoteKind = strawberry.field(description="What it is.")
    text: str = strawberry.field(
        description=f"Plain text with line breaks, at most {LONG:,} characters; may be empty but "
        "for NOTE."
    )
    place: str = strawberry.field(description=f"Where, at most {SHORT} characters; empty if unset.")
    happened_at: datetime = strawberry.field(description="When it happened.")
    written_at: datetime = strawberry.field(description="When it was written down.")


def note_of(row: sql.Row) -> ContactNote:
    """An entry from its row."""
    side = row["relationship_id"]
    return ContactNote(
        relationship=later(lambda: _side(side)),
        id=public_id(ids.CONTACT_NOTE, row["id"]),
        kind=ContactNoteKind(row["kind"]),
        text=row["text"],
        place=row["place"],
        happened_at=row["happened_at"],
        written_at=row["written_at"],
    )


async def _side(key: int) -> Any:
    from schema.relationship import relationship_by_key

    return await relationship_by_key(key)


async def note_by_key(key: int) -> ContactNote | None:
    """One of the viewer's entries, or None."""
    row = await loaders.contact_note_row(viewer_id(), key)
    return note_of(row) if row else None


@strawberry.type(description="An entry of a log in a list.")
class ContactNoteEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: ContactNote = strawberry.field(description="The entry.")


@strawberry.type(description="A page of a log, what happened last first.")
class ContactNoteConnection:
    """The log."""

    edges: list[ContactNoteEdge] = strawberry.field(description="With their cursors.")
    nodes: list[ContactNote] = strawberry.field(description="The entries.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type(
    description="Something that happened between the viewer and a connection.", directives=_PRIVATE
)
class TimelineEntry:
    """One row of the timeline."""

    kind: TimelineKind = strawberry.field(description="What happened.")
    occurred_at: datetime = strawberry.field(description="When.")
    by_viewer: bool | None = strawberry.field(
        description="Of REQUESTED and MESSAGED, whether the viewer asked, or wrote; of REMOVED, "
        "true where the viewer removed it. Otherwise null."
    )
    request: Request | None = strawberry.field(
        description="The request, where it is about one that the viewer may see."
    )
    through: Person | None = strawberry.field(
        description="Who introduced them, of INTRODUCED; null when the viewer may not see them."
    )
    text: str = strawberry.field(description="What the viewer wrote down; otherwise empty.")
    place: str = strawberry.field(description="Where, as the viewer wrote down; otherwise empty.")


@strawberry.type(description="An entry of a timeline in a list.")
class TimelineEntryEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: TimelineEntry = strawberry.field(description="The entry.")


@strawberry.type(description="A page of a timeline, newest first.")
class TimelineEntryConnection:
    """The timeline."""

    edges: list[TimelineEntryEdge] = strawberry.field(description="With their cursors.")
    nodes: list[TimelineEntry] = strawberry.field(description="The entries.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


def _entry_of(row: sql.Row) -> TimelineEntry:
    request, through = row["request_id"], row["through_id"]
    return TimelineEntry(
        kind=TimelineKind(row["kind"]),
        occurred_at=row["happened_at"],
        by_viewer=None if row["mine"] is None else bool(row["mine"]),
        request=later(lambda: _request(request)),
        through=later(lambda: member_or_none(through)),
        text=row["text"],
        place=row["place"],
    )


async def _request(key: int | None) -> Any:
    from schema.request import request_by_key

    return await request_by_key(key) if key is not None else None


async def member_or_none(key: int | None) -> Any:
    """A member the viewer may see, or None; None for none."""
    from schema.member import member_by_key

    return await member_by_key(key) if key is not None else None


def log_page(page: paging.Page, after: str | None) -> ContactNoteConnection:
    """A page of a log from its rows."""
    edges = [
        ContactNoteEdge(cursor=Cursor(contact_note.cursor(row)), node=note_of(row))
        for row in page.rows
    ]
    return ContactNoteConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )


def timeline_page(page: paging.Page, after: str | None) -> TimelineEntryConnection:
    """A page of a timeline from its rows."""
    edges = [
        TimelineEntryEdge(cursor=Cursor(timeline.cursor(row)), node=_entry_of(row))
        for row in page.rows
    ]
    return TimelineEntryConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )
