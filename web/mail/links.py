"""Links in mail that work without signing in: signed, expiring, and each good for one thing.

`<what>.<member>.<mark or kind>.<expiry>.<signature>`: nothing in it is secret but the signature.
A link that lets somebody in, or says yes to somebody, is never made.
"""

from dataclasses import dataclass
from datetime import datetime

from schema import mailing
from schema.mailing import Code, Problem
from web.settings import settings
from web.signing import sign, unsign

VERIFY = "verify"
RESET = "reset"
UNSUBSCRIBE = "unsubscribe"
# How long each is good. One-click unsubscribing has to work for long: mail is kept.
VERIFY_DAYS = 3
RESET_MINUTES = 60
UNSUBSCRIBE_DAYS = 365
_LONGEST = 300
PATHS = {VERIFY: "/mail/verify/", RESET: "/session/reset/", UNSUBSCRIBE: "/mail/unsubscribe/"}


@dataclass(frozen=True, slots=True)
class Link:
    """What a link that came back says."""

    member: str
    # The mark of an address or a password, or the kind of mail.
    about: str


def make(what: str, member: str, about: str, until: datetime) -> str:
    """The address of a link."""
    token = sign(f"mail-{what}.{member}.{about}.{int(until.timestamp())}")
    return f"{settings().base_url}{PATHS[what]}{token}"


def read(what: str, token: str) -> Link:
    """What a link says. Raises LINK_EXPIRED, for whatever reason it is no good."""
    text = unsign(token) if len(token) <= _LONGEST else None
    parts = text.split(".") if text else []
    if len(parts) != 4 or parts[0] != f"mail-{what}" or not parts[3].isdecimal():
        raise _expired()
    if int(parts[3]) <= mailing.now().timestamp():
        raise _expired()
    return Link(parts[1], parts[2])


def _expired() -> Problem:
    return Problem(Code.LINK_EXPIRED, "This link is used up or has expired.")


def verify(member: str, address: str) -> str:
    """A link that shows an address to be the member's."""
    mark = mailing.mark_of(address)
    return make(VERIFY, member, mark, mailing.lasts(days=VERIFY_DAYS))


def reset(member: str, mark: str) -> str:
    """A link to set a new password, for the one that is valid now."""
    return make(RESET, member, mark, mailing.lasts(minutes=RESET_MINUTES))


def unsubscribe(member: str, kind: str) -> str:
    """A link that ends mail of a kind."""
    return make(UNSUBSCRIBE, member, kind, mailing.lasts(days=UNSUBSCRIBE_DAYS))
