"""Handing mail to the server, over connections that are kept for a while."""

import logging
import ssl
import time
from dataclasses import dataclass, field
from email.message import EmailMessage

import aiosmtplib

from web.settings import settings

IDLE_SECONDS = 20.0
# One connection carries so many mails at most; servers cut off who never ends.
MAILS_EACH = 100
log = logging.getLogger("mutual.mail")


class Refused(Exception):
    """The server will not take this mail, ever. `address_bad`: whatever is sent to that address."""

    def __init__(self, reason: str, *, address_bad: bool) -> None:
        super().__init__(reason)
        self.address_bad = address_bad


class Trouble(Exception):
    """It could not be handed over this time."""


@dataclass
class _Line:
    client: aiosmtplib.SMTP
    used_at: float = field(default_factory=time.monotonic)
    mails: int = 0

    def is_good(self) -> bool:
        """Whether it can carry another."""
        fresh = time.monotonic() - self.used_at < IDLE_SECONDS
        return self.client.is_connected and fresh and self.mails < MAILS_EACH


class Mailer:
    """The connections of this process: as many as mails are sent at once, newest first."""

    def __init__(self) -> None:
        self._idle: list[_Line] = []

    async def send(self, message: EmailMessage) -> None:
        """Hand one mail over. Raises Refused or Trouble."""
        try:
            line = await self._line()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Trouble(_words(error)) from None
        try:
            await _carry(line.client, message)
        except BaseException:
            line.client.close()
            raise
        line.mails += 1
        line.used_at = time.monotonic()
        self._idle.append(line)

    async def _line(self) -> _Line:
        while self._idle:
            line = self._idle.pop()
            if line.is_good():
                return line
            line.client.close()
        client = _client()
        await client.connect()
        return _Line(client)

    async def close(self) -> None:
        """Take leave of the server."""
        while self._idle:
            line = self._idle.pop()
            try:
                await line.client.quit()
            except (aiosmtplib.SMTPException, OSError):
                line.client.close()


def _client() -> aiosmtplib.SMTP:
    rules = settings()
    encrypted = rules.smtp_tls != "NONE"
    trusted = ssl.create_default_context(cafile=rules.smtp_ca_file or None) if encrypted else None
    return aiosmtplib.SMTP(
        hostname=rules.smtp_host,
        port=rules.smtp_port,
        use_tls=rules.smtp_tls == "TLS",
        # Never "if it is offered": who cut the offer out would read everything.
        start_tls=rules.smtp_tls == "STARTTLS",
        tls_context=trusted,
        username=rules.smtp_username or None,
        password=rules.smtp_password.get_secret_value() or None,
        timeout=rules.smtp_timeout,
    )


async def _carry(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await client.send_message(message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        [refused] = error.recipients
        raise _meaning(refused.code, refused.message, address=True) from None
    except aiosmtplib.SMTPDataError as error:
        raise _meaning(error.code, error.message, address=False) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Trouble(_words(error)) from None


def _meaning(code: int, words: str, *, address: bool) -> Exception:
    """What a refusal of the address or of the text means. 5.7.x is about who we are, and so says
    nothing of the address: a server set up wrongly must not stop everybody's mail.
    """
    text = f"{code} {words}"
    ours = words.lstrip().startswith("5.7.")
    if code < 500 or (address and ours):
        return Trouble(text)
    return Refused(text, address_bad=address)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


mailer = Mailer()
