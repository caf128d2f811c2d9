"""Mail at once about what comes again: once more whenever the member had read what was before,
and never silence because of a mail that did not arrive.
"""

import pytest

from models import (
    clock,
    job,
    mail,
    mail_sending,
    message_acts,
    notification,
    notification_list,
    sql,
    update_reply,
)
from models.notification_choice import Choice, choose
from models.notification_kind import MailTiming, NotificationKind
from models.worker import Worker
from schema import mailing
from tests.mail.conftest import Run, row_of
from tests.models.acts import NOON, connect
from tests.models.messaging import key_of, write
from tests.models.posting import MEMBERS, posted
from tests.people import people
from web.mail import outbox, sending
from web.mail.letters import letter_of
from web.mail.sending import DELAYS, KINDS
from web.mail.smtp import Trouble

Kind = NotificationKind
BY_MAIL_ALONE = Choice(False, MailTiming.AT_ONCE)


async def test_what_is_mailed_alone_is_mailed_every_time(mails: Run) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await choose(ada, {Kind.UPDATE_REPLIED: BY_MAIL_ALONE, Kind.REMINDER: BY_MAIL_ALONE})
    update = await posted(ada, "Larch, or oak?", MEMBERS)
    for number in range(1, 4):
        await update_reply.reply(grace, update, "Larch.")
        clock.advance(hours=1)
        assert len(await mails()) == number
    # Several before it is sent are one mail, which says of how many.
    for _ in range(2):
        await update_reply.reply(grace, update, "Or oak.")
    [row] = await sql.rows("SELECT times, read_at FROM notification WHERE kind = 'UPDATE_REPLIED'")
    assert (row["times"], row["read_at"]) == (2, None)
    assert len(await mails()) == 4
    assert (await notification_list.of(ada, 10, None)).rows == [], "it is not shown"


async def test_messages_mailed_alone_are_mailed_once_until_they_are_read(mails: Run) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    await sql.change("DELETE FROM mail")
    await sql.change("DELETE FROM job")
    await choose(grace, {Kind.MESSAGE_RECEIVED: BY_MAIL_ALONE})
    await write(ada, grace)
    assert len(await mails()) == 1
    await write(grace, ada)
    await message_acts.mark_read(grace, await key_of(grace, ada), None)
    for _ in range(3):
        clock.advance(minutes=1)
        await write(ada, grace)
        assert len(await mails()) == 2


async def test_a_long_outage_silences_nothing_for_good(
    mails: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await choose(ada, {Kind.UPDATE_REPLIED: Choice(True, MailTiming.AT_ONCE)})
    update = await posted(ada, "Larch, or oak?", MEMBERS)
    worker = Worker(KINDS)

    async def is_away(*_: object) -> None:
        raise Trouble("no route to host")

    async def work_until_dead() -> sql.Row:
        with monkeypatch.context() as outage:
            outage.setattr(outbox, "keep", is_away)
            while not await job.dead():
                row = await job.next_due([mail.JOB])
                assert row is not None
                clock.freeze(max(row, clock.now()))
                for each in await job.claim([mail.JOB], 1):
                    await worker._work(worker.kinds[mail.JOB], each)
        [dead] = await job.dead()
        assert dead["attempts"] == len(DELAYS) + 1
        return dead

    await update_reply.reply(grace, update, "Larch.")
    first = await work_until_dead()
    assert (await row_of(ada))["dropped"] == "GIVEN_UP"
    # The server is back. An operator has it tried again, and it goes.
    await job.retry(first["id"])
    assert len(await mails()) == 1
    row = await row_of(ada)
    assert (row["sent_at"], row["dropped"]) == (clock.now(), "")
    # Again, and nobody looks at dead jobs: what comes next is mailed, unread as the last is.
    await notification.mark_read(ada)
    clock.advance(days=1)
    await update_reply.reply(grace, update, "Or oak.")
    second = await work_until_dead()
    await update_reply.reply(grace, update, "Or ash.")
    assert len(await mails()) == 2
    # The dead job finds it sent.
    await job.retry(second["id"])
    assert len(await mails()) == 2


@pytest.mark.parametrize("when", ["before it is taken", "before it is rendered"])
async def test_what_comes_while_the_last_is_found_read_is_mailed(
    mails: Run, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """It finds the mail waiting and so makes none: that one must not be dropped any more."""
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await choose(ada, {Kind.UPDATE_REPLIED: Choice(True, MailTiming.AT_ONCE)})
    update = await posted(ada, "Larch, or oak?", MEMBERS)
    await update_reply.reply(grace, update, "Larch.")
    if when == "before it is taken":
        await notification.mark_read(ada)
    nothing_to_tell, raced = mail_sending.nothing_to_tell, False

    async def letter(taken: mail_sending.Taken) -> object:
        if when == "before it is rendered" and not raced:
            await notification.mark_read(ada)
        return await letter_of(taken)

    async def race(key: int) -> bool:
        nonlocal raced
        if not raced:
            raced = True
            await update_reply.reply(grace, update, "Or oak.")
        return await nothing_to_tell(key)

    monkeypatch.setattr(sending, "letter_of", letter)
    for module in (mail_sending, mailing):
        monkeypatch.setattr(module, "nothing_to_tell", race)
    assert await mails() == []
    assert raced
    clock.advance(seconds=5)
    assert len(await mails()) == 1
    # What is read is still found to be nothing.
    await update_reply.reply(grace, update, "Or ash.")
    await notification.mark_read(ada)
    assert len(await mails()) == 1
    assert not await job.waiting()
