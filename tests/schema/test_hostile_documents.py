"""The worst documents found: bounded before they are validated, by counted work and by time.

The bound on time is generous (a busy machine, PostgreSQL beside it); the figures of a quiet one
are in docs/decisions/0013.
"""

import contextlib
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLError
from graphql.validation.rules.overlapping_fields_can_be_merged import (
    OverlappingFieldsCanBeMergedRule as Overlapping,
)

from schema import bounds, library, limits
from schema.bounds import check_values
from tests.schema.test_limits import chain

SECONDS = 0.5

Hostile = Callable[[int], str]


def viewers(n: int) -> str:
    """Fields of one name, and in each of them again: compared each with each."""
    return "{ " + " ".join("viewer { " + "unreadCount " * 10 + "}" for _ in range(n)) + "}"


def inline(n: int) -> str:
    """The same, hidden in inline fragments."""
    return "{ viewer { " + " ".join("... { " + "unreadCount " * 10 + "}" for _ in range(n)) + "} }"


def spread(n: int) -> str:
    """The same, hidden in fragments."""
    parts = [f"fragment f{k} on Member {{ {'handle ' * 10} }}" for k in range(n)]
    return (
        "{ viewer { member { " + " ".join(f"...f{k}" for k in range(n)) + "} } }" + "".join(parts)
    )


def operations(n: int) -> str:
    """Each operation spreads every fragment."""
    spreads = " ".join(f"...f{k}" for k in range(n))
    asked = " ".join(f"query q{k} {{ viewer {{ member {{ {spreads} }} }} }}" for k in range(18))
    return asked + " ".join(f"fragment f{k} on Member {{ id name }}" for k in range(n))


def variables(n: int) -> str:
    names = " ".join(f"$v{k}: [[Int!]!] = [[{k}]]" for k in range(n))
    return f"query ({names}) {{ __typename }}"


def inputs(n: int) -> str:
    """Unknown fields of an input: each mistake prints the whole of it."""
    given = " ".join(f"a{k}: {k}" for k in range(n))
    return f"mutation {{ sendConnectionRequest(input: {{ {given} }}) {{ userErrors {{ code }} }} }}"


def directives(n: int) -> str:
    return "{ __typename " + "@skip(if: true) " * n + "}"


def unknown(n: int) -> str:
    """Names that are nearly there: each is compared with all there are."""
    return "{ viewer { " + " ".join(f"unreadCoumt{k}" for k in range(n)) + "} }"


def text(n: int) -> str:
    return '{ member(handle: """' + "a\n" * (n * 100) + '""") { id } }'


def chains(n: int) -> str:
    return chain(n, 1)


DOCUMENTS = [
    *(viewers, inline, spread, operations, variables),
    *(inputs, directives, unknown, text, chains),
]


@pytest.mark.parametrize("hostile", DOCUMENTS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [10, 45, 90, 180, 1_200])
def test_hostile_documents_are_quick(hostile: Hostile, n: int) -> None:
    document = hostile(n)[: limits.MAX_BODY]
    took = SECONDS
    for _ in range(3):  # a collection of garbage may fall into one of them
        started = time.process_time()
        with contextlib.suppress(GraphQLError):
            library._prepare(document)
        took = time.process_time() - started
        if took < SECONDS:
            return
    pytest.fail(f"{len(document)} characters took {took:.2f} s")


def comparisons(document: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often validation compared two fields."""
    import graphql.validation.rules.overlapping_fields_can_be_merged as rules

    count = 0
    compare: Any = rules.find_conflict

    def counted(*args: Any) -> Any:
        nonlocal count
        count += 1
        return compare(*args)

    with monkeypatch.context() as patch:
        patch.setattr(rules, "find_conflict", counted)
        library._prepare(document)
    return count


@pytest.mark.parametrize("hostile", [viewers, inline, spread], ids=lambda f: f.__name__)
def test_what_validation_compares_is_bounded(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By counting: our count of pairs is what graphql-core does, and it never does more than
    the limit.
    """
    assert Overlapping in library_rules()
    most = 0
    for n in range(1, 60):
        document = hostile(n)
        done = comparisons(document, monkeypatch)
        prepared = library._prepare(document)
        operation = next(iter(prepared.operations.values()))
        assert done <= bounds.pairs([operation.selection_set], prepared.fragments)
        most = max(most, done)
    assert limits.MAX_PAIRS / 4 < most <= limits.MAX_PAIRS


def library_rules() -> tuple[Any, ...]:
    from schema.analysis import RULES

    return RULES


def test_an_unknown_type_is_compared_with_few(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    module = sys.modules["graphql.validation.rules.known_type_names"]
    plain = module.suggestion_list  # type: ignore[attr-defined]

    def counted(name: str, options: list[str]) -> list[str]:
        compared.append(len(options))
        return plain(name, options)  # type: ignore[no-any-return]

    monkeypatch.setattr(module, "suggestion_list", counted)
    wrong = ["memberConection", "CONNECTIONREQUESTS", "Qwerty"]
    spread = " ".join(f"... on {name} {{ __typename }}" for name in wrong)
    found = library._prepare(f"{{ viewer {{ {spread} }} }}").errors
    assert len(compared) == len(wrong)
    assert max(compared) < len(library.schema.type_map) / 4
    assert "'MemberConnection'" in found[0].message, "did you mean"


def test_sixty_fragments_are_measured_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """2 ** 60 to who follows each spread; a call for each spread to us."""
    calls = 0
    size = bounds._Sizes.of

    def counted(*args: Any) -> int:
        nonlocal calls
        calls += 1
        return size(*args)

    monkeypatch.setattr(bounds._Sizes, "of", counted)
    prepared = library._prepare(chain(60))
    assert prepared.errors[0].extensions == {"code": "COST_EXCEEDED"}
    assert calls < 200


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ({}, True),
        ({"a": list(range(limits.MAX_VALUES - 1))}, True),
        ({"a": list(range(limits.MAX_VALUES))}, False),
        ({"a": list(range(100_000))}, False),
        ({f"a{n}": n for n in range(100_000)}, False),
        ({"a": [[[1] * 50] * 50] * 50}, False),
        ({"a": "x" * limits.MAX_TEXT}, True),
        ({"a": [{"b": "x" * (limits.MAX_TEXT + 1)}]}, False),
    ],
    ids=lambda given: str(given)[:20],
)
def test_values_of_variables(values: dict[str, Any], fits: bool) -> None:
    refused = check_values(values)
    assert (refused is None) is fits
    if refused:
        assert refused.extensions == {"code": "COST_EXCEEDED"}


def test_nested_values() -> None:
    value: Any = 1
    for _ in range(limits.MAX_VALUE_DEPTH - 1):
        value = [value]
    assert check_values({"a": value}) is None
    assert check_values({"a": [[value]]}) is not None
    for _ in range(50_000):
        value = [value]
    assert check_values({"a": value}) is not None
    while isinstance(value, list):  # or freeing it would be deeper than C's stack
        [value] = value
