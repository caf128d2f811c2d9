"""Searching the messages of one's own conversations.

Each word of a message stands in the index once for each of the two who may find it by it, with
their key before it: a search looks at the words of one member's messages alone, however many
others there are. What a member deleted for themself they do not find.
"""

from collections.abc import Sequence

from models import clock, paging, sql
from models.message_list import COLUMNS, KEPT, THERE, names
from models.search_words import words_of
from models.sql import Change
from models.unit import Unit, in_unit

# Characters of a query, and words of it, that are looked at.
LONGEST, MOST_WORDS = 200, 10
# From so many characters on a word stands for all that begin with it.
BEGINNING = 3
_TOGETHER = 1_000


def document(one: int, two: int, text: str) -> str:
    """The words of a message as they are written, with a space between each."""
    words = sorted(set(words_of(text)))
    return " ".join(f"{owner}.{word}" for owner in sorted((one, two)) for word in words)


def _written(value: str) -> str:
    if sql.is_sqlite():
        return value
    return f"array_to_tsvector(string_to_array({value}::text, ' '))"


def indexing(message: int, one: int, two: int, text: str) -> Change:
    """The change that writes what a message between these two is found by."""
    return (
        f"INSERT INTO message_document (id, words) VALUES ($1, {_written('$2')}) "
        "ON CONFLICT (id) DO UPDATE SET words = excluded.words",
        (message, document(one, two, text)),
    )


async def complete() -> int:
    """Write the documents of all messages that have none; how many. After a load."""
    done, last = 0, 0
    while True:
        rows = await sql.rows(
            "SELECT n.id, n.text, c.low_id, c.high_id FROM message n "
            "JOIN conversation c ON c.id = n.conversation_id WHERE n.id > $1 AND NOT EXISTS "
            "(SELECT 1 FROM message_document d WHERE d.id = n.id) ORDER BY n.id LIMIT $2",
            last,
            _TOGETHER,
        )
        if not rows:
            return done
        last = rows[-1]["id"]
        await _complete(rows)
        done += len(rows)


@in_unit
async def _complete(_u: Unit, rows: Sequence[sql.Row]) -> None:
    keys = [row["id"] for row in rows]
    words = [document(row["low_id"], row["high_id"], row["text"]) for row in rows]
    if sql.is_sqlite():
        await sql.change(
            "INSERT INTO message_document (id, words) SELECT json_extract(value, '$[0]'), "
            "json_extract(value, '$[1]') FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
            list(zip(keys, words, strict=True)),
        )
        return
    await sql.change(
        f"INSERT INTO message_document (id, words) SELECT made.id, {_written('made.words')} "
        "FROM unnest($1::bigint[], $2::text[]) AS made (id, words) ON CONFLICT DO NOTHING",
        keys,
        words,
    )


def _expression(viewer: int, words: Sequence[str]) -> str:
    """All words, in FTS5's language or that of a tsquery; none holds a quotation mark."""
    both, quote, beginning = (" AND ", '"', " *") if sql.is_sqlite() else (" & ", "'", ":*")
    return both.join(
        f"{quote}{viewer}.{word}{quote}{beginning if len(word) >= BEGINNING else ''}"
        for word in words
    )


async def search(
    viewer: int, query: str, side: int | None, first: int, after: str | None
) -> paging.Page:
    """Messages of the viewer's conversations, or of one, that say every word of the query, the
    latest first. Raises BadPage.
    """
    number = paging.check_first(first) + 1
    behind = paging.decode("fms", after, 1)[0] if after is not None else 2**63 - 1
    words = list(dict.fromkeys(words_of(query[:LONGEST])))[:MOST_WORDS]
    if not words:
        return paging.Page([], more=False)
    if sql.is_sqlite():
        # The index gives its rows in this order, and the page ends where it is full.
        hits = "message_fts CROSS JOIN message n ON n.id = message_fts.rowid"
        hit, key = "message_fts MATCH $5", "message_fts.rowid"
    else:
        hits = "message_document d JOIN message n ON n.id = d.id"
        hit, key = "d.words @@ $5::text::tsquery", "d.id"
    rows = await sql.rows(
        f"WITH page AS MATERIALIZED (SELECT {key} AS id, s.id AS side FROM {hits} "
        "CROSS JOIN conversation_side s WHERE s.conversation_id = n.conversation_id "
        f"AND s.owner_id = $1 AND {hit} AND {key} < $3 "
        f"AND ($6::bigint IS NULL OR s.id = $6::bigint) AND {KEPT} AND {THERE} "
        f"ORDER BY {key} DESC LIMIT $4) "
        f"SELECT {COLUMNS}, {names()} FROM page CROSS JOIN message n "
        "JOIN conversation_side s ON s.id = page.side WHERE n.id = page.id ORDER BY n.id DESC",
        viewer,
        clock.now(),
        behind,
        number,
        _expression(viewer, words),
        side,
    )
    return paging.cut(rows, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind a message that a search found."""
    return paging.encode("fms", row["n_id"])
