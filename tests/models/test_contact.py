"""The contact book: what a member keeps about a connection, for themself alone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from models import clock, contact, contact_list, contact_note, meeting_code, relationship, sql, tag
from models import request as requests
from models.contact_note import MOST_NOTES, ContactNoteKind
from models.meeting import Meeting
from models.problem import Code, Problems
from models.request import Basis
from models.sending import send
from models.settings import settings
from tests.models.acts import NOON, connect, refused, tie
from tests.people import check_invariants, people

NOTE, MET, CONTACTED = ContactNoteKind


@pytest.fixture
async def pair(database: str) -> tuple[int, int, int]:
    """Ada, Ben, and Ada's side."""
    clock.freeze(NOON)
    ada, ben = await people("ada", "ben")
    await connect(ada, ben)
    return ada, ben, await tie(ada, ben)


async def book(owner: int, side: int) -> sql.Row:
    return (await contact_list.own_by_ids(owner, [side]))[side]


async def test_how_they_met_comes_from_the_request_until_it_is_written(
    pair: tuple[int, int, int],
) -> None:
    ada, _, side = pair
    await sql.change(
        "UPDATE connection_request SET met_event = 'Expo', met_place = 'Porto', met_on = '2026-02'"
    )
    row = await book(ada, side)
    assert (row["met_event"], row["met_place"], row["met_on"]) == ("Expo", "Porto", "2026-02")
    assert row["how_met"] == ""
    await contact.update(ada, side, {"how_met": "By the stairs.\nTwice.", "met_place": ""})
    row = await book(ada, side)
    assert row["how_met"] == "By the stairs.\nTwice."
    assert row["met_place"] == "", "taken away, it does not come back from the request"
    assert (row["met_event"], row["met_on"]) == ("Expo", "2026-02"), "what was left out stays"


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"how_met": "x" * 501}, "howMet", Code.TOO_LONG),
        ({"met_event": "x" * 121}, "metEvent", Code.TOO_LONG),
        ({"met_place": "a\nb"}, "metPlace", Code.TEXT_INVALID),
        ({"met_place": "a\u202eb"}, "metPlace", Code.TEXT_INVALID),
        ({"met_on": "soon"}, "metOn", Code.INVALID),
        ({"met_on": "2026-13"}, "metOn", Code.INVALID),
        ({"met_on": "2025-02-29"}, "metOn", Code.INVALID),
        ({"met_on": "2026-03-04"}, "metOn", Code.INVALID),
        ({"met_on": "1899"}, "metOn", Code.INVALID),
        ({"met_on": "٢٠٢٥"}, "metOn", Code.INVALID),
    ],
)
async def test_bad_input_is_named_by_its_field(
    pair: tuple[int, int, int], changes: dict[str, str], field: str, code: Code
) -> None:
    ada, _, side = pair
    with pytest.raises(Problems) as info:
        await contact.update(ada, side, changes)
    assert [(p.field, p.code) for p in info.value.problems] == [((field,), code)]
    assert not (await book(ada, side))["met_on"]


@pytest.mark.parametrize("day", ["2026-03-02", "2026-03", "2026", "2024-02-29"])
async def test_a_date_may_be_of_today_anywhere(pair: tuple[int, int, int], day: str) -> None:
    ada, _, side = pair
    await contact.update(ada, side, {"met_on": day})
    assert (await book(ada, side))["met_on"] == day


async def test_a_side_is_its_owners(pair: tuple[int, int, int]) -> None:
    ada, ben, side = pair
    with refused(Code.NOT_FOUND):
        await contact.update(ben, side, {"how_met": "x"})
    with refused(Code.NOT_FOUND):
        await contact_note.add(ben, side, NOTE, "x", "", None)
    with refused(Code.NOT_FOUND):
        await contact.mute(ben, [side], muted=True)
    with refused(Code.NOT_FOUND):
        await contact.remove(ben, [side])
    row = await contact_note.add(ada, side, NOTE, "mine", "", None)
    for act in (contact_note.update(ben, row["id"], text="x"), contact_note.remove(ben, row["id"])):
        with refused(Code.NOT_FOUND):
            await act
    assert await contact_note.by_ids(ben, [row["id"]]) == {}
    assert (await contact_note.of(ben, side, 5, None)).rows == []


async def test_nobody_is_through_whom_the_two_met_themselves(pair: tuple[int, int, int]) -> None:
    ada, ben, side = pair
    for who in (ada, ben):
        with refused(Code.INVALID):
            await contact.update(ada, side, {"through_id": who})


async def test_the_log(pair: tuple[int, int, int]) -> None:
    ada, _, side = pair
    first = await contact_note.add(ada, side, NOTE, "A thought", "", None)
    met = await contact_note.add(ada, side, MET, "", "Porto", NOON - timedelta(days=3))
    clock.advance(hours=1)
    await contact_note.add(ada, side, CONTACTED, "Wrote\nto her", "", None)
    page = await contact_note.of(ada, side, 2, None)
    assert [row["kind"] for row in page.rows] == ["CONTACTED", "NOTE"]
    assert page.more
    rest = await contact_note.of(ada, side, 2, contact_note.cursor(page.rows[-1]))
    assert [row["id"] for row in rest.rows] == [met["id"]]
    changed = await contact_note.update(ada, met["id"], text="At the bridge")
    assert (changed["text"], changed["place"], changed["kind"]) == ("At the bridge", "Porto", "MET")
    with pytest.raises(Problems):
        await contact_note.update(ada, first["id"], text=" ")
    await contact_note.remove(ada, first["id"])
    with refused(Code.NOT_FOUND):
        await contact_note.remove(ada, first["id"])


async def test_bad_entries(pair: tuple[int, int, int]) -> None:
    ada, _, side = pair
    for text, place, at, field in (
        ("", "", None, "text"),
        ("x" * 2001, "", None, "text"),
        ("a\x00b", "", None, "text"),
        ("x", "y" * 121, None, "place"),
        ("x", "", NOON + timedelta(seconds=1), "happenedAt"),
        ("x", "", datetime(1969, 12, 31, tzinfo=UTC), "happenedAt"),
        ("x", "", datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), "happenedAt"),
        ("x", "", datetime.min.replace(tzinfo=timezone(timedelta(hours=12))), "happenedAt"),
    ):
        with pytest.raises(Problems) as info:
            await contact_note.add(ada, side, NOTE, text, place, at)
        assert [p.field for p in info.value.problems] == [(field,)]


async def test_a_moment_without_a_zone_is_utc(pair: tuple[int, int, int]) -> None:
    ada, _, side = pair
    plain = await contact_note.add(ada, side, NOTE, "x", "", NOON.replace(hour=11, tzinfo=None))
    assert plain["happened_at"] == NOON - timedelta(hours=1)
    east = datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=2)))
    row = await contact_note.add(ada, side, NOTE, "x", "", east)
    assert row["happened_at"] == NOON - timedelta(hours=1)


async def test_a_log_has_an_end(pair: tuple[int, int, int]) -> None:
    ada, _, side = pair
    row = await contact_note.add(ada, side, NOTE, "x", "", None)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) "
    await sql.rows(
        f"{numbers}INSERT INTO contact_note (id, relationship_id, kind, text, place, happened_at, "
        "written_at) SELECT $1 - i, $3, 'NOTE', 'x', '', $4, $4 FROM n RETURNING id"
        if sql.is_sqlite()
        else "INSERT INTO contact_note (id, relationship_id, kind, text, place, happened_at, "
        "written_at) SELECT $1::bigint - i, $3, 'NOTE', 'x', '', $4, $4 "
        "FROM generate_series(1, $2::int) i RETURNING id",
        row["id"],
        MOST_NOTES - 1,
        side,
        NOON,
    )
    with refused(Code.TOO_MANY):
        await contact_note.add(ada, side, NOTE, "one more", "", None)
    await contact_note.remove(ada, row["id"])
    await contact_note.add(ada, side, NOTE, "one more", "", None)


async def test_a_contact_moves_the_last_one_forward_only(pair: tuple[int, int, int]) -> None:
    ada, ben, side = pair
    assert (await book(ada, side))["last_contact_at"] is None
    await contact_note.add(ada, side, NOTE, "only a thought", "", None)
    assert (await book(ada, side))["last_contact_at"] is None
    clock.advance(days=40)
    await contact_note.add(ada, side, MET, "", "", NOON + timedelta(days=30))
    await contact_note.add(ada, side, CONTACTED, "", "", NOON + timedelta(days=10))
    assert (await book(ada, side))["last_contact_at"] == NOON + timedelta(days=30)
    row = await contact_note.add(ada, side, MET, "", "", NOON + timedelta(days=39))
    await contact_note.remove(ada, row["id"])
    assert (await book(ada, side))["last_contact_at"] == NOON + timedelta(days=39)
    assert (await book(ben, await tie(ben, ada)))["last_contact_at"] is None


async def test_mute(pair: tuple[int, int, int]) -> None:
    ada, ben, side = pair
    assert await contact.mute(ada, [side, 5, await tie(ben, ada)], muted=True) == [side]
    assert (await book(ada, side))["muted"]
    assert not (await book(ben, await tie(ben, ada)))["muted"]
    await contact.mute(ada, [side], muted=False)
    assert not (await book(ada, side))["muted"]
    with refused(Code.TOO_MANY):
        await contact.mute(ada, list(range(101)), muted=True)


async def test_what_is_kept_outlasts_the_connection(pair: tuple[int, int, int]) -> None:
    ada, ben, side = pair
    await contact.update(ada, side, {"how_met": "Here"})
    row = await tag.create(ada, "Friends")
    await tag.put_on(ada, [side], [row["id"]])
    await contact_note.add(ada, side, NOTE, "x", "", None)
    await relationship.remove(ben, await tie(ben, ada))
    await contact_note.add(ada, side, NOTE, "still mine", "", None)
    assert (await book(ada, side))["how_met"] == "Here"
    assert len((await contact_note.of(ada, side, 5, None)).rows) == 2
    clock.advance(days=settings().removal_cooldown_days + 1)
    again = await send(ben, ada, requests.Basis.OTHER, None, None)
    await requests.accept(ada, again["id"])
    assert await tie(ada, ben) == side
    assert (await book(ada, side))["how_met"] == "Here"
    assert [each["name"] for each in (await tag.on(ada, [side]))[side]] == ["Friends"]


async def test_removing_several_and_taking_it_back(database: str) -> None:
    clock.freeze(NOON)
    ada, *others = await people("ada", "ben", "cleo", "dora")
    for other in others:
        await connect(ada, other)
    sides = [await tie(ada, other) for other in others]
    dora = await tie(others[2], ada)
    await relationship.remove(others[2], dora)
    assert sorted(await contact.remove(ada, sides)) == sorted(sides[:2])
    await check_invariants()
    assert (await contact_list.count(ada, contact_list.EVERYBODY)) == 0
    with refused(Code.NOT_FOUND) as [*_]:
        await contact.undo_remove(ada, sides)
    assert (await contact_list.count(ada, contact_list.EVERYBODY)) == 0, "all or none"
    await contact.undo_remove(ada, sides[:2])
    assert (await contact_list.count(ada, contact_list.EVERYBODY)) == 2
    await check_invariants()
    await contact.remove(ada, sides[:2])
    clock.advance(minutes=settings().undo_minutes, seconds=1)
    with refused(Code.TOO_LATE) as caught:
        await contact.undo_remove(ada, sides[:2])
    assert caught[0].field == ("relationshipIds",)
    await check_invariants()


async def met_in(owner: int, other: int) -> tuple[str, str, str | None]:
    row = await book(owner, await tie(owner, other))
    return row["met_event"], row["met_place"], row["met_on"]


async def test_who_asks_back_keeps_where_they_met(database: str) -> None:
    """Words of either stay with the one who said them: the request has the other's."""
    clock.freeze(NOON)
    for number, (said, theirs, mine) in enumerate(
        [
            (Meeting(), ("Expo", "Porto", None), ("Expo", "Porto", None)),
            (
                Meeting(event="Bridge Days", place="Graz", on="2026-02-28"),
                ("Expo", "Porto", None),
                ("Bridge Days", "Graz", "2026-02-28"),
            ),
            (Meeting(on="2026-02-28"), ("Expo", "Porto", None), ("Expo", "Porto", "2026-02-28")),
            (Meeting(place="Graz"), ("", "", None), ("", "Graz", None)),
        ]
    ):
        ada, ben = await people(f"ada{number}", f"ben{number}")
        await send(ben, ada, Basis.MET_IN_PERSON, None, met=Meeting(None, *theirs))
        await send(ada, ben, Basis.MET_IN_PERSON, None, met=said)
        assert await met_in(ada, ben) == mine
        assert await met_in(ben, ada) == theirs, "of the other's words nothing is written here"
        # Asking back once more, later: what is written stays.
        await relationship.remove(ada, await tie(ada, ben))
        clock.advance(days=100)
        await send(ben, ada, Basis.MET_IN_PERSON, None, met=Meeting(None, "Late", "Oslo"))
        await send(ada, ben, Basis.MET_IN_PERSON, None, met=Meeting(event="Never"))
        assert (await met_in(ada, ben))[0] == (mine[0] if any(said) else "Never")


async def test_asking_back_with_a_code_keeps_what_the_code_says(database: str) -> None:
    clock.freeze(NOON)
    ada, ben = await people("ada", "ben")
    await send(ben, ada, Basis.OTHER, None)
    code = meeting_code.text_of((await meeting_code.show(ben, "Bridge Days", "Graz"))["id"])
    met = Meeting(code, "My words", "Elsewhere", "2026-02-28")
    await send(ada, ben, Basis.MET_IN_PERSON, None, met=met)
    assert await met_in(ada, ben) == ("Bridge Days", "Graz", "2026-02-28")
    assert await met_in(ben, ada) == ("", "", None)
