"""Keyset pages: a cursor is the sort key and the id of the row it stands behind.

Unlike an offset it neither repeats nor skips a row when the list changes above it.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from models import sql

LARGEST = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadPage(ValueError):
    """A page size out of range or a cursor that is none of ours: the client's mistake."""


class Page(NamedTuple):
    """Rows of one page, and whether there are more behind it."""

    rows: Sequence[sql.Row]
    more: bool


class Key(NamedTuple):
    """Where a page begins: behind the row with this moment and id."""

    at: datetime
    id: int


def check_first(first: int) -> int:
    """`first` if it is 1 to 100. Raises BadPage."""
    if not 1 <= first <= LARGEST:
        raise BadPage(f"first must be 1 to {LARGEST}, not {first}")
    return first


def cut(found: Sequence[sql.Row], first: int) -> Page:
    """A page of `first` rows out of `first + 1` that were asked for."""
    return Page(found[:first], len(found) > first)


def encode(kind: str, *numbers: int) -> str:
    """An opaque cursor of that kind."""
    text = ":".join([kind, *(str(n) for n in numbers)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(kind: str, cursor: str, count: int) -> tuple[int, ...]:
    """The numbers in a cursor. Raises BadPage for anything but a cursor of that kind."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
        found, *parts = text.split(":")
        numbers = tuple(int(part) for part in parts)
    except (ValueError, UnicodeError, binascii.Error):
        raise BadPage("this cursor is not one of ours") from None
    if found != kind or len(numbers) != count or not all(0 <= n < 2**63 for n in numbers):
        raise BadPage("this cursor is not one of this list")
    if encode(kind, *numbers) != cursor:
        raise BadPage("this cursor is not one of ours")
    return numbers


def moment_cursor(kind: str, at: datetime, key: int) -> str:
    """A cursor of a list that is sorted by a moment, then by id."""
    return encode(kind, micros(at), key)


def micros(at: datetime) -> int:
    """A moment as a number of a cursor."""
    return (at - _EPOCH) // _MICROSECOND


def moment(number: int) -> datetime:
    """The moment such a number stands for. Raises BadPage."""
    try:
        return _EPOCH + number * _MICROSECOND
    except OverflowError:
        raise BadPage("this cursor is not one of ours") from None


def ranked_cursor(kind: str, rank: int, at: datetime, key: int) -> str:
    """A cursor of a list that is sorted by a number, then by a moment, then by id."""
    return encode(kind, rank, (at - _EPOCH) // _MICROSECOND, key)


def ranked_key(kind: str, cursor: str | None, most: int) -> tuple[int, Key] | None:
    """Where such a cursor points; None without one. Raises BadPage, also for a rank over `most`."""
    if cursor is None:
        return None
    rank, micros, key = decode(kind, cursor, 3)
    if rank > most:
        raise BadPage("this cursor is not one of ours")
    try:
        return rank, Key(_EPOCH + micros * _MICROSECOND, key)
    except OverflowError:
        raise BadPage("this cursor is not one of ours") from None


def moment_key(kind: str, cursor: str | None) -> Key | None:
    """Where such a cursor points; None without one. Raises BadPage."""
    if cursor is None:
        return None
    number, key = decode(kind, cursor, 2)
    return Key(moment(number), key)


def text_cursor(kind: str, text: str, key: int) -> str:
    """A cursor of a list that is sorted by a text, then by id."""
    raw = f"{kind}:{key}:{text}".encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def text_key(kind: str, cursor: str | None) -> tuple[str, int] | None:
    """Where such a cursor points; None without one. Raises BadPage."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        found, number, text = raw.decode().split(":", 2)
        key = int(number)
    except (ValueError, UnicodeError, binascii.Error):
        raise BadPage("this cursor is not one of ours") from None
    if found != kind or not 0 <= key < 2**63 or "\x00" in text:
        raise BadPage("this cursor is not one of this list")
    if text_cursor(kind, text, key) != cursor:
        raise BadPage("this cursor is not one of ours")
    return text, key


def behind(key: Key | None, at: str, id_: str, number: int) -> tuple[str, list[Any]]:
    """A condition and its values for "sorted behind key, both descending", from ${number} on."""
    if key is None:
        return "", []
    return f" AND ({at}, {id_}) < (${number}, ${number + 1})", [key.at, key.id]


_MICROSECOND = datetime.resolution
