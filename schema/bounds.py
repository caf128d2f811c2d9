"""How large a document is, counted before graphql-core validates it.

Each count visits a node once, or once for each place where its fragment is spread, and those are
bounded first. Strawberry's own limiters follow every spread anew (60 fragments in 3 KB hang
them), and the rule that compares fields of one name compares each with each.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from schema import limits
from schema.errors import BAD_REQUEST, COST_EXCEEDED, coded

Fragments = Mapping[str, FragmentDefinitionNode]


def too_much(what: str, value: int, limit: int) -> GraphQLError | None:
    """The error for a count over its limit."""
    if value <= limit:
        return None
    return coded(f"{what}: {value}; at most {limit}.", COST_EXCEEDED)


def check_document(document: DocumentNode, fragments: Fragments) -> GraphQLError | None:
    """The first limit a document is over; `fragments` are its fragments by their names."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    others = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
    variables = max((len(o.variable_definitions or ()) for o in operations), default=0)
    return (
        too_much("Operations in the document", len(operations), limits.MAX_OPERATIONS)
        or too_much("Fragments in the document", len(others), limits.MAX_FRAGMENTS)
        or too_much("Variables of an operation", variables, limits.MAX_VARIABLES)
        or _check_nodes(document.definitions)
        or _check_fields(operations, others, fragments)
    )


def check_values(variables: Mapping[str, Any]) -> GraphQLError | None:
    """The first limit the values of variables are over."""
    count = 0
    level: list[Any] = [variables]
    for _ in range(limits.MAX_VALUE_DEPTH + 1):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, str) and len(value) > limits.MAX_TEXT:
                return too_much("Characters of a text", len(value), limits.MAX_TEXT)
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        count += len(inner)
        if count > limits.MAX_VALUES:
            return too_much("Values in variables", count, limits.MAX_VALUES)
        if not inner:
            return None
        level = inner
    return coded(
        f"The variables are nested deeper than {limits.MAX_VALUE_DEPTH} levels.", COST_EXCEEDED
    )


def _check_nodes(definitions: Iterable[Node]) -> GraphQLError | None:
    """Directives, and what stands inside of lists and objects."""
    directives = literals = 0
    stack: list[Node] = list(definitions)
    while stack:
        node = stack.pop()
        if isinstance(node, DirectiveNode):
            directives += 1
        elif isinstance(node, ListValueNode):
            literals += len(node.values)
        elif isinstance(node, ObjectValueNode):
            literals += len(node.fields)
        for key in node.keys:
            value = getattr(node, key, None)
            if isinstance(value, Node):
                stack.append(value)
            elif isinstance(value, list | tuple):
                stack += value
    return too_much("Directives in the document", directives, limits.MAX_DIRECTIVES) or too_much(
        "Values in lists and objects of the document", literals, limits.MAX_LITERALS
    )


class _Sizes:
    """Selections once all spreads are put in place; each fragment is counted once."""

    def __init__(self, fragments: Fragments) -> None:
        self.fragments = fragments
        self.known: dict[str, int] = {}

    def of(self, selections: SelectionSetNode | None, path: tuple[str, ...] = ()) -> int:
        """The size of a selection. Raises a coded error for a fragment that spreads itself."""
        total = 0
        for node in selections.selections if selections else ():
            total += 1
            if isinstance(node, FragmentSpreadNode):
                total += self._of_spread(node, path)
            else:
                total += self.of(getattr(node, "selection_set", None), path)
        return total

    def _of_spread(self, node: FragmentSpreadNode, path: tuple[str, ...]) -> int:
        name = node.name.value
        if name in path:
            raise GraphQLError(
                f"Fragment {name!r} spreads itself.", node, extensions={"code": BAD_REQUEST}
            )
        if name not in self.known and name in self.fragments:
            self.known[name] = self.of(self.fragments[name].selection_set, (*path, name))
        return self.known.get(name, 0)  # an unknown one: validation says so


def _check_fields(
    operations: Iterable[OperationDefinitionNode],
    others: Iterable[FragmentDefinitionNode],
    fragments: Fragments,
) -> GraphQLError | None:
    sizes = _Sizes(fragments)
    try:
        selected = sum(sizes.of(each.selection_set) for each in operations)
        roots = [each.selection_set for each in operations]
        # Fragments nobody spreads are validated as well, and those that share a name.
        for fragment in others:
            name = fragment.name.value
            if name not in sizes.known or fragments[name] is not fragment:
                roots.append(fragment.selection_set)
                selected += sizes.of(fragment.selection_set, (name,))
    except GraphQLError as error:
        return error
    refused = too_much("Fields selected, with fragments in place", selected, limits.MAX_FIELDS)
    if refused:
        return refused
    found = sum(pairs([root], fragments) for root in roots)
    return too_much("Pairs of fields with one name in one place", found, limits.MAX_PAIRS)


def pairs(selections: Sequence[SelectionSetNode], fragments: Fragments) -> int:
    """Pairs of fields that answer under the same name in the same place: what validation compares.

    The selections of fields with one name are one selection to it. There are no cycles any more.
    """
    groups: dict[str, list[FieldNode]] = {}
    spread: set[str] = set()
    stack: list[Any] = list(selections)
    while stack:
        for node in stack.pop().selections:
            if isinstance(node, FieldNode):
                groups.setdefault((node.alias or node.name).value, []).append(node)
            elif not isinstance(node, FragmentSpreadNode):
                stack.append(node.selection_set)
            elif node.name.value not in spread and node.name.value in fragments:
                spread.add(node.name.value)
                stack.append(fragments[node.name.value].selection_set)
    total = 0
    for group in groups.values():
        inner = [node.selection_set for node in group if node.selection_set]
        total += len(group) * (len(group) - 1) // 2 + (pairs(inner, fragments) if inner else 0)
    return total
