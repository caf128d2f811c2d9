"""Where two met, as the one who asks says, and the other's code that confirms it."""

import re
from datetime import date, timedelta
from typing import NamedTuple

from models import clock, meeting_code, sql
from models.base import SHORT
from models.problem import Code, Problem
from models.request import Basis
from models.text import clean
from models.unit import Unit

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONG_AGO = date(1900, 1, 1)
# Where the day begins first.
_EASTERNMOST = timedelta(hours=14)


class Meeting(NamedTuple):
    """What the sender says; all of it may be left out."""

    code: str | None = None
    event: str | None = None
    place: str | None = None
    on: str | None = None

    def mark(self) -> str:
        """What tells one from another, empty where nothing is said."""
        return "\n".join(part or "" for part in self) if any(self) else ""

    def cleaned(self, basis: Basis) -> "Meeting":
        """As it is stored. Raises Problem about metEvent, metPlace, metOn, or the basis, which a
        code decides.
        """
        if self.code is not None and basis != Basis.MET_IN_PERSON:
            raise Problem(
                Code.INVALID,
                "With a code the reason is that you met in person.",
                field=("basis",),
            )
        return Meeting(
            self.code,
            clean(self.event or "", "metEvent", longest=SHORT),
            clean(self.place or "", "metPlace", longest=SHORT),
            clean_day(self.on),
        )

    def confirmed_by(self, code: sql.Row | None) -> "Meeting":
        """With what the code's owner says of event and place in place of the sender's words."""
        if code is None:
            return self
        return self._replace(event=code["event"] or self.event, place=code["place"] or self.place)


NOTHING_SAID = Meeting()
_FIRST = frozenset({Code.SELF, Code.ALREADY_CONNECTED, Code.REQUEST_OPEN})


def clean_day(text: str | None) -> str | None:
    """A day that has begun somewhere, as YYYY-MM-DD; None without one. Raises INVALID."""
    text = (text or "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day < _LONG_AGO:
        raise Problem(
            Code.INVALID, "Please write the day as YYYY-MM-DD, like 2026-05-31.", field=("metOn",)
        )
    if day > (clock.now() + _EASTERNMOST).date():
        raise Problem(Code.INVALID, "This day is still to come.", field=("metOn",))
    return day.isoformat()


async def code_of(u: Unit, sender: int, recipient: int, met: Meeting) -> sql.Row | None:
    """The recipient's code that the sender gives; None without one that is good. Part of a unit."""
    return await meeting_code.of(u, sender, recipient, met.code) if met.code else None


def check_code(met: Meeting, code: sql.Row | None, problem: Problem | None) -> None:
    """Raises CODE_UNKNOWN for a code that opens nothing, unless the sender's own standing, which
    comes first, is the problem.
    """
    if met.code is None or (problem is not None and problem.code in _FIRST):
        return
    if code is None:
        raise meeting_code.unknown()
    used = used_before(code)
    if used:
        raise used


def used_before(code: sql.Row) -> Problem | None:
    """A code opens once for each person: a second use would outlive a withdrawal or a no."""
    if code["used"]:
        return meeting_code.unknown("You have asked with this code already.")
    return None


async def remember(side: int, said: Meeting, request: sql.Row) -> None:
    """Keep what the one who asked back says in their own contact book, where the request that
    connected the two has only the other's words. What they wrote there before stays. Part of a
    unit.
    """
    if not (said.event or said.place or said.on):
        return
    if not (said.event or said.place):
        said = said._replace(event=request["met_event"], place=request["met_place"])
    await sql.change(
        "UPDATE relationship SET met_event = $2, met_place = $3, met_on = $4, met_written = true "
        "WHERE id = $1 AND NOT met_written",
        side,
        said.event,
        said.place,
        said.on,
    )
