"""Messages between connections: sending, the first days, editing, deleting, reading."""

from datetime import timedelta

import pytest

from models import (
    clock,
    contact,
    message_acts,
    message_list,
    message_search,
    message_send,
    relationship,
    sender_rule,
    sql,
)
from models import request as requests
from models.conversation_acts import archive, delete, mute, unarchive
from models.notification_choice import Handling, SenderClass
from models.problem import Code
from tests.models.acts import NOON, SetUp, ask, code_of, connect, days, refused, tie
from tests.models.counting import statements
from tests.models.messaging import (
    counters,
    in_folders,
    key_of,
    may_write,
    notices,
    side,
    takes_requests,
    thread,
    told,
    write,
)
from tests.people import check_invariants, people, person


async def test_both_sides_of_a_thread(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    await write(ada, grace, "Hello")
    assert (await told(ada), await told(grace)) == (["MESSAGE_SENT"], ["MESSAGE_RECEIVED"])
    assert await notices(grace) == [("MESSAGE_RECEIVED", 1, False)]
    now = clock.freeze(NOON + days(1))
    await write(grace, ada, "Hello yourself")
    for text in ("One", "Two", "Three"):
        await write(ada, grace, text)
    assert await counters(grace) == (4, 0)
    assert await notices(grace) == [("MESSAGE_RECEIVED", 4, False)], "one for all"
    assert [text for _, text in await thread(ada, grace)] == [
        "Hello",
        "Hello yourself",
        "One",
        "Two",
        "Three",
    ]
    for owner, other in ((ada, grace), (grace, ada)):
        assert (await side(owner, other))["last_at"] == now
        row = await sql.row("SELECT * FROM relationship WHERE id = $1", await tie(owner, other))
        assert row is not None
        assert row["last_contact_at"] == now, "a message is a contact of both"
    await check_invariants()


async def test_one_message_in_the_first_days_until_the_other_answers(database: str) -> None:
    clock.freeze(NOON)
    ada, grace, ida = await people("ada", "grace", "ida")
    await requests.accept(grace, await ask(ada, grace, "We met at the fair"))
    await connect(ada, ida)
    await write(ada, grace), await write(ada, ida)
    clock.freeze(NOON + days(1))
    with refused(Code.AWAITING_ANSWER) as problems:
        await write(ada, grace)
    assert problems[0].until == NOON + days(3)
    assert await may_write(grace, ada) == "OK", "the note of the other, or theirs, does not count"
    await write(grace, ada)
    assert [await may_write(ada, grace), await may_write(grace, ada)] == ["OK", "OK"]
    await write(ada, grace), await write(ada, grace)
    assert await may_write(ada, ida) == "AWAITING_ANSWER"
    clock.freeze(NOON + days(3))
    assert await may_write(ada, ida) == "OK", "without an answer, when the first days are over"


async def test_a_note_becomes_the_first_message(database: str) -> None:
    clock.freeze(NOON)
    ada, grace, ida = await people("ada", "grace", "ida")
    request = await ask(ada, grace, "We met at the fair")
    clock.freeze(NOON + days(2))
    await requests.accept(grace, request)
    assert await thread(ada, grace) == [(ada, "We met at the fair")]
    await ask(ida, ada, "From Ida")
    await ask(ada, ida, "From Ada")  # crossed
    assert await thread(ada, ida) == [(ida, "From Ida"), (ada, "From Ada")]
    for member in (ada, grace, ida):
        assert (await told(member), await notices(member)) == ([], [])
        assert await counters(member) == (0, 0)
    assert await in_folders(grace) == {"INBOX": 1}
    [row] = (await message_list.of(grace, await key_of(grace, ada), 10, None)).rows
    assert (row["n_sent_at"], row["n_request"]) == (NOON, request)
    with refused(Code.TOO_LATE):
        await message_acts.edit(ada, row["n_id"], "Something else")
    await check_invariants()


async def test_after_the_connection_the_thread_is_closed_and_readable(database: str) -> None:
    clock.freeze(NOON)
    ada, grace, ida, joan = await people("ada", "grace", "ida", "joan")
    for other in (grace, ida, joan):
        await connect(ada, other)
    sent = await write(ada, grace)
    await write(ada, ida)
    await relationship.remove(grace, await tie(grace, ada))
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", ida, clock.now())
    await relationship.remove(ada, await tie(ada, joan))  # nothing was ever written
    await takes_requests(grace), await takes_requests(joan)
    for one, two in ((ada, grace), (grace, ada), (ada, ida), (ada, joan)):
        assert await may_write(one, two) == "CONVERSATION_CLOSED"
        with refused(Code.CONVERSATION_CLOSED):
            await write(one, two)
    with refused(Code.CONVERSATION_CLOSED):
        await message_acts.edit(ada, sent, "Other words")
    assert len((await message_list.of(grace, await key_of(grace, ada), 10, None)).rows) == 1
    assert await in_folders(ada) == {"INBOX": 2}
    await relationship.undo_remove(grace, await tie(grace, ada))
    assert await may_write(grace, ada) == "OK"
    # Removed and connected again: the same thread, and the first days anew.
    await relationship.remove(grace, await tie(grace, ada))
    clock.freeze(NOON + days(1))
    await connect(grace, ada)
    assert await may_write(ada, grace) == "OK"
    await write(ada, grace, "Again")
    assert await may_write(ada, grace) == "AWAITING_ANSWER"
    assert len(await thread(ada, grace)) == 2
    await check_invariants()


async def test_words_are_cleaned_and_checked(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    for text, code in (
        ("", Code.REQUIRED),
        (" \n\u200b ", Code.REQUIRED),
        ("x" * 5001, Code.TOO_LONG),
        ("x" * 100_000, Code.TOO_LONG),
        ("a\x00b", Code.TEXT_INVALID),
        ("a\x1bb", Code.TEXT_INVALID),
        ("a\u202eb", Code.TEXT_INVALID),
        ("a\ud800b", Code.TEXT_INVALID),
    ):
        with refused(code) as problems:
            await write(ada, grace, text)
        assert problems[0].field == ("text",)
    row = await message_send.send(ada, grace, "  one\r\ntwo\u200b\n\n😀" + "x" * 4_900 + " ")
    assert row["n_text"] == "one\ntwo\n\n😀" + "x" * 4_900
    nobody = 12345
    assert await code_of(write(ada, nobody)) == "RECIPIENT_UNAVAILABLE"
    assert await code_of(write(ada, ada)) == "SELF"
    assert await thread(ada, grace) == [(ada, row["n_text"])], "a refusal leaves nothing"
    row = await sql.row("SELECT count(*) AS n FROM conversation")
    assert row is not None
    assert row["n"] == 1


async def test_the_same_key_sends_once(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    first = await message_send.send(ada, grace, "Hello", key="k")
    again = await message_send.send(ada, grace, "Hello", key="k")
    assert again == first, "also where a second message would be refused"
    with refused(Code.KEY_REUSED):
        await message_send.send(ada, grace, "Goodbye", key="k")
    for bad in ("", "x" * 101):
        with refused(Code.INVALID):
            await message_send.send(ada, grace, "Hello", key=bad)
    await message_acts.delete(ada, first["n_id"])
    with refused(Code.NOT_FOUND):
        await message_send.send(ada, grace, "Hello", key="k")
    assert len(await thread(ada, grace)) == 1


async def test_editing(database: str) -> None:
    clock.freeze(NOON)
    ada, grace, ida = await people("ada", "grace", "ida")
    await connect(ada, grace)
    sent = await write(ada, grace, "Helo there")
    await message_acts.edit(ada, sent, "Helo there")
    assert await told(grace) == ["MESSAGE_RECEIVED"], "nothing was changed"
    clock.freeze(NOON + timedelta(minutes=4, seconds=59))
    row = await message_acts.edit(ada, sent, " Hello there ")
    assert (row["n_text"], row["n_edited_at"]) == ("Hello there", clock.now())
    for member in (ada, grace):
        assert (await told(member))[-1] == "MESSAGE_EDITED"
        assert len((await message_search.search(member, "hello", None, 10, None)).rows) == 1
        assert (await message_search.search(member, "helo", None, 10, None)).rows == []
    assert await counters(grace) == (1, 0)
    for who in (grace, ida):
        with refused(Code.NOT_FOUND):
            await message_acts.edit(who, sent, "Mine")
    for text, code in (
        ("", Code.REQUIRED),
        ("x" * 5001, Code.TOO_LONG),
        ("\x07", Code.TEXT_INVALID),
    ):
        with refused(code):
            await message_acts.edit(ada, sent, text)
    clock.freeze(NOON + timedelta(minutes=5))
    with refused(Code.TOO_LATE):
        await message_acts.edit(ada, sent, "Too late")


async def test_deleting_is_for_oneself(database: str) -> None:
    clock.freeze(NOON)
    ada, grace, ida = await people("ada", "grace", "ida")
    await connect(ada, grace)
    clock.freeze(NOON + days(4))
    sent = [await write(ada, grace, f"Word {n}") for n in range(4)]
    key = await key_of(grace, ada)
    await message_acts.delete(grace, sent[3])
    await message_acts.delete(grace, sent[3])
    assert await counters(grace) == (3, 0)
    assert (await side(grace, ada))["last_seq"] == 3, "the newest that is left"
    assert len((await message_search.search(grace, "word", None, 10, None)).rows) == 3
    assert len((await message_search.search(ada, "word", None, 10, None)).rows) == 4
    with refused(Code.NOT_FOUND):
        await message_acts.delete(ida, sent[0])
    await delete(grace, key)
    assert (await in_folders(grace), await counters(grace)) == ({}, (0, 0))
    assert await notices(grace) == [("MESSAGE_RECEIVED", 4, True)]
    assert (await message_search.search(grace, "word", None, 10, None)).rows == []
    assert (await message_list.of(grace, key, 10, None)).rows == []
    assert await in_folders(ada) == {"INBOX": 1}
    await write(ada, grace, "New")
    [row] = (await message_list.of(grace, key, 10, None)).rows
    assert (row["n_text"], await counters(grace)) == ("New", (1, 0))
    await message_acts.delete(grace, row["n_id"])
    assert await in_folders(grace) == {}, "nothing is left to show"
    assert await notices(grace) == [("MESSAGE_RECEIVED", 1, True)], "nor to be told of"
    await check_invariants()


async def test_reading_never_goes_back(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    clock.freeze(NOON + days(4))
    sent = [await write(ada, grace) for _ in range(4)]
    key = await key_of(grace, ada)
    await message_acts.mark_read(grace, key, sent[1])
    assert await counters(grace) == (2, 0)
    await message_acts.mark_read(grace, key, sent[0])
    assert await counters(grace) == (2, 0)
    assert await told(grace) == ["MESSAGE_RECEIVED"] * 4 + ["MESSAGES_READ"]
    await message_acts.mark_read(grace, key, None)
    assert (await counters(grace), (await side(grace, ada))["read_seq"]) == ((0, 0), 4)
    await message_acts.mark_read(grace, key, None)
    assert (await told(grace)).count("MESSAGES_READ") == 2
    assert await notices(grace) == [("MESSAGE_RECEIVED", 4, True)]
    await write(ada, grace)
    assert await notices(grace) == [("MESSAGE_RECEIVED", 1, False)], "counted anew"
    for given, code in ((12345, Code.NOT_FOUND), (sent[0], Code.NOT_FOUND)):
        with refused(code):
            await message_acts.mark_read(ada, key if given != 12345 else 1, given)
    with refused(Code.NOT_FOUND) as problems:
        await message_acts.mark_read(grace, key, 12345)
    assert problems[0].field == ("upTo",)


async def test_who_has_read_is_told_only_where_both_show_it(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    clock.freeze(NOON + days(4))
    key = await key_of_after(ada, grace)
    await sql.change("UPDATE member SET shows_reading = $2 WHERE id = $1", grace, True)
    await message_acts.mark_read(grace, key, None)
    assert "MESSAGES_READ" not in await told(ada)
    await sql.change("UPDATE member SET shows_reading = $2 WHERE id = $1", ada, True)
    assert (await side(grace, ada))["told_seq"] == 0, "what was read before is not told of later"
    await write(ada, grace)
    await message_acts.mark_read(grace, key, None)
    assert (await told(ada)).count("MESSAGES_READ") == 1
    assert (await side(grace, ada))["told_seq"] == 2
    await write(ada, grace)
    await relationship.remove(grace, await tie(grace, ada))
    await message_acts.mark_read(grace, key, None)
    assert (await told(ada)).count("MESSAGES_READ") == 1, "nobody who parted is watched reading"
    assert await counters(grace) == (0, 0)


async def test_what_is_held_is_told_of_in_no_way(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await takes_requests(grace)
    await sender_rule.choose(grace, SenderClass.STRANGER, Handling.HOLD)
    sent = await write(ada, grace, "Hello")
    async with statements() as seen:
        await message_acts.edit(ada, sent, "Hello, again")
    assert (await told(grace), await notices(grace), await counters(grace)) == ([], [], (0, 0))
    assert await in_folders(grace) == {"IGNORED": 1}
    await sender_rule.choose(grace, SenderClass.STRANGER, Handling.ACCEPT)
    ida = await person("ida")
    other = await write(ida, grace, "Hello")
    async with statements() as usual:
        await message_acts.edit(ida, other, "Hello, again")
    assert await told(grace) == ["MESSAGE_RECEIVED", "MESSAGE_EDITED"]
    if database.startswith("asyncpg"):
        assert len(seen) == len(usual), "nor by the time it takes"


async def key_of_after(ada: int, grace: int) -> int:
    await write(ada, grace)
    return await key_of(grace, ada)


async def test_muted_and_archived(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    clock.freeze(NOON + days(4))
    key = await key_of_after(ada, grace)
    await archive(grace, key)
    assert (await in_folders(grace), await counters(grace)) == ({"ARCHIVED": 1}, (1, 0))
    await write(ada, grace)
    assert await in_folders(grace) == {"INBOX": 1}, "something new brings it back"
    await archive(grace, key)
    await mute(grace, key, muted=True)
    before = await notices(grace)
    await write(ada, grace)
    assert (await in_folders(grace), await counters(grace)) == ({"ARCHIVED": 1}, (0, 0))
    assert await notices(grace) == before
    assert (await told(grace)).count("MESSAGE_RECEIVED") == 3, "the event is a fact all the same"
    await unarchive(grace, key)
    await mute(grace, key, muted=False)
    assert (await in_folders(grace), await counters(grace)) == ({"INBOX": 1}, (3, 0))
    await contact.mute(grace, [await tie(grace, ada)], muted=True)
    await write(ada, grace)
    assert await notices(grace) == before, "nor of a connection that is muted"
    for act in (archive, unarchive, delete):
        with refused(Code.NOT_FOUND):
            await act(ada, key)


async def test_what_sells_is_put_aside_where_chosen(database: str) -> None:
    clock.freeze(NOON)
    ada, grace, ida = await people("ada", "grace", "ida")
    await takes_requests(grace, puts_selling_aside=True)
    await connect(ada, grace)
    clock.freeze(NOON + days(4))
    await write(ada, grace, "Buy this", selling=True)
    await write(ida, grace, "Buy that", selling=True)
    assert (await in_folders(grace), await counters(grace)) == ({"SELLING": 2}, (0, 0))
    assert await notices(grace) == []
    await write(ada, grace, "Did you see it?")
    assert (await in_folders(grace), await counters(grace)) == ({"SELLING": 2}, (0, 0))
    await write(grace, ada, "Yes")
    assert await in_folders(grace) == {"INBOX": 1, "SELLING": 1}
    await write(ada, grace, "Then buy", selling=True)
    assert await counters(grace) == (3, 0), "who answered is not spared again, nor what waited"
    await unarchive(grace, await key_of(grace, ida))
    assert (await in_folders(grace), await counters(grace)) == ({"INBOX": 1, "REQUESTS": 1}, (3, 1))
    assert await in_folders(ada) == {"INBOX": 1}
    await check_invariants()


@pytest.mark.parametrize("number", [0, 12])
async def test_what_sending_and_reading_cost(database: str, number: int, set_up: SetUp) -> None:
    """Statements do not grow with what is there."""
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    clock.freeze(NOON + days(4))
    for _ in range(number):
        await write(ada, grace)
    key = await key_of(grace, ada) if number else 0
    async with statements() as seen:
        await write(ada, grace)
    assert len(seen) <= (20 if sql.is_sqlite() else 17), seen
    key = key or await key_of(grace, ada)
    async with statements() as seen:
        await message_acts.mark_read(grace, key, None)
    assert len(seen) <= 6, seen
    for reading in (
        message_list.of(grace, key, 10, None),
        message_search.search(grace, "hello", None, 10, None),
        counters(grace),
    ):
        async with statements() as seen:
            await reading
        most = 2 if "message_document" in seen[0] else 1
        assert len(seen) == most
