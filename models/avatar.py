"""Pictures of members: re-encoded, without what a camera wrote into them."""

import re
import secrets

from tortoise import fields

from models import clock, ids, picture, sql
from models.base import Stored, belongs_to_member
from models.problem import Code, Problem
from models.settings import settings
from models.unit import Unit, in_unit
from models.visibility import may_see, sees_field

AVATAR_KEY = 22
# What `secrets.token_urlsafe` makes. Anything else is nobody's key, and may not even be storable.
_KEY = re.compile(rf"[A-Za-z0-9_-]{{{AVATAR_KEY}}}")
FIELD = "image"


class Avatar(Stored):
    """The picture a member shows. Its key stands on the member as well, changes with every
    picture and is part of its address.
    """

    member = belongs_to_member()
    key = fields.CharField(max_length=AVATAR_KEY, unique=True)
    image = fields.BinaryField()
    made_at = fields.DatetimeField()

    class Meta:
        table = "avatar"


async def put(member: int, data: bytes) -> None:
    """Show this picture from now on. Raises IMAGE_INVALID."""
    if not data:
        raise Problem(Code.IMAGE_INVALID, "Choose a picture.", field=(FIELD,))
    most = settings().avatar_kilobytes
    if len(data) > most * 1024:
        raise Problem(
            Code.IMAGE_INVALID, f"This picture is larger than {most:,} KiB.", field=(FIELD,)
        )
    await _put(member, await picture.square(data, FIELD))


@in_unit
async def _put(u: Unit, member: int, image: bytes) -> None:
    key = secrets.token_urlsafe(16)
    # The member's row first: it is what two uploads at once wait for.
    await sql.change("UPDATE member SET avatar_key = $2 WHERE id = $1", member, key)
    await sql.change(
        "INSERT INTO avatar (id, member_id, key, image, made_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (member_id) DO UPDATE SET key = excluded.key, image = excluded.image, "
        "made_at = excluded.made_at",
        ids.new_id(),
        member,
        key,
        image,
        u.now,
    )


@in_unit
async def remove(_u: Unit, member: int) -> None:
    """Show no picture: initials take its place."""
    await sql.change("UPDATE member SET avatar_key = NULL WHERE id = $1", member)
    await sql.change("DELETE FROM avatar WHERE member_id = $1", member)


async def image_of(viewer: int | None, member: int, key: str) -> bytes | None:
    """The picture with this key, if it is the member's now and the viewer may see it."""
    if not _KEY.fullmatch(key):
        return None
    who = None if viewer is None else "$1"
    row = await sql.row(
        "SELECT a.image FROM avatar a JOIN member m ON m.id = a.member_id "
        "WHERE m.id = $3 AND a.key = $4 "
        "AND ($1::bigint IS NULL OR true) AND ($2::timestamptz IS NOT NULL) "
        f"AND {may_see('m', who, '$2')} AND {sees_field('m', 'avatar', who)}",
        viewer,
        clock.now(),
        member,
        key,
    )
    return bytes(row["image"]) if row else None
