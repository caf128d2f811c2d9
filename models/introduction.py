"""Introductions: a mutual connection brings two members together; all three consent.

Three states, one per side, on the principle of requests: every act, guard, list and event of a
side reads that side's state only, so that a silent no stays silent.
"""

from enum import StrEnum

from tortoise import fields
from tortoise.fields import OnDelete

from models.base import NAME, Stored, belongs_to_member


class AskerState(StrEnum):
    """What the one who asks sees: PENDING whatever the other two do, until both have agreed."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    VOID = "VOID"


class IntroducerState(StrEnum):
    """What the mutual connection sees; FORWARDED whatever the third then does, until accepted."""

    PENDING = "PENDING"
    FORWARDED = "FORWARDED"
    REFUSED = "REFUSED"
    ACCEPTED = "ACCEPTED"
    EXPIRED = "EXPIRED"
    GONE = "GONE"


class TargetState(StrEnum):
    """What the one to be met sees: nothing before it is forwarded (NONE), or once it is GONE."""

    NONE = "NONE"
    PENDING = "PENDING"
    DECLINED = "DECLINED"
    ACCEPTED = "ACCEPTED"
    GONE = "GONE"


class Introduction(Stored):
    """`asker` asks `introducer` to introduce them to `target`. At most one open introduction from
    one member to another, whoever is asked for it.
    """

    asker = belongs_to_member(on_delete=OnDelete.RESTRICT)
    introducer = belongs_to_member(on_delete=OnDelete.RESTRICT)
    target = belongs_to_member(on_delete=OnDelete.RESTRICT)
    # For the introducer's eyes; for the target's, passed on; and the introducer's own words.
    note_to_introducer = fields.TextField(null=True)
    note_to_target = fields.TextField()
    recommendation = fields.TextField(null=True)
    asker_state = fields.CharField(max_length=10)
    introducer_state = fields.CharField(max_length=10)
    target_state = fields.CharField(max_length=10)
    # As at asking: the asker always sees these, whatever became of the members.
    introducer_name = fields.CharField(max_length=NAME)
    target_name = fields.CharField(max_length=NAME)
    asked_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    asker_changed_at = fields.DatetimeField(null=True)
    introducer_changed_at = fields.DatetimeField(null=True)
    target_changed_at = fields.DatetimeField(null=True)
    forwarded_at = fields.DatetimeField(null=True)
    # The request that records the connection it made.
    request_id = fields.BigIntField(null=True)

    class Meta:
        table = "introduction"
