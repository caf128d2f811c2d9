"""Conversations: one for each two members, for ever, with a side for each of them.

A side is what its owner sees of it: where it stands in their list, how far they have read, whether
it is muted or put away. Nothing on one side is ever read for the other, but for `told_seq` where
both show each other how far they have read.
"""

from enum import StrEnum

from tortoise import fields

from models.base import Stored, belongs_to, belongs_to_member


class SideState(StrEnum):
    """What a side of a conversation is, to its owner."""

    # Between connections, or once a message request was accepted.
    OPEN = "OPEN"
    # A message request: its sender's side, which reads the same whatever the other does with it.
    ASKED = "ASKED"
    # Its recipient's side: waits, or set aside.
    REQUESTED = "REQUESTED"
    IGNORED = "IGNORED"


class Conversation(Stored):
    """What two members write to each other. `last_seq` numbers the messages: its row is locked
    by whoever writes, so numbers become visible in order and without a gap.
    """

    low_id = fields.BigIntField()
    high_id = fields.BigIntField()
    last_seq = fields.BigIntField(default=0)
    begun_at = fields.DatetimeField()
    # From a message request that was accepted: the two may write without being connected.
    allowed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "conversation"


class ConversationSide(Stored):
    """`owner`'s side of the conversation with `other`. Its key is the id members know."""

    conversation = belongs_to("Conversation")
    owner = belongs_to_member()
    other = belongs_to_member()
    state = fields.CharField(max_length=10, default=SideState.OPEN)
    # The newest message this side shows, and when it came; the list is sorted by it.
    last_seq = fields.BigIntField(default=0)
    last_at = fields.DatetimeField()
    # Messages of the other's behind `read_seq`, as far as this side shows them.
    unread = fields.IntField(default=0)
    read_seq = fields.BigIntField(default=0)
    read_at = fields.DatetimeField(null=True)
    # Deleted up to here, for the owner alone.
    cleared_seq = fields.BigIntField(default=0)
    muted = fields.BooleanField(default=False)
    # Put away by the owner, or by their filter for what sells something.
    archived_at = fields.DatetimeField(null=True)
    filtered = fields.BooleanField(default=False)
    # The owner answered or moved it: nothing of it is put aside by that filter any more.
    trusted = fields.BooleanField(default=False)
    # How far the other may know that the owner has read: what was read while both showed it.
    told_seq = fields.BigIntField(default=0)

    class Meta:
        table = "conversation_side"
