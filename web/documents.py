"""The pages' GraphQL documents: read, completed with their fragments, and validated at start-up.

templates/requests/received.graphql holds the operation RequestsReceived, and
templates/requests/_request.graphql the fragment RequestsRequest: the name is the path.
"""

import re
from functools import cache
from pathlib import Path

from graphql import FragmentDefinitionNode, FragmentSpreadNode, Visitor, parse, print_ast, visit
from graphql.language import OperationDefinitionNode

from schema import library

TEMPLATES = Path(__file__).parent.parent / "templates"


class DocumentError(ValueError):
    """A document does not hold what its path says."""


def name_of(path: Path) -> str:
    """The name a document's operation or fragment must have."""
    words = re.split(r"[/_]+", str(path.relative_to(TEMPLATES).with_suffix("")))
    return "".join(word[:1].upper() + word[1:] for word in words if word)


@cache
def documents() -> dict[str, str]:
    """Texts of all operations by name, valid against the schema. Raises DocumentError or the
    first GraphQL error.
    """
    operations: dict[str, OperationDefinitionNode] = {}
    fragments: dict[str, FragmentDefinitionNode] = {}
    for path in sorted(TEMPLATES.rglob("*.graphql")):
        definitions = parse(path.read_text(), no_location=True).definitions
        name = name_of(path)
        if len(definitions) != 1:
            raise DocumentError(f"{path.name} must hold one definition")
        [node] = definitions
        if isinstance(node, FragmentDefinitionNode):
            found, kept = node.name.value, fragments
        elif isinstance(node, OperationDefinitionNode) and node.name:
            found, kept = node.name.value, operations  # type: ignore[assignment]
        else:
            raise DocumentError(f"{path.name} must hold a named operation or a fragment")
        if found != name:
            raise DocumentError(f"{path.relative_to(TEMPLATES)} must be called {name}, not {found}")
        kept[name] = node  # type: ignore[assignment]
    texts = {}
    for name, operation in operations.items():
        parts = [operation, *(fragments[f] for f in sorted(_spread(operation, fragments)))]
        texts[name] = "\n".join(print_ast(part) for part in parts)
        library.store(texts[name])
    return texts


def _spread(
    node: OperationDefinitionNode | FragmentDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
) -> set[str]:
    names: set[str] = set()

    class Collect(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            name = spread.name.value
            if name not in fragments:
                raise DocumentError(f"there is no fragment {name}")
            if name not in names:
                names.add(name)
                visit(fragments[name], self)

    visit(node, Collect())
    return names
