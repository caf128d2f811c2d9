"""What this instance is called and where its limits lie."""

import strawberry

from models.app import MOST_APPS
from models.paging import LARGEST
from models.settings import settings
from models.token import LONGEST_DAYS, MOST_TOKENS
from models.webhook import MOST_WEBHOOKS
from schema import limits
from schema.version import VERSION


@strawberry.type(
    description="Limits of the API. What is over one of those for a request, a document, its "
    "variables or an operation is refused with COST_EXCEEDED before anything is executed; sizes "
    "in bytes by the transport."
)
class ApiLimits:
    """schema/limits.py and the settings, as clients read them."""

    points: int = strawberry.field(
        description="Points of an access token, or of the host of a signed-out client, in a "
        "window. RATE_LIMITED when they are used up."
    )
    member_points: int = strawberry.field(
        description="Points of a member in a window, through all their tokens and the explorer."
    )
    window_seconds: int = strawberry.field(
        description="How long an allowance of points lasts; then it is full again."
    )
    fields_per_point: int = strawberry.field(
        description="An operation takes a point for every so many fields, and at least one."
    )
    cost: int = strawberry.field(
        description="Fields of an operation, what is in a list counted with its page size."
    )
    depth: int = strawberry.field(description="Fields within fields of an operation.")
    aliases: int = strawberry.field(description="Aliases in an operation.")
    root_fields: int = strawberry.field(
        description="Fields at the root of an operation, those in fragments included."
    )
    ids: int = strawberry.field(description="Ids in one list of them.")
    body_bytes: int = strawberry.field(description="Bytes of an HTTP body; otherwise 413.")
    message_bytes: int = strawberry.field(
        description="Bytes of a message on a socket; it is closed with 1009 otherwise."
    )
    document_characters: int = strawberry.field(description="Characters of a document.")
    document_tokens: int = strawberry.field(description="Tokens of a document.")
    document_fields: int = strawberry.field(
        description="Selections of a document's operations, with fragments in their place."
    )
    document_pairs: int = strawberry.field(
        description="Pairs of fields that answer under one name in one place: n of them make "
        "n * (n - 1) / 2."
    )
    document_operations: int = strawberry.field(description="Operations of a document.")
    document_fragments: int = strawberry.field(description="Fragments of a document.")
    document_directives: int = strawberry.field(description="Directives in a document.")
    document_literals: int = strawberry.field(
        description="Values in the lists and objects that are written into a document."
    )
    document_mistakes: int = strawberry.field(
        description="Mistakes of a document or its variables that are named at once."
    )
    variables: int = strawberry.field(description="Variables of an operation.")
    variable_values: int = strawberry.field(
        description="Values in all variables, with those inside of lists and objects."
    )
    variable_depth: int = strawberry.field(
        description="Lists and objects within each other in the variables."
    )
    text_characters: int = strawberry.field(
        description="Characters of one text in the variables. Fields have lower limits of their "
        "own."
    )
    subscriptions_per_socket: int = strawberry.field(
        description="Operations under way at once on a socket; otherwise TOO_MANY_SUBSCRIPTIONS."
    )
    subscriptions_per_token: int = strawberry.field(
        description="Subscriptions of one access token at once, in each server process; "
        "otherwise TOO_MANY_SUBSCRIPTIONS."
    )
    subscriptions_per_member: int = strawberry.field(
        description="Subscriptions of one member's apps at once, in each server process; "
        "otherwise TOO_MANY_SUBSCRIPTIONS."
    )
    webhook_cost: int = strawberry.field(
        description="Cost of a webhook's document, in fields: it is run for every event."
    )
    webhooks: int = strawberry.field(
        description="Webhooks a member may have, and each app of theirs."
    )
    apps: int = strawberry.field(description="Apps a member may register.")
    tokens: int = strawberry.field(description="Access tokens a member may have.")
    token_days: int = strawberry.field(description="Longest life of an access token, in days.")


@strawberry.type(description="Numbers an operator may set.")
class InstanceLimits:
    """Limits of this instance."""

    note_length: int = strawberry.field(description="Characters in a note.")
    requests_per_week: int = strawberry.field(description="Requests per rolling 7 days.")
    open_requests: int = strawberry.field(description="Open requests at once.")
    requests_per_direction: int = strawberry.field(description="Requests ever to one member.")
    connections: int = strawberry.field(description="Connections a member may have.")
    expiry_days: int = strawberry.field(description="Days after which a request expires.")
    nudge_after_days: int = strawberry.field(description="Days before the one nudge.")
    introduction_days: int = strawberry.field(
        description="Days after which an introduction expires."
    )
    open_introductions: int = strawberry.field(
        description="Introductions one may have asked for at once: open ones, and of the last week "
        "those withdrawn."
    )
    page_size: int = strawberry.field(description="Largest `first`.")
    undo_minutes: int = strawberry.field(
        description="Minutes in which a removal or a decline can be undone. A connection that "
        "was removed and restored within them was missing from lists and made no event."
    )
    meeting_code_hours: int = strawberry.field(
        description="Hours for which a code shown to somebody met in person is good."
    )
    avatar_kilobytes: int = strawberry.field(
        description="Largest picture that may be uploaded, in KiB; through the API also "
        "`api.textCharacters` of base64."
    )
    message_edit_minutes: int = strawberry.field(
        description="Minutes in which a message can be changed."
    )
    first_contact_days: int = strawberry.field(
        description="Days after two connected, or a message request was accepted, in which each "
        "may write one message until the other has answered."
    )
    message_requests_per_week: int = strawberry.field(
        description="Message requests a member may have sent in seven days that wait for an answer."
    )
    updates_per_day: int = strawberry.field(description="Updates a member may post in 24 hours.")
    replies_per_day: int = strawberry.field(description="Replies a member may write in 24 hours.")
    feed_days: int = strawberry.field(description="How many days back a feed reaches.")
    update_picture_kilobytes: int = strawberry.field(
        description="Largest picture of an update that may be uploaded, in KiB; through the API "
        "also `api.textCharacters` of base64."
    )
    event_retention_days: int = strawberry.field(
        description="Days for which events are kept, and a cursor of them can be resumed."
    )
    api: ApiLimits = strawberry.field(description="Limits of the API.")


@strawberry.type(description="This installation of Mutual.")
class Instance:
    """The instance."""

    name: str = strawberry.field(description="What its members call it.")
    version: str = strawberry.field(description="The version of Mutual that runs, as `1.2.3`.")
    limits: InstanceLimits = strawberry.field(description="Its limits.")


def _api_limits() -> ApiLimits:
    rules = settings()
    return ApiLimits(
        points=rules.api_points,
        member_points=rules.api_member_points,
        window_seconds=rules.api_window_seconds,
        fields_per_point=limits.FIELDS_PER_POINT,
        cost=limits.MAX_COST,
        depth=limits.MAX_DEPTH,
        aliases=limits.MAX_ALIASES,
        root_fields=limits.MAX_ROOT_FIELDS,
        ids=limits.MAX_IDS,
        body_bytes=limits.MAX_BODY,
        message_bytes=limits.MAX_MESSAGE,
        document_characters=limits.MAX_DOCUMENT,
        document_tokens=limits.MAX_TOKENS,
        document_fields=limits.MAX_FIELDS,
        document_pairs=limits.MAX_PAIRS,
        document_operations=limits.MAX_OPERATIONS,
        document_fragments=limits.MAX_FRAGMENTS,
        document_directives=limits.MAX_DIRECTIVES,
        document_literals=limits.MAX_LITERALS,
        document_mistakes=limits.MAX_MISTAKES,
        variables=limits.MAX_VARIABLES,
        variable_values=limits.MAX_VALUES,
        variable_depth=limits.MAX_VALUE_DEPTH,
        text_characters=limits.MAX_TEXT,
        subscriptions_per_socket=rules.subscriptions_per_socket,
        subscriptions_per_token=rules.subscriptions_per_token,
        subscriptions_per_member=rules.subscriptions_per_member,
        webhook_cost=limits.MAX_WEBHOOK_COST,
        webhooks=MOST_WEBHOOKS,
        apps=MOST_APPS,
        tokens=MOST_TOKENS,
        token_days=LONGEST_DAYS,
    )


def load_instance() -> Instance:
    """The instance from its settings."""
    rules = settings()
    return Instance(
        name=rules.instance_name,
        version=VERSION,
        limits=InstanceLimits(
            note_length=rules.note_length,
            requests_per_week=rules.request_budget,
            open_requests=rules.open_requests,
            requests_per_direction=rules.requests_per_direction,
            connections=rules.connection_limit,
            expiry_days=rules.expiry_days,
            nudge_after_days=rules.nudge_after_days,
            introduction_days=rules.introduction_days,
            open_introductions=rules.open_introductions,
            page_size=LARGEST,
            undo_minutes=rules.undo_minutes,
            meeting_code_hours=rules.meeting_code_hours,
            avatar_kilobytes=rules.avatar_kilobytes,
            message_edit_minutes=rules.message_edit_minutes,
            first_contact_days=rules.first_contact_days,
            message_requests_per_week=rules.message_requests_per_week,
            updates_per_day=rules.updates_per_day,
            replies_per_day=rules.replies_per_day,
            feed_days=rules.feed_days,
            update_picture_kilobytes=rules.update_picture_kilobytes,
            event_retention_days=rules.event_retention_days,
            api=_api_limits(),
        ),
    )
