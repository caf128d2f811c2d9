"""Signed values in cookies: what we set comes back unchanged, or not at all."""

import hashlib
import hmac

from web.settings import secret_key

_LENGTH = 32


def _mark(text: str) -> str:
    return hmac.new(secret_key(), text.encode(), hashlib.sha256).hexdigest()[:_LENGTH]


def sign(text: str) -> str:
    """The text with a mark that only this instance can make."""
    return f"{text}.{_mark(text)}"


def unsign(value: str) -> str | None:
    """The text, if the mark is ours."""
    text, dot, mark = value.rpartition(".")
    if not dot or not hmac.compare_digest(mark.encode(), _mark(text).encode()):
        return None
    return text
