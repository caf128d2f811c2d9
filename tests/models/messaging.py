"""Short forms of what tests of messages do all the time."""

from models import conversation_list, message_send, message_standing, request_list, sql
from models.conversation_list import ConversationFolder

Folder = ConversationFolder


async def write(sender: int, to: int, text: str = "Hello", *, selling: bool = False) -> int:
    """Write a message; its key."""
    return int((await message_send.send(sender, to, text, selling=selling))["n_id"])


async def side(owner: int, other: int) -> sql.Row:
    """The row of a side."""
    row = await sql.row(
        "SELECT s.*, c.last_seq AS all_seq, c.allowed_at FROM conversation_side s "
        "JOIN conversation c ON c.id = s.conversation_id WHERE s.owner_id = $1 AND s.other_id = $2",
        owner,
        other,
    )
    assert row is not None
    return row


async def key_of(owner: int, other: int) -> int:
    """The key of a side."""
    return int((await side(owner, other))["id"])


async def may_write(member: int, other: int) -> str:
    """What `canMessage` says: a code, or OK."""
    problem = message_standing.refusal((await message_standing.facts(member, [other]))[other])
    return problem.code.value if problem else "OK"


async def thread(one: int, two: int) -> list[tuple[int, str]]:
    """All messages between two, oldest first: who wrote what."""
    low, high = sorted((one, two))
    rows = await sql.rows(
        "SELECT n.seq, n.sender_id, n.text FROM message n JOIN conversation c "
        "ON c.id = n.conversation_id WHERE c.low_id = $1 AND c.high_id = $2 ORDER BY n.seq",
        low,
        high,
    )
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    return [(row["sender_id"], row["text"]) for row in rows]


async def in_folders(member: int) -> dict[str, int]:
    """How many conversations a member has in each folder that is not empty."""
    pages = {
        folder.value: len((await conversation_list.of(member, folder, 100, None)).rows)
        for folder in Folder
    }
    return {name: number for name, number in pages.items() if number}


async def counters(member: int) -> tuple[int, int]:
    """Unread messages, and message requests that wait."""
    row = await request_list.counters(member)
    return int(row["messages"]), int(row["message_requests"])


async def notices(member: int) -> list[tuple[str, int, bool]]:
    """Notifications about messages: kind, how many came together, whether it was read."""
    rows = await sql.rows(
        "SELECT kind, times, read_at FROM notification WHERE member_id = $1 "
        "AND kind LIKE 'MESSAGE%' ORDER BY kind, id",
        member,
    )
    return [(row["kind"], row["times"], row["read_at"] is not None) for row in rows]


async def told(member: int) -> list[str]:
    """Kinds of the member's events about messages, in order."""
    rows = await sql.rows(
        "SELECT kind FROM event WHERE member_id = $1 AND kind LIKE 'MESSAGE%' ORDER BY seq", member
    )
    return [row["kind"] for row in rows]


async def takes_requests(member: int, **more: bool) -> None:
    """The member takes message requests; `more` are further columns."""
    chosen = {"takes_message_requests": True, **more}
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(chosen, 2))
    await sql.change(f"UPDATE member SET {sets} WHERE id = $1", member, *chosen.values())
