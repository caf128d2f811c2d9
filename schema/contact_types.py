"""Inputs and payloads of the acts on contacts."""

from datetime import datetime

import strawberry

from models.base import LONG, NAME, SHORT
from models.contact_list import ContactSort
from models.contact_note import ContactNoteKind
from models.relationship import HOW_MET_LONGEST
from models.reminder import MOST_WEEKS
from models.saved_filter import MOST_FILTERS
from models.tag import MOST_AT_ONCE
from schema.contact_list import ContactFilterInput, SavedFilter
from schema.contact_log import ContactNote
from schema.network_types import RelationshipInput
from schema.payload import USER_ERRORS, UserError
from schema.relationship import Relationship

_TEXT = f"Plain text with line breaks, at most {LONG:,} characters; a NOTE needs one."
_PLACE = f"Where; at most {SHORT} characters."
_HAPPENED = "When it happened, not in the future and not before 1970; without a zone it is UTC."


@strawberry.input(
    description="How the two met. What is left out stays; null or empty takes it away."
)
class UpdateContactInput(RelationshipInput):
    """Input of updateContact."""

    how_met: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"In the viewer's words, with line breaks, at most {HOW_MET_LONGEST} "
        "characters.",
    )
    met_event: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"At what event; at most {SHORT} characters."
    )
    met_place: str | None = strawberry.field(default=strawberry.UNSET, description=_PLACE)
    met_on: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="When: `2026-11-23`, `2026-11` or `2026`, from 1900 until today.",
    )
    through_member_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Through whom: a third member whom the viewer may see.",
    )


@strawberry.input(description="Something to write down.")
class AddContactNoteInput(RelationshipInput):
    """Input of addContactNote."""

    kind: ContactNoteKind = strawberry.field(
        default=ContactNoteKind.NOTE,
        description="What it is. MET and CONTACTED count as contact.",
    )
    text: str | None = strawberry.field(default=None, description=_TEXT)
    place: str | None = strawberry.field(default=None, description=_PLACE)
    happened_at: datetime | None = strawberry.field(
        default=None, description=f"{_HAPPENED} Now if left out."
    )


@strawberry.input(description="An entry anew; what is left out stays.")
class UpdateContactNoteInput:
    """Input of updateContactNote."""

    note_id: strawberry.ID = strawberry.field(description="An entry of the viewer's.")
    kind: ContactNoteKind | None = strawberry.field(default=None, description="What it is.")
    text: str | None = strawberry.field(default=None, description=_TEXT)
    place: str | None = strawberry.field(default=None, description=_PLACE)
    happened_at: datetime | None = strawberry.field(default=None, description=_HAPPENED)


@strawberry.input(description="Which entry to remove.")
class RemoveContactNoteInput:
    """Input of removeContactNote."""

    note_id: strawberry.ID = strawberry.field(description="An entry of the viewer's.")


@strawberry.input(description="When to be reminded: `remindAt`, `everyWeeks`, or both.")
class SetReminderInput(RelationshipInput):
    """Input of setReminder."""

    remind_at: datetime | None = strawberry.field(
        default=None,
        description="A moment to come, within ten years; without a zone it is UTC. Alone, the "
        "viewer is reminded once.",
    )
    every_weeks: int | None = strawberry.field(
        default=None,
        description=f"Again and again, every 1 to {MOST_WEEKS} weeks, first at `remindAt`, or else "
        "in so many weeks. A contact begins the time anew.",
    )


@strawberry.input(description="Whose reminder to take away.")
class ClearReminderInput(RelationshipInput):
    """Input of clearReminder."""


@strawberry.input(description="Which connections.")
class ContactsInput:
    """Input of acts on several connections."""

    relationship_ids: list[strawberry.ID] = strawberry.field(
        description=f"The viewer's own sides, 1 to {MOST_AT_ONCE}; others are passed over, and "
        "NOT_FOUND where none is left."
    )


@strawberry.input(description="A filter to keep.")
class SaveFilterInput:
    """Input of saveFilter."""

    name: str = strawberry.field(
        description=f"1 to {NAME} characters. A filter of this very name is replaced."
    )
    filter: ContactFilterInput = strawberry.field(description="What it asks for.")
    sort: ContactSort = strawberry.field(default=ContactSort.RECENT, description="How it sorts.")


@strawberry.input(description="Which filter to delete.")
class DeleteFilterInput:
    """Input of deleteFilter."""

    filter_id: strawberry.ID = strawberry.field(description="A filter of the viewer's.")


@strawberry.type(description="The viewer's own side after the act.")
class ContactPayload:
    """Payload of acts on one contact."""

    relationship: Relationship | None = strawberry.field(
        default=None, description="The viewer's own side."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The entry after the act.")
class ContactNotePayload:
    """Payload of acts on an entry."""

    note: ContactNote | None = strawberry.field(
        default=None, description="As it is now; of a removed one as it was."
    )
    relationship: Relationship | None = strawberry.field(
        default=None, description="The viewer's own side that it stands on."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The filter after the act.")
class SavedFilterPayload:
    """Payload of saveFilter and deleteFilter."""

    saved_filter: SavedFilter | None = strawberry.field(
        default=None, description=f"As it is kept; a member may keep {MOST_FILTERS}."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)
