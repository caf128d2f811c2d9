"""A member's address: whether it is theirs, and getting back in through it.

What proves it is a link that web/ signs. Here stands what such a link must fit: a mark over the
address, or over the password's hash, which dies when that changes.
"""

from datetime import timedelta

from models import contact_match, credential, ids, job, mail, notification, session, sql
from models.mail import MailKind
from models.member import by_email, check_password, hash_password
from models.notification_kind import SecurityMatter
from models.problem import Code, Problem
from models.text import to_look_up
from models.unit import Unit, in_unit

FORGOTTEN_JOB = "mail_forgotten"
# How often a member may have a link sent.
VERIFICATIONS_A_DAY = 5
RESETS_A_DAY = 5
_MARK = 24
_SPENT = "This link is used up or has expired. Please ask for a new one."


def spent() -> Problem:
    """The answer to every link that does not work, for whatever reason."""
    return Problem(Code.LINK_EXPIRED, _SPENT)


def mark_of(text: str) -> str:
    """What a link carries in place of an address or a password's hash."""
    return credential.hashed(text)[:_MARK]


async def standing(member_id: int) -> sql.Row:
    """The member's address, since when it is verified, and why mail to it stopped, if it did."""
    found = await sql.row(
        "SELECT m.email, m.email_verified_at, m.password_hash, m.suspended_at, s.stopped_at, "
        "s.reason FROM member m LEFT JOIN mail_stop s ON s.address = m.email WHERE m.id = $1",
        member_id,
    )
    if found is None:
        raise spent()
    return found


@in_unit
async def ask_to_verify(u: Unit, member_id: int) -> None:
    """Send the member a link that shows the address to be theirs. Raises TOO_MANY."""
    if not await _within(u, member_id, MailKind.VERIFY_ADDRESS, VERIFICATIONS_A_DAY):
        raise Problem(
            Code.TOO_MANY,
            "Several links were sent today. Please look into your mail, or try again tomorrow.",
        )
    await mail.post(u, member_id, MailKind.VERIFY_ADDRESS, "", ids.new_id())


async def _within(u: Unit, member_id: int, kind: MailKind, most: int) -> bool:
    """Whether the member has had fewer of these today. Locks their allowance: one at a time."""
    await sql.rows(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", member_id)
    row = await sql.row(
        "SELECT count(*) AS number FROM mail WHERE member_id = $1 AND kind = $2 AND made_at > $3",
        member_id,
        kind.value,
        u.now - timedelta(days=1),
    )
    assert row is not None
    return int(row["number"]) < most


@in_unit
async def verify(u: Unit, member_id: int, mark: str) -> None:
    """The link came back: the address is the member's. Raises LINK_EXPIRED."""
    account = await standing(member_id)
    unchanged = credential.same(mark, mark_of(account["email"]))
    if not unchanged or account["suspended_at"] is not None:
        raise spent()
    await sql.change(
        "UPDATE member SET email_verified_at = $2 WHERE id = $1",
        member_id,
        u.now,
    )
    await sql.change("DELETE FROM mail_stop WHERE address = $1", account["email"])
    if account["email_verified_at"] is None:
        await contact_match.tell_owners(u, member_id)


@in_unit
async def forget(u: Unit, email: str) -> None:
    """Somebody says they forgot the password of this address. The same work for every address:
    whether there is such an account is looked up later, where nobody waits for it.
    """
    await job.enqueue(u, FORGOTTEN_JOB, {"email": to_look_up(email)[:254]})


@in_unit
async def send_reset(u: Unit, email: str) -> None:
    """Send a link to set a new password, if there is such an account."""
    account = await by_email(email)
    if account is None or account["suspended_at"] is not None:
        return
    if await _within(u, account["id"], MailKind.RESET_PASSWORD, RESETS_A_DAY):
        await mail.post(u, account["id"], MailKind.RESET_PASSWORD, "", ids.new_id())


async def check_reset(member_id: int, mark: str) -> None:
    """Whether a link may still set the password. Raises LINK_EXPIRED."""
    account = await standing(member_id)
    unchanged = credential.same(mark, mark_of(account["password_hash"]))
    if not unchanged or account["suspended_at"] is not None:
        raise spent()


async def reset_password(member_id: int, mark: str, new: str) -> None:
    """Set the password, end every session and tell the member. Raises LINK_EXPIRED, or what is
    wrong with the password.
    """
    await check_reset(member_id, mark)
    check_password(new, "newPassword")
    await _reset(member_id, mark, await hash_password(new))


@in_unit
async def _reset(u: Unit, member_id: int, mark: str, new_hash: str) -> None:
    account = await standing(member_id)
    before = account["password_hash"]
    if not credential.same(mark, mark_of(before)):
        raise spent()
    changed = await sql.change(
        "UPDATE member SET password_hash = $2, email_verified_at = COALESCE(email_verified_at, $4) "
        "WHERE id = $1 AND password_hash = $3",
        member_id,
        new_hash,
        before,
        u.now,
    )
    if not changed:  # the same link, twice at once
        raise spent()
    await session.end_others(member_id, None)
    if account["email_verified_at"] is None:
        await contact_match.tell_owners(u, member_id)
    await notification.warn(u, member_id, SecurityMatter.PASSWORD_RESET, ids.new_id())
