"""Contact data shared person by person: in force with the connection it came with."""

import asyncio

import pytest

from models import (
    clock,
    contact_share,
    ids,
    profile_entry,
    profile_words,
    relationship,
    sender,
    sql,
    sweeper,
)
from models import request as requests
from models.problem import Code
from models.profile_entry import EntryKind
from models.profile_words import ContactKind
from models.request import Basis, DeclineReason
from models.sending import send
from tests.models.acts import NOON, ask, days, refused, tie
from tests.people import check_invariants, people

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _noon() -> None:
    clock.freeze(NOON)


async def entry(owner: int, number: int = 1) -> int:
    """A contact detail of the owner's, which its audience shows to nobody."""
    said = profile_words.contact(ContactKind.PHONE, f"+46 90 {number:03}", "Work")
    return await profile_entry.add(owner, EntryKind.CONTACT, said)


async def has(other: int, owner: int, *entries: int) -> bool:
    """Whether the other has all of these because the owner shares them."""
    rows = await sql.rows(
        f"SELECT e.id FROM profile_entry e WHERE e.id {sql.among(1)} AND "
        + contact_share.shared_with("e.id", "$2", "$3"),
        list(entries),
        owner,
        other,
    )
    return len(rows) == len(entries)


async def share_asking(one: int, two: int, *entries: int) -> int:
    """Ask to connect, sharing; the request's key."""
    return int((await send(one, two, Basis.OTHER, None, shares=entries))["id"])


async def test_both_sides_share_with_a_connection() -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    adas, graces = await entry(ada), await entry(grace)
    key = await share_asking(ada, grace, adas)
    assert not await has(grace, ada, adas)  # nothing opens before acceptance
    await requests.accept(grace, key, [graces])
    assert await has(grace, ada, adas)
    assert await has(ada, grace, graces)
    assert not await has(ida, ada, adas)
    assert not await has(ada, ida, adas)
    await check_invariants()


async def test_asking_back_shares_as_well() -> None:
    ada, grace = await people("ada", "grace")
    adas, graces = await entry(ada), await entry(grace)
    await share_asking(ada, grace, adas)
    await share_asking(grace, ada, graces)
    assert await has(grace, ada, adas)
    assert await has(ada, grace, graces)


@pytest.mark.parametrize("how", ["withdrawn", "expired", "declined", "ignored"])
async def test_a_request_that_connects_nobody_opens_nothing(how: str) -> None:
    ada, grace = await people("ada", "grace")
    adas = await entry(ada)
    key = await share_asking(ada, grace, adas)
    match how:
        case "withdrawn":
            await sender.withdraw(ada, key)
        case "expired":
            clock.advance(days=180)
            await sweeper.sweep()
        case "declined":
            await requests.decline(grace, key, DeclineReason.OTHER, tell=True)
            clock.advance(minutes=10)
            await sweeper.sweep()
        case "ignored":
            await requests.ignore(grace, key)
    assert not await has(grace, ada, adas)
    # And a connection that comes later, by another request, does not bring it back.
    if how == "ignored":
        await sender.withdraw(ada, key)
    await requests.accept(ada, await ask(grace, ada))
    assert not await has(grace, ada, adas)


async def test_an_end_closes_it_and_an_undo_restores_it() -> None:
    ada, grace = await people("ada", "grace")
    adas = await entry(ada)
    await requests.accept(grace, await share_asking(ada, grace, adas))
    await relationship.remove(grace, await tie(grace, ada))
    assert not await has(grace, ada, adas)
    # A new request that shares, and is withdrawn, takes nothing from what an undo restores.
    await sender.withdraw(grace, await share_asking(grace, ada))
    await relationship.undo_remove(grace, await tie(grace, ada))
    assert await has(grace, ada, adas)


async def test_a_fresh_connection_begins_with_what_it_came_with() -> None:
    ada, grace = await people("ada", "grace")
    first, second = await entry(ada, 1), await entry(ada, 2)
    await requests.accept(grace, await share_asking(ada, grace, first))
    await relationship.remove(grace, await tie(grace, ada))
    clock.advance(days=91)
    await requests.accept(grace, await share_asking(ada, grace, second))
    assert await has(grace, ada, second)
    assert not await has(grace, ada, first)


async def test_changing_and_withdrawing() -> None:
    ada, grace = await people("ada", "grace")
    first, second = await entry(ada, 1), await entry(ada, 2)
    await requests.accept(grace, await share_asking(ada, grace, first))
    side = await tie(ada, grace)
    clock.advance(days=1)
    await contact_share.set_shares(ada, side, [first, second])
    given = (await contact_share.given_in(ada, [side]))[side]
    assert [(row["entry_id"], row["shared_at"]) for row in given] == [
        (first, NOON),
        (second, NOON + days(1)),
    ]
    await contact_share.set_shares(ada, side, [second])
    assert not await has(grace, ada, first)
    assert await has(grace, ada, second)
    await contact_share.set_shares(ada, side, [])
    assert not await has(grace, ada, second)
    await relationship.remove(ada, side)
    with refused(Code.NOT_FOUND) as caught:
        await contact_share.set_shares(ada, side, [second])
    assert caught[0].field == ("relationshipId",)


async def test_only_the_owners_own_contact_data() -> None:
    """Another's, what is no contact data, and what is not there are one refusal."""
    ada, grace, ida = await people("ada", "grace", "ida")
    adas, graces = await entry(ada), await entry(grace)
    skill = await profile_entry.add(ada, EntryKind.SKILL, profile_words.skill("Surveying"))
    messages = set()
    for wrong in (graces, skill, 0, ids.new_id()):
        with refused(Code.NOT_FOUND) as caught:
            await share_asking(ada, ida, adas, wrong)
        assert caught[0].field == ("shareContactIds",)
        messages.add(caught[0].message)
    assert len(messages) == 1
    key = await ask(ida, ada)
    with refused(Code.NOT_FOUND):
        await requests.accept(ada, key, [graces])
    await requests.accept(ada, key)  # nothing had happened
    with refused(Code.NOT_FOUND):
        await contact_share.set_shares(ada, await tie(ada, ida), [graces])
    with refused(Code.NOT_FOUND):  # nor somebody else's side
        await contact_share.set_shares(ida, await tie(ada, ida), [])


async def test_what_is_deleted_is_shared_no_more() -> None:
    ada, grace = await people("ada", "grace")
    adas = await entry(ada)
    await requests.accept(grace, await share_asking(ada, grace, adas))
    await profile_entry.remove(ada, EntryKind.CONTACT, adas)
    assert await contact_share.given_in(ada, [await tie(ada, grace)]) == {}


async def test_a_repeated_acceptance_changes_nothing() -> None:
    ada, grace = await people("ada", "grace")
    graces = await entry(grace)
    key = await ask(ada, grace)
    await requests.accept(grace, key)
    await requests.accept(grace, key, [graces])
    assert not await has(ada, grace, graces)


async def test_purge_keeps_what_may_still_open() -> None:
    members = await people("ada", "grace", "ida", "jon", "kim")
    ada, grace, ida, jon, kim = members
    adas = await entry(ada)
    await requests.accept(grace, await share_asking(ada, grace, adas))
    await share_asking(ada, ida, adas)  # open
    await sender.withdraw(ada, await share_asking(ada, jon, adas))
    await requests.accept(kim, await share_asking(ada, kim, adas))
    await relationship.remove(kim, await tie(kim, ada))
    await sweeper.purge()
    assert await holders() == sorted([grace, ida, kim])  # the last could still be undone
    clock.advance(minutes=11)
    await sweeper.purge()
    assert await holders() == sorted([grace, ida])


async def holders() -> list[int]:
    return [r["other_id"] for r in await sql.rows("SELECT other_id FROM contact_share ORDER BY 1")]


async def test_two_changes_at_once() -> None:
    """The last one holds, whole; never a mixture."""
    ada, grace = await people("ada", "grace")
    entries = [await entry(ada, n) for n in range(4)]
    await requests.accept(grace, await ask(ada, grace))
    side = await tie(ada, grace)
    sets = [entries[:2], entries[2:], [], entries]
    await asyncio.gather(*(contact_share.set_shares(ada, side, each) for each in sets * 3))
    given = await contact_share.given_in(ada, [side])
    assert [row["entry_id"] for row in given.get(side, [])] in sets


async def test_sharing_what_is_being_deleted() -> None:
    """Either the share came first and goes with the entry, or the entry is no longer there."""
    ada, *others = await people("ada", *(f"other{n}" for n in range(6)))
    for other in others:
        adas = await entry(ada, other % 900)
        sent, _ = await asyncio.gather(
            share_asking(ada, other, adas),
            profile_entry.remove(ada, EntryKind.CONTACT, adas),
            return_exceptions=True,
        )
        assert isinstance(sent, int) or getattr(sent, "code", None) == Code.NOT_FOUND, sent
    assert await holders() == []


async def test_what_comes_with_an_open_request_can_be_changed() -> None:
    ada, grace = await people("ada", "grace")
    first, second = await entry(ada, 1), await entry(ada, 2)
    key = await share_asking(ada, grace, first)
    before = await sql.rows("SELECT * FROM connection_request")
    await sender.set_shares(ada, key, [second])
    assert await sql.rows("SELECT * FROM connection_request") == before
    assert [row["entry_id"] for row in (await contact_share.offered_with(ada, [key]))[key]] == [
        second
    ]
    assert await contact_share.offered_with(grace, [key]) == {}
    for wrong in (grace, ada):
        with refused(Code.NOT_FOUND):
            await sender.set_shares(wrong, key, [first] if wrong == grace else [ids.new_id()])
    await requests.accept(grace, key)
    assert await has(grace, ada, second)
    assert not await has(grace, ada, first)
    with refused(Code.NOT_OPEN):
        await sender.set_shares(ada, key, [first])


async def test_a_change_and_an_acceptance_at_once() -> None:
    """What is shared is what was chosen before, or after, and the answer says which."""
    ada, *others = await people("ada", *(f"other{n}" for n in range(6)))
    first, second = await entry(ada, 1), await entry(ada, 2)
    for other in others:
        key = await share_asking(ada, other, first)
        changed, _ = await asyncio.gather(
            sender.set_shares(ada, key, [second]),
            requests.accept(other, key),
            return_exceptions=True,
        )
        late = isinstance(changed, Exception)
        assert not late or getattr(changed, "code", None) == Code.NOT_OPEN
        assert await has(other, ada, first if late else second)
        assert not await has(other, ada, second if late else first)
