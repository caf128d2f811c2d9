"""The demo network: what the cast finds when they sign in."""

from datetime import timedelta

import pytest

from models import clock, notification, request_list, sql, standing, sweeper
from models.directory import Wants, by_handle, listed
from models.member import by_handles, password_matches
from models.request import Basis
from seeds.cast import CAST, DEMO_PASSWORD
from seeds.demo import CROWD, fill, fill_if_empty
from seeds.story import STORY
from tests.people import check_invariants

pytestmark = pytest.mark.usefixtures("database")
COUNTED = Wants(mutual_count=True)
# Members of the crowd, where its size does not matter.
SMALL = 200


@pytest.fixture
async def ada() -> int:
    await fill(SMALL)
    return (await by_handles(["ada"]))["ada"]


async def test_ada_finds_people_waiting_with_notes_bases_and_mutual_connections(ada: int) -> None:
    waiting = (await request_list.received(ada, 20, None, COUNTED)).rows
    cast = {"amara", "tomas", "kofi", "sunil", "noor"}
    assert {row["m_handle"] for row in waiting} > cast
    assert len({row["basis"] for row in waiting}) >= 3
    assert all(row["note"] for row in waiting)
    assert all(row["m_mutual_count"] for row in waiting if row["m_handle"] in ("tomas", "kofi"))
    assert [row["nudged_at"] is not None for row in waiting].count(True) == 1
    [ignored] = (await request_list.ignored(ada, 20, None, COUNTED)).rows
    assert ignored["m_handle"] == "pavel"
    sent = (await request_list.sent(ada, 20, None, COUNTED)).rows
    assert {row["sender_state"] for row in sent} == {"PENDING", "WITHDRAWN", "DECLINED"}
    counters = await request_list.counters(ada)
    assert (counters["waiting"], counters["connections"]) == (7, 4)
    told = (await notification.of(ada, 20, None)).rows
    assert 3 <= sum(row["read_at"] is None for row in told) < len(told)
    await check_invariants()


async def test_nothing_of_the_demo_is_about_to_change_by_itself(ada: int) -> None:
    before = await sql.rows("SELECT * FROM connection_request ORDER BY id")
    await sweeper.sweep()
    assert await sql.rows("SELECT * FROM connection_request ORDER BY id") == before
    assert not await sql.rows("SELECT id FROM due_tell")
    [latest] = await sql.rows(
        "SELECT sent_at FROM connection_request ORDER BY sent_at DESC LIMIT 1"
    )
    assert latest["sent_at"] < clock.now()
    [soonest] = await sql.rows(
        "SELECT expires_at FROM connection_request WHERE sender_state = 'PENDING' "
        "ORDER BY expires_at LIMIT 1"
    )
    assert soonest["expires_at"] > clock.now() + timedelta(days=60)


async def test_the_published_password_opens_every_account() -> None:
    await fill(SMALL)
    rows = await sql.rows("SELECT handle, email, password_hash FROM member")
    assert {row["handle"] for row in rows} > {person.handle for person in CAST}
    [shared] = {row["password_hash"] for row in rows}
    assert await password_matches(shared, DEMO_PASSWORD)


async def test_one_profile_is_private_and_still_asks(ada: int) -> None:
    keys = await by_handles(["sunil", "pavel"])
    assert await by_handle(keys["pavel"], "sunil", Wants()) is None
    assert await by_handle(ada, "sunil", Wants()) is not None  # he has asked her
    refusal = standing.refusal(
        (await standing.facts(keys["pavel"], [keys["sunil"]]))[keys["sunil"]]
    )
    assert refusal is not None
    assert refusal.code == "RECIPIENT_UNAVAILABLE"


async def test_filling_again_changes_nothing() -> None:
    assert await fill_if_empty() is True
    assert await fill_if_empty() is False
    [members] = await sql.rows("SELECT count(*) AS n FROM member")
    assert members["n"] == len(CAST) + CROWD


async def test_henrik_is_busy() -> None:
    """The crowd at its full size: two thousand connections, and forty who wait."""
    await fill()
    henrik = (await by_handles(["henrik"]))["henrik"]
    counters = await request_list.counters(henrik)
    assert 2000 <= counters["connections"] < 2100
    assert 40 <= counters["waiting"] < 60
    await check_invariants()
    [book] = await sql.rows(
        "SELECT count(CASE WHEN how_met <> '' THEN 1 END) AS met, "
        "count(last_contact_at) AS seen, count(remind_at) AS due, "
        "(SELECT count(*) FROM relationship_tag w JOIN tag t ON t.id = w.tag_id "
        "WHERE t.owner_id = $1) AS tagged FROM relationship WHERE owner_id = $1",
        henrik,
    )
    assert min(book["met"], book["seen"], book["tagged"]) > 500
    assert 5 < book["due"] < 50
    # Behind the cast in the directory, whom one has read of.
    newest = (await listed(henrik, None, len(CAST) - 2, None, Wants())).rows
    assert {row["m_handle"] for row in newest} < {person.handle for person in CAST}


def test_every_basis_is_used() -> None:
    used = {act.basis for act in STORY if act.what == "ask"}
    assert used == set(Basis)
