"""Following: one-way, for the work one admires; it opens nothing."""

from enum import StrEnum

from tortoise import fields

from models.base import Stored, belongs_to_member


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
