"""Searching updates by the words they say: an index of documents, one per update, beside the one of
people (models/search_text.py). Who does not see an update does not find it: that stands in the
statement that finds.
"""

from collections.abc import Sequence

from tortoise import fields

from models import clock, paging, sql
from models.base import Stored
from models.search_words import words_of
from models.unit import Unit, in_unit
from models.update_list import Asked, columns, shown

# Characters of a query, and words of it, that are looked at.
LONGEST, MOST_WORDS = 200, 10
# From so many characters on a word stands for all that begin with it.
BEGINNING = 3
_TOGETHER = 1_000


class UpdateDocument(Stored):
    """The words of an update (same id). `words` is a tsvector on PostgreSQL."""

    words = fields.TextField()

    class Meta:
        table = "update_document"


def document(text: str, link: str) -> str:
    """The words of an update as they are written, with a space between each."""
    return " ".join(sorted({*words_of(text), *words_of(link)}))


def _written(number: int) -> str:
    if sql.is_sqlite():
        return f"${number}"
    return f"array_to_tsvector(string_to_array(${number}::text, ' '))"


async def index(update: int, text: str, link: str) -> None:
    """Write what an update is found by. Part of the unit that wrote its words."""
    await sql.change(
        f"INSERT INTO update_document (id, words) VALUES ($1, {_written(2)}) "
        "ON CONFLICT (id) DO UPDATE SET words = excluded.words",
        update,
        document(text, link),
    )


async def complete() -> int:
    """Write the documents of all updates that have none; how many. After a load."""
    done, last = 0, 0
    while True:
        rows = await sql.rows(
            "SELECT id, text, link FROM member_update up WHERE id > $1 AND NOT EXISTS "
            "(SELECT 1 FROM update_document d WHERE d.id = up.id) ORDER BY id LIMIT $2",
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
    words = [document(row["text"], row["link"]) for row in rows]
    if sql.is_sqlite():
        await sql.change(
            "INSERT INTO update_document (id, words) SELECT json_extract(value, '$[0]'), "
            "json_extract(value, '$[1]') FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
            list(zip(keys, words, strict=True)),
        )
        return
    await sql.change(
        "INSERT INTO update_document (id, words) SELECT id, "
        "array_to_tsvector(string_to_array(words, ' ')) "
        "FROM unnest($1::bigint[], $2::text[]) AS given (id, words) ON CONFLICT DO NOTHING",
        keys,
        words,
    )


def _expression(words: Sequence[str]) -> str:
    """All words, in FTS5's language or that of a tsquery; none holds a quotation mark."""
    both, quote, beginning = (" AND ", '"', " *") if sql.is_sqlite() else (" & ", "'", ":*")
    return both.join(
        f"{quote}{word}{quote}{beginning if len(word) >= BEGINNING else ''}" for word in words
    )


async def search(
    viewer: int | None, query: str, first: int, after: str | None, asked: Asked
) -> paging.Page:
    """Updates the viewer sees that say every word of the query, the latest first. Raises
    BadPage.
    """
    number = paging.check_first(first) + 1
    behind = paging.decode("fup", after, 1)[0] if after is not None else 2**63 - 1
    words = list(dict.fromkeys(words_of(query[:LONGEST])))[:MOST_WORDS]
    if not words:
        return paging.Page([], more=False)
    who = None if viewer is None else "$1"
    if sql.is_sqlite():
        # The index gives its rows in this order, and the page ends where it is full.
        hits = "update_fts CROSS JOIN member_update up ON up.id = update_fts.rowid"
        hit, key = "update_fts MATCH $5", "update_fts.rowid"
    else:
        hits = "update_document d JOIN member_update up ON up.id = d.id"
        hit, key = "d.words @@ $5::text::tsquery", "d.id"
    rows = await sql.rows(
        f"WITH page AS MATERIALIZED (SELECT {key} AS id FROM {hits} "
        f"CROSS JOIN member m WHERE m.id = up.author_id AND {hit} AND {key} < $3 "
        "AND ($1::bigint IS NULL OR true) AND $2::timestamptz IS NOT NULL "
        f"AND {shown('up', 'm', who, '$2')} ORDER BY {key} DESC LIMIT $4) "
        f"SELECT {columns(asked, who)} FROM page CROSS JOIN member_update up "
        "JOIN member m ON m.id = up.author_id WHERE up.id = page.id ORDER BY up.id DESC",
        viewer,
        clock.now(),
        behind,
        number,
        _expression(words),
    )
    return paging.cut(rows, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind an update that a search found."""
    return paging.encode("fup", row["up_id"])
