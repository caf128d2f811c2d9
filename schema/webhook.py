"""Webhooks: the types, and whether a document is one that can be delivered."""

from datetime import datetime

import strawberry
from graphql import FieldNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode

from models import ids, sql, token, webhook, webhook_delivery, webhook_key
from models.event import EventKind
from models.problem import Code, Problem
from models.token import Scope
from models.webhook import DisabledReason
from models.webhook_delivery import DeliveryState
from schema.analysis import Library
from schema.context import viewer_id
from schema.enums import described
from schema.limits import MAX_WEBHOOK_COST
from schema.measure import check_limits
from schema.node import later, public_id
from schema.paging import After, First, PageInfo, page_info
from schema.scalars import Cursor
from schema.scopes import needs

_ACCOUNT = needs(Scope.ACCOUNT)
described(
    DeliveryState,
    "WebhookDeliveryState",
    "Where a delivery stands.",
    {
        "WAITING": "On its way: not tried yet, or to be tried again.",
        "DELIVERED": "The other side answered with a 2xx.",
        "FAILED": "Given up.",
    },
)
described(
    DisabledReason,
    "WebhookDisabledReason",
    "Why nothing is delivered to a webhook.",
    {
        "BY_OWNER": "Its owner switched it off.",
        "FAILING": "For a day nothing arrived, however often it was tried.",
        "GONE": "The other side answered with 410 Gone.",
        "DOCUMENT": "Its document can no longer be run.",
    },
)


@strawberry.type(description="One event on its way to a webhook.", directives=_ACCOUNT)
class WebhookDelivery:
    """A line of the log."""

    id: strawberry.ID = strawberry.field(
        description="Its id, sent as `webhook-id`: the same at every attempt."
    )
    type: str = strawberry.field(
        description="What is sent as `type`: `request.accepted` for REQUEST_ACCEPTED and so on, "
        "`stream.reset` where events were missed that are no longer kept, `test.ping`."
    )
    state: DeliveryState = strawberry.field(description="Where it stands.")
    attempts: int = strawberry.field(description="How often it was tried.")
    created_at: datetime = strawberry.field(description="When it was handed out.")
    tried_at: datetime | None = strawberry.field(description="When it was tried last.")
    delivered_at: datetime | None = strawberry.field(description="When it arrived.")
    next_at: datetime | None = strawberry.field(
        description="When it is tried next; null when it is over."
    )
    milliseconds: int | None = strawberry.field(description="How long the last attempt took.")
    status: int | None = strawberry.field(description="HTTP status of the last answer, if any.")
    error: str = strawberry.field(description="Why the last attempt failed; empty if it did not.")
    request: str = strawberry.field(
        description="Headers and body as sent last, the first 4,000 characters."
    )
    response: str = strawberry.field(
        description="What was answered last, the first 4,000 characters."
    )


@strawberry.type(description="A delivery in a list.", directives=_ACCOUNT)
class WebhookDeliveryEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: WebhookDelivery = strawberry.field(description="The delivery.")


@strawberry.type(description="A page of deliveries, newest first.", directives=_ACCOUNT)
class WebhookDeliveryConnection:
    """The log."""

    edges: list[WebhookDeliveryEdge] = strawberry.field(description="With their cursors.")
    nodes: list[WebhookDelivery] = strawberry.field(description="The deliveries.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type(
    description="An address that is told of events as they happen, for those who cannot hold a "
    "socket. Signed as Standard Webhooks has it.",
    directives=_ACCOUNT,
)
class Webhook:
    """One webhook of the viewer's, or of an app of theirs."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    app_id: strawberry.ID | None = strawberry.field(
        description="The app it is of; null for the viewer's own."
    )
    url: str = strawberry.field(description="Where deliveries are posted to.")
    document: str = strawberry.field(
        description="A subscription of `events`; a delivery's `data` is its result for one event."
    )
    kinds: list[EventKind] = strawberry.field(description="The kinds it is told of.")
    scopes: list[Scope] = strawberry.field(description="What its document may select.")
    secret: str = strawberry.field(
        description="What deliveries are signed with. After a renewal they are signed with the "
        "old one as well for 24 hours."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    failing_since_at: datetime | None = strawberry.field(
        description="Since when nothing has arrived; null while it does."
    )
    disabled_at: datetime | None = strawberry.field(
        description="Since when nothing is delivered; null while it is on."
    )
    disabled_reason: DisabledReason | None = strawberry.field(description="Why it is off.")
    key: strawberry.Private[int]

    @strawberry.field(
        description="What was delivered or not, newest first; kept for 7 days, unless the "
        "operator chose another time."
    )
    async def deliveries(self, first: First = 20, after: After = None) -> WebhookDeliveryConnection:
        """The log, in one statement."""
        page = await webhook_delivery.of(viewer_id(), self.key, first, after)
        edges = [delivery_edge(row) for row in page.rows]
        return WebhookDeliveryConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=page.more, after=after),
        )


def delivery_edge(row: sql.Row) -> WebhookDeliveryEdge:
    """A delivery in its list."""
    return WebhookDeliveryEdge(cursor=Cursor(webhook_delivery.cursor(row)), node=delivery_of(row))


def delivery_of(row: sql.Row) -> WebhookDelivery:
    """A delivery from its row."""
    return WebhookDelivery(
        id=public_id(ids.DELIVERY, row["id"]),
        type=webhook_delivery.type_of(row["event_kind"]),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        created_at=row["created_at"],
        tried_at=row["tried_at"],
        delivered_at=row["delivered_at"],
        next_at=row["next_at"] if row["state"] == DeliveryState.WAITING else None,
        milliseconds=row["took"],
        status=row["status"],
        error=row["error"],
        request=row["request"],
        response=row["response"],
    )


def webhook_of(row: sql.Row) -> Webhook:
    """A webhook from its row."""
    key, version = row["id"], row["key_version"]
    reason = row["disabled_reason"]
    return Webhook(
        id=public_id(ids.WEBHOOK, key),
        app_id=public_id(ids.APP, row["app_id"]) if row["app_id"] is not None else None,
        url=row["url"],
        document=row["document"],
        kinds=[EventKind(kind) for kind in row["kinds"].split()],
        scopes=token.scopes_of(row),
        secret=later(lambda: webhook_key.secret(key, version)),
        created_at=row["created_at"],
        failing_since_at=row["failing_since_at"],
        disabled_at=row["disabled_at"],
        disabled_reason=DisabledReason(reason) if reason else None,
        key=key,
    )


async def load_webhooks(app_id: str | None) -> list[Webhook]:
    """The viewer's own webhooks, or those of an app of theirs."""
    key = None
    if app_id is not None:
        key = ids.decode(ids.APP, app_id)
        if key is None:
            return []
    return [webhook_of(row) for row in await webhook.of(viewer_id(), key)]


async def load_webhook(id_: str) -> Webhook | None:
    """One of them."""
    key = ids.decode(ids.WEBHOOK, id_)
    if key is None:
        return None
    try:
        return webhook_of(await webhook.owned(viewer_id(), key))
    except Problem:
        return None


def check_document(library: Library, text: str, scopes: frozenset[Scope]) -> None:
    """Whether this is a document that can be run for one event. Raises Problem in words."""
    try:
        operation = _only_operation(library, text)
        root = operation.selection_set.selections
        if len(root) != 1 or not isinstance(root[0], FieldNode) or root[0].name.value != "events":
            raise GraphQLError("It must be a subscription of `events`, and nothing beside it.")
        if root[0].arguments or operation.variable_definitions:
            raise GraphQLError(
                "`events` takes no arguments here, and the document no variables: a webhook keeps "
                "its own place, and its kinds are chosen beside."
            )
        measure = library.measure(library.prepare(text), operation, {})
        refused = check_limits(measure)
        if refused is not None:
            raise refused
        if measure.cost > MAX_WEBHOOK_COST:
            raise GraphQLError(
                f"It costs {measure.cost} fields; at most {MAX_WEBHOOK_COST}, since it is run "
                "for every event. Ask for shorter lists."
            )
        missing = sorted(measure.scopes - scopes)
        if missing:
            words = ", ".join(missing)
            raise GraphQLError(f"It needs the scope {words}: tick it, or ask for less.")
    except GraphQLError as error:
        raise Problem(Code.INVALID, _with_place(error), field=("document",)) from None
    except RecursionError:
        raise Problem(Code.INVALID, "It is nested too deeply.", field=("document",)) from None


def _only_operation(library: Library, text: str) -> OperationDefinitionNode:
    if not text.strip():
        raise GraphQLError("Write the subscription that makes what is sent.")
    prepared = library.prepare(text)
    if prepared.errors:
        raise prepared.errors[0]
    if len(prepared.operations) != 1:
        raise GraphQLError("It must hold one operation.")
    operation = next(iter(prepared.operations.values()))
    if operation.operation.value != "subscription":
        raise GraphQLError("It must be a subscription.")
    return operation


def _with_place(error: GraphQLError) -> str:
    places = [f"line {place.line}, column {place.column}" for place in error.locations or ()]
    message = error.message.removeprefix("Syntax Error: ")
    kind = "This is not GraphQL: " if isinstance(error, GraphQLSyntaxError) else ""
    return f"{kind}{message}" + (f" ({places[0]})" if places else "")
