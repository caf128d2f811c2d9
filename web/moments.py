"""Moments, as the clock on the reader's wall says them."""

import datetime as calendar
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo

from web.words import plural

MINUTE, HOUR, DAY = 60, 3600, 86400
JUST_NOW, RECENT_DAYS = 45, 7
_zone: ContextVar[tzinfo] = ContextVar("zone", default=UTC)


@contextmanager
def reading_in(zone: tzinfo) -> Iterator[None]:
    """Whatever is rendered inside the block is read in this time zone; outside it is UTC."""
    token = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(token)


def in_utc() -> bool:
    """Whether moments are said in UTC, as nobody chose another clock: a script may do better."""
    return _zone.get() == UTC or str(_zone.get()) == "UTC"


def now() -> datetime:
    """The present; tests put another function here."""
    return datetime.now(UTC)


def moment(value: str) -> datetime:
    """A DateTime of the schema as Python's, by the reader's clock; of a Date its midnight there."""
    found = datetime.fromisoformat(value)
    return found.astimezone(_zone.get()) if found.tzinfo else found.replace(tzinfo=_zone.get())


def at(day: calendar.date, hour: calendar.time) -> str:
    """An hour of a day where the reader is, as a DateTime of the schema."""
    return datetime.combine(day, hour, _zone.get()).astimezone(UTC).isoformat()


def today() -> calendar.date:
    """The present day where the reader is."""
    return now().astimezone(_zone.get()).date()


def date(value: str) -> str:
    """`12 March`, with the year when it is another one."""
    day = moment(value)
    year = "" if day.year == today().year else f" {day.year}"
    return f"{day.day} {day:%B}{year}"


def absolute(value: str) -> str:
    """`12 March 2026, 14:05 CET`."""
    day = moment(value)
    zone = f"{day:%Z}"  # some have a name, others only a number
    return f"{day.day} {day:%B %Y, %H:%M} {'UTC' if zone[0] in '+-' else ''}{zone}"


def clock(value: str) -> str:
    """`14:05`."""
    return f"{moment(value):%H:%M}"


def iso_day(value: str) -> str:
    """`2026-03-12`."""
    return moment(value).date().isoformat()


def time_ago(value: str) -> str:
    """How long ago, in the largest unit; after a week the date."""
    seconds = (now() - moment(value)).total_seconds()
    if seconds < JUST_NOW:
        return "just now"
    if seconds < HOUR:
        return plural(max(1, round(seconds / MINUTE)), "minute") + " ago"
    if seconds < DAY:
        return plural(round(seconds / HOUR), "hour") + " ago"
    days = int(seconds // DAY)
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < RECENT_DAYS else date(value)


def day_name(value: str) -> str:
    """The day of a moment, as one says it: Today, Yesterday, Monday 16 November."""
    day = moment(value).date()
    ago = (today() - day).days
    if ago in (0, 1):
        return "Yesterday" if ago else "Today"
    return f"{day:%A} {date(value)}"


def past(value: str) -> bool:
    """Whether the moment is over."""
    return moment(value) <= now()
