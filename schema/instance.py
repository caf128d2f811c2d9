"""What this instance is called and where its limits lie."""

import strawberry

from models.paging import LARGEST
from models.settings import settings
from schema.version import VERSION


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
    page_size: int = strawberry.field(description="Largest `first`.")
    undo_minutes: int = strawberry.field(
        description="Minutes in which a removal or a decline can be undone. A connection that "
        "was removed and restored within them was missing from lists and made no event."
    )
    event_retention_days: int = strawberry.field(
        description="Days for which events are kept, and a cursor of them can be resumed."
    )


@strawberry.type(description="This installation of Mutual.")
class Instance:
    """The instance."""

    name: str = strawberry.field(description="What its members call it.")
    version: str = strawberry.field(description="The version of Mutual that runs.")
    limits: InstanceLimits = strawberry.field(description="Its limits.")


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
            page_size=LARGEST,
            undo_minutes=rules.undo_minutes,
            event_retention_days=rules.event_retention_days,
        ),
    )
