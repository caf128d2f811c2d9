"""Allowances: who pays what, from which bucket, and until when."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from models import clock, paging, token
from models.settings import configure, settings
from models.token import GRANTABLE
from schema import counters, gate, library, schema
from schema.context import Context
from schema.points import network_of
from tests.models.acts import ask as send
from tests.people import person
from tests.schema.conftest import viewer_of

HELLO = "{ __typename }"
STANDING = "{ rateLimit { limit cost remaining resetAt } }"
# 1 + 100 * (1 + 5) + … fields: seven points.
SEVEN = "{ members(first: 100) { nodes { id handle name headline organisation } } }"


@pytest.fixture(autouse=True)
async def _fresh(database: str) -> AsyncIterator[None]:
    before = settings().model_dump()
    await counters.close()
    clock.freeze()
    yield
    await counters.close()
    configure(**before)


async def ask(query: str, **who: Any) -> tuple[Any, Context]:
    """The result of a client's operation."""
    context = Context(**{"host": "192.0.2.1", **who})
    return await schema.execute(query, context_value=context), context


async def standing(**who: Any) -> dict[str, Any]:
    """How a client stands, which costs a point."""
    result, _ = await ask(STANDING, **who)
    assert result.errors is None, result.errors
    found: dict[str, Any] = result.data["rateLimit"]
    return found


async def bearer_of(key: int) -> str:
    _, secret = await token.create(key, "A program", sorted(GRANTABLE), None)
    return secret


def code(result: Any) -> str | None:
    return result.errors[0].extensions["code"] if result.errors else None


async def test_what_an_operation_costs() -> None:
    configure(api_points=100)
    ada = await bearer_of(await person("ada"))
    first = await standing(bearer=ada)
    assert (first["limit"], first["cost"], first["remaining"]) == (100, 1, 99)
    result, context = await ask(SEVEN, bearer=ada)
    cost = result.extensions["cost"]
    assert cost["requested"] == -(-cost["fields"] // 100) == 7
    assert (cost["limit"], cost["remaining"], cost["resetAt"]) == (100, 92, first["resetAt"])
    assert context.account is not None
    assert context.account.standing is not None
    assert context.account.standing.remaining == 92
    assert (await standing(bearer=ada))["remaining"] == 91


async def test_many_tokens_are_one_allowance() -> None:
    """Both buckets are charged, and the tighter one is told."""
    configure(api_points=20, api_member_points=30)
    key = await person("ada")
    tokens = [await bearer_of(key) for _ in range(4)]
    for _ in range(15):
        await standing(bearer=tokens[0])
    assert (await standing(bearer=tokens[0]))["limit"] == 20, "the token's: 4 of 20"
    second = await standing(bearer=tokens[1])
    assert (second["limit"], second["remaining"]) == (30, 13), "the member's, tighter by now"
    done = 0
    while code((await ask(HELLO, bearer=tokens[2 + done % 2]))[0]) is None:
        done += 1
    assert done == 13
    assert code((await ask(HELLO, bearer=tokens[0]))[0]) == "RATE_LIMITED"
    other = await bearer_of(await person("grace"))
    assert code((await ask(HELLO, bearer=other))[0]) is None, "nobody else pays for it"


async def test_signed_out_by_host() -> None:
    configure(api_points=2)
    for _ in range(2):
        assert code((await ask(HELLO, host="192.0.2.7"))[0]) is None
    assert code((await ask(HELLO, host="192.0.2.7"))[0]) == "RATE_LIMITED"
    assert code((await ask(HELLO, host="192.0.2.8"))[0]) is None
    for tail in ("1", "2"):
        assert code((await ask(HELLO, host=f"2001:db8::{tail}"))[0]) is None
    assert code((await ask(HELLO, host="2001:db8::3"))[0]) == "RATE_LIMITED", "one /64, one client"
    assert code((await ask(HELLO, host="2001:db8:0:1::3"))[0]) is None


@pytest.mark.parametrize(
    ("host", "known_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a unix socket", "a unix socket"),
        ("x" * 5000, "x" * 64),
    ],
)
def test_hosts(host: str, known_as: str) -> None:
    assert network_of(host) == known_as


async def test_mistakes_are_not_free() -> None:
    configure(api_points=6)
    ada = await bearer_of(await person("ada"))
    for query, wanted in (
        ("{", "BAD_REQUEST"),
        ("{ nothing }", "BAD_REQUEST"),
        ("{ viewer { tokens { id } } }", "FORBIDDEN_SCOPE"),
        ("query ($n: Int!) { members(first: $n) { nodes { id } } }", "BAD_REQUEST"),
    ):
        result, _ = await ask(query, bearer=ada)
        assert code(result) == wanted
        assert "cost" not in (result.extensions or {}), "it was not run"
    assert (await standing(bearer=ada))["remaining"] == 1
    for _ in range(5):
        assert code((await ask(HELLO, bearer="mut_guess"))[0]) == "UNAUTHENTICATED"
    assert (await standing())["remaining"] == 0, "guessing is paid by the host"
    assert code((await ask(HELLO, bearer="mut_guess"))[0]) == "RATE_LIMITED"


async def test_over_the_limit_nothing_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(api_points=1)
    await ask(HELLO)
    monkeypatch.setattr(library, "prepare", None)
    monkeypatch.setattr(gate, "check_values", None)
    result, context = await ask("{ any thing", host="192.0.2.1")
    assert code(result) == "RATE_LIMITED"
    assert context.account is not None
    assert context.account.refused


async def test_what_is_refused_leaves_what_is_left() -> None:
    configure(api_points=10, api_member_points=100)
    ada = await bearer_of(await person("ada"))
    assert code((await ask(SEVEN, bearer=ada))[0]) is None
    assert code((await ask(SEVEN, bearer=ada))[0]) == "RATE_LIMITED"
    assert (await standing(bearer=ada))["remaining"] == 1, "7, 1 for the refusal, 1 for asking"
    assert code((await ask(HELLO, bearer=ada))[0]) is None


async def test_what_no_waiting_would_help() -> None:
    configure(api_points=5)
    result, _ = await ask(SEVEN)
    assert code(result) == "COST_EXCEEDED"


async def test_the_reset_is_when_it_says() -> None:
    configure(api_points=3, api_window_seconds=300)
    ada = await bearer_of(await person("ada"))
    for _ in range(3):
        await ask(HELLO, bearer=ada)
    result, _ = await ask(HELLO, bearer=ada)
    said = result.errors[0].extensions
    assert 1 <= said["retryAfter"] <= 300
    assert str(said["retryAfter"]) in result.errors[0].message
    for _ in range(20):  # asking again does not put it off
        result, _ = await ask(HELLO, bearer=ada)
        assert result.errors[0].extensions["resetAt"] == said["resetAt"]
    clock.advance(seconds=said["retryAfter"] - 2)
    assert code((await ask(HELLO, bearer=ada))[0]) == "RATE_LIMITED"
    clock.advance(seconds=2)
    assert clock.now().isoformat() >= said["resetAt"]
    assert (await standing(bearer=ada))["remaining"] == 2, "full again"


async def test_our_pages_and_the_explorer() -> None:
    """A page's document costs nothing; the browser's own session at /graphql is the member's."""
    configure(api_points=1, api_member_points=5)
    key = await person("ada")
    known = Context(known=await viewer_of(key))
    for _ in range(8):
        result = await schema.execute(STANDING, context_value=known)
        assert result.data == {"rateLimit": None}
        assert not result.extensions
    found, _ = await ask(STANDING, known=await viewer_of(key))
    assert (found.data["rateLimit"]["limit"], found.data["rateLimit"]["remaining"]) == (5, 4)


async def test_events_are_paid_for_and_never_held_back() -> None:
    configure(api_points=4, api_member_points=1000)
    ada = await person("ada")
    secret = await bearer_of(ada)
    for name in ("grace", "linus", "tim", "barbara", "edsger"):
        await send(await person(name), ada)
    text = "subscription ($after: Cursor) { events(after: $after) { __typename } }"
    context = Context(bearer=secret, host="192.0.2.1")
    begin = paging.encode("evt", ada, 0)
    stream: Any = await schema.subscribe(
        text, variable_values={"after": begin}, context_value=context
    )
    left = []
    async with aclosing(stream):
        async for result in stream:
            assert result.errors is None
            left.append(result.extensions["cost"]["remaining"])
            if len(left) == 5:
                break
    assert left == [2, 1, 0, 0, 0]
    assert code((await ask(HELLO, bearer=secret))[0]) == "RATE_LIMITED"
