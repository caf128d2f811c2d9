"""Global ids: everything with an id can be found again by it, if the viewer may see it."""

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
    return Later(lambda _source: load())


def for_each(load: Any) -> Any:
    """The same for all objects of a type: `load` is given the object."""
    return Later(load)


def attribute(source: Any, name: str) -> Any:
    """The default resolver: an attribute, or what is to be loaded for it."""
    value = getattr(source, name)
    return value.load(source) if type(value) is Later else value


def public_id(prefix: str, key: int) -> strawberry.ID:
    """The id of a key as clients see it."""
    return strawberry.ID(ids.encode(prefix, key))
