"""Settings, Developer and Apps; the operator's page of apps."""

import re
from html import unescape

import pytest

from models import app, app_token, grant, ids, operator, sql
from tests.web.conftest import Browser, Enter, text_of

pytestmark = pytest.mark.only_engine("sqlite")

BACK = "https://crm.example/back"
CRM = {
    "name": "CRM <i>",
    "description": "Keeps contacts",
    "homepage": "https://crm.example",
    "redirectUris": f"{BACK}\r\nhttps://crm.example/other",
    "scopes": ["EVENTS_READ", "PROFILE_READ"],
    "confidential": "yes",
}


def app_in(html: str) -> str:
    found = re.search(r"app_[0-9a-z]{13}", html)
    assert found
    return found[0]


async def registered(browser: Browser, **other: object) -> tuple[str, str]:
    page = await browser.post("/settings/developer", **{**CRM, **other})
    assert page.status_code == 200, text_of(page.text)
    secret = re.search(r"mus_[\w-]+", page.text)
    assert secret
    return app_in(page.text), secret[0]


async def connected(key: str, member: int) -> str:
    app_id = ids.decode(ids.APP, key)
    assert app_id
    code = await grant.allow(app_id, member, ["profile:read", "events:read"], BACK, "challenge")
    found = await app_token.code(code)
    assert found
    pair = app_token.make()
    assert await app_token.redeem(found, pair)
    return pair.access


async def test_an_app_is_registered_edited_and_deleted(enter: Enter) -> None:
    ada, eve = await enter("ada"), await enter("eve")
    assert "You have registered no apps" in text_of((await ada.get("/settings/developer")).text)
    key, secret = await registered(ada)
    page = (await ada.get("/settings/developer")).text
    assert "CRM &lt;i&gt;" in page
    assert "Waiting" in text_of(page)
    assert secret not in page
    path = f"/settings/developer/{key}"
    page = (await ada.get(path)).text
    assert f"{BACK}\nhttps://crm.example/other</textarea>" in page
    assert page.count("checked") == 2
    assert (await eve.get(path)).status_code == 404
    for act in ("", "/secret", "/deletion"):
        answer = await eve.post(path + act, **CRM)
        assert answer.status_code in (404, 422)
    changed = await ada.post(path, **{**CRM, "name": "CRM 2", "scopes": ["PROFILE_READ"]})
    text = text_of(await ada.follow(changed))
    assert "CRM 2" in text
    assert "waits for an operator" in text
    renewed = re.search(r"mus_[\w-]+", (await ada.post(f"{path}/secret")).text)
    assert renewed
    assert renewed[0] != secret
    assert "The app is deleted" in text_of(await ada.follow(await ada.post(f"{path}/deletion")))
    assert (await ada.get(path)).status_code == 404
    assert not await sql.rows("SELECT id FROM app")


async def test_an_app_without_a_secret(enter: Enter) -> None:
    ada = await enter("ada")
    scheme = "org.example.crm:/back"
    made = await ada.post(
        "/settings/developer", **{**CRM, "confidential": "no", "redirectUris": scheme}
    )
    page = await ada.follow(made)
    assert "keeps no secret" in text_of(page)
    assert scheme in page
    answer = await ada.post(f"/settings/developer/{app_in(page)}/secret")
    assert answer.status_code == 404


async def test_what_is_wrong_is_said_and_what_was_typed_stays(enter: Enter) -> None:
    ada = await enter("ada")
    typed = {**CRM, "name": "", "redirectUris": "http://crm.example", "scopes": [], "homepage": "x"}
    page = await ada.post("/settings/developer", **typed)
    assert page.status_code == 422
    for name in ("name", "redirectUris", "scopes", "homepage"):
        assert f'href="#field-{name}"' in page.text
    assert "http://crm.example</textarea>" in page.text
    assert "Keeps contacts" in page.text
    nothing = await ada.post("/settings/developer", **{**CRM, "confidential": "perhaps"})
    assert nothing.status_code == 422
    key, _ = await registered(ada)
    page = await ada.post(f"/settings/developer/{key}", **{**typed, "name": "\u202eCRM"})
    assert page.status_code == 422
    assert "http://crm.example</textarea>" in unescape(page.text)
    assert "checked" not in page.text, "what was unticked stays so"
    assert not [
        each for each in await sql.rows("SELECT name FROM app") if each["name"] != "CRM <i>"
    ]


async def test_where_no_apps_are_taken(enter: Enter, set_up: object) -> None:
    ada = await enter("ada")
    set_up(app_registration="OFF")  # type: ignore[operator]
    page = (await ada.get("/settings/developer")).text
    assert "cannot be registered here" in text_of(page)
    assert 'name="redirectUris"' not in page
    refused = await ada.post("/settings/developer", **CRM)
    assert refused.status_code == 422
    set_up(app_registration="OPEN")  # type: ignore[operator]
    assert "has approved it" not in text_of((await ada.get("/settings/developer")).text)


@pytest.mark.parametrize("htmx", [False, True])
async def test_a_connected_app_is_seen_and_stopped(enter: Enter, htmx: bool) -> None:
    ada, eve = await enter("ada"), await enter("eve")
    key, _ = await registered(ada)
    assert ada.key
    access = await connected(key, ada.key)
    assert await app_token.find(access)
    page = (await ada.get("/settings/apps")).text
    text = text_of(page)
    assert "CRM <i>" in text
    assert "read profiles" in text
    assert "0 events delivered" in text
    found = re.search(r"grt_[0-9a-z]{13}", page)
    assert found
    path = f"/settings/apps/{found[0]}/stop"
    assert "You have connected no apps" in text_of((await eve.get("/settings/apps")).text)
    assert "no longer" in text_of(await eve.follow(await eve.post(path)))
    assert await app_token.find(access)
    answer = await ada.post(path, htmx=htmx)
    shown = text_of(answer.text if htmx else await ada.follow(answer))
    assert "The app is stopped" in shown
    assert "You have connected no apps" in shown
    assert await app_token.find(access) is None
    assert (await ada.post(path, htmx=True)).status_code == 422


async def test_operators_approve_and_stop(enter: Enter) -> None:
    ada, eve = await enter("ada"), await enter("eve")
    key, _ = await registered(ada)
    for path in ("approval", "stop"):
        assert (await eve.post(f"/operator/apps/{key}/{path}")).status_code == 404
    assert (await eve.get("/operator/apps")).status_code == 404
    assert eve.key
    await operator.appoint(eve.key, True)
    page = (await eve.get("/operator/apps")).text
    assert "CRM &lt;i&gt;" in page
    assert BACK in page
    answer = await eve.post(f"/operator/apps/{key}/approval")
    assert "Approved" in text_of(await eve.follow(answer))
    app_id = ids.decode(ids.APP, key)
    assert app_id
    await connected(key, eve.key)
    part = await eve.post(f"/operator/apps/{key}/stop", htmx=True)
    assert 'id="operator-apps"' in part.text
    assert "Stopped by an operator" in text_of((await eve.get("/settings/apps")).text)
    assert await app.client(app_id) is None
    gone = await eve.post("/operator/apps/app_0000000000000/stop", htmx=True)
    assert gone.status_code == 422


async def test_signed_out(enter: Enter) -> None:
    stranger = await enter(None)
    for path in ("/settings/developer", "/settings/apps", "/operator/apps"):
        answer = await stranger.get(path)
        assert (answer.status_code, answer.headers["location"][:9]) == (303, "/sign-in?")
