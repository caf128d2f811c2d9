"""Acts on messages at once on PostgreSQL, and callers who go away: numbers and counters hold."""

import asyncio
from collections.abc import Awaitable

import pytest

from models import clock, message_acts, message_send, relationship, sql
from models import request as requests
from models.conversation_acts import accept, delete, ignore, mute
from tests.models.acts import NOON, ask, code_of, connect, days, tie
from tests.models.messaging import (
    counters,
    in_folders,
    key_of,
    may_write,
    side,
    takes_requests,
    thread,
    told,
    write,
)
from tests.people import check_invariants, people

ROUNDS = 12
pytestmark = pytest.mark.usefixtures("database")
on_postgres = pytest.mark.only_engine("postgres")


async def race(*acts: Awaitable[object]) -> list[str]:
    """All at once; the code of each."""
    return await asyncio.gather(*(code_of(act) for act in acts))


async def settled() -> tuple[int, int]:
    """Two who connected a week ago."""
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    clock.freeze(NOON + days(7))
    return ada, grace


async def exact(owner: int, other: int) -> None:
    """The counters of a side are what its messages say."""
    row = await side(owner, other)
    found = await sql.row(
        "SELECT count(*) AS n FROM message WHERE conversation_id = $1 AND seq > $2 AND seq > $3 "
        "AND sender_id = $4",
        row["conversation_id"],
        row["read_seq"],
        row["cleared_seq"],
        other,
    )
    assert found is not None
    assert row["unread"] == found["n"]


@on_postgres
async def test_twenty_at_once_in_one_thread() -> None:
    ada, grace = await settled()
    for _ in range(3):
        both = [(ada, grace), (grace, ada)] * 10
        assert await race(*(write(one, two) for one, two in both)) == ["OK"] * 20
    assert len(await thread(ada, grace)) == 60, "from 1 on, without a gap"
    assert await counters(ada) == await counters(grace) == (30, 0)
    assert (await side(ada, grace))["last_seq"] == (await side(grace, ada))["last_seq"] == 60
    assert (await told(ada)).count("MESSAGE_RECEIVED") == 30
    await check_invariants()


@on_postgres
async def test_writing_while_the_connection_ends() -> None:
    ada, grace = await settled()
    for number in range(ROUNDS):
        tied = await tie(grace, ada)
        before = len(await thread(ada, grace)) if number else 0
        wrote, removed = await race(write(ada, grace), relationship.remove(grace, tied))
        assert removed == "OK"
        assert wrote in ("OK", "CONVERSATION_CLOSED")
        if wrote == "OK":
            assert len(await thread(ada, grace)) == before + 1
        assert await may_write(ada, grace) == "CONVERSATION_CLOSED"
        await relationship.undo_remove(grace, tied)
        await write(ada, grace)
    await check_invariants()


@on_postgres
async def test_two_first_messages_at_once() -> None:
    clock.freeze(NOON)
    for number in range(ROUNDS):
        ada, grace = await people(f"ada{number}", f"grace{number}")
        if number % 2:
            await connect(ada, grace)
        else:
            await takes_requests(grace)
        assert sorted(await race(write(ada, grace), write(ada, grace))) == ["AWAITING_ANSWER", "OK"]
        assert len(await thread(ada, grace)) == 1
    await check_invariants()


@on_postgres
async def test_message_requests_both_ways_and_answers_at_once() -> None:
    clock.freeze(NOON)
    for number in range(ROUNDS):
        ada, grace = await people(f"ada{number}", f"grace{number}")
        await takes_requests(ada), await takes_requests(grace)
        if number % 2:  # crossed: the second to write has answered
            assert await race(write(ada, grace), write(grace, ada)) == ["OK", "OK"]
        else:
            await write(ada, grace)
            key = await key_of(grace, ada)
            acts = (accept(grace, key), accept(grace, key), write(grace, ada), ignore(grace, key))
            done = await race(*acts)
            assert done[:3] == ["OK"] * 3
            assert done[3] in ("OK", "NOT_OPEN")
        assert [await may_write(ada, grace), await may_write(grace, ada)] == ["OK", "OK"]
        assert (await side(ada, grace))["state"] == (await side(grace, ada))["state"] == "OPEN"
    await check_invariants()


@on_postgres
@pytest.mark.parametrize("note", ["A note", None])
async def test_accepting_a_request_while_writing(note: str | None) -> None:
    clock.freeze(NOON)
    for number in range(ROUNDS * (1 if note else 4)):
        ada, grace = await people(f"ada{number}", f"grace{number}")
        await takes_requests(grace)
        request = await ask(ada, grace, note)
        done = await race(requests.accept(grace, request), write(ada, grace))
        assert done == ["OK", "OK"], "as a message request, or to a connection"
        words = sorted(text for _, text in await thread(ada, grace))
        assert words == (["A note", "Hello"] if note else ["Hello"])
        assert (await side(ada, grace))["state"] == (await side(grace, ada))["state"] == "OPEN"
        assert (await in_folders(grace)) == {"INBOX": 1}
    await check_invariants()


@on_postgres
async def test_reading_and_deleting_while_the_other_writes() -> None:
    ada, grace = await settled()
    await write(ada, grace)
    key = await key_of(grace, ada)
    for number in range(ROUNDS):
        sent = await write(ada, grace)
        emptied = delete(grace, key) if number % 2 else message_acts.mark_read(grace, key, None)
        one = message_acts.delete(grace, sent)
        done = await race(write(ada, grace), emptied, one, mute(grace, key, muted=False))
        assert done == ["OK"] * 4
        await exact_but_deleted(grace, ada)
    await check_invariants()


async def exact_but_deleted(owner: int, other: int) -> None:
    """The same where single messages were deleted; and what is newest is what is listed."""
    row = await side(owner, other)
    found = await sql.row(
        "SELECT count(*) FILTER (WHERE n.seq > $2) AS unread, coalesce(max(n.seq), 0) AS newest "
        "FROM message n WHERE n.conversation_id = $1 AND n.seq > $3 AND n.sender_id = $4 "
        "AND NOT EXISTS (SELECT 1 FROM message_deletion d WHERE d.message_id = n.id "
        "AND d.owner_id = $5)",
        row["conversation_id"],
        row["read_seq"],
        row["cleared_seq"],
        other,
        owner,
    )
    assert found is not None
    assert (row["unread"], row["last_seq"]) == (found["unread"], found["newest"])


@on_postgres
async def test_editing_while_it_is_deleted_or_the_connection_ends() -> None:
    ada, grace = await settled()
    for number in range(ROUNDS):
        sent = await write(ada, grace, "Helo")
        tied = await tie(grace, ada)
        acts = [message_acts.edit(ada, sent, "Hello"), message_acts.delete(grace, sent)]
        acts.append(relationship.remove(grace, tied) if number % 2 else write(grace, ada))
        edited, deleted, third = await race(*acts)
        assert (deleted, third) == ("OK", "OK")
        assert edited == "OK" or (edited == "CONVERSATION_CLOSED" and number % 2)
        row = await sql.row("SELECT text, edited_at FROM message WHERE id = $1", sent)
        assert row is not None
        assert (row["text"] == "Hello") == (row["edited_at"] is not None) == (edited == "OK")
        await relationship.undo_remove(grace, tied)
    await check_invariants()


@on_postgres
async def test_the_same_key_at_once_sends_once() -> None:
    ada, grace = await settled()
    for number in range(ROUNDS):
        sends = [message_send.send(ada, grace, "Hello", key=f"k{number}") for _ in range(4)]
        made = await asyncio.gather(*sends)
        assert len({row["n_id"] for row in made}) == 1
    assert len(await thread(ada, grace)) == ROUNDS


async def test_a_caller_who_goes_away_leaves_it_whole() -> None:
    ada, grace = await settled()
    for pause in range(8):
        task = asyncio.create_task(write(ada, grace))
        for _ in range(pause):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await write(ada, grace)
    number = len(await thread(ada, grace))
    assert (await told(grace)).count("MESSAGE_RECEIVED") == number
    assert await counters(grace) == (number, 0)
    await exact(grace, ada)
    await check_invariants()
