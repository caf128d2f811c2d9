"""The authorization endpoint: who is asked what, and what is told to whom."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from models import app, app_review, grant, session, sql
from models.app import Description
from tests.oauth.conftest import BACK, SCOPES, MakeApp, agree, parameters
from tests.web.conftest import Browser, Enter, text_of


async def test_the_page_says_what_it_is_about(make_app: MakeApp, enter: Enter) -> None:
    crm, ada = await make_app(), await enter("ada")
    page = await ada.get(crm.request())
    text = text_of(page.text)
    for words in (
        "Tidy CRM",
        "Keeps contacts",
        "Mary Maker",
        "Follow events",
        "Read profiles",
        "crm.example",
        "in your name, Ada",
    ):
        assert words in text, words
    assert "Read your network" not in text, "not asked for"
    assert "What it would see" in text
    assert "What it would do" not in text, "it would only look"
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://crm.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    elsewhere = (await ada.get("/settings")).headers["content-security-policy"]
    assert "form-action 'self';" in elsewhere


async def test_yes_and_no(make_app: MakeApp, enter: Enter) -> None:
    crm, ada = await make_app(), await enter("ada")
    yes = await agree(ada, crm.request())
    assert yes.keys() == {"code", "state", "iss"}
    assert (yes["state"], yes["iss"]) == ("a b/ü&=", "http://127.0.0.1:8000")
    no = await agree(ada, crm.request(), "deny")
    assert (no["error"], no["state"], no["iss"]) == (
        "access_denied",
        "a b/ü&=",
        "http://127.0.0.1:8000",
    )
    assert "code" not in no


async def test_an_address_with_a_query_keeps_it(make_app: MakeApp, enter: Enter) -> None:
    crm, ada = await make_app(uris=[f"{BACK}?tenant=1"]), await enter("ada")
    for address in (crm.request(redirect_uri=f"{BACK}?tenant=1"), crm.request(redirect_uri=None)):
        back = await agree(ada, address)
        assert (back["tenant"], len(back["code"])) == ("1", 47)


async def test_without_scopes_it_asks_for_all_it_has(make_app: MakeApp, enter: Enter) -> None:
    crm, ada = await make_app(), await enter("ada")
    assert "Read your network" in text_of((await ada.get(crm.request(scope=None))).text)


async def test_a_program_on_the_own_machine(make_app: MakeApp, enter: Enter) -> None:
    uris = ["http://127.0.0.1/cb", "com.example.crm:/cb", "http://[::1]/cb"]
    crm, ada = await make_app(public=True, uris=uris), await enter("ada")
    for given, allowed in (
        ("http://127.0.0.1:51234/cb", "http://127.0.0.1:51234"),
        ("com.example.crm:/cb", "com.example.crm:"),
        ("http://[::1]:51234/cb", "http:"),
    ):
        address = crm.request(redirect_uri=given)
        page = await ada.get(address)
        assert f"form-action 'self' {allowed};" in page.headers["content-security-policy"]
        answer = await ada.post(address, decision="deny")
        assert answer.headers["location"].startswith(f"{given}?")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": 'x"y'}, None),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"scope": "events:read account"}, "invalid_scope"),
        ({"scope": "requests:write"}, "invalid_scope"),
        ({"scope": "nothing 💥"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"client_id": None}, None),
        ({"client_id": "app_0000000000000"}, None),
        ({"client_id": "x\x00"}, None),
        ({"redirect_uri": "https://evil.example/cb"}, None),
        ({"redirect_uri": f"{BACK}/"}, None),
        ({"redirect_uri": "https://crm.example/💥"}, None),
        ({"redirect_uri": "javascript:alert(1)"}, None),
        ({"redirect_uri": 'https://crm.example/"'}, None),
        ({"redirect_uri": "https://evil.example", "response_type": "token"}, None),
    ],
)
async def test_mistakes(
    make_app: MakeApp, enter: Enter, changes: dict[str, Any], error: str | None
) -> None:
    """Told to the app once it is known and its address trusted; before that to the member."""
    crm, ada = await make_app(), await enter("ada")
    for method in (ada.get, ada.post):
        answer = await method(crm.request(**changes))
        if error is None:
            assert answer.status_code == 400
            assert "location" not in answer.headers
            assert "This app cannot be connected" in answer.text
        else:
            assert answer.status_code == 303
            location = answer.headers["location"]
            assert location.startswith(f"{BACK}?")
            told = parameters(location)
            assert (told["error"], told["state"]) == (error, "a b/ü&=")
            assert told["iss"] == "http://127.0.0.1:8000"
    assert await grant.of(ada.key or 0) == []


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "scope", "response_type"])
async def test_nothing_may_be_given_twice(make_app: MakeApp, enter: Enter, name: str) -> None:
    crm, ada = await make_app(), await enter("ada")
    answer = await ada.get(f"{crm.request()}&{name}=x")
    assert answer.status_code == 400


async def test_signing_in_first_keeps_all_parameters(make_app: MakeApp, enter: Enter) -> None:
    crm, stranger = await make_app(), await enter(None)
    for send in (stranger.get, stranger.post):
        answer = await send(crm.request())
        assert answer.status_code == 303
        where = urlsplit(answer.headers["location"])
        assert where.path == "/sign-in"
        [following] = parse_qs(where.query)["next"]
        assert parse_qs(urlsplit(following).query) == parse_qs(urlsplit(crm.request()).query)
        page = await stranger.get(answer.headers["location"])
        assert following.replace("&", "&amp;") in page.text
    wrong = await stranger.get(crm.request(scope="account"))
    assert parameters(wrong.headers["location"])["error"] == "invalid_scope", "needs nobody"


async def test_an_app_that_waits_is_known_to_its_owner_alone(
    make_app: MakeApp, enter: Enter
) -> None:
    crm, ada, stranger = await make_app(approved=False), await enter("ada"), await enter(None)
    unknown = crm.request(client_id="app_0000000000000")
    waiting, missing = await ada.get(crm.request()), await ada.get(unknown)
    assert (waiting.status_code, waiting.text) == (400, missing.text)
    waiting, missing = await stranger.get(crm.request()), await stranger.get(unknown)
    assert waiting.status_code == missing.status_code == 303
    assert urlsplit(waiting.headers["location"]).path == "/sign-in"
    assert urlsplit(missing.headers["location"]).path == "/sign-in"
    mary = await enter(None)
    mary.client.cookies.set("session", await session.open_session(crm.owner, "Firefox"))
    assert "No operator has approved it yet" in (await mary.get(crm.request())).text
    assert "code" in await agree(mary, crm.request())


@pytest.mark.parametrize("how", ["stopped", "suspended"])
async def test_an_app_that_was_stopped(make_app: MakeApp, enter: Enter, how: str) -> None:
    crm, ada = await make_app(), await enter("ada")
    page = await ada.get(crm.request())
    assert page.status_code == 200
    if how == "stopped":
        await app_review.stop(crm.key)
    else:
        await sql.change("UPDATE member SET suspended_at = joined_at WHERE id = $1", crm.owner)
    answer = await ada.post(crm.request(), decision="allow", scope="events:read profile:read")
    assert answer.status_code == 400
    assert await grant.of(ada.key or 0) == []


async def test_what_was_shown_is_what_is_agreed_to(make_app: MakeApp, enter: Enter) -> None:
    crm, ada = await make_app(), await enter("ada")
    address = crm.request(scope=None)
    wider = Description("Tidy CRM", "", "", [BACK], SCOPES[:2])
    await app.update(crm.owner, crm.key, wider)
    await app_review.approve(crm.key)
    for scope in ("events:read network:read profile:read", "", "x"):
        answer = await ada.post(address, decision="allow", scope=scope)
        assert answer.status_code == 200, "asked anew"
        assert await grant.of(ada.key or 0) == []
    assert "code" in await agree(ada, address)


async def test_another_site_cannot_press_the_button(make_app: MakeApp, enter: Enter) -> None:
    crm, ada = await make_app(), await enter("ada")

    async def send(**headers: str) -> int:
        answer = await ada.client.post(
            crm.request(),
            data={"decision": "allow", "scope": "events:read profile:read"},
            headers=headers,
        )
        return answer.status_code

    for site in ("cross-site", "same-site", "none"):
        assert await send(**{"Sec-Fetch-Site": site}) == 403
    del ada.client.headers["Sec-Fetch-Site"]
    assert await send(Origin="https://evil.example") == 403
    assert await send() == 303, "no browser: its cookie is not looked at"
    assert await grant.of(ada.key or 0) == []


async def test_markup_in_an_apps_words_is_text(make_app: MakeApp, enter: Enter) -> None:
    crm, ada = await make_app(), await enter("ada")
    evil = Description(
        '<b>"x"</b>', "<script>1</script>", "https://x.example/'><b>", [BACK], SCOPES
    )
    await app.update(crm.owner, crm.key, evil)
    await app_review.approve(crm.key)
    page = (await ada.get(crm.request())).text
    assert "<b>" not in page
    assert "<script>1" not in page
    assert isinstance(ada, Browser)
