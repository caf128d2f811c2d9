"""Mutations on the contact book. Nobody but the viewer ever learns of any of them."""

from collections.abc import Awaitable
from typing import Any

import strawberry

from models import contact, contact_note, directory, ids, reminder, saved_filter, sql
from models.contact_note import MOST_NOTES
from models.directory import Wants
from models.problem import Code, Problem
from models.token import Scope
from schema import contact_types as types
from schema.contact_list import filter_of, saved_of
from schema.contact_log import note_of
from schema.context import asking, viewer_id
from schema.node import later
from schema.payload import Input, attempt, not_found
from schema.relationship import relationship_by_key, relationship_of
from schema.scopes import needs
from schema.tag import ContactsPayload, keys_of, sides

_WRITE = needs(Scope.PRIVATE_WRITE)
_NETWORK = needs(Scope.NETWORK_WRITE)
_TEXTS = ("how_met", "met_event", "met_place", "met_on")


def _side(given: str) -> int:
    key = ids.decode(ids.RELATIONSHIP, given)
    if key is None:
        raise not_found("connection", "relationshipId")
    return key


def _note(given: str) -> int:
    key = ids.decode(ids.CONTACT_NOTE, given)
    if key is None:
        raise not_found("entry", "noteId")
    return key


async def _one(act: Awaitable[sql.Row]) -> dict[str, Any]:
    row = await act
    asking().loaders.clear()  # what an earlier act of the same operation read has changed
    return {"relationship": relationship_of(row)}


async def _entry(act: Awaitable[sql.Row]) -> dict[str, Any]:
    row = await act
    asking().loaders.clear()
    side = row["relationship_id"]
    return {"note": note_of(row), "relationship": later(lambda: relationship_by_key(side))}


async def _through(given: str | None) -> int | None:
    if not given:
        return None
    key = ids.decode(ids.MEMBER, given) or 0
    if not await directory.by_ids(viewer_id(), [key], Wants()):
        raise Problem(Code.NOT_FOUND, "There is no such member.", field=("throughMemberId",))
    return key


async def _changes(input: types.UpdateContactInput) -> dict[str, str | int | None]:
    changes: dict[str, str | int | None] = {
        name: value for name in _TEXTS if (value := getattr(input, name)) is not strawberry.UNSET
    }
    if input.through_member_id is not strawberry.UNSET:
        changes["through_id"] = await _through(input.through_member_id)
    return changes


@strawberry.type
class ContactMutation:
    """What a member does in their contact book."""

    @strawberry.mutation(
        description="Write how the viewer and a connection met. From then on the viewer's own "
        "words stand, also where they are empty, and not what the request said.",
        directives=_WRITE,
    )
    async def update_contact(self, input: Input[types.UpdateContactInput]) -> types.ContactPayload:
        """contact.update"""

        async def work() -> dict[str, Any]:
            key = _side(input.relationship_id)
            return await _one(contact.update(viewer_id(), key, await _changes(input)))

        return await attempt(types.ContactPayload, work())

    @strawberry.mutation(
        description="Write down a note, a meeting or another contact; TOO_MANY at "
        f"{MOST_NOTES:,} for one connection. A contact moves `lastContactAt` forward, never back, "
        "and with it a reminder that comes round.",
        directives=_WRITE,
    )
    async def add_contact_note(
        self, input: Input[types.AddContactNoteInput]
    ) -> types.ContactNotePayload:
        """contact_note.add"""

        async def work() -> dict[str, Any]:
            side = _side(input.relationship_id)
            text, place = input.text or "", input.place or ""
            return await _entry(
                contact_note.add(viewer_id(), side, input.kind, text, place, input.happened_at)
            )

        return await attempt(types.ContactNotePayload, work())

    @strawberry.mutation(
        description="Change an entry of the log. The last contact does not go back.",
        directives=_WRITE,
    )
    async def update_contact_note(
        self, input: Input[types.UpdateContactNoteInput]
    ) -> types.ContactNotePayload:
        """contact_note.update"""

        async def work() -> dict[str, Any]:
            key = _note(input.note_id)
            return await _entry(
                contact_note.update(
                    viewer_id(), key, input.kind, input.text, input.place, input.happened_at
                )
            )

        return await attempt(types.ContactNotePayload, work())

    @strawberry.mutation(
        description="Remove an entry of the log. The last contact does not go back.",
        directives=_WRITE,
    )
    async def remove_contact_note(
        self, input: Input[types.RemoveContactNoteInput]
    ) -> types.ContactNotePayload:
        """contact_note.remove"""

        async def work() -> dict[str, Any]:
            return await _entry(contact_note.remove(viewer_id(), _note(input.note_id)))

        return await attempt(types.ContactNotePayload, work())

    @strawberry.mutation(
        description="Have the viewer reminded to get back to a connection, by a REMINDER "
        "notification. There is one reminder for each; this replaces it. It waits while the "
        "connection is ended; muting does not stop it.",
        directives=_WRITE,
    )
    async def set_reminder(self, input: Input[types.SetReminderInput]) -> types.ContactPayload:
        """reminder.remind"""

        async def work() -> dict[str, Any]:
            key = _side(input.relationship_id)
            return await _one(reminder.remind(viewer_id(), key, input.remind_at, input.every_weeks))

        return await attempt(types.ContactPayload, work())

    @strawberry.mutation(description="Take a reminder away.", directives=_WRITE)
    async def clear_reminder(self, input: Input[types.ClearReminderInput]) -> types.ContactPayload:
        """reminder.forget"""

        async def work() -> dict[str, Any]:
            key = _side(input.relationship_id)
            return await _one(reminder.forget(viewer_id(), key))

        return await attempt(types.ContactPayload, work())

    @strawberry.mutation(
        description="Mute connections: nothing they post is shown to the viewer. They stay "
        "connected, and never learn of it.",
        directives=_WRITE,
    )
    async def mute_connections(self, input: Input[types.ContactsInput]) -> ContactsPayload:
        """contact.mute"""
        keys = keys_of(ids.RELATIONSHIP, input.relationship_ids)
        act = contact.mute(viewer_id(), keys, muted=True)
        return await attempt(ContactsPayload, sides(act))

    @strawberry.mutation(description="Hear of connections again.", directives=_WRITE)
    async def unmute_connections(self, input: Input[types.ContactsInput]) -> ContactsPayload:
        """contact.mute"""
        keys = keys_of(ids.RELATIONSHIP, input.relationship_ids)
        act = contact.mute(viewer_id(), keys, muted=False)
        return await attempt(ContactsPayload, sides(act))

    @strawberry.mutation(
        description="End several connections at once, each as `removeConnection` does: all or, "
        "where one fails, none. The payload has those the viewer removed, now or before.",
        directives=_NETWORK,
    )
    async def remove_connections(self, input: Input[types.ContactsInput]) -> ContactsPayload:
        """contact.remove"""
        keys = keys_of(ids.RELATIONSHIP, input.relationship_ids)
        return await attempt(ContactsPayload, sides(contact.remove(viewer_id(), keys)))

    @strawberry.mutation(
        description="Take several removals back, each as `undoRemoveConnection` does: all or, "
        "where one fails, none.",
        directives=_NETWORK,
    )
    async def undo_remove_connections(self, input: Input[types.ContactsInput]) -> ContactsPayload:
        """contact.undo_remove"""
        keys = keys_of(ids.RELATIONSHIP, input.relationship_ids)
        return await attempt(ContactsPayload, sides(contact.undo_remove(viewer_id(), keys)))

    @strawberry.mutation(
        description=f"Keep a filter of the contact book under a name; TOO_MANY at "
        f"{saved_filter.MOST_FILTERS}.",
        directives=_WRITE,
    )
    async def save_filter(self, input: Input[types.SaveFilterInput]) -> types.SavedFilterPayload:
        """saved_filter.save"""

        async def work() -> dict[str, Any]:
            wanted = filter_of(input.filter)
            row = await saved_filter.save(viewer_id(), input.name, wanted, input.sort)
            return {"saved_filter": saved_of(row)}

        return await attempt(types.SavedFilterPayload, work())

    @strawberry.mutation(description="Delete a saved filter.", directives=_WRITE)
    async def delete_filter(
        self, input: Input[types.DeleteFilterInput]
    ) -> types.SavedFilterPayload:
        """saved_filter.delete"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.SAVED_FILTER, input.filter_id)
            if key is None:
                raise not_found("filter", "filterId")
            return {"saved_filter": saved_of(await saved_filter.delete(viewer_id(), key))}

        return await attempt(types.SavedFilterPayload, work())
