"""What a member wants less of in their feed: theirs alone, and never told."""

from tortoise import fields

from models.base import Stored, belongs_to_member


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
