"""Introductions: what each of the three may do, and what the others never learn of it."""

import pytest

from models import (
    clock,
    directory,
    introduction,
    introduction_list,
    notification,
    relationship,
    request_list,
    sql,
    sweeper,
)
from models import request as requests
from models.directory import Wants
from models.introduction_list import Role
from models.problem import Code, Problems
from models.settings import settings
from tests.models.acts import SetUp, ask, budget, code_of, connect, pending, refused, tie
from tests.models.introducing import WORDS, asked, forwarded, listed, states, three
from tests.people import check_invariants, people, person

pytestmark = pytest.mark.usefixtures("database")


async def kinds(member: int) -> list[str]:
    rows = await sql.rows("SELECT kind FROM event WHERE member_id = $1 ORDER BY seq", member)
    return [row["kind"] for row in rows if row["kind"].startswith("INTRODUCTION")]


async def notices(member: int) -> list[tuple[str, bool]]:
    page = await notification.of(member, 100, None)
    return [
        (row["kind"], row["read_at"] is not None)
        for row in page.rows
        if row["kind"].startswith("INTRODUCTION")
    ]


async def waiting(member: int) -> int:
    return int((await request_list.counters(member))["introductions"])


async def test_a_yes_of_all_three_connects() -> None:
    clock.freeze()
    ada, mia, ben = await three()
    left = (await budget(ada)).remaining
    key = await asked(ada, mia, ben)
    assert (await waiting(ada), await waiting(mia), await waiting(ben)) == (0, 1, 0)
    assert await listed(ben, Role.TARGET) == []
    await introduction.forward(mia, key, "Ada asks good questions.")
    assert (await waiting(mia), await waiting(ben)) == (0, 1)
    assert await listed(ada, Role.ASKER) == [(key, "PENDING")]
    assert await listed(mia, Role.INTRODUCER) == [(key, "FORWARDED")]
    row = await introduction.accept(ben, key)
    assert row["side"]["owner_id"] == ben
    assert await states(key) == ("ACCEPTED", "ACCEPTED", "ACCEPTED")
    assert await code_of(ask(ada, ben)) == "ALREADY_CONNECTED"
    assert (await budget(ada)).remaining == left, "it costs no budget"
    assert await kinds(ada) == ["INTRODUCTION_ASKED", "INTRODUCTION_ACCEPTED"]
    assert await kinds(mia) == [
        "INTRODUCTION_ASKED",
        "INTRODUCTION_RECEIVED",
        "INTRODUCTION_ACCEPTED",
    ]
    assert await kinds(ben) == ["INTRODUCTION_RECEIVED", "INTRODUCTION_ACCEPTED"]
    assert await notices(ada) == [("INTRODUCTION_ACCEPTED", False)]
    assert await notices(mia) == [("INTRODUCTION_ACCEPTED", False), ("INTRODUCTION_ASKED", True)]
    assert await notices(ben) == [("INTRODUCTION_RECEIVED", True)]
    [made] = await sql.rows("SELECT * FROM connection_request WHERE id = $1", row["request_id"])
    assert (made["sender_id"], made["recipient_id"]) == (ada, ben)
    assert (made["basis"], made["note"]) == ("INTRODUCED", WORDS)
    assert made["introduction_id"] == key
    for side in (await tie(ada, ben), await tie(ben, ada)):
        [book] = await sql.rows("SELECT through_id FROM relationship WHERE id = $1", side)
        assert book["through_id"] == mia
    await check_invariants()


async def test_it_is_none_of_the_three_requests_one_may_send(set_up: SetUp) -> None:
    set_up(requests_per_direction=1)
    ada, mia, ben = await three()
    await introduction.accept(ben, await forwarded(ada, mia, ben))
    await relationship.remove(ada, await tie(ada, ben))
    assert await code_of(ask(ada, ben)) == "OK"


async def test_a_refusal_shows_to_nobody_and_can_be_taken_back() -> None:
    clock.freeze()
    ada, mia, ben = await three()
    key = await asked(ada, mia, ben)
    await introduction.refuse(mia, key)
    assert await listed(ada, Role.ASKER) == [(key, "PENDING")]
    assert await listed(mia, Role.INTRODUCER) == [(key, "REFUSED")]
    assert (await waiting(mia), await notices(mia)) == (0, [("INTRODUCTION_ASKED", True)])
    await introduction.undo_refuse(mia, key)
    assert await listed(mia, Role.INTRODUCER) == [(key, "PENDING")]
    await introduction.refuse(mia, key)
    await introduction.forward(mia, key, "On second thoughts.")
    assert await states(key) == ("PENDING", "FORWARDED", "PENDING")
    with refused(Code.NOT_OPEN):
        await introduction.refuse(mia, key)


async def test_a_decline_shows_to_nobody_and_is_not_the_last_word() -> None:
    ada, mia, ben = await three()
    key = await forwarded(ada, mia, ben)
    await introduction.decline(ben, key)
    assert await listed(ada, Role.ASKER) == [(key, "PENDING")]
    assert await listed(mia, Role.INTRODUCER) == [(key, "FORWARDED")]
    assert await listed(ben, Role.TARGET) == [(key, "DECLINED")]
    await introduction.accept(ben, key)
    assert await states(key) == ("ACCEPTED", "ACCEPTED", "ACCEPTED")


@pytest.mark.parametrize("after", ["nothing", "refuse", "forward", "decline"])
@pytest.mark.parametrize("swept", [True, False])
async def test_it_expires_alike_whatever_was_done_with_it(after: str, swept: bool) -> None:
    clock.freeze()
    ada, mia, ben = await three()
    key = await (forwarded if after in ("forward", "decline") else asked)(ada, mia, ben)
    if after == "refuse":
        await introduction.refuse(mia, key)
    if after == "decline":
        await introduction.decline(ben, key)
    clock.advance(days=settings().introduction_days)
    if swept:
        await sweeper.sweep()
    assert await listed(ada, Role.ASKER) == [(key, "EXPIRED")]
    [row] = (await introduction_list.by_ids(ada, [key])).values()
    assert introduction.standing(row, "asker")[1] == row["expires_at"]
    mias = "REFUSED" if after == "refuse" else "EXPIRED"
    assert await listed(mia, Role.INTRODUCER) == [(key, mias)]
    assert await listed(ben, Role.TARGET) == []
    assert await notices(ben) == []
    assert await notices(mia) == ([("INTRODUCTION_ASKED", True)] if after == "refuse" else [])
    assert (await waiting(mia), await waiting(ben)) == (0, 0)
    assert (await request_list.counters(ben))["unread"] == len(
        [row for row in (await notification.of(ben, 100, None)).rows if row["read_at"] is None]
    )
    with refused(Code.NOT_OPEN):
        await introduction.forward(mia, key, "Late")
    with refused(Code.NOT_FOUND):
        await introduction.accept(ben, key)
    with refused(Code.NOT_OPEN):
        await introduction.withdraw(ada, key)
    assert await asked(ada, mia, ben) != key, "one may ask again"


async def test_withdrawing_takes_it_from_the_others() -> None:
    ada, mia, ben = await three()
    key = await forwarded(ada, mia, ben)
    await introduction.withdraw(ada, key)
    await introduction.withdraw(ada, key)
    assert await listed(ada, Role.ASKER) == [(key, "WITHDRAWN")]
    assert await listed(mia, Role.INTRODUCER) == await listed(ben, Role.TARGET) == []
    assert await notices(mia) == await notices(ben) == []
    assert (await request_list.counters(ben))["unread"] == 0
    assert await kinds(ada) == ["INTRODUCTION_ASKED", "INTRODUCTION_WITHDRAWN"]
    for member, act in ((mia, introduction.refuse), (ben, introduction.accept)):
        with refused(Code.NOT_FOUND):
            await act(member, key)


async def test_a_refusal_stays_with_who_refused() -> None:
    ada, mia, ben = await three()
    key = await asked(ada, mia, ben)
    await introduction.refuse(mia, key)
    await introduction.withdraw(ada, key)
    assert await listed(mia, Role.INTRODUCER) == [(key, "REFUSED")]
    assert await notices(mia) == [("INTRODUCTION_ASKED", True)]
    with refused(Code.NOT_OPEN):
        await introduction.undo_refuse(mia, key)


async def test_the_same_act_twice_is_success_and_news_once() -> None:
    ada, mia, ben = await three()
    key = await asked(ada, mia, ben)
    for act, member in (
        (introduction.refuse, mia),
        (introduction.undo_refuse, mia),
        (lambda m, k: introduction.forward(m, k, "Words"), mia),
        (introduction.decline, ben),
        (introduction.accept, ben),
    ):
        first, second = await act(member, key), await act(member, key)
        assert first["id"] == second["id"]
    assert await kinds(ben) == ["INTRODUCTION_RECEIVED", "INTRODUCTION_ACCEPTED"]
    with refused(Code.NOT_OPEN):
        await introduction.decline(ben, key)
    with refused(Code.NOT_OPEN):
        await introduction.withdraw(ada, key)


async def test_nobody_else_acts() -> None:
    ada, mia, ben = await three()
    [eve] = await people("eve")
    key = await forwarded(ada, mia, ben)
    acts = {
        introduction.withdraw: ada,
        introduction.refuse: mia,
        introduction.undo_refuse: mia,
        introduction.decline: ben,
        introduction.accept: ben,
    }
    for act, whose in acts.items():
        for member in {ada, mia, ben, eve} - {whose}:
            assert await code_of(act(member, key)) == "NOT_FOUND"
    assert await code_of(introduction.forward(eve, key, "Words")) == "NOT_FOUND"
    assert await states(key) == ("PENDING", "FORWARDED", "PENDING")


async def test_the_target_can_do_nothing_before_it_is_forwarded() -> None:
    ada, mia, ben = await three()
    key = await asked(ada, mia, ben)
    for act in (introduction.accept, introduction.decline):
        assert await code_of(act(ben, key)) == "NOT_FOUND"


@pytest.mark.parametrize("sender", ["asker", "target", "target, ignored"])
async def test_an_open_request_is_the_one_that_is_accepted(sender: str) -> None:
    clock.freeze()
    ada, mia, ben = await three()
    key = await forwarded(ada, mia, ben)
    one, two = (ada, ben) if sender == "asker" else (ben, ada)
    open_ = await ask(one, two, "Meanwhile")
    if "ignored" in sender:
        await requests.ignore(two, open_)
    row = await introduction.accept(ben, key)
    assert row["request_id"] == open_
    assert await pending(ada) == await pending(ben) == []
    assert not await sql.rows("SELECT 1 FROM connection_request WHERE basis = 'INTRODUCED'")
    for member in (ada, ben):
        told = await sql.rows(
            "SELECT kind FROM event WHERE member_id = $1 AND kind LIKE '%ACCEPTED' "
            "AND subject_id IN ($2, $3) ORDER BY seq",
            member,
            key,
            open_,
        )
        assert [each["kind"] for each in told] == ["REQUEST_ACCEPTED", "INTRODUCTION_ACCEPTED"]
    await check_invariants()


@pytest.mark.parametrize("how", ["request", "asked back", "undo", "another introduction"])
async def test_it_is_void_once_the_two_are_connected_otherwise(how: str) -> None:
    ada, mia, ben = await three()
    if how == "undo":
        await connect(ada, ben)
        await relationship.remove(ben, await tie(ben, ada))
    key = await forwarded(ada, mia, ben)
    back = 0
    if how == "request":
        await connect(ada, ben)
    elif how == "asked back":
        await ask(ben, ada)
        await ask(ada, ben)
    elif how == "undo":
        await relationship.undo_remove(ben, await tie(ben, ada))
    else:
        back = await forwarded(ben, mia, ada)
        await introduction.accept(ada, back)
    assert await states(key) == ("VOID", "GONE", "GONE")
    assert await listed(ada, Role.ASKER) == [(key, "VOID")]
    assert [each for each, _ in await listed(mia, Role.INTRODUCER)] == ([back] if back else [])
    assert await listed(ben, Role.TARGET) == []
    assert await waiting(ben) == 0
    if how == "undo":  # no trace: A and M read nothing that tells of a removal
        assert "INTRODUCTION_WITHDRAWN" not in await kinds(ada)
    await check_invariants()


@pytest.mark.parametrize("whose", ["asker", "target"])
async def test_who_has_lost_a_connection_cannot_introduce(whose: str) -> None:
    ada, mia, ben = await three()
    key = await asked(ada, mia, ben)
    other = ada if whose == "asker" else ben
    await relationship.remove(other, await tie(other, mia))
    with refused(Code.INTRODUCER_UNAVAILABLE):
        await introduction.forward(mia, key, "Words")
    assert await states(key) == ("PENDING", "PENDING", "NONE")
    assert await listed(ada, Role.ASKER) == [(key, "PENDING")], "the asker learns nothing"
    await relationship.undo_remove(other, await tie(other, mia))
    await introduction.forward(mia, key, "Words")
    await relationship.remove(other, await tie(other, mia))
    await introduction.accept(ben, key)


async def test_of_a_suspended_asker_the_others_hear_nothing() -> None:
    ada, mia, ben = await three()
    key = await forwarded(ada, mia, ben)
    await sql.change("UPDATE member SET suspended_at = $1 WHERE id = $2", clock.now(), ada)
    assert await listed(mia, Role.INTRODUCER) == await listed(ben, Role.TARGET) == []
    assert await waiting(ben) == 0
    assert await code_of(introduction.accept(ben, key)) == "NOT_FOUND"
    assert await introduction_list.by_ids(ben, [key]) == {}


async def test_who_is_introduced_is_seen_by_who_is_to_meet_them() -> None:
    ada, mia, ben = await three()
    await sql.change("UPDATE member SET profile_audience = 'CONNECTIONS' WHERE id = $1", ada)
    key = await asked(ada, mia, ben)
    assert await directory.by_ids(ben, [ada], Wants()) == {}
    await introduction.forward(mia, key, "Words")
    assert await directory.by_ids(ben, [ada], Wants())
    await introduction.withdraw(ada, key)
    assert await directory.by_ids(ben, [ada], Wants()) == {}


async def test_each_text_that_is_wrong_is_named(set_up: SetUp) -> None:
    set_up(note_length=5)
    ada, mia, ben = await three()
    with pytest.raises(Problems) as info:
        await introduction.ask(ada, mia, ben, "too long", "")
    assert [(p.code, p.field) for p in info.value.problems] == [
        (Code.NOTE_TOO_LONG, ("noteToIntroducer",)),
        (Code.REQUIRED, ("noteToTarget",)),
    ]
    row = await introduction.ask(ada, mia, ben, " ", "Hi")
    assert row["note_to_introducer"] is None
    for words, code in (("", Code.REQUIRED), ("too long", Code.NOTE_TOO_LONG)):
        with refused(code) as caught:
            await introduction.forward(mia, row["id"], words)
        assert caught[0].field == ("recommendation",)


async def test_a_key_gives_the_first_introduction_again() -> None:
    ada, mia, ben = await three()
    first = await introduction.ask(ada, mia, ben, None, WORDS, "key")
    again = await introduction.ask(ada, mia, ben, None, WORDS, "key")
    assert first == again
    with refused(Code.KEY_REUSED):
        await introduction.ask(ada, mia, ben, None, "Other words", "key")
    with refused(Code.KEY_REUSED):
        await ask(ada, await person("cleo"), None, "key")
