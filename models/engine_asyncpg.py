"""Tortoise's PostgreSQL engine without three of its costs.

A BEGIN that fails or is cancelled gives its connection back (as shipped the pool loses it, so a
short outage empties the pool). Connections are released without asyncpg's reset statements, one
round trip each: nothing here changes session state outside a transaction. Only a statement that
failed is followed by one, which does nothing but end it. And who cancels a statement is let go
soon, even by a server that has fallen silent.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContextPooled
from tortoise.connection import get_connections

# How long a server may take to acknowledge that a statement is cancelled.
CANCEL_SECONDS = 2.0


class PlainConnection(asyncpg.Connection):
    """A pooled connection that holds no session state worth resetting."""

    _half_done = False

    async def _execute(self, *arguments: Any, **options: Any) -> Any:
        """A statement is prepared in one message and run in another. One that ends in between,
        cancelled or because a value does not fit, leaves the server waiting inside a transaction
        that keeps its locks.
        """
        self._half_done = True
        result = await super()._execute(*arguments, **options)
        self._half_done = False
        return result

    async def _cancel(self, *waiters: Any) -> None:
        """Give the connection up when the server is silent. Whoever cancelled a statement waits
        in `release`, whatever their own time limit: for `command_timeout` as shipped.
        """
        silent = self._loop.call_later(CANCEL_SECONDS, self.terminate)
        try:
            await super()._cancel(*waiters)
        finally:
            silent.cancel()

    def get_reset_query(self) -> str:
        """Nothing to run on release, or what ends a statement that was half done."""
        half_done, self._half_done = self._half_done, False
        return "SELECT" if half_done else ""


class ReleasingContext(TransactionContextPooled):
    """Returns the connection to the pool when entering the transaction fails."""

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await pool.release(self.client._connection)  # asyncpg shields this itself
            raise
        return self.client


class Client(AsyncpgDBClient):
    """The production engine of Mutual."""

    connection_class = PlainConnection

    async def fetch(self, query: str, values: Sequence[object]) -> Sequence[Any]:
        """The rows of a read outside a transaction, without Tortoise's wrapping of each statement
        (half its cost). Errors are asyncpg's own.
        """
        if self._pool is None:
            async with self.acquire_connection() as connection:  # makes the pool
                return await connection.fetch(query, *values)
        return await self._pool.fetch(query, *values)

    def _in_transaction(self) -> ReleasingContext:
        return ReleasingContext(TransactionWrapper(self), self._pool_init_lock)


client_class = Client
