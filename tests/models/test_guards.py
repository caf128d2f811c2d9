"""Who may ask whom, and in which order the refusals come (product.md, "One function")."""

from datetime import timedelta

import pytest

from models import clock, due, relationship, sender, sql, standing, sweeper
from models import request as requests
from models.problem import Code
from models.request import DeclineReason
from tests.models.acts import (
    NOON,
    SetUp,
    ask,
    budget,
    can_request,
    code_of,
    connect,
    days,
    refused,
    tie,
)
from tests.people import check_invariants, people, person

pytestmark = pytest.mark.usefixtures("database")

NOBODY = 42  # an id that is no member's


@pytest.fixture(autouse=True)
def _noon() -> None:
    clock.freeze(NOON)


async def both(sender: int, recipient: int, note: str | None = None) -> str:
    """The code that `canRequest` and send agree on."""
    said = await can_request(sender, recipient)
    got = await code_of(ask(sender, recipient, note))
    assert said == got
    return got


async def test_self_connected_and_open() -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    assert await both(ada, ada) == "SELF"
    await connect(ada, grace)
    assert await both(ada, grace) == await both(grace, ada) == "ALREADY_CONNECTED"
    key = await ask(ada, ida)
    with refused(Code.REQUEST_OPEN) as caught:
        await ask(ada, ida)
    assert caught[0].subject == key


@pytest.mark.parametrize("how", ["withdrawn", "expired", "expired, not swept", "told", "told late"])
async def test_the_sender_rests_21_days(how: str) -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    if how == "withdrawn":
        await sender.withdraw(ada, key)
    elif how.startswith("expired"):
        clock.advance(days=180)
    else:
        await requests.decline(grace, key, DeclineReason.NOT_NOW, tell=True)
        clock.advance(minutes=10)
    since = clock.now()
    if how == "told late":  # the sweeper was down: the cool-down is not longer for that
        clock.advance(days=3)
    if how != "expired, not swept":
        await sweeper.sweep()
    clock.freeze(since + days(21) - timedelta(microseconds=1))
    facts = (await standing.facts(ada, [grace]))[grace]
    problem = standing.refusal(facts)
    assert problem is not None
    assert (problem.code, problem.until) == (Code.COOLDOWN, since + days(21))
    assert await both(ada, grace) == "COOLDOWN"
    assert await can_request(grace, ada) == "OK"
    clock.freeze(since + days(21))
    assert await both(ada, grace) == "OK"
    await check_invariants()


async def test_the_one_who_was_asked_may_ask_at_once() -> None:
    ada, grace = await people("ada", "grace")
    await sender.withdraw(ada, await ask(ada, grace))
    assert await both(grace, ada) == "OK"
    # Asking back is answering: no cool-down of the one who had withdrawn stands in its way.
    assert await both(ada, grace) == "OK"
    assert await can_request(ada, grace) == "ALREADY_CONNECTED"


async def test_the_removed_side_rests_90_days_and_the_remover_does_not() -> None:
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    await relationship.remove(ada, await tie(ada, grace))
    clock.advance(days=90, microseconds=-1)
    assert await both(grace, ada) == "COOLDOWN"
    assert await can_request(ada, grace) == "OK"
    clock.advance(microseconds=1)
    assert await both(grace, ada) == "OK"


async def test_the_remover_may_ask_at_once_and_be_accepted() -> None:
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    await relationship.remove(ada, await tie(ada, grace))
    key = await ask(ada, grace)
    with refused(Code.REQUEST_OPEN):  # undo would make them connected with a request open
        await relationship.undo_remove(ada, await tie(ada, grace))
    await requests.accept(grace, key)
    clock.advance(minutes=11)
    assert not await due.due()  # connected again: the end is no news
    await check_invariants()


async def test_three_requests_ever_per_direction() -> None:
    ada, grace = await people("ada", "grace")
    for _ in range(3):
        await sender.withdraw(ada, await ask(ada, grace))
        clock.advance(days=21)
    assert await both(ada, grace) == "REQUEST_LIMIT"
    assert await both(grace, ada) == "OK"  # counted per direction
    assert await both(ada, grace) == "OK"  # and asking back is not asking


async def test_budget_is_what_was_not_accepted_in_seven_days() -> None:
    ada, *others = await people("ada", *(f"other{n}" for n in range(4)))
    first = await ask(ada, others[0])
    clock.advance(days=1)
    await ask(ada, others[1])
    assert await budget(ada) == (50, 48, NOON + days(7), 7)
    await requests.accept(others[0], first)  # comes back to the budget
    assert await budget(ada) == (50, 49, NOON + days(8), 7)
    clock.freeze(NOON + days(8) - timedelta(microseconds=1))
    assert (await budget(ada)).remaining == 49
    clock.advance(microseconds=1)
    assert await budget(ada) == (50, 50, None, 7)


async def test_budget_exhausted(set_up: SetUp) -> None:
    set_up(request_budget=2)
    ada, *others = await people("ada", "b", "c", "d")
    for other in others[:2]:
        await sender.withdraw(ada, await ask(ada, other))  # withdrawing gives nothing back
    with refused(Code.BUDGET_EXHAUSTED) as caught:
        await ask(ada, others[2])
    assert caught[0].until == NOON + days(7)
    # An answer costs nothing, so no budget is asked of it.
    await ask(others[2], ada)
    assert await both(ada, others[2]) == "OK"
    assert (await budget(ada)).remaining == 0


async def test_a_new_account_has_five_a_day() -> None:
    *others, old = await people(*(f"other{n}" for n in range(7)))
    new = await person("new", joined_at=NOON)
    for other in others[:5]:
        await ask(new, other)
    assert await budget(new) == (5, 0, NOON + days(1), 1)
    assert await both(new, others[5]) == "BUDGET_EXHAUSTED"
    clock.advance(days=1)
    assert (await budget(new)).remaining == 5
    clock.advance(days=6)
    assert (await budget(new)).limit == 50
    assert (await budget(old)).limit == 50


async def test_a_failed_send_costs_nothing() -> None:
    ada, grace = await people("ada", "grace")
    for recipient, note in ((grace, "x" * 501), (NOBODY, None), (ada, None)):
        assert await code_of(ask(ada, recipient, note)) != "OK"
    assert await budget(ada) == (50, 50, None, 7)


async def test_open_cap(set_up: SetUp) -> None:
    set_up(open_requests=2)
    ada, *others = await people("ada", "b", "c", "d")
    keys = [await ask(ada, other) for other in others[:2]]
    assert await both(ada, others[2]) == "TOO_MANY_PENDING"
    # What the recipient did in silence frees nothing, what the sender can see does.
    await requests.ignore(others[0], keys[0])
    await requests.decline(others[1], keys[1], DeclineReason.OTHER)
    assert await both(ada, others[2]) == "TOO_MANY_PENDING"
    await ask(others[2], ada)
    assert await can_request(ada, others[2]) == "OK"
    await sender.withdraw(ada, keys[0])
    assert await both(ada, others[2]) == "OK"


async def test_expired_requests_do_not_count_as_open_before_the_sweep(set_up: SetUp) -> None:
    set_up(open_requests=1)
    ada, grace, ida = await people("ada", "grace", "ida")
    await ask(ada, grace)
    clock.advance(days=180)
    assert await both(ada, ida) == "OK"


async def test_email_verification(set_up: SetUp) -> None:
    set_up(require_verified_email=True)
    ada, grace = await people("ada", "grace")
    assert await both(ada, grace) == "EMAIL_UNVERIFIED"
    await sql.change("UPDATE member SET email_verified_at = $1 WHERE id = $2", NOON, ada)
    assert await both(ada, grace) == "OK"
    assert await both(grace, ada) == "EMAIL_UNVERIFIED"  # asking back is asking


async def test_connection_limit_on_either_side(set_up: SetUp) -> None:
    set_up(connection_limit=1)
    ada, grace, ida, eve = await people("ada", "grace", "ida", "eve")
    waiting, from_eve = await ask(ida, ada), await ask(eve, ida)
    await connect(ada, grace)
    assert await both(ada, eve) == "OWN_CONNECTION_LIMIT"
    assert await both(eve, ada) == "RECIPIENT_UNAVAILABLE"
    assert await code_of(requests.accept(ada, waiting)) == "OWN_CONNECTION_LIMIT"
    assert await code_of(ask(ada, ida)) == "OWN_CONNECTION_LIMIT"
    await requests.accept(ida, from_eve)
    await relationship.remove(ada, await tie(ada, grace))
    assert await code_of(requests.accept(ada, waiting)) == "RECIPIENT_UNAVAILABLE"
    await check_invariants()


async def test_every_hidden_cause_is_one_answer(set_up: SetUp) -> None:
    set_up(connection_limit=1)
    ada, full, friend = await people("ada", "full", "friend")
    await connect(full, friend)
    hidden = [
        NOBODY,
        full,
        await person("shy", profile_audience="CONNECTIONS"),
        await person("closed", accepts_requests=False),
        await person("gone", suspended_at=NOON),
    ]
    answers = set()
    for recipient in hidden:
        with refused(Code.RECIPIENT_UNAVAILABLE) as caught:
            await ask(ada, recipient)
        answers.add((caught[0].message, caught[0].field, caught[0].until, caught[0].subject))
        assert await can_request(ada, recipient) == "RECIPIENT_UNAVAILABLE"
    assert len(answers) == 1


async def test_one_who_takes_no_requests_can_be_answered_and_can_ask() -> None:
    ada = await person("ada")
    closed = await person("closed", accepts_requests=False)
    shy = await person("shy", profile_audience="CONNECTIONS")
    for asker in (closed, shy):
        assert await both(asker, ada) == "OK"
        assert await both(ada, asker) == "OK"


@pytest.mark.parametrize("other", ["nobody", "shy"])
async def test_own_facts_come_before_the_other_side(set_up: SetUp, other: str) -> None:
    set_up(request_budget=2, open_requests=1, require_verified_email=True, connection_limit=1)
    ada, b, c, friend = await people("ada", "b", "c", "friend")
    hidden = NOBODY
    if other == "shy":
        hidden = await person("shy", profile_audience="CONNECTIONS")
    set_up(require_verified_email=False)
    await connect(friend, ada)
    set_up(require_verified_email=True)
    assert await both(ada, hidden) == "EMAIL_UNVERIFIED"
    await sql.change("UPDATE member SET email_verified_at = joined_at")
    assert await both(ada, hidden) == "OWN_CONNECTION_LIMIT"
    set_up(connection_limit=30_000)
    assert await both(ada, hidden) == "RECIPIENT_UNAVAILABLE"
    assert await code_of(ask(ada, hidden, "x" * 501)) == "NOTE_TOO_LONG"
    assert await code_of(ask(ada, hidden, "\x00")) == "TEXT_INVALID"
    set_up(note_required=True)
    assert await code_of(ask(ada, hidden)) == "NOTE_REQUIRED"
    set_up(note_required=False)
    await ask(ada, b)
    assert await both(ada, hidden) == "TOO_MANY_PENDING"
    assert await code_of(ask(ada, hidden, "x" * 501)) == "TOO_MANY_PENDING"
    set_up(open_requests=100)
    await ask(ada, c)
    assert await both(ada, hidden) == "BUDGET_EXHAUSTED"


async def test_what_is_between_two_comes_before_the_budget(set_up: SetUp) -> None:
    set_up(request_budget=1, requests_per_direction=1)
    ada, grace, ida = await people("ada", "grace", "ida")
    await connect(ada, ida)
    key = await ask(ada, grace)
    assert await both(ada, ada) == "SELF"
    assert await both(ada, ida) == "ALREADY_CONNECTED"
    assert await both(ada, grace) == "REQUEST_OPEN"
    await sender.withdraw(ada, key)
    assert await both(ada, grace) == "COOLDOWN"
    set_up(ask_again_days=0)
    assert await both(ada, grace) == "REQUEST_LIMIT"


async def test_a_hidden_recipient_changes_no_answer_before_it() -> None:
    """Someone who turns invisible leaves the sender's own facts as they were."""
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    await sql.change("UPDATE member SET profile_audience = 'CONNECTIONS' WHERE id = $1", grace)
    assert await both(ada, grace) == "REQUEST_OPEN"
    await sender.withdraw(ada, key)
    assert await both(ada, grace) == "COOLDOWN"
    clock.advance(days=21)
    assert await both(ada, grace) == "RECIPIENT_UNAVAILABLE"
