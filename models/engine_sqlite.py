"""Tortoise's SQLite engine with transactions that begin IMMEDIATE and survive cancellation.

Stock transactions begin deferred: two processes that read and then write fail at once with
"database is locked", whatever the busy timeout. A task cancelled while it awaits BEGIN leaves the
process-wide lock taken for ever; a refused COMMIT leaves its transaction open. (The word sqlite
in this module's name matters: Tortoise's migrations pick their editor by it.)
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

from models.text import folded


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

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        try:
            if exc_type is None:
                await self.connection.commit()
            else:
                await self.connection.rollback()
        except BaseException:
            # A refused COMMIT (a deferred constraint, a full disk) leaves the transaction open,
            # and whoever has the lock next would read it and fail to begin.
            await asyncio.shield(asyncio.ensure_future(self._undo()))
            raise
        self._trxlock.release()

    async def _undo(self) -> None:
        try:
            if self.connection._connection:
                with contextlib.suppress(sqlite3.Error):
                    await self.connection._connection.rollback()
        finally:
            self._trxlock.release()


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _folded(value: object) -> object:
    return folded(value) if isinstance(value, str) else value


class Client(SqliteClient):
    """The embedded engine of Mutual."""

    async def create_connection(self, with_db: bool) -> None:
        """Connect, with a lower() that knows more than a to z, as PostgreSQL's does, and the
        folded() of models/sql.py.
        """
        fresh = self._connection is None
        await super().create_connection(with_db)
        if fresh and self._connection:
            await self._connection.create_function("lower", 1, _lower, deterministic=True)
            await self._connection.create_function("folded", 1, _folded, deterministic=True)

    def _in_transaction(self) -> CancelSafeContext:
        return CancelSafeContext(ImmediateTransaction(self), self._lock)


client_class = Client
