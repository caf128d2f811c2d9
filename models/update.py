"""Updates: what a member posts, to an audience. Feeds are read by query (models/feed.py): posting
writes nothing for those who will read it.
"""

from enum import StrEnum

from tortoise import fields

from models.base import Stored, belongs_to, belongs_to_member

LONGEST = 5000
MOST_PICTURES = 4
PICTURE_KEY = 22


class UpdateKind(StrEnum):
    """What an update is."""

    NEWS = "NEWS"
    QUESTION = "QUESTION"
    OPPORTUNITY = "OPPORTUNITY"
    WORTH_READING = "WORTH_READING"


class Update(Stored):
    """One update. `audience` is a FieldAudience but ONLY_ME; its tags stand in audience_tag by
    the update's key.
    """

    author = belongs_to_member()
    kind = fields.CharField(max_length=15)
    text = fields.TextField()
    link = fields.CharField(max_length=500, default="")
    audience = fields.SmallIntField()
    posted_at = fields.DatetimeField()
    edited_at = fields.DatetimeField(null=True)
    # Posted because a profile was edited and the box was ticked.
    from_profile = fields.BooleanField(default=False)
    replies = fields.IntField(default=0)
    thanks = fields.IntField(default=0)

    class Meta:
        table = "member_update"


class UpdatePicture(Stored):
    """A picture of an update, encoded anew. Its key is part of its address."""

    update = belongs_to("Update")
    rank = fields.SmallIntField()
    key = fields.CharField(max_length=PICTURE_KEY, unique=True)
    image = fields.BinaryField()
    width = fields.IntField()
    height = fields.IntField()
    description = fields.CharField(max_length=500, default="")

    class Meta:
        table = "update_picture"


class UpdateReply(Stored):
    """A reply to an update, for those who see the update."""

    update = belongs_to("Update")
    author = belongs_to_member()
    text = fields.TextField()
    replied_at = fields.DatetimeField()

    class Meta:
        table = "update_reply"


class UpdateThanks(Stored):
    """The one reaction: `member` says thanks for an update."""

    update = belongs_to("Update")
    member = belongs_to_member()
    thanked_at = fields.DatetimeField()

    class Meta:
        table = "update_thanks"
