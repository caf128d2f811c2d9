"""Inputs and payloads of mutations on conversations."""

import strawberry

from schema.conversation import Conversation, MessageSettings
from schema.payload import USER_ERRORS, UserError


@strawberry.input
class ConversationInput:
    """What the acts on a conversation share."""

    conversation_id: strawberry.ID = strawberry.field(
        description="One of the viewer's conversations; NOT_FOUND for any other id."
    )


@strawberry.type
class ConversationPayload:
    """What their payloads share."""

    conversation: Conversation | None = strawberry.field(
        default=None, description="The conversation as it now is."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.input(description="Input of deleteConversation.")
class DeleteConversationInput(ConversationInput):
    """deleteConversation"""


@strawberry.input(description="Input of muteConversation.")
class MuteConversationInput(ConversationInput):
    """muteConversation"""


@strawberry.input(description="Input of unmuteConversation.")
class UnmuteConversationInput(ConversationInput):
    """unmuteConversation"""


@strawberry.input(description="Input of archiveConversation.")
class ArchiveConversationInput(ConversationInput):
    """archiveConversation"""


@strawberry.input(description="Input of unarchiveConversation.")
class UnarchiveConversationInput(ConversationInput):
    """unarchiveConversation"""


@strawberry.input(description="Input of acceptMessageRequest.")
class AcceptMessageRequestInput(ConversationInput):
    """acceptMessageRequest"""


@strawberry.input(description="Input of ignoreMessageRequest.")
class IgnoreMessageRequestInput(ConversationInput):
    """ignoreMessageRequest"""


@strawberry.input(description="Input of undoIgnoreMessageRequest.")
class UndoIgnoreMessageRequestInput(ConversationInput):
    """undoIgnoreMessageRequest"""


@strawberry.input(description="Up to where the viewer has read.")
class MarkConversationReadInput(ConversationInput):
    """markConversationRead"""

    up_to: strawberry.ID | None = strawberry.field(
        default=None,
        description="The newest message that was read; left out, all that is there now.",
    )


@strawberry.input(description="What to choose about messages; what is left out stays.")
class UpdateMessageSettingsInput:
    """Input of updateMessageSettings."""

    takes_message_requests: bool | None = strawberry.field(
        default=None, description="Whether others than connections may write once."
    )
    puts_selling_aside: bool | None = strawberry.field(
        default=None, description="Whether what sells something is put aside."
    )
    shows_reading: bool | None = strawberry.field(
        default=None, description="Whether others who show it see how far the viewer has read."
    )


@strawberry.type(description="The conversation, now empty.")
class DeleteConversationPayload(ConversationPayload):
    """deleteConversation"""


@strawberry.type(description="The conversation muted.")
class MuteConversationPayload(ConversationPayload):
    """muteConversation"""


@strawberry.type(description="The conversation no longer muted.")
class UnmuteConversationPayload(ConversationPayload):
    """unmuteConversation"""


@strawberry.type(description="The conversation put away.")
class ArchiveConversationPayload(ConversationPayload):
    """archiveConversation"""


@strawberry.type(description="The conversation put back.")
class UnarchiveConversationPayload(ConversationPayload):
    """unarchiveConversation"""


@strawberry.type(description="The conversation, open now.")
class AcceptMessageRequestPayload(ConversationPayload):
    """acceptMessageRequest"""


@strawberry.type(description="The conversation, ignored now.")
class IgnoreMessageRequestPayload(ConversationPayload):
    """ignoreMessageRequest"""


@strawberry.type(description="The conversation, which waits again.")
class UndoIgnoreMessageRequestPayload(ConversationPayload):
    """undoIgnoreMessageRequest"""


@strawberry.type(description="The conversation read.")
class MarkConversationReadPayload(ConversationPayload):
    """markConversationRead"""


@strawberry.type(description="The choices as they now are.")
class UpdateMessageSettingsPayload:
    """updateMessageSettings"""

    message_settings: MessageSettings | None = strawberry.field(
        default=None, description="What the viewer chose."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)
