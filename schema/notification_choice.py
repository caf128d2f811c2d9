"""How the viewer wants to hear of things: kinds and channels, quiet hours, and who asks."""

from datetime import datetime
from typing import Annotated

import strawberry

from models import clock, notification_choice, quiet_hours, request_list, sender_rule, sql
from models.notification_choice import Handling, SenderClass
from models.notification_kind import MANNERS, MailTiming, NotificationGroup, NotificationKind
from models.token import Scope
from schema.context import viewer_id
from schema.enums import described
from schema.node import later
from schema.notification import Group, NotificationConnection, notification_page
from schema.paging import After, First
from schema.request import ConnectionRequestConnection, request_page
from schema.scopes import needs
from schema.selection import wants

_PRIVATE = needs(Scope.PRIVATE_READ)

described(
    MailTiming,
    "MailTiming",
    "When mail tells of something that happened.",
    {
        "AT_ONCE": "At once, by a mail of its own; in quiet hours when they end.",
        "DAILY": "Once a day, at eight in the morning where the viewer is, if it is unread.",
        "WEEKLY": "On Mondays, as DAILY.",
        "OFF": "Never.",
    },
)
described(
    SenderClass,
    "SenderClass",
    "Who asks the viewer to connect, as far as the viewer may know. A member may be in several.",
    {
        "STRANGER": "No confirmed evidence that the two know each other, and no mutual connection.",
        "NEW_ACCOUNT": "Joined within the last days: 7, unless the instance says otherwise.",
        "NO_MUTUALS": "No mutual connection.",
    },
)


@strawberry.type(description="How the viewer hears of a kind of notification.")
class NotificationChoiceOf:
    """One row of the settings."""

    kind: NotificationKind = strawberry.field(description="What it is about.")
    group: NotificationGroup = strawberry.field(description="What it is shown with.")
    in_app: bool = strawberry.field(
        description="Whether it is shown and counted among the notifications."
    )
    mail: MailTiming = strawberry.field(description="When mail tells of it.")
    fixed: bool = strawberry.field(description="Whether it cannot be chosen.")


@strawberry.type(description="When nothing is announced or mailed to the viewer.")
class QuietHours:
    """The settings, and how they stand now."""

    begin: int | None = strawberry.field(
        name="from",
        description="From when, in minutes after midnight in the viewer's time zone; null without.",
    )
    until: int | None = strawberry.field(
        description="Until when, likewise; before `from`, on the next day."
    )
    ends_at: datetime | None = strawberry.field(
        description="When they end, while they are on; otherwise null."
    )
    time_zones: list[str] = strawberry.field(
        description="The IANA names of time zones that may be chosen, in order."
    )


@strawberry.type(description="What becomes of requests from a class of senders.")
class SenderRuleOf:
    """One rule."""

    sender_class: SenderClass = strawberry.field(description="Who asks.")
    handling: Handling = strawberry.field(description="What becomes of it.")


def quiet_hours_of(row: sql.Row) -> QuietHours:
    """The quiet hours of a row with them."""
    return QuietHours(
        begin=row["quiet_from"],
        until=row["quiet_until"],
        ends_at=quiet_hours.quiet_until(row, clock.now()),
        time_zones=later(lambda: sorted(quiet_hours.time_zones())),
    )


async def choices_of_viewer() -> list[NotificationChoiceOf]:
    """How the viewer hears of every kind, in one statement."""
    chosen = await notification_choice.chosen(viewer_id())
    return [
        NotificationChoiceOf(
            kind=kind,
            group=MANNERS[kind].group,
            in_app=choice.in_app,
            mail=choice.mail,
            fixed=MANNERS[kind].fixed,
        )
        for kind, choice in chosen.items()
    ]


async def rules_of_viewer() -> list[SenderRuleOf]:
    """What becomes of requests to the viewer, in one statement."""
    rules = await sender_rule.rules(viewer_id())
    return [SenderRuleOf(sender_class=each, handling=rule) for each, rule in rules.items()]


@strawberry.type
class NotificationsOfViewer:
    """Fields of the viewer."""

    held_request_count: int = strawberry.field(
        description="How many requests a rule of the viewer's holds back.", directives=_PRIVATE
    )
    time_zone: str = strawberry.field(
        description="The viewer's time zone, as an IANA name: for pages, mail and quiet hours.",
        directives=_PRIVATE,
    )
    quiet_hours: QuietHours = strawberry.field(
        description="When nothing is announced or mailed to the viewer.", directives=_PRIVATE
    )

    @strawberry.field(
        description="The viewer's notifications, newest first.",
        directives=needs(Scope.NOTIFICATIONS_READ),
    )
    async def notifications(
        self,
        group: Group = None,
        unread_only: Annotated[
            bool, strawberry.argument(description="Only what is not read yet.")
        ] = False,
        first: First = 20,
        after: After = None,
    ) -> NotificationConnection:
        """In one statement, their subjects in one batch each."""
        return await notification_page(first, after, group, only_unread=unread_only)

    @strawberry.field(
        description="How the viewer hears of each kind of notification.", directives=_PRIVATE
    )
    async def notification_choices(self) -> list[NotificationChoiceOf]:
        """In one statement."""
        return await choices_of_viewer()

    @strawberry.field(
        description="What becomes of requests to the viewer, and of message requests, by who "
        "asks. Where several rules match, the strictest holds. The sender learns nothing of it.",
        directives=_PRIVATE,
    )
    async def sender_rules(self) -> list[SenderRuleOf]:
        """In one statement."""
        return await rules_of_viewer()

    @strawberry.field(
        description="Requests that a rule of the viewer's holds back, newest first: they are not "
        "in `receivedRequests`, nor counted in `waitingCount`. They can be answered, or released.",
        directives=_PRIVATE,
    )
    async def held_requests(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> ConnectionRequestConnection:
        """In one statement."""
        page = await request_list.held(viewer_id(), first, after, wants(info))
        return request_page(page, after)
