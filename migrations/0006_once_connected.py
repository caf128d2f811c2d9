"""Once connected: conversations, updates, how a member wants to hear of things, mail."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.ddl import add_constraints

CONSTRAINTS = {
    "conversation": {
        "conversation_once": "UNIQUE (low_id, high_id)",
        "conversation_two_members": "CHECK (low_id < high_id)",
    },
    "conversation_side": {
        "conversation_side_once": "UNIQUE (owner_id, other_id)",
        "conversation_side_state": "CHECK (state IN ('OPEN', 'ASKED', 'REQUESTED', 'IGNORED'))",
        "conversation_side_unread": "CHECK (unread >= 0)",
    },
    "message": {"message_once": "UNIQUE (conversation_id, seq)"},
    "message_deletion": {"message_deletion_once": "UNIQUE (owner_id, message_id)"},
    "member_update": {"member_update_audience": "CHECK (audience BETWEEN 0 AND 3)"},
    "update_picture": {"update_picture_once": "UNIQUE (update_id, rank)"},
    "update_document": {
        "update_document_update": "FOREIGN KEY (id) REFERENCES member_update (id) ON DELETE CASCADE"
    },
    "message_document": {
        "message_document_message": "FOREIGN KEY (id) REFERENCES message (id) ON DELETE CASCADE"
    },
    "update_thanks": {"update_thanks_once": "UNIQUE (update_id, member_id)"},
    "feed_mute": {"feed_mute_once": "UNIQUE (owner_id, other_id)"},
    "feed_fewer": {"feed_fewer_once": "UNIQUE (owner_id, kind)"},
    "notification_choice": {"notification_choice_once": "UNIQUE (member_id, kind)"},
    "sender_rule": {"sender_rule_once": "UNIQUE (member_id, sender_class)"},
    "device": {"device_once": "UNIQUE (member_id, mark)"},
    # One mail of a kind about one thing, ever.
    "mail": {"mail_once": "UNIQUE (member_id, kind, about, subject_id)"},
}
INDEXES = {
    # As in 0004, without what the recipient's rules hold back.
    "request_received": (
        "",
        "connection_request (recipient_id, familiarity DESC, surfaced_at DESC, id DESC) "
        "WHERE sender_state = 'PENDING' AND recipient_state = 'PENDING' AND handling <> 'HOLD'",
    ),
    "request_held": (
        "",
        "connection_request (recipient_id, sent_at DESC, id DESC) "
        "WHERE sender_state = 'PENDING' AND recipient_state = 'PENDING' AND handling = 'HOLD'",
    ),
    "conversation_side_newest": ("", "conversation_side (owner_id, last_at DESC, id DESC)"),
    "conversation_side_other": ("", "conversation_side (other_id)"),
    "conversation_side_pair": ("", "conversation_side (conversation_id)"),
    "conversation_side_unread": ("", "conversation_side (owner_id) WHERE unread > 0"),
    "message_sender": ("", "message (sender_id)"),
    "message_deletion_message": ("", "message_deletion (message_id)"),
    "member_update_author": ("", "member_update (author_id, posted_at DESC, id DESC)"),
    "member_update_newest": ("", "member_update (posted_at DESC, id DESC)"),
    "update_reply_newest": ("", "update_reply (update_id, id)"),
    "update_reply_author": ("", "update_reply (author_id)"),
    "update_thanks_member": ("", "update_thanks (member_id)"),
    "feed_mute_other": ("", "feed_mute (other_id)"),
    "mail_due": ("", "mail (due_at, id) WHERE sent_at IS NULL AND dropped = ''"),
}


# As the index of people (0005_search).
def words_postgres(table: str) -> tuple[str, ...]:
    return (
        f"ALTER TABLE {table}_document ALTER words TYPE tsvector "
        "USING array_to_tsvector(string_to_array(words, ' '))",
        f"CREATE INDEX {table}_document_words ON {table}_document USING gin (words) "
        "WITH (fastupdate = off)",
    )


# A search for the beginning of a word reads one list then, and only until its page is full; without
# it all lists of all such words are merged first. What is asked of messages begins with a member's
# key, longer than this, and is narrow already.
BEGINNINGS = {"update": "prefix = '3 4 5', ", "message": ""}


def words_sqlite(table: str) -> tuple[str, ...]:
    gone = (
        f"INSERT INTO {table}_fts ({table}_fts, rowid, words) VALUES ('delete', old.id, old.words);"
    )
    come = f"INSERT INTO {table}_fts (rowid, words) VALUES (new.id, new.words);"
    return (
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5(words, content = '{table}_document', "
        f"content_rowid = 'id', detail = none, columnsize = 0, {BEGINNINGS[table]}"
        "tokenize = \"ascii tokenchars '+#.'\")",
        f"CREATE TRIGGER {table}_document_added AFTER INSERT ON {table}_document BEGIN {come} END",
        f"CREATE TRIGGER {table}_document_deleted AFTER DELETE ON {table}_document "
        f"BEGIN {gone} END",
        f"CREATE TRIGGER {table}_document_changed AFTER UPDATE ON {table}_document "
        f"BEGIN {gone} {come} END",
    )


async def index_words(apps: object, editor: Any) -> None:
    client = editor.client
    written = words_sqlite if client.capabilities.dialect == "sqlite" else words_postgres
    for table in ("update", "message"):
        for statement in written(table):
            await client.execute_query(statement)


async def constrain(apps: object, editor: object) -> None:
    await add_constraints(editor, CONSTRAINTS)


class Migration(migrations.Migration):
    dependencies = [("models", "0005_search")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Conversation",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("low_id", fields.BigIntField()),
                ("high_id", fields.BigIntField()),
                ("last_seq", fields.BigIntField(default=0)),
                ("begun_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("allowed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "conversation", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="ConversationSide",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "conversation",
                    fields.ForeignKeyField(
                        "models.Conversation",
                        source_field="conversation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
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
                ("state", fields.CharField(default="OPEN", max_length=10)),
                ("last_seq", fields.BigIntField(default=0)),
                ("last_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("unread", fields.IntField(default=0)),
                ("read_seq", fields.BigIntField(default=0)),
                ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("cleared_seq", fields.BigIntField(default=0)),
                ("muted", fields.BooleanField(default=False)),
                (
                    "archived_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("filtered", fields.BooleanField(default=False)),
                ("trusted", fields.BooleanField(default=False)),
                ("told_seq", fields.BigIntField(default=0)),
            ],
            options={"table": "conversation_side", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="FeedFewer",
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
                ("kind", fields.CharField(max_length=15)),
            ],
            options={"table": "feed_fewer", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="FeedMute",
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
                ("until_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "feed_mute", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Mail",
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
                ("kind", fields.CharField(max_length=20)),
                ("about", fields.CharField(default="", max_length=30)),
                ("subject_id", fields.BigIntField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("dropped", fields.CharField(default="", max_length=20)),
            ],
            options={"table": "mail", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="MailStop",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("address", fields.CharField(unique=True, max_length=254)),
                ("reason", fields.CharField(max_length=200)),
                ("stopped_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "mail_stop", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "conversation",
                    fields.ForeignKeyField(
                        "models.Conversation",
                        source_field="conversation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("seq", fields.BigIntField()),
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
                ("text", fields.TextField(unique=False)),
                ("selling", fields.BooleanField(default=False)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("edited_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("request_id", fields.BigIntField(null=True)),
            ],
            options={"table": "message", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="MessageDeletion",
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
                    "message",
                    fields.ForeignKeyField(
                        "models.Message",
                        source_field="message_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={"table": "message_deletion", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="MessageDocument",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("words", fields.TextField(unique=False)),
            ],
            options={"table": "message_document", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="NotificationChoice",
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
                ("in_app", fields.BooleanField()),
                ("mail", fields.CharField(max_length=8)),
            ],
            options={"table": "notification_choice", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Device",
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
                ("mark", fields.CharField(max_length=64)),
                ("since_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "device", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="SenderRule",
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
                ("sender_class", fields.CharField(max_length=12)),
                ("handling", fields.CharField(max_length=6)),
            ],
            options={"table": "sender_rule", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Update",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "author",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="author_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(max_length=15)),
                ("text", fields.TextField(unique=False)),
                ("link", fields.CharField(default="", max_length=500)),
                ("audience", fields.SmallIntField()),
                ("posted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("edited_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("from_profile", fields.BooleanField(default=False)),
                ("replies", fields.IntField(default=0)),
                ("thanks", fields.IntField(default=0)),
            ],
            options={"table": "member_update", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="UpdateDocument",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("words", fields.TextField(unique=False)),
            ],
            options={"table": "update_document", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="UpdatePicture",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "update",
                    fields.ForeignKeyField(
                        "models.Update",
                        source_field="update_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("rank", fields.SmallIntField()),
                ("key", fields.CharField(unique=True, max_length=22)),
                ("image", fields.BinaryField()),
                ("width", fields.IntField()),
                ("height", fields.IntField()),
                ("description", fields.CharField(default="", max_length=500)),
            ],
            options={"table": "update_picture", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="UpdateReply",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "update",
                    fields.ForeignKeyField(
                        "models.Update",
                        source_field="update_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "author",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="author_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("text", fields.TextField(unique=False)),
                ("replied_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "update_reply", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="UpdateThanks",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "update",
                    fields.ForeignKeyField(
                        "models.Update",
                        source_field="update_id",
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
                ("thanked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "update_thanks", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.AddField(
            model_name="ConnectionRequest",
            name="handling",
            field=fields.CharField(db_default="ACCEPT", max_length=6),
        ),
        ops.AddField(
            model_name="Member",
            name="feed_seen_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Member",
            name="puts_selling_aside",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="Member",
            name="quiet_from",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name="Member",
            name="quiet_until",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name="Member",
            name="shows_reading",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="Member",
            name="takes_message_requests",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="Member",
            name="time_zone",
            field=fields.CharField(db_default="UTC", max_length=60),
        ),
        ops.AddField(
            model_name="Notification",
            name="changed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Notification",
            name="in_app",
            field=fields.BooleanField(db_default=True),
        ),
        ops.AddField(
            model_name="Notification",
            name="matter",
            field=fields.CharField(db_default="", max_length=20),
        ),
        ops.AddField(
            model_name="Notification",
            name="times",
            field=fields.IntField(db_default=1),
        ),
        ops.RunPython(constrain),
        ops.RunPython(index_words),
        ops.RunSQL(["DROP INDEX request_received"]),
        ops.RunSQL(
            [
                f"CREATE {unique} INDEX {name} ON {columns}"
                for name, (unique, columns) in INDEXES.items()
            ]
        ),
    ]
