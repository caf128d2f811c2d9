"""What a member does with a conversation on their own side changes nothing that the other, or
anybody else, can read: with the clock frozen, byte for byte.
"""

from typing import Any

import pytest

from models import clock, sql, sweeper
from tests.models.acts import NOON
from tests.people import people
from tests.schema.acts import connect, end, mem
from tests.schema.booking import did, side_of
from tests.schema.conftest import Ask
from tests.schema.messaging import code, folder, found, mutate, on, write, written
from tests.schema.test_privacy import readable

pytestmark = pytest.mark.usefixtures("unbounded")
# Acts of Grace's on the conversation that Ada began.
ON_A_THREAD = (
    "muteConversation",
    "archiveConversation",
    "markConversationRead",
    "deleteConversation",
    "unarchiveConversation",
    "unmuteConversation",
)
ON_A_REQUEST = ("ignoreMessageRequest", "undoIgnoreMessageRequest", "markConversationRead")


async def _unchanged(
    ask: Ask, acts: tuple[str, ...], known: list[str], conversation: str, *, removed: str
) -> None:
    """Grace does all of it; nobody else reads anything else than before."""
    rows = await sql.rows("SELECT id, handle FROM member")
    keys = {row["handle"]: row["id"] for row in rows}
    names = list(keys)
    others = (keys["ada"], keys["hugo"]) if "hugo" in keys else (keys["ada"],)
    before = [await readable(who, names, known) for who in others]
    own = await on(ask, keys["grace"], "unmuteConversation", conversation)
    for name in acts:
        changed = await on(ask, keys["grace"], name, conversation)
        assert changed != own, name
        own = changed
    await mutate(ask, keys["grace"], "deleteMessage", "messageId", messageId=removed)
    assert await found(ask, keys["grace"], "hello") == []
    await sweeper.sweep()
    assert [await readable(who, names, known) for who in others] == before


@pytest.mark.slow
async def test_own_sides_are_nobody_elses(ask: Ask) -> None:
    clock.freeze(NOON)
    ada, grace, hugo = await people("ada", "grace", "hugo")
    await connect(ask, ada, grace)
    await connect(ask, grace, hugo)
    clock.advance(days=5)
    sent = await written(ask, ada, grace, "Hello")
    [inbox] = await folder(ask, grace)
    known = [sent["id"], sent["conversationId"], inbox["id"], mem(ada), mem(grace)]
    await _unchanged(ask, ON_A_THREAD, known, inbox["id"], removed=sent["id"])


@pytest.mark.slow
async def test_what_becomes_of_a_message_request_is_not_told(ask: Ask) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    settings = {"takesMessageRequests": True, "showsReading": True}
    for who in (ada, grace):
        await mutate(ask, who, "updateMessageSettings", "", **settings)
    sent = await written(ask, ada, grace, "Hello")
    [request] = await folder(ask, grace, "REQUESTS")
    known = [sent["id"], sent["conversationId"], request["id"], mem(ada), mem(grace)]
    await _unchanged(ask, ON_A_REQUEST, known, request["id"], removed=sent["id"])
    assert await code(ask, ada, grace) == "AWAITING_ANSWER"


@pytest.mark.parametrize("what", ["muted", "tie", "aside", "ignored"])
async def test_sending_answers_the_same_whatever_the_other_chose(ask: Ask, what: str) -> None:
    """Two alike, one of whom has put the sender aside: the answers differ in ids alone."""
    clock.freeze(NOON)
    ada, plain, other = await people("ada", "same-1", "same-2")
    for member in (plain, other):
        await sql.change("UPDATE member SET name = 'Same' WHERE id = $1", member)
        if what == "ignored":
            await mutate(ask, member, "updateMessageSettings", "", takesMessageRequests=True)
        else:
            await connect(ask, ada, member)
    clock.advance(days=5)
    if what == "aside":
        await mutate(ask, other, "updateMessageSettings", "", putsSellingAside=True)
    if what == "tie":
        side = await side_of(ask, other, ada)
        await did(ask, other, "muteConnections", relationshipIds=[side])
    if what in ("muted", "ignored"):
        for member in (plain, other):
            await written(ask, ada, member, "First")
        [mine] = await folder(ask, other, "REQUESTS" if what == "ignored" else "INBOX")
        await on(
            ask,
            other,
            "muteConversation" if what == "muted" else "ignoreMessageRequest",
            mine["id"],
        )
    answers = []
    for member in (plain, other):
        payload = await write(ask, ada, member, "Hello", selling=True)
        message: dict[str, Any] = payload["message"] or {}
        for part in ("id", "conversationId", "sender"):
            message.pop(part, None)
        listed = [each for each in await folder(ask, ada) if each["memberName"] == "Same"]
        answers.append((payload["userErrors"], message, len(listed)))
    assert answers[0][:2] == answers[1][:2]
    events = await sql.rows("SELECT kind FROM event WHERE member_id = $1 ORDER BY seq", ada)
    kinds = [row["kind"] for row in events if row["kind"].startswith("MESSAGE")]
    assert kinds == ["MESSAGE_SENT"] * len(kinds)


async def test_a_thread_is_for_its_two(ask: Ask) -> None:
    """Ids of others' threads and messages answer as those that are nobody's, in every act."""
    clock.freeze(NOON)
    ada, grace, eve = await people("ada", "grace", "eve")
    tie = await connect(ask, ada, grace)
    sent = await written(ask, ada, grace, "A secret word")
    ids = [sent["id"], sent["conversationId"]]
    for who in (eve, None):
        for given in ids:
            assert (await ask(who, f'{{ node(id: "{given}") {{ id }} }}'))["node"] is None
    assert (await ask(grace, f'{{ conversation(id: "{ids[1]}") {{ id }} }}'))[
        "conversation"
    ] is None
    assert await found(ask, eve, "secret") == []
    assert await found(ask, eve, "secret", conversation=ids[1]) == []
    assert await found(ask, grace, "secret", conversation=ids[1]) == [], "the other's own side"
    for name in (*ON_A_THREAD, *ON_A_REQUEST, "acceptMessageRequest"):
        for given in (ids[1], "cnv_0000000000000", "x", "cnv_" + "z" * 13, ids[0]):
            payload = await mutate(ask, eve, name, "conversation { id }", conversationId=given)
            assert [e["code"] for e in payload["userErrors"]] == ["NOT_FOUND"], (name, given)
    for given in (ids[0], "msg_0000000000000", "x", ids[1]):
        for name, more in (("editMessage", {"text": "x"}), ("deleteMessage", {})):
            what = "message { id }" if more else "messageId"
            payload = await mutate(ask, eve, name, what, messageId=given, **more)
            assert [e["code"] for e in payload["userErrors"]] == ["NOT_FOUND"]
    # Ended, the thread is read as before, and the other side's reasons are not.
    await end(ask, ada, "removeConnection", tie)
    [thread] = await folder(ask, grace)
    assert [n["text"] for n in thread["messages"]["nodes"]] == ["A secret word"]
    assert thread["canWrite"]["code"] == "CONVERSATION_CLOSED"
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", ada, clock.now())
    [later] = await folder(ask, grace)
    assert later["canWrite"] == thread["canWrite"]
    assert (later["member"], later["memberName"]) == (None, "A member")
