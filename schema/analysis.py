"""Documents, parsed, validated and measured once and kept: what `gate` asks before execution.

A document is bounded (schema/bounds.py) before it is validated, and validated before it is
measured. Bounds are generous for people and small for a server.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from models.paging import LARGEST
from schema.bounds import check_document, too_much
from schema.errors import BAD_REQUEST, COST_EXCEEDED, coded
from schema.limits import MAX_DOCUMENT, MAX_MISTAKES, MAX_TOKENS
from schema.measure import Measure, ScopeMap, Walk, page_sizes

# How much text of clients' documents is remembered: their trees are some hundred times as large.
KEPT_CHARACTERS = 500_000


@dataclass(slots=True)
class Prepared:
    """A document that has been looked at."""

    document: DocumentNode
    errors: list[GraphQLError]
    operations: dict[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    measures: dict[tuple[object, ...], Measure] = field(default_factory=dict)
    # See Asking.names.
    names: dict[int, frozenset[str]] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises a coded error where the name does not say which."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        found = self.operations.get(name) if name is not None else None
        if found is None:
            if not self.operations:
                raise coded("The document has no operation.", BAD_REQUEST)
            raise coded(
                f"The document has no operation {name!r}."
                if name is not None
                else "The document has several operations: give operationName.",
                BAD_REQUEST,
            )
        return found


class Library:
    """All documents seen lately, and the stored ones of our own pages for ever."""

    def __init__(self, schema: GraphQLSchema, scopes: ScopeMap) -> None:
        self.schema = schema
        self.scopes = scopes
        self._kept: OrderedDict[str, Prepared] = OrderedDict()
        self._characters = 0
        self._stored: dict[str, Prepared] = {}

    def store(self, text: str) -> Prepared:
        """Keep a document of ours for ever. Raises the first error in it."""
        prepared = self._prepare(text)
        if prepared.errors:
            raise prepared.errors[0]
        return self._stored.setdefault(text, prepared)

    def prepare(self, text: str) -> Prepared:
        """The document, parsed and validated once. Raises GraphQLSyntaxError."""
        found = self._stored.get(text) or self._kept.get(text)
        if found is None:
            found = self._prepare(text)
            self._keep(text, found)
        elif text in self._kept:
            self._kept.move_to_end(text)
        return found

    def _keep(self, text: str, prepared: Prepared) -> None:
        self._kept[text] = prepared
        self._characters += len(text)
        while self._characters > KEPT_CHARACTERS:
            forgotten, _ = self._kept.popitem(last=False)
            self._characters -= len(forgotten)

    def _prepare(self, text: str) -> Prepared:
        refused = too_much("Characters of the document", len(text), MAX_DOCUMENT)
        if refused:
            raise refused
        document = _parse(text)
        prepared = Prepared(document, [])
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                name = definition.name.value if definition.name else None
                prepared.operations[name] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                prepared.fragments[definition.name.value] = definition
        refused = check_document(document, prepared.fragments)
        if refused:
            prepared.errors = [refused]
        else:
            found = validate(self.schema, document, RULES, max_errors=MAX_MISTAKES)
            prepared.errors = [mistake(error) for error in found]
        return prepared

    def measure(
        self, prepared: Prepared, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> Measure:
        """Cost, depth and scopes of an operation with these variables; remembered."""
        sizes = page_sizes(operation, variables)
        key = (id(operation), *sizes.items())
        found = prepared.measures.get(key)
        if found is None:
            if len(prepared.measures) > LARGEST:
                prepared.measures.clear()
            root = self.schema.get_root_type(operation.operation)
            assert root is not None
            walk = Walk(self.schema, self.scopes, prepared.fragments, sizes)
            found = prepared.measures[key] = walk.selection(operation.selection_set, root)
        return found


def _parse(text: str) -> DocumentNode:
    try:
        return parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if f"{MAX_TOKENS} tokens" in error.message:
            words = f"Tokens of the document: more than {MAX_TOKENS}."
            raise coded(words, COST_EXCEEDED) from None
        raise


# Our own pages spread fragments they share; an unused one is a mistake only in a test.
RULES = tuple(rule for rule in specified_rules if rule is not NoUnusedFragmentsRule)


def mistake(error: GraphQLError) -> GraphQLError:
    """An error of validation or coercion is the client's, whatever Python raised on the way to it
    (it refuses to read a number of thousands of digits).
    """
    return GraphQLError(error.message, error.nodes, extensions={"code": BAD_REQUEST})
