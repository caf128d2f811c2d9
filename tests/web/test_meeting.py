"""Meeting in person, on pages: showing a code, typing one, and asking with it."""

import re

import pytest
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from models import meeting_code
from tests.web.conftest import Browser, Enter, text_of


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting_code, "_failures", MovingWindowRateLimiter(MemoryStorage()))


async def shown(who: Browser, **said: str) -> str:
    """Show a code; what the page says it is."""
    page = await who.follow(await who.post("/meet/code", **said))
    found = re.search(r"/meet/([0-9A-Z]{10})", page)
    assert found
    return found[1]


@pytest.mark.parametrize("htmx", [False, True])
async def test_showing_and_ending(enter: Enter, htmx: bool) -> None:
    ada = await enter("ada")
    assert "Show my code" in (await ada.get("/meet")).text
    answer = await ada.post("/meet/code", htmx=htmx, event="Spring <b>meeting</b>", place="Umeå")
    text = answer.text if htmx else await ada.follow(answer)
    assert "data:image/svg+xml,%3Csvg" in text
    assert "Spring &lt;b&gt;meeting" in text
    assert "style=" not in text
    wrong = await ada.post("/meet/code", htmx=htmx, event="x" * 121, place="Kept")
    assert wrong.status_code == 422
    assert "At most 120 characters" in wrong.text
    assert "Kept" in wrong.text
    answer = await ada.post("/meet/code/end", htmx=htmx)
    text = answer.text if htmx else await ada.follow(answer)
    assert "Your code is no longer good" in text
    assert "Show my code" in text


@pytest.mark.parametrize("htmx", [False, True])
async def test_asking_with_a_code(enter: Enter, htmx: bool) -> None:
    ada, grace = await enter("ada"), await enter("grace", profile_audience="CONNECTIONS")
    assert (await ada.get("/members/grace")).status_code == 404
    code = await shown(grace, event="Spring meeting")
    typed = await ada.get(f"/meet?code=+{code[:5].lower()}-{code[5:]}+")
    assert typed.status_code == 303
    page = await ada.get(typed.headers["location"])
    assert page.status_code == 200
    text = text_of(page.text)
    assert "Connect with Grace" in text
    assert "Spring meeting" in text
    path = f"/meet/{code}"
    wrong = await ada.post(path, htmx=htmx, metOn="2999-01-01", metPlace="Umeå", note="Hello")
    assert wrong.status_code == 422
    assert "still to come" in wrong.text
    assert "Umeå" in wrong.text
    assert "Hello" in wrong.text
    answer = await ada.post(path, htmx=htmx, metPlace="Umeå", note="Hello")
    said = answer.text if htmx else await ada.follow(answer)
    assert "Your request to Grace is sent" in said
    assert (await ada.get("/members/grace")).status_code == 404  # nothing opened
    assert "Hello" in (await grace.get("/requests")).text
    again = await ada.get(path)
    assert "You have already asked" in again.text


async def test_a_code_that_is_not_good(enter: Enter) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    code = await shown(grace)
    await grace.post("/meet/code/end")
    pages = []
    for given in (code, "0000000000", "nonsense", "%00", "%F0%9F%92%A9", "x" * 3000):
        for answer in (await ada.get(f"/meet/{given}"), await ada.post(f"/meet/{given}", note="x")):
            assert answer.status_code == 404, given
            assert "not good now" in answer.text
        pages.append(text_of((await ada.get(f"/meet/{given}")).text))
    assert len(set(pages)) == 1
    assert (await ada.get("/meet?code=")).status_code == 422


async def test_who_is_signed_out_comes_back(enter: Enter) -> None:
    visitor, grace = await enter(None), await enter("grace")
    code = await shown(grace)
    answer = await visitor.get(f"/meet/{code}")
    assert answer.headers["location"] == f"/sign-in?next=/meet/{code}"
    assert (await visitor.post("/meet/code")).status_code == 303
    assert f"/meet/{code}" in (await visitor.get(answer.headers["location"])).text


async def test_both_with_codes_are_connected(enter: Enter) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    adas, graces = await shown(ada), await shown(grace)
    await ada.post(f"/meet/{graces}")
    page = await grace.follow(await grace.post(f"/meet/{adas}"))
    assert "now connected" in page


async def test_where_one_met_on_the_ordinary_form(enter: Enter) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    path = "/members/grace/connect"
    wrong = await ada.post(path, basis="MET_IN_PERSON", metEvent="A fair", metOn="tomorrow")
    assert wrong.status_code == 422
    assert "A fair" in wrong.text
    assert 'id="field-metOn-error"' in wrong.text
    answer = await ada.post(path, basis="MET_IN_PERSON", metEvent="A fair", metOn="2026-01-31")
    assert answer.status_code == 303
    assert (await grace.get("/requests")).status_code == 200


def hidden(page: str) -> dict[str, str]:
    """What a form carries."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


@pytest.mark.parametrize("htmx", [False, True])
async def test_a_code_that_ends_while_one_writes(enter: Enter, htmx: bool) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    code = await shown(grace, event="Spring meeting", place="Umeå")
    path = f"/meet/{code}"
    carried = hidden((await ada.get(path)).text)
    await grace.post("/meet/code/end")
    said = {**carried, "note": "We spoke of <tides>", "metOn": "2026-01-31"}
    answer = await ada.post(path, htmx=htmx, **said)
    assert answer.status_code == 422
    assert ("<!doctype" in answer.text) is not htmx
    assert "not good now" in answer.text
    assert "We spoke of &lt;tides&gt;" in answer.text
    for kept in ("Spring meeting", "Umeå", "2026-01-31", code, carried["key"]):
        assert f'value="{kept}"' in answer.text, kept
    # With a new code all of it is sent.
    said |= {**hidden(answer.text), "meetingCode": await shown(grace)}
    answer = await ada.post(path, htmx=htmx, **said)
    assert "request to Grace is sent" in (answer.text if htmx else await ada.follow(answer))
    assert "We spoke of &lt;tides&gt;" in (await grace.get("/requests")).text


@pytest.mark.parametrize("htmx", [False, True])
async def test_the_same_form_again_once_the_code_has_ended(enter: Enter, htmx: bool) -> None:
    """The answer to the first may have been lost on its way."""
    ada, grace = await enter("ada"), await enter("grace", profile_audience="CONNECTIONS")
    path = f"/meet/{await shown(grace, event='Spring meeting')}"
    said = {**hidden((await ada.get(path)).text), "note": "Hello"}
    for _ in range(2):
        answer = await ada.post(path, htmx=htmx, **said)
        assert "request to Grace is sent" in (answer.text if htmx else await ada.follow(answer))
        await grace.post("/meet/code/end")


async def test_a_wrong_code_is_one_guess(enter: Enter) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    path = f"/meet/{await shown(grace)}"
    said = hidden((await ada.get(path)).text)
    for _ in range(20):
        assert (await ada.post(path, **said, meetingCode="0000000000")).status_code == 422
    assert (await ada.post(path, **said)).status_code == 303
