"""Quiet hours: when nothing is announced or mailed to a member, by the clock where they are."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from models import sql
from models.problem import Code, Problem, Problems
from models.unit import Unit, in_unit

DAY = 24 * 60


@cache
def time_zones() -> frozenset[str]:
    """The names of time zones a member may choose."""
    # Those of places; the others are old names, and the machine's own.
    return frozenset({n for n in available_timezones() if "/" in n and n[:6] != "posix/"} | {"UTC"})


def zone_of(name: str) -> ZoneInfo:
    """A time zone; UTC for one that this machine does not know (any more)."""
    return ZoneInfo(name if name in available_names() else "UTC")


@cache
def available_names() -> frozenset[str]:
    """Every name this machine knows."""
    return frozenset(available_timezones() | {"UTC"})


def quiet_until(member: sql.Row, now: datetime) -> datetime | None:
    """When the member's quiet hours end, if they are on now; None if not. `member` is a row with
    `time_zone`, `quiet_from` and `quiet_until`.

    By the clock on the wall: where it is put forward or back the hours are shorter or longer.
    """
    begin, end = member["quiet_from"], member["quiet_until"]
    if begin is None or end is None or begin == end:
        return None
    local = now.astimezone(zone_of(member["time_zone"]))
    minute = local.hour * 60 + local.minute
    if not (begin <= minute < end if begin < end else minute >= begin or minute < end):
        return None
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if minute >= end:
        day += timedelta(days=1)
    ends = day.replace(hour=end // 60, minute=end % 60)
    if ends.astimezone(UTC) <= now:  # the hour that comes twice: this is its second time
        ends = ends.replace(fold=1)
    return ends.astimezone(UTC)


async def of(member_id: int) -> sql.Row:
    """The member's time zone and quiet hours."""
    row = await sql.row(
        "SELECT time_zone, quiet_from, quiet_until FROM member WHERE id = $1", member_id
    )
    if row is None:
        raise LookupError(member_id)
    return row


async def choose(
    member_id: int, time_zone: str, begin: int | None = None, end: int | None = None
) -> None:
    """Set the member's time zone, and quiet hours in minutes after midnight there, or none.
    Raises Problems by field.
    """
    problems = []
    if time_zone not in time_zones():
        problems.append(Problem(Code.INVALID, "Choose a time zone.", field=("timeZone",)))
    if (begin is None) != (end is None):
        field = "from" if begin is None else "until"
        problems.append(Problem(Code.REQUIRED, "Say from when and until when.", field=(field,)))
    for name, minute in (("from", begin), ("until", end)):
        if minute is not None and not 0 <= minute < DAY:
            problems.append(
                Problem(Code.INVALID, "A time of day: 0 to 1,439 minutes.", field=(name,))
            )
    if begin is not None and begin == end:
        problems.append(Problem(Code.INVALID, "Quiet hours end at another time.", field=("until",)))
    if problems:
        raise Problems(problems)
    await _choose(member_id, time_zone, begin, end)


@in_unit
async def _choose(u: Unit, member_id: int, zone: str, begin: int | None, end: int | None) -> None:
    await sql.change(
        "UPDATE member SET time_zone = $2, quiet_from = $3, quiet_until = $4 WHERE id = $1",
        member_id,
        zone,
        begin,
        end,
    )
    u.wake(member_id)
