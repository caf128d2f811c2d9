"""Writing, reading and paging messages on pages, with a script and without."""

import re
from zoneinfo import ZoneInfo

import pytest

from models import clock, sql
from tests.web.conftest import Browser, Enter, text_of
from tests.web.messaging import MESSAGE, WAYS, mem, rows, shown, targets, write, wrote

SAID = re.compile(r'dir="auto">Message (\d+)\.</p>')


async def two(enter: Enter) -> tuple[Browser, Browser]:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    return ada, ben


def badge(html: str, name: str = "messages") -> str:
    found = re.search(rf'<span id="badge-{name}" class="count" (hidden)?>\s*(\d+)', html)
    assert found, name
    return "" if found[1] else found[2]


async def test_writing_both_ways(enter: Enter) -> None:
    ada, ben = await two(enter)
    first = await ada.get(f"/messages/to/{mem(ben)}")
    assert "You have not written to each other yet" in first.text
    mine = await wrote(ada, ben, "Hello <b>Ben</b> https://example.org/a.")
    html = (await ada.get(f"/messages/{mine}")).text
    assert "Hello &lt;b&gt;Ben&lt;/b&gt; <a href=" in html
    assert "one message until the other answers" in text_of(html)
    assert "<textarea" not in html
    theirs = await wrote(ben, ada, "Hello Ada")
    assert theirs != mine, "each has their own side"
    answer = await write(ada, ben, "Good\n  to hear", htmx=True, selling="on")
    assert answer.status_code == 200
    assert "<!doctype" not in answer.text
    [sent] = MESSAGE.findall(answer.text)[:1]
    assert targets(answer.text)[:4] == [
        f"#foot-{mine}",
        f"#messages-{mine}:not(.is-older):not(:has(#day-{mine}-{clock.now():%Y-%m-%d}))",
        f"#message-{sent}",
        f"#messages-{mine}:not(.is-older):not(:has(#message-{sent}))",
    ]
    assert f"#conversations-inbox:not(:has(> #conversation-{mine}:first-child))" in answer.text
    html = (await ben.get(f"/messages/{theirs}")).text
    assert "Good\n  to hear" in html
    assert "Sells something" in html
    assert (await ada.get(f"/messages/to/{mem(ben)}")).headers["location"] == f"/messages/{mine}"
    assert len(await shown(ada, mine)) == 3
    html = (await ada.get(f"/messages/{mine}", htmx=True)).text
    assert html.startswith("<title>Ben · ")
    assert html.count('<section id="talk"') == 1
    for number in range(12):
        await wrote(ada, ben, f"And {number}")


async def test_hours_are_the_members_or_the_browsers(enter: Enter) -> None:
    """A script says them by the clock beside the reader, but for who chose another."""
    ada, ben = await two(enter)
    mine = await wrote(ada, ben)
    [row] = await sql.rows("SELECT sent_at FROM message")
    html = (await ada.get(f"/messages/{mine}")).text
    assert re.search(r'class="thread-day" data-clock><h2>Today<', html)
    assert f"data-clock>{row['sent_at']:%H:%M}<" in html
    await sql.change("UPDATE member SET time_zone = 'Asia/Tokyo' WHERE handle = 'ada'")
    html = (await ada.get(f"/messages/{mine}")).text
    assert f">{row['sent_at'].astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}</time>" in html
    assert "data-clock" not in html


async def test_a_form_sent_twice_posts_once(enter: Enter) -> None:
    ada, ben = await two(enter)
    html = (await ada.get(f"/messages/to/{mem(ben)}")).text
    found = re.search(r'name="key" value="([^"]+)"', html)
    assert found
    mine = await wrote(ada, ben, key=found[1])
    assert await wrote(ada, ben, key=found[1]) == mine
    await wrote(ben, ada)
    assert len(await shown(ada, mine)) == 2
    again = (await ada.get(f"/messages/{mine}")).text
    assert found[1] not in again, "the next message has a key of its own"
    # Other words, typed after an answer that got lost.
    for htmx in WAYS:
        refused = await write(ada, ben, "And more", key=found[1], htmx=htmx)
        assert refused.status_code == 422
        assert "did arrive. Send this as well?" in refused.text
        assert "And more</textarea>" in refused.text
        fresh = re.search(r'name="key" value="([^"]+)"', refused.text)
        assert fresh
        assert fresh[1] != found[1]
    await wrote(ada, ben, "And more", key=fresh[1])
    assert len(await shown(ada, mine)) == 3


async def test_what_cannot_be_sent(enter: Enter) -> None:
    ada, ben, cleo = await enter("ada"), await enter("ben"), await enter("cleo")
    relationship = await ada.connect(ben)

    async def refused(to: Browser, text: str, words: str, **fields: str) -> None:
        for htmx in WAYS:
            answer = await write(ada, to, text, htmx=htmx, selling="on", **fields)
            assert answer.status_code == 422, answer.text
            assert ("<!doctype" in answer.text) is not htmx
            assert words in answer.text
            assert 'role="alert"' in answer.text
            kept = text.replace("\x00", "").strip()[:200]
            assert kept in answer.text.replace("\x00", "")
            assert re.search(r'name="selling"[^>]* checked', answer.text), "ticked still"
            assert re.search(r"<textarea[^>]* autofocus", answer.text)

    for text, words in (
        ("", "Please fill this in."),
        (" \n ", "Please fill this in."),
        ("x" * 100_000, "At most 5000 characters; this is 95000 over."),
        ("a\x00b", "characters that cannot be shown"),
        ("a\u202eb", "hidden marks"),
    ):
        await refused(ben, text, words)
    await refused(ben, "", "Please fill this in.", foot=f"hello-{mem(ben)}")
    await refused(cleo, "kept", "This member cannot be written to")
    mine = await wrote(ada, ben)
    await refused(ben, "kept", "one message until they answer")
    assert (await ada.post(f"/connections/{relationship}/removal")).status_code == 303
    await refused(ben, "kept", "nobody can write here")
    html = (await ada.get(f"/messages/{mine}")).text
    assert "stays readable" in html
    assert len(await shown(ada, mine)) == 1
    answer = await ada.post(f"/messages/to/{mem(ben)}", text="x" * 600_000)
    assert answer.status_code == 413
    for nobody in ("mem_0000000000000", "x", mine):
        for htmx in WAYS:
            answer = await ada.post(f"/messages/to/{nobody}", htmx=htmx, text="Hello")
            assert answer.status_code == 404, nobody


@pytest.mark.parametrize("how", ["removed", "suspended"])
async def test_words_typed_to_somebody_who_is_out_of_sight_by_now(enter: Enter, how: str) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    relationship = await ben.connect(ada)
    mine = await wrote(ada, ben)
    await wrote(ben, ada)
    html = (await ada.get(f"/messages/{mine}")).text
    [foot] = re.findall(r'name="foot" value="([^"]+)"', html)
    if how == "removed":
        hide = "UPDATE member SET profile_audience = 'CONNECTIONS' WHERE handle = 'ben'"
        await sql.change(hide)
        await ben.post(f"/connections/{relationship}/removal")
    else:
        await sql.change("UPDATE member SET suspended_at = $1 WHERE handle = 'ben'", clock.now())
    for htmx in WAYS:
        answer = await write(ada, ben, "Some long words", htmx=htmx, foot=foot)
        assert answer.status_code == 422
        assert "nobody can write here" in answer.text
        assert "Some long words</textarea>" in answer.text
        assert ("<!doctype" in answer.text) is not htmx
        assert f'id="{foot}"' in answer.text
        assert (await write(ada, ben, htmx=htmx)).status_code == 404
        cleo = await enter(f"cleo{htmx}".lower())
        assert (await write(cleo, ben, htmx=htmx, foot=foot)).status_code == 404
    assert len(await shown(ada, mine)) == 2


async def test_reading_both_ways(enter: Enter) -> None:
    ada, ben = await two(enter)
    mine = await wrote(ada, ben)
    theirs = await wrote(ben, ada)
    for htmx in WAYS:
        await wrote(ada, ben, f"More {htmx}")
        html = (await ben.get("/")).text
        assert badge(html)
        html = (await ben.get(f"/messages/{theirs}")).text
        assert badge(html), "looking is no writing"
        [last] = re.findall(r'name="upTo" value="(msg_\w+)"', html)
        assert last == (await shown(ben, theirs))[-1]
        await wrote(ada, ben, f"Meanwhile {htmx}")
        answer = await ben.post(f"/messages/{theirs}/reading", htmx=htmx, upTo=last)
        html = answer.text if htmx else await ben.follow(answer)
        assert badge(html) == "1", "what came meanwhile is not read"
        if htmx:
            assert f"#reading-{theirs}" in targets(html)
            assert f"#conversation-{theirs}" in targets(html)
        assert (await ben.post(f"/messages/{theirs}/reading")).status_code == 303
        assert badge((await ben.get("/")).text) == ""
    assert "receipt" not in (await ada.get(f"/messages/{mine}")).text, "neither shows it"


async def test_receipts_only_where_both_show_them(enter: Enter) -> None:
    ada, ben = await two(enter)
    mine = await wrote(ada, ben)
    theirs = await wrote(ben, ada)
    for who, expected in ((ada, False), (ben, True)):
        assert (await who.post("/settings/messages", showsReading="on")).status_code == 303
        await wrote(ada, ben)
        assert (await ben.post(f"/messages/{theirs}/reading")).status_code == 303
        html = (await ada.get(f"/messages/{mine}")).text
        assert ('class="receipt"' in html) is expected
    await wrote(ada, ben, "Not read yet")
    assert 'class="receipt"' not in (await ada.get(f"/messages/{mine}")).text


async def test_paging_back(enter: Enter) -> None:
    ada, ben = await two(enter)
    clock.advance(days=4)
    mine = await wrote(ada, ben, "Message 0.")
    await wrote(ben, ada, "Message 1.")
    for number in range(2, 70):
        if number in (20, 50):
            clock.advance(days=1)
        await wrote(ada, ben, f"Message {number}.")
    html = (await ada.get(f"/messages/{mine}")).text
    seen = re.findall(SAID, html)
    assert seen == [str(n) for n in range(40, 70)]
    assert re.findall(r"<h2>([^<]+)</h2></li>", html) == ["Yesterday", "Today"]
    while found := re.search(
        r'href="([^"]+)" hx-get="[^"]+" hx-swap="none" hx-trigger="click', html
    ):
        address = found[1]
        whole = (await ada.get(address)).text
        assert "To the newest messages" in whole
        html = (await ada.get(address, htmx=True)).text
        assert "<!doctype" not in html
        assert re.findall(SAID, whole) == re.findall(SAID, html)
        seen = re.findall(SAID, html) + seen
        # The day the older ones end on loses its name where the newer ones begin.
        assert targets(html)[0].startswith(f"#day-{mine}-")
        assert targets(html)[1:] == [f"#earlier-{mine}", f"#messages-{mine}"]
    assert seen == [str(n) for n in range(70)]
    assert "begins" in html


async def test_editing_both_ways(enter: Enter) -> None:
    ada, ben = await two(enter)
    mine = await wrote(ada, ben, "Hello")
    theirs = await wrote(ben, ada)
    [message, answered] = await shown(ada, mine)
    url = f"/messages/{mine}/{message}/edit"
    assert url in (await ada.get(f"/messages/{mine}")).text
    for htmx in WAYS:
        form = await ada.get(url, htmx=htmx)
        assert re.search(r"<textarea[^>]*>\s*Hello", form.text)
        answer = await ada.post(url, htmx=htmx, text=f"Hello <i>{htmx}</i>")
        html = answer.text if htmx else await ada.follow(answer)
        assert f"Hello &lt;i&gt;{htmx}&lt;/i&gt;" in html
        assert ">Edited<" in html
        for text in ("", "x" * 100_000, "a\x00b"):
            answer = await ada.post(url, htmx=htmx, text=text)
            assert answer.status_code == 422
            assert 'role="alert"' in answer.text
            assert text.replace("\x00", "")[:50] in answer.text.replace("\x00", "")
    cancelled = await ada.get(f"{url}?cancel=1", htmx=True)
    assert MESSAGE.findall(cancelled.text) == [message]
    assert "Hello &lt;i&gt;True" in (await ben.get(f"/messages/{theirs}")).text
    for who, where in (
        (ada, f"{mine}/{answered}"),
        (ben, f"{theirs}/{message}"),
        (ada, f"x/{message}"),
    ):
        assert (await who.get(f"/messages/{where}/edit")).status_code == 404
        assert (await who.post(f"/messages/{where}/edit", text="x")).status_code == 404
    clock.advance(minutes=6)
    assert url not in (await ada.get(f"/messages/{mine}")).text
    answer = await ada.post(url, htmx=True, text="Too late")
    assert answer.status_code == 422
    assert "can be changed for 5 minutes" in answer.text
    assert "Too late</textarea>" in answer.text


async def test_deleting_for_oneself(enter: Enter) -> None:
    ada, ben = await two(enter)
    mine = await wrote(ada, ben, "One")
    theirs = await wrote(ben, ada, "Two")
    await wrote(ada, ben, "Three")
    first, second, third = await shown(ada, mine)
    answer = await ada.post(f"/messages/{mine}/{third}/deletion", htmx=True)
    assert f"#message-{third}" in targets(answer.text)
    assert "Two" in answer.text, "the row says what is the newest now"
    answer = await ada.post(f"/messages/{mine}/{second}/deletion")
    assert "Deleted for you." in await ada.follow(answer)
    assert await shown(ada, mine) == [first]
    assert len(await shown(ben, theirs)) == 3
    answer = await ada.post(f"/messages/{mine}/deletion")
    assert "Deleted for you. The other keeps it." in await ada.follow(answer)
    assert await rows(ada) == []
    assert len(await shown(ben, theirs)) == 3
    await wrote(ben, ada, "Four")
    assert await rows(ada) == [mine]
    assert len(await shown(ada, mine)) == 1
    for nothing in ("msg_0000000000000", "x"):
        for htmx in WAYS:
            answer = await ada.post(f"/messages/{mine}/{nothing}/deletion", htmx=htmx)
            assert answer.status_code == (422 if htmx else 303)


async def test_nothing_is_a_strangers(enter: Enter) -> None:
    ada, ben = await two(enter)
    cleo, visitor = await enter("cleo"), await enter(None)
    mine = await wrote(ada, ben, "A secret word")
    theirs = await wrote(ben, ada)
    [message, _] = await shown(ada, mine)
    for who, key in ((cleo, mine), (ben, mine), (ada, theirs), (cleo, "x")):
        assert (await who.get(f"/messages/{key}")).status_code == 404
        assert (await who.get(f"/messages/{key}", htmx=True)).status_code == 404
        assert (await who.get(f"/messages?search=secret&in={key}")).status_code == 404
        assert (await who.get(f"/messages/{key}/{message}/edit")).status_code == 404
        for path in ("mute", "archive", "acceptance", "ignoring", "reading"):
            answer = await who.post(f"/messages/{key}/{path}", htmx=True)
            assert answer.status_code in (404, 422), path
            assert "secret" not in answer.text
    assert "secret" not in (await cleo.get("/messages?search=secret")).text.replace(
        'value="secret"', ""
    )
    for path in (
        "/messages",
        f"/messages/{mine}",
        f"/messages/to/{mem(ben)}",
        "/settings/messages",
    ):
        answer = await visitor.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    assert (await sql.row("SELECT count(*) AS n FROM message"))["n"] == 2  # type: ignore[index]
