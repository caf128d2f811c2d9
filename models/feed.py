"""The feed: what a member's network posted, newest first, as far back as feeds reach.

Nothing is written for those who read: their feed is a query. Where few are followed their own
lists of updates are read; where many are, the newest updates of all are walked and each author is
looked for among them, and only what that does not bring comes from the lists. Which it is, the
stored counters say.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from models import clock, paging, sql
from models.feed_choice import muted
from models.follow import allows
from models.settings import settings
from models.update import UpdateKind
from models.update_list import Asked, columns, shown

# Up to so many authors their lists are read; of the newest updates of all so many are walked.
FEW, WALKED = 1_000, 2_000
# More than anybody is connected with and follows.
MOST_KNOWN = 50_000
FEWER_DAYS = 7


class Filter(NamedTuple):
    """Which updates are wanted: of a kind, of the bearers of one of the viewer's tags."""

    kind: UpdateKind | None = None
    tag: int | None = None


# $1 is the viewer, $2 now, $3 how many are wanted, $4 since when; $5 the kind, $6 the tag, then
# the cursor.
_SIZE = (
    "SELECT (SELECT connections FROM inbox WHERE id = $1) AS connections, "
    "(SELECT count(*) FROM follow WHERE owner_id = $1) AS followed, "
    "(SELECT count(*) FROM relationship_tag WHERE tag_id = $2) AS bearers"
)
_LESS = "SELECT kind FROM feed_fewer WHERE owner_id = $1"
_TIED = (
    "SELECT other_id AS id FROM relationship WHERE owner_id = $1 AND ended_at IS NULL AND NOT muted"
)
_TAGGED = (
    "SELECT tie.other_id AS id FROM relationship_tag worn JOIN tag own ON own.id = worn.tag_id "
    "JOIN relationship tie ON tie.id = worn.relationship_id WHERE worn.tag_id = $6 "
    "AND own.owner_id = $1 AND tie.owner_id = $1 AND tie.ended_at IS NULL AND NOT tie.muted"
)
_FOLLOWED = (
    "SELECT f.other_id FROM follow f JOIN member m ON m.id = f.other_id "
    f"WHERE f.owner_id = $1 AND {allows('m', '$1', '$2')} AND NOT EXISTS (SELECT 1 FROM "
    "relationship tie WHERE tie.owner_id = $1 AND tie.other_id = f.other_id AND tie.muted "
    "AND tie.ended_at IS NULL)"
)
# Of one author: the same, asked of each. What a muted connection posts is not wanted, whether or
# not they are followed besides.
_PROBED = (
    "(up.author_id = $1 OR coalesce((SELECT CASE WHEN tie.ended_at IS NULL THEN "
    "CASE WHEN tie.muted THEN 0 ELSE 1 END END FROM relationship tie "
    "WHERE tie.owner_id = $1 AND tie.other_id = up.author_id), "
    "(SELECT 1 FROM follow f WHERE f.owner_id = $1 AND f.other_id = up.author_id "
    f"AND {allows('m', '$1', '$2')}), 0) = 1)"
)
_NEWEST = "ORDER BY up.posted_at DESC, up.id DESC"


def _fewer(kinds: Sequence[str]) -> str:
    """A condition: of these kinds `up` is the newest of its author's in its seven days that the
    viewer sees. One they do not see must not make another disappear.
    """
    if not kinds:
        return ""
    among = ", ".join(f"'{UpdateKind(kind)}'" for kind in kinds)
    soon = (
        f"julianday(later.posted_at) < julianday(up.posted_at) + {FEWER_DAYS}"
        if sql.is_sqlite()
        else f"later.posted_at < up.posted_at + interval '{FEWER_DAYS} days'"
    )
    return (
        f" AND NOT (up.kind IN ({among}) AND EXISTS (SELECT 1 FROM member_update later "
        "WHERE later.author_id = up.author_id AND later.kind = up.kind "
        "AND (later.posted_at, later.id) > (up.posted_at, up.id) "
        f"AND {soon} AND {shown('later', 'm', '$1', '$2')}))"
    )


async def page(
    viewer: int, wanted: Filter, first: int, after: str | None, asked: Asked
) -> paging.Page:
    """A page of the viewer's feed, in two statements. Raises BadPage."""
    number = paging.check_first(first) + 1
    key = paging.moment_key("upd", after)
    size = await sql.row(f"{_SIZE}, {_kinds()} AS fewer", viewer, wanted.tag)
    assert size is not None
    many = size["connections"] + size["followed"] if wanted.tag is None else size["bearers"]
    now = clock.now()
    values = [viewer, now, number, now - timedelta(days=settings().feed_days)]
    behind, marks = paging.behind(key, "up.posted_at", "up.id", 7)
    fewer = (size["fewer"] or "").split()
    text = _statement(wanted, fewer, behind, asked, walking=many > FEW)
    kind = wanted.kind.value if wanted.kind else None
    rows = await sql.rows(text, *values, kind, wanted.tag, *marks)
    return paging.cut(rows, first)


def _kinds() -> str:
    together = "group_concat" if sql.is_sqlite() else "string_agg"
    return f"(SELECT {together}(kind, ' ') FROM ({_LESS}) less)"


def _statement(
    wanted: Filter, fewer: Sequence[str], behind: str, asked: Asked, *, walking: bool
) -> str:
    # Every placeholder occurs in every statement, or PostgreSQL cannot tell their types.
    wish = (
        f"up.posted_at > $4{behind} AND ($5::text IS NULL OR up.kind = $5::text) "
        f"AND {shown('up', 'm', '$1', '$2')} AND NOT {muted('up.author_id', '$1', '$2')}"
        f"{_fewer(fewer)}"
    )
    known = _TAGGED
    if wanted.tag is None:
        known = f"SELECT $1::bigint AS id UNION {_TIED} UNION {_FOLLOWED}"
    # More than there are: without a number SQLite expects a million, and hashes all updates first.
    parts = [f"known AS MATERIALIZED ({known} LIMIT {MOST_KNOWN if walking else 2 * FEW})"]
    source, found = "known", "found"
    if walking:
        parts += _walk(wanted, behind, wish)
        # What is older than all that was walked, where that did not fill the page.
        source = (
            "(SELECT at FROM bottom WHERE (SELECT count(*) FROM walked) < $3) rest CROSS JOIN known"
        )
        wish += " AND up.posted_at < rest.at"
        found = "(SELECT * FROM walked UNION ALL SELECT * FROM found)"
    parts.append(f"found AS MATERIALIZED ({_lists(source, wish)})")
    parts.append(f"page AS MATERIALIZED (SELECT id, posted_at FROM {found} up {_NEWEST} LIMIT $3)")
    return (
        # CROSS JOIN: else SQLite reads all updates, in their order, and looks each up in the page.
        f"WITH {', '.join(parts)} SELECT {columns(asked, '$1')} FROM page "
        "CROSS JOIN member_update up JOIN member m ON m.id = up.author_id "
        f"WHERE up.id = page.id AND ($6::bigint IS NULL OR true) {_NEWEST}"
    )


def _lists(source: str, wish: str) -> str:
    """The newest of those whom `source` names, each by their own list."""
    if sql.is_sqlite():
        return (
            f"SELECT up.id, up.posted_at FROM {source} "
            "CROSS JOIN member_update up ON up.author_id = known.id "
            f"CROSS JOIN member m ON m.id = up.author_id WHERE {wish} {_NEWEST} LIMIT $3"
        )
    return (
        f"SELECT up.id, up.posted_at FROM {source} CROSS JOIN LATERAL (SELECT up.id, up.posted_at "
        "FROM member_update up JOIN member m ON m.id = up.author_id "
        f"WHERE up.author_id = known.id AND {wish} {_NEWEST} LIMIT $3) up {_NEWEST} LIMIT $3"
    )


def _walk(wanted: Filter, behind: str, wish: str) -> list[str]:
    """The newest of all, along their index, asking of each whose it is; down to `bottom`."""
    known = _PROBED if wanted.tag is None else "up.author_id IN (SELECT id FROM known)"
    return [
        "bottom AS MATERIALIZED (SELECT up.posted_at AS at FROM member_update up "
        f"WHERE up.posted_at > $4{behind} {_NEWEST} LIMIT 1 OFFSET {WALKED})",
        "walked AS MATERIALIZED (SELECT up.id, up.posted_at FROM member_update up "
        f"CROSS JOIN member m WHERE m.id = up.author_id AND {known} AND {wish} "
        f"AND up.posted_at >= coalesce((SELECT at FROM bottom), $4) {_NEWEST} LIMIT $3)",
    ]
