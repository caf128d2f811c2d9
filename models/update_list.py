"""Reading updates as a viewer may see them; one statement a list.

Who sees an update is whoever is in its audience and sees its author. What is counted below it is
counted with the viewer's eyes as well: a reply or thanks of somebody they may not see is none.
"""

from collections.abc import Sequence
from typing import NamedTuple

from models import clock, directory, paging, sql
from models.audience import FieldAudience
from models.directory import Wants
from models.profile import own_tags
from models.visibility import may_see, sees

# Replies and thanks are counted up to this: what a page costs must not grow without end.
COUNTED = 1_000


class Asked(NamedTuple):
    """Which columns of updates, and of their authors, are wanted."""

    people: Wants = Wants()
    replies: bool = True
    thanks: bool = True
    pictures: bool = True


ALL = Asked()


def shown(update: str, author: str, viewer: str | None, now: str, *, tied: bool = False) -> str:
    """A condition: the viewer sees table alias `update`, written by member alias `author`."""
    seen = sees(f"{update}.audience", f"{author}.id", f"{update}.id", "", viewer, tied=tied)
    return f"({seen} AND {may_see(author, viewer, now)})"


def columns(asked: Asked, viewer: str | None, now: str = "$2") -> str:
    """The columns of update `up` and of its author `m`; the placeholders are the viewer's and
    now's.
    """
    chosen = [
        "up.id AS up_id, up.author_id AS up_author, up.kind AS up_kind, up.text AS up_text, "
        "up.link AS up_link, up.posted_at AS up_posted_at, up.edited_at AS up_edited_at, "
        "up.from_profile AS up_from_profile",
        directory.columns(asked.people, viewer),
    ]
    if viewer is not None:
        own = f"up.author_id = {viewer}"
        chosen.append(f"CASE WHEN {own} THEN up.audience END AS up_audience")
        chosen.append(
            f"CASE WHEN {own} AND up.audience = {FieldAudience.TAGS:d} "
            f"THEN {own_tags('up.id', '')} END AS up_tags"
        )
    if asked.replies:
        counted = _counted("update_reply", "author_id", viewer, now)
        chosen.append(f"CASE up.replies WHEN 0 THEN 0 ELSE {counted} END AS up_replies")
    if asked.thanks:
        counted = _counted("update_thanks", "member_id", viewer, now)
        chosen.append(f"CASE up.thanks WHEN 0 THEN 0 ELSE {counted} END AS up_thanks")
        mine = "false"
        if viewer is not None:
            mine = (
                "(up.thanks > 0 AND EXISTS (SELECT 1 FROM update_thanks own "
                f"WHERE own.update_id = up.id AND own.member_id = {viewer}))"
            )
        chosen.append(f"{mine} AS up_thanked")
    if asked.pictures:
        chosen.append(f"{_pictures()} AS up_pictures")
    return ", ".join(chosen)


def _counted(table: str, column: str, viewer: str | None, now: str) -> str:
    """An expression: how many rows below `up` are of members whom the viewer may see."""
    return (
        f"(SELECT count(*) FROM (SELECT 1 FROM {table} said JOIN member who "
        f"ON who.id = said.{column} WHERE said.update_id = up.id "
        f"AND {may_see('who', viewer, now)} LIMIT {COUNTED}) counted)"
    )


def _pictures() -> str:
    """An expression: the pictures of `up` in their order, as JSON; null without."""
    fields = "p.key, p.width, p.height, p.description"
    if sql.is_sqlite():
        of = f"SELECT json_group_array(json_array({fields}))"
    else:
        of = f"SELECT json_agg(json_build_array({fields}))"
    rows = "SELECT * FROM update_picture WHERE update_id = up.id ORDER BY rank"
    return f"({of} FROM ({rows}) p)"


async def by_ids(viewer: int | None, keys: Sequence[int], asked: Asked = ALL) -> dict[int, sql.Row]:
    """Those of these updates that the viewer may see, by key; one statement."""
    rows = await _some(viewer, asked, f"up.id {sql.among(3)}", "", list(keys))
    return {row["up_id"]: row for row in rows}


async def of_member(
    viewer: int | None, member: int, first: int, after: str | None, asked: Asked
) -> paging.Page:
    """A member's updates that the viewer may see, newest first."""
    behind, values = paging.behind(paging.moment_key("upd", after), "up.posted_at", "up.id", 5)
    rows = await _some(
        viewer,
        asked,
        f"up.author_id = $3{behind}",
        "ORDER BY up.posted_at DESC, up.id DESC LIMIT $4",
        member,
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


async def _some(
    viewer: int | None, asked: Asked, condition: str, order: str, *values: object
) -> Sequence[sql.Row]:
    who = None if viewer is None else "$1"
    return await sql.rows(
        f"SELECT {columns(asked, who)} FROM member_update up "
        f"JOIN member m ON m.id = up.author_id WHERE {condition} "
        # Both placeholders occur for every viewer, or PostgreSQL cannot tell their types.
        "AND ($1::bigint IS NULL OR true) AND $2::timestamptz IS NOT NULL "
        f"AND {shown('up', 'm', who, '$2')} {order}",
        viewer,
        clock.now(),
        *values,
    )


def cursor(row: sql.Row) -> str:
    """The cursor behind an update in any list of them."""
    return paging.moment_cursor("upd", row["up_posted_at"], row["up_id"])


async def replies(
    viewer: int | None, update: int, first: int, after: str | None, wants: Wants
) -> paging.Page:
    """The replies to an update that the viewer sees, oldest first, by those they may see."""
    behind = paging.decode("rpl", after, 1)[0] if after is not None else 0
    rows = await _replies(
        viewer,
        wants,
        "r.update_id = $3 AND r.id > $4 ORDER BY r.id LIMIT $5",
        update,
        behind,
        paging.check_first(first) + 1,
    )
    return paging.cut(rows, first)


async def reply(viewer: int, key: int) -> sql.Row | None:
    """One reply, if the viewer sees it."""
    rows = await _replies(viewer, Wants(), "r.id = $3", key)
    return rows[0] if rows else None


async def _replies(
    viewer: int | None, wants: Wants, condition: str, *values: object
) -> Sequence[sql.Row]:
    who = None if viewer is None else "$1"
    return await sql.rows(
        "SELECT r.id AS r_id, r.text AS r_text, r.replied_at AS r_replied_at, "
        f"r.update_id AS r_update, up.author_id AS up_author, {directory.columns(wants, who)} "
        "FROM update_reply r JOIN member_update up ON up.id = r.update_id "
        "JOIN member by_whom ON by_whom.id = up.author_id JOIN member m ON m.id = r.author_id "
        "WHERE ($1::bigint IS NULL OR true) AND $2::timestamptz IS NOT NULL "
        f"AND {shown('up', 'by_whom', who, '$2')} AND {may_see('m', who, '$2')} AND {condition}",
        viewer,
        clock.now(),
        *values,
    )


def reply_cursor(row: sql.Row) -> str:
    """The cursor behind a reply."""
    return paging.encode("rpl", row["r_id"])


async def thanked(
    author: int, update: int, first: int, after: str | None, wants: Wants
) -> paging.Page:
    """Who said thanks for an update of the author's, whom the author may see; the last first."""
    behind, values = paging.behind(paging.moment_key("thx", after), "t.thanked_at", "t.id", 5)
    rows = await sql.rows(
        f"SELECT t.id, t.thanked_at, {directory.columns(wants, '$1')} FROM update_thanks t "
        "JOIN member_update up ON up.id = t.update_id JOIN member m ON m.id = t.member_id "
        f"WHERE t.update_id = $3 AND up.author_id = $1 AND {may_see('m', '$1', '$2')}{behind} "
        "ORDER BY t.thanked_at DESC, t.id DESC LIMIT $4",
        author,
        clock.now(),
        update,
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


def thanks_cursor(row: sql.Row) -> str:
    """The cursor behind somebody who said thanks."""
    return paging.moment_cursor("thx", row["thanked_at"], row["id"])
