"""The life of a request, act by act."""

import pytest

from models import clock, due, event, relationship, request_list, sql, standing, sweeper
from models import request as requests
from models.directory import Wants
from models.problem import Code, Problem
from models.request import Basis, DeclineReason
from models.sending import send
from tests.people import check_invariants, people

pytestmark = pytest.mark.usefixtures("database")


async def ask(sender: int, recipient: int, note: str | None = None) -> int:
    return (await send(sender, recipient, Basis.WORKED_TOGETHER, note))["id"]


async def kinds(member: int) -> list[str]:
    return [row["kind"] for row in await event.after(member, 0)]


async def test_accepting_connects_both_and_tells_both() -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace, "  We built the compiler together. ")
    page = await request_list.received(grace, 20, None, Wants(mutual_count=True))
    assert [row["note"] for row in page.rows] == ["We built the compiler together."]
    await requests.accept(grace, key)
    await requests.accept(grace, key)  # twice by the same side is success
    assert await kinds(ada) == ["REQUEST_SENT", "REQUEST_ACCEPTED"]
    assert await kinds(grace) == ["REQUEST_RECEIVED", "REQUEST_ACCEPTED"]
    assert (await request_list.counters(ada))["connections"] == 1
    await check_invariants()


async def test_asking_back_accepts_and_keeps_the_words() -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    await requests.ignore(grace, key)
    row = await send(grace, ada, Basis.ADMIRE_WORK, "Me too")
    assert (row["id"], row["sender_state"], row["reply_note"]) == (key, "ACCEPTED", "Me too")
    assert await kinds(grace) == ["REQUEST_RECEIVED", "REQUEST_ACCEPTED"]
    assert (
        standing.budget(await standing.own_facts(grace, clock.now()), clock.now()).remaining == 50
    )
    await check_invariants()


async def test_told_decline_reaches_the_sender_after_ten_minutes() -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    await requests.decline(grace, key, DeclineReason.NOT_NOW, tell=True)
    await sweeper.sweep()
    assert await kinds(ada) == ["REQUEST_SENT"]
    clock.advance(minutes=10)
    await sweeper.sweep()
    await sweeper.sweep()
    assert await kinds(ada) == ["REQUEST_SENT", "REQUEST_DECLINED"]
    with pytest.raises(Problem) as refused:
        await ask(ada, grace)
    assert refused.value.code == Code.COOLDOWN
    await check_invariants()


async def test_removal_can_be_undone_with_its_old_date() -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    await requests.accept(grace, await ask(ada, grace))
    [mine] = await sql.rows("SELECT id, connected_at FROM relationship WHERE owner_id = $1", ada)
    clock.advance(minutes=1)
    await relationship.remove(ada, mine["id"])
    await check_invariants()
    clock.advance(minutes=9)
    await relationship.undo_remove(ada, mine["id"])
    [again] = await sql.rows("SELECT * FROM relationship WHERE owner_id = $1", ada)
    assert again["connected_at"] == mine["connected_at"]
    assert again["ended_at"] is None
    assert not await due.due()
    await check_invariants()


async def test_expiry_is_the_same_for_ignored_and_unanswered() -> None:
    clock.freeze()
    ada, grace, ida = await people("ada", "grace", "ida")
    await requests.ignore(grace, await ask(ada, grace))
    await ask(ada, ida)
    clock.advance(days=180)
    await sweeper.sweep()
    page = await request_list.sent(ada, 20, None, Wants())
    states = {(row["sender_state"], row["sender_changed_at"]) for row in page.rows}
    assert len(states) == 1
    assert not (await request_list.ignored(grace, 20, None, Wants())).rows
    await check_invariants()
