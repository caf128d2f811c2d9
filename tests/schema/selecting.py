"""Documents made from the schema itself: so that a new field cannot be forgotten by a test."""

import re
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from schema import schema as strawberry_schema

SCHEMA = strawberry_schema._schema
QUERY: Any = SCHEMA.query_type
MUTATION: Any = SCHEMA.mutation_type
SUBSCRIPTION: Any = SCHEMA.subscription_type


def literal(kind: Any, name: str = "") -> str:
    """Some value of an input type, written into a document."""
    if isinstance(kind, GraphQLNonNull):
        return literal(kind.of_type, name)
    if isinstance(kind, GraphQLList):
        return f"[{literal(kind.of_type, name)}]"
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        wanted = {
            key: field
            for key, field in kind.fields.items()
            if isinstance(field.type, GraphQLNonNull)
        }
        given = ", ".join(f"{key}: {literal(field.type, key)}" for key, field in wanted.items())
        return f"{{{given}}}"
    return {"Int": "1", "Boolean": "false", "Picture": '"eA=="'}.get(kind.name, '"x"')


def arguments(field: GraphQLField, given: dict[str, str] | None = None) -> str:
    """The required arguments of a field, and those that are given."""
    values: dict[str, str] = {}
    for name, argument in field.args.items():
        chosen = (given or {}).get(name)
        if chosen is not None:
            values[name] = chosen
        elif is_required_argument(argument):
            values[name] = literal(argument.type, name)
    return f"({', '.join(f'{k}: {v}' for k, v in values.items())})" if values else ""


def everything(kind: Any, depth: int, first: int = 50) -> str:
    """A selection of all fields of a type, objects inside it to `depth`."""
    kind = get_named_type(kind)
    parts = ["__typename"]
    for name, field in kind.fields.items():
        parts.append(whole(name, field, depth, first))
    if isinstance(kind, GraphQLInterfaceType):
        for possible in SCHEMA.get_possible_types(kind):
            own = [
                whole(name, field, depth, first)
                for name, field in possible.fields.items()
                if name not in kind.fields
            ]
            # Fields of one name and several types cannot stand side by side without an alias.
            prefix = possible.name
            named = [f"{prefix}_{re.split('[ (]', part)[0]}: {part}" for part in own if part]
            parts.append(f"... on {possible.name} {{ __typename {' '.join(named)} }}")
    return " ".join(part for part in parts if part)


def whole(name: str, field: GraphQLField, depth: int, first: int) -> str:
    """A field with everything below it; empty where it lies too deep."""
    inner = get_named_type(field.type)
    paged = {"first": str(first)} if "first" in field.args else {}
    if "audience" in field.args:  # one of several optional arguments has to be there
        paged["audience"] = literal(field.args["audience"].type)
    if is_leaf_type(inner):
        return name + arguments(field)
    if depth == 0:
        return ""
    # The edges of a page say the same as its nodes, but for cursors.
    deeper = (
        depth - 1
        if isinstance(inner, GraphQLObjectType) and "pageInfo" not in inner.fields
        else depth
    )
    return f"{name}{arguments(field, paged)} {{ {everything(inner, deeper, first)} }}"


def path_to(wanted: str, field_name: str) -> str:
    """A query, mutation or subscription that selects a field of a type, along the shortest way."""
    roots = [("query", QUERY), ("mutation", MUTATION), ("subscription", SUBSCRIPTION)]
    frontier: list[tuple[Any, list[tuple[str, GraphQLField | None]], str]] = [
        (root, [], word) for word, root in roots
    ]
    seen = {root.name for _, root in roots}
    while frontier:
        kind, path, word = frontier.pop(0)
        if kind.name == wanted:
            return _document(word, path, field_name, kind.fields[field_name])
        for name, field in kind.fields.items():
            inner = get_named_type(field.type)
            steps: list[tuple[Any, list[tuple[str, GraphQLField | None]]]] = []
            if isinstance(inner, GraphQLObjectType):
                steps = [(inner, [*path, (name, field)])]
            elif isinstance(inner, GraphQLInterfaceType):
                steps = [(inner, [*path, (name, field)])]
                steps += [
                    (possible, [*path, (name, field), (f"... on {possible.name}", None)])
                    for possible in SCHEMA.get_possible_types(inner)
                ]
            for target, way in steps:
                if target.name not in seen:
                    seen.add(target.name)
                    frontier.append((target, way, word))
    raise LookupError(wanted)


def _document(
    word: str, path: list[tuple[str, GraphQLField | None]], name: str, field: GraphQLField
) -> str:
    inner = get_named_type(field.type)
    text = name + arguments(field) + ("" if is_leaf_type(inner) else " { __typename }")
    for step, parent in reversed(path):
        text = f"{step}{arguments(parent) if parent else ''} {{ {text} }}"
    return f"{word} {{ {text} }}"
