"""The published schema: what is committed is what the code says, described to the last value."""

import re
from difflib import unified_diff
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
)

from models import clock
from schema import schema
from schema.changes import compare

GOLDEN = Path(__file__).parents[2] / "schema" / "schema.graphql"
TYPES = [t for name, t in schema._schema.type_map.items() if not name.startswith("__")]
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


def test_the_committed_schema_is_the_codes() -> None:
    golden, now = GOLDEN.read_text().rstrip("\n"), schema.as_str().rstrip("\n")
    assert golden == now, explain(golden, now)


def explain(golden: str, now: str) -> str:
    """What differs, and whether clients that exist can bear it."""
    lines = ["schema/schema.graphql is not what the code says: `make schema` writes it."]
    found = compare(golden, now, clock.now().date())
    lines += [f"BREAKS CLIENTS: {change}" for change in found.breaking]
    lines += [f"MAY SURPRISE CLIENTS: {change}" for change in found.dangerous]
    lines += list(unified_diff(golden.splitlines(), now.splitlines(), "committed", "code", n=1))
    return "\n".join(lines)


def test_a_difference_is_explained() -> None:
    """The message above is read on a bad day: it must name what breaks."""
    golden = GOLDEN.read_text()
    without = re.sub(r'\n  """[^"]*"""\n  waitingCount: Int![^\n]*\n', "\n", golden)
    assert without != golden
    said = explain(golden, without)
    assert "BREAKS CLIENTS: Field Viewer.waitingCount was removed." in said
    more = golden.replace("enum EventKind {", 'enum EventKind {\n  """New."""\n  PROFILE_VIEWED')
    assert "MAY SURPRISE CLIENTS: Enum value EventKind.PROFILE_VIEWED" in explain(golden, more)


def test_everything_is_described() -> None:
    bare: list[str] = []

    def look(where: str, thing: object) -> None:
        description = getattr(thing, "description", None)
        if not description or not description.strip().endswith((".", "`.", ")", "…")):
            bare.append(f"{where}: {description!r}")

    for kind in TYPES:
        if kind.name in BUILT_IN:
            continue
        look(kind.name, kind)
        if isinstance(kind, GraphQLEnumType):
            for name, value in kind.values.items():
                look(f"{kind.name}.{name}", value)
        elif isinstance(kind, GraphQLInputObjectType):
            for name, field in kind.fields.items():
                look(f"{kind.name}.{name}", field)
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                look(f"{kind.name}.{name}", field)
                for argument, given in field.args.items():
                    look(f"{kind.name}.{name}({argument})", given)
    for directive in schema._schema.directives:
        look(f"@{directive.name}", directive)
    assert bare == []


def test_only_relay_pages_end_in_connection() -> None:
    for kind in TYPES:
        if not kind.name.endswith("Connection"):
            continue
        assert isinstance(kind, GraphQLObjectType)
        assert {"edges", "nodes", "pageInfo"} <= kind.fields.keys(), kind.name
        assert str(kind.fields["pageInfo"].type) == "PageInfo!"
        edge = str(kind.fields["edges"].type).strip("[]!")
        assert edge == f"{kind.name.removesuffix('Connection')}Edge"


def test_names() -> None:
    """Times end in At, booleans of a noun read as predicates, mutations begin with a verb."""
    for kind in TYPES:
        for name, field in getattr(kind, "fields", {}).items():
            assert re.fullmatch(r"_?[a-z][A-Za-z]*", name), f"{kind.name}.{name}"
            if str(field.type).strip("!") == "DateTime":
                assert name.endswith("At") or name == "since" or re.search("[uU]ntil$", name), name
        if isinstance(kind, GraphQLEnumType):
            assert all(re.fullmatch(r"[A-Z][A-Z_]*", value) for value in kind.values), kind.name


def test_payloads() -> None:
    """Every mutation takes one input at most and answers nullable results and userErrors."""
    mutation = schema._schema.mutation_type
    assert mutation
    for name, field in mutation.fields.items():
        assert set(field.args) <= {"input"}, name
        payload: GraphQLNamedType = field.type.of_type  # type: ignore[union-attr]
        assert isinstance(payload, GraphQLObjectType)
        for key, result in payload.fields.items():
            wanted = "[UserError!]!" if key == "userErrors" else None
            assert str(result.type) == wanted if wanted else not str(result.type).endswith("!")
        assert "userErrors" in payload.fields, name
