"""An app, its owner and a member, over the application in process."""

import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from models import app, app_review, ids
from models.app import Description
from models.token import Scope
from tests.people import person
from tests.web.conftest import Browser, Enter
from tests.web.conftest import enter as enter

BACK = "https://crm.example/cb"
SCOPES = [Scope.EVENTS_READ, Scope.NETWORK_READ, Scope.PROFILE_READ]


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def parameters(location: str) -> dict[str, str]:
    """The parameters of an address that was redirected to."""
    return {k: v[0] for k, v in parse_qs(urlsplit(location).query).items()}


@dataclass
class Known:
    """An app as its makers know it, with what it does by HTTP."""

    client: httpx.AsyncClient
    key: int
    client_id: str
    secret: str | None
    owner: int

    def request(self, verifier: str = "v" * 43, **changes: Any) -> str:
        """The address it sends members to; a parameter that is None is left out."""
        given = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": BACK,
            "scope": "events:read profile:read",
            "state": "a b/ü&=",
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        kept = {name: value for name, value in given.items() if value is not None}
        return "/oauth/authorize?" + urlencode(kept)

    async def post(self, path: str, *, proven: bool = True, **form: Any) -> httpx.Response:
        """Call an endpoint, with the secret in the body."""
        if proven:
            form = {"client_id": self.client_id, "client_secret": self.secret, **form}
        kept = {name: value for name, value in form.items() if value is not None}
        return await self.client.post(f"/oauth/{path}", data=kept)

    async def redeem(self, code: str, /, **changes: Any) -> httpx.Response:
        """Exchange a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return await self.post("token", **{**form, "code_verifier": "v" * 43, **changes})

    async def refresh(self, token: str, /, **changes: Any) -> httpx.Response:
        """Exchange a refresh token."""
        return await self.post("token", grant_type="refresh_token", refresh_token=token, **changes)

    async def ask(self, access: str, query: str) -> httpx.Response:
        """Use an access token."""
        headers = {
            "Authorization": f"Bearer {access}",
            "Accept": "application/graphql-response+json",
        }
        return await self.client.post("/graphql", json={"query": query}, headers=headers)


async def agree(browser: Browser, address: str, decision: str = "allow") -> dict[str, str]:
    """Open the consent page and press a button; what the app is told."""
    page = await browser.get(address)
    assert page.status_code == 200, page.text
    scope = page.text.split('name="scope" value="')[1].split('"')[0]
    answer = await browser.post(address, decision=decision, scope=scope)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(BACK)
    return parameters(answer.headers["location"])


MakeApp = Callable[..., Awaitable[Known]]


@pytest.fixture
async def make_app(enter: Enter) -> MakeApp:
    """`await make_app()`: an approved, confidential app of a new member's."""
    stranger = await enter(None)
    # A program, not a browser: it sends neither cookie nor Sec-Fetch-Site.
    stranger.client.headers.pop("Sec-Fetch-Site")

    async def make(
        *, public: bool = False, approved: bool = True, uris: list[str] | None = None
    ) -> Known:
        owner = await person(f"maker-{secrets.token_hex(4)}", name="Mary Maker")
        wanted = Description(
            "Tidy CRM", "Keeps contacts", "https://crm.example", uris or [BACK], SCOPES
        )
        row, secret = await app.register(owner, wanted, confidential=not public)
        if approved:
            await app_review.approve(row["id"])
        key = row["id"]
        return Known(stranger.client, key, ids.encode(ids.APP, key), secret, owner)

    return make
