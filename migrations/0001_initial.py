"""The tables. Keys are made by the application: without generated=False they autoincrement."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Allowance",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
            ],
            options={"table": "allowance", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Inbox",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("last_seq", fields.BigIntField(default=0)),
                ("connections", fields.IntField(default=0)),
            ],
            options={"table": "inbox", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("handle", fields.CharField(unique=True, max_length=30)),
                ("name", fields.CharField(max_length=100)),
                ("email", fields.CharField(unique=True, max_length=254)),
                ("password_hash", fields.CharField(max_length=200)),
                ("headline", fields.CharField(default="", max_length=120)),
                ("organisation", fields.CharField(default="", max_length=120)),
                ("location", fields.CharField(default="", max_length=120)),
                ("about", fields.TextField(default="", unique=False)),
                ("profile_audience", fields.CharField(default="MEMBERS", max_length=12)),
                ("connections_audience", fields.CharField(default="MEMBERS", max_length=12)),
                ("accepts_requests", fields.BooleanField(default=True)),
                ("joined_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "email_verified_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "suspended_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={"table": "member", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="AccessToken",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
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
                ("name", fields.CharField(max_length=100)),
                ("prefix", fields.CharField(max_length=20)),
                ("secret_hash", fields.CharField(unique=True, max_length=64)),
                ("scopes", fields.CharField(max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "access_token", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="ConnectionRequest",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "sender",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="sender_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "recipient",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="recipient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("low_id", fields.BigIntField()),
                ("high_id", fields.BigIntField()),
                ("basis", fields.CharField(max_length=30)),
                ("note", fields.TextField(null=True, unique=False)),
                ("reply_basis", fields.CharField(null=True, max_length=30)),
                ("reply_note", fields.TextField(null=True, unique=False)),
                ("sender_state", fields.CharField(max_length=10)),
                ("recipient_state", fields.CharField(max_length=10)),
                ("recipient_name", fields.CharField(max_length=100)),
                ("recipient_handle", fields.CharField(max_length=30)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "sender_changed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "recipient_changed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("surfaced_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("nudged_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ignored_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("decline_reason", fields.CharField(null=True, max_length=20)),
                ("decline_told", fields.BooleanField(default=False)),
            ],
            options={"table": "connection_request", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="DueTell",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
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
                ("kind", fields.CharField(max_length=30)),
                ("subject_id", fields.BigIntField()),
                ("other_id", fields.BigIntField()),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "due_tell", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
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
                ("seq", fields.BigIntField()),
                ("kind", fields.CharField(max_length=30)),
                ("subject_id", fields.BigIntField()),
                ("other_id", fields.BigIntField()),
                ("relationship_id", fields.BigIntField(null=True)),
                ("occurred_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "event", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="MutationKey",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
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
                ("key", fields.CharField(max_length=100)),
                ("fingerprint", fields.CharField(max_length=64)),
                ("subject_id", fields.BigIntField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "mutation_key", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
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
                ("kind", fields.CharField(max_length=30)),
                ("subject_id", fields.BigIntField()),
                (
                    "other",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="other_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("occurred_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "notification", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Relationship",
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
                    "other",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="other_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("request_id", fields.BigIntField(null=True)),
                ("connected_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("listed", fields.BooleanField(default=True)),
                ("shown", fields.BooleanField(default=True)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_by_id", fields.BigIntField(null=True)),
            ],
            options={"table": "relationship", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
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
                ("secret_hash", fields.CharField(unique=True, max_length=64)),
                ("user_agent", fields.CharField(default="", max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "session", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
    ]
