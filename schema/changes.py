"""What a change of the schema does to clients: graphql-core's finder, and what it does not look at.

The finder ignores applied directives, yet a field that suddenly needs another scope breaks a
client as surely as one that is gone.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from graphql import (
    DirectiveNode,
    EnumValueNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)
from graphql.utilities import find_breaking_changes, find_dangerous_changes

# What a deprecation has to say for a removal to be announced (docs/api/versioning.md).
ANNOUNCED = re.compile(r"Removal after (\d{4}-\d{2}-\d{2})")

_Composite = GraphQLObjectType | GraphQLInterfaceType


class Changes(NamedTuple):
    """Sentences about what changed. `announced` are removals that were due."""

    breaking: list[str]
    dangerous: list[str]
    announced: list[str]


def compare(before: str, after: str, today: date) -> Changes:
    """What clients of the SDL `before` have to bear under the SDL `after`."""
    old, new = build_schema(before), build_schema(after)
    due = due_removals(old, today)
    found = [change.description for change in find_breaking_changes(old, new)]
    return Changes(
        breaking=[words for words in found if words not in due] + scope_changes(old, new),
        dangerous=[change.description for change in find_dangerous_changes(old, new)],
        announced=[words for words in found if words in due],
    )


def scope_changes(old: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    """What was there and now needs a scope that it did not need."""
    found = []
    for name, kind in old.type_map.items():
        now = new.type_map.get(name)
        if not isinstance(kind, _Composite) or not isinstance(now, _Composite):
            continue
        of_type, of_type_now = _scopes(kind), _scopes(now)
        found += [f"Type {name} now needs the scope {s}." for s in sorted(of_type_now - of_type)]
        for field_name, field in kind.fields.items():
            if field_name in now.fields:
                needed = _scopes(now.fields[field_name]) - _scopes(field) - of_type - of_type_now
                found += [
                    f"Field {name}.{field_name} now needs the scope {s}." for s in sorted(needed)
                ]
    return found


def _scopes(thing: object) -> set[str]:
    """The scopes of its own @requires."""
    node = getattr(thing, "ast_node", None)
    directives: tuple[DirectiveNode, ...] = getattr(node, "directives", None) or ()
    return {
        argument.value.value
        for directive in directives
        if directive.name.value == "requires"
        for argument in directive.arguments or ()
        if isinstance(argument.value, EnumValueNode)
    }


def due_removals(schema: GraphQLSchema, today: date) -> set[str]:
    """The finder's sentences for the removals that the schema had announced up to today."""
    return {
        f"{what} was removed."
        for what, reason in _deprecated(schema)
        for announced in [ANNOUNCED.search(reason)]
        if announced and date.fromisoformat(announced[1]) < today
    }


def _deprecated(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    for name, kind in schema.type_map.items():
        parts: dict[str, object] = {}
        if isinstance(kind, GraphQLEnumType):
            parts = {f"Enum value {name}.{key}": value for key, value in kind.values.items()}
        elif isinstance(kind, GraphQLInputObjectType):
            parts = {f"Field {name}.{key}": field for key, field in kind.fields.items()}
        elif isinstance(kind, _Composite):
            for key, field in kind.fields.items():
                parts[f"Field {name}.{key}"] = field
                for argument, given in field.args.items():
                    parts[f"Argument {name}.{key}({argument}:)"] = given
        for what, part in parts.items():
            reason = getattr(part, "deprecation_reason", None)
            if reason is not None:
                yield what, reason
