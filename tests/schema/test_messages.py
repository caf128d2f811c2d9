"""Messages through the schema: sending, reading, folders, acts, search, events."""

from pathlib import Path

from models import clock, introduction, message_search, relationship, sql, timeline
from tests.examples.guides import blocks
from tests.models.acts import NOON, connect, days, tie
from tests.models.acts import ask as requests_ask
from tests.models.counting import statements
from tests.people import people
from tests.schema.acts import mem
from tests.schema.conftest import Ask
from tests.schema.messaging import FOLDERS, code, counts, folder, found, mutate, on, written

GUIDE = Path(__file__).parents[2] / "docs/api/messages.md"
LAST = "id mine senderName text sentAt editedAt editableUntil request { id }"


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


async def settled(ask: Ask) -> tuple[int, int]:
    """Two who connected a while ago."""
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    clock.freeze(NOON + days(7))
    return ada, grace


async def test_receipts_need_both(ask: Ask, database: str) -> None:
    ada, grace = await settled(ask)
    first = await written(ask, ada, grace, "One")
    [theirs] = await folder(ask, grace)

    async def receipt() -> str | None:
        [thread] = await folder(ask, ada)
        read: str | None = thread["readByOtherUpTo"]
        return read

    await on(ask, grace, "markConversationRead", theirs["id"])
    for who in (ada, grace):
        payload = await mutate(
            ask,
            who,
            "updateMessageSettings",
            "messageSettings { takesMessageRequests putsSellingAside showsReading }",
            showsReading=True,
        )
        assert payload["messageSettings"] == {
            "takesMessageRequests": False,
            "putsSellingAside": False,
            "showsReading": True,
        }
    assert await receipt() is None, "read before it was shown"
    second = await written(ask, ada, grace, "Two")
    await on(ask, grace, "markConversationRead", theirs["id"], upTo=second["id"])
    assert await receipt() == second["id"]
    await mutate(ask, ada, "deleteMessage", "messageId", messageId=second["id"])
    assert await receipt() == first["id"], "the newest that is left"
    await mutate(ask, grace, "updateMessageSettings", "", showsReading=False)
    assert await receipt() is None


async def test_events_say_what_happened(ask: Ask, database: str) -> None:
    ada, grace = await settled(ask)
    for who in (ada, grace):
        await mutate(ask, who, "updateMessageSettings", "", showsReading=True)
    sent = await written(ask, ada, grace, "Helo")
    await mutate(ask, ada, "editMessage", "message { id }", messageId=sent["id"], text="Hello")
    [theirs] = await folder(ask, grace)
    await on(ask, grace, "markConversationRead", theirs["id"])
    query = """{ viewer { events(first: 100) { nodes { __typename ... on MessageEvent {
      messageId conversationId memberId message { text } conversation { id } } } } } }"""
    for who, own, other in ((ada, sent["conversationId"], grace), (grace, theirs["id"], ada)):
        nodes = (await ask(who, query))["viewer"]["events"]["nodes"]
        told = [node for node in nodes if "messageId" in node]
        first = "MessageSent" if who == ada else "MessageReceived"
        assert [node["__typename"] for node in told] == [first, "MessageEdited", "MessagesRead"]
        for node in told:
            assert (node["messageId"], node["conversationId"]) == (sent["id"], own)
            assert (node["message"], node["conversation"]) == ({"text": "Hello"}, {"id": own})
        assert [node["memberId"] for node in told] == [mem(other), mem(other), mem(grace)]
    await mutate(ask, grace, "deleteMessage", "messageId", messageId=sent["id"])
    nodes = (await ask(grace, query))["viewer"]["events"]["nodes"]
    told = [node for node in nodes if "messageId" in node]
    assert [node["message"] for node in told] == [None] * 3, "type and ids stay"
    assert {node["messageId"] for node in told} == {sent["id"]}


async def test_an_accepted_request_is_told_to_both(ask: Ask, database: str) -> None:
    ada, grace = await people("ada", "grace")
    await mutate(ask, grace, "updateMessageSettings", "", takesMessageRequests=True)
    sent = await written(ask, ada, grace, "May I?")
    [theirs] = await folder(ask, grace, "REQUESTS")
    for name in ("ignoreMessageRequest", "acceptMessageRequest"):
        await on(ask, grace, name, theirs["id"])
    query = """{ viewer { unreadCount
      notifications(first: 5) { nodes { kind memberName conversation { id } } }
      events(first: 9) { nodes { ... on MessageRequestAccepted {
        messageId conversationId memberId conversation { state } } } } } }"""
    for who, own, other in ((ada, sent["conversationId"], grace), (grace, theirs["id"], ada)):
        told = (await ask(who, query))["viewer"]
        assert [node for node in told["events"]["nodes"] if node] == [
            {
                "messageId": sent["id"],
                "conversationId": own,
                "memberId": mem(other),
                "conversation": {"state": "OPEN"},
            }
        ]
        if who == ada:
            [notice] = told["notifications"]["nodes"]
            assert notice == {
                "kind": "MESSAGE_REQUEST_ACCEPTED",
                "memberName": "Grace",
                "conversation": {"id": own},
            }


async def test_pages_neither_repeat_nor_skip(ask: Ask, database: str) -> None:
    ada, grace = await settled(ask)
    for number in range(7):
        await written(ask, ada, grace, f"Word {number}")
    thread = (await folder(ask, ada))[0]["id"]
    pages = {
        "conversation": """query ($id: ID!, $after: Cursor) { conversation(id: $id) { page:
          messages(first: 3, after: $after) { nodes { text }
            pageInfo { endCursor hasNextPage } } } }""",
        "viewer": """query ($after: Cursor) { viewer { page: searchMessages(query: "wor",
          first: 3, after: $after) { nodes { text } pageInfo { endCursor hasNextPage } } } }""",
    }
    for root, query in pages.items():
        given = {"id": thread} if root == "conversation" else {}
        seen: list[str] = []
        after = None
        while True:
            page = (await ask(ada, query, after=after, **given))[root]["page"]
            seen += [node["text"] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
            await written(ask, ada, grace, "Meanwhile")  # above the page: nothing moves
        assert seen == [f"Word {number}" for number in range(6, -1, -1)]
    for query in ("wor 3", "WORD 3", "wör", "3"):
        assert "Word 3" in await found(ask, ada, query)
    for query in ("", "  ", "ord", "word zebra", "'\"*:&|!", "\x00", "x" * 100_000):
        assert await found(ask, ada, query) == []


async def test_acts_answer_with_the_conversation(ask: Ask, database: str) -> None:
    ada, grace = await settled(ask)
    await written(ask, ada, grace, "Hello")
    [mine] = await folder(ask, grace)
    key = mine["id"]
    assert (await on(ask, grace, "muteConversation", key))["muted"]
    assert not (await on(ask, grace, "unmuteConversation", key))["muted"]
    assert (await on(ask, grace, "archiveConversation", key))["archived"]
    assert [each["id"] for each in await folder(ask, grace, "ARCHIVED")] == [key]
    assert not (await on(ask, grace, "unarchiveConversation", key))["archived"]
    emptied = await on(ask, grace, "deleteConversation", key)
    assert (emptied["lastMessage"], emptied["messages"]["nodes"]) == (None, [])
    assert [await folder(ask, grace, name) for name in FOLDERS] == [[]] * 5
    query = """query ($h: String!) { member(handle: $h) {
      conversation { id } canMessage { allowed } } }"""
    shown = (await ask(grace, query, h="ada"))["member"]
    assert shown == {"conversation": {"id": key}, "canMessage": {"allowed": True}}
    assert (await ask(grace, query, h="grace"))["member"]["conversation"] is None
    assert (await ask(None, query, h="ada"))["member"] is None


async def test_statements(ask: Ask, database: str) -> None:
    """A page of threads takes one statement, whatever its size; standings one more for all."""
    clock.freeze(NOON)
    ada, *others = await people("ada", *(f"m{n}" for n in range(6)))
    list_query = f"""{{ viewer {{ conversations(first: 50) {{ nodes {{ id state memberName
      unreadCount readByOtherUpTo lastMessage {{ {LAST} }}
      member {{ handle avatarUrl }} }} }} }} }}"""
    thread_query = f"""query ($id: ID!) {{ conversation(id: $id) {{ id memberName
      messages(first: 50) {{ nodes {{ {LAST} }} }} }} }}"""
    counters = "{ viewer { unreadMessageCount messageRequestCount } }"
    for other in others:
        await connect(ada, other)
        await written(ask, other, ada, "Hello")
    thread = (await folder(ask, ada))[0]["id"]
    for query, given, most in (
        (list_query, {}, 1),
        (list_query.replace("state", "state canWrite { allowed }"), {}, 2),
        (thread_query, {"id": thread}, 2),
        (counters, {}, 1),
    ):
        await ask(ada, query, **given)
        async with statements() as seen:
            await ask(ada, query, **given)
        assert len(seen) - 1 == most, seen  # one finds the viewer's name, for the test alone


async def test_the_guide(ask: Ask, database: str) -> None:
    whom, write_, inbox, thread, read, search, follow = [b.code for b in blocks(GUIDE)]
    ada, grace = await settled(ask)
    shown = (await ask(ada, whom, handle="grace"))["member"]
    assert (shown["id"], shown["canMessage"]["allowed"]) == (mem(grace), True)
    given = {"to": mem(grace), "text": "Hello", "once": "k"}
    payload = (await ask(ada, write_, **given))["sendMessage"]
    assert (await ask(ada, write_, **given))["sendMessage"] == payload
    [listed] = (await ask(grace, inbox))["viewer"]["conversations"]["nodes"]
    assert (listed["unreadCount"], listed["lastMessage"]["text"]) == (1, "Hello")
    shown = (await ask(grace, thread, id=listed["id"]))["conversation"]
    [message] = shown["messages"]["nodes"]
    marked = await ask(grace, read, id=listed["id"], upTo=message["id"])
    assert marked["markConversationRead"]["conversation"]["unreadCount"] == 0
    [hit] = (await ask(grace, search, words="hello"))["viewer"]["searchMessages"]["nodes"]
    assert hit["text"] == "Hello"
    assert "subscription" in follow


async def test_introductions_begin_with_the_askers_words(ask: Ask, database: str) -> None:
    clock.freeze(NOON)
    ada, grace, hugo = await people("ada", "grace", "hugo")
    await connect(ada, hugo)
    await connect(hugo, grace)
    row = await introduction.ask(ada, hugo, grace, None, "I would like to ask about tides")
    await introduction.forward(hugo, row["id"], "You two should talk")
    await introduction.accept(grace, row["id"])
    [thread] = await folder(ask, grace)
    [first] = thread["messages"]["nodes"]
    assert (first["text"], first["senderName"]) == ("I would like to ask about tides", "Ada")
    assert thread["unreadCount"] == 0
    assert await folder(ask, hugo) == []
    # Where the target had asked them meanwhile, both their words are there.
    ida, joan = await people("ida", "joan")
    await connect(ida, hugo)
    await connect(hugo, joan)
    row = await introduction.ask(ida, hugo, joan, None, "Words for Joan")
    await requests_ask(joan, ida, "A note to Ida")
    await introduction.forward(hugo, row["id"], "You two should talk")
    await introduction.accept(joan, row["id"])
    [thread] = await folder(ask, ida)
    texts = [each["text"] for each in thread["messages"]["nodes"]]
    assert texts == ["Words for Joan", "A note to Ida"]


async def test_timeline_and_evidence_tell_of_messages(ask: Ask, database: str) -> None:
    ada, grace = await settled(ask)
    await written(ask, ada, grace, "One")
    for text in ("Two", "Three"):
        clock.advance(days=1)
        await written(ask, grace, ada, text)
    tied = await tie(ada, grace)
    page = await timeline.of(ada, tied, 20, None)
    wrote = [row for row in page.rows if row["kind"] == "MESSAGED"]
    told = [(row["happened_at"], bool(row["mine"])) for row in wrote]
    assert told == [(NOON + days(9), False), (NOON + days(7), True)], "the last and the first"
    query = "query ($h: String!) { member(handle: $h) { evidence { kind text } } }"
    assert (await ask(ada, query, h="grace"))["member"]["evidence"] == []
    clock.advance(days=1)
    await relationship.remove(grace, await tie(grace, ada))
    evidence = (await ask(ada, query, h="grace"))["member"]["evidence"]
    text = "You wrote to each other until 10 March 2026"
    assert {"kind": "EARLIER_MESSAGES", "text": text} in evidence
    [thread] = await folder(ask, ada)
    await on(ask, ada, "deleteConversation", thread["id"])
    kinds = {each["kind"] for each in (await ask(ada, query, h="grace"))["member"]["evidence"]}
    assert "EARLIER_MESSAGES" not in kinds
    kinds = {each["kind"] for each in (await ask(grace, query, h="ada"))["member"]["evidence"]}
    assert "EARLIER_MESSAGES" in kinds, "the other has it still"


async def test_what_was_loaded_is_found_once_it_is_indexed(ask: Ask, database: str) -> None:
    ada, grace = await settled(ask)
    for text in ("One", "Two", "Three"):
        await written(ask, ada, grace, text)
    await sql.change("DELETE FROM message_document")
    assert await found(ask, grace, "two") == []
    assert (await message_search.complete(), await message_search.complete()) == (3, 0)
    assert await found(ask, grace, "two") == ["Two"]
