"""The contact book on pages: filters, acts on several, one contact, tags; each way of asking."""

import re
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import quote

import pytest

from models import clock, sql, sweeper
from tests.web.conftest import Browser, Enter, ids_in, text_of

pytestmark = pytest.mark.only_engine("sqlite")

ANYBODY = "rel_0000000000001"


@pytest.fixture
async def ada(enter: Enter) -> Browser:
    """Connected with Ben of Larch in Köln and Cleo of Arup in Porto."""
    ada = await enter("ada")
    for handle, organisation, location in (("ben", "Larch", "Köln"), ("cleo", "Arup", "Porto")):
        await ada.connect(await enter(handle, organisation=organisation, location=location))
    return ada


async def listed(ada: Browser, query: str = "") -> list[str]:
    page = (await ada.get(f"/connections{query}")).text
    return re.findall(r'<h3><a href="/members/([a-z-]+)"', page)


async def side(ada: Browser, handle: str) -> str:
    return ids_in((await ada.get(f"/connections?search={handle}")).text, "rel")[0]


async def tagged(ada: Browser, name: str) -> str:
    """The id of a new tag."""
    await ada.post("/connections/tags", name=name)
    page = (await ada.get("/connections/tags")).text
    found = re.findall(r"/connections/tags/(tag_[0-9a-z]{13})\"", page)
    return str(found[-1])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["cleo", "ben"]),
        ("?sort=NAME", ["ben", "cleo"]),
        ("?sort=ORGANISATION", ["cleo", "ben"]),
        ("?sort=nonsense&silent=7&muted=maybe&remind=x", ["cleo", "ben"]),
        ("?organisation=LARCH", ["ben"]),
        ("?place=koln", ["ben"]),
        ("?search=arup", ["cleo"]),
        ("?silent=30", []),
        ("?muted=yes", []),
        ("?tag=nonsense", []),
        ("?search=%00&place=%ED%A0%80", []),
        (f"?search={'x' * 500}", []),
    ],
)
async def test_filters(ada: Browser, query: str, found: list[str]) -> None:
    assert await listed(ada, query) == found
    page = (await ada.get(f"/connections{query}")).text
    assert "No connections yet" not in page
    assert ("Nobody found" in page) == (not found)
    part = await ada.get(f"/connections{query}", htmx=True)
    assert "<html" not in part.text


async def test_more_than_a_page(ada: Browser, enter: Enter) -> None:
    for number in range(21):
        await ada.connect(await enter(f"member-{number:02}"))
    first = (await ada.get("/connections?sort=NAME&muted=no")).text
    [more] = set(re.findall(r'href="(/connections\?[^"]*after=[^"]*)"', first))
    more = more.replace("&amp;", "&")
    assert "sort=NAME" in more
    assert "muted=no" in more
    rest = (await ada.get(more)).text
    assert len(re.findall('class="tick"', first)) == 20
    assert len(re.findall('class="tick"', rest)) == 3
    assert (await ada.get("/connections?after=nonsense")).status_code == 400


@pytest.mark.parametrize("htmx", [False, True])
async def test_acts_on_several(ada: Browser, htmx: bool) -> None:
    """Each as a plain form and in place, on the list they stood on."""
    sides = [await side(ada, name) for name in ("ben", "cleo")]
    tag = await tagged(ada, "Bridges")
    here = "/connections?sort=NAME"

    async def act(place: str, said: str, **fields: object) -> str:
        answer = await ada.post(f"/connections/{place}", htmx=htmx, origin=here, **fields)
        page = answer.text if htmx else await ada.follow(answer)
        if not htmx:
            assert answer.headers["location"] == here
        assert said in text_of(page), text_of(page)
        assert ('hx-target="#connections-list"' in page) == htmx
        return page

    await act("tagging", "Tagged 2 people.", side=sides, on=tag)
    assert await listed(ada, f"?tag={tag}") == ["cleo", "ben"]
    await act("untagging", "The tag is off Ben.", side=sides[0], on=tag)
    assert await listed(ada, f"?tag={tag}") == ["cleo"]
    await act("muting", "Muted Ben. Nobody is told.", side=sides[0])
    assert await listed(ada, "?muted=yes") == ["ben"]
    await act("unmuting", "You hear of Ben again.", side=sides[0])
    assert await listed(ada, "?muted=yes") == []
    page = await act("removal", "Removed 2 people. Nobody is told.", side=sides)
    assert await listed(ada) == []
    [undo] = re.findall(r'action="(/connections/removal/undo[^"]*)"', page)
    back = await ada.post(undo, htmx=htmx, origin=here)
    page = back.text if htmx else await ada.follow(back)
    assert "You and 2 people are connected, as before." in text_of(page)
    assert await listed(ada) == ["cleo", "ben"]


@pytest.mark.parametrize("place", ["tagging", "untagging", "muting", "unmuting", "removal"])
async def test_nothing_ticked(ada: Browser, place: str) -> None:
    answer = await ada.post(f"/connections/{place}", on="x")
    assert 'class="flash problem"' in await ada.follow(answer)
    part = await ada.post(f"/connections/{place}", htmx=True, side=[ANYBODY, "nonsense"], on="x")
    assert part.status_code == 422
    assert "flash problem" in part.text
    answer = await ada.post("/connections/removal/undo?sides=nonsense.")
    assert 'class="flash problem"' in await ada.follow(answer)
    assert await listed(ada) == ["cleo", "ben"]


async def test_a_hundred_at_once(ada: Browser, enter: Enter) -> None:
    """Also in what a browser sends: a hundred boxes and the flash that undoes them."""
    sides = [await side(ada, "ben"), *(f"rel_{n:013}" for n in range(99))]
    page = await ada.follow(await ada.post("/connections/removal", side=sides))
    assert "Removed Ben." in text_of(page)
    sides.append(await side(ada, "cleo"))
    page = await ada.follow(await ada.post("/connections/removal", side=sides))
    assert "At most 100 connections at once." in text_of(page)


async def test_saved_filters(ada: Browser) -> None:
    page = (await ada.get("/connections?place=koln&sort=NAME")).text
    [query] = re.findall(r'name="query" value="([^"]*)"', page)
    query = query.replace("&amp;", "&")
    answer = await ada.post("/connections/filters", query=query, name="")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "/members/ben" in answer.text, "the list it was about stays"
    answer = await ada.post("/connections/filters", query=query, name="In <Köln>")
    page = await ada.follow(answer)
    assert "Saved as “In <Köln>”." in text_of(page)
    assert "In &lt;Köln&gt;" in page
    assert "Keep this filter as" not in page, "it is kept"
    assert await listed(ada, answer.headers["location"].removeprefix("/connections")) == ["ben"]
    [delete] = re.findall(r'action="(/connections/filters/[^"]*/deletion)"', page)
    assert "The filter is deleted." in await ada.follow(await ada.post(delete))
    assert "flash problem" in await ada.follow(await ada.post(delete))


async def test_a_filter_that_no_page_of_ours_writes(ada: Browser) -> None:
    answer = await ada.post("/connections/filters", query="a=1&" * 60, name="Many")
    assert answer.status_code == 400


async def test_tags(ada: Browser) -> None:
    assert "No tags yet" in (await ada.get("/connections/tags")).text
    tag = await tagged(ada, "Bridges")
    for path, name, wrong in (
        ("/connections/tags", "BRIDGES", "You have a tag called “Bridges” already."),
        ("/connections/tags", " ", "Please fill this in."),
        (f"/connections/tags/{tag}", "x" * 41, "At most 40 characters"),
        (f"/connections/tags/{ANYBODY}", "x", "This tag is no longer there."),
    ):
        answer = await ada.post(path, name=name)
        assert answer.status_code == 422
        assert wrong in text_of(answer.text), path
        assert "<title>Error:" in answer.text
    await ada.follow(await ada.post(f"/connections/tags/{tag}", name="Spans"))
    assert "Spans" in (await ada.get("/connections/tags")).text
    await ada.follow(await ada.post(f"/connections/tags/{tag}/deletion"))
    assert "No tags yet" in (await ada.get("/connections/tags")).text
    assert "flash problem" in await ada.follow(await ada.post(f"/connections/tags/{tag}/deletion"))


ACTS = [
    ("meeting", {"howMet": "By the stairs", "metPlace": "Porto"}, "By the stairs"),
    ("meeting", {"metOn": "2025-06", "throughMemberId": "@cleo"}, "@cleo"),
    ("notes", {"kind": "MET", "text": "Spoke of arches", "place": "Porto"}, "Spoke of arches"),
    ("notes", {"kind": "NOTE", "text": "Owes me a book", "happenedAt": "2026-01-05"}, "5 January"),
    ("reminder", {"remindAt": "2027-01-05"}, "5 January 2027"),
    ("reminder", {"everyWeeks": "4"}, "every 4 weeks"),
    ("mute", {}, "You muted Ben"),
    ("tags", {"newTag": "Arches"}, "Arches"),
]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("place", "fields", "seen"), ACTS)
async def test_acts_on_one(
    ada: Browser, htmx: bool, place: str, fields: dict[str, str], seen: str
) -> None:
    here = f"/connections/{await side(ada, 'ben')}"
    answer = await ada.post(f"{here}/{place}", htmx=htmx, origin=here, **fields)
    if htmx:
        assert answer.status_code == 200
        assert answer.text.lstrip().startswith("<hx-partial ")
        assert 'role="status"' in answer.text
    else:
        assert "flash done" in await ada.follow(answer)
    page = (await ada.get(here)).text
    assert seen in text_of(page) or f'value="{seen}"' in page


WRONG = [
    ("meeting", {"howMet": "x" * 501}, "1 over", "howMet"),
    ("meeting", {"metOn": "soon"}, "A date like", "metOn"),
    ("meeting", {"throughMemberId": "@nobody-here"}, "There is no member", "throughMemberId"),
    ("meeting", {"throughMemberId": "ben"}, "somebody else", "throughMemberId"),
    ("notes", {"kind": "NOTE", "text": ""}, "Please fill this in.", "text"),
    ("notes", {"kind": "nonsense", "text": "x"}, "Choose what it is.", "kind"),
    ("notes", {"kind": "NOTE", "text": "x", "happenedAt": "2999-01-01"}, "future", "happenedAt"),
    ("notes", {"kind": "NOTE", "text": "x", "happenedAt": "x"}, "A date like", "happenedAt"),
    ("notes", {"kind": "MET", "happenedAt": "2026-02-30"}, "A date like", "happenedAt"),
    ("reminder", {}, "Say when", "remindAt"),
    ("reminder", {"remindAt": "2001-01-01"}, "A moment to come", "remindAt"),
    ("reminder", {"everyWeeks": "0"}, "Every 1 to 104", "everyWeeks"),
    ("reminder", {"everyWeeks": "٣"}, "A number of weeks", "everyWeeks"),
    ("reminder", {"everyWeeks": "9" * 30}, "A number of weeks", "everyWeeks"),
    ("tags", {}, "Please fill this in.", "newTag"),
    ("tags", {"newTag": "x" * 41}, "At most 40", "newTag"),
]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("place", "fields", "said", "field"), WRONG)
async def test_what_is_wrong_stands_beside_its_field(
    ada: Browser, htmx: bool, place: str, fields: dict[str, str], said: str, field: str
) -> None:
    here = f"/connections/{await side(ada, 'ben')}"
    answer = await ada.post(f"{here}/{place}", htmx=htmx, **fields)
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert f'href="#field-{field}"' in answer.text
    assert f'id="field-{field}-error"' in answer.text
    for typed in fields.values():
        assert typed in answer.text or (place == "notes" and typed == "nonsense")


async def test_through_whom_stays_while_they_are_not_seen(ada: Browser) -> None:
    here = f"/connections/{await side(ada, 'ben')}"
    await ada.post(f"{here}/meeting", throughMemberId="@cleo")

    async def saved(**fields: str) -> str:
        page = (await ada.get(here)).text
        [shown] = re.findall(r'name="throughShown" value="([^"]*)"', page)
        fields = {"throughMemberId": shown, **fields}
        await ada.follow(await ada.post(f"{here}/meeting", throughShown=shown, **fields))
        return (await ada.get(here)).text

    hide = "UPDATE member SET suspended_at = $1 WHERE handle = 'cleo'"
    await sql.change(hide, clock.now())
    assert "@cleo" not in await saved(howMet="By the stairs")
    await sql.change(hide, None)
    assert 'value="@cleo"' in await saved(howMet="By the window")
    assert "@cleo" not in await saved(throughMemberId=""), "who is seen can be taken away"


async def test_an_entry_is_changed_and_removed(ada: Browser) -> None:
    here = f"/connections/{await side(ada, 'ben')}"
    await ada.post(f"{here}/notes", kind="NOTE", text="First")
    [entry] = set(re.findall(rf'href="({here}/notes/nte_[0-9a-z]+)"', (await ada.get(here)).text))
    page = (await ada.get(entry)).text
    assert "First" in page
    answer = await ada.post(entry, kind="NOTE", text="", place="Porto", happenedAt="2026-01-05")
    assert answer.status_code == 422
    assert 'value="Porto"' in answer.text
    today = clock.now().date().isoformat()
    answer = await ada.post(entry, kind="MET", text="Second", happenedAt=today)
    assert "Second" in await ada.follow(answer)
    part = await ada.post(f"{entry}/removal", htmx=True)
    assert "The entry is removed." in part.text
    assert (await ada.get(entry)).status_code == 404
    assert "flash problem" in await ada.follow(await ada.post(f"{entry}/removal"))
    assert "Last contact" in text_of((await ada.get(here)).text)


CHANGED = [
    ("tags", {"newTag": "Arches"}, ["tags"]),
    ("notes", {"kind": "NOTE", "text": "x"}, ["write", "entries", "due", "timeline"]),
    ("notes", {"kind": "NOTE", "text": ""}, ["write"]),
    ("reminder", {"everyWeeks": "4"}, ["reminder"]),
    ("reminder/removal", {}, ["reminder"]),
    ("meeting", {"howMet": "By the stairs"}, ["met"]),
    ("mute", {}, ["quieter"]),
    ("unmute", {}, ["quieter"]),
    ("tags/tag_0000000000001/removal", {}, ["worn", "free"]),
    ("notes/nte_0000000000001/removal", {}, ["entries", "timeline"]),
]


@pytest.mark.parametrize(("place", "fields", "parts"), CHANGED)
async def test_an_act_leaves_what_is_typed_elsewhere(
    ada: Browser, place: str, fields: dict[str, str], parts: list[str]
) -> None:
    """Its answer brings no form anew but its own."""
    here = f"/connections/{await side(ada, 'ben')}"
    answer = await ada.post(f"{here}/{place}", htmx=True, **fields)
    assert re.findall('hx-target="#contact-([a-z]+)"', answer.text) == parts
    assert re.findall('<hx-partial.*?id="contact-([a-z]+)"', answer.text) == parts
    page = (await ada.get(here)).text
    for part in parts:
        assert len(re.findall(f'id="contact-{part}"', page)) == 1
    typed = set(re.findall('<(?:input|textarea|select) id="field-([a-zA-Z]+)"', answer.text))
    own = {"tags": {"newTag"}, "reminder": {"remindAt", "everyWeeks"}}
    own |= {"write": {"kind", "text", "happenedAt", "place"}}
    own |= {"met": {"howMet", "metEvent", "metPlace", "metOn", "throughMemberId"}}
    assert typed == own.get(parts[0], set())


async def test_an_entry_is_moved_to_today(ada: Browser) -> None:
    """And one whose day stays keeps its moment, also in the morning."""
    clock.freeze(datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    here = f"/connections/{await side(ada, 'ben')}"
    await ada.post(f"{here}/notes", kind="MET", happenedAt="2026-01-05")
    [entry] = set(re.findall(rf'href="({here}/notes/nte_[0-9a-z]+)"', (await ada.get(here)).text))

    async def moved(day: str) -> datetime:
        await ada.follow(await ada.post(entry, kind="MET", text="At last", happenedAt=day))
        row = await sql.row("SELECT happened_at FROM contact_note")
        assert row is not None
        return cast("datetime", row["happened_at"])

    assert await moved("2026-03-01") == clock.now()
    clock.advance(minutes=30)
    assert await moved("2026-03-01") == clock.now() - timedelta(minutes=30)
    assert await moved("2026-02-28") == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert await moved("") == datetime(2026, 2, 28, 12, tzinfo=UTC)


async def test_tags_and_reminders_come_off(ada: Browser) -> None:
    here = f"/connections/{await side(ada, 'ben')}"
    await ada.post(f"{here}/tags", newTag="Arches")
    await ada.post(f"{here}/reminder", everyWeeks="4")
    page = (await ada.get(here)).text
    [off] = set(re.findall(rf'action="({here}/tags/[^"]*/removal)"', page))
    page = await ada.follow(await ada.post(off))
    assert "/connections?tag=" not in page
    page = await ada.follow(await ada.post(f"{here}/reminder/removal"))
    assert "Do not remind me" not in page
    again = re.findall(r'<option value="(tag_[0-9a-z]+)"', page)
    await ada.follow(await ada.post(f"{here}/tags", tag=again[0]))
    await ada.follow(await ada.post(f"{here}/mute"))
    assert "Unmute" not in await ada.follow(await ada.post(f"{here}/unmute"))


async def test_the_page_of_a_contact_after_its_end(ada: Browser) -> None:
    here = f"/connections/{await side(ada, 'ben')}"
    await ada.post(f"{here}/notes", kind="NOTE", text="Owes me a book")
    page = await ada.follow(await ada.post(f"{here}/removal", origin=here))
    assert "Owes me a book" in page
    assert f'action="{here}/removal/undo"' in page
    assert "You removed the connection" in text_of(page)
    page = await ada.follow(await ada.post(f"{here}/removal/undo", origin=here))
    assert "You removed the connection" not in text_of(page)


async def test_others_and_strangers(ada: Browser, enter: Enter) -> None:
    here = f"/connections/{await side(ada, 'ben')}"
    eve, stranger = await enter("eve"), await enter(None)
    for path in (here, f"/connections/{ANYBODY}", "/connections/nonsense", f"{here}/notes/x"):
        assert (await eve.get(path)).status_code == 404
        answer = await stranger.get(path)
        assert answer.headers["location"] == "/sign-in?next=" + quote(path)
    for place, fields, _, _ in WRONG:
        answer = await eve.post(f"{here}/{place}", **{**fields, "newTag": "x"})
        assert answer.status_code in (404, 422)
        assert "Ben" not in answer.text
    for place, fields, _ in ACTS[:-2]:
        assert (await eve.post(f"{here}/{place}", **fields)).status_code == 404


async def test_what_one_keeps_stands_on_the_profile_for_oneself(ada: Browser) -> None:
    here = f"/connections/{await side(ada, 'ben')}"
    await ada.post(f"{here}/meeting", howMet="By the stairs")
    page = (await ada.get("/members/ben")).text
    assert "Your notes" in page
    assert "By the stairs" in page
    assert f'href="{here}"' in page
    assert "Your notes" not in (await ada.get("/members/ada")).text


async def test_a_reminder_on_the_notifications_page(ada: Browser) -> None:
    clock.freeze()
    here = f"/connections/{await side(ada, 'ben')}"
    await ada.post(f"{here}/reminder", everyWeeks="1")
    clock.advance(days=8)
    await sweeper.sweep()
    page = (await ada.get("/notifications")).text
    assert f'<a href="{here}">Get back to <bdi>Ben</bdi></a>' in page
