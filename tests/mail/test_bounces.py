"""Reported bounces: signed, fresh, and no way to silence somebody who just proved their address."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import httpx
import pytest

from models import clock, mail, mail_address, sql, unit
from models.mail import MailKind
from models.settings import Settings, configure
from tests.mail.conftest import Run
from tests.people import person
from tests.web.conftest import Browser, Enter, enter

__all__ = ["enter"]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECRET = "a secret for bounces, of 32 characters"


async def report(
    server: Browser, body: bytes, *, seconds: int = 0, secret: str = SECRET, **headers: str
) -> httpx.Response:
    """What a mail server's hook posts."""
    stamp = str(int(NOW.timestamp()) + seconds)
    signature = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    given = {"Mutual-Timestamp": stamp, "Mutual-Signature": signature, **headers}
    server.client.headers.pop("Sec-Fetch-Site", None)
    return await server.client.post("/mail/bounces", content=body, headers=given)


def bounce(address: str, reason: str = "550 no such user") -> bytes:
    return json.dumps({"address": address, "reason": reason}).encode()


async def stopped() -> list[str]:
    return [row["address"] for row in await sql.rows("SELECT address FROM mail_stop")]


async def test_a_signed_report_stops_mail_until_the_address_is_shown_to_work(
    enter: Enter, mails: Run
) -> None:
    clock.freeze(NOW)
    configure(bounce_secret=SECRET)
    ada = await person("ada")
    server = await enter(None)
    body = bounce("ADA@example.org ", "550\x00 gone\r\nSet-Cookie: x")
    assert (await report(server, body)).status_code == 204
    assert (await report(server, body)).status_code == 204, "the same again says nothing new"
    assert await stopped() == ["ada@example.org"]
    [row] = await sql.rows("SELECT reason FROM mail_stop")
    assert row["reason"] == "550\ufffd gone Set-Cookie: x"
    assert not await unit.unit(lambda u: mail.post(u, ada, MailKind.SECURITY, "", 1))
    # The address is proved to work; whoever kept the report cannot stop it again with it.
    clock.advance(seconds=30)
    await mail_address.verify(ada, mail_address.mark_of("ada@example.org"))
    assert (await report(server, body)).status_code == 204
    assert await stopped() == []
    # Nor is there anything to learn about addresses that are nobody's.
    assert (await report(server, bounce("nobody@example.org"))).status_code == 204
    assert await stopped() == []


async def test_a_domain_is_reported_as_mail_servers_spell_it(enter: Enter, folder: object) -> None:
    clock.freeze(NOW)
    configure(bounce_secret=SECRET)
    typed = ["ada@bücher.example", "bea@xn--bcher-kva.example"]
    for number, address in enumerate(typed):
        await person(f"member-{number}", email=address)
    server = await enter(None)
    for reported in ("Ada@XN--BCHER-KVA.example", "bea@Bücher.example"):
        assert (await report(server, bounce(reported))).status_code == 204
    assert sorted(await stopped()) == typed
    for odd in ("ada@xn--.example", f"ada@{'ü' * 80}.example", "ada@", "@bücher.example", "xn--"):
        assert (await report(server, bounce(odd))).status_code == 204, odd


async def test_what_is_waiting_is_not_sent_after_a_report(enter: Enter, mails: Run) -> None:
    clock.freeze(NOW)
    configure(bounce_secret=SECRET)
    ada = await person("ada")
    await unit.unit(lambda u: mail.post(u, ada, MailKind.SECURITY, "", 1))
    await report(await enter(None), bounce("ada@example.org"))
    assert await mails() == []
    [row] = await sql.rows("SELECT dropped FROM mail")
    assert row["dropped"] == "STOPPED"


@pytest.mark.only_engine("sqlite")
async def test_a_report_that_is_forged_late_or_broken_changes_nothing(
    enter: Enter, folder: object
) -> None:
    clock.freeze(NOW)
    await person("ada")
    server = await enter(None)
    good = bounce("ada@example.org")
    assert (await report(server, good)).status_code == 404, "switched off"
    configure(bounce_secret=SECRET)
    refused = [
        await report(server, good, secret="another secret, of 32 characters"),
        await report(server, good, seconds=-301),
        await report(server, good, seconds=301),
        await report(server, good, **{"Mutual-Timestamp": str(int(NOW.timestamp()) + 1)}),
        await report(server, good, **{"Mutual-Timestamp": "soon"}),
        await report(server, good, **{"Mutual-Signature": ""}),
    ]
    assert {each.status_code for each in refused} == {401}
    for stamp in ("²", "9" * 5000, "-1", "1e9", ""):  # signed, and no time all the same
        mark = hmac.new(SECRET.encode(), f"{stamp}.".encode() + good, hashlib.sha256).hexdigest()
        headers = {b"Mutual-Timestamp": stamp.encode(), b"Mutual-Signature": mark.encode()}
        answer = await server.client.post("/mail/bounces", content=good, headers=headers)
        assert answer.status_code == 401, stamp
    for body in (b"", b"null", b"[]", b"7", b"\xff", b'{"address": 7}', b"[" * 9000, b"{}"):
        assert (await report(server, body)).status_code == 422, body[:20]
    assert (await report(server, b"x" * 10_001)).status_code == 413
    assert (await server.get("/mail/bounces")).status_code == 405
    assert await stopped() == []
    with pytest.raises(ValueError, match="32 characters"):
        Settings(bounce_secret="short")  # type: ignore[arg-type]
