"""Tags: words a member puts on their connections, for themself alone."""

from tortoise import fields

from models.base import Stored, belongs_to, belongs_to_member

TAG_LONGEST = 40


class Tag(Stored):
    """One of a member's tags; `key` tells two spellings of one from each other."""

    owner = belongs_to_member()
    name = fields.CharField(max_length=TAG_LONGEST)
    key = fields.CharField(max_length=TAG_LONGEST * 2)

    class Meta:
        table = "tag"


class RelationshipTag(Stored):
    """A tag on the owner's side of a connection."""

    relationship = belongs_to("Relationship")
    tag = belongs_to("Tag")

    class Meta:
        table = "relationship_tag"
