"""The schema as plain data: what the reference pages show, read from the code and from nowhere
else, so it is always what runs.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    NameNode,
    SelectionSetNode,
    Undefined,
    ast_from_value,
    get_named_type,
    is_leaf_type,
    print_ast,
)

from schema import library
from schema.measure import Walk

# In the order in which one reads: where operations begin, what they return, what they take.
KINDS = {
    "root": "Roots",
    "object": "Objects",
    "interface": "Interfaces",
    "union": "Unions",
    "enum": "Enums",
    "input": "Inputs",
    "scalar": "Scalars",
}
INSIDE = "__typename"


@dataclass(frozen=True, slots=True)
class TypeUse:
    """A type as a field or an argument uses it: `[Member!]!` is Member between [ and !]!."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Input:
    """An argument of a field, or a field of an input object."""

    name: str
    type: TypeUse
    description: str
    default: str | None
    deprecated: str | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What selecting a field costs: `own`, and `times` what is selected inside it (0: a leaf)."""

    own: int
    times: int
    paged: bool


@dataclass(frozen=True, slots=True)
class Selectable:
    """A field of an object or an interface."""

    name: str
    type: TypeUse
    description: str
    arguments: tuple[Input, ...]
    scopes: tuple[str, ...]
    cost: Cost
    deprecated: str | None


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an enum."""

    name: str
    description: str
    deprecated: str | None


@dataclass(slots=True)
class Type:
    """A type. Which of the lists are filled depends on its kind."""

    name: str
    kind: str
    description: str
    scopes: tuple[str, ...] = ()
    fields: tuple[Selectable, ...] = ()
    inputs: tuple[Input, ...] = ()
    values: tuple[Value, ...] = ()
    interfaces: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    # Where it is used, as (type, field).
    used: list[tuple[str, str]] = field(default_factory=list)

    @property
    def members(self) -> tuple[Selectable | Input | Value, ...]:
        """What has a name inside it."""
        return (*self.fields, *self.inputs, *self.values)


@cache
def types() -> dict[str, Type]:
    """All types by name, sorted; those of introspection left out."""
    found = {
        name: _type(each)
        for name, each in sorted(library.schema.type_map.items())
        if not name.startswith("__")
    }
    for user, what, name in _uses(found):
        if (user, what) not in found[name].used:
            found[name].used.append((user, what))
    return found


@cache
def groups() -> dict[str, list[Type]]:
    """Types by the title of their kind, in reading order; kinds without any left out."""
    grouped = defaultdict(list)
    for each in types().values():
        grouped[each.kind].append(each)
    roots = ["Query", "Mutation", "Subscription"]
    grouped["root"].sort(key=lambda each: roots.index(each.name))
    return {title: grouped[kind] for kind, title in KINDS.items() if grouped[kind]}


def _type(graphql: GraphQLNamedType) -> Type:
    made = Type(graphql.name, _kind(graphql), graphql.description or "")
    made.scopes = _scopes(graphql.name, None)
    match graphql:
        case GraphQLObjectType() | GraphQLInterfaceType():
            made.fields = tuple(_field(graphql, n, f) for n, f in graphql.fields.items())
            made.interfaces = tuple(each.name for each in graphql.interfaces)
            if isinstance(graphql, GraphQLInterfaceType):
                implementing = library.schema.get_implementations(graphql).objects
                made.possible = tuple(sorted(each.name for each in implementing))
        case GraphQLUnionType():
            made.possible = tuple(each.name for each in graphql.types)
        case GraphQLEnumType():
            made.values = tuple(
                Value(name, value.description or "", value.deprecation_reason)
                for name, value in graphql.values.items()
            )
        case GraphQLInputObjectType():
            made.inputs = tuple(_input(n, f) for n, f in graphql.fields.items())
    return made


def _kind(graphql: GraphQLNamedType) -> str:
    schema = library.schema
    if graphql in (schema.query_type, schema.mutation_type, schema.subscription_type):
        return "root"
    match graphql:
        case GraphQLObjectType():
            return "object"
        case GraphQLInterfaceType():
            return "interface"
        case GraphQLUnionType():
            return "union"
        case GraphQLEnumType():
            return "enum"
        case GraphQLInputObjectType():
            return "input"
    return "scalar"


def _field(parent: GraphQLNamedType, name: str, graphql: GraphQLField) -> Selectable:
    return Selectable(
        name,
        _use(graphql.type),
        graphql.description or "",
        tuple(_input(each, argument) for each, argument in graphql.args.items()),
        _scopes(parent.name, name),
        _cost(parent, name, graphql),
        graphql.deprecation_reason,
    )


def _input(name: str, graphql: GraphQLArgument | GraphQLInputField) -> Input:
    default = None
    if graphql.default_value is not Undefined:
        node = ast_from_value(graphql.default_value, graphql.type)
        text = print_ast(node) if node else "null"
        default = None if text == "null" else text
    return Input(
        name,
        _use(graphql.type),
        graphql.description or "",
        default,
        graphql.deprecation_reason,
    )


def _use(graphql: Any) -> TypeUse:
    name = get_named_type(graphql).name
    before, _, after = str(graphql).partition(name)
    return TypeUse(name, before, after)


def _scopes(parent: str, name: str | None) -> tuple[str, ...]:
    return tuple(sorted(scope.value for scope in library.scopes.get((parent, name), ())))


def _cost(parent: GraphQLNamedType, name: str, graphql: GraphQLField) -> Cost:
    """As schema/measure.py counts it: not a copy of the rule but the rule itself is asked."""

    def measured(inside: int) -> int:
        chosen = FieldNode(name=NameNode(value=INSIDE))
        selections = SelectionSetNode(selections=(chosen,) * inside) if inside else None
        node = FieldNode(name=NameNode(value=name), selection_set=selections, arguments=())
        walk = Walk(library.schema, library.scopes, {}, {})
        return walk.selection(SelectionSetNode(selections=(node,)), parent).cost

    if is_leaf_type(get_named_type(graphql.type)):
        return Cost(measured(0), 0, paged=False)
    times = measured(2) - measured(1)
    return Cost(measured(1) - times, times, paged="first" in graphql.args)


def _uses(found: dict[str, Type]) -> Iterator[tuple[str, str, str]]:
    """(type, field, the type used there), of fields, arguments and input fields."""
    for each in found.values():
        for selectable in each.fields:
            yield each.name, selectable.name, selectable.type.name
            for argument in selectable.arguments:
                yield each.name, selectable.name, argument.type.name
        for taken in each.inputs:
            yield each.name, taken.name, taken.type.name
