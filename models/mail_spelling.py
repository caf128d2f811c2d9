"""How an address is spelt: the domain may be written with letters beyond ASCII, mail needs it
without, and what comes back from a mail server has that other spelling.
"""

import re
from email.utils import getaddresses

# Spaces, what is not printed, and what reorders the text around it.
_UNPRINTED = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def sendable(address: str) -> str:
    """The address as mail is sent to it. Raises ValueError where none can be."""
    local, at, domain = address.rpartition("@")
    if not at or not local or _UNPRINTED.search(address):
        raise ValueError("not an address")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("not a host") from None
    if not domain:
        raise ValueError("not an address")
    if not local.isascii():
        raise ValueError("not ASCII before the @")  # needs SMTPUTF8, which few servers have
    return f"{local}@{domain}"


def spellings(address: str) -> set[str]:
    """The address with its domain in every way a member may have typed it."""
    local, at, domain = address.rpartition("@")
    found = {address}
    for other in (
        lambda: domain.encode("idna").decode("ascii"),
        lambda: domain.encode("ascii").decode("idna"),
    ):
        try:
            found.add(f"{local}{at}{other()}")
        except UnicodeError:
            continue
    return found


def mailbox(text: str) -> tuple[str, str]:
    """The one name and address of `Name <address>`. Raises ValueError for anything else."""
    found = getaddresses([text])
    if len(found) != 1:
        raise ValueError("not one address")
    [(name, address)] = found
    return name, sendable(address)
