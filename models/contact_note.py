"""The log of a contact: what its owner wrote down about it, for themself alone."""

from enum import StrEnum

from tortoise import fields

from models.base import LONG, SHORT, Stored, belongs_to


class ContactNoteKind(StrEnum):
    """What was written down: a thought, a meeting, or that one was in touch."""

    NOTE = "NOTE"
    MET = "MET"
    CONTACTED = "CONTACTED"


class ContactNote(Stored):
    """An entry of the log on the owner's side of a connection."""

    relationship = belongs_to("Relationship")
    kind = fields.CharField(max_length=10)
    text = fields.CharField(max_length=LONG, db_default="")
    place = fields.CharField(max_length=SHORT, db_default="")
    happened_at = fields.DatetimeField()
    written_at = fields.DatetimeField()

    class Meta:
        table = "contact_note"
