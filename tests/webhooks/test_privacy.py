"""A webhook never tells more than a socket with the same scopes would, then and later."""

import json
from contextlib import aclosing
from itertools import combinations
from typing import Any

import pytest

from models import clock, event, sql, sweeper, webhook, webhook_delivery, webhook_reader
from models.event import EventKind
from models.paging import encode
from models.token import GRANTABLE, Scope
from schema import delivery, schema
from schema.context import Context
from tests.people import people
from tests.schema.acts import act, done, sent
from tests.schema.conftest import Ask, ask, unbounded, viewer_of
from tests.schema.selecting import everything

__all__ = ["ask", "unbounded"]

SUBSCRIPTION = schema._schema.subscription_type
assert SUBSCRIPTION is not None
WHOLE = f"subscription {{ events {{ {everything(SUBSCRIPTION.fields['events'].type, 2, 5)} }} }}"


@pytest.fixture(autouse=True)
def _any_length(unbounded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What selects everything there is on all events is longer than a document may be."""
    monkeypatch.setattr(webhook, "LONGEST_DOCUMENT", 10**6)


async def register(member: int, document: str = WHOLE, scopes: frozenset[Scope] = GRANTABLE) -> int:
    wanted = webhook.Wanted("https://example.org/", document, list(EventKind), sorted(scopes))
    return int((await webhook.create(member, wanted))["id"])


async def by_webhook(key: int) -> list[Any]:
    """What each delivery would say if it were sent now."""
    rows = await sql.rows("SELECT id FROM webhook_delivery WHERE webhook_id = $1 ORDER BY seq", key)
    found = []
    for row in rows:
        loaded = await webhook_delivery.load(row["id"])
        assert loaded is not None
        try:
            body = json.loads(await delivery.body_of(loaded))
        except delivery.Refused:
            continue
        assert body.keys() <= {"type", "timestamp", "member", "data", "errors"}
        found.append({"data": body["data"], "errors": codes(body.get("errors", []))})
    return found


async def by_socket(
    member: int, number: int, document: str = WHOLE, scopes: frozenset[Scope] = GRANTABLE
) -> list[Any]:
    """What a socket that comes back now to the beginning is sent, for so many events."""
    begin = encode("evt", member, 0)
    text = document.replace("{ events {", f'{{ events(after: "{begin}") {{', 1)
    context = Context(known=await viewer_of(member, scopes))
    found: list[Any] = []
    stream: Any = await schema.subscribe(text, context_value=context)
    async with aclosing(stream):
        async for result in stream:
            faults = [error.formatted for error in result.errors or []]
            if result.data is None:
                return []
            data = json.loads(json.dumps(result.data, default=lambda each: each.isoformat()))
            found.append({"data": data, "errors": codes(faults)})
            if len(found) == number:
                return found
    return found


def codes(errors: list[dict[str, Any]]) -> list[Any]:
    return [(error["path"], error["extensions"]["code"]) for error in errors]


LATER: dict[str, str] = {
    "nothing": "UPDATE member SET name = name",
    "the other hides": "UPDATE member SET profile_audience = 'CONNECTIONS' WHERE handle = 'ada'",
    "the other is suspended": "UPDATE member SET suspended_at = joined_at WHERE handle = 'ada'",
    "a friend hides": "UPDATE member SET profile_audience = 'CONNECTIONS' WHERE handle = 'hugo'",
    "lists are closed": "UPDATE member SET connections_audience = 'NOBODY'",
    "names change": "UPDATE member SET name = 'Somebody Else'",
}


async def world(ask: Ask) -> tuple[dict[str, int], dict[str, int]]:
    """Every kind of event, for several members; their keys, and those of their webhooks."""
    clock.freeze()
    names = ["ada", "grace", "hugo", "ines", "jon"]
    keys = dict(zip(names, await people(*names), strict=True))
    hooks = {name: await register(keys[name]) for name in names}
    first = await sent(ask, keys["ada"], keys["hugo"], note="Hello Hugo")
    await done(ask, keys["hugo"], "accept", first)
    second = await sent(ask, keys["grace"], keys["hugo"], note="Hello again")
    await done(ask, keys["hugo"], "accept", second)
    await sent(ask, keys["ada"], keys["grace"], note="Hello Grace")
    third = await sent(ask, keys["ines"], keys["ada"], note="I am Ines")
    await done(ask, keys["ada"], "decline", third, reason="NOT_NOW", tell=True)
    fourth = await sent(ask, keys["jon"], keys["ada"], note="I am Jon")
    await act(ask, keys["jon"], "withdraw", fourth)
    clock.advance(minutes=11)
    await sweeper.sweep()
    await webhook_reader.catch_up()
    return keys, hooks


@pytest.mark.slow
@pytest.mark.parametrize("later", LATER)
async def test_as_much_as_a_socket_and_no_more(ask: Ask, later: str) -> None:
    keys, hooks = await world(ask)
    await sql.change(LATER[later])
    compared = 0
    for name, key in hooks.items():
        told = await by_webhook(key)
        if name == "ada" and later == "the other is suspended":
            assert told == []
            continue
        assert told == await by_socket(keys[name], await event.last_seq(keys[name]))
        compared += len(told)
    assert compared >= 7


async def test_scopes_that_are_gone_take_all_of_it(ask: Ask) -> None:
    """With fewer scopes at the moment of delivery it says what the socket says: nothing."""
    keys, hooks = await world(ask)
    ada = hooks["ada"]
    refused = 0
    wanted = [Scope.EVENTS_READ, Scope.REQUESTS_READ, Scope.PROFILE_READ, Scope.NETWORK_READ]
    for size in range(len(wanted) + 1):
        for chosen in combinations(wanted, size):
            await sql.change("UPDATE webhook SET scopes = $2 WHERE id = $1", ada, " ".join(chosen))
            told = await by_webhook(ada)
            assert told == await by_socket(keys["ada"], 5, WHOLE, frozenset(chosen))
            refused += not told
    assert refused


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("ignore", {}),
        ("decline", {"reason": "DO_NOT_KNOW"}),
        ("decline", {"reason": "OTHER", "tell": True}),
    ],
)
async def test_a_hidden_act_is_not_told_and_changes_no_delivery(
    ask: Ask, name: str, more: dict[str, Any]
) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    request = await sent(ask, ada, grace, note="Hello")
    key = await register(ada)

    async def log() -> tuple[object, ...]:
        await webhook_reader.catch_up()
        reader = await sql.rows("SELECT seq FROM webhook_reader WHERE webhook_id = $1", key)
        return await by_webhook(key), reader, await by_socket(ada, 1)

    before = await log()
    await done(ask, grace, name, request, **more)
    await sweeper.sweep()
    assert await log() == before
