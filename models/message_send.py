"""Sending a message: to a connection, or to somebody else as a message request."""

import hashlib

from models import contact, ids, message_list, message_search, notification, sender_rule, sql
from models.conversation import SideState
from models.event import EventKind
from models.message import LONGEST
from models.message_standing import Facts, Way, facts, refusal
from models.message_write import next_seq, writing
from models.notification import NotificationKind
from models.notification_choice import Handling
from models.problem import Code, Problem
from models.sending import clean_key, keep_key, made_by_key
from models.text import clean
from models.unit import Unit, in_unit


def cleaned(text: str) -> str:
    """A message as it is stored. Raises Problem."""
    return clean(text, "text", longest=LONGEST, required=True, lines=True)


async def send(
    viewer: int, other: int, text: str, *, selling: bool = False, key: str | None = None
) -> sql.Row:
    """Write to a member. Returns the message as the viewer reads it. Raises the Problem that
    `message_standing.refusal` finds, or one about the text.
    """
    key = clean_key(key)
    made = await _send(viewer, other, text, selling, key)
    found = await message_list.by_ids(viewer, [made])
    if made not in found:
        raise Problem(
            Code.NOT_FOUND, "This message is no longer there.", field=("clientMutationKey",)
        )
    return found[made]


def _mark(other: int, text: str, selling: bool) -> str:
    said = f"message\n{other}\n{selling}\n{text}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


@in_unit
async def _send(u: Unit, viewer: int, other: int, text: str, selling: bool, key: str | None) -> int:
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", viewer)
    mark = _mark(other, text, selling)
    if key is not None and (earlier := await made_by_key(u, viewer, key, mark)):
        return earlier
    if viewer == other:
        known = (await facts(viewer, [other]))[other]
    else:
        pair = await next_seq(u, viewer, other)
        ties = await lock_ties(viewer, other)
        known = (await facts(viewer, [other]))[other]
    # The order of a request to connect: the sender's own facts, the words, last the other side.
    problem = refusal(known)
    if problem and problem.code not in (Code.RECIPIENT_UNAVAILABLE, Code.CONVERSATION_CLOSED):
        raise problem
    words = cleaned(text)
    if problem:
        raise problem
    made = ids.new_id()
    await _write(u, viewer, known, pair, (made, words, selling))
    if known.connected:
        for tie in ties:
            await contact.touch(tie["id"], u.now)
    if key is not None:
        await keep_key(u, viewer, key, mark, made)
    return made


async def lock_ties(one: int, two: int) -> list[sql.Row]:
    """Both sides of the connection, held as they are: a removal waits, or came first."""
    found = await sql.rows(
        "SELECT id, owner_id FROM relationship WHERE (owner_id = $1 AND other_id = $2) "
        f"OR (owner_id = $2 AND other_id = $1) ORDER BY owner_id{sql.for_update()}",
        one,
        two,
    )
    return list(found)


async def _write(
    u: Unit, viewer: int, known: Facts, pair: sql.Row, said: tuple[int, str, bool]
) -> None:
    made, words, selling = said
    row, way = known.pair, known.way
    assert row is not None
    other, conversation, seq = row["other_id"], pair["id"], pair["last_seq"]
    # The conversation is locked: nobody else makes the sides meanwhile.
    own_side, their_side = row["side_id"] or ids.new_id(), row["their_id"] or ids.new_id()
    asks = way is Way.REQUEST
    aside = bool(row["filtered"]) or bool(
        selling and row["puts_selling_aside"] and not row["trusted"]
    )
    states = (SideState.ASKED, SideState.REQUESTED) if asks else (SideState.OPEN, SideState.OPEN)
    # What the other chose for such senders; what they hold back is set aside from the start.
    rule = await sender_rule.handling(other, viewer, u.now) if asks else Handling.ACCEPT
    if rule is Handling.HOLD:
        states = (SideState.ASKED, SideState.IGNORED)
    own = (own_side, conversation, viewer, other, states[0].value, seq, u.now)
    theirs = (their_side, conversation, other, viewer, states[1].value, seq, u.now)
    changes = [
        writing(conversation, seq, viewer, (made, words, selling, u.now, None)),
        message_search.indexing(made, viewer, other, words),
        (_OWN_SIDE, own),
        (_THEIR_SIDE, (*theirs, aside, 0 if aside else 1)),
    ]
    if way is Way.ANSWER:
        allow = "UPDATE conversation SET allowed_at = $2 WHERE id = $1"
        changes.append((allow, (conversation, u.now)))
    await sql.together(*changes)
    # Behind the sides, in a statement of its own: parts of one lock in any order.
    if way is Way.ANSWER:
        await notification.settle(viewer, own_side, u.now)
    silent = aside or row["muted"] or row["tie_muted"] or rule is not Handling.ACCEPT
    kind = NotificationKind.MESSAGE_REQUESTED if asks else NotificationKind.MESSAGE_RECEIVED
    # Silent or not, it takes as long.
    only = "1 = 0" if silent else ""
    await notification.notify(other, kind, their_side, viewer, u.now, only=only)
    u.tell(viewer, EventKind.MESSAGE_SENT, made, other, own_side)
    if rule is Handling.HOLD:
        u.count(other, 0)
    else:
        u.tell(other, EventKind.MESSAGE_RECEIVED, made, viewer, their_side)


_SIDE = (
    "INSERT INTO conversation_side AS s (id, conversation_id, owner_id, other_id, state, last_seq, "
    "last_at, filtered, unread, trusted, read_seq, cleared_seq, told_seq, muted) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, {values}, 0, 0, 0, false) "
    "ON CONFLICT (owner_id, other_id) DO UPDATE SET state = excluded.state, "
    "last_seq = excluded.last_seq, last_at = excluded.last_at, filtered = excluded.filtered, "
)
# Whoever writes in it has it in front of them, and trusts it.
_OWN_SIDE = (
    _SIDE.format(values="false, 0, true") + f"unread = {message_list.COUNTED_AGAIN}, "
    "trusted = true, archived_at = NULL RETURNING id"
)
_THEIR_SIDE = (
    _SIDE.format(values="$8, $9, false")
    + "unread = CASE WHEN excluded.filtered THEN 0 ELSE s.unread + 1 END, "
    "archived_at = CASE WHEN s.muted THEN s.archived_at END RETURNING id"
)
