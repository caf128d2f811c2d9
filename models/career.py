"""Careers: a member's time at organisations, at work or at study."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete

from models.audience import FieldAudience
from models.base import LONG, SHORT, Stored, belongs_to_member

# What "until now" compares as, in months since year 0.
PRESENT = 999_999


class CareerKind(StrEnum):
    """Positions are WORK, education is STUDY."""

    WORK = "WORK"
    STUDY = "STUDY"


class CareerEntry(Stored):
    """One position or one education. `starts` and `ends` are the dates in months since year 0
    (January where the first month is unknown, December where the last is), for comparing;
    `ends` is PRESENT while it goes on. `place` is the organisation's name as the member writes
    it: the shared record's spelling may be that of somebody who does not show they were there.
    """

    member = belongs_to_member()
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", related_name=False, on_delete=OnDelete.RESTRICT
    )
    place = fields.CharField(max_length=SHORT, db_default="")
    kind = fields.CharField(max_length=5)
    title = fields.CharField(max_length=SHORT, db_default="")
    description = fields.CharField(max_length=LONG, db_default="")
    start_year = fields.SmallIntField()
    start_month = fields.SmallIntField(null=True)
    end_year = fields.SmallIntField(null=True)
    end_month = fields.SmallIntField(null=True)
    starts = fields.IntField()
    ends = fields.IntField()
    audience = fields.SmallIntField(db_default=int(FieldAudience.MEMBERS))

    class Meta:
        table = "career_entry"
