"""Webhooks in the models: what is handed out, when one is given up, and how it goes on."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from models import (
    app,
    app_review,
    clock,
    event,
    grant,
    sql,
    sweeper,
    unit,
    webhook,
    webhook_delivery,
    webhook_key,
    webhook_reader,
)
from models.event import EventKind
from models.outbound import Answer
from models.token import Scope
from models.unit import Unit
from models.webhook import Wanted
from tests.models.acts import NOON
from tests.people import people

pytestmark = pytest.mark.usefixtures("database")

WANTED = Wanted(
    "https://example.org/hook",
    "subscription { events { cursor } }",
    [EventKind.REQUEST_SENT, EventKind.REQUEST_RECEIVED],
    [Scope.EVENTS_READ],
)
FAILED = Answer(500, "", "Answered with 500.", 5)


async def tell(member: int, *kinds: EventKind) -> None:
    async def work(u: Unit) -> None:
        for kind in kinds:
            u.tell(member, kind, 1, member)

    await unit.unit(work)


async def deliveries(key: int) -> list[tuple[int, str, str]]:
    """Number, kind and state of a webhook's deliveries, oldest first."""
    found = await sql.rows(
        "SELECT seq, event_kind, state FROM webhook_delivery WHERE webhook_id = $1 ORDER BY id", key
    )
    return [(row["seq"], row["event_kind"], row["state"]) for row in found]


async def first_delivery(key: int) -> Any:
    row = await sql.row(
        "SELECT id FROM webhook_delivery WHERE webhook_id = $1 ORDER BY id LIMIT 1", key
    )
    assert row is not None
    return await webhook_delivery.load(row["id"])


async def standing(owner: int, key: int) -> tuple[bool, str]:
    row = await webhook.owned(owner, key)
    return row["disabled_at"] is not None, row["disabled_reason"]


async def notices(member: int) -> list[str]:
    found = await sql.rows("SELECT kind FROM notification WHERE member_id = $1", member)
    return [row["kind"] for row in found]


async def test_only_the_wanted_kinds_from_now_on_and_each_once() -> None:
    ada, grace = await people("ada", "grace")
    await tell(ada, EventKind.REQUEST_SENT)
    key = (await webhook.create(ada, WANTED))["id"]
    await webhook_reader.catch_up()
    assert await deliveries(key) == []
    await tell(ada, EventKind.CONNECTION_ENDED, EventKind.REQUEST_SENT)
    await tell(grace, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up([grace])
    assert await deliveries(key) == []
    for _ in range(3):
        await webhook_reader.catch_up([ada])
        await webhook_reader.catch_up()
    assert await deliveries(key) == [(3, "REQUEST_SENT", "WAITING")]
    assert await webhook_reader.behind() == []
    jobs = await sql.rows("SELECT kind, unique_key FROM job")
    assert len(jobs) == 1


async def test_more_than_a_batch() -> None:
    [ada] = await people("ada")
    key = (await webhook.create(ada, WANTED))["id"]
    for _ in range(5):
        await tell(ada, *[EventKind.REQUEST_SENT] * 50)
    await webhook_reader.catch_up()
    assert [seq for seq, _, _ in await deliveries(key)] == list(range(1, 251))


async def test_a_gap_is_one_delivery_that_says_so() -> None:
    clock.freeze(NOON)
    [ada] = await people("ada")
    key = (await webhook.create(ada, WANTED))["id"]
    await tell(ada, EventKind.REQUEST_SENT, EventKind.REQUEST_SENT)
    clock.advance(days=31)
    await sweeper.purge()
    await tell(ada, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up()
    await tell(ada, EventKind.REQUEST_RECEIVED)
    await webhook_reader.catch_up()
    assert [(seq, kind) for seq, kind, _ in await deliveries(key)] == [
        (3, "STREAM_RESET"),
        (4, "REQUEST_RECEIVED"),
    ]


@pytest.mark.parametrize("catch_up", [True, False])
async def test_switched_off_and_on_again(catch_up: bool) -> None:
    [ada] = await people("ada")
    key = (await webhook.create(ada, WANTED))["id"]
    await webhook.disable(ada, key)
    await tell(ada, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up()
    assert await deliveries(key) == []
    await webhook.enable(ada, key, catch_up)
    await webhook_reader.catch_up()
    assert len(await deliveries(key)) == int(catch_up)
    await tell(ada, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up()
    assert [seq for seq, _, _ in await deliveries(key)] == ([1, 2] if catch_up else [2])


async def test_given_up_after_a_day_in_which_nothing_arrived() -> None:
    clock.freeze(NOON)
    [ada] = await people("ada")
    key = (await webhook.create(ada, WANTED))["id"]
    await tell(ada, EventKind.REQUEST_SENT, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up()
    one = await first_delivery(key)
    await webhook_delivery.missed(one, "", FAILED, last=False)
    assert (await webhook.owned(ada, key))["failing_since_at"] == NOON
    clock.advance(hours=25)
    await webhook_delivery.missed(one, "", FAILED, last=True)
    assert await standing(ada, key) == (True, "FAILING")
    assert await notices(ada) == ["WEBHOOK_DISABLED"]
    for late in (webhook_delivery.missed(one, "", FAILED, last=False),
                 webhook_delivery.arrived(one, "", Answer(204, "", "", 1))):  # fmt: skip
        await late  # over: a worker that was too slow changes nothing
    assert [state for _, _, state in await deliveries(key)] == ["FAILED", "WAITING"]


async def test_one_that_works_is_not_given_up_for_one_delivery() -> None:
    clock.freeze(NOON)
    [ada] = await people("ada")
    key = (await webhook.create(ada, WANTED))["id"]
    await tell(ada, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up()
    one = await first_delivery(key)
    await webhook_delivery.missed(one, "", FAILED, last=False)
    clock.advance(hours=24)
    await webhook_delivery.test(ada, key)
    [row] = await sql.rows("SELECT id FROM webhook_delivery WHERE event_kind = 'TEST_PING'")
    ping = await webhook_delivery.load(row["id"])
    assert ping is not None
    await webhook_delivery.arrived(ping, "", Answer(204, "", "", 1))
    assert (await webhook.owned(ada, key))["failing_since_at"] is None
    await webhook_delivery.missed(one, "", FAILED, last=True)
    assert await standing(ada, key) == (False, "")
    assert await notices(ada) == []


async def test_gone_is_believed_at_once() -> None:
    [ada] = await people("ada")
    key = (await webhook.create(ada, WANTED))["id"]
    await tell(ada, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up()
    gone = Answer(410, "", "Answered with 410.", 5)
    await webhook_delivery.missed(await first_delivery(key), "", gone, last=True)
    assert await standing(ada, key) == (True, "GONE")


async def test_the_keys_it_is_signed_with() -> None:
    clock.freeze(NOON)
    [ada] = await people("ada")
    row = await webhook.create(ada, WANTED)

    async def keys() -> list[str]:
        now = await webhook.owned(ada, row["id"])
        return webhook_key.secrets(
            row["id"], now["key_version"], now["key_changed_at"], clock.now()
        )

    [first] = await keys()
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32
    await webhook.renew_key(ada, row["id"])
    both = await keys()
    assert len(both) == 2
    assert both[1] == first
    clock.advance(hours=24)
    assert await keys() == both[:1]
    assert first not in str(await sql.rows("SELECT * FROM webhook"))


async def test_the_log_is_forgotten_after_a_week() -> None:
    clock.freeze(NOON)
    [ada] = await people("ada")
    key = (await webhook.create(ada, WANTED))["id"]
    await tell(ada, EventKind.REQUEST_SENT, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up()
    one = await first_delivery(key)
    await webhook_delivery.arrived(one, "", Answer(204, "", "", 1))
    clock.advance(days=7, seconds=1)
    await sweeper.purge()
    assert [state for _, _, state in await deliveries(key)] == ["WAITING"]
    assert await event.last_seq(ada) == 2


async def test_retries_last_a_day() -> None:
    total = sum(webhook_delivery.DELAYS, timedelta())
    assert timedelta(hours=23) < total < timedelta(hours=25)


async def test_an_app_that_may_ask_for_less_is_told_less() -> None:
    """As its tokens can do less: what members granted is only the most."""
    ada, grace = await people("ada", "grace")
    described = app.Description(
        "CRM", "", "", ["https://crm.example/"], [Scope.EVENTS_READ, Scope.REQUESTS_READ]
    )
    crm, _ = await app.register(ada, described, confidential=True)
    await app_review.approve(crm["id"])
    scopes = [scope.value for scope in described.scopes]
    await grant.allow(crm["id"], grace, scopes, "https://crm.example/", "x" * 43)
    key = (await webhook.create(ada, WANTED, crm["id"]))["id"]
    await tell(grace, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up()
    found = await first_delivery(key)
    assert webhook.seen_by(found) == {Scope.EVENTS_READ, Scope.REQUESTS_READ}
    await app.update(ada, crm["id"], described._replace(scopes=[Scope.EVENTS_READ]))
    assert webhook.seen_by(await first_delivery(key)) == {Scope.EVENTS_READ}
    await app.update(ada, crm["id"], described._replace(scopes=[Scope.REQUESTS_READ]))
    await tell(grace, EventKind.REQUEST_SENT)
    await webhook_reader.catch_up()
    assert len(await deliveries(key)) == 1
