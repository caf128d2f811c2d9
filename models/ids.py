"""Ids: one signed 64-bit key per row, ordered by time and made by the application.

41 bits of milliseconds since 2026-01-01, then 22 bits that start at a random value in each
millisecond and count up. Nobody outside can count our rows; a primary-key collision between
processes is possible and retried by the unit of work. Outside the process an id is only ever
text: a prefix naming the kind and 13 characters of Crockford's base32.
"""

import secrets
from datetime import UTC, datetime, timedelta

from models import clock

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
COUNTER_BITS = 22
_MILLISECOND = timedelta(milliseconds=1)
_MAX = 2**63 - 1
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH = 13
# Two digits at a time: a page of twenty people has forty ids to spell.
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]

MEMBER = "mem"
REQUEST = "crq"
RELATIONSHIP = "rel"
NOTIFICATION = "ntf"
SESSION = "ses"
TOKEN = "tok"  # noqa: S105 - a prefix of ids, not a secret
JOB = "job"
APP = "app"
GRANT = "grt"
WEBHOOK = "whk"
DELIVERY = "dlv"
ORGANISATION = "org"
CAREER_ENTRY = "car"
PROFILE_ENTRY = "ent"
INTRODUCTION = "int"
TAG = "tag"
CONTACT_NOTE = "nte"
SAVED_FILTER = "flt"
IMPORTED_CONTACT = "imp"
MEETING_CODE = "mtc"
CONVERSATION = "cnv"
MESSAGE = "msg"
UPDATE = "upd"
REPLY = "rpl"
MAIL = "mai"

_last = 0


def new_id() -> int:
    """A fresh key: larger than every key this process made before."""
    global _last
    start = floor(clock.now()) | secrets.randbits(COUNTER_BITS - 1)
    # Same millisecond, or a clock set back: count on from the last key instead.
    _last = start if start >> COUNTER_BITS > _last >> COUNTER_BITS else _last + 1
    return _last


def forget_last() -> None:
    """Let keys follow a clock that was set back (tests, each with a database of its own)."""
    global _last
    _last = 0


def floor(moment: datetime) -> int:
    """The smallest key that can be made at `moment`; compare with it to ask "older than"."""
    return ((moment - EPOCH) // _MILLISECOND) << COUNTER_BITS


def encode(prefix: str, key: int) -> str:
    """The public text of a key, e.g. `mem_0123456789abc`."""
    return (
        f"{prefix}_{_DIGITS[key >> 60]}{_PAIRS[key >> 50 & 1023]}{_PAIRS[key >> 40 & 1023]}"
        f"{_PAIRS[key >> 30 & 1023]}{_PAIRS[key >> 20 & 1023]}{_PAIRS[key >> 10 & 1023]}"
        f"{_PAIRS[key & 1023]}"
    )


def split(text: str) -> tuple[str, int] | None:
    """Prefix and key of a public id, or None unless it is in canonical spelling."""
    prefix, underscore, digits = text.partition("_")
    if not underscore or len(digits) != _LENGTH:
        return None
    key = 0
    for digit in digits:
        value = _VALUES.get(digit)
        if value is None:
            return None
        key = key << 5 | value
    return (prefix, key) if key <= _MAX else None


def decode(prefix: str, text: str) -> int | None:
    """The key of a public id of that kind, or None: a wrong id is not found, never an error."""
    parts = split(text)
    return parts[1] if parts and parts[0] == prefix else None
