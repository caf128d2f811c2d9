"""What else stands on a profile, item by item: skills, languages, links, featured work, what the
member is open to, and contact data.
"""

from enum import StrEnum

from tortoise import fields

from models.audience import FieldAudience
from models.base import SHORT, Stored, belongs_to_member

VALUE_LONGEST = 500


class EntryKind(StrEnum):
    """What an entry is."""

    SKILL = "SKILL"
    LANGUAGE = "LANGUAGE"
    LINK = "LINK"
    FEATURED = "FEATURED"
    OPEN_TO = "OPEN_TO"
    CONTACT = "CONTACT"


class ProfileEntry(Stored):
    """One of them. `value` is the skill, language, address or flag; `label` what stands beside it
    (a level, a title, a kind of contact data); `key` keeps one from being listed twice.
    """

    member = belongs_to_member()
    kind = fields.CharField(max_length=10)
    value = fields.CharField(max_length=VALUE_LONGEST)
    label = fields.CharField(max_length=SHORT, db_default="")
    detail = fields.CharField(max_length=VALUE_LONGEST, db_default="")
    key = fields.CharField(max_length=VALUE_LONGEST * 2)
    rank = fields.SmallIntField(db_default=0)
    audience = fields.SmallIntField(db_default=int(FieldAudience.MEMBERS))

    class Meta:
        table = "profile_entry"
