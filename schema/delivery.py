"""Making and sending what a webhook is told: the result of its owner's document for one event.

The document is the subscription they would run on a socket, and each delivery is one of its
results: run through the same gate, with the member's eyes as they are at that moment. So a
webhook never tells more than a socket with the same scopes would.
"""

import contextlib
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any

import orjson
from standardwebhooks import Webhook as Signer

from models import clock, event, ids, outbound, webhook, webhook_delivery, webhook_key
from models.settings import settings
from models.webhook_delivery import STREAM_RESET, TEST_PING
from models.worker import Again, Kind, NotNow, Work
from schema import errors, schema
from schema.context import Context, Viewer
from schema.version import VERSION

# How many requests to one webhook are under way at once, in each process.
_TOGETHER = 2
# To all of them together.
_AT_ONCE = 32
_OFF_FOR = timedelta(days=1)
_LONGEST_LINE = 300.0


class Refused(Exception):
    """This delivery cannot be made; `broken` if none of this webhook's can."""

    def __init__(self, reason: str, *, broken: bool = False) -> None:
        super().__init__(reason)
        self.broken = broken


async def deliver(work: Work) -> None:
    """One attempt. Raises Again for another, NotNow where the webhook is busy or off."""
    found = await webhook_delivery.load(work.payload["delivery"])
    if found is None or found["state"] != "WAITING":
        return  # deleted with its webhook, or done by a worker that died before it said so
    off = found["disabled_at"]
    if off is not None and found["event_kind"] != TEST_PING and clock.now() < off + _OFF_FOR:
        raise NotNow(timedelta(minutes=10))
    failing = found["failing_since_at"] is not None
    line = _lines.setdefault(found["webhook_id"], _Line())
    try:
        # While nothing arrives, one attempt at a time is enough to learn that it does again; and
        # however many webhooks fail, half of the places are free for those that do not.
        place = _failing.turn(_AT_ONCE // 2) if failing else contextlib.nullcontext()
        with line.turn(1 if failing else _TOGETHER), place:
            await _attempt(found, work)
    finally:
        if line.is_empty():
            _lines.pop(found["webhook_id"], None)


class _Line:
    """Those who wait for one webhook in this process. They are called one after the other, as fast
    as it takes deliveries: a thousand that all look again every second would hold up everyone.
    """

    def __init__(self) -> None:
        self.busy = 0
        self.seconds = 0.05  # soon known better
        self.next_call = 0.0

    @contextlib.contextmanager
    def turn(self, together: int) -> Iterator[None]:
        """A place for one attempt. Raises NotNow where so many are under way."""
        started = time.monotonic()
        if self.busy >= together:
            raise NotNow(timedelta(seconds=self._wait(started, together)))
        self.busy += 1
        tried = True
        try:
            yield
        except NotNow:
            tried = False
            raise
        finally:
            self.busy -= 1
            if tried:
                # It doubles at most: one slow answer, such as the first of a process, is no rule,
                # and who was sent to the end of a slow line is not called sooner.
                took = time.monotonic() - started
                self.seconds = min(max(took, 0.02), 2 * self.seconds, outbound.TOTAL_SECONDS)

    def _wait(self, now: float, together: int) -> float:
        self.next_call = max(self.next_call, now) + self.seconds / together
        wait = self.next_call - now
        if wait > _LONGEST_LINE:  # it may be faster by then
            wait = _LONGEST_LINE * random.uniform(0.7, 1)  # noqa: S311 - spreads them
        return wait

    def is_empty(self) -> bool:
        """Whether nobody is left, as far as is known here."""
        return not self.busy and self.next_call <= time.monotonic()


async def _attempt(found: Mapping[str, Any], work: Work) -> None:
    try:
        body = await body_of(found)
    except Refused as refused:
        await webhook_delivery.refuse(found, str(refused), broken=refused.broken)
        return
    except Again:
        if not _is_last(work):
            raise
        await webhook_delivery.refuse(found, "It could not be made, for a fault on our side.")
        return
    headers = headers_of(found, body, clock.now())
    answer = await outbound.post(found["url"], body, headers)
    sent = "\n".join(f"{name}: {value}" for name, value in headers.items())
    sent = f"{sent}\n\n{body.decode()}"
    if not answer.error:
        await webhook_delivery.arrived(found, sent, answer)
        return
    last = (
        _is_last(work) or answer.status == webhook_delivery.GONE or found["event_kind"] == TEST_PING
    )
    await webhook_delivery.missed(found, sent, answer, last=last)
    if not last:
        raise Again(answer.error)


def _is_last(work: Work) -> bool:
    return work.attempt > len(webhook_delivery.DELAYS)


async def body_of(found: Mapping[str, Any]) -> bytes:
    """What is sent, in the form of Standard Webhooks. Raises Refused, or Again for our fault."""
    kind = found["event_kind"]
    body: dict[str, Any] = {"type": webhook_delivery.type_of(kind)}
    if kind == TEST_PING:
        return orjson.dumps({**body, "timestamp": found["created_at"], "data": None})
    if found["disabled_at"] is not None:
        raise Refused("The webhook is switched off.")
    if found["stopped"]:  # it does not say whose account, or whether the app
        raise Refused("It may no longer be told.")
    row = await _event(found)
    body |= {"timestamp": row["occurred_at"], "member": ids.encode(ids.MEMBER, found["member_id"])}
    return orjson.dumps({**body, **await _result(found, row)})


async def _event(found: Mapping[str, Any]) -> Mapping[str, Any]:
    if found["event_kind"] == STREAM_RESET:
        return {"kind": STREAM_RESET, "seq": found["seq"], "occurred_at": found["created_at"]}
    row = await event.numbered(found["member_id"], found["seq"])
    if row is None:
        raise Refused("The event is no longer kept.")
    return row


async def _result(found: Mapping[str, Any], row: Mapping[str, Any]) -> Mapping[str, Any]:
    viewer = Viewer(found["member_id"], found["handle"], found["name"], webhook.seen_by(found))
    context = Context(known=viewer, only=row)
    stream: Any = await schema.subscribe(found["document"], context_value=context)
    async with aclosing(stream):
        result = await anext(stream)
    faults = [error.formatted for error in result.errors or []]
    codes = {fault["extensions"]["code"] for fault in faults}
    if errors.UNAVAILABLE in codes or (result.data is None and errors.INTERNAL in codes):
        raise Again(faults[0]["message"])
    if result.data is None and codes & {errors.FORBIDDEN_SCOPE, errors.BAD_REQUEST}:
        mine = found["app_id"] is None or errors.BAD_REQUEST in codes
        raise Refused(faults[0]["message"], broken=mine)
    return {"data": result.data, "errors": faults} if faults else {"data": result.data}


def headers_of(found: Mapping[str, Any], body: bytes, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; the id is the same at every attempt."""
    name = ids.encode(ids.DELIVERY, found["id"])
    keys = webhook_key.secrets(
        found["webhook_id"], found["key_version"], found["key_changed_at"], now
    )
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Mutual/{VERSION} (+{settings().base_url}/developers/webhooks)",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(k).sign(name, now, body.decode()) for k in keys),
    }


_lines: dict[int, _Line] = {}
_failing = _Line()
# A few attempts more than we make: a worker that dies at the last leaves another to say so.
KIND = Kind(
    webhook_delivery.JOB,
    deliver,
    delays=(*webhook_delivery.DELAYS, *[timedelta(minutes=1)] * 5),
    seconds=30,
    at_once=_AT_ONCE,
)
