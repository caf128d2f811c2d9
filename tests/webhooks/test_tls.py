"""Deliveries over TLS: to the address that was checked, with a certificate of the name."""

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models import outbound
from models.settings import configure

NAME = "hook.example.org"
INVALID = "Nobody answers there, or the certificate is not valid."


class Authority:
    """A certificate authority that lasts a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        builder = self._builder(self.name, self.key, timedelta(days=1)).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.certificate = builder.sign(self.key, hashes.SHA256())

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + lasts)
        )

    def serve_as(self, name: str, lasts: timedelta = timedelta(days=1)) -> ssl.SSLContext:
        """A server's context with a certificate of this name."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key, lasts).add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
        )
        file = self.folder / f"{name}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return context

    def trusted(self) -> ssl.SSLContext:
        """What trusts this authority alone."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)


@asynccontextmanager
async def listening(context: ssl.SSLContext) -> AsyncIterator[tuple[int, list[str]]]:
    """A port that answers 204 over TLS, and what it was asked."""
    asked: list[str] = []

    def sni(_socket: object, name: str | None, _context: object) -> None:
        asked.append(f"sni {name}")

    context.sni_callback = sni

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.extend(line for line in head.splitlines() if line.lower().startswith("host"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        server.close()


@pytest.fixture
def authority(tmp_path: Path, set_up: object, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that deliveries trust, and a name that leads to this machine."""
    made = Authority(tmp_path)

    async def look_up(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    configure(webhook_private_targets=True)
    monkeypatch.setattr(outbound, "_trusted", made.trusted)
    monkeypatch.setattr(outbound, "look_up", look_up)
    return made


async def test_the_name_is_in_the_handshake_and_in_host(authority: Authority) -> None:
    async with listening(authority.serve_as(NAME)) as (port, asked):
        answer = await outbound.post(f"https://{NAME}:{port}/", b"{}", {})
        assert (answer.status, answer.error) == (204, "")
        assert asked == [f"sni {NAME}", f"Host: {NAME}:{port}"]


async def test_names_beyond_ascii_go_as_they_are_written(authority: Authority) -> None:
    name = "xn--bcher-kva.example.org"
    async with listening(authority.serve_as(name)) as (port, asked):
        answer = await outbound.post(f"https://{name}:{port}/", b"{}", {})
        assert (answer.status, answer.error) == (204, "")
        assert asked == [f"sni {name}", f"Host: {name}:{port}"]


async def test_a_certificate_of_another_name(authority: Authority) -> None:
    async with listening(authority.serve_as("other.example.org")) as (port, asked):
        answer = await outbound.post(f"https://{NAME}:{port}/", b"{}", {})
        assert (answer.status, answer.error) == (None, INVALID)
        assert asked == [f"sni {NAME}"], "nothing is sent before it is known to whom"


async def test_a_certificate_that_has_expired(authority: Authority) -> None:
    async with listening(authority.serve_as(NAME, timedelta(days=-1))) as (port, _):
        answer = await outbound.post(f"https://{NAME}:{port}/", b"{}", {})
        assert (answer.status, answer.error) == (None, INVALID)


async def test_an_authority_nobody_knows(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "_trusted", ssl.create_default_context)
    async with listening(authority.serve_as(NAME)) as (port, _):
        answer = await outbound.post(f"https://{NAME}:{port}/", b"{}", {})
        assert (answer.status, answer.error) == (None, INVALID)


async def test_a_silent_name_server_holds_up_nobody(
    set_up: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty look-ups that never end: given up in time, and the threads of others are free."""
    over = threading.Event()

    def silent(*_: object, **__: object) -> list[object]:
        over.wait(30)
        return []

    monkeypatch.setattr(outbound, "TOTAL_SECONDS", 0.3)
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    try:
        posts = [outbound.post(f"https://{NAME}/", b"{}", {}) for _ in range(40)]
        sent = asyncio.gather(*posts)
        await asyncio.sleep(0.05)
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 0.2) == "free"
        answers = await sent
    finally:
        over.set()
    assert {answer.error for answer in answers} == {"No answer within 0.3 seconds."}
