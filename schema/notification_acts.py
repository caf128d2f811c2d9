"""Choosing how to hear of things, and releasing a request that a rule holds back."""

from typing import Annotated, Any

import strawberry

from models import ids, notification_choice, quiet_hours, sender_rule
from models import request as requests
from models.notification_choice import Choice, Handling, SenderClass
from models.notification_kind import MailTiming, NotificationKind
from models.problem import Code, Problem
from models.token import Scope
from schema.context import viewer_id
from schema.node import later
from schema.notification_choice import (
    NotificationChoiceOf,
    QuietHours,
    SenderRuleOf,
    choices_of_viewer,
    quiet_hours_of,
    rules_of_viewer,
)
from schema.payload import USER_ERRORS, Input, UserError, attempt, not_found
from schema.request import ConnectionRequest, request_by_key
from schema.scopes import needs

_CHOOSE = needs(Scope.PRIVATE_WRITE)
_Held = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]


@strawberry.input(description="How to hear of one kind.")
class NotificationChoiceInput:
    """One choice."""

    kind: NotificationKind = strawberry.field(description="Of what. Not SECURITY, which is fixed.")
    in_app: bool = strawberry.field(description="Whether it is shown. Holds for what comes.")
    mail: MailTiming = strawberry.field(description="When mail tells of it.")


@strawberry.input(description="How to hear of things; kinds that are left out stay.")
class ChooseNotificationsInput:
    """Input of chooseNotifications."""

    choices: list[NotificationChoiceInput] = strawberry.field(description="Each kind at most once.")


@strawberry.input(description="When to be left alone.")
class ChooseQuietHoursInput:
    """Input of chooseQuietHours."""

    time_zone: str = strawberry.field(description="One of `QuietHours.timeZones`.")
    begin: int | None = strawberry.field(
        default=None,
        name="from",
        description="Minutes after midnight there, 0 to 1,439; without it there are none.",
    )
    until: int | None = strawberry.field(
        default=None, description="Likewise; another than `from`. Before it, on the next day."
    )


@strawberry.input(description="What to do with requests from a class of senders.")
class ChooseSenderRuleInput:
    """Input of chooseSenderRule."""

    sender_class: SenderClass = strawberry.field(description="Who asks.")
    handling: Handling = strawberry.field(
        description="What becomes of what they ask from now on; what is there stays."
    )


@strawberry.input(description="Which request to release.")
class ReleaseConnectionRequestInput:
    """Input of releaseConnectionRequest."""

    request_id: strawberry.ID = strawberry.field(description="A request in `heldRequests`.")


@strawberry.type(description="How the viewer hears of things now.")
class ChooseNotificationsPayload:
    """Payload of chooseNotifications."""

    notification_choices: list[NotificationChoiceOf] | None = strawberry.field(
        default=None, description="All of them."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The quiet hours that were chosen.")
class ChooseQuietHoursPayload:
    """Payload of chooseQuietHours."""

    time_zone: str | None = strawberry.field(default=None, description="The time zone.")
    quiet_hours: QuietHours | None = strawberry.field(default=None, description="As they are now.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The rules as they are now.")
class ChooseSenderRulePayload:
    """Payload of chooseSenderRule."""

    sender_rules: list[SenderRuleOf] | None = strawberry.field(
        default=None, description="All of them."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The request that was released.")
class ReleaseConnectionRequestPayload:
    """Payload of releaseConnectionRequest."""

    request: _Held | None = strawberry.field(default=None, description="The request.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class NotificationMutation:
    """What a member chooses about being told."""

    @strawberry.mutation(
        description="Choose how to hear of kinds of notifications. What is neither shown nor "
        "mailed is not kept. INVALID for what is fixed.",
        directives=_CHOOSE,
    )
    async def choose_notifications(
        self, input: Input[ChooseNotificationsInput]
    ) -> ChooseNotificationsPayload:
        """notification_choice.choose"""

        async def work() -> dict[str, Any]:
            choices = {each.kind: Choice(each.in_app, each.mail) for each in input.choices}
            if len(choices) != len(input.choices):
                raise Problem(Code.INVALID, "Each kind once.", field=("choices",))
            await notification_choice.choose(viewer_id(), choices)
            return {"notification_choices": await choices_of_viewer()}

        return await attempt(ChooseNotificationsPayload, work())

    @strawberry.mutation(
        description="Choose a time zone, and hours in which nothing is announced or mailed; what "
        "comes then is mailed when they end, if it is unread. Security notices are not delayed.",
        directives=_CHOOSE,
    )
    async def choose_quiet_hours(
        self, input: Input[ChooseQuietHoursInput]
    ) -> ChooseQuietHoursPayload:
        """quiet_hours.choose"""

        async def work() -> dict[str, Any]:
            await quiet_hours.choose(viewer_id(), input.time_zone, input.begin, input.until)
            row = await quiet_hours.of(viewer_id())
            return {"time_zone": row["time_zone"], "quiet_hours": quiet_hours_of(row)}

        return await attempt(ChooseQuietHoursPayload, work())

    @strawberry.mutation(
        description="Choose what becomes of requests from a class of senders.", directives=_CHOOSE
    )
    async def choose_sender_rule(
        self, input: Input[ChooseSenderRuleInput]
    ) -> ChooseSenderRulePayload:
        """sender_rule.choose"""

        async def work() -> dict[str, Any]:
            await sender_rule.choose(viewer_id(), input.sender_class, input.handling)
            return {"sender_rules": await rules_of_viewer()}

        return await attempt(ChooseSenderRulePayload, work())

    @strawberry.mutation(
        description="Put a request that is held back among those that wait; from then on it is "
        "like any other, with its RequestReceived, notification and mail. One that is not held "
        "stays as it is. The sender learns nothing of it.",
        directives=needs(Scope.REQUESTS_WRITE),
    )
    async def release_connection_request(
        self, input: Input[ReleaseConnectionRequestInput]
    ) -> ReleaseConnectionRequestPayload:
        """request.release"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.REQUEST, input.request_id)
            if key is None:
                raise not_found("request", "requestId")
            await requests.release(viewer_id(), key)
            return {"request": later(lambda: request_by_key(key))}

        return await attempt(ReleaseConnectionRequestPayload, work())
