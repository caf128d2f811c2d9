"""Pictures of members: re-encoded, without what a camera wrote into them."""

from tortoise import fields

from models.base import Stored, belongs_to_member

AVATAR_KEY = 22


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
