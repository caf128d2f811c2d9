"""Webhooks through the schema: who has which, what a document may be, what is refused."""

from typing import Any

import pytest

from models import ids, sql, webhook, webhook_delivery, webhook_reader
from models.outbound import Answer
from models.token import GRANTABLE, Scope
from tests.people import people, person
from tests.schema.acts import codes
from tests.schema.acts import send as send_request
from tests.schema.conftest import Ask

FIELDS = """id appId url document kinds scopes secret createdAt failingSinceAt disabledAt
  disabledReason"""
ERRORS = "userErrors { field message code }"
LIST = f"query ($app: ID) {{ viewer {{ webhooks(appId: $app) {{ {FIELDS} }} }} }}"
LOG = """query ($id: ID!, $first: Int, $after: Cursor) { viewer { webhook(id: $id) { deliveries(
  first: $first, after: $after) { nodes { id type state attempts status error request response
  nextAt } edges { cursor } pageInfo { hasNextPage endCursor } } } } }"""
GOOD = "subscription { events { cursor ... on RequestReceived { member { name } } } }"
GIVEN: dict[str, Any] = {
    "url": "https://example.org/hook",
    "document": GOOD,
    "kinds": ["REQUEST_RECEIVED"],
    "scopes": ["EVENTS_READ"],
}
NOT_FOUND = [{"field": ["webhookId"], "message": "This webhook is no longer there."}]


async def act(ask: Ask, who: int, name: str, **given: Any) -> dict[str, Any]:
    """The payload of one mutation."""
    kinds = {
        "createWebhook": "CreateWebhookInput",
        "updateWebhook": "UpdateWebhookInput",
        "enableWebhook": "EnableWebhookInput",
        "redeliverWebhook": "RedeliverWebhookInput",
    }
    field = (
        "delivery { id state }"
        if name in ("testWebhook", "redeliverWebhook")
        else (f"webhook {{ {FIELDS} }}")
    )
    query = (
        f"mutation ($input: {kinds.get(name, 'WebhookInput')}!) {{ {name}(input: $input) "
        f"{{ {field} {ERRORS} }} }}"
    )
    payload: dict[str, Any] = (await ask(who, query, input=given))[name]
    return payload


async def made(ask: Ask, who: int, **given: Any) -> dict[str, Any]:
    payload = await act(ask, who, "createWebhook", **{**GIVEN, **given})
    assert payload["userErrors"] == []
    found: dict[str, Any] = payload["webhook"]
    return found


async def log(ask: Ask, who: int, key: str, **given: Any) -> Any:
    return (await ask(who, LOG, id=key, **given))["viewer"]["webhook"]["deliveries"]


async def test_making_changing_and_deleting_one(ask: Ask) -> None:
    ada = await person("ada")
    first = await made(ask, ada, url="  https://example.org/hook ")
    assert first["url"] == "https://example.org/hook"
    assert first["secret"].startswith("whsec_")
    assert (first["disabledAt"], first["disabledReason"], first["appId"]) == (None, None, None)
    second = await made(ask, ada)
    assert second["secret"] != first["secret"]
    assert [w["id"] for w in (await ask(ada, LIST))["viewer"]["webhooks"]] == [
        second["id"],
        first["id"],
    ]
    changed = await act(
        ask, ada, "updateWebhook", webhookId=first["id"],
        **{**GIVEN, "url": "https://example.org/other", "kinds": ["CONNECTION_ENDED"]},
    )  # fmt: skip
    assert changed["webhook"]["url"] == "https://example.org/other"
    assert changed["webhook"]["kinds"] == ["CONNECTION_ENDED"]
    assert changed["webhook"]["secret"] == first["secret"]
    renewed = await act(ask, ada, "renewWebhookSecret", webhookId=first["id"])
    assert renewed["webhook"]["secret"] != first["secret"]
    off = await act(ask, ada, "disableWebhook", webhookId=first["id"])
    assert off["webhook"]["disabledReason"] == "BY_OWNER"
    on = await act(ask, ada, "enableWebhook", webhookId=first["id"])
    assert (on["webhook"]["disabledAt"], on["webhook"]["disabledReason"]) == (None, None)
    for webhook_id in (first["id"], second["id"]):
        gone = await act(ask, ada, "deleteWebhook", webhookId=webhook_id)
        assert gone["webhook"]["id"] == webhook_id
    assert (await ask(ada, LIST))["viewer"]["webhooks"] == []
    assert await sql.rows("SELECT id FROM webhook_reader") == []


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"url": "http://example.org/"}, "url", "https://"),
        ({"url": "https://10.0.0.1/"}, "url", "cannot be reached"),
        ({"url": ""}, "url", "https://"),
        ({"kinds": []}, "kinds", "at least one"),
        ({"scopes": []}, "scopes", "Choose"),
        ({"scopes": ["ACCOUNT", "EVENTS_READ"]}, "scopes", "Choose"),
        ({"document": ""}, "document", "Write the subscription"),
        ({"document": "subscription {"}, "document", "not GraphQL"),
        ({"document": "subscription { events { nope } }"}, "document", "line 1, column 25"),
        ({"document": "{ viewer { email } }"}, "document", "must be a subscription"),
        ({"document": f"{GOOD} {{ viewer {{ id }} }}"}, "document", "only defined operation"),
        ({"document": "subscription a { events { cursor } } query b { instance { name } }"},
         "document", "one operation"),
        ({"document": "subscription { requestReceived { cursor } }"}, "document", "of `events`"),
        ({"document": 'subscription { events(after: "x") { cursor } }'}, "document", "arguments"),
        ({"document": "subscription ($k: [EventKind!]) { events(kinds: $k) { cursor } }"},
         "document", "arguments"),
        ({"document": "subscription { ...a } fragment a on Subscription { events { cursor } }"},
         "document", "of `events`"),
        ({"document": GOOD.replace("member { name }", "request { note }")}, "document",
         "requests:read"),
        ({"scopes": ["REQUESTS_READ"]}, "document", "events:read"),
        ({"document": "subscription { events { cursor } } " + "#" * 8000}, "document", "8000"),
        ({"document": GOOD + "\x00"}, "document", "Not text"),
        ({"document": "subscription { events { ... on RequestReceived { member { connections("
          "first: 100) { nodes { connections(first: 100) { nodes { connections(first: 100) "
          "{ nodes { name } } } } } } } } } }", "scopes": ["EVENTS_READ", "NETWORK_READ"]},
         "document", "at most"),
    ],
)  # fmt: skip
async def test_what_is_refused_is_explained_beside_the_field(
    ask: Ask, wrong: dict[str, Any], field: str, words: str
) -> None:
    ada = await person("ada")
    payload = await act(ask, ada, "createWebhook", **{**GIVEN, **wrong})
    assert payload["webhook"] is None
    assert [field] in [error["field"] for error in payload["userErrors"]]
    said = " ".join(e["message"] for e in payload["userErrors"] if e["field"] == [field])
    assert words in said
    there = await made(ask, ada)
    again = await act(ask, ada, "updateWebhook", webhookId=there["id"], **{**GIVEN, **wrong})
    assert [e["message"] for e in again["userErrors"]] == [
        e["message"] for e in payload["userErrors"]
    ]


async def test_everything_wrong_is_said_at_once(ask: Ask) -> None:
    ada = await person("ada")
    payload = await act(ask, ada, "createWebhook", url="x", document="x", kinds=[], scopes=[])
    fields = {error["field"][0] for error in payload["userErrors"]}
    assert fields == {"url", "document", "kinds", "scopes"}


async def test_twenty_and_no_more(ask: Ask) -> None:
    ada = await person("ada")
    for _ in range(webhook.MOST_WEBHOOKS):
        await made(ask, ada)
    refused = await act(ask, ada, "createWebhook", **GIVEN)
    assert codes(refused) == ["INVALID"]


async def test_others_webhooks_are_not_there(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    there = (await made(ask, ada))["id"]
    test = await act(ask, ada, "testWebhook", webhookId=there)
    assert (await ask(grace, LIST))["viewer"]["webhooks"] == []
    assert (await ask(grace, LIST, app="app_0000000000000"))["viewer"]["webhooks"] == []
    assert (await ask(grace, LOG, id=there))["viewer"]["webhook"] is None
    for wrong in (there, "whk_0000000000000", ids.encode(ids.MEMBER, ada), "x"):
        for name in ("deleteWebhook", "renewWebhookSecret", "disableWebhook", "enableWebhook",
                     "testWebhook"):  # fmt: skip
            refused = await act(ask, grace, name, webhookId=wrong)
            assert codes(refused) == ["NOT_FOUND"], (name, wrong)
        refused = await act(ask, grace, "updateWebhook", webhookId=wrong, **GIVEN)
        assert codes(refused) == ["NOT_FOUND"]
    for wrong in (test["delivery"]["id"], "dlv_0000000000000", "x"):
        refused = await act(ask, grace, "redeliverWebhook", deliveryId=wrong)
        assert codes(refused) == ["NOT_FOUND"]
    for wrong in ("app_0000000000000", "x"):
        refused = await act(ask, grace, "createWebhook", **GIVEN, appId=wrong)
        assert codes(refused) == ["NOT_FOUND"]


async def test_no_token_manages_them(ask: Ask) -> None:
    """A token that leaks must not be able to have events sent away."""
    ada = await person("ada")
    for query in (LIST, LOG):
        found = await ask(ada, query, scopes=frozenset(GRANTABLE), errors=True, id="x")
        assert found["errors"][0]["extensions"]["missing"] == ["account"]
    assert Scope.ACCOUNT not in GRANTABLE


async def test_the_log(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    there = (await made(ask, ada))["id"]
    for _ in range(2):
        await act(ask, ada, "testWebhook", webhookId=there)
    await send_request(ask, grace, ada)
    await webhook_reader.catch_up()
    newest, *tests = (await log(ask, ada, there, first=10))["nodes"]
    assert (newest["type"], newest["state"]) == ("request.received", "WAITING")
    assert newest["nextAt"] is not None
    assert [each["type"] for each in tests] == ["test.ping", "test.ping"]
    page = await log(ask, ada, there, first=2)
    assert page["pageInfo"]["hasNextPage"]
    rest = await log(ask, ada, there, first=2, after=page["pageInfo"]["endCursor"])
    assert [each["id"] for each in rest["nodes"]] == [tests[1]["id"]]
    refused = await act(ask, ada, "redeliverWebhook", deliveryId=newest["id"])
    assert codes(refused) == ["NOT_OPEN"]
    key = ids.decode(ids.DELIVERY, newest["id"])
    assert key is not None
    found = await webhook_delivery.load(key)
    assert found is not None
    await webhook_delivery.arrived(found, "sent\x00", Answer(200, "ok\x00", "", 12))
    done = (await log(ask, ada, there))["nodes"][0]
    assert (done["state"], done["status"], done["attempts"]) == ("DELIVERED", 200, 1)
    assert (done["nextAt"], done["error"]) == (None, "")
    again = await act(ask, ada, "redeliverWebhook", deliveryId=newest["id"])
    assert again["delivery"] == {"id": newest["id"], "state": "WAITING"}


async def test_a_document_is_no_dearer_than_a_page(ask: Ask) -> None:
    """It is run for every event, and nobody pays points for it."""
    ada = await person("ada")
    inner = "connections(first: %d) { nodes { " + " ".join(f"a{n}: id" for n in range(30)) + " } }"
    document = "subscription { events { ... on RequestReceived { member { %s } } } }"
    scopes = ["EVENTS_READ", "NETWORK_READ"]
    await made(ask, ada, document=document % (inner % 50), scopes=scopes)
    dear = {**GIVEN, "document": document % (inner % 100), "scopes": scopes}
    refused = await act(ask, ada, "createWebhook", **dear)
    assert "at most 2000" in refused["userErrors"][0]["message"]
