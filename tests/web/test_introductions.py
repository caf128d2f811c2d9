"""Pages of introductions: asking, passing on, answering; with htmx and without a script."""

import re

import pytest

from models import clock, introduction
from tests.web.conftest import Browser, Enter, text_of
from tests.web.messaging import mem as id_of

WORDS = "I would like to talk about tide tables."
Trio = tuple[Browser, Browser, Browser]


@pytest.fixture
async def trio(enter: Enter) -> Trio:
    """Ada, who would like to meet Ben; and Mia, who is connected with both."""
    clock.freeze()
    ada, mia, ben = await enter("ada"), await enter("mia"), await enter("ben")
    await ada.connect(mia)
    await mia.connect(ben)
    return ada, mia, ben


def introductions_in(html: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"\bint_[0-9a-z]{13}\b", html)))


async def asked(trio: Trio) -> str:
    ada = trio[0]
    form = (await ada.get("/members/ben/introduction")).text
    key = form.split('name="key" value="')[1].split('"')[0]
    answer = await ada.post(
        "/members/ben/introduction",
        introducerId=mem(form),
        noteToIntroducer="You know us both",
        noteToTarget=WORDS,
        key=key,
    )
    assert answer.status_code == 303, answer.text
    return introductions_in((await ada.get("/introductions")).text)[0]


def mem(form: str) -> str:
    """The one introducer whom the form offers."""
    return form.split('name="introducerId" value="')[1].split('"')[0]


async def forwarded(trio: Trio) -> str:
    key = await asked(trio)
    answer = await trio[1].post(f"/introductions/{key}/forwarding", recommendation="Meet her.")
    assert answer.status_code == 303
    return key


async def test_the_profile_says_who_could_introduce(trio: Trio) -> None:
    ada = trio[0]
    page = (await ada.get("/members/ben")).text
    assert "Mia could introduce you." in text_of(page)
    assert 'href="/members/ben/introduction"' in page
    assert "could introduce" not in (await ada.get("/members/mia")).text
    await asked(trio)
    assert "You asked Mia to introduce you." in text_of((await ada.get("/members/ben")).text)


async def test_asking_without_a_script(trio: Trio) -> None:
    ada = trio[0]
    form = await ada.get("/members/ben/introduction")
    assert "Who should introduce you?" in form.text
    assert "checked" in form.text, "the only one there is"
    answer = await ada.post(
        "/members/ben/introduction", introducerId=mem(form.text), noteToTarget=WORDS
    )
    page = await ada.follow(answer)
    assert "You have asked Mia to introduce you to Ben." in text_of(page)
    assert "You would like to meet Ben" in text_of(page)
    again = (await ada.get("/members/ben/introduction")).text
    assert "already asked" in again
    assert "<form class" not in again.split('id="main"')[1]


async def test_asking_in_place(trio: Trio) -> None:
    ada = trio[0]
    form = (await ada.get("/members/ben/introduction")).text
    part = await ada.post(
        "/members/ben/introduction", htmx=True, introducerId=mem(form), noteToTarget=WORDS
    )
    assert part.status_code == 200
    assert part.text.strip().startswith('<div id="introduction-ask"')
    assert "You have asked Mia" in text_of(part.text)


@pytest.mark.parametrize("htmx", [False, True])
async def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(
    trio: Trio, htmx: bool
) -> None:
    ada = trio[0]
    form = (await ada.get("/members/ben/introduction")).text
    answer = await ada.post("/members/ben/introduction", htmx=htmx, noteToIntroducer="Please, Mia")
    assert answer.status_code == 422
    assert "Choose who should introduce you." in answer.text
    assert "Please, Mia" in answer.text
    answer = await ada.post(
        "/members/ben/introduction",
        htmx=htmx,
        introducerId=mem(form),
        noteToIntroducer="Please, Mia",
        noteToTarget="x" * 501,
    )
    assert answer.status_code == 422
    assert "1 over" in answer.text
    assert 'href="#field-noteToTarget"' in answer.text
    assert "x" * 501 in answer.text
    assert ("<title>Error: " in answer.text) is not htmx


async def test_nobody_to_ask(trio: Trio, enter: Enter) -> None:
    ada = trio[0]
    eve = await enter("eve")
    for browser, path in ((eve, "/members/ben"), (ada, "/members/mia"), (ada, "/members/ada")):
        page = await browser.get(f"{path}/introduction")
        assert page.status_code == 200
        assert 'name="noteToTarget"' not in page.text
    assert (await ada.get("/members/nobody/introduction")).status_code == 404
    stranger = await enter(None)
    answer = await stranger.get("/introductions")
    assert answer.headers["location"] == "/sign-in?next=/introductions"


async def test_the_three_pages(trio: Trio) -> None:
    ada, mia, ben = trio
    key = await asked(trio)
    page = (await mia.get("/introductions")).text
    assert "Ada would like to meet Ben" in text_of(page)
    assert "You know us both" in page
    assert WORDS in page
    assert key not in (await ben.get("/introductions")).text
    await mia.post(f"/introductions/{key}/forwarding", recommendation="She asks good questions.")
    page = (await ben.get("/introductions")).text
    assert "Mia introduces Ada" in text_of(page)
    assert "She asks good questions." in page
    assert WORDS in page
    assert "You know us both" not in page
    assert "She asks" not in (await ada.get("/introductions")).text
    for browser, path in ((ada, "asked"), (mia, "to-forward"), (ben, "for-you")):
        own = (await browser.get(f"/introductions/{path}")).text
        assert key in own
        part = (await browser.get(f"/introductions/{path}", htmx=True)).text
        assert part.strip().startswith(f'<div id="introductions-{path}"')
    for path in ("asked", "to-forward"):
        assert "Nothing here" in (await ben.get(f"/introductions/{path}")).text


async def test_badges_count_what_waits(trio: Trio) -> None:
    _, mia, ben = trio

    async def badge(browser: Browser) -> str:
        html = (await browser.get("/requests")).text
        return html.split('id="badge-introductions"')[1].split("<span")[0].split(">")[1]

    assert await badge(mia) == "0"
    key = await asked(trio)
    assert (await badge(mia), await badge(ben)) == ("1", "0")
    await mia.post(f"/introductions/{key}/forwarding", recommendation="Meet her.")
    assert (await badge(mia), await badge(ben)) == ("0", "1")
    assert 'id="badge-requests" class="count" >1<' in (await ben.get("/")).text


async def test_passing_on_by_a_form_of_its_own(trio: Trio) -> None:
    _, mia, _ = trio
    key = await asked(trio)
    url = f"/introductions/{key}/forwarding"
    form = await mia.get(url)
    assert "Why should they meet?" in form.text
    empty = await mia.post(url, recommendation=" ")
    assert empty.status_code == 422
    assert 'href="#field-recommendation"' in empty.text
    assert "Passed on to Ben." in text_of(
        await mia.follow(await mia.post(url, recommendation="Yes"))
    )
    again = await mia.follow(await mia.get(url))
    assert "cannot pass this introduction on" in again


async def test_passing_on_in_place(trio: Trio) -> None:
    _, mia, _ = trio
    key = await asked(trio)
    url = f"/introductions/{key}/forwarding"
    form = (await mia.get(url, htmx=True)).text
    assert form.split("<article")[1].startswith(f' id="introduction-{key}"')
    assert "Not now" in (await mia.get(f"{url}?cancel=1", htmx=True)).text
    wrong = await mia.post(url, htmx=True, recommendation="x" * 501)
    assert wrong.status_code == 422
    assert "x" * 501 in wrong.text
    part = (await mia.post(url, htmx=True, recommendation="Yes")).text
    assert "Passed on to Ben" in text_of(part)
    assert 'hx-target="#badge-introductions"' in part


@pytest.mark.parametrize("htmx", [False, True])
async def test_refusing_and_undoing(trio: Trio, htmx: bool) -> None:
    _, mia, _ = trio
    key = await asked(trio)
    answer = await mia.post(f"/introductions/{key}/refusal", htmx=htmx)
    page = answer.text if htmx else await mia.follow(answer)
    assert "Not passed on. Nobody is told." in text_of(page)
    assert f'action="/introductions/{key}/refusal/undo"' in page
    answer = await mia.post(f"/introductions/{key}/refusal/undo", htmx=htmx)
    page = answer.text if htmx else await mia.follow(answer)
    assert "Not now" in text_of(page)


async def test_an_introducer_who_refused_is_offered_nothing_that_can_only_fail(trio: Trio) -> None:
    ada, mia, _ = trio
    key = await asked(trio)
    await mia.post(f"/introductions/{key}/refusal")
    acts = (f"/introductions/{key}/forwarding", f"/introductions/{key}/refusal/undo")
    page = (await mia.get("/introductions")).text
    assert all(f'"{path}"' in page for path in acts)
    await ada.post(f"/introductions/{key}/withdrawal")
    page = (await mia.get("/introductions")).text
    assert "Not passed on" in text_of(page)
    assert not any(f'"{path}"' in page for path in acts)
    assert "no longer connected" not in page


@pytest.mark.parametrize("htmx", [False, True])
async def test_a_yes_of_the_target(trio: Trio, htmx: bool) -> None:
    ada, mia, ben = trio
    key = await forwarded(trio)
    answer = await ben.post(f"/introductions/{key}/acceptance", htmx=htmx)
    page = answer.text if htmx else await ben.follow(answer)
    assert "You and Ada are now connected." in text_of(page)
    if htmx:
        card = page.split(f'hx-target="#introduction-{key}"')[1].split("</hx-partial>")[0]
        assert "Say hello to Ada" in text_of(card)
        assert f'action="/messages/to/{id_of(ada)}"' in card
    else:
        assert f'<a href="/messages/to/{id_of(ada)}">Say hello</a>' in page
    assert "Connected" in text_of((await ada.get("/members/ben")).text)
    notes = text_of((await ada.get("/notifications")).text)
    assert "You and Ben are now connected; Mia introduced you." in notes
    notes = text_of((await mia.get("/notifications")).text)
    assert "Ada and Ben are now connected. You introduced them." in notes


@pytest.mark.parametrize("htmx", [False, True])
async def test_a_no_of_the_target_and_a_change_of_mind(trio: Trio, htmx: bool) -> None:
    _, _, ben = trio
    key = await forwarded(trio)
    answer = await ben.post(f"/introductions/{key}/decline", htmx=htmx)
    page = answer.text if htmx else await ben.follow(answer)
    assert "Declined. Nobody is told." in text_of(page)
    assert "Accept after all" in page
    answer = await ben.post(f"/introductions/{key}/acceptance", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)


@pytest.mark.parametrize("htmx", [False, True])
async def test_withdrawing(trio: Trio, htmx: bool) -> None:
    ada, mia, ben = trio
    key = await forwarded(trio)
    answer = await ada.post(f"/introductions/{key}/withdrawal", htmx=htmx)
    page = answer.text if htmx else await ada.follow(answer)
    assert "Withdrawn. Nobody is told." in text_of(page)
    for browser in (mia, ben):
        assert key not in (await browser.get("/introductions")).text
    late = await ben.post(f"/introductions/{key}/acceptance", htmx=htmx)
    if htmx:
        assert late.status_code == 422
        assert 'hx-target="#flashes"' in late.text
    else:
        assert "no longer there" in await ben.follow(late)


@pytest.mark.parametrize("act", ["refusal", "decline"])
async def test_others_read_the_same_after_a_silent_no(trio: Trio, act: str) -> None:
    ada, mia, ben = trio
    key = await (asked if act == "refusal" else forwarded)(trio)
    who, others = (mia, [ada, ben]) if act == "refusal" else (ben, [ada, mia])
    paths = ["/", "/introductions", "/introductions/asked", "/introductions/to-forward"]
    paths += ["/members/ada", "/members/mia", "/members/ben", "/notifications", "/requests"]
    for each in others:
        await each.get("/")  # the note about what they did last is shown once
    before = [(await each.get(path)).text for each in others for path in paths]
    await who.post(f"/introductions/{key}/{act}")
    assert [(await each.get(path)).text for each in others for path in paths] == before


@pytest.mark.parametrize(
    "act", ["refusal", "refusal/undo", "acceptance", "decline", "withdrawal", "forwarding"]
)
@pytest.mark.parametrize("name", ["int_0000000000001", "nonsense", "mem_0000000000001", "%00"])
async def test_an_act_on_nothing(trio: Trio, act: str, name: str) -> None:
    ada, _, _ = trio
    answer = await ada.post(f"/introductions/{name}/{act}", recommendation="Words")
    assert 'class="flash problem"' in await ada.follow(answer)
    part = await ada.post(f"/introductions/{name}/{act}", htmx=True, recommendation="Words")
    assert part.status_code == 422
    assert 'hx-target="#flashes"' in part.text


async def test_nobody_opens_the_form_of_another(trio: Trio) -> None:
    ada, _, ben = trio
    key = await forwarded(trio)
    request = await ben.ask(ada)
    for browser in (ada, ben):
        assert (await browser.get(f"/introductions/{key}/forwarding")).status_code == 404
    assert (await ada.get(f"/introductions/{request}/forwarding")).status_code == 404


async def test_notifications_name_all_three(trio: Trio) -> None:
    _, mia, ben = trio
    await forwarded(trio)
    assert "Mia introduces Ada to you." in text_of((await ben.get("/notifications")).text)
    assert "Ada asks you for an introduction to Ben" in text_of(
        (await mia.get("/notifications")).text
    )


async def test_more_than_a_page(trio: Trio, enter: Enter) -> None:
    ada, mia, _ = trio
    assert mia.key is not None
    assert ada.key is not None
    for number in range(12):
        other = await enter(f"other-{number}")
        assert other.key is not None
        await mia.connect(other)
        await introduction.ask(ada.key, mia.key, other.key, None, f"Words {number}")
        clock.advance(minutes=1)
    page = (await ada.get("/introductions")).text
    assert len(introductions_in(page)) == 10
    more = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert more.startswith("/introductions/asked?after=")
    rest = introductions_in((await ada.get(more, htmx=True)).text)
    assert len(rest) == 2
    assert not set(rest) & set(introductions_in(page))
