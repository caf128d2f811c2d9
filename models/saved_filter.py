"""Filters of the contact book that a member keeps under a name."""

from tortoise import fields

from models.base import NAME, Stored, belongs_to_member


class SavedFilter(Stored):
    """A named filter; `conditions` is its JSON."""

    owner = belongs_to_member()
    name = fields.CharField(max_length=NAME)
    conditions = fields.TextField()

    class Meta:
        table = "saved_filter"
