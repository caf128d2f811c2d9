"""The pages of webhooks: made, refused with what was typed, tested, switched, deleted."""

import re

import pytest

from models import webhook_delivery
from models.outbound import Answer
from tests.web.conftest import Browser, Enter, text_of

pytestmark = pytest.mark.only_engine("sqlite")

GIVEN = {
    "url": "https://example.org/hook",
    "document": "subscription {\r\n  events { cursor }\r\n}",
    "kinds": ["REQUEST_RECEIVED", "REQUEST_ACCEPTED"],
    "scopes": ["EVENTS_READ"],
}


@pytest.fixture
async def ada(enter: Enter) -> Browser:
    return await enter("ada")


async def made(ada: Browser) -> str:
    """The path of a new webhook."""
    answer = await ada.post("/settings/webhooks", **GIVEN)
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["location"])


async def test_the_form_works_as_it_stands(ada: Browser) -> None:
    """With nothing filled in but the address."""
    page = (await ada.get("/settings/webhooks")).text
    assert "You have no webhooks" in page
    document = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert document
    ticked = re.findall(r'name="(kinds|scopes)" value="([A-Z_]+)"[^>]*checked', page)
    lists: dict[str, list[str]] = {"kinds": [], "scopes": []}
    for name, value in ticked:
        lists[name].append(value)
    answer = await ada.post(
        "/settings/webhooks", url="https://example.org/", document=document[1], **lists
    )
    assert answer.status_code == 303, text_of(answer.text)


async def test_one_is_made_shown_and_changed(ada: Browser) -> None:
    path = await made(ada)
    page = (await ada.get(path)).text
    assert "https://example.org/hook" in page
    assert "whsec_" in page
    assert "events { cursor }" in page
    assert path in (await ada.get("/settings/webhooks")).text
    changed = {**GIVEN, "url": "https://example.org/new", "kinds": ["CONNECTION_ENDED"]}
    page = await ada.follow(await ada.post(path, **changed))
    assert "Saved" in text_of(page)
    assert "https://example.org/new" in page


@pytest.mark.parametrize(
    ("name", "value"),
    [("url", "http://example.org/"), ("document", "subscription { nope }"), ("kinds", []),
     ("scopes", ["NOPE"])],
)  # fmt: skip
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    ada: Browser, name: str, value: object
) -> None:
    path = await made(ada)
    for where in ("/settings/webhooks", path):
        answer = await ada.post(where, **{**GIVEN, "document": "# mine", name: value})
        assert answer.status_code == 422
        assert f'href="#field-{name}"' in answer.text
        assert "<title>Error:" in answer.text
        assert "# mine" in answer.text or name == "document"
        assert re.search(r'value="REQUEST_ACCEPTED"[^>]*checked', answer.text) or name == "kinds"
    assert len(re.findall('id="webhook-whk', (await ada.get("/settings/webhooks")).text)) == 1


@pytest.mark.parametrize("htmx", [False, True])
async def test_the_acts(ada: Browser, htmx: bool) -> None:
    path = await made(ada)

    async def act(name: str) -> str:
        answer = await ada.post(f"{path}/{name}", htmx=htmx)
        if htmx:
            assert answer.status_code == 200, text_of(answer.text)
            assert 'id="webhook-standing"' in answer.text
            assert 'id="webhook-log"' in answer.text
            return answer.text
        return await ada.follow(answer)

    before = re.findall(r"whsec_[^<]+", (await ada.get(path)).text)
    assert re.findall(r"whsec_[^<]+", await act("secret")) != before
    assert "Switch on and catch up" in await act("off")
    assert "You switched it off" in text_of((await ada.get(path)).text)
    assert "Switch off" in await act("on")
    await act("off")
    assert "Switch off" in await act("on/from-now")
    assert "test.ping" in await act("test")
    [key] = set(re.findall(r"delivery-(dlv_\w+)", (await ada.get(path)).text))
    on_its_way = await ada.post(f"{path}/deliveries/{key}/redelivery", htmx=htmx)
    assert on_its_way.status_code == (422 if htmx else 303)
    row = await webhook_delivery.load(int_of(key))
    assert row is not None
    answer = Answer(500, "<script>alert(1)</script>", "Answered with 500.", 9)
    await webhook_delivery.missed(row, "<b>sent</b>", answer, last=True)
    page = (await ada.get(path)).text
    assert "Answered with 500." in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "On its way" in await act(f"deliveries/{key}/redelivery")
    gone = await ada.post(f"{path}/deletion", htmx=htmx)
    if htmx:
        assert gone.headers["HX-Redirect"] == "/settings/webhooks"
    else:
        assert "deleted" in text_of(await ada.follow(gone))
    assert (await ada.get(path)).status_code == 404


def int_of(key: str) -> int:
    from models import ids

    found = ids.decode(ids.DELIVERY, key)
    assert found is not None
    return found


async def test_one_that_was_switched_off_for_its_owner(ada: Browser) -> None:
    """They find it in their notifications, and what to do."""
    path = await made(ada)
    await ada.post(f"{path}/test")
    [key] = set(re.findall(r"delivery-(dlv_\w+)", (await ada.get(path)).text))
    row = await webhook_delivery.load(int_of(key))
    assert row is not None
    await webhook_delivery.refuse(row, "Cannot query field 'nope'.", broken=True)
    assert "can no longer be run" in text_of((await ada.get(path)).text)
    page = (await ada.get("/notifications")).text
    assert "switched off" in text_of(page)
    assert 'href="/settings/webhooks"' in page


async def test_others_see_nothing_of_it(ada: Browser, enter: Enter) -> None:
    grace = await enter("grace")
    path = await made(ada)
    assert (await grace.get(path)).status_code == 404
    assert (await grace.post(path, **GIVEN)).status_code in (404, 422)
    for wrong in ("app_0000000000000", "x"):
        assert (await grace.get(f"/settings/developer/{wrong}/webhooks")).status_code == 404
        refused = await grace.post(f"/settings/developer/{wrong}/webhooks", **GIVEN)
        assert refused.status_code == 404
    for act in ("deletion",):
        assert (await grace.post(f"{path}/{act}")).status_code == 404
    for act in ("secret", "off", "on", "test", "deliveries/dlv_0000000000000/redelivery"):
        answer = await grace.post(f"{path}/{act}", htmx=True)
        assert answer.status_code in (404, 422), act
    assert "https://example.org/hook" in (await ada.get(path)).text
    assert "example.org" not in (await grace.get("/settings/webhooks")).text
