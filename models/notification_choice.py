"""How a member wants to hear of things: by kind and channel, and by who it comes from."""

from enum import StrEnum

from tortoise import fields

from models.base import Stored, belongs_to_member


class MailTiming(StrEnum):
    """When mail tells of something."""

    AT_ONCE = "AT_ONCE"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    OFF = "OFF"


class SenderClass(StrEnum):
    """Who asks, as the recipient may sort them."""

    STRANGER = "STRANGER"
    NEW_ACCOUNT = "NEW_ACCOUNT"
    NO_MUTUALS = "NO_MUTUALS"


class Handling(StrEnum):
    """What becomes of a request from such a sender, for the recipient alone."""

    ACCEPT = "ACCEPT"
    QUIET = "QUIET"
    HOLD = "HOLD"


class NotificationChoice(Stored):
    """What a member chose for a kind of notification; without one the default holds."""

    member = belongs_to_member()
    kind = fields.CharField(max_length=30)
    in_app = fields.BooleanField()
    mail = fields.CharField(max_length=8)

    class Meta:
        table = "notification_choice"


class SenderRule(Stored):
    """What a member chose for requests from a class of senders."""

    member = belongs_to_member()
    sender_class = fields.CharField(max_length=12)
    handling = fields.CharField(max_length=6)

    class Meta:
        table = "sender_rule"
