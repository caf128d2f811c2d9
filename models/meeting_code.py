"""Codes for those who meet in person: shown for a day, scanned or typed by the other."""

from tortoise import fields

from models.base import SHORT, Stored, belongs_to_member


class MeetingCode(Stored):
    """A code a member shows. Only a keyed hash is stored; `event_key` recognises the event. At
    most one of a member's is `shown`.
    """

    member = belongs_to_member()
    code_hash = fields.CharField(max_length=64, unique=True)
    event = fields.CharField(max_length=SHORT, db_default="")
    event_key = fields.CharField(max_length=SHORT * 2, db_default="")
    place = fields.CharField(max_length=SHORT, db_default="")
    made_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    shown = fields.BooleanField(db_default=True)

    class Meta:
        table = "meeting_code"
