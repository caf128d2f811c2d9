"""The first words of a thread: the note of a request, once it is accepted."""

from models import ids, message_search, sql
from models.message_write import next_seq, writing
from models.sql import Change
from models.unit import Unit


async def first_words(u: Unit, request: sql.Row, *more: tuple[int, str | None]) -> list[Change]:
    """What was said when these two asked each other becomes the first messages between them: the
    note, that of who asked back, and `more` by their senders. Part of the unit that accepts, which
    calls it before it connects the two: it locks their conversation, also where there is none yet.
    Returns the changes to make behind the connection.

    There is no event and no notification of it, and nothing is unread: the acceptance is the news.
    """
    sender, recipient = request["sender_id"], request["recipient_id"]
    said = [(sender, request["note"], request["sent_at"])]
    said.append((recipient, request["reply_note"], u.now))
    said += [(who, words, u.now) for who, words in more]
    said = [each for each in said if each[1]]
    if not said:
        return await _open(u, sender, recipient)
    pair = await next_seq(u, sender, recipient, len(said))
    last = pair["last_seq"]
    changes: list[Change] = []
    for number, (who, words, at) in enumerate(said):
        made, seq = ids.new_id(), last - len(said) + 1 + number
        message = (made, words, False, at, request["id"])
        changes.append(writing(pair["id"], seq, who, message))
        changes.append(message_search.indexing(made, sender, recipient, words))
    for owner, other in ((sender, recipient), (recipient, sender)):
        changes.append((_SIDE, (ids.new_id(), pair["id"], owner, other, last, u.now)))
    return changes


_SIDE = (
    "INSERT INTO conversation_side (id, conversation_id, owner_id, other_id, state, last_seq, "
    "last_at, unread, read_seq, cleared_seq, told_seq, muted, filtered, trusted) "
    "VALUES ($1, $2, $3, $4, 'OPEN', $5, $6, 0, 0, 0, 0, false, false, false) "
    "ON CONFLICT (owner_id, other_id) DO UPDATE SET state = 'OPEN', "
    "last_seq = excluded.last_seq, last_at = excluded.last_at, "
    "archived_at = CASE WHEN conversation_side.muted THEN conversation_side.archived_at END "
    "RETURNING id"
)


async def _open(u: Unit, one: int, two: int) -> list[Change]:
    """Nothing was said: a message request between the two is accepted all the same. Their
    conversation is begun only to be held: one who sends such a request at this moment waits, and
    finds the two connected.
    """
    pair = await next_seq(u, one, two, 0)
    if not pair["last_seq"]:
        return [("DELETE FROM conversation WHERE id = $1 RETURNING id", (pair["id"],))]
    return [
        (
            "UPDATE conversation_side SET state = 'OPEN' WHERE conversation_id = $1 "
            "AND state <> 'OPEN' RETURNING id",
            (pair["id"],),
        )
    ]
