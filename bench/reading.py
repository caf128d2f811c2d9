"""Measuring one read: how many statements, how long, and how long of it the database had."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bench.client import without_pauses
from bench.read_documents import wanted
from bench.subscribers import percentile
from models import sql
from models.token import Scope
from schema import schema
from schema.context import Context, Viewer

# A cell ends after so many answers or so many seconds, but not before the least of answers.
MOST, SECONDS, LEAST = 120, 4.0, 5


class Reader(NamedTuple):
    """A member who reads, and whom they read about."""

    id: int
    handle: str
    name: str
    # What documents ask with: ids and handles of others, words to search for.
    values: Mapping[str, object]


class Reading(NamedTuple):
    """What one read cost one kind of viewer; milliseconds, sorted."""

    read: str
    viewers: str
    statements: int
    whole: list[float]
    database: list[float]

    def figures(self) -> str:
        """As a cell of the table: of the whole operation, and of SQL alone."""
        whole = f"{percentile(self.whole, 0.5):.1f} / {percentile(self.whole, 0.99):.1f}"
        alone = f"{percentile(self.database, 0.5):.1f} / {percentile(self.database, 0.99):.1f}"
        return f"{whole} ({alone})"


class Watch:
    """Statements and seconds of the database, since they were last taken. Statements that run at
    the same time count once.
    """

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.seconds = 0.0
        self._running = 0
        self._began = 0.0

    @contextlib.contextmanager
    def asking(self, statement: str) -> Iterator[None]:
        """While the database works on a statement."""
        self.statements.append(statement)
        self._running += 1
        if self._running == 1:
            self._began = time.perf_counter()
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self.seconds += time.perf_counter() - self._began

    def take(self) -> tuple[list[str], float]:
        """What has been seen, which is forgotten."""
        found = self.statements, self.seconds
        self.statements, self.seconds = [], 0.0
        return found


@contextlib.contextmanager
def watching() -> Iterator[Watch]:
    """Sees every statement of the models' reads inside the block."""
    watch, rows = Watch(), sql.rows

    async def watched(query: str, *values: object) -> Sequence[sql.Row]:
        with watch.asking(query):
            return await rows(query, *values)

    sql.rows = watched
    try:
        yield watch
    finally:
        sql.rows = rows


class Failed(Exception):
    """An answer was an error: its time is none."""


async def answer(document: str, reader: Reader) -> Any:
    """The data of one answer, asked as our own pages ask. Raises Failed."""
    viewer = Viewer(reader.id, reader.handle, reader.name, frozenset(Scope), session_id=1)
    result = await schema.execute(
        document,
        variable_values={name: reader.values[name] for name in wanted(document)},
        context_value=Context(known=viewer),
    )
    if result.errors:
        raise Failed(f"{document.strip()}\n{result.errors}")
    return result.data


async def measured(
    read: str,
    document: str,
    viewers: str,
    readers: Sequence[Reader],
    seconds: float,
    said: Callable[[str], None],
) -> Reading:
    """One cell of the table: the readers take turns."""
    whole: list[float] = []
    database: list[float] = []
    most = 0
    with watching() as watch, without_pauses():
        for reader in readers[:3]:  # the document's plan, and the pages of the tables
            await answer(document, reader)
        began = time.perf_counter()
        while len(whole) < MOST:
            if len(whole) >= LEAST and time.perf_counter() - began > seconds:
                break
            reader = readers[len(whole) % len(readers)]
            watch.take()
            start = time.perf_counter()
            await answer(document, reader)
            whole.append((time.perf_counter() - start) * 1000)
            statements, taken = watch.take()
            database.append(taken * 1000)
            most = max(most, len(statements))
    found = Reading(read, viewers, most, sorted(whole), sorted(database))
    said(f"{read:44} {viewers:8} {most:2}  {found.figures()}")
    return found
