"""Handing events out to webhooks: exactly once, however many are at it, whoever is in between."""

import asyncio
import random
from collections import Counter

import pytest

from models import bell, event, ids, job, sql, unit, webhook, webhook_delivery, webhook_reader
from models.event import EventKind
from models.grant import Grant
from models.request import Basis
from models.sending import send
from models.settings import configure
from models.token import Scope
from models.unit import Unit
from models.webhook_delivery import STREAM_RESET
from schema import delivery
from tests.people import people, person
from tests.webhooks.hooks import an_app, granted

DOCUMENT = "subscription { events { cursor } }"
ALL = list(EventKind)


async def register(owner: int, *kinds: EventKind, app: int | None = None) -> int:
    wanted = webhook.Wanted("https://example.org/", DOCUMENT, kinds or ALL, [Scope.EVENTS_READ])
    return int((await webhook.create(owner, wanted, app))["id"])


async def handed_out(key: int) -> list[tuple[int, str]]:
    """Number and kind of all deliveries of a webhook, and one job for each."""
    rows = await sql.rows(
        "SELECT d.seq, d.event_kind, j.id AS job FROM webhook_delivery d "
        "LEFT JOIN job j ON j.unique_key = 'delivery:' || d.id WHERE d.webhook_id = $1 "
        "ORDER BY d.seq",
        key,
    )
    assert all(row["job"] is not None for row in rows)
    return [(row["seq"], row["event_kind"]) for row in rows]


async def happen(member: int, number: int) -> None:
    async def work(u: Unit) -> None:
        for _ in range(number):
            u.tell(member, EventKind.REQUEST_SENT, ids.new_id(), member)

    await unit.unit(work)


async def test_only_new_ones_of_the_kinds_it_wants(database: str) -> None:
    ada, grace = await people("ada", "grace")
    await happen(ada, 3)
    key = await register(ada, EventKind.REQUEST_RECEIVED)
    await happen(ada, 2)
    await send(grace, ada, Basis.OTHER, None)
    assert len(await webhook_reader.behind()) == 1
    await webhook_reader.catch_up()
    assert await handed_out(key) == [(6, "REQUEST_RECEIVED")]
    assert await webhook_reader.behind() == []
    await webhook_reader.catch_up()
    assert len(await handed_out(key)) == 1


async def test_a_webhook_that_is_off_is_not_read_for(database: str) -> None:
    ada = await person("ada")
    key = await register(ada)
    await webhook.disable(ada, key)
    await happen(ada, 2)
    await webhook_reader.catch_up()
    assert await handed_out(key) == []
    await webhook.enable(ada, key, catch_up=True)
    await webhook_reader.catch_up()
    assert [seq for seq, _ in await handed_out(key)] == [1, 2]


async def test_behind_what_is_kept_it_says_so_once(database: str) -> None:
    ada = await person("ada")
    key = await register(ada)
    await happen(ada, 5)
    await sql.change("DELETE FROM event WHERE seq <= 3")
    await webhook_reader.catch_up()
    await happen(ada, 1)
    await webhook_reader.catch_up()
    assert await handed_out(key) == [(5, STREAM_RESET), (6, "REQUEST_SENT")]


async def test_more_than_a_batch(database: str) -> None:
    ada = await person("ada")
    key = await register(ada)
    await happen(ada, event.BATCH * 2 + 7)
    await webhook_reader.catch_up()
    assert [seq for seq, _ in await handed_out(key)] == list(range(1, event.BATCH * 2 + 8))


@pytest.mark.slow
async def test_many_hand_out_while_many_write(database: str) -> None:
    """Six at it at once, as in six processes, while events are written: each once, none left."""
    members = await people(*(f"member-{n}" for n in range(5)))
    keys = {await register(member): member for member in members for _ in range(2)}
    over = asyncio.Event()

    async def write() -> None:
        for _ in range(25):
            await happen(random.choice(members), random.randrange(1, 4))

    async def read() -> None:
        while not over.is_set():
            await webhook_reader.catch_up(random.choice([None, members]))
            await asyncio.sleep(0)

    readers = [asyncio.create_task(read()) for _ in range(6)]
    await asyncio.gather(*(write() for _ in range(4)))
    over.set()
    await asyncio.gather(*readers)
    await webhook_reader.catch_up()
    total = 0
    for key, member in keys.items():
        seqs = Counter(seq for seq, _ in await handed_out(key))
        last = await event.last_seq(member)
        assert seqs == Counter(range(1, last + 1))
        total += last
    assert total >= 200


async def test_it_is_woken_by_the_bell(database: str, set_up: object) -> None:
    configure(job_poll_seconds=600)
    ada = await person("ada")
    key = await register(ada)
    running = asyncio.create_task(webhook_reader.run())
    try:
        await asyncio.sleep(0.3)
        await happen(ada, 1)
        async with asyncio.timeout(3):
            while not await handed_out(key):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_one_that_cannot_be_read_for_stands_in_nobodys_way(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, grace = await people("ada", "grace")
    broken, key = await register(ada), await register(grace)
    await happen(ada, 1)
    await happen(grace, 1)
    hand_out = webhook_reader.hand_out

    async def fail_for_ada(reader_id: int) -> int:
        row = await sql.row("SELECT webhook_id FROM webhook_reader WHERE id = $1", reader_id)
        if row is not None and row["webhook_id"] == broken:
            raise LookupError("broken")
        return await hand_out(reader_id)

    monkeypatch.setattr(webhook_reader, "hand_out", fail_for_ada)
    await webhook_reader.catch_up()
    assert (await handed_out(broken), len(await handed_out(key))) == ([], 1)


async def test_a_ring_nobody_collects_costs_nothing_kept(database: str) -> None:
    ada = await person("ada")
    with bell.collecting() as rung:
        bell.wake([ada])
        assert rung.take() == [ada]
    bell.wake([ada])
    assert rung.take() == []
    assert not rung.is_set()


async def test_an_app_is_told_of_those_who_granted_it_events(database: str) -> None:
    """Without `events:read` not even the log may say that something happened."""
    owner, ada, grace, hugo = await people("owner", "ada", "grace", "hugo")
    app = await an_app(owner, "events:read profile:read")
    await granted(app, ada, "events:read profile:read")
    key = await register(owner, app=app)
    await granted(app, grace, "events:read")
    await granted(app, hugo, "profile:read")
    for member in (owner, ada, grace, hugo):
        await happen(member, 2)
    await webhook_reader.catch_up()
    assert await webhook_reader.behind() == []
    told = await sql.rows(
        "SELECT r.member_id, count(*) AS n FROM webhook_delivery d "
        "JOIN webhook_reader r ON r.id = d.reader_id GROUP BY r.member_id"
    )
    assert {row["member_id"]: row["n"] for row in told} == {ada: 2, grace: 2}
    # A scope given later counts from then on.
    await sql.change("UPDATE app_grant SET scopes = 'events:read' WHERE member_id = $1", hugo)
    await happen(hugo, 1)
    await webhook_reader.catch_up()
    assert len(await handed_out(key)) == 5


PAUSES = {
    "the app is stopped": "UPDATE app SET status = '{}'",
    "its owner is suspended": "UPDATE member SET suspended_at = {} WHERE handle = 'owner'",
    "the member is suspended": "UPDATE member SET suspended_at = {} WHERE handle = 'ada'",
}


@pytest.mark.parametrize("pause", PAUSES)
async def test_nothing_is_told_while(database: str, pause: str) -> None:
    """As no token of the app would do anything; afterwards it goes on where it was."""
    owner, ada = await people("owner", "ada")
    app = await an_app(owner, "events:read")
    await granted(app, ada, "events:read")
    key = await register(owner, app=app)
    await happen(ada, 1)
    await webhook_reader.catch_up()
    query, is_app = PAUSES[pause], "app" in pause
    await sql.change(query.format("STOPPED" if is_app else "'2026-01-01 00:00:00+00:00'"))
    await happen(ada, 1)
    await webhook_reader.catch_up()
    [waiting] = await sql.rows("SELECT id FROM webhook_delivery WHERE webhook_id = $1", key)
    found = await webhook_delivery.load(waiting["id"])
    assert found is not None
    with pytest.raises(delivery.Refused):
        await delivery.body_of(found)
    await sql.change(query.format("APPROVED" if is_app else "NULL"))
    await webhook_reader.catch_up()
    assert [seq for seq, _ in await handed_out(key)] == [1, 2]
    found = await webhook_delivery.load(waiting["id"])
    assert found is not None
    assert b'"cursor"' in await delivery.body_of(found)


async def test_the_end_of_a_grant_takes_its_deliveries_along(database: str) -> None:
    owner, ada = await people("owner", "ada")
    app = await an_app(owner, "events:read")
    grant = await granted(app, ada, "events:read")
    key = await register(owner, app=app)
    await happen(ada, 2)
    await webhook_reader.catch_up()
    assert len(await handed_out(key)) == 2
    await Grant.filter(id=grant).delete()
    assert await handed_out(key) == []
    await happen(ada, 1)
    await webhook_reader.catch_up()
    assert await handed_out(key) == []
    assert await sql.rows("SELECT id FROM job WHERE kind = 'webhook' AND dead_at IS NOT NULL") == []


@pytest.mark.slow
async def test_a_grant_and_a_webhook_at_once_know_of_each_other(database: str) -> None:
    owner = await person("owner")
    app = await an_app(owner, "events:read")
    members = await people(*(f"member-{n}" for n in range(30)))
    await asyncio.gather(
        *(granted(app, member, "events:read") for member in members),
        *(register(owner, app=app) for _ in range(15)),
    )
    row = await sql.row("SELECT count(*) AS n FROM webhook_reader")
    assert row is not None
    assert row["n"] == len(members) * 15
    assert not [each for each in await job.dead() if each["kind"] == "webhook"]
