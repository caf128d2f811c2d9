"""Choosing how to be told, through the schema; groups, held requests, following the state."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from models import clock, ids, notification, session, sql
from models.notification import NotificationKind, notify
from models.settings import configure
from models.token import Scope
from schema import schema
from schema.context import Context
from tests.models.counting import statements
from tests.people import people
from tests.schema.acts import act, codes, done, sent
from tests.schema.conftest import Ask, viewer_of

ERRORS = "userErrors { field code }"
KINDS = "notificationChoices { kind group inApp mail fixed }"
QUIET = "timeZone quietHours { from until endsAt timeZones }"
RULES = "senderRules { senderClass handling }"
LIST = """query ($group: NotificationGroup, $unread: Boolean! = false, $after: Cursor,
  $first: Int! = 20) { viewer { notifications(group: $group, unreadOnly: $unread, after: $after,
  first: $first) { nodes { kind times matter } pageInfo { hasNextPage endCursor } } } }"""
HELD = """{ viewer { waitingCount unreadCount heldRequestCount
  receivedRequests { nodes { id handling } }
  heldRequests { nodes { id handling sender { handle } } }
  } }"""
STATE = """subscription { notificationChanged { unreadCount
  notification { kind read times memberName request { state } } } }"""
WITHIN = 5.0


async def mutate(ask: Ask, who: int, name: str, result: str, **given: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:] + "Input"
    query = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {result} {ERRORS} }} }}"
    payload: dict[str, Any] = (await ask(who, query, input=given))[name]
    return payload


async def kinds(ask: Ask, who: int, **asked: Any) -> list[str]:
    nodes = (await ask(who, LIST, **asked))["viewer"]["notifications"]["nodes"]
    return [node["kind"] for node in nodes]


async def test_kinds_and_channels(ask: Ask) -> None:
    [ada] = await people("ada")
    before = (await ask(ada, f"{{ viewer {{ {KINDS} }} }}"))["viewer"]["notificationChoices"]
    defaults = {each["kind"]: each["mail"] for each in before}
    assert all(each["inApp"] for each in before)
    assert {kind for kind, mail in defaults.items() if mail == "OFF"} == {"UPDATE_THANKED"}
    assert defaults["MESSAGE_RECEIVED"] == defaults["REMINDER"] == "DAILY"
    assert defaults["REQUEST_RECEIVED"] == defaults["SECURITY"] == "AT_ONCE"
    choice = {"kind": "REMINDER", "inApp": False, "mail": "WEEKLY"}
    after = await mutate(ask, ada, "chooseNotifications", KINDS, choices=[choice])
    changed = [each for each in after["notificationChoices"] if each not in before]
    assert changed == [{**choice, "group": "REMINDERS", "fixed": False}]
    security = {"kind": "SECURITY", "inApp": True, "mail": "OFF"}
    for wrong in ([security], [choice, choice], [choice, security]):
        refused = await mutate(ask, ada, "chooseNotifications", KINDS, choices=wrong)
        assert codes(refused) == ["INVALID"]
    assert (await mutate(ask, ada, "chooseNotifications", KINDS, choices=[]))["userErrors"] == []
    again = (await ask(ada, f"{{ viewer {{ {KINDS} }} }}"))["viewer"]["notificationChoices"]
    assert again == after["notificationChoices"]


async def test_quiet_hours_and_time_zone(ask: Ask) -> None:
    clock.freeze()
    [ada] = await people("ada")
    found = (await ask(ada, f"{{ viewer {{ {QUIET} }} }}"))["viewer"]
    assert found["timeZone"] == "UTC"
    zones = found["quietHours"].pop("timeZones")
    assert {"UTC", "Europe/Lisbon", "Asia/Kathmandu"} < set(zones)
    assert found["quietHours"] == {"from": None, "until": None, "endsAt": None}
    now = clock.now()
    minute = now.hour * 60 + now.minute
    hours = {"from": minute, "until": (minute + 30) % 1440}
    given = await mutate(ask, ada, "chooseQuietHours", QUIET, timeZone="UTC", **hours)
    assert given["quietHours"]["endsAt"] is not None
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"timeZone": "Mars/Base"}, ["timeZone"]),
        ({"timeZone": "x" * 100_000}, ["timeZone"]),
        ({"timeZone": "UTC", "from": 5}, ["until"]),
        ({"timeZone": "UTC", "from": 5, "until": 5}, ["until"]),
        ({"timeZone": "UTC", "from": -5, "until": 2000}, ["from", "until"]),
    ]
    for wrong, fields in cases:
        payload = await mutate(ask, ada, "chooseQuietHours", QUIET, **wrong)
        assert [error["field"] for error in payload["userErrors"]] == [[f] for f in fields]
    await mutate(ask, ada, "chooseQuietHours", QUIET, timeZone="Europe/Lisbon")
    found = (await ask(ada, f"{{ viewer {{ {QUIET} }} }}"))["viewer"]
    assert (found["timeZone"], found["quietHours"]["from"]) == ("Europe/Lisbon", None)


async def test_rules_about_senders_and_what_they_hold(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    chosen = await mutate(
        ask, grace, "chooseSenderRule", RULES, senderClass="STRANGER", handling="HOLD"
    )
    assert chosen["senderRules"] == [
        {"senderClass": "STRANGER", "handling": "HOLD"},
        {"senderClass": "NEW_ACCOUNT", "handling": "ACCEPT"},
        {"senderClass": "NO_MUTUALS", "handling": "ACCEPT"},
    ]
    request = await sent(ask, ada, grace)
    async with statements() as seen:
        found = (await ask(grace, HELD))["viewer"]
    assert len([each for each in seen if "connection_request" in each]) == 3, "one each"
    held = [{"id": request, "handling": "HOLD", "sender": {"handle": "ada"}}]
    assert found == {
        "waitingCount": 0,
        "unreadCount": 0,
        "heldRequestCount": 1,
        "receivedRequests": {"nodes": []},
        "heldRequests": {"nodes": held},
    }
    mine = "query ($id: ID!) { node(id: $id) { ... on ConnectionRequest { handling } } }"
    assert (await ask(ada, mine, id=request))["node"] == {"handling": None}
    for who, key in ((ada, request), (grace, "crq_\x00"), (grace, ids.encode(ids.REQUEST, 1))):
        assert codes(await act(ask, who, "release", key)) == ["NOT_FOUND"]
    await done(ask, grace, "release", request)
    await done(ask, grace, "release", request)
    found = (await ask(grace, HELD))["viewer"]
    assert (found["waitingCount"], found["heldRequestCount"]) == (1, 0)
    assert found["receivedRequests"]["nodes"] == [{"id": request, "handling": "ACCEPT"}]


async def test_groups_and_what_is_unread(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    other = await session.open_session(ada, "Firefox")
    assert other
    await session.open_session(ada, "Safari")
    subject = ids.new_id()
    for kind in ("REMINDER", "UPDATE_REPLIED", "UPDATE_REPLIED", "WEBHOOK_DISABLED"):
        clock.advance(minutes=1)
        await notify(ada, NotificationKind(kind), subject, grace, clock.now())
    async with statements() as seen:
        assert await kinds(ask, ada) == [
            "WEBHOOK_DISABLED",
            "UPDATE_REPLIED",
            "REMINDER",
            "SECURITY",
        ]
    assert len(seen) == 2, "who asks, and what they asked for"
    assert await kinds(ask, ada, group="ACCOUNT") == ["WEBHOOK_DISABLED", "SECURITY"]
    first = (await ask(ada, LIST, group="ACCOUNT", first=1))["viewer"]["notifications"]
    after = first["pageInfo"]["endCursor"]
    [last] = (await ask(ada, LIST, group="ACCOUNT", after=after))["viewer"]["notifications"][
        "nodes"
    ]
    assert last == {"kind": "SECURITY", "times": 1, "matter": "SESSION_OPENED"}
    [replies] = (await ask(ada, LIST, group="UPDATES"))["viewer"]["notifications"]["nodes"]
    assert replies == {"kind": "UPDATE_REPLIED", "times": 2, "matter": None}
    read = await mutate(ask, ada, "markNotificationsRead", "unreadCount", group="ACCOUNT")
    assert read["unreadCount"] == 2
    assert await kinds(ask, ada, unread=True) == ["UPDATE_REPLIED", "REMINDER"]
    assert await kinds(ask, ada, unread=True, group="ACCOUNT") == []
    both = {"group": "REMINDERS", "notificationIds": []}
    read = await mutate(ask, ada, "markNotificationsRead", "unreadCount", **both)
    assert read["unreadCount"] == 2, "none of an empty list"


async def follow(context: Context) -> AsyncIterator[Any]:
    stream = await schema.subscribe(STATE, context_value=context)
    assert hasattr(stream, "__aiter__"), stream
    async with aclosing(stream):  # type: ignore[type-var]
        async for result in stream:
            assert result.errors is None, result.errors
            assert result.data is not None
            yield result.data["notificationChanged"]


async def test_following_the_state(ask: Ask, set_up: object) -> None:
    configure(bell_poll_seconds=3600)
    ada, grace = await people("ada", "grace")
    context = Context(known=await viewer_of(grace))
    async with aclosing(follow(context)) as states:  # type: ignore[type-var]

        async def following() -> Any:
            return await asyncio.wait_for(anext(states), WITHIN)

        assert await following() == {"unreadCount": 0, "notification": None}
        request = await sent(ask, ada, grace)
        asked = {"kind": "REQUEST_RECEIVED", "read": False, "times": 1, "memberName": "Ada"}
        state = await following()
        assert state == {
            "unreadCount": 1,
            "notification": {**asked, "request": {"state": "PENDING"}},
        }
        await notification.mark_read(grace)
        state = await following()
        assert (state["unreadCount"], state["notification"]["read"]) == (0, True)
        await act(ask, ada, "withdraw", request)
        assert await following() == {"unreadCount": 0, "notification": None}, "gone with it"
        # A ring that was lost is made up for by looking now and then.
        waiting = asyncio.ensure_future(anext(states))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        configure(bell_poll_seconds=0.1)
        await sql.change(
            "INSERT INTO notification (id, member_id, kind, subject_id, other_id, occurred_at) "
            "VALUES ($1, $2, 'REMINDER', 1, $3, $4)",
            ids.new_id(),
            grace,
            ada,
            clock.now(),
        )
        await notification.mark_read(grace, [])  # wakes, and from now on it looks often
        assert (await asyncio.wait_for(waiting, WITHIN))["unreadCount"] == 1
        waiting = asyncio.ensure_future(anext(states))
        await sql.change("DELETE FROM notification WHERE member_id = $1", grace)
        assert (await asyncio.wait_for(waiting, WITHIN))["unreadCount"] == 0


async def test_following_ends_with_the_credentials_and_needs_its_scope(ask: Ask) -> None:
    [ada] = await people("ada")
    cookie = await session.open_session(ada, "Firefox")
    context = Context(cookie=cookie)
    async with aclosing(follow(context)) as states:  # type: ignore[type-var]
        assert (await anext(states))["unreadCount"] == 0
        ended = asyncio.ensure_future(anext(states, None))
        await session.end_others(ada, None)
        assert await asyncio.wait_for(ended, WITHIN) is None
        assert context.refused
    scopes = frozenset({Scope.EVENTS_READ})
    refused = await schema.subscribe(
        STATE, context_value=Context(known=await viewer_of(ada, scopes))
    )
    [error] = (
        refused.errors or []
        if hasattr(refused, "errors")
        else [
            (await anext(refused)).errors[0]  # type: ignore[index]
        ]
    )
    assert error.extensions["code"] == "FORBIDDEN_SCOPE"


@pytest.mark.parametrize(
    "query",
    [
        f"{{ viewer {{ {KINDS} }} }}",
        f"{{ viewer {{ {QUIET} }} }}",
        f"{{ viewer {{ {RULES} }} }}",
        "{ viewer { heldRequests { nodes { id } } } }",
        "{ viewer { heldRequestCount } }",
    ],
)
async def test_what_is_private_needs_its_scope(ask: Ask, query: str) -> None:
    [ada] = await people("ada")
    scopes = frozenset(Scope) - {Scope.PRIVATE_READ}
    result = await ask(ada, query, scopes=scopes, errors=True)
    assert {e["extensions"]["code"] for e in result["errors"]} == {"FORBIDDEN_SCOPE"}
    async with statements() as seen:
        await ask(ada, query)
    assert len(seen) <= 2
