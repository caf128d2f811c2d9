"""The contact book: what the viewer alone keeps about their connections."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import contact_note, ids, sql, timeline
from models.base import LONG, SHORT
from models.contact_note import MOST_NOTES, ContactNoteKind
from models.relationship import HOW_MET_LONGEST
from models.timeline import TimelineKind
from models.token import Scope
from schema import loaders
from schema.context import viewer_id
from schema.enums import described
from schema.node import for_each, later, public_id
from schema.paging import After, First, PageInfo, page_info
from schema.scalars import Cursor
from schema.scopes import needs
from schema.tag import Tag, tag_of

if TYPE_CHECKING:
    from schema.member import Member
    from schema.request import ConnectionRequest

Person = Annotated["Member", strawberry.lazy("schema.member")]
Request = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]
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
        "REMOVED": "The connection ended. An end that a later connection followed is not kept.",
    },
)


@strawberry.type(
    description="An entry of the viewer's log about a connection. Nobody else ever sees it.",
    directives=_PRIVATE,
)
class ContactNote:
    """One entry."""

    id: strawberry.ID = strawberry.field(description="Its id.")
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
    return ContactNote(
        id=public_id(ids.CONTACT_NOTE, row["id"]),
        kind=ContactNoteKind(row["kind"]),
        text=row["text"],
        place=row["place"],
        happened_at=row["happened_at"],
        written_at=row["written_at"],
    )


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
        description="Of REQUESTED, whether the viewer asked; of REMOVED, true where the viewer "
        "removed it. Otherwise null."
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
        through=later(lambda: _member(through)),
        text=row["text"],
        place=row["place"],
    )


async def _request(key: int | None) -> Any:
    from schema.request import request_by_key

    return await request_by_key(key) if key is not None else None


async def _member(key: int | None) -> Any:
    from schema.member import member_by_key

    return await member_by_key(key) if key is not None else None


def key_of(side: Any) -> int:
    """The key of a side."""
    key = ids.decode(ids.RELATIONSHIP, side.id)
    assert key is not None
    return key


def _book(column: str) -> Any:
    async def load(side: Any) -> Any:
        row = await loaders.contact_row(viewer_id(), key_of(side))
        return row and row[column]

    return for_each(load)


async def _muted(side: Any) -> bool:
    row = await loaders.contact_row(viewer_id(), key_of(side))
    return bool(row and row["muted"])


async def _through(side: Any) -> Any:
    row = await loaders.contact_row(viewer_id(), key_of(side))
    return await _member(row and row["through_id"])


async def _tags(side: Any) -> list[Tag]:
    rows = await loaders.tags_on(viewer_id(), key_of(side))
    return [tag_of(row) for row in rows or ()]


_MET = "Until the viewer writes it, what the request says that the connection came from."


@strawberry.type
class ContactFields:
    """What a side holds for its owner alone; loaded in one batch unless its row brought it."""

    how_met: str = strawberry.field(
        default=_book("how_met"),
        description=f"How the two met, in the viewer's words, at most {HOW_MET_LONGEST} "
        "characters; empty if unset. `request { basis }` says why they connected.",
        directives=_PRIVATE,
    )
    met_event: str = strawberry.field(
        default=_book("met_event"),
        description=f"At what event they met, at most {SHORT} characters; empty if unset. {_MET}",
        directives=_PRIVATE,
    )
    met_place: str = strawberry.field(
        default=_book("met_place"),
        description=f"Where they met, at most {SHORT} characters; empty if unset. {_MET}",
        directives=_PRIVATE,
    )
    met_on: str | None = strawberry.field(
        default=_book("met_on"),
        description="When they met: `2026-11-23`, `2026-11` or `2026`; null if unset. " + _MET,
        directives=_PRIVATE,
    )
    through: Person | None = strawberry.field(
        default=for_each(_through),
        description="Through whom they met; null if unset, and when the viewer may not see them. "
        "Until the viewer writes it, who introduced them.",
        directives=_PRIVATE,
    )
    muted: bool = strawberry.field(
        default=for_each(_muted),
        description="Whether the viewer muted them: nothing they post is shown to the viewer.",
        directives=_PRIVATE,
    )
    tags: list[Tag] = strawberry.field(
        default=for_each(_tags),
        description="The viewer's tags on them, in the order of their names.",
        directives=_PRIVATE,
    )
    last_contact_at: datetime | None = strawberry.field(
        default=_book("last_contact_at"),
        description="When the two last met or were in touch, as far as it was written down here; "
        "null if never since they connected.",
        directives=_PRIVATE,
    )
    remind_at: datetime | None = strawberry.field(
        default=_book("remind_at"),
        description="When the viewer is reminded to get back to them; null without a reminder.",
        directives=_PRIVATE,
    )
    remind_every_weeks: int | None = strawberry.field(
        default=_book("remind_every_weeks"),
        description="How often, in weeks; every contact begins the time anew. Null when once.",
        directives=_PRIVATE,
    )

    @strawberry.field(
        description=f"The viewer's log about them, what happened last first; at most "
        f"{MOST_NOTES:,} entries.",
        directives=_PRIVATE,
    )
    async def notes(self, first: First = 20, after: After = None) -> ContactNoteConnection:
        """One statement."""
        page = await contact_note.of(viewer_id(), key_of(self), first, after)
        edges = [
            ContactNoteEdge(cursor=Cursor(contact_note.cursor(row)), node=note_of(row))
            for row in page.rows
        ]
        return ContactNoteConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=page.more, after=after),
        )

    @strawberry.field(
        description="What happened between the two, newest first, with what the viewer wrote down.",
        directives=_PRIVATE,
    )
    async def timeline(self, first: First = 20, after: After = None) -> TimelineEntryConnection:
        """One statement."""
        page = await timeline.of(viewer_id(), key_of(self), first, after)
        edges = [
            TimelineEntryEdge(cursor=Cursor(timeline.cursor(row)), node=_entry_of(row))
            for row in page.rows
        ]
        return TimelineEntryConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=page.more, after=after),
        )


# What a row of the book brings as it is.
BROUGHT = (
    "how_met",
    "met_event",
    "met_place",
    "met_on",
    "last_contact_at",
    "remind_at",
    "remind_every_weeks",
)


def bring(side: Any, row: sql.Row) -> Any:
    """Give a side what a row of the book holds of it."""
    for name in BROUGHT:
        setattr(side, name, row[name])
    side.muted = bool(row["muted"])
    through = row["through_id"]
    side.through = later(lambda: _member(through))
    return side
