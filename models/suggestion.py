"""People a member may know, each with the exact reasons."""

from tortoise import fields

from models.base import Stored, belongs_to_member


class SuggestionDismissal(Stored):
    """`owner` does not want `other` suggested again, ever."""

    owner = belongs_to_member()
    other = belongs_to_member()
    dismissed_at = fields.DatetimeField()

    class Meta:
        table = "suggestion_dismissal"
