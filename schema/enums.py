"""Enums of the models, with the descriptions clients read."""

from enum import Enum, StrEnum
from typing import TypeVar

import strawberry

from models.event import EventKind
from models.member import Audience, ProfileAudience
from models.notification_choice import Handling
from models.notification_kind import NotificationKind
from models.problem import Code
from models.request import Basis, DeclineReason

E = TypeVar("E", bound=type[StrEnum])


def described(stored: E, name: str, description: str, values: dict[str, str]) -> E:
    """Make an enum of the models a GraphQL enum, in place; every value needs its description.

    So a value is the same object in a row, in a method and in the schema. The words for clients
    stay here, since the models know nothing of clients.
    """
    assert values.keys() == {member.name for member in stored}, name
    strawberry.enum(stored, name=name, description=description)
    for value in stored.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
    return stored


described(
    Basis,
    "RequestBasis",
    "How the sender knows the recipient, or why they ask.",
    {
        "WORKED_TOGETHER": "They have worked together.",
        "MET_IN_PERSON": "They have met in person.",
        "INTERESTED_IN_ORGANISATION": "The sender is interested in the recipient's organisation.",
        "ADMIRE_WORK": "The sender admires the recipient's work.",
        "INTRODUCED": "Somebody introduced them.",
        "NEED_TO_MESSAGE": "The sender needs to write to the recipient.",
        "OTHER": "Another reason; the note may say which.",
    },
)
described(
    DeclineReason,
    "DeclineReason",
    "Why a request was declined. The sender sees it only if the decliner chose to tell them.",
    {
        "DO_NOT_KNOW": "The recipient does not know the sender.",
        "NOT_NOW": "Not at the moment.",
        "NOT_RELEVANT": "Not relevant to the recipient's work.",
        "KEEP_SMALL": "The recipient keeps their network small.",
        "OTHER": "Another reason.",
    },
)
described(
    Handling,
    "Handling",
    "What becomes of a request by a rule of its recipient's. Its sender learns nothing of it.",
    {
        "ACCEPT": "It waits, and the recipient is told.",
        "QUIET": "It waits in `receivedRequests`, and nothing tells of it: no notification, no "
        "mail, no count.",
        "HOLD": "It is held back: only in `heldRequests`, without an event.",
    },
)
described(
    Audience,
    "Audience",
    "Who sees a member's connections.",
    {
        "EVERYONE": "Everyone, signed in or not.",
        "MEMBERS": "Members of this instance.",
        "CONNECTIONS": "The member's connections.",
        "MUTUAL": "Members, but each sees only whom they are connected with themself.",
        "NOBODY": "Nobody else.",
    },
)
described(
    ProfileAudience,
    "ProfileAudience",
    "Who finds a member at all. Whom a member asks to connect sees them as well.",
    {
        "EVERYONE": "Everyone, signed in or not.",
        "MEMBERS": "Members of this instance.",
        "CONNECTIONS": "The member's connections.",
    },
)
described(
    NotificationKind,
    "NotificationKind",
    "What a notification is about.",
    {
        "REQUEST_RECEIVED": "Somebody asks to connect.",
        "REQUEST_ACCEPTED": "The viewer and the other are now connected.",
        "REQUEST_DECLINED": "The other declined and chose to say so.",
        "WEBHOOK_DISABLED": "Nothing is delivered to a webhook of the viewer's any more.",
        "INTRODUCTION_ASKED": "Somebody asks the viewer to introduce them to another.",
        "INTRODUCTION_RECEIVED": "Somebody introduces another to the viewer.",
        "INTRODUCTION_ACCEPTED": "Two whom an introduction brought together are now connected. To "
        "the one who had asked for it, and to the introducer.",
        "CONTACT_JOINED": "Somebody in the viewer's imported contacts is a member here; both allow "
        "to be found by address.",
        "REMINDER": "The viewer wanted to be reminded to get back to a connection.",
        "MESSAGE_RECEIVED": "Somebody wrote to the viewer; one for all unread messages of a "
        "conversation.",
        "MESSAGE_REQUESTED": "Somebody the viewer is not connected with wrote to them, and waits "
        "for an answer.",
        "MESSAGE_REQUEST_ACCEPTED": "The other accepted the viewer's message request.",
        "UPDATE_REPLIED": "Somebody replied to an update of the viewer's; one for all replies to "
        "it, with who replied last.",
        "UPDATE_THANKED": "Somebody said thanks for an update of the viewer's; one for all thanks "
        "for it, with who said so last.",
        "SECURITY": "Something happened to the viewer's account; `matter` says what. Always told, "
        "and always mailed.",
    },
)
described(
    EventKind,
    "EventKind",
    "Kinds of events, each with a type of the same name in PascalCase.",
    {
        "REQUEST_SENT": "The viewer sent a request.",
        "REQUEST_RECEIVED": "The viewer received a request.",
        "REQUEST_ACCEPTED": "The viewer and another are now connected. Both are told alike.",
        "REQUEST_DECLINED": "The viewer's request was declined, and the decliner said so.",
        "REQUEST_WITHDRAWN": "The viewer withdrew a request.",
        "CONNECTION_ENDED": "A connection has ended, `instance.limits.undoMinutes` ago or more.",
        "INTRODUCTION_ASKED": "The viewer asked for an introduction, or was asked to introduce.",
        "INTRODUCTION_RECEIVED": "An introduction was forwarded; to its target and to who did.",
        "INTRODUCTION_ACCEPTED": "An introduction brought two together; to all three.",
        "INTRODUCTION_WITHDRAWN": "The viewer withdrew an introduction they had asked for.",
        "UPDATE_POSTED": "The viewer posted an update. Nobody else gets an event of it.",
        "UPDATE_REPLIED": "Somebody replied to an update of the viewer's.",
        "MESSAGE_SENT": "The viewer wrote to somebody.",
        "MESSAGE_RECEIVED": "Somebody wrote to the viewer.",
        "MESSAGE_EDITED": "Somebody, or the viewer, changed a message of theirs. To both.",
        "MESSAGES_READ": "The viewer has read a conversation; or the other has, where both show "
        "each other how far they read.",
        "MESSAGE_REQUEST_ACCEPTED": "A message request was accepted. To who asked and to who "
        "accepted; not where an answer accepted it.",
    },
)
described(
    Code,
    "UserErrorCode",
    "Why a mutation was refused. Open: new codes may be added.",
    {
        "SELF": "One cannot connect with oneself.",
        "ALREADY_CONNECTED": "The two are connected already.",
        "REQUEST_OPEN": "The viewer's own request is still open; it is in the payload.",
        "COOLDOWN": "Too soon after an earlier request or a removal; `Member.canRequest.until` "
        "says from when.",
        "REQUEST_LIMIT": "As many requests to this member as one may ever send: "
        "`instance.limits.requestsPerDirection`.",
        "BUDGET_EXHAUSTED": "The budget of requests is spent; `Viewer.requestBudget.resetsAt` says "
        "when the first comes back.",
        "TOO_MANY_PENDING": "As many open requests as one may have: "
        "`instance.limits.openRequests`. Withdraw one, or wait for an answer.",
        "EMAIL_UNVERIFIED": "The viewer's address has to be verified first.",
        "OWN_CONNECTION_LIMIT": "The viewer has as many connections as one may have: "
        "`instance.limits.connections`.",
        "BLOCKED_BY_YOU": "The viewer has blocked this member.",
        "RECIPIENT_UNAVAILABLE": "Not possible with this member; the one answer for every cause "
        "on the other side, such as an id that is nobody's.",
        "NOTE_TOO_LONG": "The note is over `instance.limits.noteLength`.",
        "NOTE_REQUIRED": "This instance asks for a note.",
        "TEXT_INVALID": "Characters that cannot be shown, or that reorder text.",
        "REQUIRED": "Left empty.",
        "TOO_LONG": "Too long.",
        "TOO_SHORT": "Too short.",
        "NOT_FOUND": "Not there, or not visible to the viewer; nobody can tell which.",
        "NOT_OPEN": "The request is no longer open.",
        "TOO_EARLY": "Not yet possible.",
        "TOO_LATE": "No longer possible.",
        "KEY_REUSED": "This clientMutationKey came with other input in the last 24 hours.",
        "TAKEN": "In use by somebody else.",
        "TOO_MANY": "As many of these as one may have are there already.",
        "INTRODUCER_UNAVAILABLE": "This member cannot introduce the two at the moment; nobody can "
        "tell why.",
        "INTRODUCTION_OPEN": "The viewer has already asked to be introduced to this member.",
        "TOO_MANY_INTRODUCTIONS": "As many introductions as one may ask for are open, or were "
        "withdrawn within a week.",
        "CODE_UNKNOWN": "No code that is good now; nobody can tell whether it ever was.",
        "IMAGE_INVALID": "Not a picture that can be taken: its format, its size or its contents.",
        "CONVERSATION_CLOSED": "Nobody can write in this conversation: the two are not connected.",
        "AWAITING_ANSWER": "In a message request, and in the first days after it was accepted or "
        "the two connected, one message until the other answers.",
        "LINK_EXPIRED": "A link that is no longer good.",
        "INVALID": "Not a value that is taken here.",
        "WRONG_PASSWORD": "The password is not right.",
    },
)


@strawberry.enum(description="Which side of a request the viewer is on.")
class RequestDirection(Enum):
    """Sent or received."""

    SENT = strawberry.enum_value("SENT", description="The viewer sent it.")
    RECEIVED = strawberry.enum_value("RECEIVED", description="The viewer received it.")


@strawberry.enum(
    description="How a request stands on the viewer's own side. The other side's "
    "standing is nobody's business until it becomes this side's."
)
class RequestState(Enum):
    """States either side may read."""

    PENDING = strawberry.enum_value("PENDING", description="Waiting for an answer.")
    IGNORED = strawberry.enum_value(
        "IGNORED", description="Set aside by the recipient; only they ever see this."
    )
    DECLINED = strawberry.enum_value(
        "DECLINED", description="Declined by the recipient; the sender sees it only if told."
    )
    ACCEPTED = strawberry.enum_value("ACCEPTED", description="The two became connected.")
    WITHDRAWN = strawberry.enum_value("WITHDRAWN", description="Taken back by the sender.")
    EXPIRED = strawberry.enum_value("EXPIRED", description="Not answered in time.")
    VOID = strawberry.enum_value("VOID", description="No longer available.")


@strawberry.enum(description="Why a stream begins anew.")
class StreamResetReason(Enum):
    """Reasons of StreamReset."""

    CURSOR_EXPIRED = strawberry.enum_value(
        "CURSOR_EXPIRED",
        description="Events after the cursor are no longer all kept: it is older than "
        "`instance.limits.eventRetentionDays`.",
    )
