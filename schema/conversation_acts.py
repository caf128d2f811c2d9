"""Mutations on conversations: one intention each, thin over models."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import strawberry

from models import conversation_acts, conversation_settings, ids, message_acts
from models.token import Scope
from schema.context import asking, viewer_id
from schema.conversation import (
    conversation_by_key,
    load_settings,
)
from schema.conversation_inputs import (
    AcceptMessageRequestInput,
    AcceptMessageRequestPayload,
    ArchiveConversationInput,
    ArchiveConversationPayload,
    ConversationInput,
    DeleteConversationInput,
    DeleteConversationPayload,
    IgnoreMessageRequestInput,
    IgnoreMessageRequestPayload,
    MarkConversationReadInput,
    MarkConversationReadPayload,
    MuteConversationInput,
    MuteConversationPayload,
    UnarchiveConversationInput,
    UnarchiveConversationPayload,
    UndoIgnoreMessageRequestInput,
    UndoIgnoreMessageRequestPayload,
    UnmuteConversationInput,
    UnmuteConversationPayload,
    UpdateMessageSettingsInput,
    UpdateMessageSettingsPayload,
)
from schema.node import later
from schema.payload import Input, attempt
from schema.scopes import needs

P = TypeVar("P")
_WRITE = needs(Scope.MESSAGES_WRITE)
_MUTE = partial(conversation_acts.mute, muted=True)
_UNMUTE = partial(conversation_acts.mute, muted=False)


async def _act(
    payload: type[P], input: ConversationInput, act: Callable[[int, int], Awaitable[None]]
) -> P:
    # An id that is none is nobody's conversation.
    key = ids.decode(ids.CONVERSATION, input.conversation_id) or 0

    async def work() -> dict[str, Any]:
        await act(viewer_id(), key)
        asking().loaders.clear()
        return {"conversation": later(lambda: conversation_by_key(key))}

    return await attempt(payload, work())


@strawberry.type
class ConversationMutation:
    """Mutations."""

    @strawberry.mutation(
        description="Delete all that is in a conversation now, for the viewer alone: the "
        "other has it still, and is not told. Something new in it shows it "
        "again, without what was deleted.",
        directives=_WRITE,
    )
    async def delete_conversation(
        self, input: Input[DeleteConversationInput]
    ) -> DeleteConversationPayload:
        """conversation_acts.delete"""
        return await _act(DeleteConversationPayload, input, conversation_acts.delete)

    @strawberry.mutation(
        description="Hear no more of a conversation: no notification and no badge, and it "
        "stays archived if it is. The other is not told.",
        directives=_WRITE,
    )
    async def mute_conversation(
        self, input: Input[MuteConversationInput]
    ) -> MuteConversationPayload:
        """conversation_acts.mute"""
        return await _act(MuteConversationPayload, input, _MUTE)

    @strawberry.mutation(
        description="Hear of a conversation again.",
        directives=_WRITE,
    )
    async def unmute_conversation(
        self, input: Input[UnmuteConversationInput]
    ) -> UnmuteConversationPayload:
        """conversation_acts.mute"""
        return await _act(UnmuteConversationPayload, input, _UNMUTE)

    @strawberry.mutation(
        description="Put a conversation away until something new is written in it. The "
        "other is not told.",
        directives=_WRITE,
    )
    async def archive_conversation(
        self, input: Input[ArchiveConversationInput]
    ) -> ArchiveConversationPayload:
        """conversation_acts.archive"""
        return await _act(ArchiveConversationPayload, input, conversation_acts.archive)

    @strawberry.mutation(
        description="Put a conversation back among the others, also out of SELLING: it is "
        "not put aside there again.",
        directives=_WRITE,
    )
    async def unarchive_conversation(
        self, input: Input[UnarchiveConversationInput]
    ) -> UnarchiveConversationPayload:
        """conversation_acts.unarchive"""
        return await _act(UnarchiveConversationPayload, input, conversation_acts.unarchive)

    @strawberry.mutation(
        description="Take a message request, also one that was ignored: from now on both "
        "may write. Writing an answer does the same. Success when it was taken "
        "before; NOT_OPEN of what is no message request to the viewer.",
        directives=_WRITE,
    )
    async def accept_message_request(
        self, input: Input[AcceptMessageRequestInput]
    ) -> AcceptMessageRequestPayload:
        """conversation_acts.accept"""
        return await _act(AcceptMessageRequestPayload, input, conversation_acts.accept)

    @strawberry.mutation(
        description="Set a message request aside. Its sender is not told, and reads the "
        "same as before. Success when it is ignored already; NOT_OPEN of what "
        "is no message request that waits.",
        directives=_WRITE,
    )
    async def ignore_message_request(
        self, input: Input[IgnoreMessageRequestInput]
    ) -> IgnoreMessageRequestPayload:
        """conversation_acts.ignore"""
        return await _act(IgnoreMessageRequestPayload, input, conversation_acts.ignore)

    @strawberry.mutation(
        description="Put an ignored message request back among those that wait. Success "
        "when it waits already; NOT_OPEN otherwise.",
        directives=_WRITE,
    )
    async def undo_ignore_message_request(
        self, input: Input[UndoIgnoreMessageRequestInput]
    ) -> UndoIgnoreMessageRequestPayload:
        """conversation_acts.undo_ignore"""
        return await _act(UndoIgnoreMessageRequestPayload, input, conversation_acts.undo_ignore)

    @strawberry.mutation(
        description="The viewer has read a conversation up to a message, or all of it; the mark "
        "never goes back. It marks the notification of it as read as well. The viewer gets "
        "MessagesRead, for their other pages; the other only where both show each other how far "
        "they read.",
        directives=_WRITE,
    )
    async def mark_conversation_read(
        self, input: Input[MarkConversationReadInput]
    ) -> MarkConversationReadPayload:
        """message_acts.mark_read"""
        given = input.up_to
        up_to = None if given is None else ids.decode(ids.MESSAGE, given) or 0
        act = partial(message_acts.mark_read, message=up_to)
        return await _act(MarkConversationReadPayload, input, act)

    @strawberry.mutation(
        description="Choose who may write, what is put aside, and whether others see how far the "
        "viewer has read. Nobody is told.",
        directives=_WRITE,
    )
    async def update_message_settings(
        self, input: Input[UpdateMessageSettingsInput]
    ) -> UpdateMessageSettingsPayload:
        """conversation_settings.choose"""

        async def work() -> dict[str, Any]:
            await conversation_settings.choose(
                viewer_id(),
                input.takes_message_requests,
                input.puts_selling_aside,
                input.shows_reading,
            )
            return {"message_settings": await load_settings()}

        return await attempt(UpdateMessageSettingsPayload, work())
