"""A mail as bytes: its headers and its two parts. Nothing a member typed can end a header."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from urllib.parse import urlsplit

from schema import mailing
from web.settings import settings


class _Uncut(UnstructuredHeader, BaseHeader):
    """A header that is one long word, such as a link. Python would fold it into encoded words,
    which nobody who looks for a link decodes.
    """

    def fold(self, *, policy: Policy) -> str:
        """As it is, on one line."""
        return f"{self.name}: {self}{policy.linesep}"


def _policy() -> Policy:
    known = HeaderRegistry()
    known.map_to_type("list-unsubscribe", _Uncut)
    return SMTP.clone(header_factory=known)


_POLICY = _policy()
_LONGEST_NAME = 100
_LONGEST_SUBJECT = 150
# Everything that is not printed, line ends among it, and what reorders text around it.
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str
    # Where one click ends mail of this kind; empty for what a member cannot do without.
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom it goes to, and what makes it the same mail at every attempt."""

    id: str
    name: str
    address: str
    made_at: datetime
    now: datetime = field(default_factory=datetime.now)


def one_line(text: str, longest: int) -> str:
    """`text` as a header can carry it: one line, nothing that is not printed."""
    text = " ".join(_UNPRINTED.sub(" ", text).split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def address_of(name: str, address: str) -> Address:
    """An address with its name, quoted and encoded where that is needed. Raises ValueError for
    what no mail can be sent to.
    """
    local, _, domain = mailing.sendable(address).rpartition("@")
    return Address(one_line(name, _LONGEST_NAME), local, domain)


def in_ascii(url: str) -> str:
    """An address of ours with its host as headers need it. Raises ValueError for one that is no
    host.
    """
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.encode("idna").decode("ascii")).geturl()


def host() -> str:
    """The host this instance is known by."""
    return urlsplit(in_ascii(settings().base_url)).hostname or "localhost"


def sender() -> Address:
    """Who mail is from."""
    if settings().mail_from:
        name, address = mailing.mailbox(settings().mail_from)
    else:
        known = re.fullmatch(r"[a-z0-9.-]*[a-z][a-z0-9.-]*", host(), re.IGNORECASE)
        name, address = "", f"no-reply@{host() if known else 'localhost'}"
    return address_of(name or settings().instance_name, address)


def message_of(envelope: Envelope, letter: Letter) -> EmailMessage:
    """The whole mail. The same but for its date whenever it is made again."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender()
    if settings().mail_reply_to:
        message["Reply-To"] = address_of(*mailing.mailbox(settings().mail_reply_to))
    message["To"] = address_of(envelope.name, envelope.address)
    message["Subject"] = one_line(letter.subject, _LONGEST_SUBJECT)
    message["Date"] = format_datetime(envelope.now)
    # What came again about the same thing is another mail, and has another time.
    message["Message-ID"] = f"<{envelope.id}.{int(envelope.made_at.timestamp())}@{host()}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{in_ascii(letter.unsubscribe)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{envelope.id}")
    return message
