"""Inputs and payloads of the mutations on requests and connections.

Each mutation has types of its own, though most look alike: so one can grow a field without all.
"""

import strawberry

from models.request import Basis, DeclineReason
from schema.contact_share import SHARE_IDS
from schema.payload import USER_ERRORS, UserError
from schema.relationship import Relationship
from schema.request import ConnectionRequest


@strawberry.input(description="Ask a member to connect.")
class SendConnectionRequestInput:
    """Input of sendConnectionRequest."""

    recipient_id: strawberry.ID = strawberry.field(
        description="Whom to ask: a member's id. RECIPIENT_UNAVAILABLE for any other."
    )
    basis: Basis = strawberry.field(description="Why.")
    note: str | None = strawberry.field(
        default=None,
        description="A few words, plain text, at most `instance.limits.noteLength` characters.",
    )
    share_contact_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"{SHARE_IDS} A request that does not become a connection opens nothing.",
    )
    meeting_code: str | None = strawberry.field(
        default=None,
        description="A code that the recipient showed, as it was typed. The request then costs "
        "no budget, and neither a cool-down nor the recipient's settings stand in its way; the "
        "basis is MET_IN_PERSON. CODE_UNKNOWN for one that is not good now.",
    )
    met_event: str | None = strawberry.field(
        default=None, description="Where the two met: an event, at most 120 characters."
    )
    met_place: str | None = strawberry.field(
        default=None, description="Where the two met: a place, at most 120 characters."
    )
    met_on: str | None = strawberry.field(
        default=None, description="The day they met, as YYYY-MM-DD; not one to come."
    )
    client_mutation_key: str | None = strawberry.field(
        default=None,
        description="Any text of 1 to 100 characters. For 24 hours the same key with the same "
        "input gives the first payload again, so a send can be retried safely.",
    )


@strawberry.input
class RequestInput:
    """What the acts on a request share."""

    request_id: strawberry.ID = strawberry.field(description="The request.")


@strawberry.input(description="Decline a request.")
class DeclineConnectionRequestInput(RequestInput):
    """Input of declineConnectionRequest."""

    reason: DeclineReason = strawberry.field(description="Why.")
    tell: bool = strawberry.field(
        default=False,
        description="Whether the sender is told, with the reason, "
        "after `instance.limits.undoMinutes`.",
    )


@strawberry.input
class RelationshipInput:
    """What the acts on a connection share."""

    relationship_id: strawberry.ID = strawberry.field(description="The viewer's own side.")


@strawberry.type
class RequestPayload:
    """What payloads of acts on a request share."""

    request: ConnectionRequest | None = strawberry.field(
        default=None,
        description="The request; also given with an error about a request the viewer may see.",
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The request and the connection it became.")
class AcceptConnectionRequestPayload:
    """Payload of acceptConnectionRequest."""

    request: ConnectionRequest | None = strawberry.field(
        default=None, description="The request; also given with an error about it."
    )
    relationship: Relationship | None = strawberry.field(
        default=None, description="The viewer's own side of the connection."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class RelationshipPayload:
    """What payloads of acts on a connection share."""

    relationship: Relationship | None = strawberry.field(
        default=None, description="The viewer's own side."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.input(description="Input of acceptConnectionRequest.")
class AcceptConnectionRequestInput(RequestInput):
    """acceptConnectionRequest"""

    share_contact_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=SHARE_IDS + " A request that was accepted before stays as it is.",
    )


@strawberry.input(description="Input of ignoreConnectionRequest.")
class IgnoreConnectionRequestInput(RequestInput):
    """ignoreConnectionRequest"""


@strawberry.input(description="Input of undoIgnoreConnectionRequest.")
class UndoIgnoreConnectionRequestInput(RequestInput):
    """undoIgnoreConnectionRequest"""


@strawberry.input(description="Input of undoDeclineConnectionRequest.")
class UndoDeclineConnectionRequestInput(RequestInput):
    """undoDeclineConnectionRequest"""


@strawberry.input(description="Input of withdrawConnectionRequest.")
class WithdrawConnectionRequestInput(RequestInput):
    """withdrawConnectionRequest"""


@strawberry.input(description="Input of nudgeConnectionRequest.")
class NudgeConnectionRequestInput(RequestInput):
    """nudgeConnectionRequest"""


@strawberry.input(description="Input of setRequestShares.")
class SetRequestSharesInput(RequestInput):
    """setRequestShares"""

    share_contact_ids: list[strawberry.ID] = strawberry.field(
        description=f"{SHARE_IDS} In place of what was chosen before; none withdraws all."
    )


@strawberry.type(description="The request, with what comes with it now.")
class SetRequestSharesPayload(RequestPayload):
    """setRequestShares"""


@strawberry.type(description="The request as it stands on the viewer's side afterwards.")
class SendConnectionRequestPayload(RequestPayload):
    """sendConnectionRequest"""


@strawberry.type(description="The request as it stands on the viewer's side afterwards.")
class IgnoreConnectionRequestPayload(RequestPayload):
    """ignoreConnectionRequest"""


@strawberry.type(description="The request as it stands on the viewer's side afterwards.")
class UndoIgnoreConnectionRequestPayload(RequestPayload):
    """undoIgnoreConnectionRequest"""


@strawberry.type(description="The request as it stands on the viewer's side afterwards.")
class UndoDeclineConnectionRequestPayload(RequestPayload):
    """undoDeclineConnectionRequest"""


@strawberry.type(description="The request as it stands on the viewer's side afterwards.")
class WithdrawConnectionRequestPayload(RequestPayload):
    """withdrawConnectionRequest"""


@strawberry.type(description="The request as it stands on the viewer's side afterwards.")
class NudgeConnectionRequestPayload(RequestPayload):
    """nudgeConnectionRequest"""


@strawberry.type(description="The request as it stands on the viewer's side afterwards.")
class DeclineConnectionRequestPayload(RequestPayload):
    """declineConnectionRequest"""


@strawberry.input(description="Input of removeConnection.")
class RemoveConnectionInput(RelationshipInput):
    """removeConnection"""


@strawberry.type(description="The viewer's own side afterwards.")
class RemoveConnectionPayload(RelationshipPayload):
    """removeConnection"""


@strawberry.input(description="Input of undoRemoveConnection.")
class UndoRemoveConnectionInput(RelationshipInput):
    """undoRemoveConnection"""


@strawberry.type(description="The viewer's own side afterwards.")
class UndoRemoveConnectionPayload(RelationshipPayload):
    """undoRemoveConnection"""
