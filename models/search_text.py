"""What members are found by: one row per word or line of a profile, with its own audience."""

from enum import StrEnum

from tortoise import fields

from models.base import Stored, belongs_to_member


class SearchKind(StrEnum):
    """What part of a profile a row is."""

    NAME = "NAME"
    HEADLINE = "HEADLINE"
    ORGANISATION = "ORGANISATION"
    SCHOOL = "SCHOOL"
    SKILL = "SKILL"
    PLACE = "PLACE"


class SearchText(Stored):
    """`text` is folded (organisation.key_of); `subject_id` and `field` find the audience's tags."""

    member = belongs_to_member()
    kind = fields.CharField(max_length=12)
    subject_id = fields.BigIntField()
    field = fields.CharField(max_length=20, db_default="")
    audience = fields.SmallIntField(db_default=0)
    text = fields.CharField(max_length=300)

    class Meta:
        table = "search_text"
