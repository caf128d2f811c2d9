"""Connection requests, as the viewer's own side sees them."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

import strawberry

from models import clock, ids, request_list, sql
from models.notification_choice import Handling
from models.paging import Page
from models.request import Basis, DeclineReason
from models.settings import settings
from models.token import Scope
from schema import loaders
from schema.context import viewer_id
from schema.enums import RequestDirection, RequestState
from schema.evidence import Evidence, request_evidence
from schema.member import Member, member_by_key, member_of
from schema.node import Node, for_each, later, public_id
from schema.paging import PageInfo, page_info
from schema.scalars import Cursor
from schema.scopes import needs
from schema.shared_contact import SharedContact, offered_with

Person = Annotated["Member", strawberry.lazy("schema.member")]


@strawberry.type(
    description="A asks B to connect. Each side sees its own state only: what the other did "
    "with it shows when, and if, it becomes this side's state.",
    directives=needs(Scope.REQUESTS_READ),
)
class ConnectionRequest(Node):
    """A request from the viewer's side."""

    direction: RequestDirection = strawberry.field(description="Sent or received by the viewer.")
    state: RequestState = strawberry.field(description="How it stands on the viewer's side.")
    basis: Basis = strawberry.field(description="Why the sender asks.")
    note: str | None = strawberry.field(
        description="The sender's words: plain text with line breaks, at most "
        "`instance.limits.noteLength` characters; null without."
    )
    reply_basis: Basis | None = strawberry.field(
        description="Why the other side asked, where both asked each other."
    )
    reply_note: str | None = strawberry.field(
        description="The other side's words, where both asked each other."
    )
    sender: Person | None = strawberry.field(
        description="Who asks; null when the viewer may no longer see them."
    )
    recipient: Person | None = strawberry.field(
        description="Who is asked; null when the viewer may no longer see them."
    )
    recipient_name: str = strawberry.field(description="The recipient's name as at sending.")
    recipient_handle: str = strawberry.field(description="The recipient's handle as at sending.")
    sent_at: datetime = strawberry.field(description="When it was sent.")
    expires_at: datetime = strawberry.field(
        description="When it expires unanswered, `instance.limits.expiryDays` after it was sent. "
        "That makes no event."
    )
    changed_at: datetime | None = strawberry.field(
        description="When it got its state on the viewer's side; null while it is PENDING."
    )
    nudged_at: datetime | None = strawberry.field(
        description="When the sender reminded the recipient; a recipient sees it while PENDING."
    )
    nudgeable_at: datetime | None = strawberry.field(
        description="To the sender of an open request not yet nudged: from when they may."
    )
    decline_reason: DeclineReason | None = strawberry.field(
        description="Why it was declined; the sender sees it only when told."
    )
    decline_told: bool | None = strawberry.field(
        description="To the recipient: whether the sender is told, `instance.limits.undoMinutes` "
        "after declining."
    )
    undoable_until: datetime | None = strawberry.field(
        description="To the recipient who declined: until when that can be undone."
    )
    evidence: list[Evidence] = strawberry.field(
        description="How the two may know each other, strongest first, claims last: at most 20. "
        "Read with the viewer's eyes, so the two sides may see different facts.",
        directives=needs(Scope.NETWORK_READ),
    )
    met_event: str = strawberry.field(
        description="Where the two met, in words: an event, at most 120 characters; empty if not "
        "said. The sender's words, unless the recipient's code was made for an event."
    )
    met_place: str = strawberry.field(
        description="Where the two met: a place, at most 120 characters; empty if not said. The "
        "sender's words, unless the recipient's code was made for a place."
    )
    met_on: str | None = strawberry.field(
        description="The day the two met, as YYYY-MM-DD in the sender's words; null if not said."
    )
    handling: Handling | None = strawberry.field(
        description="To the recipient, while it waits: what a rule of theirs made of it. To the "
        "sender always null.",
        directives=needs(Scope.PRIVATE_READ),
    )
    shared_contacts: list[SharedContact] | None = strawberry.field(
        description="To the sender of an open request: which of their contact details the "
        "recipient gets by accepting, see `setRequestShares`. Null otherwise; once accepted "
        "`Relationship.sharedContacts` has them. To the recipient always null.",
        directives=needs(Scope.PRIVATE_READ),
    )
    confirmed_by_code: bool = strawberry.field(
        description="Whether the sender asked with a code that the recipient showed: then the two "
        "did meet."
    )
    sender_key: strawberry.Private[int]
    recipient_key: strawberry.Private[int]
    row: strawberry.Private[sql.Row]


_SENDER = for_each(lambda request: member_by_key(request.sender_key))
_RECIPIENT = for_each(lambda request: member_by_key(request.recipient_key))
_OFFERED = for_each(lambda request: offered_with(request.row["id"]))
_EVIDENCE = for_each(lambda request: request_evidence(viewer_id(), request.row))


def request_of(row: sql.Row, other: Member | None = None) -> ConnectionRequest:
    """A request from its row. `other` is the other side's member, where the row brought them."""
    viewer = viewer_id()
    sent = row["sender_id"] == viewer
    make = _as_sender if sent else _as_recipient
    return ConnectionRequest(
        id=public_id(ids.REQUEST, row["id"]),
        basis=Basis(row["basis"]),
        note=row["note"],
        reply_basis=Basis(row["reply_basis"]) if row["reply_basis"] else None,
        reply_note=row["reply_note"],
        sender_key=row["sender_id"],
        recipient_key=row["recipient_id"],
        sender=other if other and not sent else _SENDER,
        recipient=other if other and sent else _RECIPIENT,
        met_event=row["met_event"],
        met_place=row["met_place"],
        met_on=row["met_on"],
        confirmed_by_code=row["meeting_code_id"] is not None,
        recipient_name=row["recipient_name"],
        recipient_handle=row["recipient_handle"],
        sent_at=row["sent_at"],
        expires_at=row["expires_at"],
        evidence=_EVIDENCE,
        row=row,
        **make(row),
    )


def _as_sender(row: sql.Row) -> dict[str, Any]:
    """What only `sender_state` decides; nothing the recipient did may show here."""
    state, changed_at = row["sender_state"], row["sender_changed_at"]
    if state == "PENDING" and row["expires_at"] <= clock.now():  # not swept yet
        state, changed_at = "EXPIRED", row["expires_at"]
    open_ = state == "PENDING"
    told = state == "DECLINED"
    nudge_from = row["sent_at"] + timedelta(days=settings().nudge_after_days)
    return {
        "direction": RequestDirection.SENT,
        "state": RequestState(state),
        "changed_at": changed_at,
        "nudged_at": row["nudged_at"],
        "nudgeable_at": nudge_from if open_ and row["nudged_at"] is None else None,
        "shared_contacts": _OFFERED if open_ else None,
        "decline_reason": DeclineReason(row["decline_reason"]) if told else None,
        "decline_told": None,
        "undoable_until": None,
        "handling": None,
    }


def _as_recipient(row: sql.Row) -> dict[str, Any]:
    """What `recipient_state` decides."""
    state = row["recipient_state"]
    declined = state == "DECLINED"
    undo_until = None
    if declined and row["sender_state"] == "PENDING":
        undo_until = row["recipient_changed_at"] + timedelta(minutes=settings().undo_minutes)
    return {
        "direction": RequestDirection.RECEIVED,
        "state": RequestState(state),
        "changed_at": row["recipient_changed_at"],
        "nudged_at": row["nudged_at"] if state == "PENDING" else None,
        "nudgeable_at": None,
        "shared_contacts": None,
        "handling": Handling(row["handling"]) if state == "PENDING" else None,
        "decline_reason": DeclineReason(row["decline_reason"]) if declined else None,
        "decline_told": bool(row["decline_told"]) if declined else None,
        "undoable_until": undo_until if undo_until and undo_until > clock.now() else None,
    }


async def request_by_key(key: int) -> ConnectionRequest | None:
    """A request the viewer may see, or None."""
    row = await loaders.request_row(viewer_id(), key)
    return request_of(row) if row else None


@strawberry.type(description="A request in a list.")
class ConnectionRequestEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: ConnectionRequest = strawberry.field(description="The request.")


@strawberry.type(description="A page of requests.", directives=needs(Scope.REQUESTS_READ))
class ConnectionRequestConnection:
    """A list of requests."""

    edges: list[ConnectionRequestEdge] = strawberry.field(description="With their cursors.")
    nodes: list[ConnectionRequest] = strawberry.field(description="The requests.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


def request_page(page: Page, after: str | None) -> ConnectionRequestConnection:
    """A page of requests from rows that brought the other side's member."""
    edges = [
        ConnectionRequestEdge(
            cursor=later(partial(request_list.cursor, row)),
            node=request_of(row, member_of(row) if row["m_id"] is not None else None),
        )
        for row in page.rows
    ]
    return ConnectionRequestConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )
