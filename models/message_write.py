"""How a message gets into its conversation, whatever it is from. Parts of units."""

from models import ids, sql
from models.sql import Change
from models.unit import Unit


async def next_seq(u: Unit, one: int, two: int, by: int = 1) -> sql.Row:
    """The conversation of two members, begun if need be and locked for the rest of the unit, with
    `by` more messages counted in it.
    """
    low, high = sorted((one, two))
    row = await sql.row(
        "INSERT INTO conversation (id, low_id, high_id, last_seq, begun_at) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (low_id, high_id) DO UPDATE "
        "SET last_seq = conversation.last_seq + excluded.last_seq RETURNING *",
        ids.new_id(),
        low,
        high,
        by,
        u.now,
    )
    assert row is not None
    return row


def writing(conversation: int, seq: int, sender: int, message: tuple[object, ...]) -> Change:
    """The change that writes one message: its key, words, whether it sells, when it was sent, and
    the request whose note it is.
    """
    return (
        "INSERT INTO message (id, conversation_id, seq, sender_id, text, selling, sent_at, "
        "request_id) VALUES ($4, $1, $2, $3, $5, $6, $7, $8) RETURNING id",
        (conversation, seq, sender, *message),
    )
