"""Introductions: a mutual connection brings two members together; all three consent.

Three states, one per side, on the principle of requests: every act, guard, list and event of a
side reads that side's state only, so that a silent no stays silent. *Open* means
`asker_state = PENDING` and not past its expiry. The table is in
models/introduction_state.py, asking in introduction_ask.py, the end without an answer in
introduction_end.py.

| asker | introducer | target | |
| --- | --- | --- | --- |
| PENDING | PENDING, REFUSED | NONE | asked; refused without a word |
| PENDING | FORWARDED | PENDING, DECLINED | forwarded; declined without a word |
| ACCEPTED | ACCEPTED | ACCEPTED | asker and target are connected |
| WITHDRAWN | GONE | GONE | the asker took it back |
| EXPIRED | EXPIRED | GONE | nobody answered, as far as the asker and introducer know |
| VOID | GONE | GONE | the two were connected by other means |

In the last three REFUSED stays REFUSED, and NONE stays NONE.
"""

from collections.abc import Sequence

from models import contact_share, ids, notification, sql
from models.event import EventKind
from models.introduction_ask import ask as ask
from models.introduction_ask import clean_words
from models.introduction_end import EXPIRE, ended
from models.introduction_state import (
    ASKER_THERE,
    AskerState,
    IntroducerState,
    TargetState,
    why,
)
from models.introduction_state import Introduction as Introduction
from models.introduction_state import standing as standing
from models.notification import NotificationKind
from models.problem import Code, Problem
from models.request import Basis, accepted
from models.sending import expire as expire_request
from models.unit import Unit, in_unit


@in_unit
async def withdraw(u: Unit, viewer: int, key: int) -> sql.Row:
    """The asker takes it back. The others are not told; it is gone for them."""
    row = await sql.row(
        f"UPDATE introduction SET {ended('WITHDRAWN', 'GONE', '$3')} WHERE id = $1 "
        "AND asker_id = $2 AND asker_state = 'PENDING' AND expires_at > $3 RETURNING *",
        key,
        viewer,
        u.now,
    )
    if row is None:
        return await why(viewer, key, "asker", AskerState.WITHDRAWN)
    u.tell(viewer, EventKind.INTRODUCTION_WITHDRAWN, key, row["target_id"])
    return row


async def forward(viewer: int, key: int, recommendation: str) -> sql.Row:
    """The introducer passes it on with a sentence of their own, also after having refused."""
    words = clean_words(recommendation, "recommendation", required=True)
    return await _forward(viewer, key, words)


@in_unit
async def _forward(u: Unit, viewer: int, key: int, words: str) -> sql.Row:
    # Neither connection can end while this runs: a removal locks the same rows.
    ties = await sql.rows(
        "SELECT tie.id FROM relationship tie JOIN introduction i ON i.id = $1 "
        "JOIN member other ON other.id = tie.other_id AND other.suspended_at IS NULL "
        "WHERE tie.owner_id = $2 AND tie.other_id IN (i.asker_id, i.target_id) "
        "AND i.introducer_id = $2 AND tie.ended_at IS NULL ORDER BY tie.other_id"
        + (f"{sql.for_update()} OF tie" if sql.for_update() else ""),
        key,
        viewer,
    )
    row = await sql.row(
        "UPDATE introduction SET introducer_state = 'FORWARDED', target_state = 'PENDING', "
        "introducer_changed_at = $3, forwarded_at = $3, recommendation = $4 WHERE id = $1 "
        "AND introducer_id = $2 AND introducer_state IN ('PENDING', 'REFUSED') "
        f"AND asker_state = 'PENDING' AND expires_at > $3 AND {ASKER_THERE} RETURNING *",
        key,
        viewer,
        u.now,
        words,
    )
    if row is None:
        return await why(viewer, key, "introducer", IntroducerState.FORWARDED)
    if len(ties) != 2:
        raise Problem(
            Code.INTRODUCER_UNAVAILABLE,
            "You can introduce only members you are connected with.",
            field=("introductionId",),
            subject=key,
        )
    target, asker = row["target_id"], row["asker_id"]
    told = NotificationKind.INTRODUCTION_RECEIVED
    await sql.together(
        notification.settling(viewer, key, u.now),
        *notification.notifying(target, told, key, asker, u.now),
    )
    for member in (viewer, target):
        u.tell(member, EventKind.INTRODUCTION_RECEIVED, key, asker)
    return row


@in_unit
async def refuse(u: Unit, viewer: int, key: int) -> sql.Row:
    """The introducer will not. Nothing changes for anybody else, now or later."""
    row = await sql.row(
        "UPDATE introduction SET introducer_state = 'REFUSED', introducer_changed_at = $3 "
        "WHERE id = $1 AND introducer_id = $2 AND introducer_state = 'PENDING' "
        f"AND asker_state = 'PENDING' AND expires_at > $3 AND {ASKER_THERE} RETURNING *",
        key,
        viewer,
        u.now,
    )
    if row is None:
        return await why(viewer, key, "introducer", IntroducerState.REFUSED)
    await notification.settle(viewer, key, u.now)
    return row


@in_unit
async def undo_refuse(u: Unit, viewer: int, key: int) -> sql.Row:
    """Put it back among those that wait for the introducer, as long as it is open."""
    row = await sql.row(
        "UPDATE introduction SET introducer_state = 'PENDING', introducer_changed_at = NULL "
        "WHERE id = $1 AND introducer_id = $2 AND introducer_state = 'REFUSED' "
        f"AND asker_state = 'PENDING' AND expires_at > $3 AND {ASKER_THERE} RETURNING *",
        key,
        viewer,
        u.now,
    )
    return row or await why(viewer, key, "introducer", IntroducerState.PENDING)


@in_unit
async def decline(u: Unit, viewer: int, key: int) -> sql.Row:
    """The target says no, and nobody is told, now or later."""
    row = await sql.row(
        "UPDATE introduction SET target_state = 'DECLINED', target_changed_at = $3 "
        "WHERE id = $1 AND target_id = $2 AND target_state = 'PENDING' "
        f"AND asker_state = 'PENDING' AND expires_at > $3 AND {ASKER_THERE} RETURNING *",
        key,
        viewer,
        u.now,
    )
    if row is None:
        return await why(viewer, key, "target", TargetState.DECLINED)
    await notification.settle(viewer, key, u.now)
    return row


@in_unit
async def accept(u: Unit, viewer: int, key: int, shares: Sequence[int] = ()) -> sql.Row:
    """The target says yes, also after having declined: asker and target are connected. Where this
    call connected them, the target's side comes as `side`. `shares` are contact data of the
    target that the asker may have from now on.
    """
    await sql.rows(
        # Both: neither may slip an open request in behind the connection meanwhile.
        "SELECT id FROM allowance WHERE id = $1 OR id = (SELECT asker_id FROM introduction "
        f"WHERE id = $2 AND target_id = $1) ORDER BY id{sql.for_update()}",
        viewer,
        key,
    )
    row = await sql.row(
        "UPDATE introduction SET asker_state = 'ACCEPTED', introducer_state = 'ACCEPTED', "
        "target_state = 'ACCEPTED', asker_changed_at = $3, introducer_changed_at = $3, "
        "target_changed_at = $3 WHERE id = $1 AND target_id = $2 "
        "AND target_state IN ('PENDING', 'DECLINED') AND asker_state = 'PENDING' "
        f"AND expires_at > $3 AND {ASKER_THERE} RETURNING *",
        key,
        viewer,
        u.now,
    )
    if row is None:
        return await why(viewer, key, "target", TargetState.ACCEPTED)
    asker, introducer = row["asker_id"], row["introducer_id"]
    request, made = await _request(u, row)
    await contact_share.share(u, viewer, asker, shares, request["id"])
    said = () if made else ((asker, row["note_to_target"]),)
    sides = await accepted(u, request, viewer, notice=False, said=said)
    await sql.change(
        f"UPDATE relationship SET through_id = $1 WHERE id {sql.among(2)} AND through_id IS NULL",
        introducer,
        [side["id"] for side in sides.values()],
    )
    told = NotificationKind.INTRODUCTION_ACCEPTED
    await sql.together(
        notification.settling(viewer, key, u.now),
        *notification.notifying(asker, told, key, viewer, u.now),
        *notification.notifying(introducer, told, key, asker, u.now),
    )
    u.tell(asker, EventKind.INTRODUCTION_ACCEPTED, key, viewer)
    u.tell(introducer, EventKind.INTRODUCTION_ACCEPTED, key, asker)
    u.tell(viewer, EventKind.INTRODUCTION_ACCEPTED, key, asker)
    return {**row, "request_id": request["id"], "side": sides[viewer]}


async def _request(u: Unit, row: sql.Row) -> tuple[sql.Row, bool]:
    """The request that records the connection: one that is open between the two, whoever sent it,
    or else one made for it, from the asker with their words. It costs no budget.
    """
    low, high = sorted((row["asker_id"], row["target_id"]))
    found = await sql.row(
        "SELECT id, expires_at FROM connection_request WHERE low_id = $1 AND high_id = $2 "
        f"AND sender_state = 'PENDING'{sql.for_update()}",
        low,
        high,
    )
    if found is not None and found["expires_at"] <= u.now:
        await expire_request(u, found["id"])
        found = None
    if found is not None:
        request = await sql.row(
            "UPDATE connection_request SET sender_state = 'ACCEPTED', "
            "recipient_state = 'ACCEPTED', sender_changed_at = $2, recipient_changed_at = $2, "
            "introduction_id = $3 WHERE id = $1 AND sender_state = 'PENDING' RETURNING *",
            found["id"],
            u.now,
            row["id"],
        )
    else:
        request = await sql.row(
            "INSERT INTO connection_request (id, sender_id, recipient_id, low_id, high_id, basis, "
            "note, sender_state, recipient_state, recipient_name, recipient_handle, sent_at, "
            "surfaced_at, expires_at, sender_changed_at, recipient_changed_at, decline_told, "
            "introduction_id) SELECT $1, $2, m.id, $4, $5, $6, $7, 'ACCEPTED', 'ACCEPTED', "
            "m.name, m.handle, $8, $8, $9, $8, $8, false, $10 FROM member m WHERE m.id = $3 "
            "RETURNING *",
            ids.new_id(),
            row["asker_id"],
            row["target_id"],
            low,
            high,
            Basis.INTRODUCED.value,
            row["note_to_target"],
            u.now,
            row["expires_at"],
            row["id"],
        )
    assert request is not None
    await sql.change(
        "UPDATE introduction SET request_id = $2 WHERE id = $1", row["id"], request["id"]
    )
    return request, found is None


@in_unit
async def expire_introductions(u: Unit) -> None:
    """One UPDATE for all: the same moment and words whether refused, declined or unanswered."""
    await sql.change(EXPIRE, u.now)
