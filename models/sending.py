"""Sending a request: the act that opens everything, and asking back, which accepts."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from tortoise import fields

from models import (
    contact_share,
    familiarity,
    ids,
    meeting,
    meeting_code,
    notification,
    sender_rule,
    sql,
    standing,
)
from models.base import Stored, belongs_to_member
from models.event import EventKind
from models.meeting import NOTHING_SAID, Meeting
from models.notification import NotificationKind
from models.notification_choice import Handling
from models.problem import Code, Problem
from models.relationship import stays_ended
from models.request import Basis, accepted
from models.settings import settings
from models.text import clean
from models.unit import Faster, Unit, in_unit

KEY_LONGEST = 100


class MutationKey(Stored):
    """What a clientMutationKey made: the same key gives the first payload again, for 24 hours."""

    member = belongs_to_member()
    key = fields.CharField(max_length=KEY_LONGEST)
    fingerprint = fields.CharField(max_length=64)
    subject_id = fields.BigIntField()
    made_at = fields.DatetimeField()

    class Meta:
        table = "mutation_key"


def clean_note(note: str | None) -> str | None:
    """A note as it is stored; None when nothing is left of it. Raises NOTE_TOO_LONG and such."""
    rules = settings()
    text = clean(
        note or "", "note", longest=rules.note_length, lines=True, too_long=Code.NOTE_TOO_LONG
    )
    if not text and rules.note_required:
        raise Problem(
            Code.NOTE_REQUIRED, "Please write a few words about why you ask.", field=("note",)
        )
    return text or None


def clean_key(key: str | None) -> str | None:
    """A clientMutationKey as it is stored. Raises INVALID for one of no or too many characters."""
    if key is None:
        return None
    if not 0 < len(key) <= KEY_LONGEST:
        raise Problem(
            Code.INVALID,
            f"A clientMutationKey has 1 to {KEY_LONGEST} characters.",
            field=("clientMutationKey",),
        )
    return clean(key, "clientMutationKey", longest=KEY_LONGEST, required=True)


async def send(
    viewer: int,
    recipient: int,
    basis: Basis,
    note: str | None,
    key: str | None = None,
    *,
    met: Meeting = NOTHING_SAID,
    shares: Sequence[int] = (),
) -> sql.Row:
    """Ask a member to connect. Returns the request: open, or, where the other had asked first,
    theirs, accepted. Raises the Problem `standing.refusal` finds, or one about the note.

    `met` may hold a code that the other showed; `shares` are contact data of the viewer that the
    other may have once the two are connected.
    """
    key = clean_key(key)
    if met.code is not None:
        await meeting_code.check_pace(viewer)
    try:
        return await _send(viewer, recipient, basis, note, key, met, shares)
    except Problem as problem:
        if problem.code == Code.CODE_UNKNOWN:
            await meeting_code.count_failure(viewer)
        raise


def _mark(recipient: int, basis: Basis, note: str | None, met: Meeting, shares: object) -> str:
    said = f"{recipient}\n{basis.value}\n{note or ''}{met.mark()}{shares or ''}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


@in_unit
async def _send(
    u: Unit,
    viewer: int,
    recipient: int,
    basis: Basis,
    note: str | None,
    key: str | None,
    met: Meeting,
    shares: Sequence[int],
) -> sql.Row:
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", viewer)
    mark = _mark(recipient, basis, note, met, sorted(shares))
    if key is not None and (first := await _first_payload(u, viewer, key, mark)):
        return first
    facts = (await standing.facts(viewer, [recipient]))[recipient]
    code = await meeting.code_of(u, viewer, recipient, met)
    # The order of product.md: the sender's own facts, the note, and last the other side.
    problem = standing.refusal(facts, by_code=code is not None)
    meeting.check_code(met, code, problem)
    if problem and problem.code != Code.RECIPIENT_UNAVAILABLE:
        raise problem
    words = clean_note(note)
    where = met.cleaned(basis).confirmed_by(code)
    await contact_share.check(viewer, shares)
    if problem:
        raise problem
    assert facts.pair is not None
    if facts.open_by_other is not None:
        row = await _ask_back(u, viewer, facts.open_by_other, basis, words, where)
    else:
        if facts.stale is not None:
            await expire(u, facts.stale)
        if facts.pair["tie_id"] is not None:
            await stays_ended(viewer, recipient)
        shown = code["id"] if code else None
        row = await _insert(u, viewer, facts.pair, basis, words, where, shown)
    await contact_share.share(u, viewer, recipient, shares, row["id"])
    if key is not None:
        await keep_key(u, viewer, key, mark, row["id"])
    return row


_INSERT = (
    "INSERT INTO connection_request (id, sender_id, recipient_id, low_id, high_id, basis, note, "
    "sender_state, recipient_state, recipient_name, recipient_handle, sent_at, surfaced_at, "
    "expires_at, decline_told, met_event, met_place, met_on, meeting_code_id, familiarity, "
    "handling) SELECT $1, $2, $3, $4, $5, $6, $7, 'PENDING', 'PENDING', $8, $9, $10, $10, $11, "
    "false, $12, $13, $14, $15, known.score, CASE WHEN $15::bigint IS NOT NULL THEN 'ACCEPT' ELSE "
    f"{sender_rule.handling_of('$2', '$3', 'known.score', '$16')} END FROM (SELECT "
    # LIMIT keeps PostgreSQL from working it out twice.
    f"{familiarity.score('$2', '$3', '$15::bigint IS NOT NULL', '$10')} AS score LIMIT 1) known "
    "RETURNING *"
)


async def _insert(
    u: Unit,
    viewer: int,
    pair: sql.Row,
    basis: Basis,
    note: str | None,
    met: Meeting,
    code: int | None,
) -> sql.Row:
    recipient = pair["other_id"]
    low, high = sorted((viewer, recipient))
    key = ids.new_id()
    values = (
        key,
        viewer,
        recipient,
        low,
        high,
        basis.value,
        note,
        pair["name"],
        pair["handle"],
        u.now,
        u.now + timedelta(days=settings().expiry_days),
        met.event,
        met.place,
        met.on,
        code,
        sender_rule.new_since(u.now),
    )
    made = sql.made_by_first("connection_request")
    told = notification.notifying(
        recipient,
        NotificationKind.REQUEST_RECEIVED,
        key,
        viewer,
        u.now,
        only=f"EXISTS (SELECT 1 FROM {made} r WHERE r.id = $4 AND r.handling = 'ACCEPT')",
    )
    [row] = await sql.together((_INSERT, values), *told)
    u.tell(viewer, EventKind.REQUEST_SENT, row["id"], recipient)
    if row["handling"] == Handling.HOLD:
        u.count(recipient, 0)  # the same row is locked and written: it takes as long
    else:
        u.tell(recipient, EventKind.REQUEST_RECEIVED, row["id"], viewer)
    return row


async def _ask_back(
    u: Unit, viewer: int, request_id: int, basis: Basis, note: str | None, met: Meeting
) -> sql.Row:
    """The other asked first, and whatever became of it here, it is open: now both have agreed."""
    row = await sql.row(
        "UPDATE connection_request SET sender_state = 'ACCEPTED', recipient_state = 'ACCEPTED', "
        "sender_changed_at = $3, recipient_changed_at = $3, reply_basis = $4, reply_note = $5 "
        "WHERE id = $1 AND recipient_id = $2 AND sender_state = 'PENDING' AND expires_at > $3 "
        "RETURNING *",
        request_id,
        viewer,
        u.now,
        basis.value,
        note,
    )
    if row is None:
        raise Faster
    sides = await accepted(u, row, viewer)
    await meeting.remember(sides[viewer]["id"], met, row)
    return row


async def expire(u: Unit, request_id: int) -> None:
    """Expire one request past its time, as the sweeper would. Part of a unit."""
    await sql.change(
        "UPDATE connection_request SET sender_state = 'EXPIRED', recipient_state = 'GONE', "
        "sender_changed_at = expires_at, recipient_changed_at = expires_at "
        "WHERE id = $1 AND sender_state = 'PENDING' AND expires_at <= $2",
        request_id,
        u.now,
    )
    await notification.retract([request_id])


async def _first_payload(u: Unit, viewer: int, key: str, mark: str) -> sql.Row | None:
    made = await made_by_key(u, viewer, key, mark)
    if made is None:
        return None
    return await sql.row("SELECT * FROM connection_request WHERE id = $1", made)


async def made_by_key(u: Unit, viewer: int, key: str, mark: str) -> int | None:
    """What the viewer's key made, if it is kept. Raises KEY_REUSED where that was something else.
    Part of a unit.
    """
    kept = await sql.row(
        "SELECT fingerprint, subject_id FROM mutation_key WHERE member_id = $1 AND key = $2 "
        "AND made_at > $3",
        viewer,
        key,
        u.now - timedelta(hours=settings().mutation_key_hours),
    )
    if kept is None:
        return None
    if kept["fingerprint"] != mark:
        raise Problem(
            Code.KEY_REUSED,
            "This clientMutationKey was used for another request.",
            field=("clientMutationKey",),
        )
    return int(kept["subject_id"])


async def keep_key(u: Unit, viewer: int, key: str, mark: str, subject_id: int) -> None:
    """Remember what the viewer's key made. Part of a unit."""
    await sql.change(
        "INSERT INTO mutation_key (id, member_id, key, fingerprint, subject_id, made_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (member_id, key) DO UPDATE SET "
        "fingerprint = excluded.fingerprint, subject_id = excluded.subject_id, "
        "made_at = excluded.made_at",
        ids.new_id(),
        viewer,
        key,
        mark,
        subject_id,
        u.now,
    )
