"""Evidence in words: what the facts of models/evidence.py come to for one request or member."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from models import evidence, sql
from models.career import PRESENT
from models.evidence import MOST_PLACES, ONE_EVENT, Asked, EvidenceKind, Facts, Found
from models.organisation import key_of
from models.request import Basis


class Evidence(NamedTuple):
    """One fact, or one claim, with the members it names as the viewer sees them."""

    kind: EvidenceKind
    confirmed: bool
    text: str
    members: Sequence[sql.Row] = ()


_NOBODY = Facts("", [], [], [], [], [], [])


async def of(viewer: int, wanted: Iterable[Asked]) -> dict[Asked, list[Evidence]]:
    """The evidence for each, the strongest first; one statement."""
    wanted = list(wanted)
    found = await evidence.read(viewer, wanted)
    return {each: words(each, found) for each in wanted}


def words(asked: Asked, found: Found) -> list[Evidence]:
    """What was found about one, the strongest first."""
    facts = found.others.get(asked.other, _NOBODY)
    confirmed = [
        *_met(asked, found, facts),
        *_introduced(facts),
        *_earlier(facts),
        *_written(facts),
        *_places(facts, "WORK", EvidenceKind.SAME_EMPLOYER, "worked at"),
        *_places(facts, "STUDY", EvidenceKind.SAME_SCHOOL, "studied at"),
        *_mutual(facts),
        *_event(asked, found, facts),
    ]
    return [*confirmed, *_claims(asked, found, facts, {each.kind for each in confirmed})]


def _met(asked: Asked, found: Found, facts: Facts) -> list[Evidence]:
    if asked.code is None:
        return []
    code = found.codes.get(asked.code)
    where = _where(code["words"], code["more"]) if code else ""
    whose = "you used their code" if asked.sent else f"{facts.name or 'they'} used your code"
    return [Evidence(EvidenceKind.MET_IN_PERSON, True, f"You met in person{where}: {whose}")]


def _introduced(facts: Facts) -> list[Evidence]:
    found = []
    for row in facts.introductions[:MOST_PLACES]:
        seen = row["m_id"] is not None
        # Whoever asked for it knows the introducer anyhow.
        who = row["m_name"] if seen else row["words"] if row["low"] else "Somebody"
        whom = "you" if row["low"] else f"{facts.name} to you"
        members = [row] if seen else []
        text = f"{who} introduced {whom}"
        found.append(Evidence(EvidenceKind.INTRODUCED_BY, True, text, members))
    return found


def _earlier(facts: Facts) -> list[Evidence]:
    return [
        Evidence(
            EvidenceKind.EARLIER_CONNECTION,
            True,
            f"You were connected until {_day(row['ended_at'].date())}",
        )
        for row in facts.earlier
    ]


def _written(facts: Facts) -> list[Evidence]:
    return [
        Evidence(
            EvidenceKind.EARLIER_MESSAGES,
            True,
            f"You wrote to each other until {_day(row['ended_at'].date())}",
        )
        for row in facts.written
    ]


def _places(facts: Facts, kind: str, meaning: EvidenceKind, verb: str) -> list[Evidence]:
    """The places of one kind, the latest first, with all the years in which both were there."""
    found: dict[str, list[sql.Row]] = {}
    for row in facts.careers:
        if row["kind"] == kind:
            found.setdefault(row["more"], []).append(row)
    latest = sorted(found.values(), key=lambda rows: max(r["high"] for r in rows), reverse=True)
    return [
        # As the viewer spells it: the latest of their own entries.
        Evidence(meaning, True, f"You both {verb} {rows[0]['words']}, {_years(rows)}")
        for rows in latest[:MOST_PLACES]
    ]


def _years(rows: list[sql.Row]) -> str:
    """`2014–2016 and since 2019`: months since year 0, overlapping and touching ones as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((row["low"], row["high"]) for row in rows):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return _listed([_span(start // 12, end) for start, end in merged])


def _span(first: int, end: int) -> str:
    if end >= PRESENT:
        return f"since {first}"
    return str(first) if end // 12 == first else f"{first}–{end // 12}"


def _mutual(facts: Facts) -> list[Evidence]:
    if not facts.mutual:
        return []
    total = facts.mutual[0]["low"]
    seen = [row for row in reversed(facts.mutual) if row["m_id"] is not None]
    count = "1 mutual connection" if total == 1 else f"{total:,} mutual connections"
    rest = [f"{total - len(seen):,} more"] if seen and total > len(seen) else []
    names = _listed([row["m_name"] for row in seen] + rest)
    text = f"{count}: {names}" if names else count
    return [Evidence(EvidenceKind.MUTUAL_CONNECTIONS, True, text, seen)]


def _event(asked: Asked, found: Found, facts: Facts) -> list[Evidence]:
    """The sender names an event at which both had to do with a code: the recipient showed one, the
    sender showed or used one.
    """
    own = _own_codes(asked, found)
    theirs = [row["ended_at"] for row in facts.events if row["words"] == key_of(asked.event)]
    if not any(abs(one - other) <= ONE_EVENT for one in own for other in theirs):
        return []
    return [Evidence(EvidenceKind.SAME_EVENT, True, f"You were both at {asked.event}")]


def _own_codes(asked: Asked, found: Found) -> Sequence[datetime]:
    """When the recipient showed codes at the event that the sender names; where none was used."""
    if asked.sent or asked.code is not None:
        return ()
    return found.events.get(key_of(asked.event), ())


def _claims(
    asked: Asked, found: Found, facts: Facts, confirmed: set[EvidenceKind]
) -> list[Evidence]:
    who = "You say you" if asked.sent else f"{facts.name or 'They'} says you"
    if not asked.sent and not facts.name:
        who = "They say you"
    claimed = []
    if asked.basis == Basis.WORKED_TOGETHER and EvidenceKind.SAME_EMPLOYER not in confirmed:
        claimed.append((EvidenceKind.WORKED_TOGETHER, f"{who} worked together"))
    if asked.basis == Basis.INTRODUCED and EvidenceKind.INTRODUCED_BY not in confirmed:
        claimed.append((EvidenceKind.INTRODUCED_BY, f"{who} were introduced"))
    if EvidenceKind.SAME_EVENT not in confirmed and _own_codes(asked, found):
        at = f"{who} were both at {asked.event}, where you showed a code"
        claimed.append((EvidenceKind.SAME_EVENT, at))
    if text := _meeting(asked, found):
        claimed.append((EvidenceKind.MET_IN_PERSON, f"{who} met in person{text}".rstrip()))
    return [Evidence(kind, False, text) for kind, text in claimed]


def _meeting(asked: Asked, found: Found) -> str:
    """What the sender says of a meeting, beyond what a code says; a space where that is all."""
    code = found.codes.get(asked.code) if asked.code is not None else None
    event = "" if code and code["words"] == asked.event else asked.event
    place = "" if code and code["more"] == asked.place else asked.place
    where = _where(event, place)
    if asked.on and asked.code is None:
        where += f" on {_day(date.fromisoformat(asked.on))}"
    if where:
        return where
    return " " if asked.basis == Basis.MET_IN_PERSON and asked.code is None else ""


def _where(event: str, place: str) -> str:
    at = f" at {event}" if event else ""
    return at + ((f", {place}" if at else f" in {place}") if place else "")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
