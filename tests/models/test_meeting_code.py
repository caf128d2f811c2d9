"""Codes of those who meet in person: what they open, for whom, how long, and what they never do."""

import asyncio

import pytest
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from models import clock, meeting_code, relationship, sender, sql, sweeper
from models import request as requests
from models.meeting import Meeting
from models.problem import Code, Problem
from models.request import Basis, DeclineReason
from models.sending import send
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


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.freeze(NOON)
    fresh = MovingWindowRateLimiter(MemoryStorage())
    monkeypatch.setattr(meeting_code, "_failures", fresh)


async def shown(member: int, event: str = "Spring meeting", place: str = "Umeå") -> str:
    """The code a member shows, as the other reads it."""
    return meeting_code.text_of((await meeting_code.show(member, event, place))["id"])


async def by_code(
    one: int, two: int, code: str, basis: Basis = Basis.MET_IN_PERSON, **said: str
) -> int:
    """Ask with a code; the request's key."""
    return int((await send(one, two, basis, None, met=Meeting(code, **said)))["id"])


async def tried(one: int, two: int, code: str, **said: str) -> str:
    """The code that asking with a code is refused with, or OK."""
    return await code_of(by_code(one, two, code, **said))


async def test_a_request_by_code() -> None:
    ada, grace = await people("ada", "grace")
    code = await shown(grace)
    key = await by_code(ada, grace, code, place="A bar", on="2026-02-28")
    row = await sql.row("SELECT * FROM connection_request WHERE id = $1", key)
    assert row is not None
    # What its owner says of event and place is confirmed, and stands in place of claims.
    said = (row["met_event"], row["met_place"], row["met_on"])
    assert said == ("Spring meeting", "Umeå", "2026-02-28")
    assert row["meeting_code_id"] is not None
    assert (row["sender_state"], row["recipient_state"]) == ("PENDING", "PENDING")
    await requests.accept(grace, key)
    assert await can_request(ada, grace) == "ALREADY_CONNECTED"
    await check_invariants()


async def test_where_one_met_without_a_code_is_a_claim() -> None:
    ada, grace = await people("ada", "grace")
    met = Meeting(event=" The  fair ", place="Umeå", on="2026-03-02")
    row = await send(ada, grace, Basis.MET_IN_PERSON, None, met=met)
    said = (row["met_event"], row["met_place"], row["met_on"], row["meeting_code_id"])
    assert said == ("The fair", "Umeå", "2026-03-02", None)  # the day has begun in the east


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"on": "2026-03-03"}, "metOn"),
        ({"on": "1899-12-31"}, "metOn"),
        ({"on": "2026-02-30"}, "metOn"),
        ({"on": "20260301"}, "metOn"),
        ({"on": "٢٠٢٦-٠٣-٠١"}, "metOn"),
        ({"on": "yesterday"}, "metOn"),
        ({"event": "x" * 121}, "metEvent"),
        ({"place": "a\x00b"}, "metPlace"),
    ],
)
async def test_what_cannot_be_said(said: dict[str, str], field: str) -> None:
    ada, grace = await people("ada", "grace")
    with pytest.raises(Problem) as caught:
        await send(ada, grace, Basis.MET_IN_PERSON, None, met=Meeting(**said))
    assert caught.value.field == (field,)
    assert await budget(ada) == (50, 50, None, 7)


async def test_as_it_is_typed() -> None:
    ada, grace = await people("ada", "grace")
    code = await shown(grace)
    for typed in (code.lower(), f" {code[:5]}-{code[5:]} ", f"{code[:2]} {code[2:]}"):
        assert meeting_code.as_typed(typed) == code
    assert meeting_code.as_typed("oO0iIlL1ab") == "0001111" + "1AB"
    for wrong in ("", code[:-1], code + "0", "U" * 10, "é" * 10, "x" * 100_000, "\x00" * 10):
        assert meeting_code.as_typed(wrong) is None
    assert await meeting_code.holder(ada, f"{code[:5]}-{code[5:].lower()}") is not None


async def test_no_code_is_stored() -> None:
    [ada] = await people("ada")
    code = await shown(ada)
    rows = await sql.rows("SELECT * FROM meeting_code")
    assert code not in str([dict(row) for row in rows])
    row = await meeting_code.shown_by(ada)
    assert row is not None
    assert meeting_code.text_of(row["id"]) == code  # and can be shown again


async def test_one_is_shown_at_a_time() -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    first = await shown(grace)
    assert await shown(grace) == first  # the same event: the same code
    second = await shown(grace, "Dinner")
    assert second != first
    assert await tried(ada, grace, first) == "CODE_UNKNOWN"
    assert await tried(ada, grace, second) == "OK"
    await meeting_code.end(grace)
    assert await meeting_code.shown_by(grace) is None
    assert await meeting_code.end(grace) is None  # twice is fine
    assert await tried(ida, grace, second) == "CODE_UNKNOWN"
    assert await can_request(ada, grace) == "REQUEST_OPEN"  # what was asked with it stands


async def test_many_shown_at_once_leave_one() -> None:
    [ada] = await people("ada")
    codes = await asyncio.gather(*(shown(ada, f"Event {n}") for n in range(8)))
    assert len(set(codes)) == 8
    rows = await sql.rows("SELECT id FROM meeting_code WHERE shown")
    assert len(rows) == 1
    assert meeting_code.text_of(rows[0]["id"]) in codes


async def test_twenty_a_day(set_up: SetUp) -> None:
    [ada] = await people("ada")
    for number in range(20):
        await shown(ada, f"Event {number}")
    with refused(Code.TOO_MANY):
        await shown(ada, "One more")
    assert await shown(ada, "Event 19")  # the one that is shown can be shown again
    clock.advance(days=1)
    assert await shown(ada, "One more")


async def test_it_is_good_for_a_day() -> None:
    ada, grace = await people("ada", "grace")
    code = await shown(grace)
    clock.advance(hours=24)
    assert await tried(ada, grace, code) == "CODE_UNKNOWN"
    assert await meeting_code.holder(ada, code) is None
    assert await meeting_code.shown_by(grace) is None
    assert await shown(grace) != code


async def test_another_key_of_the_instance_makes_others_of_them(set_up: SetUp) -> None:
    ada, grace = await people("ada", "grace")
    code = await shown(grace)
    set_up(secret_key="another one for tests, 32 characters long")
    assert await meeting_code.shown_by(grace) is None
    assert await tried(ada, grace, code) == "CODE_UNKNOWN"
    assert await shown(grace) != code


async def test_a_code_is_its_owners_alone() -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    code = await shown(grace)
    with refused(Code.CODE_UNKNOWN) as caught:
        await by_code(ada, ida, code)
    assert caught[0].field == ("meetingCode",)
    assert await tried(ada, 42, code) == "CODE_UNKNOWN"
    await sql.change("UPDATE member SET suspended_at = $1 WHERE id = $2", clock.now(), grace)
    assert await meeting_code.holder(ada, code) is None
    assert await tried(ada, grace, code) == "RECIPIENT_UNAVAILABLE"


async def test_only_with_the_reason_that_they_met() -> None:
    ada, grace = await people("ada", "grace")
    code = await shown(grace)
    with refused(Code.INVALID) as caught:
        await by_code(ada, grace, code, Basis.OTHER)
    assert caught[0].field == ("basis",)


# What stands in the way of asking, and not of asking with a code.
async def test_it_stands_in_for_budget_and_caps(set_up: SetUp) -> None:
    set_up(request_budget=1, open_requests=1)
    ada, grace, ida, jon = await people("ada", "grace", "ida", "jon")
    await ask(ada, ida)
    assert await can_request(ada, grace) == "BUDGET_EXHAUSTED"
    assert await tried(ada, grace, await shown(grace)) == "OK"
    assert await budget(ada) == (1, 0, NOON + days(7), 7)
    clock.advance(days=7)
    # A request by code fills neither the budget nor the hundred that may be open.
    assert await can_request(ada, jon) == "TOO_MANY_PENDING"
    assert await tried(ada, jon, await shown(jon)) == "OK"
    assert await budget(ada) == (1, 1, None, 7)


async def test_it_stands_in_for_a_cool_down_and_the_three_requests(set_up: SetUp) -> None:
    ada, grace = await people("ada", "grace")
    for _ in range(3):
        await sender.withdraw(ada, await ask(ada, grace))
        clock.advance(days=21)
    assert await can_request(ada, grace) == "REQUEST_LIMIT"
    key = await by_code(ada, grace, await shown(grace))
    await sender.withdraw(ada, key)
    assert await can_request(ada, grace) == "COOLDOWN"
    await meeting_code.end(grace)
    assert await tried(ada, grace, await shown(grace)) == "OK"


async def test_it_stands_in_for_being_found_and_for_taking_requests() -> None:
    [ada] = await people("ada")
    grace = await person("grace", profile_audience="CONNECTIONS", accepts_requests=False)
    assert await can_request(ada, grace) == "RECIPIENT_UNAVAILABLE"
    key = await by_code(ada, grace, await shown(grace))
    await requests.accept(grace, key)
    await relationship.remove(grace, await tie(grace, ada))
    assert await can_request(ada, grace) == "COOLDOWN"
    await meeting_code.end(grace)
    assert await tried(ada, grace, await shown(grace)) == "OK"


async def test_what_holds_with_a_code_as_without(set_up: SetUp) -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    code = await shown(grace)
    assert await tried(grace, grace, code) == "SELF"
    key = await by_code(ada, grace, code)
    with refused(Code.REQUEST_OPEN) as caught:
        await by_code(ada, grace, code)
    assert caught[0].subject == key
    await requests.accept(grace, key)
    assert await tried(ada, grace, code) == "ALREADY_CONNECTED"
    set_up(connection_limit=1)
    assert await tried(ida, grace, code) == "RECIPIENT_UNAVAILABLE"
    assert await tried(ada, ida, await shown(ida)) == "OWN_CONNECTION_LIMIT"
    set_up(require_verified_email=True, connection_limit=10)
    assert await tried(ida, grace, code) == "EMAIL_UNVERIFIED"


async def test_once_for_each_person() -> None:
    """Else withdrawing and asking again would ring for as long as the code is good."""
    ada, grace, ida = await people("ada", "grace", "ida")
    code = await shown(grace)
    await sender.withdraw(ada, await by_code(ada, grace, code))
    assert await tried(ada, grace, code) == "CODE_UNKNOWN"
    assert await tried(ida, grace, code) == "OK"


async def test_nobody_gets_round_a_no_with_it() -> None:
    ada, grace = await people("ada", "grace")
    code = await shown(grace)
    key = await by_code(ada, grace, code)
    await requests.decline(grace, key, DeclineReason.NOT_NOW)
    assert await tried(ada, grace, code) == "REQUEST_OPEN"  # as after no answer


async def test_who_was_asked_answers_with_a_code() -> None:
    ada, grace = await people("ada", "grace")
    await ask(grace, ada)
    await by_code(ada, grace, await shown(grace))
    assert await can_request(ada, grace) == "ALREADY_CONNECTED"
    await check_invariants()


async def test_the_same_key_gives_the_first_payload_also_when_the_code_has_ended() -> None:
    ada, grace = await people("ada", "grace")
    met = Meeting(await shown(grace))
    first = await send(ada, grace, Basis.MET_IN_PERSON, None, "form", met=met)
    await meeting_code.end(grace)
    again = await send(ada, grace, Basis.MET_IN_PERSON, None, "form", met=met)
    assert again["id"] == first["id"]
    with refused(Code.KEY_REUSED):
        await send(ada, grace, Basis.MET_IN_PERSON, None, "form")


async def test_guessing_is_hopeless_and_ends() -> None:
    """Thirty that are not good, by either way, and no code is heard for an hour."""
    ada, grace, ida = await people("ada", "grace", "ida")
    code = await shown(grace)
    for number in range(15):
        assert await meeting_code.holder(ada, f"{number:010}") is None
        assert await tried(ada, grace, f"{number:010}") == "CODE_UNKNOWN"
    assert await meeting_code.holder(ada, code) is None
    assert await tried(ada, grace, code) == "CODE_UNKNOWN"
    assert await meeting_code.holder(ida, code) is not None  # nobody else is held up
    assert await tried(ida, grace, code) == "OK"
    assert await can_request(ada, grace) == "OK"
    assert len(meeting_code._DIGITS) ** meeting_code.LENGTH == 2**50


async def test_many_ask_with_one_code_at_once() -> None:
    grace, *others = await people("grace", *(f"other{n}" for n in range(6)))
    code = await shown(grace)
    found = await asyncio.gather(*(tried(other, grace, code) for other in others * 2))
    assert sorted(found) == ["OK"] * 6 + ["REQUEST_OPEN"] * 6
    await check_invariants()


async def test_two_who_ask_each_other_with_codes_at_once() -> None:
    for turn in range(4):
        ada, grace = await people(f"ada{turn}", f"grace{turn}")
        codes = [await shown(ada), await shown(grace)]
        found = await asyncio.gather(tried(ada, grace, codes[1]), tried(grace, ada, codes[0]))
        assert found == ["OK", "OK"]
        assert await can_request(ada, grace) == "ALREADY_CONNECTED"
    await check_invariants()


async def test_ended_while_it_is_used() -> None:
    """Whichever comes first: a request that stands, or a code that is not good."""
    grace, *others = await people("grace", *(f"other{n}" for n in range(4)))
    code = await shown(grace)
    *found, _ = await asyncio.gather(
        *(tried(other, grace, code) for other in others), meeting_code.end(grace)
    )
    assert set(found) <= {"OK", "CODE_UNKNOWN"}
    assert await connect_count(grace) == 0


async def connect_count(member: int) -> int:
    row = await sql.row("SELECT connections FROM inbox WHERE id = $1", member)
    assert row is not None
    return int(row["connections"])


async def test_old_codes_are_forgotten() -> None:
    [ada] = await people("ada")
    await shown(ada)
    clock.advance(days=364)
    await shown(ada)
    clock.advance(days=3)
    await sweeper.purge()
    assert len(await sql.rows("SELECT id FROM meeting_code")) == 1


async def test_connected_by_code_and_plainly_are_alike() -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    await requests.accept(grace, await by_code(ada, grace, await shown(grace)))
    await connect(ada, ida)
    assert await connect_count(ada) == 2
    await check_invariants()
