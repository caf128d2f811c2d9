"""Measuring an operation: cost, depth, aliases and scopes, before anything is executed."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    introspection_types,
)

from models.paging import LARGEST
from models.token import Scope
from schema.bounds import too_much
from schema.limits import FIELDS_PER_POINT, MAX_ALIASES, MAX_COST, MAX_DEPTH, MAX_ROOT_FIELDS

DEFAULT_FIRST = 20
# Lists of a profile have no page size: they are counted as what long ones have, a fifth of what
# each may have (models/career.py, models/profile_entry.py).
PROFILE_LISTS = {
    "positions": 10,
    "education": 4,
    "skills": 10,
    "languages": 4,
    "links": 4,
    "featuredWork": 2,
    "openTo": 2,
    "contactDetails": 4,
    "organisations": 10,
}

ScopeMap = Mapping[tuple[str, str | None], frozenset[Scope]]


class Measure(NamedTuple):
    """What a selection asks for. `cost` counts fields, page sizes multiplying what is inside;
    `width` those that stand directly in it, or in fragments spread there.
    """

    cost: int
    depth: int
    aliases: int
    width: int
    scopes: frozenset[Scope]

    @property
    def points(self) -> int:
        """What the operation takes from its asker's allowance."""
        return max(1, -(-self.cost // FIELDS_PER_POINT))


_NOTHING = Measure(0, 0, 0, 0, frozenset())


def check_limits(measure: Measure) -> GraphQLError | None:
    """The error for an operation that asks too much, if it does."""
    return (
        too_much("Cost of the operation", measure.cost, MAX_COST)
        or too_much("Depth of the operation", measure.depth, MAX_DEPTH)
        or too_much("Aliases of the operation", measure.aliases, MAX_ALIASES)
        or too_much("Root fields of the operation", measure.width, MAX_ROOT_FIELDS)
    )


def page_sizes(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, int]:
    """Values of the operation's integer variables: those may be page sizes."""
    sizes = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        value = variables.get(name)
        if value is None and isinstance(definition.default_value, IntValueNode):
            value = _small(definition.default_value.value)
        if isinstance(value, int) and not isinstance(value, bool):
            sizes[name] = max(1, min(value, LARGEST))
    return sizes


def _small(digits: str) -> int:
    # Python refuses to convert thousands of digits, and a page is never that large.
    return min(int(digits[:9]), LARGEST)


class Walk:
    """One measuring of one operation; fragments are measured once each."""

    def __init__(
        self,
        schema: GraphQLSchema,
        scopes: ScopeMap,
        fragments: Mapping[str, FragmentDefinitionNode],
        sizes: Mapping[str, int],
    ) -> None:
        self.schema = schema
        self.scopes = scopes
        self.fragments = fragments
        self.sizes = sizes
        self._measured: dict[str, Measure] = {}

    def selection(self, selections: SelectionSetNode | None, parent: Any) -> Measure:
        """What this selection on type `parent` asks for."""
        cost, depth, aliases, width, scopes = 0, 0, 0, 0, set[Scope]()
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                part = self._field(node, parent)
            elif isinstance(node, FragmentSpreadNode):
                part = self._spread(node.name.value)
            else:
                assert isinstance(node, InlineFragmentNode)
                condition = node.type_condition
                part = self.selection(
                    node.selection_set,
                    self.schema.type_map[condition.name.value] if condition else parent,
                )
            cost += part.cost
            depth = max(depth, part.depth)
            aliases += part.aliases
            width += part.width
            scopes |= part.scopes
        return Measure(cost, depth, aliases, width, frozenset(scopes))

    def _spread(self, name: str) -> Measure:
        if name not in self._measured:
            fragment = self.fragments[name]
            self._measured[name] = self.selection(
                fragment.selection_set, self.schema.type_map[fragment.type_condition.name.value]
            )
        return self._measured[name]

    def _field(self, node: FieldNode, parent: Any) -> Measure:
        name = node.name.value
        alias = int(node.alias is not None)
        if name == "__typename":
            return Measure(1, 1, alias, 1, frozenset())
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType), parent
        kind = _INTROSPECTION[name] if name in _INTROSPECTION else parent.fields[name].type
        own = self.scopes.get((parent.name, name), frozenset()) | self.scopes.get(
            (parent.name, None), frozenset()
        )
        inner = _NOTHING
        if node.selection_set:
            inner = self.selection(node.selection_set, get_named_type(kind))
        # Half of all types are wrapped, and half of those once more.
        inside = -(-inner.cost // 2) if name == "ofType" else inner.cost
        return Measure(
            1 + self._times(node, parent) * inside,
            1 + inner.depth,
            alias + inner.aliases,
            1,
            own | inner.scopes,
        )

    def _times(self, node: FieldNode, parent: GraphQLObjectType | GraphQLInterfaceType) -> int:
        """How often what is inside of a field is read."""
        name = node.name.value
        if parent.name.startswith("__"):
            return lengths(self.schema).get(name, 1)
        if name not in _INTROSPECTION and "first" in parent.fields[name].args:
            return self._page_size(node)
        return PROFILE_LISTS.get(name, 1)

    def _page_size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                if isinstance(value, IntValueNode):
                    return max(1, _small(value.value))
                if isinstance(value, VariableNode):
                    return self.sizes.get(value.name.value, DEFAULT_FIRST)
        return DEFAULT_FIRST


# Fields of the query root that graphql-core adds.
_INTROSPECTION: dict[str, Any] = {
    "__schema": introspection_types["__Schema"],
    "__type": introspection_types["__Type"],
}


@cache
def lengths(schema: GraphQLSchema) -> dict[str, int]:
    """How long the lists of introspection are: all types, and what a type has of each kind."""
    types = schema.type_map.values()
    objects = [t for t in types if isinstance(t, GraphQLObjectType | GraphQLInterfaceType)]
    inputs = [t for t in types if isinstance(t, GraphQLInputObjectType)]
    abstract = [t for t in types if isinstance(t, GraphQLInterfaceType | GraphQLUnionType)]
    enums = [t for t in types if isinstance(t, GraphQLEnumType)]

    def average(counts: Iterable[int]) -> int:
        # Of all types, as `types` reads them; at least one of each, for those that have one.
        return max(1, -(-sum(counts) // len(types)))

    return {
        "types": len(types),
        "directives": len(schema.directives),
        "fields": average(len(t.fields) for t in objects),
        "inputFields": average(len(t.fields) for t in inputs),
        "enumValues": average(len(t.values) for t in enums),
        "possibleTypes": average(len(schema.get_possible_types(t)) for t in abstract),
    }
