"""What members chose about who asks: quiet and held requests, and what their senders read."""

import asyncio

import pytest

from models import (
    clock,
    event,
    meeting_code,
    message_send,
    relationship,
    request_list,
    sender,
    sender_rule,
    sql,
)
from models import request as requests
from models.meeting import Meeting
from models.notification_choice import Handling, SenderClass, handling
from models.problem import Code
from models.request import Basis
from models.sending import send
from tests.models.acts import NOON, PLAIN, ask, code_of, connect, pending, refused, tie
from tests.models.counting import statements
from tests.people import check_invariants, people, person

ROUNDS = 12
ACCEPT, QUIET, HOLD = Handling.ACCEPT, Handling.QUIET, Handling.HOLD
on_postgres = pytest.mark.only_engine("postgres")


async def held(who: int) -> list[int]:
    return [row["id"] for row in (await request_list.held(who, 100, None, PLAIN)).rows]


async def counts(who: int) -> tuple[int, int, int]:
    """Waiting, unread, held."""
    row = await request_list.counters(who)
    return row["waiting"], row["unread"], row["held"]


async def told(who: int) -> list[str]:
    return [row["kind"] for row in await event.kept(who, 100)]


async def mails(who: int) -> int:
    return len(await sql.rows("SELECT id FROM mail WHERE member_id = $1", who))


async def test_the_strictest_rule_that_matches_holds(database: object) -> None:
    clock.freeze(NOON)
    hugo, stranger, mutual, new, once = await people("hugo", "stranger", "mutual", "new", "once")
    await sql.change("UPDATE member SET joined_at = $2 WHERE id = $1", new, clock.now())
    ada = await person("ada")
    for other in (ada, mutual, new):
        await connect(other, hugo)
    # Once connected is evidence enough, and no mutual connection.
    await connect(once, ada)
    await relationship.remove(ada, await tie(ada, once))
    senders = {"stranger": stranger, "mutual": mutual, "new": new, "once": once}
    rules: list[tuple[dict[SenderClass, Handling], dict[str, Handling]]] = [
        ({}, {}),
        ({SenderClass.STRANGER: QUIET}, {"stranger": QUIET}),
        ({SenderClass.NO_MUTUALS: HOLD}, {"stranger": HOLD, "once": HOLD}),
        (
            {SenderClass.NO_MUTUALS: QUIET, SenderClass.STRANGER: HOLD},
            {"stranger": HOLD, "once": QUIET},
        ),
        ({SenderClass.NEW_ACCOUNT: HOLD, SenderClass.STRANGER: ACCEPT}, {"new": HOLD}),
    ]
    for chosen, expected in rules:
        for each in SenderClass:
            await sender_rule.choose(ada, each, chosen.get(each, ACCEPT))
        assert await sender_rule.rules(ada) == {e: chosen.get(e, ACCEPT) for e in SenderClass}
        for name, key in senders.items():
            assert await handling(ada, key, clock.now()) == expected.get(name, ACCEPT), (
                chosen,
                name,
            )


@pytest.mark.parametrize("rule", [ACCEPT, QUIET, HOLD])
async def test_what_becomes_of_a_request(database: str, rule: Handling) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await sender_rule.choose(grace, SenderClass.STRANGER, rule)
    async with statements() as seen:
        request = await ask(ada, grace)
    if database.startswith("asyncpg"):
        assert len(seen) == 4, "lock, facts, the request with all that tells of it, the events"
    waits = [] if rule is HOLD else [request]
    assert await pending(grace) == waits
    assert await held(grace) == ([request] if rule is HOLD else [])
    assert await counts(grace) == (int(rule is ACCEPT), int(rule is ACCEPT), int(rule is HOLD))
    assert await mails(grace) == int(rule is ACCEPT)
    assert await told(grace) == ([] if rule is HOLD else ["REQUEST_RECEIVED"])
    assert await told(ada) == ["REQUEST_SENT"]
    # A nudge brings nothing of it before anybody.
    clock.advance(days=8)
    await sender.nudge(ada, request)
    assert await counts(grace) == (int(rule is ACCEPT), int(rule is ACCEPT), int(rule is HOLD))
    # Answered as any other, from where it is.
    await requests.ignore(grace, request)
    assert await held(grace) == []
    await requests.undo_ignore(grace, request)
    assert await held(grace) == ([request] if rule is HOLD else [])
    await requests.accept(grace, request)
    assert (await told(ada))[-1] == "REQUEST_ACCEPTED"
    await check_invariants()


async def test_releasing(database: object) -> None:
    clock.freeze(NOON)
    ada, grace, hugo = await people("ada", "grace", "hugo")
    await sender_rule.choose(grace, SenderClass.STRANGER, HOLD)
    request = await ask(ada, grace)
    with refused(Code.NOT_FOUND):
        await requests.release(hugo, request)
    with refused(Code.NOT_FOUND):
        await requests.release(ada, request)
    for _ in range(2):  # twice is once
        await requests.release(grace, request)
        assert (await pending(grace), await held(grace)) == ([request], [])
        assert await told(grace) == ["REQUEST_RECEIVED"]
        assert (await counts(grace), await mails(grace)) == ((1, 1, 0), 1)
    other = await ask(hugo, grace)
    await requests.ignore(grace, other)
    with refused(Code.NOT_OPEN):
        await requests.release(grace, other)


async def test_who_shows_a_code_is_met_and_who_asked_first_is_wanted(database: object) -> None:
    clock.freeze(NOON)
    ada, grace, hugo = await people("ada", "grace", "hugo")
    for each in SenderClass:
        await sender_rule.choose(grace, each, HOLD)
    code = meeting_code.text_of((await meeting_code.show(grace, "", ""))["id"])
    row = await send(ada, grace, Basis.MET_IN_PERSON, None, met=Meeting(code=code))
    assert (row["handling"], await held(grace)) == (ACCEPT, [])
    # Crossed: held or not, both have asked.
    first = await ask(hugo, grace)
    assert await held(grace) == [first]
    crossed = await send(grace, hugo, Basis.OTHER, None)
    assert (crossed["id"], crossed["sender_state"]) == (first, "ACCEPTED")
    assert await held(grace) == []


async def test_message_requests_follow_the_same_rules(database: object) -> None:
    clock.freeze(NOON)
    ada, hugo, grace = await people("ada", "hugo", "grace")
    await sql.change("UPDATE member SET takes_message_requests = true WHERE id = $1", grace)
    found = {}
    for rule, who in ((HOLD, ada), (QUIET, hugo)):
        await sender_rule.choose(grace, SenderClass.STRANGER, rule)
        await message_send.send(who, grace, "Hello")
        [side] = await sql.rows(
            "SELECT state FROM conversation_side WHERE owner_id = $1 AND other_id = $2", grace, who
        )
        found[rule] = side["state"]
        assert await told(who) == ["MESSAGE_SENT"]
    assert found == {HOLD: "IGNORED", QUIET: "REQUESTED"}
    assert await told(grace) == ["MESSAGE_RECEIVED"], "of the quiet one, for apps"
    assert (await counts(grace))[1] == await mails(grace) == 0


@on_postgres
async def test_releasing_races_with_withdrawing(database: object) -> None:
    ada, grace = await people("ada", "grace")
    await sender_rule.choose(grace, SenderClass.STRANGER, HOLD)
    for _ in range(ROUNDS):
        request = await ask(ada, grace)
        seen = len(await told(grace))
        released, withdrawn = await asyncio.gather(
            code_of(requests.release(grace, request)), code_of(sender.withdraw(ada, request))
        )
        assert withdrawn == "OK"
        assert released in ("OK", "NOT_FOUND")
        assert await counts(grace) == (0, 0, 0)
        assert len(await told(grace)) == seen + (released == "OK")
        await sql.change("DELETE FROM connection_request")
    await check_invariants()


@on_postgres
async def test_choosing_races_with_sending(database: object) -> None:
    """Whichever is first, all of it is held or none of it."""
    ada, grace = await people("ada", "grace")
    for turn in range(ROUNDS):
        rule = HOLD if turn % 2 else ACCEPT
        seen = len(await told(grace))
        request, _ = await asyncio.gather(
            ask(ada, grace), sender_rule.choose(grace, SenderClass.STRANGER, rule)
        )
        [row] = await sql.rows("SELECT handling FROM connection_request WHERE id = $1", request)
        holds = row["handling"] == HOLD
        assert await counts(grace) == ((0, 0, 1) if holds else (1, 1, 0))
        assert len(await told(grace)) == seen + (not holds)
        await sender.withdraw(ada, request)
        await sql.change("DELETE FROM connection_request")
    await check_invariants()
