"""The endpoints that apps call: every answer of the RFCs, the refusals above all."""

import base64
from typing import Any

import httpx
import pytest

from models import clock, grant, ids, token
from models.token import Scope
from tests.models.acts import NOON, SetUp
from tests.oauth.conftest import BACK, Known, MakeApp, agree, challenge_of
from tests.web.conftest import Browser, Enter

ME = "{ viewer { eventCursor } }"


async def code_for(crm: Known, browser: Browser, **changes: Any) -> str:
    return (await agree(browser, crm.request(**changes)))["code"]


async def tokens_for(crm: Known, browser: Browser, **changes: Any) -> dict[str, Any]:
    answer = await crm.redeem(await code_for(crm, browser, **changes))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: httpx.Response, status: int, error: str) -> bool:
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("application/json")
    return True


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@pytest.fixture
async def crm(make_app: MakeApp) -> Known:
    return await make_app()


@pytest.fixture
async def ada(enter: Enter) -> Browser:
    return await enter("ada")


async def test_a_code_becomes_tokens(crm: Known, ada: Browser) -> None:
    answer = await crm.redeem(await code_for(crm, ada))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    body = answer.json()
    assert body.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert body["scope"].split() == ["events:read", "profile:read"]
    assert (await crm.ask(body["access_token"], ME)).status_code == 200


async def test_an_app_sees_no_more_than_its_scopes(crm: Known, ada: Browser) -> None:
    access = (await tokens_for(crm, ada, scope="events:read"))["access_token"]
    assert (await crm.ask(access, ME)).json()["data"]["viewer"]["eventCursor"]
    for query, missing in (
        ("{ viewer { waitingCount } }", "requests:read"),
        ("{ viewer { sessions { id } } }", "account"),
        ("{ viewer { tokens { id } } }", "account"),
        ("{ members { nodes { id } } }", "profile:read"),
    ):
        answer = await crm.ask(access, query)
        assert answer.status_code == 403, answer.text
        assert answer.json()["errors"][0]["extensions"]["missing"] == [missing]
        challenge = answer.headers["www-authenticate"]
        assert 'error="insufficient_scope"' in challenge
        assert f'scope="{missing}"' in challenge


async def test_bad_bearers(crm: Known, ada: Browser) -> None:
    body = await tokens_for(crm, ada)
    for bad in (body["refresh_token"], "mua_x", "", crm.secret or "", body["access_token"] + "x"):
        answer = await crm.ask(bad, ME)
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    nobody = await crm.client.post(
        "/graphql",
        json={"query": "mutation { markNotificationsRead(input: {}) { unreadCount } }"},
        headers={"Accept": "application/graphql-response+json"},
    )
    assert nobody.status_code == 401
    assert nobody.headers["www-authenticate"] == "Bearer", "no token is no wrong token"
    page = await crm.client.get("/settings", headers={"Authorization": "Bearer x"})
    assert page.status_code == 303, "tokens open no pages"


async def test_three_ways_to_prove_who_asks(crm: Known, ada: Browser, make_app: MakeApp) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": "v" * 43}
    code = await code_for(crm, ada)
    answer = await crm.client.post(
        "/oauth/token",
        data={**form, "code": code},
        headers=basic(crm.client_id, crm.secret or ""),
    )
    assert answer.status_code == 200, answer.text
    public = await make_app(public=True)
    assert (await public.redeem(await code_for(public, ada))).status_code == 200
    assert refused(
        await public.redeem(await code_for(public, ada), client_secret="x"), 401, "invalid_client"
    )


async def test_who_cannot_prove_it(crm: Known, ada: Browser, make_app: MakeApp) -> None:
    code = await code_for(crm, ada)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": "v" * 43,
    }

    async def send(headers: Any = None, **more: Any) -> httpx.Response:
        return await crm.client.post("/oauth/token", data={**form, **more}, headers=headers)

    other = await make_app()
    answers = [
        await send(),
        await send(client_id=crm.client_id),
        await send(client_id=crm.client_id, client_secret="wrong"),
        await send(client_id="app_0000000000000", client_secret=crm.secret),
        await send(client_id="x\x00", client_secret=crm.secret),
        await send(client_id=other.client_id, client_secret=crm.secret),
        await send(basic(crm.client_id, "wrong")),
        await send(basic(crm.client_id, "")),
        await send(basic("app_0000000000000", crm.secret or "")),
        await send(basic(crm.client_id, "x"), client_id=crm.client_id),
        await send({"Authorization": "Basic /////w=="}),
        await send({"Authorization": b"Basic \xc3\xa9"}),
        await send({"Authorization": "Basic"}),
        await send({"Authorization": "Bearer mua_x"}, client_id=crm.client_id),
    ]
    for answer in answers:
        assert refused(answer, 401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert len({answer.text for answer in answers}) == 1, "one answer for every cause"
    both = await send(basic(crm.client_id, crm.secret or ""), client_secret=crm.secret)
    assert refused(both, 400, "invalid_request")
    waiting = await make_app(approved=False)
    assert refused(
        await send(client_id=waiting.client_id, client_secret="x"), 401, "invalid_client"
    )
    assert (await crm.redeem(code)).status_code == 200, "none of that spent the code"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": None}, "invalid_request"),
        ({"code": "muc_wrong"}, "invalid_grant"),
        ({"code": "\x00💥"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"redirect_uri": f"{BACK}/"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": challenge_of("v" * 43)}, "invalid_grant"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": 'x"💥'}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "mur_wrong"}, "invalid_grant"),
    ],
)
async def test_codes_that_are_refused(
    crm: Known, ada: Browser, changes: dict[str, Any], error: str
) -> None:
    code = await code_for(crm, ada)
    assert refused(await crm.redeem(code, **changes), 400, error)
    assert (await crm.redeem(code)).status_code == 200


async def test_a_code_is_its_apps_alone_and_good_once(
    crm: Known, ada: Browser, make_app: MakeApp
) -> None:
    clock.freeze(NOON)
    other = await make_app()
    code = await code_for(crm, ada)
    assert refused(await other.redeem(code), 400, "invalid_grant")
    body = (await crm.redeem(code)).json()
    assert refused(await other.redeem(code), 400, "invalid_grant")
    assert await token.find(body["access_token"]), "a stranger ends nothing"
    clock.advance(minutes=5)
    assert refused(await crm.redeem(code), 400, "invalid_grant")
    assert (await crm.ask(body["access_token"], ME)).status_code == 401, "a replay ends all of it"
    assert refused(await crm.refresh(body["refresh_token"]), 400, "invalid_grant")
    late = await code_for(crm, ada)
    clock.advance(seconds=60)
    assert refused(await crm.redeem(late), 400, "invalid_grant")


async def test_refreshing(crm: Known, ada: Browser, make_app: MakeApp) -> None:
    first = await tokens_for(crm, ada)
    other = await make_app()
    assert refused(await other.refresh(first["refresh_token"]), 400, "invalid_grant")
    assert refused(await crm.refresh(first["access_token"]), 400, "invalid_grant")
    for scope in ("network:read", "events:read account", "x"):
        assert refused(await crm.refresh(first["refresh_token"], scope=scope), 400, "invalid_scope")
    second = (await crm.refresh(first["refresh_token"], scope="events:read")).json()
    assert second["scope"] == "events:read"
    assert second["refresh_token"] != first["refresh_token"]
    assert (await crm.ask(first["access_token"], ME)).status_code == 200, "until its hour is over"
    assert (
        await crm.ask(second["access_token"], "{ members { nodes { id } } }")
    ).status_code == 403
    third = (await crm.refresh(second["refresh_token"])).json()
    assert third["scope"].split() == ["events:read", "profile:read"]
    assert refused(await crm.refresh(first["refresh_token"]), 400, "invalid_grant")
    for body in (first, second, third):
        assert (await crm.ask(body["access_token"], ME)).status_code == 401
    assert refused(await crm.refresh(third["refresh_token"]), 400, "invalid_grant")


async def test_revoking(crm: Known, ada: Browser, make_app: MakeApp) -> None:
    body = await tokens_for(crm, ada)
    other = await make_app()
    assert refused(await other.post("revoke", token=body["access_token"]), 400, "invalid_grant")
    assert refused(await crm.post("revoke"), 400, "invalid_request")
    assert refused(await crm.post("revoke", token="x", proven=False), 401, "invalid_client")
    for nothing in ("x", "mua_x", "\x00", "💥"):
        answer = await crm.post("revoke", token=nothing, token_type_hint="saml")
        assert answer.status_code == 200, "what is none needs no ending"
    answer = await crm.post("revoke", token=body["access_token"], token_type_hint="refresh_token")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert (await crm.ask(body["access_token"], ME)).status_code == 401
    new = (await crm.refresh(body["refresh_token"])).json()
    assert (await crm.post("revoke", token=new["refresh_token"])).status_code == 200
    assert (await crm.ask(new["access_token"], ME)).status_code == 401
    assert await grant.of(ada.key or 0) == []


async def test_introspecting(crm: Known, ada: Browser, make_app: MakeApp) -> None:
    clock.freeze(NOON)
    body = await tokens_for(crm, ada)

    async def said(of: Known, secret: str) -> dict[str, Any]:
        answer = await of.post("introspect", token=secret)
        assert answer.status_code == 200, answer.text
        assert "access-control-allow-origin" not in answer.headers
        found: dict[str, Any] = answer.json()
        return found

    seen = await said(crm, body["access_token"])
    assert seen == {
        "active": True,
        "client_id": crm.client_id,
        "sub": ids.encode(ids.MEMBER, ada.key or 0),
        "scope": "events:read profile:read",
        "iss": "http://127.0.0.1:8000",
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 3600,
        "token_type": "Bearer",
    }
    assert (await said(crm, body["refresh_token"]))["active"]
    nothing = {"active": False}
    other = await make_app()
    _, personal = await token.create(ada.key or 0, "x", [Scope.EVENTS_READ], None)
    assert await said(other, body["access_token"]) == nothing, "not its own"
    for secret in ("x", personal, "\x00"):
        assert await said(crm, secret) == nothing
    await crm.refresh(body["refresh_token"])
    assert await said(crm, body["refresh_token"]) == nothing, "spent"
    clock.advance(hours=1)
    assert await said(crm, body["access_token"]) == nothing, "over"
    public = await make_app(public=True)
    assert refused(await public.post("introspect", token="x"), 401, "invalid_client")


async def test_requests_that_are_none(crm: Known) -> None:
    path = "/oauth/token"
    form = "application/x-www-form-urlencoded"
    for answer in (
        await crm.client.post(path, json={"grant_type": "refresh_token"}),
        await crm.client.post(path, content=b"a=%ff", headers={"Content-Type": form}),
        await crm.client.post(path, content=b"\xff", headers={"Content-Type": form}),
        await crm.client.post(path, content=b"a=1&" * 60, headers={"Content-Type": form}),
        await crm.client.post(path, content=b"", headers={"Content-Type": form}),
        await crm.client.post(
            path, content=b"grant_type=a&grant_type=b", headers={"Content-Type": form}
        ),
    ):
        assert refused(answer, 400, "invalid_request")
    large = await crm.client.post(path, content=b"a" * 70_000, headers={"Content-Type": form})
    assert refused(large, 413, "invalid_request")
    got = await crm.client.get(path)
    assert refused(got, 405, "invalid_request")
    assert got.headers["allow"] == "POST, OPTIONS"


async def test_browser_apps_may_call(crm: Known, make_app: MakeApp, ada: Browser) -> None:
    origin = {"Origin": "https://spa.example", "Sec-Fetch-Site": "cross-site"}
    for path in ("token", "revoke"):
        asked = await crm.client.options(f"/oauth/{path}", headers=origin)
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == "*"
        assert "authorization" in asked.headers["access-control-allow-headers"]
    public = await make_app(public=True)
    public.client.headers.update(origin)
    assert (await public.redeem(await code_for(public, ada))).status_code == 200


async def test_a_host_that_asks_too_often(crm: Known, set_up: SetUp) -> None:
    set_up(api_points=3)
    answers = [await crm.refresh("mur_x") for _ in range(5)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].json() == {"error": "temporarily_unavailable"}


async def test_metadata(crm: Known) -> None:
    answer = await crm.client.get("/.well-known/oauth-authorization-server")
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert found["issuer"] == "http://127.0.0.1:8000"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "account" not in found["scopes_supported"]
    assert "events:read" in found["scopes_supported"]
