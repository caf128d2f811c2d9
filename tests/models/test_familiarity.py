"""How well a recipient seems to know a sender: the score, what keeps it true, and the order."""

import asyncio

import pytest

from models import (
    clock,
    evidence,
    evidence_words,
    familiarity,
    job,
    relationship,
    request_list,
    sql,
)
from models import request as requests
from models.audience import FieldAudience
from models.evidence import EvidenceKind
from models.paging import BadPage, encode
from models.request import Basis
from models.request_list import Familiarity
from models.sender import nudge
from models.sending import send
from models.worker import Worker
from tests import facts
from tests.models.acts import PLAIN, connect, pending, tie
from tests.models.counting import statements
from tests.people import people, person


async def ask(one: int, two: int, basis: Basis = Basis.OTHER) -> int:
    return int((await send(one, two, basis, "Hello"))["id"])


async def score(request: int) -> int:
    row = await sql.row("SELECT familiarity FROM connection_request WHERE id = $1", request)
    assert row is not None
    return int(row["familiarity"])


async def befriend(one: int, two: int, count: int) -> None:
    """Give two members mutual connections."""
    for turn in range(count):
        friend = await person(f"friend-{turn}-{one % 1000}")
        await connect(one, friend)
        await connect(friend, two)


async def test_strangers_and_claims_weigh_nothing(database: str) -> None:
    ada, ben = await people("ada", "ben")
    for basis in Basis:
        key = await ask(ada, ben, basis)
        assert await score(key) == 0, basis
        await sql.change("DELETE FROM connection_request")


async def test_each_fact_has_its_weight(database: str) -> None:
    ada, *others, hugo = await people("ada", "b", "c", "d", "e", "f", "hugo")
    worked, studied, introduced, before, stranger = others
    await facts.both_worked(ada, worked)
    school = await facts.place("ETH")
    for who in (ada, studied):
        await facts.career(who, school, 2001, 2005, kind="STUDY")
    await facts.introduction(introduced, hugo, ada, "PENDING", "FORWARDED", "PENDING")
    await connect(before, ada)
    await relationship.remove(before, await tie(before, ada))
    found = [await score(await ask(who, ada)) for who in others]
    assert found == [
        familiarity.EMPLOYER,
        familiarity.SCHOOL,
        familiarity.INTRODUCED,
        familiarity.EARLIER,
        0,
    ]
    assert await score(await ask(ada, stranger)) == 0


@pytest.mark.parametrize(("count", "points"), [(1, 10), (2, 14), (3, 18), (4, 22), (8, 30)])
async def test_mutual_connections_weigh_more_the_more_there_are(
    database: str, count: int, points: int
) -> None:
    ada, ben = await people("ada", "ben")
    await befriend(ada, ben, count)
    assert await score(await ask(ada, ben)) == points
    assert (points >= familiarity.FAMILIAR) is (count > 3)


async def test_it_ends_at_a_hundred(database: str) -> None:
    ada, ben, hugo = await people("ada", "ben", "hugo")
    await facts.both_worked(ada, ben)
    await befriend(ada, ben, 7)
    await facts.introduction(ada, hugo, ben, "PENDING", "FORWARDED", "PENDING")
    key = await ask(ada, ben)
    assert await score(key) == 100
    await facts.rewrite(key, meeting_code_id=await facts.code(ben))
    await familiarity.refresh()
    assert await score(key) == 100


async def test_it_is_the_recipients_eyes_that_count(database: str) -> None:
    """What the sender hides does not order, what only the sender hides from others neither."""
    ada, ben = await people("ada", "ben")
    mine, theirs = await facts.both_worked(ada, ben)
    hide = "UPDATE career_entry SET audience = $2 WHERE id = $1"
    await sql.change(hide, mine, int(FieldAudience.CONNECTIONS))
    assert await score(await ask(ada, ben)) == 0
    await sql.change("DELETE FROM connection_request")
    await sql.change(hide, mine, int(FieldAudience.MEMBERS))
    await sql.change(hide, theirs, int(FieldAudience.ONLY_ME))
    assert await score(await ask(ada, ben)) == familiarity.EMPLOYER


async def test_lists_that_are_hidden_do_not_order(database: str) -> None:
    ada, ben, hugo, ines = await people("ada", "ben", "hugo", "ines")
    for friend in (hugo, ines):
        await connect(ada, friend)
        await connect(friend, ben)
    audience = "UPDATE member SET connections_audience = $2 WHERE id = $1"
    await sql.change(audience, ada, "NOBODY")
    key = await ask(ada, ben)
    assert await score(key) == 0
    await sql.change(audience, ada, "MEMBERS")
    await sql.change(
        "UPDATE relationship SET shown = $3 WHERE owner_id = $1 AND other_id = $2", ada, hugo, False
    )
    await familiarity.refresh()
    assert await score(key) == 10, "one of the two edges is listed"


async def test_the_score_agrees_with_the_evidence(database: str) -> None:
    """Two statements, one for a list and one for a row: they must not drift apart."""
    ada, ben, hugo, *rest = await people("ada", "ben", "hugo", "x", "y")
    weights = {
        EvidenceKind.SAME_EMPLOYER: familiarity.EMPLOYER,
        EvidenceKind.SAME_SCHOOL: familiarity.SCHOOL,
        EvidenceKind.INTRODUCED_BY: familiarity.INTRODUCED,
        EvidenceKind.EARLIER_CONNECTION: familiarity.EARLIER,
        EvidenceKind.MUTUAL_CONNECTIONS: 14,
    }
    await facts.both_worked(ada, ben)
    for friend in rest:
        await connect(ada, friend)
        await connect(friend, ben)
    await facts.introduction(ada, hugo, ben, "ACCEPTED", "ACCEPTED", "ACCEPTED")
    key = await ask(ada, ben, Basis.WORKED_TOGETHER)
    row = await sql.row("SELECT * FROM connection_request WHERE id = $1", key)
    assert row is not None
    wanted = evidence.asked(ben, row)
    found = (await evidence_words.of(ben, [wanted]))[wanted]
    assert sum(weights[each.kind] for each in found if each.confirmed) == row["familiarity"] == 84


async def test_sending_and_nudging_take_no_statement_more(database: str) -> None:
    clock.freeze()
    ada, ben = await people("ada", "ben")
    async with statements() as seen:
        key = await ask(ada, ben)
    writing = [query for query in seen if "INSERT INTO connection_request" in query]
    assert len(writing) == 1
    assert sum("career_entry" in query for query in seen) == 1, "in the statement that writes it"
    clock.advance(days=8)
    await facts.both_worked(ada, ben)
    await nudge(ada, key)
    assert await score(key) == familiarity.EMPLOYER


async def test_received_stands_in_order_of_familiarity(database: str) -> None:
    clock.freeze()
    ada, known, met, first, second = await people("ada", "known", "met", "first", "second")
    await facts.both_worked(ada, known)
    keys = {}
    for who in (known, met, first, second):
        keys[who] = await ask(who, ada)
        clock.advance(hours=1)
    await facts.rewrite(keys[met], meeting_code_id=await facts.code(ada))
    await familiarity.refresh()
    assert await pending(ada) == [keys[who] for who in (met, known, second, first)]
    clock.advance(days=8)
    await nudge(first, keys[first])
    order = [keys[who] for who in (met, known, first, second)]
    assert await pending(ada) == order, "nudged, it moves up among equals"

    async def some(which: Familiarity) -> list[int]:
        page = await request_list.received(ada, 10, None, PLAIN, which)
        return [row["id"] for row in page.rows]

    assert await some(Familiarity.KNOWN) == order[:2]
    assert await some(Familiarity.LOW) == order[2:]
    assert await some(Familiarity.ALL) == order
    assert await request_list.less_familiar(ada) == 2
    await requests.ignore(ada, order[3])
    assert await request_list.less_familiar(ada) == 1


async def test_pages_neither_repeat_nor_skip_and_read_back(database: str) -> None:
    ada, *others = await people("ada", *(f"other-{n}" for n in range(12)))
    order = []
    for turn, other in enumerate(others):
        key = await ask(other, ada)
        await facts.rewrite(key, familiarity=(turn % 3) * 10)
        order.append(((turn % 3) * 10, turn, key))
    wanted = [key for _, _, key in sorted(order, reverse=True)]
    found: list[int] = []
    after = None
    cursors = []
    while True:
        page = await request_list.received(ada, 5, after, PLAIN)
        found += [row["id"] for row in page.rows]
        cursors += [request_list.cursor(row) for row in page.rows]
        after = cursors[-1]
        if not page.more:
            break
    assert found == wanted
    back = await request_list.received(ada, 3, None, PLAIN, back_from=cursors[6])
    assert [row["id"] for row in back.rows] == wanted[6:3:-1]
    await requests.ignore(ada, wanted[6])
    back = await request_list.received(ada, 2, None, PLAIN, back_from=cursors[6])
    assert [row["id"] for row in back.rows] == [wanted[5], wanted[4]]
    sent = (await request_list.sent(others[0], 1, None, PLAIN)).rows[0]
    later = encode("crw", 1, 2**62, 5)
    high = encode("crw", 101, 5, 5)
    for bad in ("", "crw", request_list.cursor(sent), cursors[0] + "x", later, high):
        with pytest.raises(BadPage):
            await request_list.received(ada, 5, bad, PLAIN)


async def test_facts_hidden_later_are_mended_and_only_where_it_waits(database: str) -> None:
    ada, ben, cleo = await people("ada", "ben", "cleo")
    mine, _ = await facts.both_worked(ada, ben)
    open_, done = await ask(ada, ben), await ask(cleo, ben)
    await requests.ignore(ben, done)
    await facts.rewrite(done, familiarity=77)
    assert await score(open_) == familiarity.EMPLOYER
    await sql.change("DELETE FROM career_entry WHERE id = $1", mine)
    await familiarity.refresh()
    assert await score(open_) == 0
    assert await score(done) == 77
    async with statements() as seen:
        await familiarity.refresh()
    assert len(seen) == 1, "nothing to write"


async def test_refreshing_goes_through_all(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(familiarity, "_BATCH", 3)
    ada, *others = await people("ada", *(f"other-{n}" for n in range(8)))
    keys = [await ask(other, ada) for other in others]
    for key in keys:
        await facts.rewrite(key, familiarity=55)
    await familiarity.refresh()
    assert [await score(key) for key in keys] == [0] * 8


async def test_two_refresh_and_others_act_at_once(database: str) -> None:
    """Whoever answers meanwhile is neither stopped nor undone."""
    ada, *others = await people("ada", *(f"other-{n}" for n in range(30)))
    keys = [await ask(other, ada) for other in others]
    for key in keys:
        await facts.rewrite(key, familiarity=55)
    acts = [requests.ignore(ada, key) for key in keys[::2]]
    await asyncio.gather(familiarity.refresh(), *acts, familiarity.refresh())
    await familiarity.refresh()
    assert [await score(key) for key in keys[1::2]] == [0] * 15
    rows = await sql.rows("SELECT recipient_state FROM connection_request ORDER BY id")
    assert [row["recipient_state"] for row in rows] == ["IGNORED", "PENDING"] * 15


async def test_two_workers_run_it_once_in_its_time(database: str) -> None:
    clock.freeze()
    ada, ben = await people("ada", "ben")
    key = await ask(ada, ben)
    await facts.rewrite(key, familiarity=55)
    workers = [asyncio.create_task(Worker(familiarity.KINDS).run()) for _ in range(2)]
    try:
        async with asyncio.timeout(10):
            while await score(key):  # noqa: ASYNC110 - workers write it
                await asyncio.sleep(0.02)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    # Beside what the request itself is to be mailed by.
    [waiting] = [each for each in await job.waiting() if each["kind"] == "familiarity"]
    assert waiting["number"] == 1
    assert clock.now() < waiting["oldest_at"] <= clock.now() + familiarity.EVERY
