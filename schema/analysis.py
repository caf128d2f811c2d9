"""Documents, parsed, validated and measured once and kept: what `gate` asks before execution.

A document is bounded (schema/bounds.py) before it is validated, and validated before it is
measured. Bounds are generous for people and small for a server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    KnownTypeNamesRule,
    NamedTypeNode,
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
from schema.shelf import Shelf, tokens_of

# How much of clients' documents is remembered. A tree has some five objects a token, and a full
# collection of garbage looks at them all: 500,000 characters of them stopped everything for 400 ms.
KEPT_TOKENS = 30_000
# Of a document that is wrong only the errors: no flood of them drives the good ones out.
KEPT_MISTAKES = 500_000
_NO_DOCUMENT = DocumentNode(definitions=())


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
        self.kept: Shelf[Prepared] = Shelf(KEPT_TOKENS)
        self.refused: Shelf[Prepared] = Shelf(KEPT_MISTAKES)
        self._stored: dict[str, Prepared] = {}

    def store(self, text: str) -> Prepared:
        """Keep a document of ours for ever. Raises the first error in it."""
        prepared = self._prepare(text)
        if prepared.errors:
            raise prepared.errors[0]
        return self._stored.setdefault(text, prepared)

    def prepare(self, text: str) -> Prepared:
        """The document, parsed and validated once. Raises GraphQLSyntaxError."""
        found = self._stored.get(text) or self.kept.get(text) or self.refused.get(text)
        if found is None:
            found = self._prepare(text)
            if found.errors:
                found = Prepared(_NO_DOCUMENT, [_without_tree(e) for e in found.errors])
                self.refused.put(text, found, len(text) + sum(len(e.message) for e in found.errors))
            else:
                # Of what is long and says little, the text is what weighs.
                self.kept.put(text, found, max(tokens_of(found.document), len(text) // 20))
        return found

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


def _without_tree(error: GraphQLError) -> GraphQLError:
    """The error with its places, but without the document that it points into."""
    plain = GraphQLError(error.message, extensions=error.extensions)
    plain.locations = error.locations
    return plain


def _parse(text: str) -> DocumentNode:
    try:
        return parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if f"{MAX_TOKENS} tokens" in error.message:
            words = f"Tokens of the document: more than {MAX_TOKENS}."
            raise coded(words, COST_EXCEEDED) from None
        raise


class KnownTypeNames(KnownTypeNamesRule):
    """The rule as shipped, which compares a name that no type has with all that there are: 30 ms
    of the event loop each. A typo is mostly not in the first letter.
    """

    def enter_named_type(self, node: NamedTypeNode, *where: Any) -> None:
        """Choose what is looked at."""
        name, known = node.name.value, self.existing_types_map
        if name not in known:
            self.type_names = [each for each in known if each[0].lower() == name[0].lower()]
        super().enter_named_type(node, *where)


# Our own pages spread fragments they share; an unused one is a mistake only in a test.
_OWN = {KnownTypeNamesRule: KnownTypeNames, NoUnusedFragmentsRule: None}
RULES = tuple(filter(None, (_OWN.get(rule, rule) for rule in specified_rules)))


def mistake(error: GraphQLError) -> GraphQLError:
    """An error of validation or coercion is the client's, whatever Python raised on the way to it
    (it refuses to read a number of thousands of digits).
    """
    return GraphQLError(error.message, error.nodes, extensions={"code": BAD_REQUEST})
