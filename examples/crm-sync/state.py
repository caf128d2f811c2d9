"""What the sync has to remember, in a SQLite file: every change of it is whole or not at all."""

import json
import sqlite3
import time

TABLES = """
CREATE TABLE IF NOT EXISTS place (
  cursor TEXT,    -- the last event that the CRM has taken; none before the first reading
  page TEXT,      -- while the list is read: the page to go on behind ('' for the first)
  settle REAL,    -- the reading is the first: read again so many seconds after it
  read_at REAL    -- when to read the list again
);
CREATE TABLE IF NOT EXISTS contact (
  id TEXT PRIMARY KEY,    -- the relationship's id
  card TEXT NOT NULL,     -- what the CRM was last told
  seen INTEGER NOT NULL,  -- whether the present reading has met it
  missed INTEGER NOT NULL -- how many readings in a row have not
);
INSERT INTO place SELECT NULL, NULL, NULL, NULL WHERE NOT EXISTS (SELECT 1 FROM place);
"""


class State:
    """A file that may be left at any moment."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.executescript(TABLES)

    def _place(self, column: str):
        return self.db.execute(f"SELECT {column} FROM place").fetchone()[0]

    @property
    def cursor(self) -> str | None:
        return self._place("cursor")

    @property
    def page(self) -> str | None:
        return self._place("page")

    def must_read(self) -> bool:
        """Whether the list has to be read: for the first time, to its end, or once more."""
        return self.cursor is None or self.page is not None or self.seconds_to_reading() == 0

    def seconds_to_reading(self) -> float | None:
        at = self._place("read_at")
        return None if at is None else max(0, at - time.time())

    def read_soon(self) -> None:
        self.db.execute("UPDATE place SET read_at = coalesce(read_at, 0)")

    def forget(self) -> None:
        """The stream was broken: what happened in between can only be read from the list."""
        self.db.execute("UPDATE place SET cursor = NULL, page = NULL")

    def begin(self, cursor: str, settle: float) -> None:
        """A reading begins. The events behind `cursor` tell what changes during it."""
        self.db.executescript("BEGIN; UPDATE contact SET seen = 0;")
        self.db.execute(
            "UPDATE place SET settle = iif(cursor IS NULL, ?, NULL), "
            "cursor = coalesce(cursor, ?), page = ''",
            (settle, cursor),
        )
        self.db.execute("COMMIT")

    def turn(self, page: str) -> None:
        self.db.execute("UPDATE place SET page = ?", (page,))

    def finish(self) -> None:
        """The whole list has been read."""
        self.db.executescript("BEGIN; UPDATE contact SET missed = missed + 1 WHERE seen = 0;")
        self.db.execute("UPDATE place SET page = NULL, read_at = ? + settle", (time.time(),))
        self.db.execute("COMMIT")

    def gone(self) -> list[str]:
        """Contacts that two readings in a row have not met."""
        rows = self.db.execute("SELECT id FROM contact WHERE seen = 0 AND missed = 1")
        return [row[0] for row in rows]

    def move(self, cursor: str) -> None:
        """The CRM has taken the event."""
        self.db.execute("UPDATE place SET cursor = ?", (cursor,))

    def knows(self, contact: str, card: dict) -> bool:
        row = self.db.execute("SELECT card FROM contact WHERE id = ?", (contact,)).fetchone()
        return row is not None and json.loads(row[0]) == card

    def keep(self, contact: str, card: dict) -> None:
        """The CRM has the contact so."""
        self.db.execute(
            "INSERT INTO contact VALUES (?, ?, 1, 0) ON CONFLICT (id) "
            "DO UPDATE SET card = excluded.card, seen = 1, missed = 0",
            (contact, json.dumps(card)),
        )

    def drop(self, contact: str) -> None:
        self.db.execute("DELETE FROM contact WHERE id = ?", (contact,))
