"""Who may ask for an introduction: the asker's own facts first, then one answer for the rest."""

from collections.abc import Awaitable, Callable

import pytest

from models import clock, introduction, introduction_list, relationship, sender, sql
from models import request as requests
from models.directory import Wants
from models.problem import Code, Problems
from models.request import DeclineReason
from tests.models.acts import SetUp, ask, code_of, connect, days, refused, tie
from tests.models.introducing import WORDS, asked, three
from tests.people import people, person

pytestmark = pytest.mark.usefixtures("database")


async def may_introduce(viewer: int, target: int) -> list[int]:
    page = await introduction_list.introducers(viewer, target, None, 100, None, Wants())
    return [row["m_id"] for row in page.rows]


async def code(asker: int, introducer: int, target: int, note: str = WORDS) -> str:
    return await code_of(introduction.ask(asker, introducer, target, None, note))


async def test_the_askers_own_facts_come_in_their_order(set_up: SetUp) -> None:
    set_up(open_introductions=1, connection_limit=3)
    ada, mia, ben = await three()
    cleo, dora, eve = await people("cleo", "dora", "eve")
    nobody = 1
    assert await code(ada, mia, ada) == await code(ada, ada, ben) == "SELF"
    assert await code(ada, nobody, mia) == "ALREADY_CONNECTED"
    key = await asked(ada, mia, ben)
    with refused(Code.INTRODUCTION_OPEN) as caught:
        await introduction.ask(ada, nobody, ben, None, "")
    assert caught[0].subject == key
    request = await ask(ada, cleo)
    with refused(Code.REQUEST_OPEN) as caught:
        await introduction.ask(ada, nobody, cleo, None, "")
    assert caught[0].subject == request
    assert await code(ada, nobody, dora, "") == "TOO_MANY_INTRODUCTIONS"
    await introduction.withdraw(ada, key)
    assert await code(ada, nobody, dora, "") == "TOO_MANY_INTRODUCTIONS", "withdrawn, it counts"
    clock.advance(days=7)
    set_up(require_verified_email=True)
    assert await code(ada, nobody, dora, "") == "EMAIL_UNVERIFIED"
    set_up(require_verified_email=False)
    await connect(ada, dora)
    await connect(ada, eve)
    assert await code(ada, nobody, ben, "") == "OWN_CONNECTION_LIMIT"


async def test_a_request_that_waits_for_the_asker_is_their_way() -> None:
    ada, mia, ben = await three()
    key = await ask(ben, ada)
    for answer in (requests.ignore, requests.undo_ignore):
        await answer(ada, key)
        with refused(Code.REQUEST_OPEN) as caught:
            await asked(ada, mia, ben)
        assert caught[0].subject == key
    await requests.decline(ada, key, DeclineReason.OTHER)
    assert await code(ada, mia, ben) == "REQUEST_OPEN", "they can still accept it"


async def test_a_cool_down_or_three_requests_are_no_hindrance(set_up: SetUp) -> None:
    set_up(requests_per_direction=1)
    ada, mia, ben = await three()
    await sender.withdraw(ada, await ask(ada, ben))
    assert await code_of(ask(ada, ben)) == "COOLDOWN"
    clock.freeze(clock.now() + days(22))
    assert await code_of(ask(ada, ben)) == "REQUEST_LIMIT"
    await sql.change("UPDATE member SET accepts_requests = false WHERE id = $1", ben)
    key = await asked(ada, mia, ben)
    await introduction.forward(mia, key, "Words")
    await introduction.accept(ben, key)


Change = Callable[[int, int, int], Awaitable[object]]


async def _hide(ada: int, mia: int, ben: int) -> None:
    await sql.change("UPDATE member SET profile_audience = 'CONNECTIONS' WHERE id = $1", ben)


async def _suspend_target(ada: int, mia: int, ben: int) -> None:
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", ben, clock.now())


async def _suspend_introducer(ada: int, mia: int, ben: int) -> None:
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", mia, clock.now())


async def _end_far(ada: int, mia: int, ben: int) -> None:
    await relationship.remove(ben, await tie(ben, mia))


async def _end_near(ada: int, mia: int, ben: int) -> None:
    await relationship.remove(mia, await tie(mia, ada))


async def _fill(ada: int, mia: int, ben: int) -> None:
    await sql.change("UPDATE inbox SET connections = 30000 WHERE id = $1", ben)


async def _unlist(ada: int, mia: int, ben: int) -> None:
    await sql.change("UPDATE relationship SET shown = false WHERE owner_id IN ($1, $2)", mia, ben)


async def _both_lists_closed(ada: int, mia: int, ben: int) -> None:
    await sql.change("UPDATE member SET connections_audience = 'NOBODY'")


async def _closed_and_mutual(ada: int, mia: int, ben: int) -> None:
    """Under MUTUAL the introducer's list shows only those the asker is connected with."""
    await sql.change("UPDATE member SET connections_audience = 'NOBODY' WHERE id = $1", ben)
    await sql.change("UPDATE member SET connections_audience = 'MUTUAL' WHERE id = $1", mia)


@pytest.mark.parametrize(
    "cause",
    [
        _hide,
        _suspend_target,
        _suspend_introducer,
        _end_far,
        _end_near,
        _fill,
        _unlist,
        _both_lists_closed,
        _closed_and_mutual,
    ],
)
async def test_one_answer_for_every_hidden_cause(cause: Change) -> None:
    ada, mia, ben = await three()
    assert await may_introduce(ada, ben) == [mia]
    await cause(ada, mia, ben)
    with refused(Code.INTRODUCER_UNAVAILABLE) as caught:
        await introduction.ask(ada, mia, ben, None, WORDS)
    with refused(Code.INTRODUCER_UNAVAILABLE) as nobody:
        await introduction.ask(ada, mia, 1, None, WORDS)
    assert vars(caught[0]) == vars(nobody[0])
    with pytest.raises(Problems):  # what is wrong with the words, before what is hidden
        await introduction.ask(ada, mia, ben, None, "")
    if cause is not _fill:
        assert await may_introduce(ada, ben) == []


@pytest.mark.parametrize(
    ("mias", "bens", "shows"),
    [
        ("NOBODY", "MEMBERS", True),
        ("NOBODY", "MUTUAL", True),
        ("NOBODY", "CONNECTIONS", False),
        ("CONNECTIONS", "NOBODY", True),
        ("EVERYONE", "NOBODY", True),
        ("MUTUAL", "NOBODY", False),
        ("NOBODY", "NOBODY", False),
    ],
)
async def test_the_connection_must_be_in_a_list_the_asker_sees(
    mias: str, bens: str, shows: bool
) -> None:
    ada, mia, ben = await three()
    for member, audience in ((mia, mias), (ben, bens)):
        await sql.change(
            "UPDATE member SET connections_audience = $1 WHERE id = $2", audience, member
        )
    assert await may_introduce(ada, ben) == ([mia] if shows else [])
    assert await code(ada, mia, ben) == ("OK" if shows else "INTRODUCER_UNAVAILABLE")


async def test_a_stranger_is_no_introducer() -> None:
    ada, _, ben = await three()
    zoe = await person("zoe")
    await connect(zoe, ben)
    assert zoe not in await may_introduce(ada, ben)
    assert await code(ada, zoe, ben) == await code(ada, ben, ben) == "INTRODUCER_UNAVAILABLE"


async def test_introducers_come_in_pages() -> None:
    ada, mia, ben = await three()
    cleo = await person("cleo")
    await connect(ada, cleo)
    await connect(cleo, ben)
    first = await introduction_list.introducers(ada, ben, None, 1, None, Wants())
    assert ([row["m_id"] for row in first.rows], first.more) == ([cleo], True)
    after = introduction_list.introducer_cursor(first.rows[0])
    second = await introduction_list.introducers(ada, ben, None, 1, after, Wants())
    assert ([row["m_id"] for row in second.rows], second.more) == ([mia], False)
    for search, expected in (("MI", [mia]), ("cleo", [cleo]), ("ben", []), ("%", [])):
        found = await introduction_list.introducers(ada, ben, search, 1, None, Wants())
        assert [row["m_id"] for row in found.rows] == expected, search
    assert await may_introduce(ada, mia) == [], "one is connected already"
