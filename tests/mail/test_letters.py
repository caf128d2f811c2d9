"""What each mail says, whole: one file each in snapshots/. `UPDATE_GOLDEN=1` writes them anew."""

import os
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from models import (
    clock,
    conversation_settings,
    introduction,
    introduction_ask,
    mail,
    mail_address,
    request,
    sending,
    sql,
    unit,
    update_reply,
)
from models.mail import MailKind
from models.notification import NotificationKind, notify
from models.notification_choice import Choice, choose
from models.notification_kind import MailTiming
from models.request import Basis, DeclineReason
from tests.facts import both_worked
from tests.mail.conftest import Run, part
from tests.models.messaging import write
from tests.models.posting import MEMBERS, posted
from tests.people import person

SNAPSHOTS = Path(__file__).parent / "snapshots"
# A Monday, ten to nine: whoever is in London has had their breakfast.
NOW = datetime(2026, 11, 23, 8, 50, tzinfo=UTC)
NOTE = "We shared a desk at Larch & Span.\n\nYour talk on <timber> made me want to ask:\nhow is it?"


def readable(message: EmailMessage) -> str:
    """A mail with its parts decoded, and without what is another at every run."""
    heads = "\n".join(f"{name}: {value}" for name, value in message.items())
    text = f"{heads}\n\n{part(message, 'plain')}\n{'=' * 72}\n{part(message, 'html')}"
    text = re.sub(r"([a-z]{3})_[0-9a-z]{13}\b", r"\1_ID", text)
    text = re.sub(r"\.[0-9a-f]{32}\b", ".SIGNATURE", text)
    return re.sub(r"\.[0-9a-f]{24}\.", ".MARK.", text).replace("\r\n", "\n")


def check(name: str, message: EmailMessage) -> None:
    path = SNAPSHOTS / f"{name}.txt"
    found = readable(message)
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found)
    assert found == path.read_text(), f"{path.name}: look, then run with UPDATE_GOLDEN=1"


async def post(member: int, about: NotificationKind, subject: int) -> None:
    work = lambda u: mail.post(u, member, MailKind.NOTIFICATION, about.value, subject)  # noqa: E731
    await unit.unit(work)


async def received() -> None:
    ada = await person("ada", name="Ada Lovelace", headline="Engineer", organisation="Larch & Span")
    grace = await person("grace", name="Grace Hopper")
    await both_worked(ada, grace)
    row = await sending.send(ada, grace, Basis.WORKED_TOGETHER, NOTE)
    await post(grace, NotificationKind.REQUEST_RECEIVED, row["id"])


async def accepted() -> None:
    ada, grace = await person("ada", name="Ada Lovelace"), await person("grace")
    row = await sending.send(ada, grace, Basis.OTHER, None)
    await request.accept(grace, row["id"])
    await post(ada, NotificationKind.REQUEST_ACCEPTED, row["id"])


async def declined() -> None:
    ada, grace = await person("ada"), await person("grace", name="Grace Hopper")
    row = await sending.send(ada, grace, Basis.OTHER, None)
    await request.decline(grace, row["id"], DeclineReason.KEEP_SMALL, tell=True)
    now = clock.now()
    await sql.change("UPDATE connection_request SET sender_state = 'DECLINED'")
    await notify(ada, NotificationKind.REQUEST_DECLINED, row["id"], grace, now)
    await post(ada, NotificationKind.REQUEST_DECLINED, row["id"])


async def introduced() -> None:
    ada = await person("ada", name="Ada Lovelace")
    grace = await person("grace", name="Grace Hopper")
    joan = await person("joan", name="Joan Clarke")
    for one, two in ((ada, grace), (grace, joan)):
        row = await sending.send(one, two, Basis.OTHER, None)
        await request.accept(two, row["id"])
    await sql.change("DELETE FROM mail")
    asked = await introduction_ask.ask(ada, grace, joan, "Would you?", "I admire your work.")
    await post(grace, NotificationKind.INTRODUCTION_ASKED, asked["id"])


async def introduced_to() -> int:
    await introduced()
    row = await sql.row("SELECT id, introducer_id FROM introduction")
    assert row is not None
    await sql.change("DELETE FROM mail")
    await introduction.forward(row["introducer_id"], row["id"], "Ada asks the best questions.")
    return int(row["id"])


async def introduction_accepted(told: str) -> None:
    key = await introduced_to()
    await sql.change("DELETE FROM mail")
    row = await sql.row("SELECT target_id FROM introduction")
    assert row is not None
    await introduction.accept(row["target_id"], key)
    await sql.change(
        "DELETE FROM mail WHERE member_id NOT IN (SELECT id FROM member WHERE handle = $1)", told
    )


async def told_of(kind: NotificationKind, subject: int | None = None) -> None:
    """A mail at once of a kind that is told daily if nobody chooses."""
    ada, grace = await person("ada", name="Ada Lovelace"), await person("grace")
    if kind == NotificationKind.REMINDER:
        row = await sending.send(ada, grace, Basis.OTHER, None)
        await request.accept(grace, row["id"])
        subject = await side_of(ada)
    await sql.change("DELETE FROM mail")
    other = ada if kind == NotificationKind.WEBHOOK_DISABLED else grace
    await notify(ada, kind, subject or 1, other, clock.now())
    await post(ada, kind, subject or 1)


async def message(*, connected: bool) -> None:
    ada, grace = await person("ada", name="Ada Lovelace"), await person("grace")
    await conversation_settings.choose(grace, True, None, None)
    kind = NotificationKind.MESSAGE_RECEIVED if connected else NotificationKind.MESSAGE_REQUESTED
    await choose(grace, {kind: Choice(True, MailTiming.AT_ONCE)})
    if connected:
        row = await sending.send(ada, grace, Basis.OTHER, None)
        await request.accept(grace, row["id"])
    await sql.change("DELETE FROM mail")
    await write(ada, grace, "Do you have the drawings?\nI would need them on Monday.")


async def thanked() -> None:
    ada, grace = await person("ada", name="Ada Lovelace"), await person("grace")
    update = await posted(ada, "Which timber for a footbridge?\nLarch, or oak?", MEMBERS)
    await choose(ada, {NotificationKind.UPDATE_THANKED: Choice(True, MailTiming.AT_ONCE)})
    await update_reply.thank(grace, update)


async def verify() -> None:
    await mail_address.ask_to_verify(await person("ada", name="Ada Lovelace"))


async def reset() -> None:
    await person("ada", name="Ada Lovelace", password_hash="$argon2id$old")
    await mail_address.forget("ADA@example.org")


async def security() -> None:
    ada = await person("ada", name="Ada Lovelace")
    await unit.unit(lambda u: mail.post(u, ada, MailKind.SECURITY, "PASSWORD_CHANGED", 1))


async def replied() -> None:
    ada, grace = await person("ada", name="Ada Lovelace"), await person("grace")
    update = await posted(ada, "Which timber for a footbridge?\nLarch, or oak?", MEMBERS)
    await update_reply.reply(grace, update, "Larch.")
    await post(ada, NotificationKind.UPDATE_REPLIED, update)


async def side_of(owner: int) -> int:
    row = await sql.row("SELECT id FROM relationship WHERE owner_id = $1", owner)
    assert row is not None
    return int(row["id"])


async def digest() -> None:
    grace = await person("grace", name="Grace Hopper")
    for name in ("ada", "joan", "hedy"):
        other = await person(name, headline="Engineer", organisation="Larch & Span")
        row = await sending.send(other, grace, Basis.MET_IN_PERSON, NOTE if name == "ada" else None)
        if name == "joan":
            await request.accept(grace, row["id"])
            await posted(other, "We are hiring two people for Kiel.")
            await notify(grace, NotificationKind.REMINDER, await side_of(grace), other, clock.now())
        if name == "hedy":
            await sql.change("DELETE FROM notification WHERE subject_id = $1", row["id"])
    await sql.change("DELETE FROM mail")
    choice = "INSERT INTO notification_choice (id, member_id, kind, in_app, mail) VALUES "
    await sql.change(
        f"{choice} (1, $1, 'REQUEST_RECEIVED', true, 'DAILY'), (2, $1, 'REMINDER', true, 'DAILY')",
        grace,
    )
    await unit.unit(lambda u: mail.post(u, grace, MailKind.DIGEST, "", 20261123))


LETTERS: dict[str, Callable[[], Awaitable[object]]] = {
    "request_received": received,
    "request_accepted": accepted,
    "request_declined": declined,
    "introduction_asked": introduced,
    "introduction_received": introduced_to,
    "introduction_accepted": lambda: introduction_accepted("ada"),
    "introduction_accepted_introducer": lambda: introduction_accepted("grace"),
    "message_received": lambda: message(connected=True),
    "message_requested": lambda: message(connected=False),
    "reminder": lambda: told_of(NotificationKind.REMINDER),
    "contact_joined": lambda: told_of(NotificationKind.CONTACT_JOINED),
    "webhook_disabled": lambda: told_of(NotificationKind.WEBHOOK_DISABLED),
    "update_replied": replied,
    "update_thanked": thanked,
    "verify_address": verify,
    "reset_password": reset,
    "security": security,
    "digest": digest,
}


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.only_engine("sqlite")
async def test_a_letter(name: str, mails: Run) -> None:
    clock.freeze(NOW)
    await LETTERS[name]()
    clock.advance(hours=1)
    sent = await mails()
    assert len(sent) == 1, [str(each["Subject"]) for each in sent]
    check(name, sent[0])


def test_no_letter_loads_anything() -> None:
    """No picture, no script, no address of somewhere else: nobody learns that it was opened."""
    found = sorted(SNAPSHOTS.glob("*.txt"))
    assert len(found) >= len(LETTERS)
    for path in found:
        text = path.read_text()
        assert not re.search(r"<(?:img|script|link|iframe|object)\b|url\(|@import", text), path
        assert not re.search(r'(?:src|href)="(?!https://mutual\.example\.org/)', text), path
