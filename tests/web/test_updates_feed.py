"""Reading the feed: its days, its end, what is left out; who sees what, and Atom."""

import re
from datetime import UTC, date, datetime, time
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from models import clock, sql
from schema.context import by_session
from tests.models.acts import SetUp
from tests.web.conftest import Browser, Enter, text_of
from tests.web.posting import WAYS, feed, post, shown
from web import moments
from web.feed import laid_out, newer
from web.run import run_as
from web.templating import render_text

ATOM = "{http://www.w3.org/2005/Atom}"


def page_of(*moments: str, more: bool = False) -> dict[str, Any]:
    nodes = [{"postedAt": each, "author": {"isViewer": False}} for each in moments]
    return {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": "c" if more else None}}


def test_days_and_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    monkeypatch.setattr("web.moments.now", lambda: now.replace(2026, 3, 15, 12))
    days = ["2026-03-15T10:00:00+00:00", "2026-03-15T09:00:00+00:00", "2026-03-14T09:00:00+00:00"]
    old = "2026-03-02T09:00:00+00:00"
    found = laid_out(page_of(*days, old), days[1], {}, {})
    assert [(day, len(items)) for day, items in found.days] == [
        ("Today", 2), ("Yesterday", 1), ("Monday 2 March", 1),
    ]  # fmt: skip
    assert [item.mark for _, items in found.days for item in items] == [False, True, False, False]
    assert (found.head, found.unseen, found.marked, found.next) == (days[0], True, True, "")
    # Nothing new, nothing ever read, and a part of the feed, which marks nothing.
    assert not laid_out(page_of(*days), days[0], {}, {}).unseen
    assert laid_out(page_of(*days), days[0], {}, {}).days[0][1][0].mark
    assert not laid_out(page_of(*days), None, {}, {}).marked
    part = laid_out(page_of(*days), days[1], {"kind": "news"}, {})
    assert (part.unseen, part.marked) == (False, False)
    # The next page goes on where the last one ended: no day twice, no mark twice.
    later = {"after": "c", "last": days[0], "head": days[0]}
    found = laid_out(page_of(days[1], more=True), days[1], {}, later)
    assert [(day, items[0].mark) for day, items in found.days] == [("", True)]
    assert "head=2026-03-15T10" in found.next
    assert not laid_out(page_of(days[2]), days[1], {}, {**later, "last": days[1]}).marked
    assert laid_out(page_of(days[2]), None, {}, {**later, "last": "nonsense"}).days
    assert newer(page_of(*days), days[2]) == 2


async def test_by_the_readers_clock(enter: Enter) -> None:
    """Days and hours are those where the member is; signed out they are UTC."""
    clock.freeze(datetime(2026, 3, 14, 23, 30, tzinfo=UTC))
    ada = await enter("ada", profile_audience="EVERYONE")
    visitor = await enter(None)
    await post(ada, "Late", audience="EVERYONE")
    clock.freeze(datetime(2026, 3, 15, 12, tzinfo=UTC))
    for zone, day, said in (
        ("UTC", "Yesterday", "14 March 2026, 23:30 UTC"),
        ("Europe/Berlin", "Today", "15 March 2026, 00:30 CET"),
        ("America/New_York", "Yesterday", "14 March 2026, 19:30 EDT"),
        ("Asia/Kathmandu", "Today", "15 March 2026, 05:15 UTC+0545"),
        ("Nowhere/Atall", "Yesterday", "14 March 2026, 23:30 UTC"),
    ):
        await sql.change("UPDATE member SET time_zone = $1", zone)
        page = (await ada.get("/")).text
        assert f'<li class="day"><h2>{day}</h2></li>' in page, zone
        assert f'title="{said}"' in page, zone
        assert 'title="14 March 2026, 23:30 UTC"' in (await visitor.get("/members/ada")).text
    with moments.reading_in(ZoneInfo("Pacific/Auckland")):
        # What is a day and no moment stays that day, and a day that is typed comes back.
        assert (moments.date("2020-01-01"), moments.iso_day("2020-01-01")) == (
            "1 January 2020",
            "2020-01-01",
        )
        assert moments.at(date(2026, 1, 1), time(8)) == "2025-12-31T19:00:00+00:00"
        assert moments.iso_day(moments.at(date(2026, 1, 1), time(0))) == "2026-01-01"
        nodes = [f"2026-03-{day}:00:00+00:00" for day in ("15T11", "15T10", "14T12")]
        assert [day for day, _ in laid_out(page_of(*nodes), None, {}, {}).days] == [
            "Today",
            "Yesterday",
        ]


async def test_it_ends_and_remembers(enter: Enter) -> None:
    clock.freeze()
    ada, ben = await enter("ada"), await enter("ben")
    assert "Quiet so far" in (await ada.get("/")).text
    await ada.connect(ben)
    for n in range(23):
        clock.advance(hours=1)
        await post(ben if n % 3 else ada, f"Number {n}")
        if n == 18:
            clock.advance(days=1)
    first = (await ada.get("/")).text
    assert "You are up to date" not in first
    url = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    second = (await ada.get(url)).text
    assert len(shown(first)) == 20
    assert len(shown(second)) == 3
    assert "There is no more" in second
    part = (await ada.get(url, htmx=True)).text
    assert shown(part) == shown(second)
    assert "<!doctype" not in part
    # Reading marks nothing; the mark is a form, sent where the page was read to.
    assert "You are up to date" not in (await ada.get("/")).text
    head = re.findall(r'name="until" value="([^"]+)"', second)[0].replace("&#43;", "+")
    for htmx in WAYS:
        answer = await ada.post("/updates/seen", htmx=htmx, until=head)
        assert answer.status_code == (200 if htmx else 303)
    assert (await ada.post("/updates/seen", until="yesterday")).status_code == 400
    assert text_of((await ada.get("/")).text).count("What follows you have seen.") == 1
    asked = f"/updates/newer?since={head.replace('+', '%2B')}"
    assert (await ada.get(asked, htmx=True)).text.strip() == ""
    clock.advance(hours=1)
    await post(ben, "Fresh")
    await post(ada, "My own")
    assert "1 new, show" in (await ada.get(asked, htmx=True)).text
    page = (await ada.get("/")).text
    assert page.index("Fresh") < page.index("What follows you have seen") < page.index("Number 22")


async def test_muted_snoozed_and_fewer(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    first, second = await post(ben, "One"), await post(ben, "Two")
    ben_id = re.findall(r"by-(mem_[0-9a-z]{13})", (await ada.get(f"/updates/{first}")).text)[0]
    before = (await ben.get("/")).text
    for htmx in WAYS:
        for act, said in (("muted", "no more updates of Ben"), ("snoozed", "for 30 days")):
            answer = await ada.post(f"/updates/{act}/{ben_id}", htmx=htmx, origin="/")
            html = answer.text if htmx else await ada.follow(answer)
            assert said in text_of(html)
            assert f'action="/updates/muted/{ben_id}/end"' in html, "a way back"
            assert (f'hx-target=".update.by-{ben_id}"' in html) is htmx
            assert await feed(ada) == []
            assert await feed(ada, "/members/ben/updates") == [second, first], "not hidden there"
            assert ("Snoozed until" if act == "snoozed" else "Muted") in (
                await ada.get("/settings/feed")
            ).text
            back = "/updates/muted/{}/end" if act == "muted" else "/settings/feed/muted/{}/end"
            answer = await ada.post(back.format(ben_id), htmx=htmx, origin="/")
            assert answer.status_code == (200 if htmx else 303)
            assert await feed(ada) == [second, first]
        answer = await ada.post("/updates/fewer/news", htmx=htmx, origin="/")
        assert answer.status_code == (200 if htmx else 303)
        assert await feed(ada) == [second]
        assert "Show all" in (await ada.get("/settings/feed")).text
        answer = await ada.post("/updates/more/news", htmx=htmx, origin="/")
        assert await feed(ada) == [second, first]
        await ada.post("/settings/feed/fewer/news", htmx=htmx)
        assert await feed(ada) == [second]
        await ada.post("/settings/feed/more/news", htmx=htmx)
    assert (await ben.get("/")).text.count("update-head") == before.count("update-head")
    for wrong in ("/updates/fewer/x", "/settings/feed/more/x"):
        assert (await ada.post(wrong)).status_code == 404
    answer = await ada.post("/updates/muted/mem_0000000000000", htmx=True)
    assert answer.status_code == 422


async def everywhere(who: Browser, update: str, word: str) -> dict[str, bool]:
    """On which pages somebody finds an update."""
    found = {"own page": (await who.get(f"/updates/{update}")).status_code == 200}
    for path in ("/", "/members/ada", "/members/ada/updates", f"/updates?search={word}"):
        answer = await who.get(path)
        found[path] = answer.status_code == 200 and word in answer.text.replace(
            f'value="{word}"', ""
        ).replace(f"{word} – ", "")
    atom = await who.get("/members/ada/updates.atom")
    found["atom"] = word in atom.text
    return found


@pytest.mark.parametrize("audience", ["EVERYONE", "MEMBERS", "CONNECTIONS"])
async def test_the_audience_holds_on_every_page(enter: Enter, audience: str) -> None:
    ada = await enter("ada", profile_audience="EVERYONE")
    ben, cleo, visitor = await enter("ben"), await enter("cleo"), await enter(None)
    await ada.connect(ben)
    update = await post(ada, "Zebracrossing", audience=audience)
    public = audience == "EVERYONE"
    for who, may in ((ben, True), (cleo, audience != "CONNECTIONS"), (visitor, public)):
        found = await everywhere(who, update, "Zebracrossing")
        assert found.pop("atom") is public, "the same for whoever asks"
        assert found.pop("/") is (who is ben), "in the feed of those it concerns"
        assert set(found.values()) == {may}, (who.handle, found)
    hidden = await cleo.get(f"/updates/{update}")
    nothing = await cleo.get("/updates/upd_0000000000000")
    if audience == "CONNECTIONS":
        assert hidden.text.replace(update, "") == nothing.text.replace("upd_0000000000000", "")
    # Whoever does not see the update cannot act on it either.
    if not public:
        assert (await visitor.post(f"/updates/{update}/thanks")).status_code == 303
    if audience == "CONNECTIONS":
        assert (await cleo.post(f"/updates/{update}/replies", text="x")).status_code == 404
        assert (await cleo.post(f"/updates/{update}/thanks", htmx=True)).status_code == 422


async def test_only_the_author_reads_for_whom(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    update = await post(ada, audience="MEMBERS")
    for path in ("/", f"/updates/{update}"):
        assert "Seen by:" in (await ada.get(path)).text
        assert "Seen by:" not in (await ben.get(path)).text


async def test_atom(enter: Enter) -> None:
    clock.freeze()
    ada, visitor = (
        await enter("ada", profile_audience="EVERYONE", name="Ada & Co"),
        await enter(None),
    )
    path = "/members/ada/updates.atom"
    empty = ElementTree.fromstring((await visitor.get(path)).text)
    assert (empty.findtext(f"{ATOM}title"), empty.findall(f"{ATOM}entry")) == (
        "Ada & Co on Mutual", [],
    )  # fmt: skip
    await post(ada, "Old <b>news</b> & more\nhttps://example.org/?a=1&b=2", audience="EVERYONE")
    clock.advance(hours=1)
    update = await post(ada, "", link="https://example.org/a?b=c&d=e", audience="EVERYONE")
    await post(ada, "Not for all", audience="MEMBERS")
    answer = await visitor.get(path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "Not for all" not in answer.text
    tree = ElementTree.fromstring(answer.text)
    entries = tree.findall(f"{ATOM}entry")
    assert len(entries) == 2
    for each in (tree, *entries):
        for name in ("id", "title", "updated"):
            assert each.findtext(f"{ATOM}{name}"), name
    assert entries[0].findtext(f"{ATOM}id", "").endswith(f"/updates/{update}")
    assert tree.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    html = entries[1].findtext(f"{ATOM}content", "")
    assert "Old &lt;b&gt;news&lt;/b&gt; &amp; more<br>" in html
    assert 'href="https://example.org/?a=1&amp;b=2" rel="nofollow' in html

    tag = answer.headers["etag"]
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert "last-modified" not in answer.headers, "what is removed since would be kept"
    for headers, status in (
        ({"If-None-Match": tag}, 304),
        ({"If-None-Match": f'W/{tag}, "x"'}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-Modified-Since": "Sun, 01 Jan 2040 00:00:00 GMT"}, 200),
    ):
        assert (await visitor.client.get(path, headers=headers)).status_code == status, headers
    # What is not for everyone, and what becomes of it, moves nothing: no byte, no tag.
    clock.advance(hours=1)
    for audience in ("MEMBERS", "EVERYONE"):
        other = await post(ada, "Not for long", audience=audience)
        said = {"text": "Not for all", "audience": "MEMBERS"}
        assert (await ada.post(f"/updates/{other}/edit", **said)).status_code == 303
        await ada.post(f"/updates/{update}/replies", text="Nor is this")
        again = await visitor.get(path)
        assert (again.content, again.headers["etag"]) == (answer.content, tag)
    await post(ada, "News", audience="EVERYONE")
    again = await visitor.client.get(path, headers={"If-None-Match": tag})
    assert again.status_code == 200
    link = '<link rel="alternate" type="application/atom+xml"'
    for who, page in ((visitor, "/members/ada"), (visitor, "/members/ada/updates"),
                      (ada, "/members/ada/updates")):  # fmt: skip
        assert link in (await who.get(page)).text


async def test_search_engines_are_let_in_where_an_instance_chose_so(
    enter: Enter, set_up: SetUp
) -> None:
    set_up(search_engines=True)
    ada = await enter("ada", profile_audience="EVERYONE")
    await post(ada, "News", audience="EVERYONE")
    answer = await ada.get("/members/ada/updates.atom")
    assert (answer.status_code, "x-robots-tag" in answer.headers) == (200, False)


async def test_no_atom_of_who_is_not_public(enter: Enter) -> None:
    ada, visitor = await enter("ada"), await enter(None)
    await post(ada, "For everyone, of whom only members see me", audience="EVERYONE")
    for who in (ada, visitor):
        hidden = await who.get("/members/ada/updates.atom")
        never = await who.get("/members/nobody/updates.atom")
        assert (hidden.status_code, never.status_code) == (404, 404)
    assert "updates.atom" not in (await ada.get("/members/ada/updates")).text


async def test_signed_out_and_found(enter: Enter) -> None:
    ada, visitor = await enter("ada", profile_audience="EVERYONE"), await enter(None)
    update = await post(ada, "Open to all", audience="EVERYONE")
    html = (await visitor.get(f"/updates/{update}")).text
    assert "Sign in" in html
    assert "<form" not in html.split("<main")[1].split("</main")[0]
    for path in ("/updates/own", "/settings/feed", f"/updates/{update}/edit", "/updates/newer"):
        assert (await visitor.get(path)).status_code == 303, path
    assert shown((await visitor.get("/updates?search=open")).text) == [update]
    assert shown((await visitor.get("/updates?search=open", htmx=True)).text) == [update]
    assert "Nothing found" in (await visitor.get("/updates?search=nothing")).text
    assert (await visitor.get("/updates")).status_code == 200


async def test_a_reply_reaches_the_open_thread(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    update = await post(ada)
    await ben.post(f"/updates/{update}/replies", text="<i>Fine</i>")
    viewer = await by_session(ada.client.cookies["session"])
    assert viewer is not None
    asked = {"id": update, "after": None}
    found = (await run_as(viewer, "UpdatesReplies", asked)).data["update"]
    badges = (await run_as(viewer, "LiveBadges", {})).data
    member = (await run_as(viewer, "MembersShow", {"handle": "ben"})).data["member"]
    for there, who in ((found, member), (found, None), (None, member), (None, None)):
        event = {"updateId": update, "memberId": member["id"], "update": there, "member": who}
        html = render_text("live/update_replied.html", {"event": event, **badges})
        targets = set(re.findall(r'<hx-partial hx-target="([^"]+)"', html))
        assert "#badge-notifications" in targets
        assert (f"#replies-{update}" in targets) is (there is not None)
        assert not {"#feed", f"#reply-form-{update}"} & targets, "nothing jumps, nothing is lost"
        assert ("&lt;i&gt;Fine" in html) is (there is not None)
    assert "#feed" not in render_text("live/update_posted.html", {"event": {}, **badges})
