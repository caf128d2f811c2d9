"""Tags: named once each, put on connections, and what they open."""

import pytest

from models import ids, sql, tag
from models.audience import FieldAudience
from models.directory import Wants, by_ids
from models.problem import Code, Problem
from tests.models.acts import connect, refused, tie
from tests.people import people


@pytest.fixture
async def ada(database: str) -> int:
    [ada, ben, cleo] = await people("ada", "ben", "cleo")
    await connect(ada, ben)
    await connect(ada, cleo)
    return ada


async def other(handle: str) -> int:
    row = await sql.row("SELECT id FROM member WHERE handle = $1", handle)
    assert row is not None
    return int(row["id"])


@pytest.mark.parametrize("twin", ["Émigrés", "emigres", "  ÉMIGRÉS "])
async def test_a_name_is_used_once(ada: int, twin: str) -> None:
    await tag.create(ada, "émigrés")
    with refused(Code.TAKEN):
        await tag.create(ada, twin)
    other_row = await tag.create(ada, "Others")
    with refused(Code.TAKEN):
        await tag.rename(ada, other_row["id"], twin)
    assert (await tag.rename(ada, other_row["id"], "OTHERS"))["name"] == "OTHERS"
    await tag.create(await other("ben"), twin)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 41, "a\nb", "a\u202eb"])
async def test_bad_names(ada: int, name: str) -> None:
    with pytest.raises(Problem) as info:
        await tag.create(ada, name)
    assert info.value.field == ("name",)


async def test_a_name_of_marks_alone_has_a_key(ada: int) -> None:
    row = await tag.create(ada, "´")
    assert row["key"]


async def test_there_is_an_end_of_tags(ada: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag, "MOST_TAGS", 2)
    first = await tag.create(ada, "one")
    await tag.create(ada, "two")
    with refused(Code.TOO_MANY):
        await tag.create(ada, "three")
    await tag.delete(ada, first["id"])
    await tag.create(ada, "three")


async def test_on_and_off(ada: int) -> None:
    ben, cleo = [await tie(ada, await other(name)) for name in ("ben", "cleo")]
    foreign = await tie(await other("ben"), ada)
    one, two = [(await tag.create(ada, name))["id"] for name in ("one", "two")]
    assert sorted(await tag.put_on(ada, [ben, cleo, foreign, 7], [one, two])) == sorted([ben, cleo])
    await tag.put_on(ada, [ben], [one])
    assert [(t["name"], t["connections"]) for t in await tag.of(ada)] == [("one", 2), ("two", 2)]
    await tag.take_off(ada, [ben], [two])
    found = await tag.on(ada, [ben, cleo])
    assert [row["name"] for row in found[ben]] == ["one"]
    assert [row["name"] for row in found[cleo]] == ["one", "two"]
    assert await tag.on(await other("ben"), [ben]) == {ben: []}
    assert (await sql.row("SELECT count(*) AS n FROM relationship_tag"))["n"] == 3  # type: ignore[index]


async def test_foreign_tags_and_too_much(ada: int) -> None:
    side = await tie(ada, await other("ben"))
    foreign = (await tag.create(await other("ben"), "his"))["id"]
    own = (await tag.create(ada, "mine"))["id"]
    for tags, code in (
        ([foreign], Code.NOT_FOUND),
        ([own, foreign], Code.NOT_FOUND),
        ([0], Code.NOT_FOUND),
        ([], Code.INVALID),
        (list(range(21)), Code.INVALID),
    ):
        with refused(code):
            await tag.put_on(ada, [side], tags)
    for act in (tag.rename(ada, foreign, "x"), tag.delete(ada, foreign)):
        with refused(Code.NOT_FOUND):
            await act
    with refused(Code.TOO_MANY):
        await tag.put_on(ada, list(range(101)), [own])
    with refused(Code.NOT_FOUND):
        await tag.put_on(ada, [], [own])
    assert await tag.on(ada, [side]) == {side: []}


async def test_deleting_a_tag_narrows_what_it_opened(ada: int) -> None:
    ben, cleo = await other("ben"), await other("cleo")
    row = await tag.create(ada, "Trusted")
    await tag.put_on(ada, [await tie(ada, ben)], [row["id"]])
    await sql.change(
        "UPDATE member SET organisation = 'Larch', organisation_audience = $2 WHERE id = $1",
        ada,
        int(FieldAudience.TAGS),
    )
    await sql.change(
        "INSERT INTO audience_tag (id, owner_id, subject_id, field, tag_id) "
        "VALUES ($1, $2, $2, 'organisation', $3)",
        ids.new_id(),
        ada,
        row["id"],
    )

    async def seen(who: int) -> str:
        return str((await by_ids(who, [ada], Wants()))[ada]["m_organisation"])

    assert (await seen(ben), await seen(cleo), await seen(ada)) == ("Larch", "", "Larch")
    await tag.delete(ada, row["id"])
    assert (await seen(ben), await seen(cleo), await seen(ada)) == ("", "", "Larch")
    assert await sql.rows("SELECT id FROM audience_tag") == []
    assert await sql.rows("SELECT id FROM relationship_tag") == []
