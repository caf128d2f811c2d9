"""What a client selected below a field: costly columns are computed only then."""

from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import FieldNode, FragmentSpreadNode

from models.directory import Wants
from schema.context import asking


def names_under(info: strawberry.Info[Any, Any]) -> frozenset[str]:
    """Names of all fields selected anywhere below this one. Kept with the parsed document, so a
    repeated document is walked once.
    """
    raw = info._raw_info
    kept = asking().names
    key = id(raw.field_nodes[0]) if len(raw.field_nodes) == 1 else 0
    found = kept.get(key) if key else None
    if found is None:
        names: set[str] = set()
        _collect(raw.field_nodes, raw.fragments, names, set())
        found = frozenset(names)
        if key:
            kept[key] = found
    return found


def _collect(nodes: Iterable[Any], fragments: Any, names: set[str], spread: set[str]) -> None:
    for node in nodes:
        for child in node.selection_set.selections if node.selection_set else ():
            if isinstance(child, FragmentSpreadNode):
                name = child.name.value
                if name not in spread:
                    spread.add(name)
                    _collect([fragments[name]], fragments, names, spread)
                continue
            if isinstance(child, FieldNode):
                names.add(child.name.value)
            _collect([child], fragments, names, spread)


def wants(info: strawberry.Info[Any, Any]) -> Wants:
    """Which costly columns of members the client selected below this field."""
    names = names_under(info)
    return Wants(
        about="about" in names,
        connection_count="connectionCount" in names,
        mutual_count="mutualCount" in names,
    )
