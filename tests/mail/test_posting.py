"""Posting a mail: in the unit, once per subject, and to nobody who gets none."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from models import (
    clock,
    ids,
    mail,
    notification_list,
    quiet_hours,
    request,
    sender,
    sender_rule,
    sql,
    unit,
)
from models.mail import MailKind
from models.notification_choice import Choice, Handling, SenderClass, choose
from models.notification_kind import MailTiming, NotificationKind
from models.problem import Code, Problem
from models.request import DeclineReason
from tests.mail.conftest import Run
from tests.models.acts import NOON, ask, code_of
from tests.people import people, person

SUBJECT = 7


async def post(member_id: int, kind: MailKind, about: str, subject_id: int = SUBJECT) -> bool:
    return await unit.unit(lambda u: mail.post(u, member_id, kind, about, subject_id))


async def jobs() -> int:
    found = await sql.rows("SELECT id FROM job WHERE kind = $1", mail.JOB)
    return len(found)


async def state(who: int) -> tuple[int, int]:
    """The badge, and how many mails there are or were to be for a request."""
    unread, _ = await notification_list.standing(who)
    found = await sql.rows(
        "SELECT id FROM mail WHERE member_id = $1 AND about = 'REQUEST_RECEIVED'", who
    )
    sends = await sql.rows("SELECT payload FROM job WHERE kind = $1", mail.JOB)
    assert len({row["payload"] for row in sends}) == len(sends), "one job for each at most"
    return unread, len(found)


async def test_a_request_while_one_is_away_is_one_badge_and_one_mail_ever(mails: Run) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    assert await code_of(ask(ada, grace)) == "REQUEST_OPEN"
    assert await state(grace) == (1, 1)
    [sent] = await mails()
    assert sent["To"] == "Grace <grace@example.org>"
    clock.advance(days=8)
    # What it does to the badge: it says that something waits, at most once.
    acts: list[tuple[int, Callable[[], Awaitable[object]]]] = [
        (1, lambda: sender.nudge(ada, key)),
        (0, lambda: request.ignore(grace, key)),
        (0, lambda: request.undo_ignore(grace, key)),
        (0, lambda: request.decline(grace, key, DeclineReason.NOT_NOW, tell=True)),
        (0, lambda: request.undo_decline(grace, key)),
        (0, lambda: sender.nudge(ada, key)),
        (0, lambda: sender.withdraw(ada, key)),
    ]
    for badge, act in acts:
        await act()
        assert await state(grace) == (badge, 1)
        assert len(await mails()) == 1
    assert await code_of(ask(ada, grace)) == "COOLDOWN"
    assert await state(grace) == (0, 1)
    # Another request is another mail; taken back before it was sent it is none.
    clock.advance(days=22)
    other = await ask(ada, grace)
    assert await state(grace) == (1, 2)
    await sender.withdraw(ada, other)
    assert len(await mails()) == 1
    assert await state(grace) == (0, 2)


async def test_what_is_held_is_mailed_once_it_is_released(mails: Run) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await sender_rule.choose(grace, SenderClass.STRANGER, Handling.HOLD)
    key = await ask(ada, grace)
    clock.advance(days=8)
    await sender.nudge(ada, key)
    assert (await state(grace), await mails()) == ((0, 0), [])
    for _ in range(2):
        await request.release(grace, key)
        assert await state(grace) == (1, 1)
        assert len(await mails()) == 1


@pytest.mark.only_engine("postgres")
async def test_asking_and_nudging_at_the_same_time_are_one_mail(database: object) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    asked = await asyncio.gather(*(ask(ada, grace, key="once") for _ in range(6)))
    assert len(set(asked)) == 1
    clock.advance(days=8)
    await asyncio.gather(*(sender.nudge(ada, asked[0]) for _ in range(6)))
    assert await state(grace) == (1, 1)


async def test_quiet_hours_delay_it_and_what_is_chosen_meanwhile_holds(mails: Run) -> None:
    clock.freeze(NOON.replace(hour=23))
    ada, grace, hugo = await people("ada", "grace", "hugo")
    for each in (grace, hugo):
        await quiet_hours.choose(each, "Europe/Berlin", 22 * 60, 7 * 60)
        await ask(ada, each)
    assert await mails() == [], "after midnight there"
    assert await state(grace) == (1, 1), "the badge counts all the same"
    daily = Choice(True, MailTiming.DAILY)
    await choose(hugo, {NotificationKind.REQUEST_RECEIVED: daily})
    clock.advance(hours=6, minutes=59)
    assert await mails() == []
    clock.advance(minutes=1)
    [sent] = await mails()
    assert sent["To"] == "Grace <grace@example.org>", "Hugo's digest will tell of it"


async def test_nobody_gets_mail_who_is_suspended_or_whose_address_stopped(
    database: object,
) -> None:
    now = clock.now()
    suspended = await person("ada", suspended_at=now)
    stopped = await person("grace")
    await sql.change(
        "INSERT INTO mail_stop (id, address, reason, stopped_at) VALUES ($1, $2, '', $3)",
        ids.new_id(),
        "grace@example.org",
        now,
    )
    for kind in MailKind:
        assert not await post(suspended, kind, "")
        # What they ask for themselves is how they show that it works again.
        assert await post(stopped, kind, "") is (kind == MailKind.VERIFY_ADDRESS)


async def test_a_unit_that_fails_posts_nothing_and_a_later_one_waits(database: object) -> None:
    [ada] = await people("ada")

    async def fails(u: unit.Unit) -> None:
        await mail.post(u, ada, MailKind.SECURITY, "PASSWORD_CHANGED", 1)
        raise Problem(Code.INVALID, "no")

    with pytest.raises(Problem):
        await unit.unit(fails)
    assert await jobs() == 0
    later = clock.now() + timedelta(hours=1)
    await unit.unit(lambda u: mail.post(u, ada, MailKind.DIGEST, "", 20261123, at=later))
    row = await sql.row("SELECT m.due_at, j.run_at FROM mail m, job j")
    assert row is not None
    assert row["due_at"] == row["run_at"] == later
