"""What web/mail needs of the models: not part of the public schema, as signing in is not.

Like schema/delivery.py it stands between those who carry something away and the tables.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from models import (
    clock,
    ids,
    mail,
    mail_address,
    mail_choice,
    mail_digest,
    mail_sending,
    mail_spelling,
)
from models.mail import MailKind
from models.mail_sending import Taken
from models.problem import Code, Problem, Problems
from models.token import Scope
from models.worker import Again, GiveUp, Kind, NotNow, Work
from schema.context import Viewer

__all__ = [
    "Again",
    "Code",
    "GiveUp",
    "Kind",
    "MailKind",
    "NotNow",
    "Problem",
    "Problems",
    "Taken",
    "Work",
]

MAIL_JOB = mail.JOB
FORGOTTEN_JOB = mail_address.FORGOTTEN_JOB

now = clock.now
take = mail_sending.take
sent = mail_sending.sent
release = mail_sending.release
drop = mail_sending.drop
nothing_to_tell = mail_sending.nothing_to_tell
AGAIN_SOON = mail_sending.AGAIN_SOON
stop = mail_sending.stop
post_digests = mail_digest.post_digests
forget = mail_address.forget
send_reset = mail_address.send_reset
mark_of = mail_address.mark_of
sendable = mail_spelling.sendable
mailbox = mail_spelling.mailbox


def viewer_of(taken: Taken) -> Viewer:
    """The member a mail is for, who reads what it tells with their own eyes."""
    return Viewer(taken.member_id, taken.handle, taken.name, frozenset(Scope))


def mail_id(taken: Taken) -> str:
    """The id of a mail, the same at every attempt."""
    return ids.encode(ids.MAIL, taken.id)


def member_id(taken: Taken) -> str:
    """The id of the member a mail is for."""
    return ids.encode(ids.MEMBER, taken.member_id)


def notification_ids(taken: Taken) -> Sequence[str]:
    """The ids of the notifications a mail tells of."""
    return [ids.encode(ids.NOTIFICATION, key) for key in taken.tells.notifications]


def request_ids(taken: Taken) -> Sequence[str]:
    """The ids of the requests that wait, which a digest adds."""
    return [ids.encode(ids.REQUEST, key) for key in taken.tells.requests]


def _key(member: str) -> int:
    key = ids.decode(ids.MEMBER, member)
    if key is None:
        raise mail_address.spent()
    return key


async def password_mark(taken: Taken) -> str:
    """What a link to set a new password carries; it is another once the password is."""
    return mark_of((await mail_address.standing(taken.member_id))["password_hash"])


async def verify(member: str, mark: str) -> None:
    """A link came back that shows an address to be the member's. Raises LINK_EXPIRED."""
    await mail_address.verify(_key(member), mark)


async def check_reset(member: str, mark: str) -> None:
    """Raises LINK_EXPIRED where a link may no longer set the password."""
    await mail_address.check_reset(_key(member), mark)


async def reset_password(member: str, mark: str, new: str) -> None:
    """Set the password by a link. Raises LINK_EXPIRED, or what is wrong with the password."""
    await mail_address.reset_password(_key(member), mark, new)


async def unsubscribe(member: str, about: str) -> None:
    """No more mail of this kind. Raises LINK_EXPIRED for what is no kind."""
    await mail_choice.switch_off(_key(member), about)


async def bounced(address: str, reason: str, at: int) -> None:
    """A mail server reported, at that second, that an address does not work."""
    await mail_sending.stop(address, reason, datetime.fromtimestamp(at, UTC))


def lasts(days: float = 0, minutes: float = 0) -> datetime:
    """When a link made now expires."""
    return clock.now() + timedelta(days=days, minutes=minutes)
