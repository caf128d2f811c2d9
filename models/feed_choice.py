"""What a member wants less of in their feed: theirs alone, and never told."""

from datetime import datetime, timedelta

from tortoise import fields

from models import clock, directory, ids, paging, sql
from models.base import Stored, belongs_to_member
from models.directory import Wants
from models.problem import Code, Problem
from models.unit import Unit, in_unit
from models.update import UpdateKind
from models.visibility import may_see

MOST_MUTES = 10_000
SNOOZE = timedelta(days=30)


class FeedMute(Stored):
    """`owner` sees no updates of `other`: until a moment (snoozed), or for good."""

    owner = belongs_to_member()
    other = belongs_to_member()
    until_at = fields.DatetimeField(null=True)

    class Meta:
        table = "feed_mute"


class FeedFewer(Stored):
    """`owner` wants fewer updates of a kind: at most the newest of each author in seven days."""

    owner = belongs_to_member()
    kind = fields.CharField(max_length=15)

    class Meta:
        table = "feed_fewer"


def muted(author: str, viewer: str, now: str) -> str:
    """A condition: the viewer wants nothing of this author (an expression) in their feed."""
    return (
        "EXISTS (SELECT 1 FROM feed_mute less "
        f"WHERE less.owner_id = {viewer} AND less.other_id = {author} "
        f"AND (less.until_at IS NULL OR less.until_at > {now}))"
    )


async def mute(owner: int, member: int) -> None:
    """Show nothing of a member in the feed any more, until it is taken back."""
    await _mute(owner, member, None)


async def snooze(owner: int, member: int) -> None:
    """Show nothing of a member in the feed for 30 days from now, also of one muted for good."""
    await _mute(owner, member, clock.now() + SNOOZE)


@in_unit
async def _mute(u: Unit, owner: int, member: int, until: datetime | None) -> None:
    if member == owner:
        raise Problem(Code.SELF, "This is you.", field=("memberId",))
    # Two at once must not both see one place left.
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner)
    facts = await sql.row(
        f"SELECT (SELECT count(*) FROM member m WHERE m.id = $3 AND {may_see('m', '$1', '$2')}) "
        "AS there, (SELECT count(*) FROM feed_mute WHERE owner_id = $1 AND other_id <> $3) AS n",
        owner,
        u.now,
        member,
    )
    assert facts is not None
    if not facts["there"]:
        raise Problem(Code.NOT_FOUND, "This member is no longer there.", field=("memberId",))
    if facts["n"] >= MOST_MUTES:
        raise Problem(Code.TOO_MANY, f"At most {MOST_MUTES:,} members can be muted.")
    await sql.change(
        "INSERT INTO feed_mute (id, owner_id, other_id, until_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (owner_id, other_id) DO UPDATE SET until_at = excluded.until_at",
        ids.new_id(),
        owner,
        member,
        until,
    )


@in_unit
async def unmute(_u: Unit, owner: int, member: int) -> None:
    """Show a member's updates again; also of one the owner can no longer see."""
    await sql.change("DELETE FROM feed_mute WHERE owner_id = $1 AND other_id = $2", owner, member)


async def mutes(owner: int, first: int, after: str | None, wants: Wants) -> paging.Page:
    """Whom the owner muted or snoozed and may see, the last first; those whose time is over
    are left out.
    """
    behind = paging.decode("mut", after, 1)[0] if after is not None else 2**63 - 1
    rows = await sql.rows(
        f"SELECT f.id, f.until_at, {directory.columns(wants, '$1')} FROM feed_mute f "
        "JOIN member m ON m.id = f.other_id WHERE f.owner_id = $1 AND f.id < $3 "
        f"AND (f.until_at IS NULL OR f.until_at > $2) AND {may_see('m', '$1', '$2')} "
        "ORDER BY f.id DESC LIMIT $4",
        owner,
        clock.now(),
        behind,
        paging.check_first(first) + 1,
    )
    return paging.cut(rows, first)


def mute_cursor(row: sql.Row) -> str:
    """The cursor behind somebody muted."""
    return paging.encode("mut", row["id"])


async def fewer_kinds(owner: int) -> list[UpdateKind]:
    """The kinds of which the owner wants fewer."""
    rows = await sql.rows("SELECT kind FROM feed_fewer WHERE owner_id = $1", owner)
    wanted = {row["kind"] for row in rows}
    return [kind for kind in UpdateKind if kind in wanted]


@in_unit
async def show_fewer(_u: Unit, owner: int, kind: UpdateKind, fewer: bool) -> None:
    """Show fewer updates of a kind, or all of them again."""
    if fewer:
        await sql.change(
            "INSERT INTO feed_fewer (id, owner_id, kind) VALUES ($1, $2, $3) "
            "ON CONFLICT (owner_id, kind) DO NOTHING",
            ids.new_id(),
            owner,
            kind.value,
        )
    else:
        await sql.change(
            "DELETE FROM feed_fewer WHERE owner_id = $1 AND kind = $2", owner, kind.value
        )


async def seen_at(owner: int) -> datetime | None:
    """Up to when the owner has read their feed."""
    row = await sql.row("SELECT feed_seen_at FROM member WHERE id = $1", owner)
    return row["feed_seen_at"] if row else None


@in_unit
async def mark_seen(u: Unit, owner: int, until: datetime | None = None) -> None:
    """The owner has read their feed up to a moment, or to now; never back again."""
    at = u.now if until is None else min(until, u.now)
    await sql.change(
        "UPDATE member SET feed_seen_at = $2 WHERE id = $1 "
        "AND (feed_seen_at IS NULL OR feed_seen_at < $2)",
        owner,
        at,
    )
