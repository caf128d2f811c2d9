"""Mail handed to a real SMTP server: once, encrypted, and what each refusal means."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from models import clock, ids, job, mail, sending, sql, unit
from models.mail import MailKind
from models.request import Basis
from models.settings import configure
from models.worker import Again, NotNow, attempt_at
from tests.mail.conftest import row_of, work
from tests.mail.server import Box, smtp_server
from tests.people import person
from tests.webhooks.test_tls import Authority
from web.mail import links
from web.mail.sending import KINDS
from web.mail.smtp import mailer

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
_UNSUBSCRIBE = "https://mutual.example.org/mail/unsubscribe/"
Serve = Callable[..., Awaitable[Box]]


async def post(member: int, subject: int = 1) -> None:
    about = "PASSWORD_CHANGED"
    await unit.unit(lambda u: mail.post(u, member, MailKind.SECURITY, about, subject))


@pytest.fixture
async def serve(database: object, folder: Path) -> AsyncIterator[Serve]:
    """`await serve()`: a server this instance hands its mail to."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(mailer.close)

        async def start(tls: str = "NONE", host: str = "127.0.0.1", **options: object) -> Box:
            box = await stack.enter_async_context(smtp_server(**options))  # type: ignore[arg-type]
            configure(smtp_host=host, smtp_port=box.port, smtp_tls=tls, smtp_timeout=5)
            return box

        yield start


async def test_a_mail_arrives_once_and_a_batch_takes_one_connection(serve: Serve) -> None:
    box = await serve()
    ada = await person("ada", name="Åsa Öhman")
    for subject in range(6):
        await post(ada, subject)
    assert await work() == [None] * 6
    await mailer.close()
    assert len(box.mails) == 6
    assert box.connections <= 4, "no more connections than mails are sent at once"
    [envelope, *_] = box.mails
    assert envelope.mail_from == "no-reply@mutual.example.org"
    assert envelope.rcpt_tos == ["ada@example.org"]
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["To"].addresses[0].display_name == "Åsa Öhman"
    assert await work() == []
    assert not await sql.rows("SELECT id FROM mail WHERE sent_at IS NULL")


async def test_the_link_that_unsubscribes_arrives_as_it_is(serve: Serve) -> None:
    """RFC 8058: whoever offers one click looks for the link in the header as it came."""
    box = await serve()
    now = clock.now()
    ada, grace = [await person(name, email_verified_at=now) for name in ("ada", "grace")]
    await sending.send(ada, grace, Basis.OTHER, None)
    assert await work() == [None]
    raw = box.mails[0].original_content
    assert isinstance(raw, bytes)
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert b"=?" not in head
    [link] = re.findall(rb"\r\nList-Unsubscribe: <(https://mutual\.example\.org/\S+)>\r\n", head)
    read = links.read(links.UNSUBSCRIBE, link.decode().removeprefix(_UNSUBSCRIBE))
    assert read == links.Link(ids.encode(ids.MEMBER, grace), "REQUEST_RECEIVED")
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head
    assert re.search(rb"\r\nMessage-ID: <\S+@mutual\.example\.org>\r\n", head)


@pytest.mark.only_engine("sqlite")
async def test_nothing_is_said_before_it_is_encrypted_to_the_right_server(
    serve: Serve, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    trusted = tmp_path / "authority.pem"
    trusted.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    ada = await person("ada")

    async def attempt(subject: int, tls: str, **options: object) -> tuple[Box, object]:
        await mailer.close()
        host = "localhost"
        box = await serve(tls, host, **options)
        await post(ada, subject)
        [outcome] = await work()
        await sql.change("DELETE FROM job")
        return box, outcome

    configure(smtp_ca_file=str(trusted), smtp_username="mutual", smtp_password="open sesame")
    ours, other = authority.serve_as("localhost"), authority.serve_as("mail.example.org")
    # What is offered, what is asked for, and whether it arrives.
    for subject, (tls, options, arrives) in enumerate(
        [
            ("STARTTLS", {"context": ours, "login": "open sesame"}, True),
            ("TLS", {"context": ours, "tls_at_once": True, "login": "open sesame"}, True),
            ("STARTTLS", {"context": other, "login": "open sesame"}, False),
            ("TLS", {"context": other, "tls_at_once": True, "login": "open sesame"}, False),
            ("STARTTLS", {"login": "open sesame"}, False),  # somebody cut the offer out
            ("STARTTLS", {"context": ours, "login": "another"}, False),
        ]
    ):
        box, outcome = await attempt(subject, tls, **options)
        assert (outcome is None) is arrives, (tls, options, outcome)
        assert len(box.mails) == int(arrives)
        assert box.encrypted == [True] * int(arrives)
        assert box.users == ["mutual"] * int(arrives)
    configure(smtp_ca_file="")
    box, outcome = await attempt(9, "STARTTLS", context=ours, login="open sesame")
    assert isinstance(outcome, Again), "an authority nobody named is not trusted"
    assert not box.mails


async def test_what_a_refusal_means(serve: Serve) -> None:
    box = await serve()
    now = clock.freeze(NOW)
    # What the server answers, to what, and whether the mail is tried again, whether the address
    # gets no more.
    cases = [
        ("to_rcpt", "450 4.2.0 greylisted", True, False),
        ("to_data", "451 later", True, False),
        ("to_rcpt", "550 5.7.1 relaying denied", True, False),  # our fault, not the address's
        ("to_data", "554 this looks like spam", False, False),
        ("to_rcpt", "550 5.1.1 no such user", False, True),
        ("to_rcpt", "550 nobody here", False, True),
    ]
    for number, (where, answer, again, stops) in enumerate(cases):
        member = await person(f"member-{number}")
        getattr(box, where).append(answer)
        await post(member)
        [outcome] = await work()
        assert isinstance(outcome, Again) is again, answer
        stopped = await sql.rows("SELECT reason FROM mail_stop")
        assert bool(stopped) is stops, answer
        row = await row_of(member)
        assert (row["dropped"], row["sent_at"]) == ("" if again else "REFUSED", None)
        if stops:
            assert stopped[0]["reason"] == answer
            await sql.change("DELETE FROM mail_stop")
        if again:  # the job table brings it back
            await sql.change("UPDATE job SET run_at = $1", now)
            assert await work() == [None]
            assert (await row_of(member))["sent_at"] == now
        await sql.change("DELETE FROM job")
    assert len(box.mails) == 3


async def test_what_is_wrong_with_us_stops_nobody_s_address(serve: Serve) -> None:
    box = await serve()
    ada, grace = await person("ada"), await person("grace", email="gräce@example.org")
    configure(base_url="https://mutual..example.org")
    for member in (ada, grace):
        await post(member)
    rows = await job.claim([mail.JOB], 2)
    kind = next(each for each in KINDS if each.name == mail.JOB)
    assert [type(await attempt_at(kind, row)) for row in rows] == [UnicodeError, type(None)]
    [stopped] = await sql.rows("SELECT address, reason FROM mail_stop")
    assert stopped["address"] == "gräce@example.org", "no server takes this one, whoever asks"
    # Once it is put right, the mail goes: nothing was given up.
    configure(base_url="https://mutual.example.org")
    await sql.change("UPDATE job SET run_at = $1", clock.now())
    assert await work() == [None, None]
    assert [each.rcpt_tos for each in box.mails] == [["ada@example.org"]]


async def test_a_connection_dropped_in_the_middle_is_tried_again_as_the_same_mail(
    serve: Serve,
) -> None:
    box = await serve()
    ada = await person("ada")
    box.drops = 1
    await post(ada)
    [outcome] = await work()
    assert isinstance(outcome, Again)
    before = await row_of(ada)
    assert before["sent_at"] is None
    await sql.change("UPDATE job SET run_at = $1", clock.now())
    assert await work() == [None]
    [envelope] = box.mails
    assert f".{int(before['made_at'].timestamp())}@".encode() in (envelope.original_content or b"")
    # And a server that has gone away altogether is only trouble.
    await mailer.close()
    configure(smtp_port=1)
    await post(ada, 2)
    [outcome] = await work()
    assert isinstance(outcome, Again)


async def test_of_two_workers_one_sends_a_mail(serve: Serve) -> None:
    box = await serve()
    box.seconds = 0.2
    ada = await person("ada")
    await post(ada)
    [row] = await job.claim([mail.JOB], 1)
    # Both at once, as if the first worker's lease had run out while it went on.
    kind = next(each for each in KINDS if each.name == mail.JOB)
    outcomes = await asyncio.gather(attempt_at(kind, row), attempt_at(kind, row))
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "NotNow"]
    assert len(box.mails) == 1
    clock.freeze(clock.now())
    clock.advance(minutes=5)
    assert await attempt_at(kind, row) is None, "it finds it sent"
    assert len(box.mails) == 1


async def test_who_died_while_sending_leaves_it_to_the_next(serve: Serve) -> None:
    box = await serve()
    ada = await person("ada")
    await post(ada)
    clock.freeze(clock.now())
    # As a worker leaves it that was killed between claiming and sending.
    await sql.change("UPDATE mail SET due_at = $1", clock.advance(seconds=90))
    clock.advance(seconds=-60)
    [outcome] = await work()
    assert isinstance(outcome, NotNow)
    clock.advance(seconds=120)
    await sql.change("UPDATE job SET run_at = $1", clock.now())
    assert await work() == [None]
    assert len(box.mails) == 1
