"""Single attempts, in process: what is ours to mend is tried again, and the last one says so."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from models import ids, sql, unit, webhook, webhook_delivery, webhook_reader
from models.event import EventKind
from models.settings import configure
from models.token import Scope
from models.unit import Unit
from models.worker import Again, NotNow, Work
from schema import delivery, subscription
from tests.people import person
from tests.webhooks.receiver import Receiver, receiving

ATTEMPTS = len(webhook_delivery.DELAYS) + 1


@pytest.fixture
async def receiver(set_up: object) -> AsyncIterator[Receiver]:
    """Where the webhook is registered."""
    configure(webhook_private_targets=True)
    async with receiving() as there:
        yield there


async def waiting(receiver: Receiver, number: int = 1) -> list[int]:
    """Deliveries of one webhook that wait; their keys."""
    ada = await person("ada")
    document = "subscription { events { cursor } }"
    wanted = webhook.Wanted(receiver.url, document, list(EventKind), [Scope.EVENTS_READ])
    await webhook.create(ada, wanted)

    async def work(u: Unit) -> None:
        for _ in range(number):
            u.tell(ada, EventKind.REQUEST_SENT, ids.new_id(), ada)

    await unit.unit(work)
    await webhook_reader.catch_up()
    return [row["id"] for row in await sql.rows("SELECT id FROM webhook_delivery ORDER BY seq")]


async def attempt(key: int, number: int = 1) -> None:
    work = Work("job_x", {"delivery": key}, number, False)
    await delivery.deliver(work)


async def standing(key: int) -> tuple[str, int, str]:
    row = await sql.row("SELECT state, attempts, error FROM webhook_delivery WHERE id = $1", key)
    assert row is not None
    return row["state"], row["attempts"], row["error"]


async def test_a_fault_of_ours_is_no_delivery(
    database: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not sent as an empty result; and the receiver's webhook does not suffer for it."""
    [key] = await waiting(receiver)

    def broken(*_: Any) -> Any:
        raise LookupError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(subscription, "event_of", broken)
        with pytest.raises(Again):
            await attempt(key)
    assert receiver.received == []
    assert await standing(key) == ("WAITING", 0, "")
    await attempt(key, 2)
    assert len(receiver.received) == 1
    assert await standing(key) == ("DELIVERED", 1, "")
    # Once more, by hand, and broken to the end.
    await sql.change("UPDATE webhook_delivery SET state = 'WAITING'")
    with monkeypatch.context() as patched:
        patched.setattr(subscription, "event_of", broken)
        await attempt(key, ATTEMPTS)
    state, _, error = await standing(key)
    assert (state, error) == ("FAILED", "It could not be made, for a fault on our side.")
    assert await sql.rows("SELECT id FROM webhook WHERE failing_since_at IS NOT NULL") == []


async def test_after_a_worker_died_at_the_last_attempt_another_says_so(
    database: str, receiver: Receiver
) -> None:
    [key] = await waiting(receiver)
    receiver.standard = 500
    with pytest.raises(Again):
        await attempt(key, ATTEMPTS - 1)
    await attempt(key, ATTEMPTS + 1)
    assert await standing(key) == ("FAILED", 2, "Answered with 500.")
    assert len(delivery.KIND.delays) > len(webhook_delivery.DELAYS)


async def test_what_is_over_is_not_sent_again(database: str, receiver: Receiver) -> None:
    """By a worker that comes late, its lease long over."""
    [key] = await waiting(receiver)
    await attempt(key)
    await attempt(key, 2)
    assert len(receiver.received) == 1
    await sql.change("DELETE FROM webhook")
    await attempt(key, 3)


async def test_places_are_given_back(database: str, receiver: Receiver) -> None:
    """Whatever an attempt ends with, and nothing is kept of a webhook where nobody waits."""
    keys = await waiting(receiver, 6)
    receiver.answers = [200, 500, b"", 410]
    for key in keys[:4]:
        with contextlib.suppress(Again, NotNow):
            await attempt(key)
    assert delivery._lines == {}
    assert delivery._failing.busy == 0
    with pytest.raises(NotNow):  # gone: it is off
        await attempt(keys[4])
    assert len(receiver.received) == 4


def test_one_slow_answer_makes_no_slow_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those behind are called soon; only when it stays slow as slowly as it is."""
    now = [100.0]
    monkeypatch.setattr(delivery.time, "monotonic", lambda: now[0])
    line = delivery._Line()

    def answered_in(seconds: float) -> None:
        with line.turn(1):
            now[0] += seconds

    def last_of(waiting: int) -> float:
        with line.turn(1):
            for _ in range(waiting):
                with pytest.raises(NotNow) as refused, line.turn(1):
                    pass
        return refused.value.wait.total_seconds()

    answered_in(8)
    assert last_of(40) < 5
    for _ in range(8):
        answered_in(8)
    now[0] += 1000
    assert last_of(40) > 60
    answered_in(0.02)
    now[0] += 1000
    assert last_of(40) < 1
