"""Limits before execution: linear work for any document, coded errors for what is too much."""

import time
from typing import Any

import pytest
from graphql import get_introspection_query

from schema.limits import MAX_COST
from tests.people import person
from tests.schema.acts import code
from tests.schema.conftest import Ask

# A busy machine; without the limits each of these takes seconds to for ever.
AT_ONCE = 3.0


def chain(count: int, spreads: int = 2) -> str:
    """Fragments that each spread the next several times: exponential to who follows them."""
    parts = ["query { viewer { member { ...f0 } } }"]
    for n in range(count):
        spread = " ".join([f"...f{n + 1}"] * spreads) if n + 1 < count else "id"
        parts.append(f"fragment f{n} on Member {{ {spread} }}")
    return "\n".join(parts)


def deep(levels: int) -> str:
    """Members within members."""
    inner = "id"
    for _ in range(levels):
        inner = f"openRequest {{ sender {{ {inner} }} }}"
    return f"{{ viewer {{ member {{ {inner} }} }} }}"


async def refused(ask: Ask, who: int, query: str, **variables: Any) -> str:
    """The code of a document that is refused, at once."""
    started = time.perf_counter()
    result = await ask(who, query, errors=True, **variables)
    took = time.perf_counter() - started
    assert took < AT_ONCE, f"took {took:.2f} s"
    assert result["errors"], "not refused"
    return str(result["errors"][0]["extensions"]["code"])


async def test_sixty_fragments_in_three_kilobytes(ask: Ask) -> None:
    ada = await person("ada")
    document = chain(60)
    assert len(document) < 3_500
    assert await refused(ask, ada, document) == "COST_EXCEEDED"
    assert await refused(ask, ada, chain(12, 8)) == "COST_EXCEEDED"
    wide = await ask(ada, chain(8), errors=True)
    assert wide["errors"] == [], "a few are fine"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (deep(12), "COST_EXCEEDED"),
        (deep(300), "BAD_REQUEST"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }", "COST_EXCEEDED"),
        (
            "{ viewer { " + " ".join(f"a{n}: unreadCount" for n in range(61)) + " } }",
            "COST_EXCEEDED",
        ),
        ("{ viewer { " + "unreadCount " * 142 + "} }", "COST_EXCEEDED"),
        ("{ viewer { " + "unreadCount " * 900 + "} }", "COST_EXCEEDED"),
        ("{ " + "viewer { unreadCount } " * 1_000 + "}", "COST_EXCEEDED"),
        ("{ " + "viewer { unreadCount } " * 5_000 + "}", "COST_EXCEEDED"),
        ("{" * 50_000, "BAD_REQUEST"),
        ("{ a" + "(b: [" * 900 + "])" * 900 + "}", "BAD_REQUEST"),
        ("query ($a: " + "[" * 1_500 + "Int" + "]" * 400 + ") { __typename }", "BAD_REQUEST"),
        (" ".join(f"query q{n} {{ __typename }}" for n in range(21)), "COST_EXCEEDED"),
        (" ".join(f"fragment f{n} on Member {{ id }}" for n in range(101)), "COST_EXCEEDED"),
        ("{ viewer { member { ...a } } } fragment a on Member { ...a }", "BAD_REQUEST"),
        (
            "{ viewer { member { ...a } } } fragment a on Member { ...b } "
            "fragment b on Member { ...a id }",
            "BAD_REQUEST",
        ),
    ],
    ids=lambda given: given[:20] if len(given) > 20 else given,
)
async def test_too_much(ask: Ask, query: str, wanted: str) -> None:
    ada = await person("ada")
    assert await refused(ask, ada, query) == wanted
    assert await refused(ask, ada, query) == wanted, "and again, when it is known"


NESTED = """query ($first: Int! = 100) { members(first: $first) { nodes { connections(first: 100) {
  nodes { connections(first: 100) { nodes { handle } } } } } } }"""


async def test_page_sizes_multiply_the_cost(ask: Ask) -> None:
    ada = await person("ada")
    assert await refused(ask, ada, NESTED) == "COST_EXCEEDED"
    assert await refused(ask, ada, NESTED, first=100) == "COST_EXCEEDED"
    said = await ask(ada, NESTED, errors=True)
    assert str(MAX_COST) in said["errors"][0]["message"]
    assert (await ask(ada, NESTED, errors=True, first=1))["errors"] == []


@pytest.mark.parametrize(
    "first",
    ["0", "-1", "-99999999999", "101", "2147483648", "1e3", '"5"', "null", "-0", "9" * 5_000],
)
async def test_sizes_written_into_the_document(ask: Ask, first: str) -> None:
    ada = await person("ada")
    nodes = "nodes { handle connections { nodes { id } } }"
    query = f"{{ members(first: {first}) {{ {nodes} }} }}"
    assert await refused(ask, ada, query) in ("BAD_REQUEST", "COST_EXCEEDED")


@pytest.mark.parametrize("first", [0, -1, 10**30, 10**4_000, 1.5, "5", True, None, [], {}])
async def test_sizes_in_variables(ask: Ask, first: object) -> None:
    ada = await person("ada")
    query = "query ($first: Int!) { members(first: $first) { nodes { handle } } }"
    assert await refused(ask, ada, query, first=first) == "BAD_REQUEST"


async def test_a_negative_size_does_not_make_room(ask: Ask) -> None:
    """A cost below nought would pay for what stands beside it."""
    ada = await person("ada")
    body = NESTED[NESTED.index("{") + 1 : -1]
    query = f"query ($first: Int!) {{ a: members(first: -100) {{ nodes {{ id }} }} {body} }}"
    assert await refused(ask, ada, query, first=100) == "COST_EXCEEDED"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "#",
        "{",
        "{ nothing }",
        "{ viewer }",
        "query { viewer { member { handle { x } } } }",
        "{ node(id: 5.5) { id } }",
        "{ node { id } }",
        "query ($id: ID!) { node(id: $id) { id } }",
        "query ($id: Nothing) { __typename }",
        "fragment a on Member { id }",
        "type Query { a: Int }",
        "{ viewer { member { ...missing } } }",
        "\ud800",
        '{ member(handle: "\\ud800") { id } }',
        "\ufeff{ nothing }",
        "mutation { removeEverything }",
        "subscription { nothing }",
    ],
)
async def test_documents_that_make_no_sense(ask: Ask, query: str) -> None:
    ada = await person("ada")
    result = await ask(ada, query, errors=True)
    if query == '{ member(handle: "\\ud800") { id } }' and not result["errors"]:
        return  # whether the parser takes a lone surrogate is its matter: it finds nobody
    assert result["errors"], query
    assert {e["extensions"]["code"] for e in result["errors"]} == {"BAD_REQUEST"}
    if "has no operation" not in result["errors"][0]["message"]:
        assert all(e.get("locations") for e in result["errors"]), "a mistake is shown"


async def test_which_operation(ask: Ask) -> None:
    """Several and no name: not the first one, but an error that says so."""
    ada = await person("ada")
    result = await ask(ada, "query a { __typename } query b { __typename }", errors=True)
    assert code(result) == "BAD_REQUEST"
    assert "operationName" in result["errors"][0]["message"]


async def test_introspection_fits(ask: Ask) -> None:
    found = await ask(None, get_introspection_query(input_value_deprecation=True))
    assert found["__schema"]["queryType"]["name"] == "Query"
