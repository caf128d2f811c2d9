"""Every act on a request, as a plain form and through htmx."""

import pytest

from models import clock
from tests.web.conftest import Browser, Enter, ids_in, text_of
from tests.web.messaging import mem

pytestmark = pytest.mark.only_engine("sqlite")


@pytest.fixture
async def pair(enter: Enter) -> tuple[Browser, Browser]:
    """Ada, whom Ben may ask."""
    clock.freeze()
    return await enter("ada"), await enter("ben")


Pair = tuple[Browser, Browser]


async def test_accept(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    answer = await ada.post(f"/requests/{request}/acceptance", origin="/requests")
    assert answer.headers["location"] == "/requests"
    page = await ada.follow(answer)
    assert "You and Ben are now connected." in text_of(page)
    assert f'<a href="/messages/to/{mem(ben)}">Say hello</a>' in page
    assert f'id="request-{request}"' not in page


async def test_accept_in_place(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    part = (await ada.post(f"/requests/{request}/acceptance", htmx=True)).text
    assert f'<hx-partial hx-target="#request-{request}" hx-swap="outerHTML">' in part
    assert 'hx-target="#standing-mem_' in part
    assert 'hx-target="#badge-requests"' in part
    assert "You and Ben are now connected." in text_of(part)
    assert "<html" not in part


async def test_ignore_and_undo(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    page = await ada.follow(await ada.post(f"/requests/{request}/ignoring"))
    assert "Ignored. Ben is not told." in text_of(page)
    assert f'action="/requests/{request}/ignoring/undo"' in page
    assert request in (await ada.get("/requests/ignored")).text
    page = await ada.follow(await ada.post(f"/requests/{request}/ignoring/undo"))
    assert "back in Received" in text_of(page)
    assert f'id="request-{request}"' in page


async def test_ignore_in_place(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    part = (await ada.post(f"/requests/{request}/ignoring", htmx=True)).text
    assert "Ignored. Ben is not told." in text_of(part)
    assert f'hx-post="/requests/{request}/ignoring/undo"' in part
    part = (await ada.post(f"/requests/{request}/ignoring/undo", htmx=True)).text
    assert "Accept" in text_of(part)


@pytest.mark.parametrize("act", ["ignoring", "decline"])
async def test_the_sender_reads_the_same_after_a_silent_no(pair: Pair, act: str) -> None:
    ada, ben = pair
    request = await ben.ask(ada, "Hello")
    paths = ["/", "/requests/sent", "/members/ada", "/members", "/notifications", "/connections"]
    before = [(await ben.get(path)).text for path in paths]
    await ada.post(f"/requests/{request}/{act}", reason="NOT_NOW")
    assert [(await ben.get(path)).text for path in paths] == before


async def test_decline(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    form = await ada.get(f"/requests/{request}/decline")
    assert form.status_code == 200
    answer = await ada.post(
        f"/requests/{request}/decline", reason="NOT_NOW", origin=f"/requests/{request}/decline"
    )
    page = await ada.follow(answer)
    assert "Declined. Ben is not told." in text_of(page)
    assert "Undo" in page
    await ada.post(f"/requests/{request}/decline/undo")
    assert request in (await ada.get("/requests")).text


async def test_decline_and_tell(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    part = await ada.post(f"/requests/{request}/decline", htmx=True, reason="NOT_NOW", tell="on")
    assert "is told in ten minutes" in text_of(part.text)
    assert f'hx-post="/requests/{request}/decline/undo"' in part.text
    assert "they will be told" in text_of((await ada.get("/requests/answered")).text)


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("reason", [{}, {"reason": "BECAUSE"}])
async def test_decline_needs_a_known_reason(pair: Pair, htmx: bool, reason: dict[str, str]) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    answer = await ada.post(f"/requests/{request}/decline", htmx=htmx, tell="on", **reason)
    assert answer.status_code == 422
    assert ("<title>Error: " in answer.text) is not htmx
    assert "There is a problem" in answer.text
    assert 'href="#field-reason"' in answer.text
    assert 'id="field-reason"' in answer.text
    assert "checked" in answer.text.split('name="tell"')[1].split(">")[0], "what was ticked stays"


async def test_decline_form_in_place_and_back(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    part = (await ada.get(f"/requests/{request}/decline", htmx=True)).text
    assert part.split("<article")[1].startswith(f' id="request-{request}"')
    part = (await ada.get(f"/requests/{request}/decline?cancel=1", htmx=True)).text
    assert "Accept" in part


async def test_decline_form_of_what_is_answered(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    await ada.post(f"/requests/{request}/acceptance")
    page = await ada.follow(await ada.get(f"/requests/{request}/decline"))
    assert "This request is answered." in page


async def test_nobody_opens_the_decline_form_of_another(pair: Pair, enter: Enter) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    eve = await enter("eve")
    for browser in (ben, eve):
        assert (await browser.get(f"/requests/{request}/decline")).status_code == 404


async def test_withdraw(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    page = await ben.follow(await ben.post(f"/requests/{request}/withdrawal"))
    assert "Withdrawn. Ada is not told." in text_of(page)
    assert request not in (await ada.get("/requests")).text


async def test_withdraw_in_place(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    part = (await ben.post(f"/requests/{request}/withdrawal", htmx=True)).text
    assert "Withdrawn. Ada is not told." in text_of(part)
    assert "You can ask again from" in text_of(part)


async def test_nudge_when_it_is_time(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    assert "You can nudge once from" in (await ben.get("/requests/sent")).text
    early = await ben.follow(await ben.post(f"/requests/{request}/nudge"))
    assert 'class="flash problem"' in early
    clock.advance(days=7)
    assert f'action="/requests/{request}/nudge"' in (await ben.get("/requests/sent")).text
    part = (await ben.post(f"/requests/{request}/nudge", htmx=True)).text
    assert "Nudged" in text_of(part)
    assert f'action="/requests/{request}/nudge"' not in (await ben.get("/requests/sent")).text


@pytest.mark.parametrize("act", ["acceptance", "ignoring", "ignoring/undo", "withdrawal", "nudge"])
@pytest.mark.parametrize("name", ["crq_0000000000001", "nonsense", "mem_0000000000001", "%00"])
async def test_an_act_on_nothing(pair: Pair, act: str, name: str) -> None:
    ada, _ = pair
    page = await ada.follow(await ada.post(f"/requests/{name}/{act}"))
    assert 'class="flash problem"' in page
    part = await ada.post(f"/requests/{name}/{act}", htmx=True)
    assert part.status_code == 422
    assert 'hx-target="#flashes"' in part.text


async def test_accepting_what_was_withdrawn_says_so_and_brings_the_card_up_to_date(
    pair: Pair,
) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    await ben.post(f"/requests/{request}/withdrawal")
    part = await ada.post(f"/requests/{request}/acceptance", htmx=True)
    assert part.status_code == 422
    assert "now connected" not in text_of(part.text)


async def test_a_double_click_is_one_act(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    for _ in range(2):
        answer = await ada.post(f"/requests/{request}/acceptance", htmx=True)
        assert answer.status_code == 200


async def test_an_act_returns_to_the_page_it_stood_on_and_to_no_other_site(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    answer = await ada.post(f"/requests/{request}/ignoring", origin="/members/ben?x=1")
    assert answer.headers["location"] == "/members/ben?x=1"
    answer = await ada.client.post(
        f"/requests/{request}/ignoring/undo", headers={"Referer": "http://elsewhere/evil"}
    )
    assert answer.headers["location"] == "/requests"


async def test_a_signed_out_session_posting_an_act(pair: Pair) -> None:
    ada, ben = pair
    request = await ben.ask(ada)
    ada.client.cookies.clear()
    answer = await ada.post(f"/requests/{request}/acceptance", origin="/requests")
    assert answer.headers["location"] == "/sign-in?next=/requests"


async def test_those_who_asked_each_other_read_the_same_words(pair: Pair) -> None:
    ada, ben = pair
    await ben.ask(ada, "First")
    answer = await ada.post("/members/ben/connect", basis="OTHER", note="Second")
    assert "You and Ben are now connected." in text_of(await ada.follow(answer))
    assert "You and Ada are now connected." in text_of((await ben.get("/notifications")).text)
    assert ids_in((await ada.get("/members/ben")).text, "rel")
