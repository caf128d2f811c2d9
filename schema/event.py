"""Events: the stream, its cursor, and reading each event's subject with the receiver's eyes."""

from typing import Annotated, Any

import strawberry

from models import clock, ids, paging, sql
from models.token import Scope
from models.webhook_delivery import STREAM_RESET
from schema.enums import StreamResetReason
from schema.event_base import MEMBER, MEMBER_ID, Event, Person
from schema.introduction import Introduction, introduction_by_key
from schema.member import member_by_key
from schema.message_event import MESSAGE_EVENTS, about_message
from schema.node import later, public_id
from schema.paging import PageInfo
from schema.relationship import Relationship, relationship_by_key
from schema.request import ConnectionRequest, request_by_key
from schema.scalars import Cursor
from schema.scopes import needs
from schema.update import Update, update_by_key

Request = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]
Side = Annotated["Relationship", strawberry.lazy("schema.relationship")]
Introduced = Annotated["Introduction", strawberry.lazy("schema.introduction")]
Posted = Annotated["Update", strawberry.lazy("schema.update")]


@strawberry.interface(description="An event about a request.")
class RequestEvent(Event):
    """What every event about a request has."""

    request_id: strawberry.ID = strawberry.field(
        description="The request's id; stays when the request is gone."
    )
    member_id: strawberry.ID = MEMBER_ID
    request: Request | None = strawberry.field(
        description="The request as the receiver sees it now; null when they no longer may."
    )
    member: Person | None = MEMBER


@strawberry.type(description="The receiver sent a request.")
class RequestSent(RequestEvent):
    """To the sender."""


@strawberry.type(description="The receiver was asked to connect.")
class RequestReceived(RequestEvent):
    """To the recipient."""


@strawberry.type(
    description="The receiver's request was declined and the decliner chose to tell; sent once "
    "that can no longer be undone."
)
class RequestDeclined(RequestEvent):
    """To the sender, 10 minutes after a told decline."""


@strawberry.type(
    description="The receiver took back a request. The other side gets no event of it."
)
class RequestWithdrawn(RequestEvent):
    """To the sender; the recipient is not told."""


@strawberry.type(
    description="The receiver and another are connected now. Both get it alike; it does not say "
    "who clicked."
)
class RequestAccepted(RequestEvent):
    """To both."""

    relationship_id: strawberry.ID = strawberry.field(
        description="The receiver's own side of the connection."
    )
    relationship: Side | None = strawberry.field(
        description="The receiver's own side as it is now; with `endedAt` if it has ended since."
    )


@strawberry.type(
    description="A connection has ended. It does not say by whom or why; sent to both sides "
    "once the removal can no longer be undone."
)
class ConnectionEnded(Event):
    """To both, 10 minutes after a removal."""

    relationship_id: strawberry.ID = strawberry.field(
        description="The receiver's own side of the connection."
    )
    member_id: strawberry.ID = MEMBER_ID
    member: Person | None = MEMBER


@strawberry.interface(description="An event about an introduction.")
class IntroductionEvent(Event):
    """What every event about an introduction has."""

    introduction_id: strawberry.ID = strawberry.field(
        description="The introduction's id; stays when the introduction is gone."
    )
    member_id: strawberry.ID = strawberry.field(
        description="To the asker the target's id, to the others the asker's; stays when they are "
        "gone."
    )
    introduction: Introduced | None = strawberry.field(
        description="The introduction as the receiver sees it now; null when they no longer may."
    )
    member: Person | None = strawberry.field(
        description="Whom `memberId` names, as the receiver sees them now; null when they no "
        "longer may."
    )


@strawberry.type(
    description="The receiver asked to be introduced, or was asked to introduce; "
    "`introduction.role` says which."
)
class IntroductionAsked(IntroductionEvent):
    """To the asker and the introducer."""


@strawberry.type(
    description="An introduction was forwarded. To the target, and to the introducer who did; "
    "the asker gets no event of it."
)
class IntroductionReceived(IntroductionEvent):
    """To the introducer and the target."""


@strawberry.type(
    description="Asker and target of an introduction are connected by it; the two get "
    "RequestAccepted as well."
)
class IntroductionAccepted(IntroductionEvent):
    """To all three."""


@strawberry.type(
    description="The receiver took back an introduction. The others get no event of it."
)
class IntroductionWithdrawn(IntroductionEvent):
    """To the asker."""


@strawberry.type(description="The receiver posted an update. Nobody else gets an event of it.")
class UpdatePosted(Event):
    """To the author."""

    update_id: strawberry.ID = strawberry.field(
        description="The update's id; stays when the update is gone."
    )
    update: Posted | None = strawberry.field(
        description="The update as it is now; null once it is removed."
    )


@strawberry.type(
    description="Somebody replied to an update of the receiver's, or the receiver did."
)
class UpdateReplied(Event):
    """To the author of the update."""

    update_id: strawberry.ID = strawberry.field(
        description="The update's id; stays when the update is gone."
    )
    update: Posted | None = strawberry.field(
        description="The update as it is now; null once it is removed."
    )
    member_id: strawberry.ID = strawberry.field(
        description="Who replied; stays when they are gone."
    )
    member: Person | None = strawberry.field(
        description="Who replied, as the receiver sees them now; null when they no longer may."
    )


@strawberry.type(
    description="The first item of a stream whose cursor was too old: what happened in between "
    "is no longer kept. Comes whatever `kinds` says. Read the lists anew; the stream goes on "
    "behind its cursor."
)
class StreamReset(Event):
    """Instead of a gap."""

    reason: StreamResetReason = strawberry.field(description="Why.")


EVENT_TYPES: dict[str, Any] = {
    "REQUEST_SENT": RequestSent,
    "REQUEST_RECEIVED": RequestReceived,
    "REQUEST_DECLINED": RequestDeclined,
    "REQUEST_WITHDRAWN": RequestWithdrawn,
    "REQUEST_ACCEPTED": RequestAccepted,
    "CONNECTION_ENDED": ConnectionEnded,
    "INTRODUCTION_ASKED": IntroductionAsked,
    "INTRODUCTION_RECEIVED": IntroductionReceived,
    "INTRODUCTION_ACCEPTED": IntroductionAccepted,
    "INTRODUCTION_WITHDRAWN": IntroductionWithdrawn,
    "UPDATE_POSTED": UpdatePosted,
    "UPDATE_REPLIED": UpdateReplied,
    **MESSAGE_EVENTS,
}


def event_of(member: int, row: sql.Row) -> Any:
    """An event from its row; what it is about is loaded when selected."""
    if row["kind"] == STREAM_RESET:
        return reset_of(member, row["seq"])
    made: dict[str, Any] = {
        "cursor": cursor(member, row["seq"]),
        "occurred_at": row["occurred_at"],
        "member_id": public_id(ids.MEMBER, row["other_id"]),
        "member": later(lambda: member_by_key(row["other_id"])),
    }
    subject, side = row["subject_id"], row["relationship_id"]
    if row["kind"].startswith("INTRODUCTION"):
        made["introduction_id"] = public_id(ids.INTRODUCTION, subject)
        made["introduction"] = later(lambda: introduction_by_key(subject))
    elif row["kind"].startswith("UPDATE"):
        made["update_id"] = public_id(ids.UPDATE, subject)
        made["update"] = later(lambda: update_by_key(subject))
        if row["kind"] == "UPDATE_POSTED":
            del made["member_id"], made["member"]
    elif row["kind"].startswith("MESSAGE"):
        return EVENT_TYPES[row["kind"]](**made, **about_message(row))
    elif row["kind"] != "CONNECTION_ENDED":
        made["request_id"] = public_id(ids.REQUEST, subject)
        made["request"] = later(lambda: request_by_key(subject))
    if side is not None:
        made["relationship_id"] = public_id(ids.RELATIONSHIP, side)
        if row["kind"] == "REQUEST_ACCEPTED":
            made["relationship"] = later(lambda: relationship_by_key(side))
    return EVENT_TYPES[row["kind"]](**made)


def reset_of(member: int, seq: int) -> StreamReset:
    """The item that stands for lost events, with the cursor to go on from."""
    return StreamReset(
        cursor=cursor(member, seq),
        occurred_at=clock.now(),
        reason=StreamResetReason.CURSOR_EXPIRED,
    )


def cursor(member: int, seq: int) -> Cursor:
    """The cursor of a member's event."""
    return Cursor(paging.encode("evt", member, seq))


def seq_of(member: int, after: str) -> int:
    """The number in a cursor of this member. Raises BadPage for any other cursor."""
    owner, seq = paging.decode("evt", after, 2)
    if owner != member:
        raise paging.BadPage("this cursor is not one of yours")
    return seq


@strawberry.type(description="An event in a list.")
class EventEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge; the event's cursor.")
    node: Event = strawberry.field(description="The event.")


@strawberry.type(description="A page of events, oldest first.", directives=needs(Scope.EVENTS_READ))
class EventConnection:
    """For those who poll."""

    edges: list[EventEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Event] = strawberry.field(description="The events.")
    page_info: PageInfo = strawberry.field(
        description="Where this page stands. Keep `endCursor` (or, of an empty page, the cursor "
        "you gave) for the next poll."
    )
