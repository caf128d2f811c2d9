"""People a member may know, each with the exact reasons.

Candidates come from two facts: mutual connections, and having worked or studied at one place at
the same time. A candidate can switch off being suggested, altogether or by a kind of fact; what
the viewer may not see is no fact. Who is left out is decided by what the viewer did and knows,
so that neither a name nor its absence tells of what another did.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from tortoise import fields

from models import clock, directory, evidence, evidence_words, graph, ids, paging, sql
from models.base import Stored, belongs_to_member
from models.directory import Wants
from models.evidence import Asked, EvidenceKind
from models.problem import Code, Problem
from models.settings import settings
from models.unit import Unit, in_unit
from models.visibility import may_see, sees

# What a fact counts in the order: a mutual connection counts 1.
EMPLOYER, SCHOOL = 3, 2
# Edges behind the viewer's newest connections that are walked, of each at least so many; entries
# of one place that are read; and how many candidates are then looked at more closely.
BEHIND, BEHIND_EACH = 20_000, 20
PLACE, OWN_ENTRIES = 500, 20
CLOSER = 400
MOST_DISMISSED = 10_000


class SuggestionDismissal(Stored):
    """`owner` does not want `other` suggested again, ever."""

    owner = belongs_to_member()
    other = belongs_to_member()
    dismissed_at = fields.DatetimeField()

    class Meta:
        table = "suggestion_dismissal"


class Reason(NamedTuple):
    """One reason of a suggestion; `number` of mutual connections, else 1."""

    kind: EvidenceKind
    text: str
    members: Sequence[sql.Row]
    number: int


# By which of a candidate's switches a kind of fact may be named.
_SWITCHES = {
    EvidenceKind.MUTUAL_CONNECTIONS: "by_connections",
    EvidenceKind.SAME_EMPLOYER: "by_work",
    EvidenceKind.SAME_SCHOOL: "by_school",
}


def _known() -> str:
    """Keys of those who are no suggestion: connected now or once, asked ever, asking and not
    accepted, dismissed; and the viewer. All of it the viewer's own doing or known to them.
    """
    return (
        "known AS MATERIALIZED (SELECT other_id AS id FROM relationship WHERE owner_id = $1 "
        "UNION ALL SELECT other_id FROM suggestion_dismissal WHERE owner_id = $1 "
        "UNION ALL SELECT recipient_id FROM connection_request WHERE sender_id = $1 "
        "UNION ALL SELECT sender_id FROM connection_request WHERE recipient_id = $1 "
        "AND recipient_state IN ('PENDING', 'IGNORED', 'DECLINED', 'CLOSED') "
        "AND expires_at > $2 UNION ALL SELECT $1::bigint)"
    )


def _colleagues() -> str:
    """Members with an entry at a place of the viewer's, by kind, whose dates overlap."""
    at = "c.organisation_id = o.organisation_id AND c.kind = o.kind"
    newest = (
        "SELECT {} FROM career_entry c WHERE c.organisation_id = o.organisation_id "
        "AND c.kind = o.kind ORDER BY c.member_id DESC LIMIT {}"
    )
    if sql.is_sqlite():
        cut = newest.format("c.member_id", f"1 OFFSET {PLACE}")
        place = f"CROSS JOIN career_entry c ON {at} AND c.member_id > coalesce(({cut}), 0)"
    else:
        place = f"CROSS JOIN LATERAL ({newest.format('c.*', PLACE)}) c"
    return (
        "own AS MATERIALIZED (SELECT organisation_id, kind, starts, ends FROM career_entry "
        f"WHERE member_id = $1 ORDER BY starts DESC, id DESC LIMIT {OWN_ENTRIES}), "
        "colleague AS MATERIALIZED (SELECT DISTINCT c.member_id AS id, c.kind, c.organisation_id "
        f"FROM own o {place} WHERE {evidence.overlap('o', 'c')} "
        f"AND {sees('c.audience', 'c.member_id', 'c.id', '', '$1')})"
    )


def _tables() -> str:
    """Common tables up to `ranked`: candidates with their scores ($1 viewer, $2 now)."""
    behind = graph.newest("n.id", "n.size", "e", "(SELECT most FROM share)")
    score = f"sum(mutual) + {EMPLOYER} * sum(work) + {SCHOOL} * sum(study)"
    shown = f"m.suggested_by_connections AND {graph.opens_to_mutual('m')}"
    return (
        f"WITH {graph.near()}, {graph.share(BEHIND, BEHIND_EACH)}, {_known()}, {_colleagues()}, "
        "fact AS MATERIALIZED ("
        f"SELECT e.other_id AS id, 1 AS mutual, 0 AS work, 0 AS study FROM near n {behind} "
        "UNION ALL SELECT id, 0, CASE WHEN kind = 'WORK' THEN 1 ELSE 0 END, "
        "CASE WHEN kind = 'STUDY' THEN 1 ELSE 0 END FROM colleague), "
        "likely AS MATERIALIZED (SELECT id, sum(mutual) AS mutual, sum(work) AS work, "
        "sum(study) AS study FROM fact WHERE id NOT IN (SELECT id FROM known) GROUP BY id "
        f"ORDER BY {score} DESC, id DESC LIMIT {CLOSER}), "
        "scored AS MATERIALIZED (SELECT m.id, "
        f"CASE WHEN {shown} THEN l.mutual ELSE 0 END "
        f"+ CASE WHEN m.suggested_by_work THEN {EMPLOYER} * l.work ELSE 0 END "
        f"+ CASE WHEN m.suggested_by_school THEN {SCHOOL} * l.study ELSE 0 END AS score, "
        f"{shown} AS by_connections, m.suggested_by_work AS by_work, "
        "m.suggested_by_school AS by_school FROM likely l JOIN member m ON m.id = l.id "
        f"WHERE m.suggested AND {may_see('m', '$1', '$2')})"
    )


async def suggested(viewer: int, first: int, after: str | None, wants: Wants) -> paging.Page:
    """A page of members the viewer may know, the likeliest first."""
    behind, values = "", list[int]()
    if after is not None:
        behind = " AND (s.score, s.id) < ($4, $5)"
        values = list(paging.decode("sug", after, 2))
    rows = await sql.rows(
        f"{_tables()}, page AS MATERIALIZED (SELECT * FROM scored s WHERE s.score > 0{behind} "
        "ORDER BY s.score DESC, s.id DESC LIMIT $3) "
        "SELECT p.score, p.by_connections, p.by_work, p.by_school, "
        f"{directory.columns(wants, '$1')} FROM page p JOIN member m ON m.id = p.id "
        "ORDER BY p.score DESC, p.id DESC",
        viewer,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind a suggestion."""
    return paging.encode("sug", int(row["score"]), row["m_id"])


async def reasons(viewer: int, page: Sequence[sql.Row]) -> dict[int, list[Reason]]:
    """Why each on a page of `suggested`, by the member's key; one statement."""
    if not page:
        return {}
    wanted = {row["m_id"]: Asked(row["m_id"]) for row in page}
    found = await evidence.read(viewer, wanted.values())
    return {row["m_id"]: _reasons(row, wanted[row["m_id"]], found) for row in page}


def _reasons(row: sql.Row, asked: Asked, found: evidence.Found) -> list[Reason]:
    said = []
    for each in evidence_words.words(asked, found):
        switch = _SWITCHES.get(each.kind)
        if switch is None or not row[switch]:
            continue
        mutual = each.kind is EvidenceKind.MUTUAL_CONNECTIONS
        count = found.others[asked.other].mutual[0]["low"] if mutual else 1
        said.append(Reason(each.kind, each.text, each.members, count))
    return said


@in_unit
async def dismiss(u: Unit, viewer: int, member: int) -> None:
    """Never suggest this member again. Raises SELF, NOT_FOUND or TOO_MANY."""
    if member == viewer:
        raise Problem(Code.SELF, "You are not suggested to yourself.", field=("memberId",))
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", viewer)
    facts = await sql.row(
        f"SELECT (SELECT count(*) FROM member m WHERE m.id = $3 AND {may_see('m', '$1', '$2')}) "
        "AS there, (SELECT count(*) FROM suggestion_dismissal WHERE owner_id = $1) AS dismissed, "
        "(SELECT count(*) FROM suggestion_dismissal WHERE owner_id = $1 AND other_id = $3) "
        "AS already",
        viewer,
        u.now,
        member,
    )
    assert facts is not None
    if not facts["there"]:
        raise Problem(Code.NOT_FOUND, "This member is no longer there.", field=("memberId",))
    if facts["already"]:
        return
    if facts["dismissed"] >= MOST_DISMISSED:
        raise Problem(
            Code.TOO_MANY,
            f"You have dismissed {MOST_DISMISSED:,} suggestions, as many as one may.",
            field=("memberId",),
        )
    await sql.change(
        "INSERT INTO suggestion_dismissal (id, owner_id, other_id, dismissed_at) "
        "VALUES ($1, $2, $3, $4)",
        ids.new_id(),
        viewer,
        member,
        u.now,
    )


@in_unit
async def undo_dismiss(u: Unit, viewer: int, member: int) -> None:
    """Take a dismissal back, as long as other acts can be. Raises TOO_LATE."""
    since = u.now - timedelta(minutes=settings().undo_minutes)
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", viewer)
    await sql.change(
        "DELETE FROM suggestion_dismissal WHERE owner_id = $1 AND other_id = $2 "
        "AND dismissed_at > $3",
        viewer,
        member,
        since,
    )
    if await sql.row(
        "SELECT id FROM suggestion_dismissal WHERE owner_id = $1 AND other_id = $2", viewer, member
    ):
        raise Problem(
            Code.TOO_LATE,
            f"A dismissal can be undone for {settings().undo_minutes} minutes.",
            field=("memberId",),
        )


SETTINGS = ("suggested", "suggested_by_connections", "suggested_by_work", "suggested_by_school")


async def settings_of(member: int) -> sql.Row:
    """Whether, and by which kinds of facts, a member is suggested to others; and who may follow."""
    row = await sql.row(
        f"SELECT {', '.join(SETTINGS)}, follow_audience FROM member WHERE id = $1", member
    )
    if row is None:
        raise LookupError(member)
    return row


@in_unit
async def update_settings(_u: Unit, member: int, changes: Mapping[str, bool]) -> None:
    """Change what is given of SETTINGS."""
    assert changes.keys() <= set(SETTINGS), changes.keys()  # names become SQL
    if changes:
        columns = ", ".join(f"{name} = ${number}" for number, name in enumerate(changes, start=2))
        await sql.change(f"UPDATE member SET {columns} WHERE id = $1", member, *changes.values())
