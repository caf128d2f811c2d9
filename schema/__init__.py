"""What may be asked: one Strawberry schema that serves both the pages and outside clients."""

from collections.abc import Iterable, Sequence
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from schema import enums as enums
from schema.analysis import Library
from schema.app import AppMutation
from schema.avatar import AvatarMutation
from schema.career_acts import CareerMutation
from schema.contact_acts import ContactMutation
from schema.contact_share import ContactShareMutation
from schema.conversation_acts import ConversationMutation
from schema.errors import report
from schema.event import EVENT_TYPES, StreamReset
from schema.executor import LeafExecutor, leaves_of
from schema.feed_acts import FeedMutation
from schema.follow_lists import FollowMutation
from schema.gate import Gate
from schema.imported_contact import ImportedContactMutation
from schema.introduction_acts import IntroductionMutation
from schema.mail_address import MailAddressMutation
from schema.meeting import MeetingMutation
from schema.message_acts import MessageMutation
from schema.network import NetworkMutation
from schema.node import attribute
from schema.notification_acts import NotificationMutation
from schema.operator import OperatorMutation
from schema.profile_acts import ProfileMutation
from schema.profile_order import ProfileOrderMutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.scopes import scope_map
from schema.self import SelfMutation
from schema.subscription import Subscription
from schema.suggestion import SuggestionMutation
from schema.tag import TagMutation
from schema.update_acts import UpdateMutation
from schema.webhook_acts import WebhookMutation


@strawberry.type(
    description="The root of acting. Each mutation is one intention, done whole or not at all; "
    "expected failures are in `userErrors`."
)
class Mutation(
    NetworkMutation,
    SelfMutation,
    OperatorMutation,
    WebhookMutation,
    AppMutation,
    AvatarMutation,
    ContactShareMutation,
    MeetingMutation,
    ImportedContactMutation,
    IntroductionMutation,
    ContactMutation,
    TagMutation,
    CareerMutation,
    ProfileMutation,
    ProfileOrderMutation,
    FollowMutation,
    SuggestionMutation,
    UpdateMutation,
    FeedMutation,
    MessageMutation,
    ConversationMutation,
    MailAddressMutation,
    NotificationMutation,
):
    """All mutations."""


_ONE_ANSWER = frozenset({OperationType.QUERY, OperationType.MUTATION})


class Schema(strawberry.Schema):
    """Strawberry's schema with our log."""

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """One answer: as shipped, a subscription that comes here is executed like a query."""
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            _ONE_ANSWER.intersection(allowed_operation_types or _ONE_ANSWER),
            operation_extensions,
        )

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log what is our fault; Strawberry would log clients' mistakes with tracebacks."""
        context: Any = execution_context.context if execution_context else None
        for error in errors:
            report(error, getattr(context, "request_id", "-"))


def _build(types: Sequence[Any]) -> Schema:
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=types,
        extensions=[Gate],
        execution_context_class=LeafExecutor,
        config=StrawberryConfig(default_resolver=attribute, scalar_map=SCALARS),
    )


schema = _build([*EVENT_TYPES.values(), StreamReset])
LeafExecutor.leaves = leaves_of(schema)
library = Library(schema._schema, scope_map(schema))
Gate.library = library
