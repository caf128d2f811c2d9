"""Settings: what is saved, what is refused with the typed values kept, what is shown once."""

import pytest

from tests.web.conftest import Browser, Enter, text_of

pytestmark = pytest.mark.only_engine("sqlite")

PROFILE = {
    "name": "Ada Lind",
    "headline": "Engineer",
    "organisation": "Span",
    "location": "Umeå",
    "about": "One.\r\n\r\nTwo.",
    "profileAudience": "EVERYONE",
    "connectionsAudience": "NOBODY",
    "boxes": "on",
}


@pytest.fixture
async def ada(enter: Enter) -> Browser:
    return await enter("ada")


async def test_the_profile_is_saved(ada: Browser) -> None:
    page = await ada.follow(await ada.post("/settings", **PROFILE))
    assert "Saved." in text_of(page)
    assert 'value="Ada Lind"' in page
    assert "checked" in page.split('value="NOBODY"')[1].split(">")[0]
    assert "checked" not in page.split('name="acceptsRequests"')[1].split(">")[0]
    assert "One.\n\nTwo." in (await ada.get("/members/ada")).text


async def test_the_profile_is_saved_in_place(ada: Browser) -> None:
    part = await ada.post("/settings", htmx=True, **PROFILE)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'id="settings-form"' in part.text
    assert "Saved." in text_of(part.text)


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("name", "value"),
    [("name", ""), ("name", "x" * 200), ("about", "y" * 5000), ("profileAudience", "SOME")],
)
async def test_what_is_wrong_is_said_and_nothing_is_saved(
    ada: Browser, name: str, value: str, htmx: bool
) -> None:
    answer = await ada.post("/settings", htmx=htmx, **{**PROFILE, name: value})
    assert answer.status_code == 422
    assert f'href="#field-{name}"' in answer.text
    assert f'id="field-{name}"' in answer.text
    assert "Engineer" in answer.text, "what was typed stays"
    assert "Engineer" not in (await ada.get("/members/ada")).text


async def test_a_wrong_password_is_refused_and_none_is_sent_back(ada: Browser) -> None:
    typed = {"currentPassword": "wrong-horse", "newPassword": "correct-battery-staple"}
    answer = await ada.post("/settings/password", **typed)
    assert answer.status_code == 422
    assert 'href="#field-currentPassword"' in answer.text
    assert "wrong-horse" not in answer.text
    assert "battery" not in answer.text


async def test_sessions_are_listed_and_ended(ada: Browser, enter: Enter) -> None:
    page = (await ada.get("/settings/sessions")).text
    assert "Firefox on Linux" in page
    assert "This one" in page
    assert "Sign out all others" not in page
    page = await ada.follow(await ada.post("/settings/sessions/ses_0000000000001/revocation"))
    assert 'class="flash problem"' in page
    page = await ada.follow(await ada.post("/settings/sessions/revocation"))
    assert "All other sessions are signed out." in page
    part = await ada.post("/settings/sessions/revocation", htmx=True)
    assert 'hx-target="#settings-sessions"' in part.text


@pytest.mark.parametrize("htmx", [False, True])
async def test_a_token_is_shown_once(ada: Browser, htmx: bool) -> None:
    wanted = {"name": "CRM", "scopes": ["PROFILE_READ", "EVENTS_READ"], "expiresInDays": "30"}
    answer = await ada.post("/settings/tokens", htmx=htmx, **wanted)
    assert answer.status_code == 200
    secret = answer.text.split('class="secret">')[1].split("<")[0]
    assert len(secret) > 20
    assert "flash" not in answer.headers.get("set-cookie", "")
    page = (await ada.get("/settings/tokens")).text
    assert secret not in page
    assert "Follow events, Read profiles" in text_of(page)
    token = page.split('id="token-')[1].split('"')[0]
    page = await ada.follow(await ada.post(f"/settings/tokens/{token}/revocation"))
    assert "The token is revoked." in page
    assert "You have no tokens." in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"scopes": []}, "scopes"), ({"scopes": ["ACCOUNT"]}, "scopes"), ({"name": ""}, "name"),
     ({"expiresInDays": "99999"}, "expiresInDays"), ({"expiresInDays": "x"}, "expiresInDays")],
)  # fmt: skip
async def test_a_token_that_is_refused(ada: Browser, wrong: dict[str, object], field: str) -> None:
    wanted = {"name": "CRM", "scopes": ["PROFILE_READ"], "expiresInDays": "30", **wrong}
    answer = await ada.post("/settings/tokens", **wanted)
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    assert 'class="secret"' not in answer.text
