"""Mail sent by the jobs themselves, one after the other, into a folder of the test's own."""

from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from models import clock, job, sql
from models.settings import configure
from models.worker import Again, GiveUp, NotNow, attempt_at
from web import moments
from web.mail import outbox
from web.mail.sending import KINDS

Run = Callable[[], Awaitable[list[EmailMessage]]]
_KINDS = {kind.name: kind for kind in KINDS}


async def work() -> list[BaseException | None]:
    """Run every job of mail that is due, once; what each failed with."""
    outcomes: list[BaseException | None] = []
    while rows := await job.claim(list(_KINDS), 50):
        for row in rows:
            error = await attempt_at(_KINDS[row["kind"]], row)
            outcomes.append(error)
            if error is None:
                await job.finish(row["id"], row["attempts"])
            elif isinstance(error, NotNow):
                await job.put_off(row["id"], row["attempts"], clock.now() + error.wait)
            elif not isinstance(error, Again | GiveUp):
                raise error
    return outcomes


def outbox_mails() -> list[EmailMessage]:
    """What is in the folder, oldest first."""
    found = [outbox.read(name) for name in reversed(outbox.names())]
    return [mail for mail in found if mail is not None]


@pytest.fixture
def folder(set_up: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's mail is written."""
    monkeypatch.setattr(moments, "now", clock.now)
    configure(mail_folder=str(tmp_path / "mail"), base_url="https://mutual.example.org")
    return tmp_path / "mail"


@pytest.fixture
def mails(database: object, folder: Path) -> Run:
    """`await mails()`: run the jobs; the mails that were sent so far."""

    async def run() -> list[EmailMessage]:
        await work()
        return outbox_mails()

    return run


def part(mail: EmailMessage, kind: str) -> str:
    """The text or HTML part of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


async def row_of(member_id: int) -> sql.Row:
    """The one mail of a member, as stored."""
    [row] = await sql.rows("SELECT * FROM mail WHERE member_id = $1", member_id)
    return row
