"""Who sees one thing of a profile: a number on the row, and tags where it is for some."""

from enum import IntEnum

from tortoise import fields

from models.base import Stored, belongs_to, belongs_to_member


class FieldAudience(IntEnum):
    """Who sees a field of a profile, of those who see the profile at all; larger is fewer."""

    EVERYONE = 0
    MEMBERS = 1
    CONNECTIONS = 2
    TAGS = 3
    ONLY_ME = 4


class AudienceTag(Stored):
    """A tag whose bearers see something under FieldAudience.TAGS.

    `subject_id` is the key of the row it is about, or the member's for a field of the member,
    which `field` names then.
    """

    owner = belongs_to_member()
    subject_id = fields.BigIntField()
    field = fields.CharField(max_length=20, default="")
    tag = belongs_to("Tag")

    class Meta:
        table = "audience_tag"
