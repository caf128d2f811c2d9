"""Messages through the schema: sending, reading, folders, acts, search, events."""

from models import clock
from tests.models.acts import NOON, connect, days
from tests.people import people
from tests.schema.conftest import Ask
from tests.schema.messaging import code, counts, folder, found, on, written


async def test_two_write_and_read(ask: Ask, database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    first = await written(ask, ada, grace, "Hello\nGrace")
    assert (first["mine"], first["text"], first["senderName"]) == (True, "Hello\nGrace", "Ada")
    assert await code(ask, ada, grace) == "AWAITING_ANSWER"
    assert await counts(ask, grace) == (1, 0, 1)
    [inbox] = await folder(ask, grace)
    assert inbox["unreadCount"] == 1
    assert inbox["lastMessage"]["text"] == "Hello\nGrace"
    assert inbox["lastMessage"]["mine"] is False
    read = await on(ask, grace, "markConversationRead", inbox["id"], upTo=first["id"])
    assert read["unreadCount"] == 0
    assert await counts(ask, grace) == (0, 0, 0)
    await written(ask, grace, ada, "Hello Ada")
    clock.freeze(NOON + days(0.1))
    await written(ask, ada, grace, "How are you?")
    [thread] = await folder(ask, ada)
    texts = [each["text"] for each in thread["messages"]["nodes"]]
    assert texts == ["How are you?", "Hello Ada", "Hello\nGrace"]
    assert await found(ask, grace, "hel") == ["Hello Ada", "Hello\nGrace"]
