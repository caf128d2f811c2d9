"""Searching for people: the viewer's degrees first, then how well they match.

One statement finds, judges and pages. What the viewer may not see is neither found nor ranked by:
it stands in the index under tokens that are not asked for (models/search_words.py), and members
are looked at through visibility.may_see before the page is cut.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from models import clock, paging, search_sql, sql
from models.directory import Wants, columns
from models.search_query import Query, read, readings
from models.search_text import among_texts
from models.search_words import (
    CONNECTIONS,
    EVERYONE,
    HIDDEN,
    MEMBERS,
    SearchKind,
    level_of_tag,
    variants_of,
    words_of,
)

# Words that one misspelt word may stand for, and tags of others a viewer is looked up by.
MOST_WORDS, MOST_TAGS = 20, 20
# How many of a member's texts are given as what matched.
MOST_MATCHED = 5


class Filters(NamedTuple):
    """What must match besides; every word of each in texts of that kind."""

    organisation: str | None = None
    school: str | None = None
    skill: str | None = None
    place: str | None = None


class Matched(NamedTuple):
    """A text of a profile that the viewer sees and that matches a word searched for."""

    kind: SearchKind
    text: str


class Found(NamedTuple):
    """A page of members; `matched` by their place on it, empty unless it was asked for."""

    page: paging.Page
    matched: Sequence[Sequence[Matched]]


async def people(
    viewer: int | None,
    query: str | None,
    filters: Filters,
    first: int,
    after: str | None,
    wants: Wants,
    *,
    matched: bool = False,
) -> Found:
    """Members for whom every word of the query, and of each filter, matches something that the
    viewer sees. Raises BadPage.
    """
    paging.check_first(first)
    place = paging.decode("fnd", after, 3) if after is not None else (0, 0, 2**63 - 1)
    asked = read(query, filters)
    if asked is None:
        return Found(paging.Page([], more=False), [])
    known = await _known(viewer, asked)
    asked = asked.with_slips(known.words, MOST_WORDS)
    statement = search_sql.Statement(viewer is not None)
    statement.everyone(readings(asked, [EVERYONE] if viewer is None else [EVERYONE, MEMBERS]))
    if viewer is not None:
        near = [EVERYONE, MEMBERS, HIDDEN, CONNECTIONS, *map(level_of_tag, known.tags)]
        statement.connections(readings(asked, near), known.connections)
        statement.askers(readings(asked, [EVERYONE, MEMBERS, HIDDEN]))
    text = statement.text(columns(wants, "$1" if viewer is not None else None), matched=matched)
    rows = await sql.rows(text, viewer, clock.now(), *place, first + 1, *statement.values)
    page = paging.cut(rows, first)
    why = [_matched(asked, row["texts"]) for row in page.rows] if matched else []
    return Found(page, why)


def cursor(row: sql.Row) -> str:
    """The cursor behind a row of a page."""
    return paging.encode("fnd", row["degree"], row["rank"], row["m_id"])


class _Known(NamedTuple):
    words: Sequence[str]
    tags: Sequence[int]
    connections: int


async def _known(viewer: int | None, asked: Query) -> _Known:
    """What the statement is made of: words one slip away, the viewer's tags (those that others
    gave them), and how many connections they have.
    """
    variants = sorted({v for word in asked.misspellable() for v in variants_of(word)})
    words = (
        "SELECT 'WORD' AS what, word, 0 AS number FROM (SELECT DISTINCT word FROM search_variant "
        f"WHERE variant {among_texts(2)} ORDER BY word LIMIT 500) w"
    )
    if viewer is None:
        found = await sql.rows(f"{words} WHERE $1::bigint IS NULL", None, variants)
    else:
        found = await sql.rows(f"{words} UNION ALL {_OWN}", viewer, variants)
    return _Known(
        [row["word"] for row in found if row["what"] == "WORD"],
        [row["number"] for row in found if row["what"] == "TAG"],
        sum(row["number"] for row in found if row["what"] == "SIZE"),
    )


_OWN = (
    "SELECT 'SIZE', '', connections FROM inbox WHERE id = $1 "
    "UNION ALL SELECT 'TAG', '', tag_id FROM (SELECT DISTINCT chosen.tag_id "
    "FROM relationship own JOIN relationship tie ON tie.owner_id = own.other_id "
    "AND tie.other_id = $1 JOIN relationship_tag worn ON worn.relationship_id = tie.id "
    "JOIN audience_tag chosen ON chosen.tag_id = worn.tag_id "
    f"WHERE own.owner_id = $1 AND own.ended_at IS NULL ORDER BY 1 DESC LIMIT {MOST_TAGS}) t"
)


def _matched(asked: Query, texts: object) -> list[Matched]:
    """Which of the texts the viewer sees match, the name first."""
    found: dict[tuple[str, Sequence[str]], Matched] = {}
    for kind, text in json.loads(texts) if isinstance(texts, str) else []:
        words = words_of(text)
        if asked.matches(SearchKind(kind), words):  # two that are read alike are one
            found.setdefault((kind, words), Matched(SearchKind(kind), text))
    return sorted(found.values(), key=lambda one: _ORDER.index(one.kind))[:MOST_MATCHED]


_ORDER = list(SearchKind)
