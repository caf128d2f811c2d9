"""The whole dance over a real server, by two libraries that know nothing of each other or of us."""

import json
import os
from typing import Any

import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from models import grant
from tests.clients import Client
from tests.oauth.dancing import app_of, consent, landing
from tests.protocol.node import run
from tests.sites import Join
from tests.sites import join as join
from tests.sites import site as site
from tests.sites import site_url as site_url

BACK = "http://127.0.0.1:1/cb"
QUERY = {"query": "{ viewer { member { handle } } }"}
STRICT = {"Accept": "application/graphql-response+json"}


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    # Authlib's client wants TLS, which no test has.
    monkeypatch.setitem(os.environ, "AUTHLIB_INSECURE_TRANSPORT", "1")


def authlib(ada: Client, client_id: str, secret: str | None, how: str) -> AsyncOAuth2Client:
    return AsyncOAuth2Client(
        client_id,
        secret,
        scope="events:read profile:read",
        redirect_uri=BACK,
        token_endpoint=f"{ada.server.url}/oauth/token",
        token_endpoint_auth_method=how,
        revocation_endpoint_auth_method=how,
        code_challenge_method="S256",
    )


@pytest.mark.parametrize("how", ["client_secret_basic", "client_secret_post", "none"])
async def test_authlib(join: Join, how: str) -> None:
    ada, mary = await join("ada"), await join("mary")
    client_id, secret = await app_of(mary, BACK, public=how == "none")
    async with authlib(ada, client_id, secret, how) as crm:
        verifier = "authlib-verifier-" + "x" * 40
        address, state = crm.create_authorization_url(
            f"{ada.server.url}/oauth/authorize", code_verifier=verifier
        )
        landed = await consent(ada, address)
        first = await crm.fetch_token(
            authorization_response=landed, state=state, code_verifier=verifier
        )
        assert first["scope"] == "events:read profile:read"

        async def handle() -> Any:
            answer = await crm.post(f"{ada.server.url}/graphql", json=QUERY, headers=STRICT)
            return answer.json()["data"]["viewer"]["member"]["handle"]

        assert (await handle()).startswith("ada-")
        second = await crm.refresh_token(refresh_token=first["refresh_token"])
        assert second["access_token"] != first["access_token"]
        assert (await handle()).startswith("ada-")
        [held] = await grant.of(ada.key)
        assert held["used_at"] is not None
        revoked = await crm.revoke_token(f"{ada.server.url}/oauth/revoke", second["refresh_token"])
        assert revoked.status_code == 200
        answer = await crm.post(f"{ada.server.url}/graphql", json=QUERY, headers=STRICT)
        assert answer.status_code == 401
        with pytest.raises(OAuthError, match="invalid_grant"):
            await crm.refresh_token(refresh_token=second["refresh_token"])
    assert await grant.of(ada.key) == []


@pytest.mark.parametrize("public", [False, True])
async def test_oauth4webapi(join: Join, node_path: str, public: bool) -> None:
    ada, mary = await join("ada"), await join("mary")
    async with landing() as (back, _):
        client_id, secret = await app_of(mary, back, public=public)
        given = {
            "server": ada.server.url,
            "clientId": client_id,
            "secret": secret,
            "back": back,
        }
        script = "../oauth/dance.mjs"
        begun = await run(node_path, script, "begin", json.dumps(given))
        landed = await consent(ada, begun["address"])
        ended = await run(
            node_path, script, "finish", json.dumps({**given, **begun, "landed": landed})
        )
    assert ended["handle"].startswith("ada-")
    assert ended["again"] == ended["handle"]
    assert ended["scope"] == "events:read profile:read"
    assert ended["active"] is (None if public else True)
    assert (ended["afterwards"], ended["refreshing"]) == ("invalid_token", "invalid_grant")


async def test_its_metadata_is_what_rfc_8414_wants(
    monkeypatch: pytest.MonkeyPatch, set_up: Any
) -> None:
    from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

    from schema import oauth

    monkeypatch.delitem(os.environ, "AUTHLIB_INSECURE_TRANSPORT")
    set_up(base_url="https://network.example")
    AuthorizationServerMetadata(oauth.metadata()).validate()
