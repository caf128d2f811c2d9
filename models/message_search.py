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
# Rows taken together, in a load and of what the index finds.
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
            "WITH n AS MATERIALIZED (SELECT id, conversation_id, text FROM message "
            "WHERE id > $1 ORDER BY id LIMIT $2) SELECT n.id, n.text, c.low_id, c.high_id, "
            "d.id IS NOT NULL AS there FROM n JOIN conversation c ON c.id = n.conversation_id "
            "LEFT JOIN message_document d ON d.id = n.id ORDER BY n.id",
            last,
            _TOGETHER,
        )
        if not rows:
            return done
        last = rows[-1]["id"]
        without = [row for row in rows if not row["there"]]
        await _complete(without)
        done += len(without)


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
    sought = _expression(viewer, words)
    if sql.is_sqlite():
        return paging.cut(await _walked(viewer, sought, side, behind, number), first)
    found: list[sql.Row] = []
    while len(found) < number:
        hits = await _hits(viewer, sought, side, behind)
        found += await _shown(viewer, hits, number - len(found))
        # Nearly always all there is, or enough: unless the member deleted very much.
        if len(hits) < _TOGETHER:
            break
        behind = hits[-1]
    return paging.cut(found, first)


async def _walked(
    viewer: int, sought: str, side: int | None, behind: int, number: int
) -> Sequence[sql.Row]:
    """On SQLite: the index gives its rows newest first, and the page ends where it is full."""
    return await sql.rows(
        "WITH page AS MATERIALIZED (SELECT n.id, s.id AS side FROM message_fts "
        "CROSS JOIN message n ON n.id = message_fts.rowid CROSS JOIN conversation_side s "
        "WHERE s.conversation_id = n.conversation_id AND s.owner_id = $1 "
        "AND message_fts MATCH $5 AND message_fts.rowid < $3 AND ($6 IS NULL OR s.id = $6) "
        f"AND {KEPT} AND {THERE} ORDER BY message_fts.rowid DESC LIMIT $4) "
        f"SELECT {COLUMNS}, {names()} FROM page CROSS JOIN message n "
        "JOIN conversation_side s ON s.id = page.side WHERE n.id = page.id ORDER BY n.id DESC",
        viewer,
        clock.now(),
        behind,
        number,
        sought,
        side,
    )


async def _hits(viewer: int, sought: str, side: int | None, behind: int) -> list[int]:
    """On PostgreSQL: keys of the newest messages the index has. By itself, or the planner, who
    cannot know how rare a beginning is, walks all messages there are instead.
    """
    of_side, values = "", []
    if side is not None:
        of_side = (
            "JOIN message n ON n.id = hit.id AND n.conversation_id = (SELECT s.conversation_id "
            "FROM conversation_side s WHERE s.id = $4 AND s.owner_id = $5) "
        )
        values = [side, viewer]
    rows = await sql.rows(
        # A sum, or the planner reads the whole primary key beside the words.
        "WITH hit AS MATERIALIZED (SELECT d.id FROM message_document d "
        "WHERE d.words @@ $1::text::tsquery AND d.id + 0 < $2) "
        f"SELECT hit.id FROM hit {of_side}ORDER BY hit.id DESC LIMIT $3",
        sought,
        behind,
        _TOGETHER,
        *values,
    )
    return [row["id"] for row in rows]


async def _shown(viewer: int, hits: Sequence[int], number: int) -> Sequence[sql.Row]:
    """The newest of these messages that the viewer's sides show."""
    return await sql.rows(
        "WITH page AS MATERIALIZED (SELECT n.id, s.id AS side FROM message n "
        "JOIN conversation_side s ON s.conversation_id = n.conversation_id AND s.owner_id = $1 "
        f"WHERE n.id {sql.among(3)} AND {KEPT} AND {THERE} ORDER BY n.id DESC LIMIT $4) "
        f"SELECT {COLUMNS}, {names()} FROM page JOIN message n ON n.id = page.id "
        "JOIN conversation_side s ON s.id = page.side ORDER BY n.id DESC",
        viewer,
        clock.now(),
        list(hits),
        number,
    )


def cursor(row: sql.Row) -> str:
    """The cursor behind a message that a search found."""
    return paging.encode("fms", row["n_id"])
