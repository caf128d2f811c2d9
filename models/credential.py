"""Secrets handed out once and kept only as a hash: sessions of browsers and access tokens."""

import hashlib
import hmac
import secrets
from functools import lru_cache

from models.settings import VAR, settings

SHORTEST_KEY = 32


class SecretKeyError(RuntimeError):
    """SECRET_KEY is missing or too short where it has to be set."""


@lru_cache(maxsize=4)
def _key(configured: str, production: bool) -> bytes:
    if configured:
        if len(configured) < SHORTEST_KEY:
            raise SecretKeyError(f"SECRET_KEY needs at least {SHORTEST_KEY} characters")
        return configured.encode()
    if production:
        raise SecretKeyError("SECRET_KEY must be set in production")
    path = VAR / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x") as file:  # only one of two processes that start at once makes it
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().encode()


def secret_key() -> bytes:
    """The instance's key. Raises SecretKeyError where one has to be set and is not."""
    return _key(settings().secret_key.get_secret_value(), settings().production)


def make(prefix: str) -> str:
    """A new secret: 256 random bits behind a prefix that secret scanners can recognise."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hashed(secret: str) -> str:
    """What is stored and looked up in place of the secret."""
    return hmac.new(secret_key(), secret.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal; it takes as long wherever they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
