"""The one source of time. Everything about "when" asks here, so that a test can move time."""

from datetime import UTC, datetime, timedelta

_frozen: datetime | None = None


def now() -> datetime:
    """The present moment in UTC, or the frozen one."""
    return _frozen if _frozen is not None else datetime.now(UTC)


def freeze(moment: datetime | None = None) -> datetime:
    """Stop time (tests only). Returns the moment it stands at."""
    global _frozen
    _frozen = moment or datetime.now(UTC)
    return _frozen


def advance(**delta: float) -> datetime:
    """Move frozen time forward by a timedelta's keywords, such as `days=7`."""
    return freeze(now() + timedelta(**delta))


def thaw() -> None:
    """Let time run again."""
    global _frozen
    _frozen = None
