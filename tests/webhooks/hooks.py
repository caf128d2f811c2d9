"""A member's webhooks, as their browser manages them."""

import asyncio
import base64
import hashlib
import hmac
from typing import Any

import httpx

from models import ids, sql, unit, webhook
from models.unit import Unit
from tests.clients import Client
from tests.webhooks.receiver import Received

DOCUMENT = """subscription { events { __typename cursor occurredAt
  ... on RequestEvent { requestId memberId member { name } request { note } }
  ... on RequestAccepted { relationshipId }
  ... on ConnectionEnded { relationshipId memberId }
  ... on StreamReset { reason } } }"""
KINDS = ["REQUEST_SENT", "REQUEST_RECEIVED", "REQUEST_ACCEPTED", "CONNECTION_ENDED"]
SCOPES = ["EVENTS_READ", "REQUESTS_READ", "NETWORK_READ", "PROFILE_READ"]

CREATE = """mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
  webhook { id secret } userErrors { field message code } } }"""
READ = """query ($id: ID!) { viewer { webhook(id: $id) {
  secret failingSinceAt disabledAt disabledReason deliveries(first: 100) { nodes {
    id type state attempts status error request response milliseconds nextAt deliveredAt
  } } } } }"""

INPUTS = {"enableWebhook": "EnableWebhookInput", "redeliverWebhook": "RedeliverWebhookInput"}


async def browse(
    me: Client, query: str, headers: dict[str, str] | None = None, **given: Any
) -> Any:
    """What the API answers to a page of ours, or to whoever has these headers."""
    async with httpx.AsyncClient(base_url=me.server.url, timeout=15) as http:
        answer = await http.post(
            "/graphql",
            json={"query": query, "variables": given},
            headers=headers if headers is not None else me.with_cookie,
        )
    return answer.json()


class Hook:
    """One webhook of a member."""

    def __init__(self, owner: Client, key: str, secret: str) -> None:
        self.owner = owner
        self.id = key
        self.secret = secret

    async def read(self) -> dict[str, Any]:
        """It, with its log."""
        found = await browse(self.owner, READ, id=self.id)
        webhook: dict[str, Any] = found["data"]["viewer"]["webhook"]
        return webhook

    async def log(self) -> list[dict[str, Any]]:
        """Its deliveries, oldest first."""
        return list(reversed((await self.read())["deliveries"]["nodes"]))

    async def until(self, state: str, number: int = 1) -> list[dict[str, Any]]:
        """The log, once so many deliveries are in that state."""
        async with asyncio.timeout(30):
            while True:
                log = await self.log()
                if sum(each["state"] == state for each in log) >= number:
                    return log
                await asyncio.sleep(0.05)

    async def act(self, mutation: str, of: str = "webhookId", **given: Any) -> dict[str, Any]:
        """Do something to it; the payload."""
        kind = INPUTS.get(mutation, "WebhookInput")
        key = given.pop("id", self.id)
        found = await browse(
            self.owner,
            f"mutation ($input: {kind}!) {{ {mutation}(input: $input) "
            "{ userErrors { field message code } } }",
            input={of: key, **given},
        )
        payload: dict[str, Any] = found["data"][mutation]
        return payload


async def hook(me: Client, url: str, **changes: Any) -> Hook:
    """A new webhook of this member."""
    wanted = {"url": url, "document": DOCUMENT, "kinds": KINDS, "scopes": SCOPES, **changes}
    made = (await browse(me, CREATE, input=wanted))["data"]["createWebhook"]
    assert made["userErrors"] == [], made
    return Hook(me, made["webhook"]["id"], made["webhook"]["secret"])


def signature(secret: str, received: Received) -> str:
    """The signature by the specification's own words, without its package."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    name, moment = received.headers["webhook-id"], received.headers["webhook-timestamp"]
    signed = f"{name}.{moment}.".encode() + received.body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


async def an_app(owner: int, scopes: str) -> int:
    """An app of this member that may ask for these scopes."""
    key = ids.new_id()
    await sql.change(
        "INSERT INTO app (id, owner_id, name, description, homepage, redirect_uris, scopes, "
        "status, created_at) VALUES ($1, $2, 'CRM', '', '', '', $3, 'APPROVED', $4)",
        key, owner, scopes, ids.EPOCH,
    )  # fmt: skip
    return key


async def granted(app: int, member: int, scopes: str) -> int:
    """A member's yes, as the consent page gives it."""
    key = ids.new_id()

    async def work(u: Unit) -> None:
        await sql.change(
            "INSERT INTO app_grant (id, app_id, member_id, scopes, created_at, events_delivered) "
            "VALUES ($1, $2, $3, $4, $5, 0)",
            key, app, member, scopes, u.now,
        )  # fmt: skip
        await webhook.begin_reading(u, key, app, member)

    await unit.unit(work)
    return key
