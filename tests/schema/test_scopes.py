"""Scopes: every field that names one is refused without it and served with it."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from graphql import OperationType

from models import session, sql, token
from models.token import GRANTABLE, Scope
from schema import library, schema
from schema.context import Context
from schema.scopes import scope_map
from tests.people import person
from tests.schema.conftest import Ask, viewer_of
from tests.schema.selecting import SCHEMA, path_to

# A field of its own, or any field of a type that names one.
GUARDED = [
    (kind, field or next(iter(SCHEMA.type_map[kind].fields)), scope)  # type: ignore[attr-defined]
    for (kind, field), scopes in scope_map(schema).items()
    for scope in scopes
]
EVENTS = "subscription { events { cursor } }"


async def errors(query: str, context: Context) -> list[Any]:
    """What an operation is refused with; of a stream, its first result's."""
    document = library.prepare(query)
    [operation] = document.operations.values()
    if operation.operation is not OperationType.SUBSCRIPTION:
        result = await schema.execute(query, context_value=context)
        return [error.extensions for error in result.errors or []]
    stream: AsyncIterator[Any] = await schema.subscribe(query, context_value=context)
    async with aclosing(stream):  # type: ignore[type-var]
        async for result in stream:
            return [error.extensions for error in result.errors or []]
    return []


def needed(query: str) -> frozenset[Scope]:
    """All scopes a document asks for."""
    document = library.prepare(query)
    assert document.errors == [], query
    [operation] = document.operations.values()
    return library.measure(document, operation, {}).scopes


@pytest.mark.only_engine("sqlite")
@pytest.mark.parametrize(("kind", "field", "scope"), GUARDED)
async def test_a_guarded_field(ask: Ask, kind: str, field: str, scope: Scope) -> None:
    ada = await person("ada")
    query = path_to(kind, field)
    wanted = needed(query)
    assert scope in wanted, query
    without = Context(known=await viewer_of(ada, frozenset(Scope) - {scope}))
    assert await errors(query, without) == [{"code": "FORBIDDEN_SCOPE", "missing": [scope.value]}]
    if query.startswith("subscription"):
        return  # served: tests/live
    exactly = Context(known=await viewer_of(ada, wanted))
    refused = {e["code"] for e in await errors(query, exactly) if e}
    assert refused <= {"BAD_REQUEST"}, query


def test_every_mutation_and_subscription_names_a_scope() -> None:
    for root in (SCHEMA.mutation_type, SCHEMA.subscription_type):
        assert root
        for name in root.fields:
            assert (root.name, name) in scope_map(schema), name


async def test_tokens_hold_what_they_were_granted(ask: Ask) -> None:
    ada = await person("ada")
    for scope in sorted(GRANTABLE):
        _, secret = await token.create(ada, "One", [scope], None)
        found = await errors("{ viewer { waitingCount } }", Context(bearer=secret))
        if scope is Scope.REQUESTS_READ:
            assert found == []
        else:
            assert found == [{"code": "FORBIDDEN_SCOPE", "missing": ["requests:read"]}]
        assert (
            await errors(
                "{ viewer { member { handle } } instance { name } }", Context(bearer=secret)
            )
            == []
        )


async def test_a_session_holds_every_scope(ask: Ask) -> None:
    ada = await person("ada")
    cookie = await session.open_session(ada, "Firefox")
    everything = """{ viewer { email waitingCount eventCursor sessions { id } tokens { id }
      ignoredRequests { nodes { id } } member { about } } }"""
    assert await errors(everything, Context(cookie=cookie)) == []


async def test_a_token_counts_before_a_cookie(ask: Ask) -> None:
    ada, grace = await person("ada"), await person("grace")
    cookie = await session.open_session(grace, "Firefox")
    _, secret = await token.create(ada, "One", [Scope.PROFILE_READ], None)
    context = Context(bearer=secret, cookie=cookie)
    result = await schema.execute("{ viewer { member { handle } } }", context_value=context)
    assert result.data == {"viewer": {"member": {"handle": "ada"}}}
    refused = await errors("{ viewer { email } }", context)
    assert refused == [{"code": "FORBIDDEN_SCOPE", "missing": ["account"]}]
    bad = Context(bearer="mut_wrong", cookie=cookie)
    assert await errors("{ __typename }", bad) == [{"code": "UNAUTHENTICATED"}]


async def test_signed_out(ask: Ask) -> None:
    reading = '{ member(handle: "x") { about connectionCount } viewer { email } }'
    assert await errors(reading, Context()) == []
    act = 'mutation { revokeAccessToken(input: {tokenId: "x"}) { userErrors { code } } }'
    for query in (act, EVENTS, "mutation { __typename }"):
        [found] = await errors(query, Context())
        assert found["code"] == "UNAUTHENTICATED", query


async def test_scopes_in_every_corner_of_a_document(ask: Ask) -> None:
    """Fragments, inline fragments, aliases, skipped and unnamed: none is a way around."""
    ada = await person("ada")
    limited = Context(known=await viewer_of(ada, frozenset({Scope.PROFILE_READ})))
    for query in (
        "{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { x: email }",
        "{ viewer { ... on Viewer { email } } }",
        "{ viewer { ... @include(if: true) { email } } }",
        "{ viewer { handle: email } }",
        'query { node(id: "x") { ... on ConnectionRequest { id } } }',
        'query { nodes(ids: ["x"]) { ... on Notification { __typename id } } }',
        "query a { viewer { email } }",
    ):
        [found] = await errors(query, limited)
        assert found["code"] == "FORBIDDEN_SCOPE", query


async def test_a_stored_scope_that_is_no_longer_known(ask: Ask) -> None:
    ada = await person("ada")
    _, secret = await token.create(ada, "Old", [Scope.REQUESTS_READ], None)
    await sql.change(
        "UPDATE access_token SET scopes = 'requests:read carrier-pigeons:read account'"
    )
    assert await errors("{ viewer { waitingCount } }", Context(bearer=secret)) == []
    refused = await errors("{ viewer { email } }", Context(bearer=secret))
    assert refused == [{"code": "FORBIDDEN_SCOPE", "missing": ["account"]}], "granted or not"
