"""Asking for an introduction: the guards, the asker's own facts before everybody else's.

Whether a connection between the two others is there must not be found out by asking: it counts
only where the asker may see it, and every cause on the other sides gives one and the same answer.
"""

import hashlib
from datetime import timedelta

from models import ids, notification, sql
from models.event import EventKind
from models.introduction_end import EXPIRE
from models.member import Audience
from models.notification import NotificationKind
from models.problem import Code, Problem, Problems
from models.relationship import own_limit, stays_ended
from models.sending import clean_key, keep_key, made_by_key
from models.settings import settings
from models.text import clean
from models.unit import Unit, in_unit
from models.visibility import connected, in_audience, may_see


def introduces(introducer: str, target: str, viewer: str) -> str:
    """A condition: member alias `introducer` may be asked to introduce the viewer to `target`.

    The viewer is connected with them, and sees that they are connected with the target, in
    either's list. The target's visibility is for the caller to see to.
    """
    return (
        f"({introducer}.suspended_at IS NULL AND {connected(viewer, introducer + '.id')} "
        "AND EXISTS (SELECT 1 FROM relationship edge "
        f"WHERE edge.owner_id = {target}.id AND edge.other_id = {introducer}.id AND edge.shown "
        f"AND edge.ended_at IS NULL) AND {shows(introducer, target, viewer)})"
    )


def shows(introducer: str, target: str, viewer: str) -> str:
    """A condition: the edge between the two is in a list that is shown to the viewer, who is
    connected with `introducer` and not with `target`.
    """
    # Under MUTUAL a list shows the viewer's own connections: the introducer is one of them.
    return (
        f"(({introducer}.connections_audience <> '{Audience.MUTUAL}' "
        f"AND {in_audience(introducer, viewer)}) OR {in_audience(target, viewer)})"
    )


_FACTS = (
    "SELECT me.email_verified_at, mine.connections, (SELECT count(*) FROM introduction o "
    "WHERE o.asker_id = $1 AND (o.asker_state = 'PENDING' AND o.expires_at > $2 "
    # Or one could ring at the introducer's all day, by asking and withdrawing.
    "OR o.asker_state = 'WITHDRAWN' AND o.asked_at > $7)) AS asked, "
    "open.id AS open_id, open.expires_at AS open_expires_at, r.id AS request_id, "
    "tie.id AS tie_id, tie.ended_at, t.name AS target_name, ti.connections AS target_connections, "
    "x.name AS introducer_name FROM member me JOIN inbox mine ON mine.id = me.id "
    "LEFT JOIN introduction open ON open.asker_id = $1 AND open.target_id = $4 "
    "AND open.asker_state = 'PENDING' "
    "LEFT JOIN relationship tie ON tie.owner_id = $1 AND tie.other_id = $4 "
    "LEFT JOIN connection_request r ON r.low_id = $5 AND r.high_id = $6 "
    "AND r.sender_state = 'PENDING' AND r.expires_at > $2 "
    "AND (r.sender_id = $1 OR r.recipient_state <> 'CLOSED') "
    f"LEFT JOIN member t ON t.id = $4 AND {may_see('t', '$1', '$2')} "
    "LEFT JOIN inbox ti ON ti.id = t.id "
    f"LEFT JOIN member x ON x.id = $3 AND {introduces('x', 't', '$1')} WHERE me.id = $1"
)


async def ask(
    asker: int,
    introducer: int,
    target: int,
    note_to_introducer: str | None,
    note_to_target: str,
    key: str | None = None,
) -> sql.Row:
    """Ask a mutual connection to introduce the asker to a member. Returns the introduction."""
    return await _ask(
        asker, introducer, target, note_to_introducer or "", note_to_target, clean_key(key)
    )


@in_unit
async def _ask(
    u: Unit,
    asker: int,
    introducer: int,
    target: int,
    note_to_introducer: str,
    note_to_target: str,
    key: str | None,
) -> sql.Row:
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", asker)
    given = f"introduction\n{introducer}\n{target}\n{note_to_introducer}\0{note_to_target}"
    mark = hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()
    if key is not None and (made := await made_by_key(u, asker, key, mark)):
        return await _row(made)
    low, high = sorted((asker, target))
    lately = u.now - timedelta(days=settings().budget_days)
    facts = await sql.row(_FACTS, asker, u.now, introducer, target, low, high, lately)
    assert facts is not None
    if refused := _own(facts, u, asker, introducer, target):
        raise refused
    for_introducer, for_target = clean_notes(note_to_introducer, note_to_target)
    full = settings().connection_limit
    if facts["introducer_name"] is None or facts["target_connections"] >= full:
        raise unavailable()
    if facts["open_id"] is not None:  # past its time, not swept yet
        await sql.change(f"{EXPIRE} AND id = $2", u.now, facts["open_id"])
    if facts["tie_id"] is not None:
        await stays_ended(asker, target)
    made = await _insert(u, asker, introducer, target, for_introducer, for_target, facts)
    if key is not None:
        await keep_key(u, asker, key, mark, made)
    return await _row(made)


async def _row(key: int) -> sql.Row:
    row = await sql.row("SELECT * FROM introduction WHERE id = $1", key)
    assert row is not None
    return row


def unavailable() -> Problem:
    """The one refusal for every cause that lies with the other two."""
    return Problem(
        Code.INTRODUCER_UNAVAILABLE,
        "This member cannot introduce you at the moment.",
        field=("introducerId",),
    )


def _own(facts: sql.Row, u: Unit, asker: int, introducer: int, target: int) -> Problem | None:
    """Why not, by what the asker knows anyhow."""
    if asker in (target, introducer):
        field = "targetId" if asker == target else "introducerId"
        return Problem(Code.SELF, "This is you.", field=(field,))
    if facts["tie_id"] is not None and facts["ended_at"] is None:
        return Problem(Code.ALREADY_CONNECTED, "You are already connected.")
    if facts["open_id"] is not None and facts["open_expires_at"] > u.now:
        return Problem(
            Code.INTRODUCTION_OPEN,
            "You have already asked to be introduced to this member.",
            subject=facts["open_id"],
        )
    if facts["request_id"] is not None:
        return Problem(
            Code.REQUEST_OPEN,
            "There is an open request between the two of you already.",
            subject=facts["request_id"],
        )
    rules = settings()
    if facts["asked"] >= rules.open_introductions:
        return Problem(
            Code.TOO_MANY_INTRODUCTIONS,
            f"You have asked for {rules.open_introductions} introductions. Please wait for "
            f"answers; one you withdraw counts for {rules.budget_days} days.",
        )
    if rules.asks_for_verified_email and facts["email_verified_at"] is None:
        return Problem(Code.EMAIL_UNVERIFIED, "Please verify your e-mail address first.")
    if facts["connections"] >= rules.connection_limit:
        return own_limit()
    return None


def clean_words(text: str, field: str, *, required: bool) -> str:
    """Words of an introduction as they are stored; at most as long as a request's note."""
    return clean(
        text,
        field,
        longest=settings().note_length,
        required=required,
        lines=True,
        too_long=Code.NOTE_TOO_LONG,
    )


def clean_notes(to_introducer: str, to_target: str) -> tuple[str | None, str]:
    """Both notes. Raises Problems: each that is wrong is named."""
    cleaned: dict[str, str] = {}
    problems: list[Problem] = []
    for field, text, required in (
        ("noteToIntroducer", to_introducer, False),
        ("noteToTarget", to_target, True),
    ):
        try:
            cleaned[field] = clean_words(text, field, required=required)
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise Problems(problems)
    return cleaned["noteToIntroducer"] or None, cleaned["noteToTarget"]


async def _insert(
    u: Unit,
    asker: int,
    introducer: int,
    target: int,
    for_introducer: str | None,
    for_target: str,
    facts: sql.Row,
) -> int:
    key = ids.new_id()
    expires_at = u.now + timedelta(days=settings().introduction_days)
    insert = (
        "INSERT INTO introduction (id, asker_id, introducer_id, target_id, note_to_introducer, "
        "note_to_target, asker_state, introducer_state, target_state, introducer_name, "
        "target_name, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, 'PENDING', "
        "'PENDING', 'NONE', $7, $8, $9, $10) RETURNING id",
        (
            key,
            asker,
            introducer,
            target,
            for_introducer,
            for_target,
            facts["introducer_name"],
            facts["target_name"],
            u.now,
            expires_at,
        ),
    )
    told = NotificationKind.INTRODUCTION_ASKED
    await sql.together(insert, *notification.notifying(introducer, told, key, asker, u.now))
    u.tell(asker, EventKind.INTRODUCTION_ASKED, key, target)
    u.tell(introducer, EventKind.INTRODUCTION_ASKED, key, asker)
    return key
