"""The reference says what the schema says, and costs as they are counted."""

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, parse

from schema import handbook, library, reference
from schema.measure import Walk

TYPES = {n: t for n, t in library.schema.type_map.items() if not n.startswith("__")}


def test_every_type_is_there_with_everything_in_it() -> None:
    found = reference.types()
    assert found.keys() == TYPES.keys()
    for name, graphql in TYPES.items():
        assert found[name].description == (graphql.description or "")
        match graphql:
            case GraphQLObjectType() | GraphQLInputObjectType():
                wanted = list(graphql.fields)
            case GraphQLEnumType():
                wanted = list(graphql.values)
            case _:
                continue
        assert [each.name for each in found[name].members] == wanted
    grouped = [each.name for group in reference.groups().values() for each in group]
    assert sorted(grouped) == sorted(TYPES)
    assert grouped[:3] == ["Query", "Mutation", "Subscription"]


def test_types_are_as_written_in_the_schema() -> None:
    for name, graphql in TYPES.items():
        if isinstance(graphql, GraphQLObjectType):
            for field in reference.types()[name].fields:
                use = field.type
                assert f"{use.before}{use.name}{use.after}" == str(graphql.fields[field.name].type)
                assert use.name in TYPES


@pytest.mark.parametrize(
    ("query", "path", "inside", "first"),
    [
        ("{ instance { name version } }", "Query.instance", 2, 1),
        ("{ members { nodes { id } } }", "Query.members", 2, 20),
        ("{ members(first: 7) { nodes { id } pageInfo { endCursor } } }", "Query.members", 4, 7),
    ],
)
def test_costs_are_those_of_whole_operations(
    query: str, path: str, inside: int, first: int
) -> None:
    operation = parse(query).definitions[0]
    walk = Walk(library.schema, library.scopes, {}, {})
    counted = walk.selection(operation.selection_set, library.schema.query_type).cost  # type: ignore[attr-defined]
    type_name, name = path.split(".")
    cost = next(f for f in reference.types()[type_name].fields if f.name == name).cost
    assert cost.paged == (cost.times > 1)
    assert counted == cost.own + (first if cost.paged else cost.times) * inside


def test_scopes_are_those_that_are_enforced() -> None:
    listed = {place: scope.name for scope in handbook.scopes() for place in scope.places}
    assert listed.keys() == library.scopes.keys()
    for (type_name, field), name in listed.items():
        type_ = reference.types()[type_name]
        shown = (
            type_.scopes
            if field is None
            else next(f.scopes for f in type_.fields if f.name == field)
        )
        assert name in shown
    names = [scope.name for scope in handbook.scopes()]
    assert names == [str(v.value) for v in TYPES["Scope"].values.values()]  # type: ignore[attr-defined]
    assert not any(scope.description.startswith("`") for scope in handbook.scopes())


def test_a_type_knows_where_it_is_used() -> None:
    used = reference.types()["RequestBasis"].used
    assert ("ConnectionRequest", "basis") in used
    assert ("SendConnectionRequestInput", "basis") in used
    assert ("Query", "members") in reference.types()["Cursor"].used


def test_events_are_in_the_order_of_their_kinds() -> None:
    found = handbook.events()
    kinds = [kind for _, kind in found if kind]
    assert kinds == list(TYPES["EventKind"].values)  # type: ignore[attr-defined]
    assert {each.name for each, _ in found} == set(reference.types()["Event"].possible)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("acceptConnectionRequest", "Mutation.acceptConnectionRequest"),
        ("ACCEPT connection request", "Mutation.acceptConnectionRequest"),
        ("PageInfo", "PageInfo."),
        ("ConnectionRequest.basis", "ConnectionRequest.basis"),
    ],
)
def test_a_search_finds_what_is_meant(text: str, wanted: str) -> None:
    hits = [f"{hit.type}.{hit.member or ''}" for hit in handbook.search(text)]
    assert wanted in hits[:3], hits[:5]


def test_a_search_is_bounded_and_never_fails() -> None:
    assert len(handbook.search("e", limit=5)) == 5
    assert handbook.search("()[]\\ \x00 *") == []
    assert handbook.search("no such word anywhere") == []
