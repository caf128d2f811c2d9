"""Editing one's profile, with and without a script; seeing it as others do; organisations."""

import re

import pytest

from models import sql
from tests.profiles import tag
from tests.web.conftest import Browser, Enter, text_of
from web.profile_kinds import KINDS

pytestmark = pytest.mark.only_engine("sqlite")
HOME = "/settings/career"
TYPED = {
    "positions": {"organisation": "Span", "title": "Engineer", "startMonth": "3"}
    | {"startYear": "2015", "endMonth": "", "endYear": "", "description": "Bridges."},
    "education": {"school": "Umeå University", "subject": "Mechanics", "startMonth": ""}
    | {"startYear": "2008", "endMonth": "", "endYear": "2013", "description": ""},
    "skills": {"name": "Surveying"},
    "languages": {"name": "Swedish", "level": "NATIVE"},
    "links": {"url": "https://ada.example/notes", "title": "Notes"},
    "work": {"title": "The long span", "url": "", "description": "A bridge."},
    "contact": {"kind": "PHONE", "value": "+46 90 123 45", "label": "Desk"},
}
SHOWN = {
    "positions": "Engineer Span March 2015 – now Bridges.",
    "education": "Mechanics Umeå University 2008 – 2013",
    "skills": "Surveying",
    "languages": "Swedish First language",
    "links": "Notes",
    "work": "The long span A bridge.",
    "contact": "Desk +46 90 123 45",
}
WRONG = {
    "positions": [
        *(("organisation", ""), ("title", ""), ("startYear", ""), ("startYear", "20x5")),
        *(("startYear", "1066"), ("startMonth", "13"), ("endYear", "2001"), ("endYear", "²⁰²⁰")),
    ],
    "education": [("school", ""), ("startYear", "12345"), ("subject", "x" * 121)],
    "skills": [("name", ""), ("name", "x" * 61)],
    "languages": [("name", ""), ("level", "PERFECT")],
    "links": [("url", ""), ("url", "javascript:alert(1)"), ("title", "x" * 121)],
    "work": [("title", ""), ("url", "nowhere"), ("description", "x" * 501)],
    "contact": [("value", ""), ("value", "call me"), ("kind", "FAX"), ("label", "x" * 121)],
}
SLUGS = [kind.slug for kind in KINDS]


@pytest.fixture
async def ada(enter: Enter) -> Browser:
    return await enter("ada", profile_audience="EVERYONE")


async def items(who: Browser) -> list[str]:
    """The ids of the items on the page where they are changed."""
    return re.findall(r'id="item-([a-z0-9_]+)"', (await who.get(HOME)).text)


async def add(who: Browser, slug: str, audience: str = "MEMBERS", **more: object) -> str:
    """Add an item as its form does; its id."""
    before = await items(who)
    typed = {**TYPED[slug], "audience": audience, **more}
    answer = await who.post(f"{HOME}/{slug}", **typed)
    assert answer.status_code == 303, answer.text
    [new] = set(await items(who)) - set(before)
    return new


@pytest.mark.parametrize("slug", SLUGS)
async def test_an_item_is_added_changed_and_removed(ada: Browser, enter: Enter, slug: str) -> None:
    ben = await enter("ben")
    form = (await ada.get(f"{HOME}/{slug}/new")).text
    for name in TYPED[slug]:
        assert f'name="{name}"' in form
    page = await ada.follow(await ada.post(f"{HOME}/{slug}", **TYPED[slug], audience="MEMBERS"))
    assert 'class="flash done"' in page
    assert SHOWN[slug] in text_of(page)
    for reader in (ada, ben):
        assert SHOWN[slug] in text_of((await reader.get("/members/ada")).text)
    [item] = await items(ada)
    path = f"{HOME}/{slug}/{item}"
    form = (await ada.get(path)).text
    for value in TYPED[slug].values():
        assert value in form
    changed = {**TYPED[slug], "audience": "ONLY_ME"}
    await ada.follow(await ada.post(path, **changed))
    assert "Seen by: Only me" in text_of((await ada.get(HOME)).text)
    assert SHOWN[slug] not in text_of((await ben.get("/members/ada")).text)
    assert SHOWN[slug] in text_of((await ada.get("/members/ada")).text)
    page = await ada.follow(await ada.post(f"{path}/removal"))
    assert await items(ada) == []
    page = await ada.follow(await ada.post(f"{path}/removal"))
    assert 'class="flash problem"' in page
    for gone in (path, f"{HOME}/{slug}/{item}x"):
        assert (await ada.get(gone)).status_code == 404


@pytest.mark.parametrize("slug", SLUGS)
async def test_the_same_in_place(ada: Browser, slug: str) -> None:
    part = await ada.post(f"{HOME}/{slug}", htmx=True, **TYPED[slug], audience="MEMBERS")
    assert part.status_code == 200
    assert "<html" not in part.text
    assert f'id="career-{slug}"' in part.text
    assert "Saved." in part.text
    [item] = await items(ada)
    part = await ada.post(f"{HOME}/{slug}/{item}", htmx=True, **TYPED[slug], audience="EVERYONE")
    assert "Everyone, signed in or not" in part.text
    part = await ada.post(f"{HOME}/{slug}/{item}/removal", htmx=True)
    assert part.status_code == 200
    assert f'hx-target="#career-{slug}"' in part.text
    part = await ada.post(f"{HOME}/{slug}/{item}/removal", htmx=True)
    assert part.status_code == 422
    assert 'hx-target="#flashes"' in part.text


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("slug", "name", "value"),
    [(slug, name, value) for slug, wrong in WRONG.items() for name, value in wrong],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    ada: Browser, slug: str, name: str, value: str, htmx: bool
) -> None:
    typed = {**TYPED[slug], name: value, "audience": "CONNECTIONS"}
    answer = await ada.post(f"{HOME}/{slug}", htmx=htmx, **typed)
    assert answer.status_code == 422
    assert f'href="#field-{name}"' in answer.text
    assert f'id="field-{name}"' in answer.text
    assert re.search(r'value="CONNECTIONS" selected', answer.text)
    for other, given in TYPED[slug].items():
        assert other == name or given in answer.text
    assert await items(ada) == []
    kept = await add(ada, slug)
    answer = await ada.post(f"{HOME}/{slug}/{kept}", htmx=htmx, **typed)
    assert answer.status_code == 422
    assert f'action="{HOME}/{slug}/{kept}"' in answer.text


async def test_tags_open_an_item(ada: Browser, enter: Enter) -> None:
    ben, cleo = await enter("ben"), await enter("cleo")
    await ada.connect(ben)
    await ada.connect(cleo)
    assert ada.key
    assert ben.key
    close = await tag(ada.key, "Close", ben.key)
    from models import ids

    chosen = ids.encode(ids.TAG, close)
    answer = await ada.post(f"{HOME}/skills", **TYPED["skills"], audience="TAGS")
    assert answer.status_code == 422
    assert "Choose at least one of your tags." in answer.text
    await add(ada, "skills", "TAGS", audienceTagIds=[chosen])
    assert "Connections tagged Close" in text_of((await ada.get(HOME)).text)
    assert "Surveying" in (await ben.get("/members/ada")).text
    assert "Surveying" not in (await cleo.get("/members/ada")).text
    page = text_of((await ada.get("/profile/as", htmx=False)).text)
    assert "a connection tagged Close" in page
    assert "Surveying" in (await ada.get(f"/profile/as?as={chosen}")).text
    assert "Surveying" not in (await ada.get("/profile/as?as=CONNECTIONS")).text
    # Tags that were ticked before another audience was chosen are passed over.
    await ada.post(f"{HOME}/skills", name="Welding", audience="MEMBERS", audienceTagIds=[chosen])
    assert "Welding" in (await cleo.get("/members/ada")).text
    await sql.change("DELETE FROM tag WHERE id = $1", close)
    assert "Only you: its tags are deleted" in text_of((await ada.get(HOME)).text)
    assert "Surveying" not in (await ben.get("/members/ada")).text


@pytest.mark.parametrize("htmx", [False, True])
async def test_order(ada: Browser, htmx: bool) -> None:
    for name in ("One", "Two", "Three"):
        await add(ada, "skills", name=name)
    section = (await ada.get(HOME)).text.split('id="career-skills"')[1].split("</section>")[0]
    forms = re.findall(r'action="([^"]*/place)".*?name="after" value="([^"]*)"', section, re.DOTALL)
    assert len(forms) == 2
    answer = await ada.post(forms[1][0], htmx=htmx, after=forms[1][1])
    assert answer.status_code == (200 if htmx else 303)
    text = text_of((await ada.get("/members/ada")).text)
    assert text.index("One") < text.index("Three") < text.index("Two")
    answer = await ada.post(forms[1][0], htmx=htmx, after="")
    text = text_of((await ada.get("/members/ada")).text)
    assert text.index("Three") < text.index("One")


@pytest.mark.parametrize("htmx", [False, True])
async def test_what_one_is_open_to(ada: Browser, htmx: bool) -> None:
    path = f"{HOME}/open-to"
    await ada.post(path, htmx=htmx, flags=["SPEAKING", "HIRING"], audience="EVERYONE", sent="on")
    page = text_of((await ada.get("/members/ada")).text)
    assert "Speaking Hiring" in page
    answer = await ada.post(path, htmx=htmx, flags=["FAME"], audience="TAGS", sent="on")
    assert answer.status_code == 422
    assert 'href="#field-flags"' in answer.text
    await ada.post(path, htmx=htmx, audience="EVERYONE", sent="on")
    assert "Speaking" not in text_of((await ada.get("/members/ada")).text)


@pytest.mark.parametrize("htmx", [False, True])
async def test_who_sees_a_field(ada: Browser, enter: Enter, htmx: bool) -> None:
    ben = await enter("ben")
    await sql.change("UPDATE member SET about = 'A long story' WHERE id = $1", ada.key)
    assert "A long story" in (await ben.get("/members/ada")).text
    path = "/settings/audiences/about"
    assert 'action="/settings/audiences/about"' in (await ada.get(path)).text
    answer = await ada.post(path, htmx=htmx, audience="ONLY_ME")
    assert answer.status_code == (200 if htmx else 303)
    assert "A long story" not in (await ben.get("/members/ada")).text
    assert "A long story" in (await ada.get("/members/ada")).text
    assert "A long story" not in (await ada.get("/profile/as?as=CONNECTIONS")).text
    for bad in ({"audience": "SOME"}, {}, {"audience": "TAGS"}):
        answer = await ada.post(path, htmx=htmx, **bad)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert (await ada.get("/settings/audiences/shoes")).status_code == 404
    assert (await ada.post("/settings/audiences/shoes", audience="ONLY_ME")).status_code == 404


async def test_as_a_connection(ada: Browser, enter: Enter) -> None:
    ben, cleo = await enter("ben"), await enter("cleo")
    await ada.connect(ben)
    await add(ada, "skills", "CONNECTIONS")
    await add(ada, "contact", "ONLY_ME")
    page = (await ada.get("/members/ben")).text
    [link] = re.findall(r'href="(/profile/as\?member=[^"]*)"', page)
    seen = text_of((await ada.get(link)).text)
    assert "This is your profile as Ben sees it." in seen
    assert "Surveying" in seen
    assert "+46 90 123 45" not in seen
    assert "Surveying" not in text_of((await ada.get("/profile/as")).text)
    assert "/profile/as?member=" not in (await ada.get("/members/cleo")).text
    from models import ids

    assert cleo.key
    for nobody in (ids.encode(ids.MEMBER, cleo.key), "mem_0000000000001", "tag_0000000000001", "x"):
        for name in ("as", "member"):
            assert (await ada.get(f"/profile/as?{name}={nobody}")).status_code == 404
    await sql.change("UPDATE member SET profile_audience = 'CONNECTIONS' WHERE id = $1", ada.key)
    for audience in ("EVERYONE", "MEMBERS"):
        assert "They do not find you" in (await ada.get(f"/profile/as?as={audience}")).text


async def test_an_organisation_shows_who_was_there(ada: Browser, enter: Enter) -> None:
    ben, stranger = await enter("ben"), await enter(None)
    await add(ada, "positions", "EVERYONE")
    await add(ben, "positions", endYear="2018", organisation="SPAN")
    page = (await ben.get("/members/ada")).text
    [link] = set(re.findall(r'href="(/organisations/org_[^"]*)"', page))
    text = text_of((await ben.get(link)).text)
    assert "2 members are or were here" in text
    assert text.index("Ada") < text.index("Worked here")
    assert "Works here" in text
    assert "<html" not in (await ben.get(link, htmx=True)).text
    text = text_of((await stranger.get(link)).text)
    assert "1 member is or was here" in text
    assert "Ben" not in text
    [own] = await items(ada)
    await ada.post(f"{HOME}/positions/{own}", **TYPED["positions"], audience="ONLY_ME")
    assert (await stranger.get(link)).status_code == 404
    assert (await stranger.get("/organisations/org_0000000000001")).status_code == 404


async def test_names_are_suggested(ada: Browser, enter: Enter) -> None:
    ben = await enter("ben")
    await add(ben, "positions", organisation="Span & Sons <x>")
    await add(ben, "education", "ONLY_ME")
    part = await ada.get("/organisations/suggestions?organisation=sons", htmx=True)
    assert '<option value="Span &amp; Sons &lt;x&gt;">' in part.text
    part = await ada.get("/organisations/suggestions?school=ume", htmx=True)
    assert "<option" not in part.text
    assert part.text.startswith('<datalist id="organisations">')


async def test_nothing_is_there_for_who_is_signed_out(enter: Enter) -> None:
    stranger = await enter(None)
    for path in (HOME, f"{HOME}/skills/new", "/settings/audiences/about", "/profile/as"):
        answer = await stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


async def test_kinds_there_are_not(ada: Browser) -> None:
    assert (await ada.get(f"{HOME}/hats/new")).status_code == 404
    assert (await ada.post(f"{HOME}/hats", name="Fez")).status_code == 404
    assert (await ada.post(f"{HOME}/hats/ent_0000000000001/removal")).status_code == 404
