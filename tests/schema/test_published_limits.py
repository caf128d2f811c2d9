"""`instance { limits { api } }` and the codes: what is checked is what is published."""

import re

import pytest
from graphql import get_introspection_query

from models.app import MOST_APPS
from models.settings import settings
from models.token import LONGEST_DAYS, MOST_TOKENS
from models.webhook import MOST_WEBHOOKS
from schema import bounds, errors, library, limits, measure
from schema.handbook import limits_document
from tests.people import person
from tests.schema.conftest import Ask
from web.errors import STATUS

PUBLISHED = {
    "MAX_BODY": "bodyBytes",
    "MAX_MESSAGE": "messageBytes",
    "MAX_DOCUMENT": "documentCharacters",
    "MAX_TOKENS": "documentTokens",
    "MAX_FIELDS": "documentFields",
    "MAX_PAIRS": "documentPairs",
    "MAX_OPERATIONS": "documentOperations",
    "MAX_FRAGMENTS": "documentFragments",
    "MAX_DIRECTIVES": "documentDirectives",
    "MAX_LITERALS": "documentLiterals",
    "MAX_MISTAKES": "documentMistakes",
    "MAX_VARIABLES": "variables",
    "MAX_VALUES": "variableValues",
    "MAX_VALUE_DEPTH": "variableDepth",
    "MAX_TEXT": "textCharacters",
    "MAX_COST": "cost",
    "MAX_DEPTH": "depth",
    "MAX_ALIASES": "aliases",
    "MAX_ROOT_FIELDS": "rootFields",
    "MAX_IDS": "ids",
    "FIELDS_PER_POINT": "fieldsPerPoint",
    "MAX_WEBHOOK_COST": "webhookCost",
}


async def test_every_limit_is_published(ask: Ask) -> None:
    found = (await ask(None, limits_document()))["instance"]["limits"]["api"]
    constants = {k: v for k, v in vars(limits).items() if k.isupper()}
    assert constants.keys() == PUBLISHED.keys(), "a limit without a field, or the reverse"
    rules = settings()
    assert found == {
        **{PUBLISHED[name]: value for name, value in constants.items()},
        "points": rules.api_points,
        "memberPoints": rules.api_member_points,
        "windowSeconds": rules.api_window_seconds,
        "subscriptionsPerSocket": rules.subscriptions_per_socket,
        "subscriptionsPerToken": rules.subscriptions_per_token,
        "subscriptionsPerMember": rules.subscriptions_per_member,
        "webhooks": MOST_WEBHOOKS,
        "apps": MOST_APPS,
        "tokens": MOST_TOKENS,
        "tokenDays": LONGEST_DAYS,
    }


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (lambda n: "{ __typename }" + "#" * (n - 14), limits.MAX_DOCUMENT),
        (lambda n: "{ " + "__typename " * (n - 2) + "}", 142 + 2),  # 142 * 141 / 2 pairs
        (lambda n: "query q0 { __typename }" + "".join(f" query q{k} {{ __typename }}" for k in range(1, n)), limits.MAX_OPERATIONS),  # noqa: E501
        (lambda n: "{ viewer { member { id } } }" + "".join(f" fragment f{k} on Member {{ id }}" for k in range(n)), limits.MAX_FRAGMENTS),  # noqa: E501
        (lambda n: "{ __typename " + " ".join(f"a{k}: __typename @skip(if: true)" for k in range(n)) + "}", limits.MAX_DIRECTIVES),  # noqa: E501
        (lambda n: "query (" + " ".join(f"$v{k}: Int" for k in range(n)) + ") { __typename }", limits.MAX_VARIABLES),  # noqa: E501
        (lambda n: "{ nodes(ids: [" + '"a" ' * n + "]) { id } }", limits.MAX_LITERALS),
    ],
    ids=["characters", "pairs", "operations", "fragments", "directives", "variables", "literals"],
)  # fmt: skip
def test_a_document_at_its_limit_and_one_over(make: object, limit: int) -> None:
    def refused(n: int) -> bool:
        try:
            found = library._prepare(make(n)).errors  # type: ignore[operator]
        except errors.GraphQLError as error:
            found = [error]
        return any((e.extensions or {}).get("code") == errors.COST_EXCEEDED for e in found)

    at = limit - 1 if limit == 144 else limit
    assert not refused(at)
    assert refused(at + 1)


async def test_the_root_counts_what_fragments_bring(ask: Ask) -> None:
    ada = await person("ada")
    one, two = (" ".join(f"{x}{n}: __typename" for n in range(16)) for x in "ab")
    query = f"{{ ...x ... {{ {one} }} }} fragment x on Query {{ {two} }}"
    found = await ask(ada, query, errors=True)
    assert found["errors"][0]["extensions"]["code"] == "COST_EXCEEDED"
    assert "32; at most 30" in found["errors"][0]["message"]


async def test_introspection_is_measured(ask: Ask) -> None:
    """As tools send it it fits, with room to grow; a document that multiplies does not."""
    query = get_introspection_query(
        input_value_deprecation=True, directive_is_repeatable=True, specified_by_url=True
    )
    prepared = library.prepare(query)
    measured = library.measure(prepared, prepared.operation(None), {})
    data = await ask(None, query)

    def fields(value: object) -> int:
        if isinstance(value, dict):
            return len(value) + sum(map(fields, value.values()))
        return sum(map(fields, value)) if isinstance(value, list) else 0

    assert fields(data) / 2 < measured.cost < 4 * fields(data), "an honest guess"
    assert measured.cost < limits.MAX_COST * 2 / 3
    inner = "fields { args { type { ofType { name } } } type { fields { name description } } }"
    many = " ".join(f"a{n}: __schema {{ types {{ {inner} }} }}" for n in range(20))
    found = await ask(None, f"{{ {many} }}", errors=True)
    assert found["errors"][0]["extensions"]["code"] == "COST_EXCEEDED"
    deep = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
    found = await ask(None, deep, errors=True)
    assert found["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_codes_are_described_and_have_a_status() -> None:
    assert errors.CODES.keys() == STATUS.keys()
    named = {v for k, v in vars(errors).items() if k.isupper() and isinstance(v, str)}
    assert named == errors.CODES.keys()
    assert all(re.match(r"[A-Z].*\.$", words) for words in errors.CODES.values())
    assert bounds.limits is limits
    assert measure.MAX_COST is limits.MAX_COST
