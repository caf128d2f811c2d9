"""Contact data given person by person, on pages."""

import re

import pytest

from models import ids, profile_entry, profile_words
from models.profile_entry import EntryKind
from models.profile_words import ContactKind
from tests.web.conftest import Browser, Enter, ids_in, text_of
from tests.web.messaging import mem

PATH = "/settings/sharing"


async def entry(who: Browser, number: int = 1) -> str:
    """A contact detail; its id."""
    assert who.key is not None
    said = profile_words.contact(ContactKind.PHONE, f"+46 90 {number:03}", "Work")
    return ids.encode(ids.PROFILE_ENTRY, await profile_entry.add(who.key, EntryKind.CONTACT, said))


async def test_asking_and_accepting_with_contact_data(enter: Enter) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    adas, graces = await entry(ada, 1), await entry(grace, 2)
    form = (await ada.get("/members/grace/connect")).text
    assert f'value="{adas}"' in form
    assert "checked" not in form  # nothing is chosen for anybody
    await ada.post("/members/grace/connect", basis="OTHER", shareContactIds=adas)
    [request] = ids_in((await grace.get("/requests")).text, "crq")
    accept = f"/requests/{request}/acceptance"
    page = (await grace.get(accept)).text
    assert f'value="{graces}"' in page
    assert "+46 90 001" not in (await grace.get("/members/ada")).text
    await grace.follow(await grace.post(accept, origin=accept, shareContactIds=graces))
    box = text_of((await ada.get("/members/grace")).text)
    assert "What Grace can see of your contact data" in box
    assert "+46 90 001" in box
    assert "+46 90 002" in text_of((await grace.get(PATH)).text)
    assert "+46 90 001" not in text_of((await grace.get(PATH)).text)


@pytest.mark.parametrize("htmx", [False, True])
async def test_accepting_in_place_and_not(enter: Enter, htmx: bool) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    graces = await entry(grace)
    request = await ada.ask(grace)
    accept = f"/requests/{request}/acceptance"
    form = await grace.get(accept, htmx=htmx)
    assert form.status_code == 200
    assert ("<!doctype" in form.text) is not htmx
    wrong = await grace.post(accept, htmx=htmx, shareContactIds="ent_0000000000000")
    assert wrong.status_code == 422
    assert "no longer in your contact data" in wrong.text
    answer = await grace.post(accept, htmx=htmx, shareContactIds=graces)
    if htmx:
        assert answer.status_code == 200
        assert "now connected" in answer.text
    else:
        assert answer.headers["location"] == "/requests"
    assert (await grace.get(accept)).status_code == 303  # answered: nothing to choose any more
    assert (await ada.get(accept)).status_code == 404  # never the sender's


@pytest.mark.parametrize("htmx", [False, True])
async def test_changing_and_withdrawing(enter: Enter, htmx: bool) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    adas, other = await entry(ada, 1), await entry(ada, 2)
    side = await ada.connect(grace)
    assert "You have not shared contact data" in (await ada.get(PATH)).text
    form = await ada.get(f"{PATH}/{side}", htmx=htmx)
    assert form.text.count("checkbox") == 2
    assert "checked" not in form.text
    answer = await ada.post(f"{PATH}/{side}", htmx=htmx, shareContactIds=[adas, other])
    text = answer.text if htmx else await ada.follow(answer)
    assert "+46 90 001" in text
    assert "+46 90 002" in text
    assert (await ada.get(f"{PATH}/{side}", htmx=htmx)).text.count("checked") == 2
    cancelled = await ada.get(f"{PATH}/{side}?cancel", htmx=True)
    assert "+46 90 001" in cancelled.text
    wrong = await ada.post(f"{PATH}/{side}", htmx=htmx, shareContactIds="ent_0000000000000")
    assert wrong.status_code == 422
    answer = await ada.post(f"{PATH}/{side}", htmx=htmx)
    text = answer.text if htmx else await ada.follow(answer)
    assert "+46 90 001" not in text


async def test_what_is_not_there(enter: Enter) -> None:
    ada, grace, ida = await enter("ada"), await enter("grace"), await enter("ida")
    side = await ada.connect(grace)
    for path in (f"{PATH}/rel_0000000000000", f"{PATH}/nonsense", f"{PATH}/%00"):
        assert (await ada.get(path)).status_code == 404
        assert (await ada.post(path)).status_code == 404
    assert (await ida.get(f"{PATH}/{side}")).status_code == 404
    assert (await ida.post(f"{PATH}/{side}")).status_code == 404
    await ada.post(f"/connections/{side}/removal")
    assert (await ada.get(f"{PATH}/{side}")).status_code == 404
    assert (await ada.post(f"{PATH}/{side}")).status_code == 404
    visitor = await enter(None)
    assert (await visitor.get(PATH)).headers["location"].startswith("/sign-in")


async def test_ticked_boxes_stay_ticked(enter: Enter) -> None:
    """A form that was wrong keeps what was chosen."""
    ada, _ = await enter("ada"), await enter("grace")
    adas = await entry(ada)
    answer = await ada.post("/members/grace/connect", basis="", shareContactIds=adas)
    assert answer.status_code == 422
    assert "checked" in answer.text.split(adas)[1][:120]


@pytest.mark.parametrize("htmx", [False, True])
async def test_what_comes_with_an_open_request(enter: Enter, htmx: bool) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    first, second = await entry(ada, 1), await entry(ada, 2)
    await ada.post("/members/grace/connect", basis="OTHER", shareContactIds=first)
    page = (await ada.get("/requests/sent")).text
    [request] = ids_in(page, "crq")
    path = f"/requests/{request}/shares"
    assert "If Grace accepts, they get" in text_of(page)
    assert "+46 90 001" in page
    assert f'href="{path}"' in page
    form = (await ada.get(path, htmx=htmx)).text
    assert ("<!doctype" in form) is not htmx
    assert "checked" in form.split(first)[1][:120]
    assert form.count("checked") == 1
    wrong = await ada.post(path, htmx=htmx, shareContactIds="ent_0000000000000")
    assert wrong.status_code == 422
    assert "no longer in your contact data" in wrong.text
    answer = await ada.post(path, htmx=htmx, shareContactIds=second)
    text = answer.text if htmx else await ada.follow(answer)
    assert "+46 90 002" in text
    assert "+46 90 001" not in text
    assert "Saved." in text
    assert "+46 90 00" not in (await grace.get("/requests")).text
    assert (await grace.get(path)).status_code == 404
    assert (await ada.get(f"{path}?cancel=1", htmx=True)).text.startswith("<article")
    answer = await ada.post(path, htmx=htmx)
    assert "+46 90 00" not in (answer.text if htmx else await ada.follow(answer))
    await grace.post(f"/requests/{request}/acceptance")
    assert (await ada.get(path)).status_code == 303
    late = await ada.post(path, htmx=htmx, shareContactIds=first)
    assert "already connected" in (late.text if htmx else await ada.follow(late))


@pytest.mark.parametrize("htmx", [False, True])
async def test_accepting_an_introduction_and_sharing(enter: Enter, htmx: bool) -> None:
    ada, mia, ben = await enter("ada"), await enter("mia"), await enter("ben")
    await ada.connect(mia)
    await mia.connect(ben)
    bens = await entry(ben)
    form = {"introducerId": mem(mia), "noteToTarget": "Hello"}
    await ada.post("/members/ben/introduction", **form)
    [key] = set(re.findall(r"int_[0-9a-z]{13}", (await ada.get("/introductions")).text))
    path = f"/introductions/{key}/acceptance"
    assert (await ben.get(path)).status_code == 404  # not passed on yet
    await mia.post(f"/introductions/{key}/forwarding", recommendation="Meet her.")
    assert f'href="{path}"' in (await ben.get("/introductions")).text
    assert f'value="{bens}"' in (await ben.get(path, htmx=htmx)).text
    assert (await ada.get(path)).status_code == 404
    assert (await mia.get(path)).status_code == 404
    wrong = await ben.post(path, htmx=htmx, shareContactIds="ent_0000000000000")
    assert wrong.status_code == 422
    assert "no longer in your contact data" in wrong.text
    answer = await ben.post(path, htmx=htmx, origin=path, shareContactIds=bens)
    assert "now connected" in (answer.text if htmx else await ben.follow(answer))
    assert "+46 90 001" in (await ada.get("/members/ben")).text
    assert (await ben.get(path)).status_code == 303
