"""Scopes: what an app may do, printed in the SDL as @requires and enforced before execution."""

from enum import Enum
from typing import Any

import strawberry
from strawberry.schema_directive import Location

from models.token import Scope as StoredScope


@strawberry.enum(name="Scope", description="What a token lets a program do in a member's name.")
class Scope(Enum):
    """The scopes of models/token.py under their GraphQL names."""

    PROFILE_READ = strawberry.enum_value(
        StoredScope.PROFILE_READ, description="`profile:read`: read profiles, as the member may."
    )
    NETWORK_READ = strawberry.enum_value(
        StoredScope.NETWORK_READ,
        description="`network:read`: read the member's requests and connections.",
    )
    NETWORK_WRITE = strawberry.enum_value(
        StoredScope.NETWORK_WRITE,
        description="`network:write`: send and answer requests, remove connections.",
    )
    EVENTS_READ = strawberry.enum_value(
        StoredScope.EVENTS_READ, description="`events:read`: follow the member's events."
    )
    PRIVATE_READ = strawberry.enum_value(
        StoredScope.PRIVATE_READ,
        description="`private:read`: read what only the member sees, such as ignored requests.",
    )
    ACCOUNT = strawberry.enum_value(
        StoredScope.ACCOUNT,
        description="Password, sessions, tokens. Held by web sessions only; never granted.",
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


def scope_map(schema: strawberry.Schema) -> dict[tuple[str, str | None], frozenset[StoredScope]]:
    """Scopes by (type name, field name), and by (type name, None) for whole types."""
    found = {}
    for name, concrete in schema.schema_converter.type_map.items():
        definition = concrete.definition
        places = [((name, None), getattr(definition, "directives", None))]
        for field in getattr(definition, "fields", None) or ():
            field_name = schema.config.name_converter.get_graphql_name(field)
            places.append(((name, field_name), getattr(field, "directives", None)))
        for place, directives in places:
            scopes = {d.scope.value for d in directives or () if isinstance(d, Requires)}
            if scopes:
                found[place] = frozenset(scopes)
    return found
