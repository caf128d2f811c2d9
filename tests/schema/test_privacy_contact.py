"""What a member does in their contact book changes nothing that anybody else can read."""

from typing import Any

import pytest

from models import clock, ids, sweeper
from tests.people import people
from tests.schema.acts import connect, mem
from tests.schema.booking import did, side_of, tag_named
from tests.schema.conftest import Ask
from tests.schema.test_privacy import readable

Given = dict[str, Any]
pytestmark = pytest.mark.usefixtures("unbounded")
ACTS: dict[str, list[tuple[str, Given]]] = {
    "how they met": [("updateContact", {"howMet": "x", "metPlace": "Porto", "metOn": "2025"})],
    "the log": [
        ("addContactNote", {"kind": "MET", "text": "x"}),
        ("addContactNote", {"kind": "CONTACTED"}),
        ("addContactNote", {"text": "a thought"}),
    ],
    "a reminder": [("setReminder", {"everyWeeks": 2})],
    "muting": [("muteConnections", {})],
    "a tag": [("tagConnections", {"tagIds": []})],
    "a filter": [("saveFilter", {"name": "x", "filter": {"search": "ben"}})],
}
SEVERAL = ("muteConnections", "tagConnections")


@pytest.mark.parametrize("acts", ACTS)
@pytest.mark.slow
async def test_nobody_else_reads_of_it(ask: Ask, acts: str) -> None:
    clock.freeze()
    names = ["ada", "ben", "cleo"]
    ada, ben, cleo = await people(*names)
    side = await connect(ask, ada, ben)
    await connect(ask, ben, cleo)
    bens = await side_of(ask, ben, ada)
    clock.advance(days=20)
    known = [side, bens, mem(ada), mem(ben)]
    others = (ben, cleo, None)
    before = [await readable(who, names, known) for who in others]
    own = await readable(ada, names, known)
    tag = await tag_named(ask, ada, "Friends")
    for name, given in ACTS[acts]:
        about = {"relationshipIds": [side]} if name in SEVERAL else {"relationshipId": side}
        if name == "tagConnections":
            given = {"tagIds": [tag]}
        if name == "saveFilter":
            about = {}
        await did(ask, ada, name, **about, **given)
        await sweeper.sweep()
    assert [await readable(who, names, known) for who in others] == before
    assert await readable(ada, names, known) != own
    if acts == "a reminder":
        clock.advance(days=15)
        later = [await readable(who, names, known) for who in others]
        await sweeper.sweep()
        assert "REMINDER" in (await readable(ada, names, known)).decode()
        assert [await readable(who, names, known) for who in others] == later


async def test_the_book_of_another_is_not_there(ask: Ask) -> None:
    """Ids of another's tags, entries and sides answer as those that are nobody's."""
    clock.freeze()
    ada, ben, eve = await people("ada", "ben", "eve")
    side = await connect(ask, ada, ben)
    tag = await tag_named(ask, ada, "Secret")
    await did(ask, ada, "tagConnections", relationshipIds=[side], tagIds=[tag])
    note = (await did(ask, ada, "addContactNote", relationshipId=side, text="Secret"))["note"]
    for who in (ben, eve):
        for given in (side, note["id"], tag):
            assert await ask(who, f'{{ node(id: "{given}") {{ id }} }}') == {"node": None}
        filtered = f'{{ viewer {{ contacts(filter: {{tagIds: ["{tag}"]}}) {{ totalCount }} }} }}'
        never = filtered.replace(tag, ids.encode(ids.TAG, 1))
        assert await ask(who, filtered) == await ask(who, never)
        text = (await readable(who, ["ada", "ben", "eve"], [side, note["id"]])).decode()
        assert "Secret" not in text
    assert "Secret" in (await readable(ada, ["ada", "ben", "eve"], [side, note["id"]])).decode()
