"""The bulk network: right in every count, repeatable, and without a trace on the schema."""

import hashlib

import pytest

from models import clock, sql
from models.settings import settings
from seeds.bulk import bulk
from seeds.load import TABLES, loading
from tests.people import check_invariants

pytestmark = pytest.mark.usefixtures("database")
STATES_OF_A_SCHEMA = (
    "SELECT conrelid::regclass::text AS place, conname::text AS name, "
    "pg_get_constraintdef(oid) AS text, condeferrable::text AS kind FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace UNION ALL "
    "SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public' "
    "UNION ALL SELECT table_name, column_name, data_type, is_nullable "
    "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2, 3, 4"
)


def unwatched(what: str, done: int, total: int) -> None:
    """Progress nobody looks at."""
    assert 0 <= done <= total, (what, done, total)


async def schema() -> list[tuple[object, ...]]:
    if sql.is_sqlite():
        query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1"
        return [tuple(row.values()) for row in await sql.rows(query)]
    return [tuple(row.values()) for row in await sql.rows(STATES_OF_A_SCHEMA)]


async def digest() -> str:
    """One text for everything in the filled tables; passwords are salted and left out."""
    found = hashlib.sha256()
    for table in TABLES:
        for row in await sql.rows(f"SELECT * FROM {table} ORDER BY id"):
            found.update(repr([v for k, v in row.items() if k != "password_hash"]).encode())
    return found.hexdigest()


async def empty() -> None:
    for table in reversed(TABLES):
        await sql.change(f"DELETE FROM {table}")


async def test_every_rule_and_counter_holds() -> None:
    await bulk(200, 12, 7, unwatched, requests_per_member=(2, 5))
    await check_invariants()
    [counts] = await sql.rows(
        "SELECT (SELECT count(*) FROM member) AS members, "
        "(SELECT count(*) FROM allowance) AS allowances, (SELECT count(*) FROM inbox) AS inboxes, "
        "(SELECT count(*) FROM relationship) AS ties, (SELECT count(*) FROM event) AS events, "
        "(SELECT max(connections) FROM inbox) AS most"
    )
    assert (counts["members"], counts["allowances"], counts["inboxes"]) == (200, 200, 200)
    assert 200 * 12 * 0.7 < counts["ties"] < 200 * 12 * 1.3
    assert counts["events"] > 0
    assert counts["most"] > 3 * 12
    waiting = await sql.rows(
        "SELECT count(*) AS n FROM connection_request WHERE sender_state = 'PENDING' "
        "GROUP BY recipient_id"
    )
    assert len(waiting) == 200
    assert all(2 <= row["n"] <= 5 for row in waiting)
    [mutual] = await sql.rows(
        "SELECT count(*) AS n FROM connection_request r JOIN relationship a "
        "ON a.owner_id = r.sender_id JOIN relationship b ON b.owner_id = r.recipient_id "
        "AND b.other_id = a.other_id"
    )
    assert mutual["n"] > len(waiting)


async def test_the_same_seed_gives_the_same_network() -> None:
    clock.freeze()
    await bulk(60, 6, 1, unwatched)
    first = await digest()
    await empty()
    await bulk(60, 6, 1, unwatched)
    assert await digest() == first
    await empty()
    await bulk(60, 6, 2, unwatched)
    assert await digest() != first


async def test_the_schema_is_the_same_afterwards() -> None:
    before = await schema()
    await bulk(30, 4, 1, unwatched)
    assert len(before) > 20
    assert await schema() == before


async def test_a_second_network_goes_beside_the_first() -> None:
    await bulk(30, 4, 1, unwatched)
    clock.freeze()
    clock.advance(minutes=1)
    await bulk(30, 4, 1, unwatched)
    await check_invariants()
    [members] = await sql.rows("SELECT count(*) AS n FROM member")
    assert members["n"] == 60


async def test_a_load_that_fails_leaves_nothing_behind() -> None:
    before = await schema()
    with pytest.raises(RuntimeError, match="half way"):
        async with loading(settings().database_url) as loader:
            await loader.put("allowance", ["id"], [(1,), (2,)])
            raise RuntimeError("half way")
    assert await schema() == before
    assert not await sql.rows("SELECT id FROM allowance")


async def test_progress_is_reported_to_its_end() -> None:
    seen: list[tuple[str, int, int]] = []
    await bulk(30, 4, 1, lambda *step: seen.append(step))
    assert {what for what, done, total in seen if done == total} == {
        "members",
        "relationships",
        "requests of members",
        "indexes",
    }


async def test_the_smallest_networks() -> None:
    await bulk(1, 0, 1, unwatched)
    await bulk(2, 3, 2, unwatched)
    await bulk(3, 0, 3, unwatched)
    await check_invariants()
    with pytest.raises(ValueError, match="needs a member"):
        await bulk(0, 1, 1, unwatched)
