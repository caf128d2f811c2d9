"""Asking to connect: the form, what was wrong with it, and how people stand afterwards."""

import re

import pytest

from tests.web.conftest import Browser, Enter, text_of

pytestmark = pytest.mark.only_engine("sqlite")

Pair = tuple[Browser, Browser]


@pytest.fixture
async def pair(enter: Enter) -> Pair:
    return await enter("ada"), await enter("ben")


def key_of(form: str) -> str:
    return form.split('name="key" value="')[1].split('"')[0]


async def test_the_note_comes_first_and_the_budget_is_shown(pair: Pair) -> None:
    ada, _ = pair
    page = (await ada.get("/members/ben/connect")).text
    assert page.index("<textarea") < page.index('name="basis"')
    assert "50 requests left of 50" in text_of(page)


async def test_send(pair: Pair) -> None:
    ada, ben = pair
    note = "Line one\r\nLine two"
    answer = await ada.post("/members/ben/connect", basis="MET_IN_PERSON", note=note)
    page = await ada.follow(answer)
    assert "Your request to Ben is sent." in text_of(page)
    assert "Pending" in text_of(page)
    received = (await ben.get("/requests")).text
    assert "Line one\nLine two" in received
    assert "Met in person" in received


async def test_send_in_place(pair: Pair) -> None:
    ada, _ = pair
    form = (await ada.get("/members/ben/connect", htmx=True)).text
    assert "<html" not in form
    root = re.search(r'id="standing-mem_[0-9a-z]{13}"', form)
    assert root
    part = (await ada.post("/members/ben/connect", htmx=True, basis="OTHER", key=key_of(form))).text
    assert root[0] in part
    assert "Pending" in text_of(part)


async def test_cancel_brings_the_standing_back(pair: Pair) -> None:
    ada, _ = pair
    part = (await ada.get("/members/ben", htmx=True)).text
    assert "<html" not in part
    assert "Connect" in text_of(part)


@pytest.mark.parametrize("htmx", [False, True])
async def test_what_is_wrong_stands_by_its_field_and_what_was_typed_stays(
    pair: Pair, htmx: bool
) -> None:
    ada, ben = pair
    note = "too long <&> " * 60
    answer = await ada.post(
        "/members/ben/connect", htmx=htmx, basis="INTRODUCED", note=note, key="k" * 20
    )
    assert answer.status_code == 422
    assert ("<title>Error: " in answer.text) is not htmx
    assert 'href="#field-note"' in answer.text
    assert 'aria-describedby="field-note-hint field-note-error"' in answer.text
    assert 'id="field-note-error"' in answer.text
    assert "too long &lt;&amp;&gt; too long" in answer.text
    assert "checked" in answer.text.split('value="INTRODUCED"')[1].split(">")[0]
    assert text_of((await ben.get("/requests")).text).count("Ada") == 0


@pytest.mark.parametrize("basis", [{}, {"basis": "FRIENDS"}])
async def test_a_basis_is_needed_and_known(pair: Pair, basis: dict[str, str]) -> None:
    ada, _ = pair
    answer = await ada.post("/members/ben/connect", note="Hello", **basis)
    assert answer.status_code == 422
    assert 'href="#field-basis"' in answer.text
    assert "Choose why you want to connect." in answer.text
    assert ">\nHello</textarea>" in answer.text


@pytest.mark.parametrize("note", ["a\u0000b", "\u202eevil", "\u0007"])
async def test_text_nobody_can_read(pair: Pair, note: str) -> None:
    ada, _ = pair
    answer = await ada.post("/members/ben/connect", basis="OTHER", note=note)
    assert answer.status_code in (303, 422)


async def test_the_same_form_twice_is_one_request(pair: Pair) -> None:
    ada, ben = pair
    key = key_of((await ada.get("/members/ben/connect")).text)
    for _ in range(2):
        answer = await ada.post("/members/ben/connect", basis="OTHER", key=key)
        assert answer.status_code == 303
    assert (await ben.get("/requests")).text.count("<article") == 1


async def test_asking_twice_says_so_and_keeps_the_note(pair: Pair) -> None:
    ada, ben = pair
    await ada.ask(ben)
    answer = await ada.post("/members/ben/connect", basis="OTHER", note="Again")
    assert answer.status_code == 422
    assert "You have already asked to connect." in answer.text
    assert "Again</textarea>" in answer.text


async def test_someone_who_takes_no_requests_is_unavailable_without_a_reason(enter: Enter) -> None:
    ada = await enter("ada")
    await enter("ben", accepts_requests=False)
    page = text_of((await ada.get("/members/ben")).text)
    assert "Connect" not in page.replace("Connections", "")
    assert (await ada.post("/members/ben/connect", basis="OTHER")).status_code == 422


async def test_how_people_stand(pair: Pair) -> None:
    ada, ben = pair
    await ada.ask(ben, "Do you remember me?")
    asked = (await ben.get("/members/ada")).text
    assert "Do you remember me?" in asked
    assert {"Accept", "Ignore"} <= set(text_of(asked).split())
    assert "Pending" in (await ada.get("/members/ben")).text
    request = asked.split('action="/requests/')[1].split("/")[0]
    await ben.post(f"/requests/{request}/ignoring")
    assert "You ignored a request" in text_of((await ben.get("/members/ada")).text)
    await ben.post(f"/requests/{request}/acceptance")
    assert "You have been connected since" in text_of((await ada.get("/members/ben")).text)
    assert "Edit profile" in (await ada.get("/members/ada")).text


async def test_a_body_too_large(pair: Pair) -> None:
    ada, _ = pair
    answer = await ada.post("/members/ben/connect", note="x" * 70_000)
    assert answer.status_code == 413
    assert "That is too much" in answer.text
