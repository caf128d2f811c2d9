"""What a handbook of the API tells besides its types: a search, scopes, events and limits, all
read from the schema.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import GraphQLEnumType, get_named_type

from schema import library
from schema.reference import Type, types


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that a search found: a type, or something in it."""

    type: str
    member: str | None
    description: str


def search(text: str, limit: int = 60) -> list[Hit]:
    """What carries all the words, names before descriptions; `limit` at most."""
    words = [word for word in re.split(r"[^0-9a-z_]+", text.lower()) if word]
    if not words:
        return []
    ranked = []
    for hit in _everything():
        name = (hit.member or hit.type).lower()
        whole = f"{hit.type}.{hit.member or ''} {hit.description}".lower()
        if all(word in whole for word in words):
            rank = (
                name not in words,
                not any(name.startswith(word) for word in words),
                not any(word in name for word in words),
                1 if hit.member is None else 2 * (types()[hit.type].kind != "root"),
                hit.type,
                hit.member or "",
            )
            ranked.append((rank, hit))
    return [hit for _, hit in sorted(ranked, key=lambda entry: entry[0])[:limit]]


@cache
def _everything() -> tuple[Hit, ...]:
    hits = []
    for each in types().values():
        hits.append(Hit(each.name, None, each.description))
        hits += [Hit(each.name, member.name, member.description) for member in each.members]
    return tuple(hits)


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope, and what it opens."""

    name: str
    key: str
    description: str
    places: tuple[tuple[str, str | None], ...]


def scopes() -> list[Scope]:
    """All scopes in the order of their enum, with the fields and types that ask for them."""
    described = {value.name: value.description for value in types()["Scope"].values}
    enum = library.schema.type_map["Scope"]
    assert isinstance(enum, GraphQLEnumType)
    return [
        Scope(
            str(stored.value),
            name,
            described[name].removeprefix(f"`{stored.value}`: "),
            tuple(sorted(_opened(str(stored.value)), key=str)),
        )
        for name, stored in enum.values.items()
    ]


def _opened(scope: str) -> Iterator[tuple[str, str | None]]:
    return (place for place, wanted in library.scopes.items() if scope in wanted)


def events() -> list[tuple[Type, str | None]]:
    """The types of events with their kind, in the order of EventKind, those without one last."""
    kinds = {_pascal(value.name): value.name for value in types()["EventKind"].values}
    names = [*kinds, *(n for n in types()["Event"].possible if n not in kinds)]
    return [(types()[name], kinds.get(name)) for name in names]


def _pascal(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))


def limits_document() -> str:
    """A query for every limit there is, so that a new one is shown without a word here."""

    def selection(graphql: Any) -> str:
        fields = getattr(get_named_type(graphql), "fields", None)
        if not fields:
            return ""
        inner = (f"{name}{selection(each.type)}" for name, each in fields.items())
        return " { " + " ".join(inner) + " }"

    return f"{{ instance {{ limits{selection(library.schema.type_map['InstanceLimits'])} }} }}"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the instance."""

    name: str
    description: str
    value: Any


def limits(
    found: dict[str, Any], type_name: str = "InstanceLimits", before: str = ""
) -> list[Limit]:
    """What `limits_document` returned, each limit with its description."""
    rows = []
    for each in types()[type_name].fields:
        value = found[each.name]
        if isinstance(value, dict):
            rows += limits(value, each.type.name, f"{before}{each.name}.")
        else:
            rows.append(Limit(before + each.name, each.description, value))
    return rows
