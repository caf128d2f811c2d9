"""The table of introductions, how each side stands to one, and why an act finds nothing to do."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.fields import OnDelete

from models import clock, sql
from models.base import NAME, Stored, belongs_to_member
from models.problem import Code, Problem


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


# Of one who is suspended nobody hears; `asker` is the introduction's column.
ASKER_THERE = (
    "NOT EXISTS (SELECT 1 FROM member gone WHERE gone.id = asker_id "
    "AND gone.suspended_at IS NOT NULL)"
)


async def why(viewer: int, key: int, side: str, *done: str) -> sql.Row:
    """The row, where the viewer's side stands at one of `done`. Raises Problem otherwise."""
    row = await sql.row(
        f"SELECT *, {ASKER_THERE} AS asker_there FROM introduction "
        f"WHERE id = $1 AND {side}_id = $2",
        key,
        viewer,
    )
    state = standing(row, side)[0] if row else "GONE"
    hidden = row is not None and side != "asker" and not row["asker_there"]
    if row is None or hidden or state in (TargetState.NONE, TargetState.GONE):
        raise Problem(
            Code.NOT_FOUND, "This introduction is no longer there.", field=("introductionId",)
        )
    if state in done:
        return row
    answered = {
        "ACCEPTED": "It has been accepted already.",
        "FORWARDED": "You have forwarded this introduction.",
        "WITHDRAWN": "You have withdrawn this introduction.",
        "EXPIRED": "This introduction has expired.",
    }
    message = answered.get(state, "This introduction is no longer open.")
    raise Problem(Code.NOT_OPEN, message, field=("introductionId",), subject=key)


def standing(row: sql.Row, side: str) -> tuple[str, datetime | None]:
    """The state of a side and since when, null while it waits; expired whether swept or not."""
    state, since = row[f"{side}_state"], row[f"{side}_changed_at"]
    if row["asker_state"] == AskerState.PENDING and row["expires_at"] <= clock.now():
        if side == "target":
            return (TargetState.NONE if state == TargetState.NONE else TargetState.GONE), None
        if state != IntroducerState.REFUSED:
            return AskerState.EXPIRED, row["expires_at"]
    return state, since
