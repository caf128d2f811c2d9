"""Devices that a member has signed in on, so that a new one is told of.

A device is what its browser says it is, without versions, which change every few weeks. That is
no proof: it tells a member of what they do not expect, and keeps nobody out.
"""

import re

from tortoise import fields

from models import credential, ids, sql
from models.base import Stored, belongs_to_member
from models.unit import Unit

_VERSIONS = re.compile(r"[\d._]+")


class Device(Stored):
    """One member's browser, as a mark over what it calls itself."""

    member = belongs_to_member()
    mark = fields.CharField(max_length=64)
    since_at = fields.DatetimeField()

    class Meta:
        table = "device"


async def is_new(u: Unit, member_id: int, user_agent: str) -> bool:
    """Whether the member signs in on a device that they never did before, having been on others;
    from now on it is known. Part of a unit.
    """
    made = await sql.row(
        "INSERT INTO device (id, member_id, mark, since_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (member_id, mark) DO NOTHING RETURNING id, "
        "EXISTS (SELECT 1 FROM device d WHERE d.member_id = $2 AND d.mark <> $3) AS others",
        ids.new_id(),
        member_id,
        credential.hashed(_VERSIONS.sub("", user_agent)),
        u.now,
    )
    return made is not None and bool(made["others"])
