"""Requests to addresses that members chose, which must not reach into our own network.

The name is looked up here, every address is checked, and the connection goes to an address that
was checked: a name that answers otherwise the second time gains nothing. Redirects are not
followed, proxies and credentials of the environment are not used, and all that is refused is
refused in the same words, so that nobody can map the inside by asking.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2

from models.problem import Code, Problem
from models.settings import settings

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
# Of an answer so much is read, and so much of it kept by who asks.
LONGEST_ANSWER = 16 * 1024
LONGEST_URL = 2000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What `is_global` lets through, in some releases of Python or in all.
_NEVER = tuple(
    ipaddress.ip_network(each)
    for each in ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "3fff::/20", "64:ff9b:1::/48")
)


class Answer(NamedTuple):
    """What came back, or why nothing did (`status` None); `took` in milliseconds."""

    status: int | None
    body: str
    error: str
    took: int


class NotAllowed(Exception):
    """This address is none we connect to."""


REFUSED = "This address cannot be reached from here."


def check_url(url: str, field: str = "url") -> None:
    """Raises Problem unless it has the shape of an address we would connect to."""
    if len(url) > LONGEST_URL:
        raise Problem(Code.TOO_LONG, f"At most {LONGEST_URL} characters.", field=(field,))
    private = settings().webhook_private_targets
    words = "An address beginning with https://"
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and (parts.port is None or 0 < parts.port < 65536)
        httpx2.URL(url)
    except (ValueError, httpx2.InvalidURL):
        raise Problem(Code.INVALID, f"{words}, please.", field=(field,)) from None
    if not good or not url.isascii() or not url.isprintable() or " " in url:
        raise Problem(Code.INVALID, f"{words}, please.", field=(field,))
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise Problem(Code.INVALID, f"{words}, please.", field=(field,))
    if parts.username is not None or parts.password is not None or parts.fragment:
        words = "Without a user name, a password or a # in it."
        raise Problem(Code.INVALID, words, field=(field,))
    if not private and _is_inside_literal(parts.hostname or ""):
        raise Problem(Code.INVALID, REFUSED, field=(field,))


def _is_inside_literal(host: str) -> bool:
    try:
        return not is_outside(ipaddress.ip_address(host))
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_outside(address: Address) -> bool:
    """Whether it is an address of the public internet, also behind IPv6's ways of writing IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_outside(inner)
        if address.teredo is not None or address.scope_id is not None:
            return False
    if any(address in network for network in _NEVER):
        return False
    if address.is_multicast or address.is_reserved:
        return False
    return address.is_global


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, in the order to try. Raises OSError where there are none.

    In a thread of its own: a name server that keeps silent would else hold those that hash
    passwords, and our shutdown.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def tell(act: Callable[..., None], value: object) -> None:
        if not found.done():
            act(value)

    def ask() -> None:
        act: Callable[..., None] = found.set_result
        value: object
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            value = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except Exception as error:
            act, value = found.set_exception, error
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, act, value)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    return await found


async def resolve(host: str, port: int) -> list[str]:
    """The addresses to connect to. Raises NotAllowed if one of them is inside."""
    addresses = await look_up(host, port)
    if not settings().webhook_private_targets:
        for address in addresses:
            if not is_outside(ipaddress.ip_address(address)):
                raise NotAllowed
    if not addresses:
        raise NotAllowed
    return addresses


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send this once. Never raises for what the other side does, or does not do."""
    started = time.monotonic()

    def answer(status: int | None, text: str, error: str) -> Answer:
        return Answer(status, text, error, round((time.monotonic() - started) * 1000))

    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            check_url(url)
            status, text = await _post(url, body, headers)
    except (Problem, NotAllowed, socket.gaierror, UnicodeError):
        return answer(None, "", REFUSED)
    except httpx2.ConnectError:
        return answer(None, "", "Nobody answers there, or the certificate is not valid.")
    except (TimeoutError, httpx2.TimeoutException):
        return answer(None, "", f"No answer within {TOTAL_SECONDS:g} seconds.")
    except (httpx2.HTTPError, OSError, ValueError):
        return answer(None, "", "The connection was cut, or what came was no HTTP.")
    if 300 <= status < 400:
        return answer(status, text, "A redirect, which is not followed.")
    return answer(status, text, "" if 200 <= status < 300 else f"Answered with {status}.")


async def _post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    target = httpx2.URL(url)
    port = target.port or (443 if target.scheme == "https" else 80)
    # As it is sent and looked up: `host` would be what people read.
    name = target.raw_host.decode("ascii")
    addresses = await resolve(name, port)
    host = {"Host": target.netloc.decode()}
    async with httpx2.AsyncClient(
        verify=_trusted(), trust_env=False, follow_redirects=False
    ) as client:
        for place, address in enumerate(addresses):
            # To the address that was checked; the name is for TLS and the other side's eyes.
            request = client.build_request(
                "POST",
                target.copy_with(host=address),
                content=body,
                headers={**headers, **host},
                timeout=httpx2.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS),
                extensions={"sni_hostname": name},
            )
            try:
                return await _read(client, request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                if place + 1 == len(addresses):
                    raise
    raise AssertionError("unreachable")


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()  # reading all certificates takes tens of milliseconds


async def _read(client: httpx2.AsyncClient, request: httpx2.Request) -> tuple[int, str]:
    response = await client.send(request, stream=True)
    try:
        read = b""
        async for chunk in response.aiter_raw():
            read += chunk
            if len(read) >= LONGEST_ANSWER:
                break
    finally:
        await response.aclose()
    return response.status_code, read[:LONGEST_ANSWER].decode("utf-8", "replace")
