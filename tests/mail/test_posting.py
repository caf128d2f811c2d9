"""Posting a mail: in the unit, once per subject, and to nobody who gets none."""

from datetime import timedelta

import pytest

from models import clock, ids, mail, sql, unit
from models.mail import MailKind
from models.problem import Code, Problem
from tests.people import people, person

SUBJECT = 7


async def post(member_id: int, kind: MailKind, about: str, subject_id: int = SUBJECT) -> bool:
    return await unit.unit(lambda u: mail.post(u, member_id, kind, about, subject_id))


async def jobs() -> int:
    found = await sql.rows("SELECT id FROM job WHERE kind = $1", mail.JOB)
    return len(found)


async def test_one_mail_per_request_ever(database: object) -> None:
    ada, grace = await people("ada", "grace")
    posted = [await post(ada, MailKind.NOTIFICATION, "REQUEST_RECEIVED") for _ in range(2)]
    await sql.change("UPDATE mail SET sent_at = $1", clock.now())
    posted.append(await post(ada, MailKind.NOTIFICATION, "REQUEST_RECEIVED"))
    assert posted == [True, False, False]
    assert await jobs() == 1
    # Another's, another kind's and another subject's are others.
    assert await post(grace, MailKind.NOTIFICATION, "REQUEST_RECEIVED")
    assert await post(ada, MailKind.NOTIFICATION, "REQUEST_ACCEPTED")
    assert await post(ada, MailKind.NOTIFICATION, "REQUEST_RECEIVED", SUBJECT + 1)
    assert await jobs() == 4


async def test_what_comes_again_is_mailed_again_once_it_was_read(database: object) -> None:
    [ada] = await people("ada")
    about = "MESSAGE_RECEIVED"
    assert await post(ada, MailKind.NOTIFICATION, about)
    assert not await post(ada, MailKind.NOTIFICATION, about), "the first one still waits"
    await sql.change("UPDATE mail SET sent_at = $1", clock.now())
    await sql.change(
        "INSERT INTO notification (id, member_id, kind, subject_id, other_id, occurred_at, times) "
        "VALUES ($1, $2, $3, $4, $2, $5, 2)",
        ids.new_id(),
        ada,
        about,
        SUBJECT,
        clock.now(),
    )
    assert not await post(ada, MailKind.NOTIFICATION, about), "it was told, and is not read"
    await sql.change("UPDATE notification SET times = 1")  # the first since it was read
    assert await post(ada, MailKind.NOTIFICATION, about)


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
