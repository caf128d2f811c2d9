"""Scopes: what an app may do, printed in the SDL as @requires and enforced before execution."""

from typing import Any

import strawberry
from strawberry.schema_directive import Location

from models.token import Scope
from schema.enums import described

described(
    Scope,
    "Scope",
    "What a token lets a program do in a member's name.",
    {
        "PROFILE_READ": "`profile:read`: read profiles, as the member may.",
        "PROFILE_WRITE": "`profile:write`: change the member's profile, and who may see it.",
        "NETWORK_READ": "`network:read`: read the member's connections, and those of others as far "
        "as the member may.",
        "NETWORK_WRITE": "`network:write`: remove connections, follow members, dismiss "
        "suggestions.",
        "REQUESTS_READ": "`requests:read`: read the member's requests, sent and waiting.",
        "REQUESTS_WRITE": "`requests:write`: send, answer and withdraw requests and introductions.",
        "NOTIFICATIONS_READ": "`notifications:read`: read the member's notifications.",
        "NOTIFICATIONS_WRITE": "`notifications:write`: mark notifications as read.",
        "MESSAGES_READ": "`messages:read`: read the member's conversations.",
        "MESSAGES_WRITE": "`messages:write`: write messages, mark them as read, put conversations "
        "away.",
        "UPDATES_READ": "`updates:read`: read the member's feed, and updates as far as the member "
        "may.",
        "UPDATES_WRITE": "`updates:write`: post, reply and say thanks.",
        "EVENTS_READ": "`events:read`: follow the member's events.",
        "PRIVATE_READ": "`private:read`: read what only the member sees: ignored and answered "
        "requests, their own settings, their contact book with its notes and tags.",
        "PRIVATE_WRITE": "`private:write`: write the member's contact book: how they met, notes, "
        "tags, reminders, imported contacts.",
        "ACCOUNT": "Password, sessions, tokens. Held by web sessions only; never granted.",
    },
)


@strawberry.schema_directive(
    locations=[Location.OBJECT, Location.FIELD_DEFINITION],
    name="requires",
    description="The scope an app must hold to select this field, or any field of this type.",
)
class Requires:
    """@requires(scope:)"""

    scope: Scope


def needs(scope: Scope) -> list[Any]:
    """For `directives=`: select this only with that scope."""
    return [Requires(scope=scope)]


def scope_map(schema: strawberry.Schema) -> dict[tuple[str, str | None], frozenset[Scope]]:
    """Scopes by (type name, field name), and by (type name, None) for whole types."""
    found = {}
    for name, concrete in schema.schema_converter.type_map.items():
        definition = concrete.definition
        places: list[tuple[tuple[str, str | None], Any]] = [
            ((name, None), getattr(definition, "directives", None))
        ]
        for field in getattr(definition, "fields", None) or ():
            field_name = schema.config.name_converter.get_graphql_name(field)
            places.append(((name, field_name), getattr(field, "directives", None)))
        for place, directives in places:
            scopes = {d.scope for d in directives or () if isinstance(d, Requires)}
            if scopes:
                found[place] = frozenset(scopes)
    return found
