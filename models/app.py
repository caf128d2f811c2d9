"""Apps: integrators' clients, registered by members; what a member granted them is in grant.py."""

from enum import StrEnum

from tortoise import fields

from models.base import LONG, NAME, Stored, belongs_to_member


class AppStatus(StrEnum):
    """Whether members may connect an app."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    STOPPED = "STOPPED"


class App(Stored):
    """A third party's client. Its public id is its OAuth client_id."""

    owner = belongs_to_member()
    name = fields.CharField(max_length=NAME)
    description = fields.CharField(max_length=LONG, default="")
    homepage = fields.CharField(max_length=300, default="")
    # One to a line; compared as text, exactly.
    redirect_uris = fields.TextField()
    # The most it may ask for.
    scopes = fields.TextField()
    # Null for a public client, which cannot keep a secret.
    secret_hash = fields.CharField(max_length=64, null=True, unique=True)
    status = fields.CharField(max_length=10)
    created_at = fields.DatetimeField()

    class Meta:
        table = "app"
