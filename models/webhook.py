"""Webhooks: an address that is told of events, with the result of a document of its owner's.

A webhook is a reader of the event log like a socket: `WebhookReader` holds how far it has read
of each member's events, and moves in the unit that enqueues the deliveries.
"""

from tortoise import fields

from models.base import Stored, belongs_to, belongs_to_member


class Webhook(Stored):
    """Of a member, for their own events; or of an app, for those of everyone who granted it."""

    owner = belongs_to_member()
    app = belongs_to("App", null=True)
    url = fields.CharField(max_length=2000)
    document = fields.TextField()
    kinds = fields.TextField()
    scopes = fields.TextField()
    # The signing key is derived from the instance's key, the webhook's id and this number.
    key_version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    # Since when no delivery has succeeded, and when and why we stopped trying.
    failing_since_at = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    disabled_reason = fields.CharField(max_length=30, default="")

    class Meta:
        table = "webhook"


class WebhookReader(Stored):
    """How far a webhook has read of one member's events."""

    webhook = belongs_to("Webhook")
    member = belongs_to_member()
    grant = belongs_to("Grant", null=True)
    seq = fields.BigIntField()

    class Meta:
        table = "webhook_reader"


class WebhookDelivery(Stored):
    """One event on its way to one webhook, and what became of it."""

    reader = belongs_to("WebhookReader")
    webhook = belongs_to("Webhook")
    seq = fields.BigIntField()
    event_kind = fields.CharField(max_length=30)
    state = fields.CharField(max_length=10)
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    tried_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)
    # Of the last attempt: milliseconds, the answer's status, and both bodies as far as kept.
    took = fields.IntField(null=True)
    status = fields.IntField(null=True)
    error = fields.TextField(default="")
    request = fields.TextField(default="")
    response = fields.TextField(default="")

    class Meta:
        table = "webhook_delivery"
