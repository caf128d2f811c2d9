"""Migrations: they survive data, make the same schema on both engines, and run one at a time.

UPDATE_GOLDEN=1 writes golden_schema.txt anew: read the difference before you commit it.
"""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from models import clock, ids, sql, unit
from models import database as db
from models.ddl import add_constraints
from models.unit import Unit
from tests.conftest import administer
from tests.models.acts import NOON
from tests.models.introspect import schema
from tests.people import people

GOLDEN = Path(__file__).with_name("golden_schema.txt")
REFUSED = (IntegrityError, sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)


@pytest.fixture
def empty_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database in which nothing has been made."""
    if engine == "sqlite":
        yield f"sqlite://{tmp_path / 'new.sqlite3'}"
        return
    server: str = request.getfixturevalue("postgres_url")
    name = f"mutual_migration_{os.getpid()}"
    asyncio.run(administer(server, f"CREATE DATABASE {name}"))
    yield f"{server.rsplit('/', 1)[0]}/{name}"
    asyncio.run(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


def bare(url: str) -> str:
    """As `migrate` opens it: on SQLite without foreign keys."""
    return f"{url}?foreign_keys=OFF" if url.startswith("sqlite") else url


async def fill() -> None:
    """A row or two in every table; through SQL, since the code is ahead of an old schema."""
    at, later = clock.freeze(NOON), "2027-01-01 00:00:00+00:00"
    ada, grace = await people("ada", "grace", folded=False)
    low, high = ada, grace
    key = ids.new_id()
    when = f"'{at}'"
    for statement in (
        "INSERT INTO connection_request (id, sender_id, recipient_id, low_id, high_id, basis, "
        "note, sender_state, recipient_state, recipient_name, recipient_handle, sent_at, "
        f"expires_at, surfaced_at, decline_told) VALUES ({key}, {ada}, {grace}, {low}, {high}, "
        f"'OTHER', 'Hello', 'ACCEPTED', 'ACCEPTED', 'Grace', 'grace', {when}, "
        f"'{later}', {when}, false)",
        "INSERT INTO relationship (id, owner_id, other_id, request_id, connected_at, listed, "
        f"shown) VALUES (1, {ada}, {grace}, {key}, {when}, true, true), "
        f"(2, {grace}, {ada}, {key}, {when}, true, true)",
        "INSERT INTO event (id, member_id, seq, kind, subject_id, other_id, occurred_at) "
        f"VALUES (1, {ada}, 1, 'REQUEST_SENT', {key}, {grace}, {when})",
        "INSERT INTO notification (id, member_id, kind, subject_id, other_id, occurred_at) "
        f"VALUES (1, {grace}, 'REQUEST_RECEIVED', {key}, {ada}, {when})",
        "INSERT INTO due_tell (id, member_id, kind, subject_id, other_id, due_at) "
        f"VALUES (1, {ada}, 'CONNECTION_ENDED', 1, {grace}, {when})",
        "INSERT INTO mutation_key (id, member_id, key, fingerprint, subject_id, made_at) "
        f"VALUES (1, {ada}, 'form', 'x', {key}, {when})",
        "INSERT INTO session (id, member_id, secret_hash, user_agent, created_at, seen_at, "
        f"expires_at) VALUES (1, {ada}, 'x', '', {when}, {when}, {when})",
        "INSERT INTO access_token (id, member_id, name, prefix, secret_hash, scopes, created_at) "
        f"VALUES (1, {ada}, 'CRM', 'mut_', 'y', 'network:read', {when})",
    ):
        await sql.change(statement)


# Tables of the first migration, each with a row.
FIRST = (
    *("access_token", "allowance", "connection_request", "due_tell", "event", "inbox"),
    *("member", "mutation_key", "notification", "relationship", "session"),
)
# A token keeps what it could do before `network:read` was divided.
DIVIDED = {"network:read": "network:read requests:read notifications:read"}


Contents = dict[str, list[dict[str, object]]]


async def contents() -> Contents:
    """Every row of the first tables, with what is not null of it."""
    return {
        table: [
            {name: value for name, value in dict(row).items() if value is not None}
            for row in await sql.rows(f"SELECT * FROM {table} ORDER BY id")
        ]
        for table in FIRST
    }


def of_old(now: Contents, before: Contents) -> Contents:
    """What there was before of what there is now: columns with a default are added since."""
    return {
        table: [
            {name: row[name] for name in old} for row, old in zip(rows, before[table], strict=True)
        ]
        for table, rows in now.items()
    }


async def test_data_survives_every_migration_after_the_first(empty_url: str) -> None:
    async with db.connected(bare(empty_url)):
        executor = MigrationExecutor(get_connection("default"), db.config(empty_url)["apps"])
        await executor.migrate([MigrationTarget("models", "0001_initial")])
        await fill()
        before = await contents()
    assert all(before.values())
    [bearer] = before["access_token"]
    bearer["scopes"] = DIVIDED[str(bearer["scopes"])]
    applied = await db.migrate(empty_url)
    assert applied[0] == "0002_invariants"
    assert await db.migrate(empty_url) == []
    assert await db.pending(empty_url) == []
    async with db.connected(empty_url):
        assert of_old(await contents(), before) == before
        assert await schema() == GOLDEN.read_text()


@pytest.mark.usefixtures("database")
async def test_the_schema_is_the_golden_one() -> None:
    found = await schema()
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()


async def test_two_processes_may_migrate_at_once(empty_url: str) -> None:
    script = (
        "import asyncio, sys; from models import database; "
        "print(len(asyncio.run(database.migrate(sys.argv[1]))))"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, empty_url,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": "."},
        )
        for _ in range(3)
    ]  # fmt: skip
    outputs = await asyncio.gather(*(p.communicate() for p in processes))
    assert [p.returncode for p in processes] == [0, 0, 0]
    assert sorted(int(out) for out, _ in outputs)[:2] == [0, 0]
    async with db.connected(empty_url):
        assert await schema() == GOLDEN.read_text()


@pytest.mark.only_engine("sqlite")
async def test_a_file_is_backed_up_before_it_is_changed(empty_url: str, tmp_path: Path) -> None:
    async with db.connected(bare(empty_url)):
        executor = MigrationExecutor(get_connection("default"), db.config(empty_url)["apps"])
        await executor.migrate([MigrationTarget("models", "0001_initial")])
        await people("ada", folded=False)
        # A reader elsewhere keeps the log from being written back into the file.
        with closing(sqlite3.connect(tmp_path / "new.sqlite3")) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM member").fetchone()
            await people("grace", folded=False)
            db._back_up(tmp_path / "new.sqlite3", "0002_invariants")
    with closing(sqlite3.connect(tmp_path / "new.sqlite3.before-0002_invariants")) as copy:
        assert copy.execute("SELECT handle FROM member ORDER BY id").fetchall() == [
            ("ada",),
            ("grace",),
        ]


@pytest.mark.only_engine("sqlite")
async def test_a_new_file_leaves_no_backup(empty_url: str, tmp_path: Path) -> None:
    await db.migrate(empty_url)
    assert not [name for name in os.listdir(tmp_path) if ".before-" in name]  # noqa: PTH208


async def test_constraints_are_added_without_losing_rows_indexes_or_children(
    empty_url: str,
) -> None:
    statements = (
        "CREATE TABLE parent (id BIGINT NOT NULL PRIMARY KEY, size INT NOT NULL, name TEXT)",
        "CREATE TABLE child (id BIGINT NOT NULL PRIMARY KEY, "
        "parent_id BIGINT REFERENCES parent (id) ON DELETE CASCADE)",
        "CREATE INDEX parent_name ON parent (name) WHERE name IS NOT NULL",
        "INSERT INTO parent VALUES (1, 1, 'a'), (2, 2, NULL)",
        "INSERT INTO child VALUES (1, 1), (2, 2), (3, 2)",
    )
    async with db.connected(bare(empty_url)):
        for statement in statements:
            await sql.change(statement)
        before = await schema()
        editor = SimpleNamespace(client=get_connection("default"))
        constraints = {"parent_size": "CHECK (size > 0)", "parent_once": "UNIQUE (size, name)"}
        await add_constraints(editor, {"parent": constraints})
        after = await schema()
        assert set(before.splitlines()) < set(after.splitlines())
        assert set(after.splitlines()) - set(before.splitlines()) == {
            "parent: check parent_size",
            "parent: unique (size, name)",
        }
    async with db.connected(empty_url):  # with foreign keys again
        for table, count in (("parent", 2), ("child", 3)):
            assert len(await sql.rows(f"SELECT id FROM {table}")) == count
        for wrong in ("INSERT INTO parent VALUES (3, 0, 'b')", "INSERT INTO child VALUES (4, 9)"):
            with pytest.raises(REFUSED):
                await sql.change(wrong)
        await sql.change("DELETE FROM parent WHERE id = 2")
        assert len(await sql.rows("SELECT id FROM child")) == 1


async def copying(table: str, *, swap: bool) -> str:
    """A statement that writes the table's first row a second time, under another id."""
    row = await sql.row(f"SELECT * FROM {table} ORDER BY id")
    assert row is not None
    names = [name for name in row.keys() if name != "id"]  # noqa: SIM118
    values = list(names)
    if swap:
        one, two = names.index("sender_id"), names.index("recipient_id")
        values[one], values[two] = values[two], values[one]
    return (
        f"INSERT INTO {table} (id, {', '.join(names)}) SELECT 9, {', '.join(values)} "
        f"FROM {table} ORDER BY id LIMIT 1"
    )


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "wrong",
    [
        # a second open request between the two, from either side
        "COPY connection_request",
        "COPY connection_request the other way",
        "UPDATE connection_request SET sender_id = recipient_id",
        "UPDATE connection_request SET low_id = high_id, high_id = low_id",
        "UPDATE connection_request SET sender_state = 'ACCEPTED'",
        "UPDATE connection_request SET recipient_state = 'GONE'",
        "UPDATE connection_request SET recipient_state = 'DECLINED'",
        "UPDATE connection_request SET sender_state = 'NONSENSE'",
        # half a connection
        "DELETE FROM relationship WHERE id = 1",
        "UPDATE relationship SET owner_id = 1 WHERE id = 1",
        "COPY relationship",
        "UPDATE relationship SET listed = false WHERE id = 1",
        "UPDATE relationship SET ended_by_id = 1 WHERE id = 1",
        # counters, numbers
        "UPDATE inbox SET connections = -1",
        "UPDATE inbox SET last_seq = -1",
        "COPY event",
        "COPY notification",
        "COPY due_tell",
        "COPY mutation_key",
        # people
        "UPDATE member SET handle = 'same'",
        "UPDATE member SET email = 'same'",
        "DELETE FROM member",  # who sent or was sent a request
    ],
)
async def test_the_database_refuses_what_must_not_be(wrong: str) -> None:
    await fill()
    await sql.change(
        "UPDATE connection_request SET sender_state = 'PENDING', recipient_state = 'PENDING'"
    )
    if wrong.startswith("COPY"):
        wrong = await copying(wrong.split()[1], swap="way" in wrong)

    async def work(u: Unit) -> None:
        await sql.change(wrong)

    with pytest.raises(REFUSED):
        await unit.unit(work)
