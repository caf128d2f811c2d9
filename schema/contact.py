"""What a side of a connection holds for its owner alone."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import contact_note, ids, sql, timeline
from models.base import SHORT
from models.contact_note import MOST_NOTES
from models.relationship import HOW_MET_LONGEST
from models.token import Scope
from schema import loaders
from schema.contact_log import (
    ContactNoteConnection,
    TimelineEntryConnection,
    log_page,
    member_or_none,
    timeline_page,
)
from schema.context import viewer_id
from schema.node import for_each, later
from schema.paging import After, First
from schema.scopes import needs
from schema.tag import Tag, tag_of

if TYPE_CHECKING:
    from schema.member import Member

Person = Annotated["Member", strawberry.lazy("schema.member")]
_PRIVATE = needs(Scope.PRIVATE_READ)


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
    return await member_or_none(row["through_id"] if row else None)


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
        return log_page(await contact_note.of(viewer_id(), key_of(self), first, after), after)

    @strawberry.field(
        description="What happened between the two, newest first, with what the viewer wrote down.",
        directives=_PRIVATE,
    )
    async def timeline(self, first: First = 20, after: After = None) -> TimelineEntryConnection:
        """One statement."""
        return timeline_page(await timeline.of(viewer_id(), key_of(self), first, after), after)


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
    side.through = later(lambda: member_or_none(through))
    return side
