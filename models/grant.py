"""Grants: what one member lets one app do, the codes and tokens that come of it, and its end."""

from tortoise import fields

from models.base import Stored, belongs_to, belongs_to_member


class Grant(Stored):
    """One member's yes to one app. Deleting it ends all the app holds in their name."""

    app = belongs_to("App")
    member = belongs_to_member()
    scopes = fields.TextField()
    created_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    events_delivered = fields.BigIntField(default=0)

    class Meta:
        table = "app_grant"


class GrantCode(Stored):
    """An authorization code: good once, for a minute."""

    grant = belongs_to("Grant")
    code_hash = fields.CharField(max_length=64, unique=True)
    redirect_uri = fields.TextField()
    scopes = fields.TextField()
    challenge = fields.CharField(max_length=128)
    expires_at = fields.DatetimeField()
    spent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "app_code"


class GrantToken(Stored):
    """An access token with the refresh token that replaces it, once. `family`: the code it is of;
    a refresh token that comes a second time ends the whole family.
    """

    grant = belongs_to("Grant")
    family = fields.BigIntField()
    access_hash = fields.CharField(max_length=64, unique=True)
    refresh_hash = fields.CharField(max_length=64, unique=True)
    scopes = fields.TextField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    refresh_expires_at = fields.DatetimeField()
    spent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "app_token"
