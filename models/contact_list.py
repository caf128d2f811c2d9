"""Reading the contact book: a member's own connections, filtered and sorted as they like.

One statement finds the rows of a page by what the viewer may see and only then reads their
columns. Hidden fields of the others are neither shown, nor found, nor sorted by. Folded names
(organisation.key_of) make both engines find and sort alike.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from models import clock, directory, paging, sql
from models.contact import MET_COLUMNS, MET_FROM
from models.directory import SEARCH_LONGEST, Wants
from models.organisation import key_of
from models.text import to_look_up
from models.visibility import sees_field

LONGEST_DAYS = 36_500
# Behind every text: rows without an organisation come last.
_LAST = "\U0010ffff"


class ContactSort(StrEnum):
    """How the book is sorted."""

    RECENT = "RECENT"
    NAME = "NAME"
    ORGANISATION = "ORGANISATION"
    LAST_CONTACT = "LAST_CONTACT"


class Filter(NamedTuple):
    """Which connections are wanted: those that meet all of it."""

    search: str = ""
    tags: Sequence[int] = ()
    organisation: str = ""
    place: str = ""
    no_contact_days: int | None = None
    remind_within_days: int | None = None
    muted: bool | None = None


EVERYBODY = Filter()


class _Values:
    """Values of a statement, each with its placeholder."""

    def __init__(self, *first: object) -> None:
        self.all = list(first)

    def put(self, value: object) -> str:
        """The placeholder of one more."""
        self.all.append(value)
        return f"${len(self.all)}"


# In the book the viewer is always $1.
_NAME = "m.name_key"
_SEEN = {
    name: f"CASE WHEN {sees_field('m', name, '$1', tied=True)} THEN m.{name}_key ELSE '' END"
    for name in ("organisation", "location")
}
# Connecting was a contact as well, and none that came before it is the last one.
_SINCE = "CASE WHEN c.last_contact_at >= c.connected_at THEN c.last_contact_at"
_CONTACT = f"{_SINCE} ELSE c.connected_at END"
_OWN = "c.owner_id = $1 AND c.ended_at IS NULL"


def _part(text: str) -> str:
    folded = key_of(to_look_up(text[:SEARCH_LONGEST]))
    return "%" + folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _conditions(wanted: Filter, values: _Values) -> str:
    found: list[str] = []
    if len(_part(wanted.search)) > 2:
        like = f"LIKE {values.put(_part(wanted.search))} ESCAPE '\\'"
        found.append(f"({_NAME} {like} OR m.handle {like} OR {_SEEN['organisation']} {like})")
    for name, text in (("organisation", wanted.organisation), ("location", wanted.place)):
        if len(_part(text)) > 2:
            found.append(f"{_SEEN[name]} LIKE {values.put(_part(text))} ESCAPE '\\'")
    found += [
        "EXISTS (SELECT 1 FROM relationship_tag worn JOIN tag t ON t.id = worn.tag_id "
        f"WHERE worn.relationship_id = c.id AND t.id = {values.put(tag)} AND t.owner_id = $1)"
        for tag in wanted.tags
    ]
    if wanted.no_contact_days is not None:
        since = clock.now() - timedelta(days=wanted.no_contact_days)
        found.append(f"{_CONTACT} <= {values.put(since)}")
    if wanted.remind_within_days is not None:
        until = clock.now() + timedelta(days=wanted.remind_within_days)
        found.append(f"c.remind_at <= {values.put(until)}")
    if wanted.muted is not None:
        found.append("c.muted" if wanted.muted else "NOT c.muted")
    return "".join(f" AND {each}" for each in found)


class _Order(NamedTuple):
    """How a page is sorted: the key's name and expression, what is behind the cursor, and which
    way it goes.
    """

    name: str
    expression: str
    behind: str
    way: str


def _order(sort: ContactSort, after: str | None, values: _Values) -> _Order:
    key: Any
    if sort in (ContactSort.RECENT, ContactSort.LAST_CONTACT):
        newest = sort is ContactSort.RECENT
        name, expression = "sort_at", "c.connected_at" if newest else _CONTACT
        key, kind = paging.moment_key(_kind(sort), after), "timestamptz"
    else:
        newest = False
        name, expression = "sort_key", sql.in_order(_NAME)
        if sort is ContactSort.ORGANISATION:
            # Nothing folded contains a tab, and it comes before all else: one key sorts by both.
            seen = f"coalesce(nullif({_SEEN['organisation']}, ''), '{_LAST}')"
            expression = sql.in_order(f"({seen} || '\t' || {_NAME})")
        key, kind = paging.text_key(_kind(sort), after), "text"
    behind = ""
    if key is not None:
        mark, number = values.put(key[0]), values.put(key[1])
        behind = f"WHERE ({name}, other_id) {'<' if newest else '>'} ({mark}::{kind}, {number})"
    return _Order(name, expression, behind, "DESC" if newest else "ASC")


def _of_those(used: str, conditions: str) -> str:
    """The connections that last and are shown; 10,000 members are looked up only where something
    is asked of each (`used`), else those who are away are looked for among the few that are.
    """
    if "m." in used:
        joined = " JOIN member m ON m.id = c.other_id AND m.suspended_at IS NULL"
        return f"relationship c{joined} WHERE {_OWN}{conditions}"
    away = "c.other_id NOT IN (SELECT id FROM member WHERE suspended_at IS NOT NULL)"
    return f"relationship c WHERE {_OWN} AND {away}{conditions}"


def _kind(sort: ContactSort) -> str:
    return f"book-{sort.value.lower()}"


async def page(
    viewer: int,
    wanted: Filter,
    sort: ContactSort,
    first: int,
    after: str | None,
    wants: Wants,
    *,
    counted: bool,
) -> paging.Page:
    """A page of the viewer's book; each row with the number of all as `total` if `counted`."""
    values = _Values(viewer, paging.check_first(first) + 1)
    conditions = _conditions(wanted, values)
    name, expression, behind, way = _order(sort, after, values)
    total = ""
    if counted and conditions:
        total = "(SELECT count(*) FROM book) AS total, "
    elif counted:
        total = "(SELECT connections FROM inbox WHERE id = $1) AS total, "
    rows = await sql.rows(
        f"WITH book AS (SELECT c.id, c.other_id, {expression} AS {name} "
        f"FROM {_of_those(expression + conditions, conditions)}), "
        f"page AS (SELECT * FROM book {behind} ORDER BY {name} {way}, other_id {way} LIMIT $2) "
        f"SELECT page.{name}, {total}{_COLUMNS}, {directory.columns(wants, '$1')} FROM page "
        f"JOIN relationship c ON c.id = page.id JOIN member m ON m.id = page.other_id {MET_FROM} "
        f"ORDER BY page.{name} {way}, page.other_id {way}",
        *values.all,
    )
    return paging.cut(rows, first)


async def count(viewer: int, wanted: Filter) -> int:
    """How many connections meet the filter."""
    values = _Values(viewer)
    conditions = _conditions(wanted, values)
    if not conditions:
        query = "SELECT connections AS n FROM inbox WHERE id = $1"
    else:
        query = f"SELECT count(*) AS n FROM {_of_those(conditions, conditions)}"
    row = await sql.row(query, *values.all)
    return int(row["n"]) if row else 0


# A side with what its owner alone reads of it.
_COLUMNS = (
    "c.id, c.other_id, c.request_id, c.connected_at, c.listed, c.ended_at, c.ended_by_id, "
    f"c.muted, {_SINCE} END AS last_contact_at, c.remind_at, c.remind_every_weeks, {MET_COLUMNS}"
)


async def own_by_ids(viewer: int, keys: Sequence[int]) -> dict[int, sql.Row]:
    """The viewer's own sides with their private columns, ended ones too, by key."""
    rows = await sql.rows(
        f"SELECT {_COLUMNS} FROM relationship c {MET_FROM} "
        f"WHERE c.owner_id = $1 AND c.id {sql.among(2)}",
        viewer,
        list(keys),
    )
    return {row["id"]: row for row in rows}


def cursor(sort: ContactSort, row: sql.Row) -> str:
    """The cursor behind a row of the book."""
    if sort in (ContactSort.RECENT, ContactSort.LAST_CONTACT):
        return paging.moment_cursor(_kind(sort), row["sort_at"], row["other_id"])
    return paging.text_cursor(_kind(sort), row["sort_key"], row["other_id"])
