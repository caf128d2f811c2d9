"""A real SMTP server on loopback that can be told how to answer."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OK = "250 OK"


class Box:
    """What arrived, and what the server says to the next address or text."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.port = 0
        self.connections = 0
        self.encrypted: list[bool] = []
        self.users: list[object] = []
        # Answers to come, one for each RCPT or DATA; then all is well.
        self.to_rcpt: list[str] = []
        self.to_data: list[str] = []
        # Hang up after the text has come and before it is acknowledged, so often.
        self.drops = 0
        self.seconds = 0.0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        """An address is given."""
        answer = self.to_rcpt.pop(0) if self.to_rcpt else OK
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A mail is given."""
        await asyncio.sleep(self.seconds)
        if self.drops:
            self.drops -= 1
            assert server.transport is not None
            server.transport.abort()
            return "421 bye"
        answer = self.to_data.pop(0) if self.to_data else OK
        if answer == OK:
            self.mails.append(envelope)
            assert server.transport is not None
            self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
            self.users.append(session.auth_data)
        return answer


@asynccontextmanager
async def smtp_server(
    context: ssl.SSLContext | None = None, *, tls_at_once: bool = False, login: str = ""
) -> AsyncIterator[Box]:
    """A server for the length of a block; with `context` it offers STARTTLS, or speaks TLS."""
    box = Box()

    def authenticate(
        _server: Any, _session: Any, _envelope: Any, _way: str, data: Any
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password.decode() == login
        return AuthResult(success=good, auth_data=data.login.decode())

    def talk() -> SMTP:
        box.connections += 1
        with warnings.catch_warnings():  # it does not know that TLS was there from the first byte
            warnings.simplefilter("ignore")
            return SMTP(
                box,
                hostname="localhost",
                tls_context=None if tls_at_once else context,
                require_starttls=context is not None and not tls_at_once,
                authenticator=authenticate if login else None,
                auth_required=bool(login),
                auth_require_tls=context is not None and not tls_at_once,
                loop=asyncio.get_running_loop(),
            )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(talk, "127.0.0.1", 0, ssl=context if tls_at_once else None)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()
