"""Going through requests one by one, without a script and in place."""

import re
from html import unescape

import pytest

from models import clock
from tests import facts
from tests.web.conftest import Browser, Enter, ids_in, text_of

pytestmark = pytest.mark.only_engine("sqlite")
TRIAGE = "/requests/triage"


@pytest.fixture
async def asked(enter: Enter) -> tuple[Browser, list[str]]:
    """Ada, and the requests that wait for her in the order of Received: Dora's, Cleo's, Ben's."""
    clock.freeze()
    ada = await enter("ada")
    requests: list[str] = []
    for handle in ("ben", "cleo", "dora"):
        requests.insert(0, await (await enter(handle)).ask(ada, f"I am {handle}"))
        clock.advance(hours=1)
    return ada, requests


Asked = tuple[Browser, list[str]]


def shown(page: str) -> str:
    """The request a page of triage is about."""
    found = re.search(r'id="triage-(crq_\w+)"', page)
    return found[1] if found else ""


def hidden(page: str, name: str = "after") -> str:
    """The value of a hidden input."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def link(page: str, words: str) -> str:
    """Where a link of triage leads."""
    found = re.search(rf'<a class="button quiet" href="([^"]+)"[^>]*>{words}', page)
    assert found, words
    return unescape(found[1])


async def press(ada: Browser, page: str, act: str, **more: str) -> str:
    """Press a button of the page that is shown; the page after it."""
    path = f"{TRIAGE}/{shown(page)}/{act}"
    assert f'action="{path}"' in page
    answer = await ada.post(path, after=hidden(page), **more)
    assert answer.headers["location"].startswith(TRIAGE)
    return await ada.follow(answer)


async def test_each_act_leads_to_the_next(asked: Asked) -> None:
    ada, requests = asked
    page = (await ada.get(TRIAGE)).text
    assert shown(page) == requests[0]
    assert "3 requests waiting" in text_of(page)
    page = await press(ada, page, "acceptance")
    assert "You and Dora are now connected. That cannot be undone here." in text_of(page)
    assert re.search(r'<a href="/messages/to/mem_\w{13}">Say hello</a>', page)
    assert "triage-undo" not in page
    assert shown(page) == requests[1]
    page = await press(ada, page, "ignoring")
    assert "Ignored. Cleo is not told." in text_of(page)
    assert shown(page) == requests[2]
    page = await press(ada, page, "decline", reason="DO_NOT_KNOW")
    assert "Declined. Ben is not told." in text_of(page)
    assert "Every request has its answer." in text_of(page)
    assert requests[1] in (await ada.get("/requests/ignored")).text
    answered = (await ada.get("/requests/answered")).text
    assert set(ids_in(answered, "crq")) == {requests[0], requests[2]}
    assert "I do not know this person" in text_of(answered)


@pytest.mark.parametrize(("act", "more"), [("ignoring", {}), ("decline", {"reason": "NOT_NOW"})])
async def test_the_last_act_can_be_undone(asked: Asked, act: str, more: dict[str, str]) -> None:
    ada, requests = asked
    page = await press(ada, (await ada.get(TRIAGE)).text, act, **more)
    page = (await ada.get(link(page, "Next"))).text
    assert shown(page) == requests[2], "also after moving on"
    undo = f"{TRIAGE}/{requests[0]}/{act}/undo"
    assert f'action="{undo}"' in page
    page = await ada.follow(await ada.post(undo, after=""))
    assert "Dora waits again." in text_of(page)
    assert shown(page) == requests[0]


async def test_moving_to_and_fro_decides_nothing(asked: Asked) -> None:
    ada, requests = asked
    page = (await ada.get(TRIAGE)).text
    assert "Previous" not in page
    seen = [shown(page)]
    for words in ("Next", "Next"):
        page = (await ada.get(link(page, words))).text
        seen.append(shown(page))
    assert seen == requests
    end = (await ada.get(link(page, "Skip"))).text
    assert "3 requests that you passed over still wait." in text_of(end)
    for turn in (end, page):
        page = (await ada.get(link(turn, "Previous"))).text
    assert shown(page) == requests[1]
    page = (await ada.get(link(page, "Previous"))).text
    assert shown(page) == requests[0]
    assert "Previous" not in page


async def test_what_was_passed_over_stays_passed_over(asked: Asked) -> None:
    """The order holds while one acts, and a new request does not come in between."""
    ada, requests = asked
    page = (await ada.get(link((await ada.get(TRIAGE)).text, "Next"))).text
    page = await press(ada, page, "ignoring")
    assert shown(page) == requests[2]
    page = await press(ada, page, "ignoring")
    assert "1 request that you passed over still waits." in text_of(page)
    page = (await ada.get(link(page, "Previous"))).text
    assert shown(page) == requests[0]


async def test_in_place(asked: Asked) -> None:
    ada, requests = asked
    answer = await ada.post(f"{TRIAGE}/{requests[0]}/ignoring", htmx=True, after="")
    assert answer.headers["HX-Replace-Url"] == f"{TRIAGE}?last=ignoring.{requests[0]}."
    part = answer.text
    assert part.split("<section")[1].startswith(' id="triage"')
    assert shown(part) == requests[1]
    assert "<html" not in part
    assert 'hx-target="#announce"' in part
    assert 'hx-target="#badge-requests"' in part
    assert "Ignored. Dora is not told." in text_of(part)
    undo = f"{TRIAGE}/{requests[0]}/ignoring/undo"
    assert f'hx-post="{undo}"' in part
    part = (await ada.post(undo, htmx=True, after="")).text
    assert shown(part) == requests[0]


@pytest.mark.parametrize("htmx", [False, True])
async def test_what_cannot_be_done_is_said(asked: Asked, enter: Enter, htmx: bool) -> None:
    ada, requests = asked
    dora = await enter(None)
    assert (await dora.get(TRIAGE)).headers["location"].startswith("/sign-in")
    for path, more, words in (
        ("decline", {"reason": "BECAUSE"}, "Choose a reason."),
        ("decline", {}, "Choose a reason."),
        ("ignoring", {}, "no longer"),
        ("acceptance", {}, "no longer"),
    ):
        request = requests[0] if path == "decline" else "crq_0000000000000"
        answer = await ada.post(f"{TRIAGE}/{request}/{path}", htmx=htmx, after="", **more)
        page = answer.text if htmx else await ada.follow(answer)
        assert words in text_of(page)
        assert shown(page) == requests[0]


@pytest.mark.parametrize("last", ["x", "ignoring.crq_x.", "acceptance.crq_0000000000000.", "a.b.c"])
async def test_an_address_somebody_made_up(asked: Asked, last: str) -> None:
    ada, requests = asked
    page = (await ada.get(f"{TRIAGE}?last={last}")).text
    assert shown(page) == requests[0]
    assert "triage-undo" not in page
    assert (await ada.get(f"{TRIAGE}?after=nonsense")).status_code == 400


async def test_evidence_stands_on_cards_and_on_the_form(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    assert ada.key is not None
    assert ben.key is not None
    await facts.both_worked(ada.key, ben.key)
    worked = "You both worked at Larch & Span, 2014–2018"
    form = text_of((await ben.get("/members/ada/connect")).text)
    assert worked in form
    await ben.ask(ada, basis="INTRODUCED")
    for path in ("/requests", TRIAGE):
        page = text_of((await ada.get(path)).text)
        assert f"{worked} Confirmed by records" in page
        assert "Ben says you were introduced Only the sender says so" in page
    page = text_of((await ben.get("/requests/sent")).text)
    assert worked in page
    assert "You say you were introduced" in page


async def test_less_familiar_ones_have_a_page(enter: Enter) -> None:
    ada, ben, cleo = await enter("ada"), await enter("ben"), await enter("cleo")
    assert ada.key is not None
    assert ben.key is not None
    await facts.both_worked(ada.key, ben.key)
    known, stranger = await ben.ask(ada), await cleo.ask(ada)
    assert ids_in((await ada.get("/requests")).text, "crq") == [known, stranger]
    page = (await ada.get("/requests/unfamiliar")).text
    assert ids_in(page, "crq") == [stranger]
    assert "Less familiar 1 waiting" in text_of(page)
    await ada.post(f"/requests/{stranger}/ignoring")
    page = text_of((await ada.get("/requests/unfamiliar")).text)
    assert "Nobody unfamiliar is waiting" in page


async def test_a_further_page_takes_the_place_of_what_came_in_live(enter: Enter) -> None:
    """A new request is put at the top of an open page; further pages bring it where it belongs."""
    ada = await enter("ada")
    for turn in range(21):
        await (await enter(f"member-{turn}")).ask(ada)
    page = (await ada.get("/requests")).text
    more = re.search(r'rel="next" href="([^"]+)"', page)
    assert more
    part = (await ada.get(unescape(more[1]), htmx=True)).text
    [last] = ids_in(part, "crq")
    assert f'<hx-partial hx-target="#request-{last}" hx-swap="delete">' in part
    assert 'hx-swap="delete"' not in (await ada.get("/requests", htmx=True)).text
