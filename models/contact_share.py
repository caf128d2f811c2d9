"""Contact data a member lets one other have, whatever its audience."""

from tortoise import fields

from models.base import Stored, belongs_to, belongs_to_member


class ContactShare(Stored):
    """`owner` lets `other` have one of their contact entries, while the two are connected.

    One chosen with a request names it, and is worth nothing unless that request connects them.
    """

    owner = belongs_to_member()
    other = belongs_to_member()
    entry = belongs_to("ProfileEntry")
    request_id = fields.BigIntField(null=True)
    shared_at = fields.DatetimeField()

    class Meta:
        table = "contact_share"
