"""Tortoise's SQLite engine with transactions that begin IMMEDIATE and survive cancellation.

Stock transactions begin deferred: two processes that read and then write fail at once with
"database is locked", whatever the busy timeout. And a task cancelled while it awaits BEGIN leaves
the process-wide lock taken for ever. (The word sqlite in this module's name matters: Tortoise's
migrations pick their editor by it.)
"""

import asyncio
import contextlib
import sqlite3
from typing import Any

from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError


class ImmediateTransaction(SqliteTransactionWrapper):
    """Takes the write lock at BEGIN, waiting for other processes as busy_timeout says."""

    async def begin(self) -> None:
        """Begin, or raise OperationalError when the lock could not be had in time."""
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class CancelSafeContext(SqliteTransactionContext):
    """Leaves neither the lock nor an open transaction behind when entering fails."""

    async def __aenter__(self) -> Any:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            self.token = get_connections().set(self.connection_name, self.connection)
            try:
                await self.connection.begin()
            except BaseException:
                get_connections().reset(self.token)
                raise
        except BaseException:
            # The thread may still carry out a BEGIN nobody waits for: undo it before the
            # lock is handed on, in a task of its own because this one is being cancelled.
            undo = asyncio.ensure_future(self._undo())
            await asyncio.shield(undo)
            raise
        return self.connection

    async def _undo(self) -> None:
        try:
            if self.connection._connection:
                with contextlib.suppress(sqlite3.Error):
                    await self.connection._connection.rollback()
        finally:
            self._trxlock.release()


class Client(SqliteClient):
    """The embedded engine of Mutual."""

    def _in_transaction(self) -> CancelSafeContext:
        return CancelSafeContext(ImmediateTransaction(self), self._lock)


client_class = Client
