"""Mutations on requests and connections: one intention each, thin over models."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from models import ids, relationship, sender, sending, sql
from models import request as requests
from models.meeting import Meeting
from models.token import Scope
from schema import loaders, network_types
from schema.contact_share import entry_keys
from schema.context import viewer_id
from schema.node import later
from schema.payload import Input, attempt, not_found
from schema.relationship import Relationship, relationship_of
from schema.request import request_of
from schema.scopes import needs

P = TypeVar("P")
Act = Callable[[int, int], Awaitable[sql.Row]]


async def _act(payload: type[P], act: Act, given: strawberry.ID) -> P:
    async def work() -> dict[str, Any]:
        key = ids.decode(ids.REQUEST, given)
        if key is None:
            raise not_found("request", "requestId")
        return {"request": request_of(await act(viewer_id(), key))}

    return await attempt(payload, work())


async def _end(payload: type[P], act: Act, given: strawberry.ID) -> P:
    async def work() -> dict[str, Any]:
        key = ids.decode(ids.RELATIONSHIP, given)
        if key is None:
            raise not_found("connection", "relationshipId")
        return {"relationship": relationship_of(await act(viewer_id(), key))}

    return await attempt(payload, work())


_WRITE = needs(Scope.REQUESTS_WRITE)


@strawberry.type
class NetworkMutation:
    """What a member does about requests and connections."""

    @strawberry.mutation(
        description="Ask a member to connect. If they have an open request to the viewer this "
        "accepts it: both have agreed. A failed send costs no budget, and its `userErrors` carry "
        "the code that `Member.canRequest` would give.",
        directives=_WRITE,
    )
    async def send_connection_request(
        self, input: Input[network_types.SendConnectionRequestInput]
    ) -> network_types.SendConnectionRequestPayload:
        """sending.send"""

        async def work() -> dict[str, Any]:
            # An id that is nobody's meets the same guards, in the same order, as one that is.
            recipient = ids.decode(ids.MEMBER, input.recipient_id) or 0
            row = await sending.send(
                viewer_id(),
                recipient,
                input.basis,
                input.note,
                input.client_mutation_key,
                met=Meeting(input.meeting_code, input.met_event, input.met_place, input.met_on),
                shares=entry_keys(input.share_contact_ids),
            )
            return {"request": request_of(row)}

        return await attempt(network_types.SendConnectionRequestPayload, work())

    @strawberry.mutation(
        description="Accept a received request, also one that was ignored, or declined without "
        "telling: both members are connected at once and both get RequestAccepted. NOT_OPEN once "
        "it was withdrawn, has expired or was told as declined; OWN_CONNECTION_LIMIT and "
        "RECIPIENT_UNAVAILABLE where a side has as many connections as one may have.",
        directives=_WRITE,
    )
    async def accept_connection_request(
        self, input: Input[network_types.AcceptConnectionRequestInput]
    ) -> network_types.AcceptConnectionRequestPayload:
        """requests.accept"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.REQUEST, input.request_id)
            if key is None:
                raise not_found("request", "requestId")
            row = await requests.accept(viewer_id(), key, entry_keys(input.share_contact_ids))
            return {
                "request": request_of(row),
                "relationship": relationship_of(row["side"])
                if "side" in row
                else later(lambda: side_with(row["sender_id"])),
            }

        return await attempt(network_types.AcceptConnectionRequestPayload, work())

    @strawberry.mutation(
        description="Set a received request aside. Nobody else ever learns of it, and no event is "
        "made. It can be accepted, declined or put back until it expires.",
        directives=_WRITE,
    )
    async def ignore_connection_request(
        self, input: Input[network_types.IgnoreConnectionRequestInput]
    ) -> network_types.IgnoreConnectionRequestPayload:
        """requests.ignore"""
        return await _act(
            network_types.IgnoreConnectionRequestPayload, requests.ignore, input.request_id
        )

    @strawberry.mutation(
        description="Put an ignored request back among those that wait. No event is made.",
        directives=_WRITE,
    )
    async def undo_ignore_connection_request(
        self, input: Input[network_types.UndoIgnoreConnectionRequestInput]
    ) -> network_types.UndoIgnoreConnectionRequestPayload:
        """requests.undo_ignore"""
        return await _act(
            network_types.UndoIgnoreConnectionRequestPayload, requests.undo_ignore, input.request_id
        )

    @strawberry.mutation(
        description="Decline a received request with a reason. The sender is told only if `tell`, "
        "and only after `instance.limits.undoMinutes`, in which it can be undone; else they read "
        "PENDING until it expires.",
        directives=_WRITE,
    )
    async def decline_connection_request(
        self, input: Input[network_types.DeclineConnectionRequestInput]
    ) -> network_types.DeclineConnectionRequestPayload:
        """requests.decline"""
        return await _act(
            network_types.DeclineConnectionRequestPayload,
            lambda viewer, key: requests.decline(viewer, key, input.reason, tell=input.tell),
            input.request_id,
        )

    @strawberry.mutation(
        description="Take back a decline, within `instance.limits.undoMinutes`; the request waits, "
        "or is ignored, as before. TOO_LATE afterwards.",
        directives=_WRITE,
    )
    async def undo_decline_connection_request(
        self, input: Input[network_types.UndoDeclineConnectionRequestInput]
    ) -> network_types.UndoDeclineConnectionRequestPayload:
        """requests.undo_decline"""
        return await _act(
            network_types.UndoDeclineConnectionRequestPayload,
            requests.undo_decline,
            input.request_id,
        )

    @strawberry.mutation(
        description="Take back a request the viewer sent. The recipient is not told, and no longer "
        "sees it. NOT_OPEN once it was answered or has expired. The viewer may ask again after a "
        "cool-down.",
        directives=_WRITE,
    )
    async def withdraw_connection_request(
        self, input: Input[network_types.WithdrawConnectionRequestInput]
    ) -> network_types.WithdrawConnectionRequestPayload:
        """sender.withdraw"""
        return await _act(
            network_types.WithdrawConnectionRequestPayload, sender.withdraw, input.request_id
        )

    @strawberry.mutation(
        description="Remind the recipient of an open request, once, from "
        "`instance.limits.nudgeAfterDays` after it was sent; `nudgeableAt` says from when. "
        "TOO_EARLY before; the answer never depends on what the recipient did.",
        directives=_WRITE,
    )
    async def nudge_connection_request(
        self, input: Input[network_types.NudgeConnectionRequestInput]
    ) -> network_types.NudgeConnectionRequestPayload:
        """sender.nudge"""
        return await _act(
            network_types.NudgeConnectionRequestPayload, sender.nudge, input.request_id
        )

    @strawberry.mutation(
        description="Change which of the viewer's contact details the recipient of their open "
        "request gets by accepting, or withdraw them: `ConnectionRequest.sharedContacts`. Nobody "
        "else can tell. NOT_OPEN once it is answered; then there is `setContactShares`.",
        directives=_WRITE,
    )
    async def set_request_shares(
        self, input: Input[network_types.SetRequestSharesInput]
    ) -> network_types.SetRequestSharesPayload:
        """sender.set_shares"""
        entries = entry_keys(input.share_contact_ids)
        return await _act(
            network_types.SetRequestSharesPayload,
            lambda viewer, key: sender.set_shares(viewer, key, entries),
            input.request_id,
        )

    @strawberry.mutation(
        description="End a connection, at once for both and silently. It can be undone for "
        "`instance.limits.undoMinutes`; then both get ConnectionEnded, which does not say by whom. "
        "There is no notification, ever.",
        directives=needs(Scope.NETWORK_WRITE),
    )
    async def remove_connection(
        self, input: Input[network_types.RemoveConnectionInput]
    ) -> network_types.RemoveConnectionPayload:
        """relationship.remove"""
        return await _end(
            network_types.RemoveConnectionPayload, relationship.remove, input.relationship_id
        )

    @strawberry.mutation(
        description="Restore a connection the viewer removed at most `instance.limits.undoMinutes` "
        "ago, with its old date and without an event. TOO_LATE afterwards; REQUEST_OPEN where the "
        "viewer has asked again meanwhile.",
        directives=needs(Scope.NETWORK_WRITE),
    )
    async def undo_remove_connection(
        self, input: Input[network_types.UndoRemoveConnectionInput]
    ) -> network_types.UndoRemoveConnectionPayload:
        """relationship.undo_remove"""
        return await _end(
            network_types.UndoRemoveConnectionPayload,
            relationship.undo_remove,
            input.relationship_id,
        )


async def side_with(other: int) -> Relationship | None:
    """The viewer's side of the connection with another, read after the act."""
    row = await loaders.side_with_row(viewer_id(), other)
    return relationship_of(row) if row else None
