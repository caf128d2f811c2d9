"""What links in mail lead to: nothing acts by being opened, and what is spent says so."""

import re
from datetime import UTC, datetime

import pytest

from models import clock, ids, mail, mail_sending, member, session, sql, unit
from models.mail import MailKind
from models.settings import configure
from tests.mail.conftest import Run, part, work
from tests.people import person
from tests.web.conftest import Enter, enter, text_of
from web.mail import links
from web.pages import forgotten

__all__ = ["enter"]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OLD = "a password to forget"


@pytest.fixture(autouse=True)
async def _slow_down() -> None:
    await forgotten._limiter.storage.reset()


def path(text: str, what: str) -> str:
    """The one link of a kind in a mail, as a path of the site."""
    [found] = set(re.findall(rf"https://mutual\.example\.org({links.PATHS[what]}\S+)", text))
    return found


async def choices(member_id: int) -> dict[str, str]:
    found = await sql.rows(
        "SELECT kind, mail, in_app FROM notification_choice WHERE member_id = $1", member_id
    )
    assert all(row["in_app"] for row in found)
    return {row["kind"]: row["mail"] for row in found}


async def test_unsubscribing_takes_one_click_and_no_opening(enter: Enter, folder: object) -> None:
    clock.freeze(NOW)
    ada = await person("ada")
    stranger = await enter(None)
    here = links.unsubscribe(ids.encode(ids.MEMBER, ada), "REQUEST_RECEIVED").split(".org")[1]
    for _ in range(2):  # as a mail program that looks ahead
        page = await stranger.get(here)
        assert page.status_code == 200
        assert "requests to connect" in text_of(page.text)
        assert await choices(ada) == {}
    # As RFC 8058 has a mail server do it: no cookie, no origin, this very body.
    stranger.client.headers.pop("Sec-Fetch-Site")
    for _ in range(2):
        done = await stranger.client.post(here, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
        assert await choices(ada) == {"REQUEST_RECEIVED": "OFF"}
    digest = links.unsubscribe(ids.encode(ids.MEMBER, ada), "DIGEST").split(".org")[1]
    await sql.change(
        "INSERT INTO notification_choice (id, member_id, kind, in_app, mail) VALUES "
        "(1, $1, 'REQUEST_ACCEPTED', true, 'AT_ONCE'), (2, $1, 'CONTACT_JOINED', true, 'WEEKLY')",
        ada,
    )
    assert (await stranger.client.post(digest)).status_code == 200
    after = await choices(ada)
    assert after["REQUEST_ACCEPTED"] == "AT_ONCE"
    assert {after["CONTACT_JOINED"], after["REMINDER"]} == {"OFF"}
    clock.advance(days=links.UNSUBSCRIBE_DAYS)
    for token in (here, here[:-1] + "x", "/mail/unsubscribe/x", "/mail/unsubscribe/" + "x" * 999):
        for answer in (await stranger.get(token), await stranger.client.post(token)):
            assert answer.status_code == 410, token
            assert "This link has expired" in answer.text


async def test_an_address_is_confirmed_by_its_link(enter: Enter, mails: Run) -> None:
    clock.freeze(NOW)
    ada = await enter("ada")
    page = await ada.get("/settings/mail")
    assert "Not confirmed" in text_of(page.text)
    sent = await ada.post("/settings/mail/verification")
    assert "A link is on its way" in text_of(await ada.follow(sent))
    [message] = await mails()
    here = path(part(message, "plain"), links.VERIFY)
    stranger = await enter(None)
    assert "Is this your address?" in (await stranger.get(here)).text
    assert (await sql.row("SELECT email_verified_at FROM member"))["email_verified_at"] is None
    assert "your address is confirmed" in (await stranger.post(here)).text
    assert "Confirmed" in text_of((await ada.get("/settings/mail")).text)
    # Mail came back: the page says so, and the way out of it is the same.
    clock.advance(days=1)
    await mail_sending.stop("ada@example.org", "550 5.1.1 no such\nuser")
    page = text_of((await ada.get("/settings/mail")).text)
    assert "Mail came back" in page
    assert "550 5.1.1 no such user" in page
    await ada.post("/settings/mail/verification")
    clock.advance(minutes=1)
    assert len(await mails()) == 2
    assert (await stranger.post(here)).status_code == 200
    assert not await sql.rows("SELECT id FROM mail_stop")
    # Each day so many; an older link goes when the address is another or the days are over.
    for _ in range(4):
        await ada.post("/settings/mail/verification")
    refused = await ada.follow(await ada.post("/settings/mail/verification"))
    assert "Several links were sent today" in refused
    clock.advance(days=links.VERIFY_DAYS)
    assert (await stranger.post(here)).status_code == 410


async def test_a_password_is_reset_once_and_every_session_ends(enter: Enter, mails: Run) -> None:
    old = await member.hash_password(OLD)
    clock.freeze(NOW)
    ada = await enter("ada", password_hash=old)
    stranger = await enter(None)
    asked = await stranger.post("/session/forgot", email=" Ada@Example.org ")
    assert asked.status_code == 200
    [message] = await mails()
    here = path(part(message, "plain"), links.RESET)
    for _ in range(2):
        assert "Choose a new password" in (await stranger.get(here)).text
    short = await stranger.post(here, newPassword="short")
    assert short.status_code == 422
    assert 'id="field-newPassword-error"' in short.text
    clock.advance(minutes=5)
    done = await stranger.post(here, newPassword="a much better password")
    assert "Your password is changed" in text_of(await stranger.follow(done))
    assert (await ada.get("/settings")).status_code == 303, "their sessions have ended"
    await session.sign_in("ada@example.org", "a much better password", "")
    subjects = [str(each["Subject"]) for each in await mails()]
    assert subjects[1:] == ["Your password was changed by a link in a mail", "A new sign-in"]
    assert (await sql.row("SELECT email_verified_at FROM member"))["email_verified_at"] is not None
    # Used, it is dead, as are all that were made before.
    assert (await stranger.get(here)).status_code == 410
    again = await stranger.post(here, newPassword="another password")
    assert again.status_code == 410
    await session.sign_in("ada@example.org", "a much better password", "")


async def test_nobody_learns_whether_an_address_is_known(enter: Enter, mails: Run) -> None:
    clock.freeze(NOW)
    await person("ada")
    await person("gone", suspended_at=NOW)
    stranger = await enter(None)
    answers, work_done = [], []
    for email in ("ada@example.org", "gone@example.org", "nobody@example.org"):
        with pytest.MonkeyPatch.context() as patch:
            seen: list[str] = []
            patch.setattr(sql, "_note", seen.append)
            answer = await stranger.post("/session/forgot", email=email)
        answers.append((answer.status_code, answer.text, sorted(answer.headers)))
        work_done.append(seen)
    assert answers[0] == answers[1] == answers[2]
    assert work_done[0] == work_done[1] == work_done[2]
    assert work_done[0]
    assert len(await mails()) == 1
    for email, status in (("ada", 422), ("", 422), ("a@" + "b" * 300, 422), ("\x00@\ud800", 200)):
        sent = email.encode("utf-8", "replace").decode()
        assert (await stranger.post("/session/forgot", email=sent)).status_code == status, email
    answers = [await stranger.post("/session/forgot", email="ada@example.org") for _ in range(5)]
    assert [each.status_code for each in answers] == [200] * 4 + [429]
    assert answers[-1].headers["Retry-After"]
    await work()
    assert len(await sql.rows("SELECT id FROM mail WHERE kind = 'RESET_PASSWORD'")) == 5


async def test_a_changed_password_is_told_and_kills_the_link(enter: Enter, mails: Run) -> None:
    old = await member.hash_password(OLD)
    clock.freeze(NOW)
    ada = await enter("ada", password_hash=old)
    await ada.post("/session/forgot", email="ada@example.org")
    [message] = await mails()
    here = path(part(message, "plain"), links.RESET)
    clock.advance(minutes=1)
    changed = await ada.post("/settings/password", currentPassword=OLD, newPassword="quite another")
    assert changed.status_code == 303
    assert (await ada.get(here)).status_code == 410
    assert [str(each["Subject"]) for each in await mails()][1:] == ["Your password was changed"]


async def test_who_joins_is_asked_to_confirm_where_mail_can_be_seen(
    enter: Enter, mails: Run
) -> None:
    clock.freeze(NOW)
    for number, changes in enumerate(({}, {"demo": True}, {"demo": False, "smtp_host": "mail"})):
        configure(base_url="http://site", **changes)  # cookies of https would not come back
        stranger = await enter(None)
        given = {"name": "Ada", "handle": f"ada-{number}", "email": f"ada{number}@example.org"}
        joined = await stranger.post("/sign-up", password="a fine password", **given)
        assert joined.status_code == 303
        posted = await sql.rows("SELECT id FROM mail WHERE kind = 'VERIFY_ADDRESS'")
        assert len(posted) == number
    assert "Before you can ask others" in text_of((await stranger.get("/settings/mail")).text)


async def test_the_demo_shows_its_mail_and_nothing_else_does(enter: Enter, mails: Run) -> None:
    clock.freeze(NOW)
    ada = await person("ada", name="<b>Ada</b>")
    await unit.unit(lambda u: mail.post(u, ada, MailKind.SECURITY, "PASSWORD_CHANGED", 1))
    [message] = await mails()
    stranger = await enter(None)
    name = f"20261123-090000-{str(message['Message-ID'])[1:18]}.eml"
    paths = ("/dev/mail", f"/dev/mail/{name}", f"/dev/mail/{name}/html")
    for each in paths:
        assert (await stranger.get(each)).status_code == 404
    configure(demo=True)
    listed, shown, html = [await stranger.get(each) for each in paths]
    assert f'href="/dev/mail/{name}"' in listed.text
    assert "Your password was changed" in listed.text
    assert re.search(r"\d+ November 2026, \d\d:\d\d UTC</time>", listed.text)
    assert "frame-src 'self'" in shown.headers["Content-Security-Policy"]
    assert 'href="https://mutual.example.org/session/forgot"' in shown.text
    assert "&lt;b&gt;Ada" in shown.text
    assert "<b>Ada" not in html.text
    policy = html.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script" not in policy
    for bad in ("x.eml", "..%2fsecret_key", name.replace("mai", "mem"), name[:-4]):
        assert (await stranger.get(f"/dev/mail/{bad}")).status_code == 404
        assert (await stranger.get(f"/dev/mail/{bad}/html")).status_code == 404
