"""A mail never says more than the page would at that moment, and no hidden act makes or stops one
of the other's.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from models import clock, mail, mail_sending, request, sending, sql, unit
from models import sender as sender_acts
from models.mail import MailKind
from models.notification import NotificationKind, notify
from models.request import Basis, DeclineReason
from models.settings import configure
from tests.facts import rewrite
from tests.mail.conftest import Run, part, row_of
from tests.mail.test_letters import post
from tests.people import people, person
from web import lifespan
from web.mail.letters import letter_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RECEIVED = NotificationKind.REQUEST_RECEIVED


async def dropped(member: int) -> str:
    reason: str = (await row_of(member))["dropped"]
    return reason


async def test_what_is_over_before_it_is_sent_is_not_sent(mails: Run) -> None:
    clock.freeze(NOW)

    async def withdrawn(key: int, sender: int, _recipient: int) -> None:
        await sender_acts.withdraw(sender, key)

    async def ignored(key: int, _sender: int, recipient: int) -> None:
        await request.ignore(recipient, key)

    async def accepted(key: int, _sender: int, recipient: int) -> None:
        await request.accept(recipient, key)

    async def read(_key: int, _sender: int, recipient: int) -> None:
        await sql.change(
            "UPDATE notification SET read_at = $2 WHERE member_id = $1", recipient, NOW
        )

    async def expired(key: int, _sender: int, _recipient: int) -> None:
        await rewrite(key, expires_at=NOW)

    async def off(_key: int, _sender: int, recipient: int) -> None:
        await sql.change(
            "INSERT INTO notification_choice (id, member_id, kind, in_app, mail) "
            "VALUES ($1, $1, 'REQUEST_RECEIVED', true, 'OFF')",
            recipient,
        )

    async def suspended(_key: int, _sender: int, recipient: int) -> None:
        await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", recipient, NOW)

    acts = [withdrawn, ignored, accepted, read, expired, off, suspended]
    for act in acts:
        sender, recipient = await people(f"s-{act.__name__}", f"r-{act.__name__}")
        row = await sending.send(sender, recipient, Basis.OTHER, None)
        await post(recipient, RECEIVED, row["id"])
        await act(row["id"], sender, recipient)
        await mails()
        reasons = await sql.rows(
            "SELECT dropped, sent_at FROM mail WHERE member_id = $1 AND about = $2",
            recipient,
            RECEIVED.value,
        )
        assert [(each["dropped"] != "", each["sent_at"]) for each in reasons] == [(True, None)], act


async def test_only_what_the_member_may_see_now_is_said(mails: Run) -> None:
    clock.freeze(NOW)
    ada = await person("ada", headline="Secret headline", headline_audience=4, organisation="Open")
    [grace] = await people("grace")
    row = await sending.send(ada, grace, Basis.OTHER, None)
    await post(grace, RECEIVED, row["id"])
    [message] = await mails()
    for kind in ("plain", "html"):
        assert "Open" in part(message, kind)
        assert "Secret headline" not in part(message, kind)


async def test_a_hidden_act_changes_no_mail_of_the_other(database: object, folder: object) -> None:
    """Rows, jobs, and what a letter to the sender would say now, byte for byte."""
    clock.freeze(NOW)
    sender, recipient, friend = await people("sender", "recipient", "friend")
    asked = await sending.send(sender, recipient, Basis.OTHER, "Hello")
    row = await sending.send(sender, friend, Basis.OTHER, None)
    await request.accept(friend, row["id"])
    await notify(sender, NotificationKind.REMINDER, row["id"], recipient, NOW)
    await post(sender, NotificationKind.REMINDER, row["id"])
    await unit.unit(lambda u: mail.post(u, sender, MailKind.DIGEST, "", 20261123))

    async def everything() -> list[object]:
        rows = await sql.rows("SELECT * FROM mail WHERE member_id = $1 ORDER BY id", sender)
        jobs = await sql.rows("SELECT payload, run_at FROM job WHERE kind = 'mail' ORDER BY id")
        known = {each["id"] for each in rows}
        letters = []
        for each in rows:
            taken = await mail_sending.take(each["id"])
            assert isinstance(taken, mail_sending.Taken)
            letters.append(await letter_of(taken))
            await mail_sending.release(taken)
        mine = [dict(each) for each in jobs if any(str(key) in each["payload"] for key in known)]
        return [[dict(each) for each in rows], mine, letters]

    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: request.ignore(recipient, asked["id"]),
        lambda: request.undo_ignore(recipient, asked["id"]),
        lambda: request.decline(recipient, asked["id"], DeclineReason.NOT_NOW),
    ]
    before = await everything()
    assert len(before[2]) == 3  # type: ignore[arg-type]
    for act in acts:
        await act()
        assert await everything() == before


async def test_others_are_not_told_of_at_an_address_that_may_be_a_strangers(mails: Run) -> None:
    clock.freeze(NOW)
    ada, grace = await people("ada", "grace")
    row = await sending.send(ada, grace, Basis.OTHER, None)
    await post(grace, RECEIVED, row["id"])
    configure(require_verified_email=True)
    assert await mails() == []
    assert await dropped(grace) == "UNVERIFIED"


def test_the_worker_sends_mail() -> None:
    names = [kind.name for kind in lifespan.kinds()]
    assert {"mail", "mail_forgotten", "digests"} <= set(names)
    assert len(names) == len(set(names))
