"""The bulk network: right in every count, repeatable, and without a trace on the schema."""

import hashlib

import pytest

from models import clock, message_search, sql
from models.career import PRESENT
from models.organisation import key_of
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


async def test_the_busiest_has_conversations_of_the_length_asked_for() -> None:
    await bulk(200, 12, 7, unwatched, thread=3)
    await check_invariants()
    lengths = await sql.rows("SELECT last_seq FROM conversation ORDER BY last_seq DESC")
    assert lengths[0]["last_seq"] == 300
    assert sum(row["last_seq"] == 3 for row in lengths) > 10
    [long] = await sql.rows(
        "SELECT s.id, s.owner_id FROM conversation_side s WHERE s.last_seq = 300 "
        "ORDER BY s.id LIMIT 1"
    )
    page = await message_search.search(long["owner_id"], "bridges", long["id"], 5, None)
    assert len(page.rows) == 5
    assert page.more


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
        "careers",
        "profiles",
        "relationships",
        "contact books",
        "requests of members",
        "indexes",
        "search",
        "updates",
        "messages",
    }


async def test_the_smallest_networks() -> None:
    await bulk(1, 0, 1, unwatched)
    await bulk(2, 3, 2, unwatched)
    await bulk(3, 0, 3, unwatched)
    await check_invariants()
    with pytest.raises(ValueError, match="needs a member"):
        await bulk(0, 1, 1, unwatched)


async def test_careers_overlap_and_entries_are_what_the_models_make_of_them() -> None:
    await bulk(400, 12, 3, unwatched)
    stays = await sql.rows(
        "SELECT e.*, o.name FROM career_entry e JOIN organisation o ON o.id = e.organisation_id"
    )
    assert {row["kind"] for row in stays} == {"WORK", "STUDY"}
    assert all(row["starts"] <= row["ends"] for row in stays)
    assert len({row["audience"] for row in stays}) > 2
    [counts] = await sql.rows(
        "SELECT count(*) AS ties, count(CASE WHEN EXISTS (SELECT 1 FROM career_entry a "
        "JOIN career_entry b ON b.organisation_id = a.organisation_id AND b.kind = a.kind "
        "AND b.starts <= a.ends AND a.starts <= b.ends "
        "WHERE a.member_id = r.owner_id AND b.member_id = r.other_id) THEN 1 END) AS overlapping "
        "FROM relationship r"
    )
    assert 0.2 < counts["overlapping"] / counts["ties"] < 0.95
    wrong = await sql.rows(
        "SELECT m.id FROM member m WHERE m.organisation <> '' AND NOT EXISTS (SELECT 1 FROM "
        "career_entry e JOIN organisation o ON o.id = e.organisation_id WHERE e.member_id = m.id "
        f"AND o.name = m.organisation AND e.title = m.headline AND e.ends = {PRESENT})"
    )
    assert not wrong
    for organisation in await sql.rows("SELECT name, key FROM organisation"):
        assert organisation["key"] == key_of(organisation["name"])


async def test_an_organisation_that_is_there_is_not_made_again() -> None:
    name = "ALDER  works"
    await sql.change(
        "INSERT INTO organisation (id, name, key) VALUES (5, $1, $2)", name, key_of(name)
    )
    await bulk(60, 4, 3, unwatched)
    [found] = await sql.rows("SELECT name FROM organisation WHERE key = 'alder works'")
    assert found["name"] == name
    assert await sql.rows("SELECT id FROM career_entry WHERE organisation_id = 5")


async def test_contact_books_speak_of_their_owners_connections() -> None:
    await bulk(400, 12, 3, unwatched)
    for query in (
        "SELECT s.id FROM contact_share s LEFT JOIN relationship r ON r.owner_id = s.owner_id "
        "AND r.other_id = s.other_id LEFT JOIN profile_entry e ON e.id = s.entry_id "
        "AND e.member_id = s.owner_id AND e.kind = 'CONTACT' WHERE r.id IS NULL OR e.id IS NULL",
        "SELECT w.id FROM relationship_tag w JOIN tag t ON t.id = w.tag_id "
        "JOIN relationship r ON r.id = w.relationship_id WHERE r.owner_id <> t.owner_id",
        "SELECT i.id FROM introduction i WHERE NOT EXISTS (SELECT 1 FROM relationship r "
        "WHERE r.owner_id = i.asker_id AND r.other_id = i.introducer_id) "
        "OR NOT EXISTS (SELECT 1 FROM relationship r WHERE r.owner_id = i.introducer_id "
        "AND r.other_id = i.target_id) OR EXISTS (SELECT 1 FROM relationship r "
        "WHERE r.owner_id = i.asker_id AND r.other_id = i.target_id)",
        "SELECT r.id FROM relationship r WHERE r.through_id IS NOT NULL AND NOT EXISTS (SELECT 1 "
        "FROM relationship t WHERE t.owner_id = r.owner_id AND t.other_id = r.through_id)",
    ):
        assert not await sql.rows(query), query
    for table in (
        "tag",
        "relationship_tag",
        "contact_note",
        "contact_share",
        "audience_tag",
        "follow",
        "suggestion_dismissal",
        "introduction",
        "imported_contact",
    ):
        assert await sql.rows(f"SELECT id FROM {table} LIMIT 1"), table
