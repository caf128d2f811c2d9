"""Posting updates and what is done with them, with a script and without."""

import re

import pytest

from models import sql
from tests.models.acts import SetUp
from tests.pictures import bad, plain
from tests.web.conftest import Browser, Enter, text_of
from tests.web.posting import REPLY, WAYS, feed, post, send, shown


async def count(table: str) -> int:
    return len(await sql.rows(f"SELECT id FROM {table}"))


async def answered(who: Browser, path: str, htmx: bool, **fields: str) -> str:
    """What a button leads to: the page after the redirect, or the partial."""
    answer = await who.post(path, htmx=htmx, origin="/", **fields)
    if htmx:
        assert answer.status_code == 200, answer.text
        assert "<!doctype" not in answer.text
        return answer.text
    return await who.follow(answer)


async def test_posting_both_ways(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    for htmx in WAYS:
        text = f"Hello <b>{htmx}</b> https://example.org/a."
        answer = await send(ada, htmx=htmx, text=text, kind="QUESTION")
        html = answer.text if htmx else await ada.follow(answer)
        assert "Posted." in html
        assert f"Hello &lt;b&gt;{htmx}&lt;/b&gt; <a href=" in html
        assert 'rel="nofollow noopener noreferrer ugc"' in html
        if htmx:
            assert re.findall('hx-target="#(compose|newer|feed|flashes)"', html)
        [first, *_] = await feed(ben)
        assert first == (await feed(ada))[0]
    assert len(await feed(ben)) == 2
    assert await feed(ben, "/?kind=news") == []
    assert len(await feed(ben, "/?kind=question")) == 2
    key = "the-same-key"
    for text in ("Once", "Once", "Another"):
        assert (await send(ada, text=text, key=key)).status_code == 303
    assert len(await feed(ben)) == 4


async def test_what_cannot_be_posted(enter: Enter) -> None:
    ada = await enter("ada")
    cases = (
        ({}, "text"),
        ({"text": "x" * 100_000}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "kept", "kind": "GOSSIP"}, "kind"),
        ({"text": "kept", "audience": "ONLY_ME"}, "audience"),
        ({"text": "kept", "audience": "TAGS"}, "audienceTagIds"),
        ({"text": "kept", "link": "javascript:alert(1)"}, "link"),
        ({"text": "kept", "kind": "WORTH_READING"}, "link"),
        ({"text": "kept", "description2": "A boat"}, "picture2"),
    )
    for fields, where in cases:
        for htmx in WAYS:
            answer = await send(ada, htmx=htmx, **fields)
            assert answer.status_code == 422, (fields, answer.text)
            assert f'id="field-{where}-error"' in answer.text, where
            assert "There is a problem" in answer.text
            assert ("<!doctype" in answer.text) is not htmx
            assert fields.get("text", "").replace("\x00", "")[:200] in answer.text.replace(
                "\x00", ""
            )
            assert re.search(r'<details id="compose"[^>]* open', answer.text)
    assert await count("member_update") == 0


async def test_pictures(enter: Enter, set_up: SetUp) -> None:
    set_up(update_picture_kilobytes=300)
    ada, ben, visitor = await enter("ada"), await enter("ben"), await enter(None)
    await ada.connect(ben)
    for name in ("svg", "text", "bomb"):
        files = {"picture1": plain(), "picture3": bad()[name]}
        answer = await send(ada, text="kept", files=files, description3="A hat")
        assert answer.status_code == 422, name
        assert 'id="field-picture3-error"' in answer.text, "beside the slot it was put into"
        assert 'id="field-picture1-error"' not in answer.text
        assert "kept</textarea>" in answer.text
        assert 'value="A hat"' in answer.text
    answer = await send(ada, text="kept", files={"picture2": plain() + bytes(301 * 1024)})
    assert (answer.status_code, "field-picture2-error" in answer.text) == (422, True)
    answer = await send(ada, text="kept", files={"picture1": bytes(2000 * 1024)})
    assert (answer.status_code, "field-picture1-error" in answer.text) == (422, True)
    assert "kept</textarea>" in answer.text
    too_many = {f"picture{n}": plain() for n in range(1, 6)}
    assert (await send(ada, text="x", files=too_many)).status_code in (400, 422)
    assert await count("update_picture") == 0

    files = {f"picture{n}": plain(size=(300, 200)) for n in range(1, 5)}
    await post(ada, "", files=files, description1='A "red" <wall>')
    html = (await ben.get("/")).text
    sources = re.findall(
        r'<img src="(/updates/[^"]+\.webp)" alt="([^"]*)" width="300" height="200"', html
    )
    assert len(sources) == 4
    assert sources[0][1] == "A &#34;red&#34; &lt;wall&gt;"
    where = sources[0][0]
    answer = await ben.get(where)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    never = where.replace(where[-9], "0" if where[-9] != "0" else "1")
    for who, path in ((visitor, where), (ben, never), (ben, "/updates/x/pictures/y.webp")):
        assert (await who.get(path)).status_code == 404, path


@pytest.mark.parametrize("htmx", WAYS)
async def test_the_preview_and_its_count(enter: Enter, htmx: bool) -> None:
    ada, ben, _ = await enter("ada"), await enter("ben"), await enter("cleo")
    await ada.connect(ben)
    answer = await send(ada, htmx=htmx, text="Look: https://example.org", preview="on")
    assert answer.status_code == 200
    assert "How it will look" in answer.text
    assert '<a href="https://example.org"' in answer.text
    assert "1 person will see this." in text_of(answer.text)
    assert await count("member_update") == 0
    answer = await send(ada, htmx=htmx, text="x", audience="MEMBERS", preview="on")
    assert "2 people will see this." in text_of(answer.text)
    for query, said in (
        ("audience=CONNECTIONS", "1 person will see this."),
        ("audience=EVERYONE", "Anybody can see this: 2 people here"),
        ("audience=TAGS&audienceTagIds=tag_x", "Nobody but you will see this."),
        ("audience=NONSENSE", "1 person will see this."),
    ):
        assert said in text_of((await ada.get(f"/updates/audience?{query}", htmx=True)).text)


async def test_replies_and_thanks(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    update = await post(ada)
    path = f"/updates/{update}"
    for htmx in WAYS:
        html = await answered(ben, f"{path}/replies", htmx, text=f"Fine <i>{htmx}</i>")
        assert f"Fine &lt;i&gt;{htmx}" in html
        for text, status in (("", 422), ("x" * 100_000, 422), ("a\x00", 422)):
            answer = await ben.post(f"{path}/replies", htmx=htmx, text=text)
            assert answer.status_code == status
            assert "field-error" in answer.text
            assert text.rstrip("\x00") in answer.text
        html = await answered(ben, f"{path}/thanks", htmx)
        assert 'aria-pressed="true"' in html
        assert "1 said thanks" in text_of((await ada.get(path)).text)
        html = await answered(ben, f"{path}/thanks/undo", htmx)
        assert 'aria-pressed="false"' in html
    page = (await ada.get(path)).text
    replies = REPLY.findall(page)
    assert len(replies) == 2
    part = (await ben.get(f"{path}/replies", htmx=True)).text
    assert REPLY.findall(part) == replies
    assert "2 replies" in (await ben.get("/")).text
    # Its writer takes one away, and the author of the update the other.
    await answered(ben, f"{path}/replies/{replies[0]}/removal", False)
    html = await answered(ada, f"{path}/replies/{replies[1]}/removal", True)
    assert f'hx-target="#reply-{replies[1]}" hx-swap="delete"' in html
    assert REPLY.findall((await ada.get(path)).text) == []
    answer = await ada.post(f"{path}/thanks", htmx=True)
    assert (answer.status_code, "yours" in answer.text) == (422, True)
    assert (await ben.post("/updates/upd_0000000000000/replies", text="x")).status_code == 404


@pytest.mark.parametrize("htmx", WAYS)
async def test_taking_a_reply_from_under_what_one_no_longer_sees(enter: Enter, htmx: bool) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    relationship = await ada.connect(ben)
    path = f"/updates/{await post(ada)}"
    await answered(ben, f"{path}/replies", False, text="Fine")
    [reply] = REPLY.findall((await ada.get(path)).text)
    await ada.post(f"/connections/{relationship}/removal")
    assert (await ben.get(path)).status_code == 404
    removal = f"{path}/replies/{reply}/removal"
    answer = await ben.post(removal, htmx=htmx, origin=path)
    if htmx:
        assert answer.status_code == 200
        assert f'hx-target="#reply-{reply}" hx-swap="delete"' in answer.text
    else:
        assert answer.headers["location"] == "/", "to a page that is there"
        assert "The reply is removed." in await ben.follow(answer)
    assert await count("update_reply") == 0


async def test_editing_and_removing(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    update = await post(ada, "First words", audience="MEMBERS")
    path = f"/updates/{update}"
    form = (await ada.get(f"{path}/edit")).text
    assert "First words</textarea>" in form
    assert 'value="EVERYONE"' not in form, "never to more people than before"
    given = {"text": "Better words", "link": "", "audience": "CONNECTIONS"}
    page = await ada.follow(await ada.post(f"{path}/edit", **given))
    assert "Better words" in page
    assert "Edited" in page
    for wrong, where in (
        ({"text": "x" * 100_000}, "text"),
        ({"audience": "EVERYONE"}, "audience"),
        ({"audience": "x"}, "audience"),
        ({"link": "nowhere"}, "link"),
    ):
        answer = await ada.post(f"{path}/edit", **{**given, **wrong})
        assert (answer.status_code, f"field-{where}-error" in answer.text) == (422, True), wrong
    for method, part in (("get", "edit"), ("get", "removal"), ("post", "edit")):
        answer = await getattr(ben, method)(f"{path}/{part}", **(given if method == "post" else {}))
        assert answer.status_code == 404, part
    await ben.post(f"{path}/removal")
    assert await feed(ben) == [update]
    assert "cannot be undone" in (await ada.get(f"{path}/removal")).text
    assert "Removed." in await ada.follow(await ada.post(f"{path}/removal"))
    assert (await feed(ben), (await ada.get(path)).status_code) == ([], 404)


async def test_what_my_network_saw(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    for audience in ("CONNECTIONS", "MEMBERS", "EVERYONE"):
        await post(ada, f"For {audience}", audience=audience)
    page = text_of((await ada.get("/updates/own")).text)
    for said in ("My connections: 1 person", "Members: 1 person", "those who are not signed in"):
        assert said in page
    await post(ben, "Of Ben")
    assert "Of Ben" not in (await ada.get("/updates/own")).text
    assert shown((await ada.get("/updates/own")).text) == []
    part = await ada.get("/updates/own", htmx=True)
    assert part.text.lstrip().startswith("<ol")


@pytest.mark.parametrize("htmx", WAYS)
async def test_a_profile_tells_only_where_the_box_is_ticked(enter: Enter, htmx: bool) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    profile = {
        "name": "Ada", "headline": "", "organisation": "Span", "location": "", "about": "",
        "connectionsAudience": "MEMBERS", "profileAudience": "MEMBERS", "acceptsRequests": "on",
    }  # fmt: skip
    stay = {
        "title": "Engineer", "organisation": "Span", "startYear": "2020", "startMonth": "",
        "endYear": "", "endMonth": "", "description": "", "audience": "MEMBERS",
    }  # fmt: skip
    for path, given in (("/settings", profile), ("/settings/career/positions", stay)):
        form = (await ada.get(path if path == "/settings" else f"{path}/new")).text
        assert re.search(r'name="announce" value="on" id="field-announce" ?>', form), "not ticked"
        before = await feed(ben)
        answer = await ada.post(path, htmx=htmx, **given)
        assert answer.status_code == (200 if htmx else 303)
        assert await feed(ben) == before
        changed = {**given, "organisation": "Arch", "announce": "on"}
        answer = await ada.post(path, htmx=htmx, **changed)
        assert answer.status_code == (200 if htmx else 303)
        assert len(await feed(ben)) == len(before) + 1
    assert "From the profile" in (await ben.get("/")).text
    assert "From your profile" in (await ada.get("/updates/own")).text
