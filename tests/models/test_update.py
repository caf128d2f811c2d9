"""Updates: what may be posted, for whom, how it changes, and what it makes."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from models import (
    clock,
    event,
    member,
    notification,
    sql,
    tag,
    update_audience,
    update_list,
    update_picture,
    update_post,
    update_reply,
    update_search,
)
from models.audience import Chosen, FieldAudience
from models.directory import Wants
from models.problem import Code, Problems
from models.update import LONGEST, UpdateKind
from models.update_list import ALL
from models.update_picture import Given
from models.update_post import Draft, Edit
from tests.models.acts import SetUp, code_of, connect, refused, tie
from tests.models.counting import statements
from tests.models.posting import (
    CONNECTIONS,
    EVERYONE,
    MEMBERS,
    counts,
    posted,
    sees,
    tagged,
    who_sees,
)
from tests.people import check_invariants, people, person
from tests.pictures import bad, encoded, held_upside_down, plain

pytestmark = pytest.mark.usefixtures("database")
NEWS, READING = UpdateKind.NEWS, UpdateKind.WORTH_READING


async def told(who: int) -> list[tuple[str, str | None]]:
    """The notifications of a member about updates: of which kind, and by whom."""
    rows = (await notification.of(who, 100, None)).rows
    return [(r["kind"], r["other_name"]) for r in rows if r["kind"].startswith("UPDATE")]


async def kinds(who: int) -> list[str]:
    """The events of a member about updates."""
    return [e["kind"] for e in await event.kept(who, 100) if e["kind"].startswith("UPDATE")]


async def test_what_may_be_said() -> None:
    ada = await person("ada")
    web = "https://example.org/a?b=c"
    wrong = {
        "nothing": (Draft(NEWS, ""), Code.REQUIRED, "text"),
        "spaces": (Draft(NEWS, " \n\t \u200b"), Code.REQUIRED, "text"),
        "too long": (Draft(NEWS, "x" * (LONGEST + 1)), Code.TOO_LONG, "text"),
        "100 kB": (Draft(NEWS, "ä" * 50_000), Code.TOO_LONG, "text"),
        "nul": (Draft(NEWS, "a\x00b"), Code.TEXT_INVALID, "text"),
        "controls": (Draft(NEWS, "a\x1b[31mb"), Code.TEXT_INVALID, "text"),
        "a lone surrogate": (Draft(NEWS, "a\ud800"), Code.TEXT_INVALID, "text"),
        "reordered": (Draft(NEWS, "a\u202eb"), Code.TEXT_INVALID, "text"),
        "no link to read": (Draft(READING, "Read this"), Code.REQUIRED, "link"),
        "a script": (Draft(NEWS, "x", "javascript:alert(1)"), Code.INVALID, "link"),
        "no page": (Draft(NEWS, "x", "ftp://example.org"), Code.INVALID, "link"),
        "an endless link": (Draft(NEWS, "x", web + "x" * 500), Code.TOO_LONG, "link"),
        "for oneself": (Draft(NEWS, "x", "", Chosen(FieldAudience.ONLY_ME)), Code.INVALID, None),
        "no tag": (Draft(NEWS, "x", "", tagged()), Code.REQUIRED, "audienceTagIds"),
        "nobody's tag": (Draft(NEWS, "x", "", tagged(7)), Code.NOT_FOUND, "audienceTagIds"),
        "tags for all": (Draft(NEWS, "x", "", MEMBERS._replace(tags=[7])), Code.INVALID, None),
    }
    for name, (draft, code, field) in wrong.items():
        with refused(code) as caught:
            await update_post.post(ada, draft)
        assert field is None or caught[0].field == (field,), name
    assert await sql.rows("SELECT id FROM member_update") == []
    for draft in (
        Draft(NEWS, "x" * LONGEST),
        Draft(NEWS, "", web),
        Draft(READING, "", web),
        Draft(NEWS, "one\r\n\r\ntwo  "),
    ):
        await update_post.post(ada, draft)
    newest = await update_list.of_member(ada, ada, 1, None, ALL)
    assert newest.rows[0]["up_text"] == "one\n\ntwo"
    assert await kinds(ada) == ["UPDATE_POSTED"] * 4
    await check_invariants()


async def test_who_sees_which() -> None:
    ada, ben, cleo, dan = await people("ada", "ben", "cleo", "dan")
    for other in (ben, cleo):
        await connect(ada, other)
    key = (await tag.create(ada, "Friends"))["id"]
    await tag.put_on(ada, [await tie(ada, cleo)], [key])
    viewers = (ada, cleo, ben, dan, None)
    made = {
        chosen: await posted(ada, chosen=chosen)
        for chosen in (EVERYONE, MEMBERS, CONNECTIONS, tagged(key))
    }
    found = [await who_sees(update, viewers) for update in made.values()]
    # The profile is for members: signed out nobody sees its owner, and so nothing of theirs.
    assert found == [
        [True, True, True, True, False],
        [True, True, True, True, False],
        [True, True, True, False, False],
        [True, True, False, False, False],
    ]
    sizes = [await update_audience.size(ada, chosen) for chosen in made]
    assert sizes == [3, 3, 2, 1]
    assert await update_audience.sizes(ada, list(made)) == sizes
    assert await update_audience.size(ada, tagged()) == 0
    assert await update_audience.size(ben, tagged(key)) == 0, "another's tag"
    await member.update_profile(ada, {"profile_audience": member.ProfileAudience.EVERYONE})
    assert await who_sees(made[EVERYONE], [None]) == [True]
    assert await who_sees(made[MEMBERS], [None]) == [False]
    await member.update_profile(ada, {"profile_audience": member.ProfileAudience.CONNECTIONS})
    assert await who_sees(made[EVERYONE], viewers) == [True, True, True, False, False]
    assert [await update_audience.size(ada, chosen) for chosen in made] == [2, 2, 2, 1]
    # A tag that is deleted shows it to nobody, and never to more.
    await tag.delete(ada, key)
    assert await who_sees(made[tagged(key)], viewers) == [True, False, False, False, False]
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", ada, clock.now())
    assert await who_sees(made[EVERYONE], viewers) == [False] * 5


async def test_a_day_holds_so_many(set_up: SetUp) -> None:
    set_up(updates_per_day=2, replies_per_day=2)
    clock.freeze()
    ada, ben = await people("ada", "ben")
    await connect(ada, ben)
    first = await posted(ada, "one")
    began = clock.now()
    clock.advance(hours=1)
    await posted(ada, "two")
    with refused(Code.TOO_MANY) as caught:
        await posted(ada, "three")
    assert caught[0].until == began + timedelta(days=1)
    began = clock.now()
    for text in ("a", "b"):
        await update_reply.reply(ben, first, text)
        clock.advance(minutes=1)
    with refused(Code.TOO_MANY) as caught:
        await update_reply.reply(ben, first, "c")
    assert caught[0].until == began + timedelta(days=1)
    clock.advance(hours=23)
    await posted(ada, "three")
    assert await code_of(posted(ada, "four")) == "TOO_MANY"
    clock.advance(hours=1)
    await update_reply.reply(ben, first, "c")


async def test_a_key_posts_once(set_up: SetUp) -> None:
    set_up(updates_per_day=1)
    clock.freeze()
    ada = await person("ada")
    draft = Draft(NEWS, "one", "", MEMBERS, [Given(plain("PNG", (64, 64)), "A wall")])
    first = await update_post.post(ada, draft, "k")
    again = await update_post.post(ada, draft, "k")
    assert again["up_id"] == first["up_id"]
    other = [
        draft._replace(text="two"),
        draft._replace(chosen=EVERYONE),
        draft._replace(pictures=()),
    ]
    for changed in other:
        assert await code_of(update_post.post(ada, changed, "k")) == "KEY_REUSED"
    assert await code_of(update_post.post(ada, draft, "")) == "INVALID"
    await update_post.remove(ada, first["up_id"])
    assert await code_of(update_post.post(ada, draft, "k")) == "NOT_FOUND"
    assert await kinds(ada) == ["UPDATE_POSTED"]
    clock.advance(hours=25)
    assert (await update_post.post(ada, draft, "k"))["up_id"] != first["up_id"]


async def test_editing() -> None:
    clock.freeze()
    ada, ben = await people("ada", "ben")
    await connect(ada, ben)
    keys = [(await tag.create(ada, name))["id"] for name in ("One", "Two", "Three")]
    await tag.put_on(ada, [await tie(ada, ben)], keys[1:2])
    update = await posted(ada, "Old words", MEMBERS, READING, "https://example.org/a")
    clock.advance(minutes=5)
    same = await update_post.edit(ada, update, Edit("Old words"))
    assert same["up_edited_at"] is None
    row = await update_post.edit(ada, update, Edit(text="New words"))
    assert (row["up_text"], row["up_edited_at"]) == ("New words", clock.now())
    assert await kinds(ada) == ["UPDATE_POSTED"]
    edited = row["up_edited_at"]
    clock.advance(minutes=5)
    for changes, code in (
        (Edit(link=" "), "REQUIRED"),
        (Edit(link="nowhere"), "INVALID"),
        (Edit(text="\x00"), "TEXT_INVALID"),
        (Edit(chosen=EVERYONE), "INVALID"),
        (Edit(chosen=tagged()), "REQUIRED"),
    ):
        assert await code_of(update_post.edit(ada, update, changes)) == code, changes
    assert await code_of(update_post.edit(ben, update, Edit("mine"))) == "NOT_FOUND"
    assert await code_of(update_post.edit(ada, update + 1, Edit("x"))) == "NOT_FOUND"
    # Narrower, step by step; never back, and of tags never to others.
    row = await update_post.edit(ada, update, Edit(chosen=CONNECTIONS))
    assert row["up_edited_at"] == edited, "its words are as they were"
    await update_post.edit(ada, update, Edit(chosen=tagged(*keys[:2])))
    assert await sees(ben, update)
    for wider in (CONNECTIONS, MEMBERS, tagged(*keys), tagged(keys[2])):
        assert await code_of(update_post.edit(ada, update, Edit(chosen=wider))) == "INVALID"
    await update_post.edit(ada, update, Edit(chosen=tagged(keys[0])))
    assert not await sees(ben, update)
    # What it is already can be said along with new words, also once its tags are all deleted.
    await tag.delete(ada, keys[0])
    row = await update_post.edit(ada, update, Edit("Last words", chosen=tagged()))
    assert (row["up_text"], row["up_audience"]) == ("Last words", FieldAudience.TAGS)
    assert await code_of(update_post.edit(ada, update, Edit(chosen=tagged(keys[1])))) == "INVALID"


async def test_replies_and_thanks() -> None:
    clock.freeze()
    ada, ben, cleo, dan = await people("ada", "ben", "cleo", "dan")
    for other in (ben, cleo):
        await connect(ada, other)
    update = await posted(ada)
    clock.advance(minutes=1)
    _, first = await update_reply.reply(ben, update, "Well\ndone")
    await update_reply.reply(cleo, update, "Indeed")
    await update_reply.reply(ada, update, "Thank you")
    for who in (ben, cleo, ben):
        await update_reply.thank(who, update)
    assert await counts(ada, update) == (3, 2)
    # One notification for all replies and one for all thanks, with who was last; none of one's own.
    assert sorted(await told(ada)) == [("UPDATE_REPLIED", "Cleo"), ("UPDATE_THANKED", "Cleo")]
    assert await told(ben) == await told(cleo) == []
    assert await kinds(ada) == ["UPDATE_POSTED", *["UPDATE_REPLIED"] * 3]
    assert await kinds(ben) == await kinds(cleo) == []
    rows = (await update_list.replies(cleo, update, 2, None, Wants())).rows
    assert [(r["r_text"], r["m_handle"]) for r in rows] == [
        ("Well\ndone", "ben"),
        ("Indeed", "cleo"),
    ]
    behind = update_list.reply_cursor(rows[-1])
    assert len((await update_list.replies(cleo, update, 2, behind, Wants())).rows) == 1
    assert (await update_list.replies(dan, update, 2, None, Wants())).rows == []
    thanked = (await update_list.thanked(ada, update, 10, None, Wants())).rows
    assert [r["m_handle"] for r in thanked] == ["cleo", "ben"]
    assert (await update_list.thanked(ben, update, 10, None, Wants())).rows == []
    for act, code in (
        (update_reply.reply(dan, update, "x"), "NOT_FOUND"),
        (update_reply.thank(dan, update), "NOT_FOUND"),
        (update_reply.take_back_thanks(dan, update), "NOT_FOUND"),
        (update_reply.thank(ada, update), "SELF"),
        (update_reply.reply(ben, update, "  "), "REQUIRED"),
        (update_reply.reply(ben, update, "x" * 2_001), "TOO_LONG"),
        (update_reply.reply(ben, update, "a\x07"), "TEXT_INVALID"),
        (update_reply.remove(cleo, first), "NOT_FOUND"),
        (update_reply.remove(ben, first + 10**9), "NOT_FOUND"),
    ):
        assert await code_of(act) == code
    await update_reply.take_back_thanks(ben, update)
    await update_reply.take_back_thanks(ben, update)
    await update_reply.remove(ben, first)
    # Who took theirs away is named no longer, whether they were last or not.
    assert sorted(await told(ada)) == [("UPDATE_REPLIED", "Cleo"), ("UPDATE_THANKED", "Cleo")]
    assert await code_of(update_reply.remove(ben, first)) == "NOT_FOUND"
    assert await counts(ben, update) == (2, 1)
    await update_post.remove(ada, update)
    assert await told(ada) == []
    assert await code_of(update_post.remove(ada, update)) == "NOT_FOUND"
    for table in ("update_reply", "update_thanks", "update_document", "audience_tag"):
        assert await sql.rows(f"SELECT * FROM {table}") == [], table
    await check_invariants()


async def test_what_is_said_by_those_who_hide() -> None:
    """Counted, listed and told only where the reader sees who says it."""
    ada, ben, cleo, eve = await people("ada", "ben", "cleo", "eve")
    shy = await person("shy", profile_audience="CONNECTIONS")
    await connect(shy, ben)
    update = await posted(ada, chosen=MEMBERS)
    await update_reply.reply(shy, update, "Hidden")
    await update_reply.thank(shy, update)
    await update_reply.reply(cleo, update, "Open")
    views = {who: await counts(who, update) for who in (ada, ben, cleo, eve, shy)}
    assert views == {ada: (1, 0), ben: (2, 1), cleo: (1, 0), eve: (1, 0), shy: (2, 1)}
    assert await told(ada) == [("UPDATE_REPLIED", "Cleo")]
    assert await kinds(ada) == ["UPDATE_POSTED", "UPDATE_REPLIED"]
    found = (await update_list.replies(eve, update, 10, None, Wants())).rows
    assert [row["r_text"] for row in found] == ["Open"]
    assert (await update_list.thanked(ada, update, 10, None, Wants())).rows == []
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", cleo, clock.now())
    assert await counts(ada, update) == (0, 0)


async def test_an_update_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update_reply, "MOST_REPLIES", 2)
    ada, ben = await people("ada", "ben")
    update = await posted(ada, chosen=MEMBERS)
    for text in ("one", "two"):
        await update_reply.reply(ben, update, text)
    assert await code_of(update_reply.reply(ben, update, "three")) == "TOO_MANY"


async def test_pictures(set_up: SetUp) -> None:
    ada, ben, dan = await people("ada", "ben", "dan")
    await connect(ada, ben)
    tall = encoded(Image.new("RGB", (300, 4100), "red"), "JPEG")
    given = [Given(tall, " A  pole "), Given(held_upside_down()), Given(plain("GIF", (64, 40)))]
    row = await update_post.post(ada, Draft(NEWS, "", "", CONNECTIONS, given))
    stored = await sql.rows("SELECT * FROM update_picture ORDER BY rank")
    assert [(p["width"], p["height"], p["description"]) for p in stored] == [
        (150, 2048, "A pole"), (200, 100, ""), (64, 40, ""),
    ]  # fmt: skip
    for picture in stored:
        image = Image.open(io.BytesIO(bytes(picture["image"])))
        assert (image.format, image.size) == ("WEBP", (picture["width"], picture["height"]))
        assert not dict(image.getexif())
        assert b"Secret" not in bytes(picture["image"])
    key, update = stored[0]["key"], row["up_id"]
    seen = [await update_picture.image_of(who, update, key) for who in (ada, ben, dan, None)]
    assert [image is not None for image in seen] == [True, True, False, False]
    other = await posted(ada)
    for update_key, name in ((other, key), (update, "x" * 22), (update, "a\x00"), (0, key)):
        assert await update_picture.image_of(ada, update_key, name) is None
    small = plain("PNG", (64, 64))
    set_up(update_picture_kilobytes=100)
    many = Draft(NEWS, "x", "", CONNECTIONS, [Given(small)] * 5)
    assert await code_of(update_post.post(ada, many)) == "TOO_MANY"
    files = [Given(b""), Given(b"x" * 200_000), Given(small, "x" * 501), Given(small)]
    with pytest.raises(Problems) as caught:
        await update_post.post(ada, Draft(NEWS, "x", "", CONNECTIONS, files))
    assert [(p.code, p.field) for p in caught.value.problems] == [
        (Code.IMAGE_INVALID, ("pictures", "0", "image")),
        (Code.IMAGE_INVALID, ("pictures", "1", "image")),
        (Code.TOO_LONG, ("pictures", "2", "description")),
    ]
    assert len(await sql.rows("SELECT id FROM member_update")) == 2


async def test_pictures_that_are_none() -> None:
    """Bombs, programs and damage: coded errors that name the files, and nothing is posted. What
    else no file can do, tests/models/test_avatar.py holds of the same process.
    """
    ada = await person("ada")
    files = [plain("PNG", (64, 64)), *(bad()[name] for name in ("bomb", "svg", "truncated jpeg"))]
    with pytest.raises(Problems) as caught:
        await update_post.post(ada, Draft(NEWS, "x", "", CONNECTIONS, list(map(Given, files))))
    assert [(p.code, p.field) for p in caught.value.problems] == [
        (Code.IMAGE_INVALID, ("pictures", str(n), "image")) for n in (1, 2, 3)
    ]
    assert await sql.rows("SELECT id FROM member_update") == []


async def test_search() -> None:
    ada, ben, dan = await people("ada", "ben", "dan")
    await connect(ada, ben)
    await posted(ada, "Über die Brücke: C++ and bridges", MEMBERS)
    near = await posted(ada, "A bridge for friends", CONNECTIONS)
    await posted(dan, "Nothing", MEMBERS, READING, "https://example.org/bridge-papers")

    async def found(who: int | None, query: str) -> list[str]:
        page = await update_search.search(who, query, 10, None, ALL)
        return [row["up_text"][:9] for row in page.rows]

    assert await found(ben, "bridge") == ["Nothing", "A bridge ", "Über die "]
    assert await found(dan, "bridge") == ["Nothing", "Über die "]
    assert await found(ben, "BRUCKE uber") == ["Über die "]
    assert await found(ben, "c++") == ["Über die "]
    assert await found(ben, "a br") == [], "two letters are a word, not its beginning"
    for nothing in ("", " ", "!!", "\x00", "\ud800", "'\"* OR NEAR(", "x" * 5_000):
        assert await found(ben, nothing) == [], nothing
    assert await found(None, "bridge") == []
    pages, after = [], None
    for _ in range(3):
        page = await update_search.search(ben, "bridge", 1, after, ALL)
        pages += [row["up_text"][:9] for row in page.rows]
        after = update_search.cursor(page.rows[-1])
    assert pages == await found(ben, "bridge")
    await update_post.edit(ada, near, Edit("A tunnel"))
    gone = await posted(ada, "A bridge friend")
    await update_post.remove(ada, gone)
    assert await found(ben, "bridge friend") == []
    assert await found(ben, "tunnel") == ["A tunnel"]
    async with statements() as seen:
        await found(ben, "bridge")
    assert len(seen) == 1
