"""Carriers of the bell between processes: PostgreSQL's NOTIFY and Redis' publish.

One connection per process. A lost connection is opened again for ever, and after every
reconnection everyone who waits is woken once, since rings may have been missed.
"""

import asyncio
import logging
from collections.abc import Iterator

import redis.asyncio as redis

from models import bell
from models.database import connect_apart

log = logging.getLogger("mutual.bell")

CHANNEL = "mutual_bell"
# PostgreSQL refuses a payload of 8,000 bytes and more; an id is at most 19 digits and a comma.
IDS_PER_RING = 390
RETRY_SECONDS = 1.0
QUEUE = 10_000


class BellUrlError(ValueError):
    """BELL_URL names nothing that Mutual can ring through."""


def is_shared(url: str) -> bool:
    """Whether this bell reaches other processes."""
    return not url.startswith("memory")


async def open_carrier(url: str) -> bell.Carrier | None:
    """The carrier for a BELL_URL (None for memory), connected or connecting in the background."""
    if url.startswith("memory"):
        return None
    if url.startswith(("redis://", "rediss://")):
        return RedisCarrier(url)
    if url.startswith(("postgres://", "postgresql://", "asyncpg://")):
        return PostgresCarrier(url)
    raise BellUrlError("BELL_URL must begin with memory://, postgres:// or redis://")


def _payloads(member_ids: list[int]) -> Iterator[str]:
    for start in range(0, len(member_ids), IDS_PER_RING):
        yield ",".join(str(i) for i in member_ids[start : start + IDS_PER_RING])


def _heard(payload: str) -> None:
    bell.wake(int(part) for part in payload.split(",") if part.isdigit())


class _Carrier:
    """A queue of rings to send and two tasks that keep sending and hearing."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        self._task = asyncio.create_task(self._run())

    def send(self, member_ids: list[int]) -> None:
        """Queue a ring. A full queue drops it: the poll makes up for lost rings."""
        for payload in _payloads(member_ids):
            try:
                self._queue.put_nowait(payload)
            except asyncio.QueueFull:
                log.warning("bell is stuck: a ring was dropped")

    async def close(self) -> None:
        """Stop both tasks."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self._serve()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("bell lost its connection: %r", error)
            await asyncio.sleep(RETRY_SECONDS)

    async def _serve(self) -> None:
        raise NotImplementedError

    @staticmethod
    def _wake_all() -> None:
        bell.wake(list(bell._waiting))


class PostgresCarrier(_Carrier):
    """LISTEN and NOTIFY on a connection of its own, outside Tortoise's pool."""

    async def _serve(self) -> None:
        lost = asyncio.get_running_loop().create_future()
        connection = await connect_apart(self.url)
        connection.add_termination_listener(
            lambda _: None if lost.done() else lost.set_result(None)
        )
        try:
            await connection.add_listener(CHANNEL, lambda _c, _p, _ch, payload: _heard(payload))
            self._wake_all()
            while not lost.done():
                payload = asyncio.ensure_future(self._queue.get())
                try:
                    await asyncio.wait({payload, lost}, return_when=asyncio.FIRST_COMPLETED)
                    if payload.done():
                        await connection.execute(
                            "SELECT pg_notify($1, $2)", CHANNEL, payload.result()
                        )
                finally:
                    payload.cancel()
        finally:
            connection.terminate()


class RedisCarrier(_Carrier):
    """Publish and subscribe; works with Valkey as well."""

    async def _serve(self) -> None:
        client = redis.from_url(self.url, socket_connect_timeout=5)
        try:
            async with client.pubsub() as channel:
                await channel.subscribe(CHANNEL)
                self._wake_all()
                sending = asyncio.create_task(self._send_all(client))
                try:
                    while not sending.done():
                        message = await channel.get_message(
                            ignore_subscribe_messages=True, timeout=1.0
                        )
                        if message:
                            _heard(message["data"].decode())
                    sending.result()
                finally:
                    sending.cancel()
        finally:
            await client.aclose()

    async def _send_all(self, client: "redis.Redis") -> None:
        while True:
            await client.publish(CHANNEL, await self._queue.get())


async def check(carrier: bell.Carrier) -> None:
    """Ring once and hear it again. Raises TimeoutError after 5 s."""
    nobody = -1
    with bell.listening(nobody) as rung:
        async with asyncio.timeout(5):
            while not rung.is_set():
                carrier.send([nobody])
                await asyncio.sleep(0.1)
