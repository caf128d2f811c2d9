"""Mutations on webhooks. Scope `account`: a token must not be able to have events sent away."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from models import ids, sql, webhook, webhook_delivery
from models.event import EventKind
from models.problem import Problem, Problems
from models.token import Scope
from models.webhook import Wanted
from schema.context import viewer_id
from schema.gate import Gate
from schema.payload import USER_ERRORS, Input, UserError, attempt, not_found
from schema.scopes import needs
from schema.webhook import Webhook, WebhookDelivery, check_document, delivery_of, webhook_of

_ACCOUNT = needs(Scope.ACCOUNT)
_URL = (
    "Begins with https://; no user name, password or #; at most 2,000 characters. It must lead to "
    "the public internet, unless the operator allows otherwise."
)
_DOCUMENT = (
    "A subscription of `events` without arguments and variables, at most 8,000 characters, within "
    "the scopes chosen and the limits of every operation, and of `instance.limits.api.webhookCost`."
)


@strawberry.input(description="A new webhook. It is told of what happens from now on.")
class CreateWebhookInput:
    """Input of createWebhook."""

    url: str = strawberry.field(description=_URL)
    document: str = strawberry.field(description=_DOCUMENT)
    kinds: list[EventKind] = strawberry.field(description="At least one.")
    scopes: list[Scope] = strawberry.field(
        description="What the document may select; never ACCOUNT. Of an app, among its scopes."
    )
    app_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="An app of the viewer's: it is told of the events of every member who "
        "connected the app, as far as their grant allows. Without one, of the viewer's own.",
    )


@strawberry.input(description="All of a webhook anew; its secret and its place stay.")
class UpdateWebhookInput:
    """Input of updateWebhook."""

    webhook_id: strawberry.ID = strawberry.field(description="A webhook of the viewer's.")
    url: str = strawberry.field(description=_URL)
    document: str = strawberry.field(description=_DOCUMENT)
    kinds: list[EventKind] = strawberry.field(description="At least one.")
    scopes: list[Scope] = strawberry.field(description="What the document may select.")


@strawberry.input(description="Which webhook.")
class WebhookInput:
    """Input of the acts on one webhook."""

    webhook_id: strawberry.ID = strawberry.field(description="A webhook of the viewer's.")


@strawberry.input(description="Which webhook to switch on, and from where.")
class EnableWebhookInput:
    """Input of enableWebhook."""

    webhook_id: strawberry.ID = strawberry.field(description="A webhook of the viewer's.")
    catch_up: bool = strawberry.field(
        default=True,
        description="Whether to deliver what was missed, as far as events are kept.",
    )


@strawberry.input(description="Which delivery to send once more.")
class RedeliverWebhookInput:
    """Input of redeliverWebhook."""

    delivery_id: strawberry.ID = strawberry.field(description="A delivery that is over.")


@strawberry.type(description="The webhook after the act.")
class WebhookPayload:
    """Payload of the acts on one webhook."""

    webhook: Webhook | None = strawberry.field(
        default=None, description="As it is now; of a deleted one as it was."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The delivery, on its way.")
class WebhookDeliveryPayload:
    """Payload of testWebhook and redeliverWebhook."""

    delivery: WebhookDelivery | None = strawberry.field(
        default=None, description="It waits; read it again for what became of it."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


def _wanted(given: CreateWebhookInput | UpdateWebhookInput) -> Wanted:
    wanted = Wanted(given.url, given.document, given.kinds, given.scopes)
    problems = webhook.problems_of(wanted)
    try:
        # The longest are refused before anything reads them.
        if not any(problem.field == ("document",) for problem in problems):
            check_document(Gate.library, wanted.document, frozenset(wanted.scopes))
    except Problem as problem:
        problems.append(problem)
    if problems:
        raise Problems(problems)
    return wanted


def _key(text: str) -> int:
    key = ids.decode(ids.WEBHOOK, text)
    if key is None:
        raise not_found("webhook", "webhookId")
    return key


async def _webhook(act: Awaitable[sql.Row]) -> dict[str, Any]:
    return {"webhook": webhook_of(await act)}


async def _to_one(act: Callable[[int, int], Awaitable[sql.Row]], text: str) -> dict[str, Any]:
    return await _webhook(act(viewer_id(), _key(text)))


@strawberry.type
class WebhookMutation:
    """What an owner does about webhooks."""

    @strawberry.mutation(
        description="Register a webhook; at most 20 for a member, and for each app.",
        directives=_ACCOUNT,
    )
    async def create_webhook(self, input: Input[CreateWebhookInput]) -> WebhookPayload:
        """webhook.create"""

        async def work() -> dict[str, Any]:
            app = None
            if input.app_id is not None:
                app = ids.decode(ids.APP, input.app_id)
                if app is None:
                    raise not_found("app", "appId")
            return await _webhook(webhook.create(viewer_id(), _wanted(input), app))

        return await attempt(WebhookPayload, work())

    @strawberry.mutation(description="Change a webhook.", directives=_ACCOUNT)
    async def update_webhook(self, input: Input[UpdateWebhookInput]) -> WebhookPayload:
        """webhook.change"""

        async def work() -> dict[str, Any]:
            key = _key(input.webhook_id)
            return await _webhook(webhook.change(viewer_id(), key, _wanted(input)))

        return await attempt(WebhookPayload, work())

    @strawberry.mutation(
        description="Delete a webhook and its log. What is on its way is not delivered.",
        directives=_ACCOUNT,
    )
    async def delete_webhook(self, input: Input[WebhookInput]) -> WebhookPayload:
        """webhook.delete"""
        return await attempt(WebhookPayload, _to_one(webhook.delete, input.webhook_id))

    @strawberry.mutation(
        description="Give a webhook another secret. For 24 hours deliveries are signed with both.",
        directives=_ACCOUNT,
    )
    async def renew_webhook_secret(self, input: Input[WebhookInput]) -> WebhookPayload:
        """webhook.renew_key"""
        return await attempt(WebhookPayload, _to_one(webhook.renew_key, input.webhook_id))

    @strawberry.mutation(
        description="Switch a webhook off. What happens meanwhile can be caught up with.",
        directives=_ACCOUNT,
    )
    async def disable_webhook(self, input: Input[WebhookInput]) -> WebhookPayload:
        """webhook.disable"""
        return await attempt(WebhookPayload, _to_one(webhook.disable, input.webhook_id))

    @strawberry.mutation(description="Switch a webhook on again.", directives=_ACCOUNT)
    async def enable_webhook(self, input: Input[EnableWebhookInput]) -> WebhookPayload:
        """webhook.enable"""

        async def work() -> dict[str, Any]:
            key = _key(input.webhook_id)
            return await _webhook(webhook.enable(viewer_id(), key, input.catch_up))

        return await attempt(WebhookPayload, work())

    @strawberry.mutation(
        description="Send a `test.ping`, tried once, also to a webhook that is off.",
        directives=_ACCOUNT,
    )
    async def test_webhook(self, input: Input[WebhookInput]) -> WebhookDeliveryPayload:
        """webhook_delivery.test"""

        async def work() -> dict[str, Any]:
            row = await webhook_delivery.test(viewer_id(), _key(input.webhook_id))
            return {"delivery": delivery_of(row)}

        return await attempt(WebhookDeliveryPayload, work())

    @strawberry.mutation(
        description="Send a delivery that is over once more: the same `webhook-id`, and what its "
        "event looks like now. NOT_OPEN for one that is on its way.",
        directives=_ACCOUNT,
    )
    async def redeliver_webhook(
        self, input: Input[RedeliverWebhookInput]
    ) -> WebhookDeliveryPayload:
        """webhook_delivery.redeliver"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.DELIVERY, input.delivery_id)
            if key is None:
                raise not_found("delivery", "deliveryId")
            return {"delivery": delivery_of(await webhook_delivery.redeliver(viewer_id(), key))}

        return await attempt(WebhookDeliveryPayload, work())
