"""Requests nobody sane sends, and a database that is away: never a 500, never a stray redirect."""

import random
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from models import app
from tests.oauth.conftest import BACK, MakeApp, agree
from tests.web.conftest import Enter

NAMES = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
    "token_type_hint",
    "client_secret",
    "nonce",
]
VALUES = [
    "",
    " ",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass"),
    b"\xff\xfe",
    '"<b>\\',
    "💥" * 300,
    "x" * 9000,
    "code",
    "token",
    "S256",
    "plain",
    "authorization_code",
    "refresh_token",
    "access_token",
    "events:read",
    "account",
    "app_0000000000000",
    "app_zzzzzzzzzzzzz",
    "mua_" + "x" * 43,
    "mur_" + "x" * 43,
    "v" * 43,
    BACK,
    "//evil.example",
    "https://[",
    "http://127.0.0.1:99999999/",
    "%",
    "a\r\nLocation: https://evil.example",
]
ROUNDS = 400


def strange(dice: random.Random, real: list[Any]) -> list[tuple[str, Any]]:
    """A request with some things right, some wrong, and some twice."""
    names = dice.sample(NAMES, dice.randint(0, len(NAMES)))
    return [(name, dice.choice(VALUES + real)) for name in names + names[: dice.randint(0, 1)]]


def check_authorize(answer: httpx.Response) -> None:
    assert answer.status_code in (200, 303, 400), answer.text
    if answer.status_code == 303:
        where = answer.headers["location"]
        assert where.startswith((f"{BACK}?", "/sign-in?next=")), where
        assert urlsplit(where).fragment == ""


async def test_nothing_breaks_an_endpoint(make_app: MakeApp, enter: Enter) -> None:
    dice = random.Random(20261123)
    crm, ada, stranger = await make_app(), await enter("ada"), await enter(None)
    code = (await agree(ada, crm.request()))["code"]
    real = [crm.client_id] * 6 + [crm.secret] * 3 + [code]
    seen: set[tuple[str, int]] = set()
    for _ in range(ROUNDS):
        sent = urlencode(strange(dice, real))
        for browser in (ada, stranger):
            check_authorize(await browser.get(f"/oauth/authorize?{sent}"))
            check_authorize(await browser.post(f"/oauth/authorize?{sent}", decision="allow"))
        for endpoint in ("token", "revoke", "introspect"):
            answer = await crm.client.post(
                f"/oauth/{endpoint}",
                content=urlencode(strange(dice, real)),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            seen.add((endpoint, answer.status_code))
            assert answer.status_code in (200, 400, 401), answer.text
            assert answer.status_code == 200 or answer.json()["error"]
    assert {status for _, status in seen} >= {400, 401}


async def test_a_database_that_is_away(
    make_app: MakeApp, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm, ada = await make_app(), await enter("ada")

    async def gone(_key: int) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(app, "client", gone)
    for answer in (await ada.get(crm.request()), await ada.post(crm.request(), decision="allow")):
        assert answer.status_code == 503
        assert "<h1>" in answer.text
    for path, form in (("token", {"grant_type": "x"}), ("revoke", {"token": "x"})):
        answer = await crm.post(path, **form)
        assert (answer.status_code, answer.json()) == (503, {"error": "temporarily_unavailable"})
