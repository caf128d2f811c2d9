"""Following: one-way, for the work one admires; it opens nothing and tells nobody.

A follow counts as long as the followed lets the follower: a narrower choice of audience, or of
who finds them, silences those outside it, and a wider one brings them back. So what is read here
always asks (`lasts`), and nothing is swept.
"""

from collections.abc import Sequence
from enum import StrEnum

from tortoise import fields

from models import clock, directory, ids, paging, sql
from models.base import Stored, belongs_to_member
from models.directory import Wants
from models.problem import Code, Problem
from models.unit import Unit, in_unit
from models.visibility import connected, may_see

MOST = 10_000


class FollowAudience(StrEnum):
    """Who may follow a member."""

    MEMBERS = "MEMBERS"
    CONNECTIONS = "CONNECTIONS"
    NOBODY = "NOBODY"


class Follow(Stored):
    """`owner` follows `other`."""

    owner = belongs_to_member()
    other = belongs_to_member()
    followed_at = fields.DatetimeField()

    class Meta:
        table = "follow"


def allows(member: str, follower: str, now: str) -> str:
    """A condition: table alias `member` lets `follower` (an expression) follow them.

    They must be visible to the follower, and another.
    """
    return (
        f"({member}.id <> {follower} AND {may_see(member, follower, now)} "
        f"AND ({member}.follow_audience = '{FollowAudience.MEMBERS}' "
        f"OR ({member}.follow_audience = '{FollowAudience.CONNECTIONS}' "
        f"AND {connected(follower, member + '.id')})))"
    )


def lasts(member: str, follower: str, now: str) -> str:
    """A condition: `follower` follows table alias `member`, who lets them."""
    return (
        f"(EXISTS (SELECT 1 FROM follow WHERE follow.owner_id = {follower} "
        f"AND follow.other_id = {member}.id) AND {allows(member, follower, now)})"
    )


async def standing(viewer: int, keys: Sequence[int]) -> dict[int, sql.Row]:
    """Whether the viewer `follows` these members, and `may`, by their key; one statement."""
    rows = await sql.rows(
        f"SELECT m.id, {allows('m', '$1', '$2')} AS may, {lasts('m', '$1', '$2')} AS follows "
        f"FROM member m WHERE m.id {sql.among(3)}",
        viewer,
        clock.now(),
        list(keys),
    )
    return {row["id"]: row for row in rows}


@in_unit
async def follow(u: Unit, viewer: int, member: int) -> None:
    """Follow a member. Raises SELF, TOO_MANY, or RECIPIENT_UNAVAILABLE for all that is theirs."""
    if member == viewer:
        raise Problem(Code.SELF, "You cannot follow yourself.", field=("memberId",))
    # Two at once must not both see one place left.
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", viewer)
    facts = await sql.row(
        "SELECT (SELECT count(*) FROM follow WHERE owner_id = $1) AS followed, "
        "(SELECT count(*) FROM follow WHERE owner_id = $1 AND other_id = $3) AS already, "
        f"(SELECT count(*) FROM member m WHERE m.id = $3 AND {allows('m', '$1', '$2')}) AS may",
        viewer,
        u.now,
        member,
    )
    assert facts is not None
    if facts["followed"] >= MOST and not facts["already"]:
        raise Problem(
            Code.TOO_MANY,
            f"You follow {MOST:,} members, as many as one may.",
            field=("memberId",),
        )
    if not facts["may"]:
        raise Problem(
            Code.RECIPIENT_UNAVAILABLE,
            "This member cannot be followed at the moment.",
            field=("memberId",),
        )
    if not facts["already"]:
        await sql.change(
            "INSERT INTO follow (id, owner_id, other_id, followed_at) VALUES ($1, $2, $3, $4)",
            ids.new_id(),
            viewer,
            member,
            u.now,
        )


@in_unit
async def unfollow(_u: Unit, viewer: int, member: int) -> None:
    """Stop following; also whom one can no longer see, and whom one does not follow."""
    await sql.change("DELETE FROM follow WHERE owner_id = $1 AND other_id = $2", viewer, member)


@in_unit
async def remove_follower(_u: Unit, viewer: int, member: int) -> None:
    """Have a member no longer follow the viewer. They are not told, and may follow again."""
    await sql.change("DELETE FROM follow WHERE owner_id = $1 AND other_id = $2", member, viewer)


@in_unit
async def choose_audience(_u: Unit, viewer: int, audience: FollowAudience) -> None:
    """Who may follow from now on; who is outside does not, as long as it stays so."""
    await sql.change("UPDATE member SET follow_audience = $2 WHERE id = $1", viewer, audience.value)


_FOLLOWING = (
    "FROM follow f JOIN member m ON m.id = f.other_id WHERE f.owner_id = $1 "
    f"AND {allows('m', '$1', '$2')}"
)
# Followers whom the viewer may see, as far as the viewer lets them follow.
_FOLLOWERS = (
    "FROM follow f JOIN member m ON m.id = f.owner_id JOIN member me ON me.id = f.other_id "
    f"WHERE f.other_id = $1 AND {may_see('m', '$1', '$2')} AND {allows('me', 'm.id', '$2')}"
)


async def following(viewer: int, first: int, after: str | None, wants: Wants) -> paging.Page:
    """Whom the viewer follows, the last first."""
    return await _listed(_FOLLOWING, viewer, first, after, wants)


async def followers(viewer: int, first: int, after: str | None, wants: Wants) -> paging.Page:
    """Who follows the viewer, the last first, as far as the viewer may see them."""
    return await _listed(_FOLLOWERS, viewer, first, after, wants)


async def count_following(viewer: int) -> int:
    """How many the viewer follows; the list shows as many."""
    return await _count(_FOLLOWING, viewer)


async def count_followers(viewer: int) -> int:
    """How many follow the viewer, as the list shows them; counted up to MOST."""
    return await _count(_FOLLOWERS, viewer)


async def _listed(
    source: str, viewer: int, first: int, after: str | None, wants: Wants
) -> paging.Page:
    key = paging.moment_key("fol", after)
    behind, values = paging.behind(key, "f.followed_at", "f.id", 4)
    rows = await sql.rows(
        f"SELECT f.id AS follow_id, f.followed_at, {directory.columns(wants, '$1')} "
        f"{source}{behind} ORDER BY f.followed_at DESC, f.id DESC LIMIT $3",
        viewer,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


async def _count(source: str, viewer: int) -> int:
    row = await sql.row(
        f"SELECT count(*) AS n FROM (SELECT 1 {source} LIMIT {MOST}) listed", viewer, clock.now()
    )
    assert row is not None
    return int(row["n"])


def cursor(row: sql.Row) -> str:
    """The cursor behind somebody in a list of followed or followers."""
    return paging.moment_cursor("fol", row["followed_at"], row["follow_id"])
