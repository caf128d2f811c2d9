"""Leaf fields without ceremony.

graphql-core builds a path, the resolve info and the arguments for every field and looks at its
type step by step: right for a field with a resolver, and most of the time of a list of twenty
rows, whose fields are attributes that are there. Those are read and written here; anything else
(a value to be loaded, a null that may not be, a value that does not fit) takes the long way.
"""

from collections.abc import Awaitable, Callable
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLString,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.node import Later


class Leaf(NamedTuple):
    """How a plain field of a scalar or enum type is read and written."""

    look_up: Callable[[Any], Any]
    write: Callable[[Any], Any]
    nullable: bool


class LongWay(Exception):
    """The value is not one that can be written here."""


def _as_it_is(kind: type) -> Callable[[Any], Any]:
    def write(value: Any) -> Any:
        if type(value) is kind:
            return value
        raise LongWay

    return write


def _int(value: Any) -> Any:
    if type(value) is int and -(2**31) <= value < 2**31:
        return value
    raise LongWay


_WRITERS: dict[Any, Callable[[Any], Any]] = {
    GraphQLString: _as_it_is(str),
    GraphQLID: _as_it_is(str),
    GraphQLBoolean: _as_it_is(bool),
    GraphQLInt: _int,
}


def leaves_of(schema: Any) -> dict[str, dict[str, Leaf]]:
    """The plain leaf fields of all object types, by type and field name."""
    found: dict[str, dict[str, Leaf]] = {}
    for name, concrete in schema.schema_converter.type_map.items():
        fields = getattr(schema._schema.type_map.get(name), "fields", {})
        for field in getattr(concrete.definition, "fields", ()):
            graphql_name = schema.config.name_converter.get_graphql_name(field)
            target: Any = fields.get(graphql_name)
            # Strawberry marks the resolver of a field that has none of its own.
            if not getattr(getattr(target, "resolve", None), "_is_default", False):
                continue
            nullable = not isinstance(target.type, GraphQLNonNull)
            kind = target.type if nullable else target.type.of_type
            if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
                write = _WRITERS.get(kind, kind.coerce_output_value)
                leaf = Leaf(attrgetter(field.python_name), write, nullable)
                found.setdefault(name, {})[graphql_name] = leaf
    return found


class LeafExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor with a short way for leaves."""

    leaves: ClassVar[dict[str, dict[str, Leaf]]] = {}

    def execute_fields(
        self,
        parent_type: Any,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """The fields of one object, in the order they were asked for."""
        leaves = self.leaves.get(parent_type.name)
        if leaves is None:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        written: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        for response_name, details in grouped_field_set.items():
            leaf = leaves.get(details[0].node.name.value)
            if leaf is not None:
                try:
                    value = leaf.look_up(source_value)
                    if value is None and leaf.nullable:
                        written[response_name] = None
                        continue
                    if value is not None and type(value) is not Later:
                        written[response_name] = leaf.write(value)
                        continue
                except Exception:  # noqa: S110 - the long way raises it with its place
                    pass
            rest[response_name] = details
        if not rest:
            return written
        slow: Any = super().execute_fields(parent_type, source_value, path, rest, position_context)
        if not written:
            return slow
        if self.is_awaitable(slow):
            return _merge_later(grouped_field_set, written, slow)
        return _merge(grouped_field_set, written, slow)


def _merge(order: Any, written: dict[str, Any], slow: dict[str, Any]) -> dict[str, Any]:
    slow.update(written)
    return {name: slow[name] for name in order if name in slow}


async def _merge_later(
    order: Any, written: dict[str, Any], slow: Awaitable[dict[str, Any]]
) -> dict[str, Any]:
    return _merge(order, written, await slow)
