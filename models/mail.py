"""Mail to members: what is to be sent, what was, and to whom no more is.

A row is made in the unit of what it tells of, once per member, kind and subject: "one per
request, ever" is the unique constraint. The text is made when it is sent, with the member's eyes.
"""

from enum import StrEnum

from tortoise import fields

from models.base import Stored, belongs_to_member


class MailKind(StrEnum):
    """What a mail is."""

    VERIFY_ADDRESS = "VERIFY_ADDRESS"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - a kind of mail
    NOTIFICATION = "NOTIFICATION"
    DIGEST = "DIGEST"
    SECURITY = "SECURITY"


class Mail(Stored):
    """One mail to one member."""

    member = belongs_to_member()
    kind = fields.CharField(max_length=20)
    # What it tells of: a notification's kind and subject, or the key of what made it.
    about = fields.CharField(max_length=30, default="")
    subject_id = fields.BigIntField()
    made_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    # Why it was not sent, if it was given up: nothing to tell any more, refused, off.
    dropped = fields.CharField(max_length=20, default="")

    class Meta:
        table = "mail"


class MailStop(Stored):
    """An address that gets no more mail: it was refused for good, or a bounce was reported."""

    address = fields.CharField(max_length=254, unique=True)
    reason = fields.CharField(max_length=200)
    stopped_at = fields.DatetimeField()

    class Meta:
        table = "mail_stop"
