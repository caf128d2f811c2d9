"""Global ids: everything with an id can be found again by it, if the viewer may see it."""

from operator import attrgetter
from typing import Any

import strawberry

from models import ids


@strawberry.interface(
    description="Anything with a global id. `node(id:)` and `nodes(ids:)` find it again."
)
class Node:
    """What `node` can return."""

    id: strawberry.ID = strawberry.field(
        description="Opaque, stable, unique over all types; 17 characters of letters, digits "
        "and one underscore. Usable in an address and as an HTML id."
    )


class Later:
    """A value of a field that is loaded only when the field is selected.

    Cheaper than a resolver: fields whose values are there stay plain attributes.
    """

    __slots__ = ("load",)

    def __init__(self, load: Any) -> None:
        self.load = load


def later(load: Any) -> Any:
    """Set an attribute to what `load()` returns, or awaits, once it is selected."""
    return Later(load)


def attribute(source: Any, name: str) -> Any:
    """The default resolver: an attribute, or what is to be loaded for it."""
    value = getattr(source, name)
    return value.load() if type(value) is Later else value


def resolve_plainly(schema: Any) -> None:
    """Give plain fields a resolver that only looks the attribute up.

    Strawberry's goes through three calls for what graphql-core does in one, on every field of
    every row. Fields with a resolver of their own keep it.
    """
    for name, concrete in schema.schema_converter.type_map.items():
        graphql_type = schema._schema.type_map.get(name)
        for field in getattr(concrete.definition, "fields", ()):
            graphql_name = schema.config.name_converter.get_graphql_name(field)
            target: Any = getattr(graphql_type, "fields", {}).get(graphql_name)
            if getattr(getattr(target, "resolve", None), "_is_default", False):
                target.resolve = _plain(field.python_name)


def _plain(name: str) -> Any:
    look_up = attrgetter(name)

    def resolve(source: Any, _info: Any) -> Any:
        value = look_up(source)
        return value.load() if type(value) is Later else value

    return resolve


def public_id(prefix: str, key: int) -> strawberry.ID:
    """The id of a key as clients see it."""
    return strawberry.ID(ids.encode(prefix, key))
