"""What deliveries of a webhook are signed with: derived from the instance's key, never stored."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from models import credential

# For so long after a change of the key, what is sent is signed with the old one as well.
BOTH_KEYS = timedelta(hours=24)


def secret(key: int, version: int) -> str:
    """The signing secret, as Standard Webhooks writes it. Derived, so none is stored."""
    made = hmac.new(credential.secret_key(), f"webhook:{key}:{version}".encode(), hashlib.sha256)
    return "whsec_" + base64.b64encode(made.digest()).decode()


def secrets(key: int, version: int, changed_at: datetime | None, now: datetime) -> list[str]:
    """What to sign with: the present key and, for a day after a change, the one before."""
    versions = [version]
    if changed_at is not None and now < changed_at + BOTH_KEYS:
        versions.append(version - 1)
    return [secret(key, each) for each in versions]
