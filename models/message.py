"""Messages: what members write to each other. Plain text; links are made clickable when shown."""

from tortoise import fields
from tortoise.fields import OnDelete

from models.base import Stored, belongs_to, belongs_to_member

LONGEST = 5000


class Message(Stored):
    """One message, numbered within its conversation from 1."""

    conversation = belongs_to("Conversation")
    seq = fields.BigIntField()
    sender = belongs_to_member(on_delete=OnDelete.RESTRICT)
    text = fields.TextField()
    # The sender says that it sells something; recipients may have such messages put aside.
    selling = fields.BooleanField(default=False)
    sent_at = fields.DatetimeField()
    edited_at = fields.DatetimeField(null=True)
    # The note of this request, which became a message when it was accepted.
    request_id = fields.BigIntField(null=True)

    class Meta:
        table = "message"


class MessageDeletion(Stored):
    """`owner` deleted a message, for themselves alone."""

    owner = belongs_to_member()
    message = belongs_to("Message")

    class Meta:
        table = "message_deletion"


class MessageDocument(Stored):
    """The words a message is found by (same id), each once for both who may find it by them.
    `words` is a tsvector on PostgreSQL.
    """

    words = fields.TextField()

    class Meta:
        table = "message_document"
