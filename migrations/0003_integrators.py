"""Jobs; apps, grants and their tokens; webhooks; operators; the scopes as they are divided."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.ddl import Widen, add_constraints

# Deleting a parent looks for its children by these as well.
INDEXES = {
    "job_due": "job (run_at, id) WHERE dead_at IS NULL",
    "job_dead": "job (dead_at DESC, id DESC) WHERE dead_at IS NOT NULL",
    "app_owner": "app (owner_id, id DESC)",
    "app_status": "app (status, id DESC)",
    "app_grant_member": "app_grant (member_id, id DESC)",
    "app_code_grant": "app_code (grant_id)",
    "app_code_expiry": "app_code (expires_at)",
    "app_token_grant": "app_token (grant_id)",
    "app_token_family": "app_token (family)",
    "app_token_expiry": "app_token (refresh_expires_at)",
    "webhook_owner": "webhook (owner_id, id DESC)",
    "webhook_app": "webhook (app_id)",
    "webhook_reader_member": "webhook_reader (member_id)",
    "webhook_reader_grant": "webhook_reader (grant_id)",
    "webhook_delivery_newest": "webhook_delivery (webhook_id, id DESC)",
}
CONSTRAINTS = {
    "job": {"job_attempts": "CHECK (attempts >= 0)"},
    "app": {"app_status_known": "CHECK (status IN ('PENDING', 'APPROVED', 'STOPPED'))"},
    "app_grant": {"app_grant_once": "UNIQUE (app_id, member_id)"},
    "webhook_reader": {"webhook_reader_once": "UNIQUE (webhook_id, member_id)"},
    "webhook_delivery": {
        "webhook_delivery_once": "UNIQUE (reader_id, seq)",
        "webhook_delivery_state": "CHECK (state IN ('WAITING', 'DELIVERED', 'FAILED'))",
    },
}
# A token keeps what it could do before network:* was divided.
DIVIDED = {
    "network:read": "requests:read notifications:read",
    "network:write": "requests:write notifications:write",
}


async def constrain(apps: object, editor: object) -> None:
    await add_constraints(editor, CONSTRAINTS)


class Migration(migrations.Migration):
    dependencies = [("models", "0002_invariants")]

    initial = False

    operations = [
        ops.CreateModel(
            name="App",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("description", fields.CharField(default="", max_length=2000)),
                ("homepage", fields.CharField(default="", max_length=300)),
                ("redirect_uris", fields.TextField(unique=False)),
                ("scopes", fields.TextField(unique=False)),
                ("secret_hash", fields.CharField(null=True, unique=True, max_length=64)),
                ("status", fields.CharField(max_length=10)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "app", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "app",
                    fields.ForeignKeyField(
                        "models.App",
                        source_field="app_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("scopes", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("events_delivered", fields.BigIntField(default=0)),
            ],
            options={"table": "app_grant", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="GrantCode",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "grant",
                    fields.ForeignKeyField(
                        "models.Grant",
                        source_field="grant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("code_hash", fields.CharField(unique=True, max_length=64)),
                ("redirect_uri", fields.TextField(unique=False)),
                ("scopes", fields.TextField(unique=False)),
                ("challenge", fields.CharField(max_length=128)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("spent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "app_code", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="GrantToken",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "grant",
                    fields.ForeignKeyField(
                        "models.Grant",
                        source_field="grant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("family", fields.BigIntField()),
                ("access_hash", fields.CharField(unique=True, max_length=64)),
                ("refresh_hash", fields.CharField(unique=True, max_length=64)),
                ("scopes", fields.TextField(unique=False)),
                ("access_scopes", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("refresh_expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("spent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "app_token", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("kind", fields.CharField(max_length=40)),
                ("payload", fields.TextField(unique=False)),
                ("unique_key", fields.CharField(null=True, unique=True, max_length=120)),
                ("run_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("dead_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("error", fields.TextField(default="", unique=False)),
            ],
            options={"table": "job", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "app",
                    fields.ForeignKeyField(
                        "models.App",
                        source_field="app_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("url", fields.CharField(max_length=2000)),
                ("document", fields.TextField(unique=False)),
                ("kinds", fields.TextField(unique=False)),
                ("scopes", fields.TextField(unique=False)),
                (
                    "key_changed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("key_version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "failing_since_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "disabled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("disabled_reason", fields.CharField(default="", max_length=30)),
            ],
            options={"table": "webhook", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="WebhookReader",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "webhook",
                    fields.ForeignKeyField(
                        "models.Webhook",
                        source_field="webhook_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "grant",
                    fields.ForeignKeyField(
                        "models.Grant",
                        source_field="grant_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("seq", fields.BigIntField()),
            ],
            options={"table": "webhook_reader", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "reader",
                    fields.ForeignKeyField(
                        "models.WebhookReader",
                        source_field="reader_id",
                        db_constraint=True,
                        to_field="id",
                        null=True,
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "webhook",
                    fields.ForeignKeyField(
                        "models.Webhook",
                        source_field="webhook_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("seq", fields.BigIntField()),
                ("event_kind", fields.CharField(max_length=30)),
                ("state", fields.CharField(max_length=10)),
                ("attempts", fields.IntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("tried_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "delivered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("took", fields.IntField(null=True)),
                ("status", fields.IntField(null=True)),
                ("error", fields.TextField(default="", unique=False)),
                ("request", fields.TextField(default="", unique=False)),
                ("response", fields.TextField(default="", unique=False)),
            ],
            options={"table": "webhook_delivery", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        Widen(
            model_name="AccessToken",
            name="scopes",
            field=fields.CharField(max_length=1000),
        ),
        ops.AddField(
            model_name="Member",
            name="operator_since_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunPython(constrain),
        ops.RunSQL([f"CREATE INDEX {name} ON {columns}" for name, columns in INDEXES.items()]),
        ops.RunSQL(
            [
                f"UPDATE access_token SET scopes = scopes || ' {new}' WHERE scopes LIKE '%{old}%'"
                for old, new in DIVIDED.items()
            ]
        ),
    ]
