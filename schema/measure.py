"""Measuring an operation: cost, depth, aliases and scopes, before anything is executed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from models.paging import LARGEST
from models.token import Scope
from schema.errors import COST_EXCEEDED, coded

MAX_DEPTH = 20
MAX_ROOT_FIELDS = 30
MAX_ALIASES = 60
MAX_COST = 100_000
DEFAULT_FIRST = 20

ScopeMap = Mapping[tuple[str, str | None], frozenset[Scope]]


class Measure(NamedTuple):
    """What a selection asks for. `cost` counts fields, page sizes multiplying what is inside."""

    cost: int
    depth: int
    aliases: int
    scopes: frozenset[Scope]


_NOTHING = Measure(0, 0, 0, frozenset())


def check_limits(measure: Measure, operation: OperationDefinitionNode) -> GraphQLError | None:
    """The error for an operation that asks too much, if it does."""
    for value, limit, what in (
        (measure.cost, MAX_COST, "cost"),
        (measure.depth, MAX_DEPTH, "depth"),
        (measure.aliases, MAX_ALIASES, "number of aliases"),
        (len(operation.selection_set.selections), MAX_ROOT_FIELDS, "number of root fields"),
    ):
        if value > limit:
            return coded(
                f"The {what} of this operation is {value}; at most {limit}.", COST_EXCEEDED
            )
    return None


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
        cost, depth, aliases, scopes = 0, 0, 0, set[Scope]()
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
            scopes |= part.scopes
        return Measure(cost, depth, aliases, frozenset(scopes))

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
        if name.startswith("__"):
            # Introspection is on; it reads the schema in memory and nothing of anybody's.
            return Measure(1, self._plain_depth(node), alias, frozenset())
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType), parent
        definition = parent.fields[name]
        own = self.scopes.get((parent.name, name), frozenset()) | self.scopes.get(
            (parent.name, None), frozenset()
        )
        inner = _NOTHING
        if node.selection_set:
            inner = self.selection(node.selection_set, get_named_type(definition.type))
        times = self._page_size(node) if "first" in definition.args else 1
        return Measure(
            1 + times * inner.cost, 1 + inner.depth, alias + inner.aliases, own | inner.scopes
        )

    def _page_size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                if isinstance(value, IntValueNode):
                    return max(1, _small(value.value))
                if isinstance(value, VariableNode):
                    return self.sizes.get(value.name.value, DEFAULT_FIRST)
        return DEFAULT_FIRST

    def _plain_depth(self, node: FieldNode) -> int:
        children = node.selection_set.selections if node.selection_set else ()
        return 1 + max(
            (self._plain_depth(c) for c in children if isinstance(c, FieldNode)), default=0
        )
