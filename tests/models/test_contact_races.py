"""Acts on a contact book at once on PostgreSQL: exactly one outcome, and all rules hold."""

import asyncio
from collections.abc import Awaitable

import pytest

from models import contact, contact_note, relationship, sql, tag
from models.contact_note import ContactNoteKind
from models.problem import Code
from tests.models.acts import code_of, connect, tie
from tests.people import check_invariants, people

pytestmark = [pytest.mark.only_engine("postgres"), pytest.mark.usefixtures("database")]
ROUNDS = 25


async def race(*acts: Awaitable[object]) -> list[str]:
    return await asyncio.gather(*(code_of(act) for act in acts))


async def number(query: str, *values: object) -> int:
    row = await sql.row(query, *values)
    assert row is not None
    return int(next(iter(row.values())))


async def test_two_tags_of_one_name() -> None:
    [ada] = await people("ada")
    for turn in range(ROUNDS):
        codes = await race(*(tag.create(ada, f"{word} {turn}") for word in ("One", "ONE", "öne")))
        assert sorted(codes) == ["OK", "TAKEN", "TAKEN"]
    assert await number("SELECT count(*) FROM tag") == ROUNDS


async def test_the_last_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag, "MOST_TAGS", 3)
    [ada] = await people("ada")
    codes = await race(*(tag.create(ada, f"tag {n}") for n in range(10)))
    assert sorted(codes) == ["OK"] * 3 + ["TOO_MANY"] * 7


async def test_the_last_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_note, "MOST_NOTES", 3)
    ada, ben = await people("ada", "ben")
    await connect(ada, ben)
    side = await tie(ada, ben)
    kind = ContactNoteKind.MET
    codes = await race(*(contact_note.add(ada, side, kind, "", "", None) for _ in range(10)))
    assert sorted(codes) == ["OK"] * 3 + ["TOO_MANY"] * 7


async def test_a_tag_is_deleted_while_it_is_put_on() -> None:
    ada, ben = await people("ada", "ben")
    await connect(ada, ben)
    side = await tie(ada, ben)
    for turn in range(ROUNDS):
        key = (await tag.create(ada, f"tag {turn}"))["id"]
        codes = await race(tag.put_on(ada, [side], [key]), tag.delete(ada, key))
        assert codes[1] == "OK"
        assert codes[0] in ("OK", Code.NOT_FOUND)
        assert await number("SELECT count(*) FROM relationship_tag") == 0


async def test_an_entry_while_the_connection_ends() -> None:
    """Both happen: what one writes down stays with the side, which stays."""
    ada, ben = await people("ada", "ben")
    await connect(ada, ben)
    side, other = await tie(ada, ben), await tie(ben, ada)
    for turn in range(ROUNDS):
        codes = await race(
            contact_note.add(ada, side, ContactNoteKind.MET, "", "", None),
            relationship.remove(ben, other),
            contact.mute(ada, [side], muted=bool(turn % 2)),
        )
        assert codes == ["OK", "OK", "OK"]
        await relationship.undo_remove(ben, other)
    assert await number("SELECT count(*) FROM contact_note") == ROUNDS
    await check_invariants()


async def test_both_sides_remove_many_at_once() -> None:
    """Five friends, each of whom removes all the others, tags them and takes it back."""
    group = await people(*(f"member-{n}" for n in range(5)))
    sides: dict[int, list[int]] = {who: [] for who in group}
    for place, one in enumerate(group):
        for two in group[place + 1 :]:
            await connect(one, two)
            sides[one].append(await tie(one, two))
            sides[two].append(await tie(two, one))
    words = {who: (await tag.create(who, "friends"))["id"] for who in group}
    for _ in range(6):
        codes = await race(
            *(contact.remove(who, sides[who]) for who in group),
            *(tag.put_on(who, sides[who], [words[who]]) for who in group),
        )
        assert set(codes) == {"OK"}
        assert await number("SELECT count(*) FROM relationship WHERE ended_at IS NULL") == 0
        await check_invariants()
        own = {
            who: [
                row["id"]
                for row in await sql.rows(
                    "SELECT id FROM relationship WHERE owner_id = $1 AND ended_by_id = $1", who
                )
            ]
            for who in group
        }
        codes = await race(*(contact.undo_remove(who, own[who]) for who in group if own[who]))
        assert set(codes) == {"OK"}
        assert await number("SELECT count(*) FROM relationship WHERE ended_at IS NOT NULL") == 0
        await check_invariants()
