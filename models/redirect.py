"""Where an app may send its members back to: what can be registered, and what matches it.

An address is compared as text, exactly. The one exception is that of RFC 8252, section 7.3: a
program on the member's own machine listens on whatever port is free.
"""

import re
from urllib.parse import SplitResult, urlsplit

from models.problem import Code, Problem

MOST = 10
LONGEST = 500
_PLAIN = re.compile(r"[!-~]+")
# Reverse domain names, as RFC 8252 has it: no javascript:, data: or mailto: has a dot.
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
# Nothing but a name: the consent page's Content-Security-Policy repeats it.
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_LOCAL = _LOOPBACK | {"localhost"}
_FORBIDDEN = re.compile(r"[\\\"<>^`{|}#]")


def check(addresses: list[str], *, public: bool) -> list[str]:
    """The addresses as they are stored: no blanks, none twice. Raises Problem."""
    kept = list(dict.fromkeys(each.strip() for each in addresses if each.strip()))
    if not kept:
        raise _refused("Give at least one address to go back to.", Code.REQUIRED)
    if len(kept) > MOST:
        raise _refused(f"At most {MOST} addresses.", Code.TOO_LONG)
    for address in kept:
        _check_one(address, public)
    return kept


def _check_one(address: str, public: bool) -> None:
    if len(address) > LONGEST:
        raise _refused(f"An address may have {LONGEST} characters.", Code.TOO_LONG)
    shown = address[:60]
    if not _PLAIN.fullmatch(address) or _FORBIDDEN.search(address):
        raise _refused(f"“{shown}” is no address: no spaces, no #, plain characters.")
    parts = parse(address)
    if parts is None or "@" in parts.netloc:
        raise _refused(f"“{shown}” is no address we can go back to.")
    if parts.scheme == "https" and _HOST.fullmatch(parts.hostname or ""):
        return
    if parts.scheme == "http" and parts.hostname in _LOCAL:
        return
    if _PRIVATE_USE.fullmatch(parts.scheme) and not parts.netloc:
        if public and parts.path:
            return
        raise _refused(f"“{shown}” is for apps on the member's own device, which keep no secret.")
    raise _refused(f"“{shown}” has to begin with https://, or be on the member's own machine.")


def matches(registered: list[str], given: str, *, public: bool) -> bool:
    """Whether `given` is one of the registered addresses."""
    if given in registered:
        return True
    if not public or not _PLAIN.fullmatch(given):
        return False
    wanted = _without_port(given)
    return wanted is not None and any(_without_port(each) == wanted for each in registered)


def parse(address: str) -> SplitResult | None:
    """The parts of an address; None if it has none."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _without_port(address: str) -> str | None:
    """A loopback address as text without its port; None for any other."""
    parts = parse(address)
    if parts is None or parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.netloc not in (host, f"{host}:{parts.port}"):
        return None
    rest = address[len("http://") + len(parts.netloc) :]
    return f"http://{host}{rest}"


def _refused(message: str, code: Code = Code.INVALID) -> Problem:
    return Problem(code, message, field=("redirectUris",))
