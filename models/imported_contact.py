"""Contacts a member brought from elsewhere: private, nobody's accounts, and sent no mail."""

from tortoise import fields

from models.base import NAME, SHORT, Stored, belongs_to_member


class ImportedContact(Stored):
    """Somebody in the owner's imported address book; `key` keeps an import from doubling it.

    `email_key` is the lower-cased address by which they are recognised when they join.
    """

    owner = belongs_to_member()
    key = fields.CharField(max_length=64)
    name = fields.CharField(max_length=NAME)
    email = fields.CharField(max_length=254, db_default="")
    email_key = fields.CharField(max_length=254, db_default="")
    phone = fields.CharField(max_length=60, db_default="")
    organisation = fields.CharField(max_length=SHORT, db_default="")
    title = fields.CharField(max_length=SHORT, db_default="")
    url = fields.CharField(max_length=500, db_default="")
    source = fields.CharField(max_length=10)
    connected_on = fields.CharField(max_length=10, null=True)
    imported_at = fields.DatetimeField()
    dismissed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "imported_contact"
