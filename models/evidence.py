"""Evidence: the facts by which a viewer and another member may know each other.

All facts about a page of members are read in one statement, each with the viewer's eyes: of the
other only what the other shows them, of themself everything. What is *confirmed* stands in the
records of both, or was done by somebody else; what only the sender of a request says is a claim.
What the facts are called in words: models/evidence_words.py. What they weigh:
models/familiarity.py.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from models import clock, directory, sql
from models.message_list import KEPT
from models.organisation import key_of
from models.request import Basis
from models.visibility import connected, in_audience, may_see, sees, there

# Of one kind of place; the latest come first.
MOST_PLACES = 3
MOST_NAMED = 3
# Codes of one name that were made further apart are of two events: many come again each year.
ONE_EVENT = timedelta(days=7)
# How many overlaps of two careers are looked at, for each other member.
_MOST_OVERLAPS = 24
# Both wrote, among the first messages of the thread that the viewer has not deleted.
_BOTH_WROTE = (
    "(SELECT count(DISTINCT said.sender_id) FROM (SELECT n.sender_id FROM message n "
    "WHERE n.conversation_id = s.conversation_id AND n.request_id IS NULL "
    f"AND {KEPT} ORDER BY n.seq LIMIT 100) said) = 2"
)


class EvidenceKind(StrEnum):
    """What kind of fact it is."""

    MET_IN_PERSON = "MET_IN_PERSON"
    INTRODUCED_BY = "INTRODUCED_BY"
    EARLIER_CONNECTION = "EARLIER_CONNECTION"
    EARLIER_MESSAGES = "EARLIER_MESSAGES"
    SAME_EMPLOYER = "SAME_EMPLOYER"
    SAME_SCHOOL = "SAME_SCHOOL"
    MUTUAL_CONNECTIONS = "MUTUAL_CONNECTIONS"
    SAME_EVENT = "SAME_EVENT"
    WORKED_TOGETHER = "WORKED_TOGETHER"


class Asked(NamedTuple):
    """Whom evidence is wanted about, and what a request between the two says, if there is one."""

    other: int
    sent: bool = False
    basis: Basis | None = None
    event: str = ""
    place: str = ""
    on: str | None = None
    code: int | None = None


class Facts(NamedTuple):
    """All there is about one other member, by kind of row."""

    name: str
    careers: list[sql.Row]
    mutual: list[sql.Row]
    introductions: list[sql.Row]
    earlier: list[sql.Row]
    written: list[sql.Row]
    events: list[sql.Row]


class Found(NamedTuple):
    """The facts about others by their key, and what the viewer's own codes say: of an event, when
    they were made.
    """

    others: dict[int, Facts]
    codes: dict[int, sql.Row]
    events: dict[str, list[datetime]]


def asked(viewer: int, request: sql.Row) -> Asked:
    """What is asked about a request of the viewer's."""
    sent = request["sender_id"] == viewer
    return Asked(
        request["recipient_id"] if sent else request["sender_id"],
        sent,
        Basis(request["basis"]),
        request["met_event"],
        request["met_place"],
        request["met_on"],
        request["meeting_code_id"],
    )


def overlap(mine: str, theirs: str) -> str:
    """A condition: two career entries are of one place and kind, and overlap in time."""
    return (
        f"({theirs}.organisation_id = {mine}.organisation_id AND {theirs}.kind = {mine}.kind "
        f"AND {theirs}.starts <= {mine}.ends AND {mine}.starts <= {theirs}.ends)"
    )


def introduced(viewer: str, other: str, now: str) -> str:
    """A condition on table alias `i`: the other was introduced to the viewer, as the viewer
    knows. Whoever asked for it learns of it only once it has made a connection.
    """
    return (
        f"((i.target_id = {viewer} AND i.asker_id = {other} "
        "AND i.target_state IN ('PENDING', 'DECLINED', 'ACCEPTED') "
        f"AND (i.target_state <> 'PENDING' OR i.expires_at > {now})) "
        f"OR (i.asker_id = {viewer} AND i.target_id = {other} AND i.asker_state = 'ACCEPTED'))"
    )


def _among_texts(number: int) -> str:
    if sql.is_sqlite():
        return f"IN (SELECT value FROM json_each(${number}))"
    return f"= ANY(${number}::text[])"


def _statement() -> str:
    """Rows of one shape for every kind of fact; each with whom it names, as the viewer sees them.

    $1 viewer, $2 now, $3 others, $4 keys of events, $5 keys of codes.
    """
    own = "v.owner_id = $1 AND v.ended_at IS NULL"
    theirs = "a.owner_id = other.id AND a.shown AND a.ended_at IS NULL"
    # Scalar, and what ended is told apart behind the probe: in a join SQLite, once ANALYZE has run,
    # reads the whole table into a Bloom filter; and in a condition PostgreSQL takes the index of
    # lasting edges, and reads the whole of a long list for each. So is the thread with the other
    # (null without one): in a join PostgreSQL reads every thread of the viewer's, and codes
    # are looked up by the keys of the others, seen or not.
    probe = "FROM relationship p WHERE p.owner_id = {} AND p.other_id = {}.other_id"
    met = f"CASE WHEN p.ended_at IS NULL THEN p.connected_at END {probe.format('$1', 'a')}"
    listed = f"p.shown AND p.ended_at IS NULL {probe.format('other.id', 'v')}"
    return f"""
WITH other AS (
  SELECT o.id, o.name, {in_audience("o", "$1")} AS lists,
    (SELECT connections FROM inbox WHERE id = o.id)
      < (SELECT connections FROM inbox WHERE id = $1) AS shorter
  FROM member o WHERE o.id {sql.among(3)} AND o.id <> $1 AND {may_see("o", "$1", "$2")}
), shared AS (
  SELECT other.id AS other, a.other_id AS who, (SELECT {met}) AS met_at
  FROM other CROSS JOIN relationship a WHERE other.lists AND other.shorter AND {theirs}
  UNION ALL
  SELECT other.id, v.other_id, v.connected_at FROM other CROSS JOIN relationship v
  WHERE other.lists AND NOT other.shorter AND {own} AND (SELECT {listed})
), mutual AS (
  SELECT other, who, count(*) OVER (PARTITION BY other) AS total,
    row_number() OVER (PARTITION BY other ORDER BY met_at DESC, who DESC) AS place
  FROM shared WHERE met_at IS NOT NULL AND {there("who")}
), career AS (
  SELECT e.member_id AS other, e.kind, e.organisation_id, mine.place AS name,
    CASE WHEN e.starts > mine.starts THEN e.starts ELSE mine.starts END AS low,
    CASE WHEN e.ends < mine.ends THEN e.ends ELSE mine.ends END AS high,
    row_number() OVER (PARTITION BY e.member_id ORDER BY e.ends DESC, e.id DESC) AS place
  FROM other JOIN career_entry e ON e.member_id = other.id
  JOIN career_entry mine ON mine.member_id = $1 AND {overlap("mine", "e")}
  WHERE {sees("e.audience", "e.member_id", "e.id", "", "$1")}
), fact AS (
  SELECT id AS other, 'OTHER' AS kind, name AS words, '' AS more, NULL::bigint AS low,
    NULL::bigint AS high, NULL::timestamptz AS ended_at, NULL::bigint AS who FROM other
  UNION ALL
  SELECT c.other, c.kind, CASE WHEN c.name = '' THEN g.name ELSE c.name END,
    CAST(c.organisation_id AS text), c.low, c.high, NULL, NULL
  FROM career c JOIN organisation g ON g.id = c.organisation_id WHERE c.place <= {_MOST_OVERLAPS}
  UNION ALL
  SELECT other, 'MUTUAL', '', '', total, place, NULL, who FROM mutual WHERE place <= {MOST_NAMED}
  UNION ALL
  SELECT other.id, 'INTRODUCTION', i.introducer_name, '', CASE WHEN i.asker_id = $1 THEN 1 ELSE 0
    END, i.id, NULL, i.introducer_id
  FROM other JOIN introduction i ON {introduced("$1", "other.id", "$2")}
  UNION ALL
  SELECT other.id, 'EARLIER', '', '', NULL, NULL, v.ended_at, NULL FROM other
  JOIN relationship v ON v.owner_id = $1 AND v.other_id = other.id AND v.ended_at IS NOT NULL
  UNION ALL
  SELECT other.id, 'WRITTEN', '', '', NULL, NULL, (SELECT s.last_at FROM conversation_side s
    WHERE s.owner_id = $1 AND s.other_id = other.id AND s.state = 'OPEN' AND s.last_seq > 0
    AND NOT {connected("$1", "other.id")} AND {_BOTH_WROTE}), NULL FROM other
  UNION ALL
  SELECT c.id, 'CODE', c.event, c.place, NULL, NULL, NULL, NULL FROM meeting_code c
  WHERE c.id {sql.among(5)}
  UNION ALL
  SELECT NULL, 'EVENT', c.event_key, '', NULL, NULL, c.made_at, NULL
  FROM meeting_code c WHERE c.member_id = $1 AND c.event_key {_among_texts(4)}
  UNION ALL
  SELECT c.member_id, 'THEIRS', c.event_key, '', NULL, NULL, c.made_at, NULL
  FROM meeting_code c WHERE c.member_id {sql.among(3)} AND c.event_key {_among_texts(4)}
  UNION ALL
  SELECT r.sender_id, 'THEIRS', c.event_key, '', NULL, NULL, c.made_at, NULL
  FROM connection_request r JOIN meeting_code c ON c.id = r.meeting_code_id
  WHERE r.sender_id {sql.among(3)} AND r.meeting_code_id IS NOT NULL
  AND c.event_key {_among_texts(4)}
)
SELECT fact.*, {directory.columns(directory.Wants(), "$1")}
FROM fact LEFT JOIN member m ON m.id = fact.who AND {may_see("m", "$1", "$2")}
ORDER BY fact.other, fact.kind, fact.high DESC, fact.low DESC
"""


async def read(viewer: int, wanted: Iterable[Asked]) -> Found:
    """The facts about these others, in one statement."""
    wanted = list(wanted)
    rows = await sql.rows(
        _statement(),
        viewer,
        clock.now(),
        [each.other for each in wanted],
        [key_of(each.event) for each in wanted if each.event and not each.sent],
        [each.code for each in wanted if each.code is not None],
    )
    return _sorted(rows)


def _sorted(rows: Sequence[sql.Row]) -> Found:
    others = {
        row["other"]: Facts(row["words"], [], [], [], [], [], [])
        for row in rows
        if row["kind"] == "OTHER"
    }
    codes: dict[int, sql.Row] = {}
    events: dict[str, list[datetime]] = {}
    for row in rows:
        match row["kind"]:
            case "WORK" | "STUDY":
                others[row["other"]].careers.append(row)
            case "MUTUAL":
                others[row["other"]].mutual.append(row)
            case "INTRODUCTION":
                others[row["other"]].introductions.append(row)
            case "EARLIER":
                others[row["other"]].earlier.append(row)
            case "WRITTEN" if row["ended_at"] is not None:
                others[row["other"]].written.append(row)
            case "CODE":
                codes[row["other"]] = row
            case "EVENT":
                events.setdefault(row["words"], []).append(row["ended_at"])
            case "THEIRS" if row["other"] in others:
                others[row["other"]].events.append(row)
    return Found(others, codes, events)
