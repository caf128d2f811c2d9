"""Knowing whom one connects with: profiles, evidence, introductions, the contact book."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.ddl import add_constraints
from models.organisation import key_of

CONSTRAINTS = {
    "organisation": {"organisation_key_some": "CHECK (key <> '')"},
    "career_entry": {
        "career_kind": "CHECK (kind IN ('WORK', 'STUDY'))",
        "career_dates": "CHECK (starts <= ends)",
        "career_audience": "CHECK (audience BETWEEN 0 AND 4)",
        "career_entry_once": "UNIQUE (member_id, kind, organisation_id, title, starts, ends)",
    },
    "profile_entry": {
        "profile_entry_once": "UNIQUE (member_id, kind, key)",
        "profile_entry_audience": "CHECK (audience BETWEEN 0 AND 4)",
    },
    "audience_tag": {"audience_tag_once": "UNIQUE (subject_id, field, tag_id)"},
    "contact_share": {"contact_share_once": "UNIQUE (entry_id, other_id, request_id)"},
    "avatar": {"avatar_once": "UNIQUE (member_id)"},
    "follow": {
        "follow_once": "UNIQUE (owner_id, other_id)",
        "follow_two_members": "CHECK (owner_id <> other_id)",
    },
    "suggestion_dismissal": {"suggestion_dismissal_once": "UNIQUE (owner_id, other_id)"},
    "tag": {"tag_once": "UNIQUE (owner_id, key)"},
    "relationship_tag": {"relationship_tag_once": "UNIQUE (relationship_id, tag_id)"},
    "saved_filter": {"saved_filter_once": "UNIQUE (owner_id, name)"},
    "imported_contact": {"imported_contact_once": "UNIQUE (owner_id, key)"},
    "introduction": {
        "introduction_three_members": (
            "CHECK (asker_id <> introducer_id AND asker_id <> target_id "
            "AND introducer_id <> target_id)"
        ),
        # One row per combination that can be: the states of three sides go together.
        "introduction_states": (
            "CHECK ((asker_state = 'PENDING' AND introducer_state IN ('PENDING', 'REFUSED') "
            "AND target_state = 'NONE') "
            "OR (asker_state = 'PENDING' AND introducer_state = 'FORWARDED' "
            "AND target_state IN ('PENDING', 'DECLINED')) "
            "OR (asker_state = 'ACCEPTED' AND introducer_state = 'ACCEPTED' "
            "AND target_state = 'ACCEPTED') "
            "OR (asker_state IN ('WITHDRAWN', 'EXPIRED', 'VOID') "
            "AND introducer_state IN ('EXPIRED', 'REFUSED', 'GONE') "
            "AND target_state IN ('NONE', 'DECLINED', 'GONE')))"
        ),
    },
}
INDEXES = {
    "request_received": (
        "",
        "connection_request (recipient_id, familiarity DESC, surfaced_at DESC, id DESC) "
        "WHERE sender_state = 'PENDING' AND recipient_state = 'PENDING'",
    ),
    # With `shown`, so that the lists of others are walked in the index alone.
    "relationship_newest": (
        "",
        "relationship (owner_id, connected_at DESC, other_id DESC, shown) WHERE ended_at IS NULL",
    ),
    "career_member": ("", "career_entry (member_id, starts DESC)"),
    "career_place": ("", "career_entry (organisation_id, kind, member_id)"),
    "profile_entry_member": ("", "profile_entry (member_id, kind, rank, id)"),
    "audience_tag_owner": ("", "audience_tag (owner_id)"),
    "audience_tag_tag": ("", "audience_tag (tag_id)"),
    "contact_share_pair": ("", "contact_share (owner_id, other_id)"),
    "contact_share_other": ("", "contact_share (other_id)"),
    "follow_owner": ("", "follow (owner_id, followed_at DESC, id DESC)"),
    "follow_other": ("", "follow (other_id, followed_at DESC, id DESC)"),
    "suggestion_dismissal_other": ("", "suggestion_dismissal (other_id)"),
    "relationship_tag_tag": ("", "relationship_tag (tag_id)"),
    "relationship_remind": (
        "",
        "relationship (remind_at, id) WHERE remind_at IS NOT NULL AND ended_at IS NULL",
    ),
    # What a contact book of 10,000 sorts and filters by, without reading 10,000 whole members.
    "member_book": (
        "",
        "member (id, suspended_at, name_key, organisation_key, organisation_audience, "
        "location_key, location_audience, handle)",
    ),
    "member_suspended": ("", "member (id) WHERE suspended_at IS NOT NULL"),
    "contact_note_newest": ("", "contact_note (relationship_id, happened_at DESC, id DESC)"),
    "imported_contact_newest": ("", "imported_contact (owner_id, id DESC)"),
    "imported_contact_email": ("", "imported_contact (email_key) WHERE email_key <> ''"),
    "meeting_code_shown": ("UNIQUE", "meeting_code (member_id) WHERE shown"),
    # A code opens once for each person.
    "request_meeting_code": (
        "UNIQUE",
        "connection_request (sender_id, meeting_code_id) WHERE meeting_code_id IS NOT NULL",
    ),
    "meeting_code_member": ("", "meeting_code (member_id, id DESC)"),
    "meeting_code_expiry": ("", "meeting_code (expires_at)"),
    "introduction_open": (
        "UNIQUE",
        "introduction (asker_id, target_id) WHERE asker_state = 'PENDING'",
    ),
    "introduction_asker": ("", "introduction (asker_id, asked_at DESC, id DESC)"),
    "introduction_introducer": ("", "introduction (introducer_id, asked_at DESC, id DESC)"),
    "introduction_target": ("", "introduction (target_id, forwarded_at DESC, id DESC)"),
    "introduction_expiry": ("", "introduction (expires_at) WHERE asker_state = 'PENDING'"),
}


async def constrain(apps: object, editor: object) -> None:
    await add_constraints(editor, CONSTRAINTS)


async def fold(apps: object, editor: Any) -> None:
    """What members there are already are sorted and found by in a contact book."""
    client = editor.client
    mark = "?" if client.capabilities.dialect == "sqlite" else "$"
    places = [f"{mark}{number}" for number in range(1, 5)]
    found = await client.execute_query_dict("SELECT id, name, organisation, location FROM member")
    for row in found:
        keys = [key_of(row[name]) for name in ("name", "organisation", "location")]
        await client.execute_query(
            f"UPDATE member SET name_key = {places[0]}, organisation_key = {places[1]}, "
            f"location_key = {places[2]} WHERE id = {places[3]}",
            [*keys, row["id"]],
        )


class Migration(migrations.Migration):
    dependencies = [("models", "0003_integrators")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Avatar",
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
                ("key", fields.CharField(unique=True, max_length=22)),
                ("image", fields.BinaryField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "avatar", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="ContactNote",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "relationship",
                    fields.ForeignKeyField(
                        "models.Relationship",
                        source_field="relationship_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(max_length=10)),
                ("text", fields.CharField(db_default="", max_length=2000)),
                ("place", fields.CharField(db_default="", max_length=120)),
                ("happened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("written_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "contact_note", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Follow",
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
                ("followed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "follow", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="ImportedContact",
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
                ("key", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=100)),
                ("email", fields.CharField(db_default="", max_length=254)),
                ("email_key", fields.CharField(db_default="", max_length=254)),
                ("phone", fields.CharField(db_default="", max_length=60)),
                ("organisation", fields.CharField(db_default="", max_length=120)),
                ("title", fields.CharField(db_default="", max_length=120)),
                ("url", fields.CharField(db_default="", max_length=500)),
                ("source", fields.CharField(max_length=10)),
                ("connected_on", fields.CharField(null=True, max_length=10)),
                ("imported_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "dismissed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={"table": "imported_contact", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Introduction",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "asker",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="asker_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "introducer",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="introducer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "target",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="target_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("note_to_introducer", fields.TextField(null=True, unique=False)),
                ("note_to_target", fields.TextField(unique=False)),
                ("recommendation", fields.TextField(null=True, unique=False)),
                ("asker_state", fields.CharField(max_length=10)),
                ("introducer_state", fields.CharField(max_length=10)),
                ("target_state", fields.CharField(max_length=10)),
                ("introducer_name", fields.CharField(max_length=100)),
                ("target_name", fields.CharField(max_length=100)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "asker_changed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "introducer_changed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "target_changed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "forwarded_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("request_id", fields.BigIntField(null=True)),
            ],
            options={"table": "introduction", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="MeetingCode",
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
                ("code_hash", fields.CharField(unique=True, max_length=64)),
                ("event", fields.CharField(db_default="", max_length=120)),
                ("event_key", fields.CharField(db_default="", max_length=240)),
                ("place", fields.CharField(db_default="", max_length=120)),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("shown", fields.BooleanField(db_default=True)),
            ],
            options={"table": "meeting_code", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                ("name", fields.CharField(max_length=120)),
                ("key", fields.CharField(unique=True, max_length=240)),
            ],
            options={"table": "organisation", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="CareerEntry",
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
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("place", fields.CharField(db_default="", max_length=120)),
                ("kind", fields.CharField(max_length=5)),
                ("title", fields.CharField(db_default="", max_length=120)),
                ("description", fields.CharField(db_default="", max_length=2000)),
                ("start_year", fields.SmallIntField()),
                ("start_month", fields.SmallIntField(null=True)),
                ("end_year", fields.SmallIntField(null=True)),
                ("end_month", fields.SmallIntField(null=True)),
                ("starts", fields.IntField()),
                ("ends", fields.IntField()),
                ("audience", fields.SmallIntField(db_default=1)),
            ],
            options={"table": "career_entry", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="ProfileEntry",
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
                ("kind", fields.CharField(max_length=10)),
                ("value", fields.CharField(max_length=500)),
                ("label", fields.CharField(db_default="", max_length=120)),
                ("detail", fields.CharField(db_default="", max_length=500)),
                ("key", fields.CharField(max_length=1000)),
                ("rank", fields.SmallIntField(db_default=0)),
                ("audience", fields.SmallIntField(db_default=1)),
            ],
            options={"table": "profile_entry", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="ContactShare",
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
                (
                    "entry",
                    fields.ForeignKeyField(
                        "models.ProfileEntry",
                        source_field="entry_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("request_id", fields.BigIntField(db_default=0)),
                ("shared_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "contact_share", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="SavedFilter",
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
                ("conditions", fields.TextField(unique=False)),
            ],
            options={"table": "saved_filter", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="SuggestionDismissal",
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
                ("dismissed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "suggestion_dismissal", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="Tag",
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
                ("name", fields.CharField(max_length=40)),
                ("key", fields.CharField(max_length=80)),
            ],
            options={"table": "tag", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="AudienceTag",
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
                ("subject_id", fields.BigIntField()),
                ("field", fields.CharField(default="", max_length=20)),
                (
                    "tag",
                    fields.ForeignKeyField(
                        "models.Tag",
                        source_field="tag_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={"table": "audience_tag", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.CreateModel(
            name="RelationshipTag",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        primary_key=True, generated=False, unique=True, db_index=True
                    ),
                ),
                (
                    "relationship",
                    fields.ForeignKeyField(
                        "models.Relationship",
                        source_field="relationship_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "tag",
                    fields.ForeignKeyField(
                        "models.Tag",
                        source_field="tag_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={"table": "relationship_tag", "app": "models", "pk_attr": "id"},
            bases=["Stored"],
        ),
        ops.AddField(
            model_name="ConnectionRequest",
            name="familiarity",
            field=fields.SmallIntField(db_default=0),
        ),
        ops.AddField(
            model_name="ConnectionRequest",
            name="introduction_id",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="ConnectionRequest",
            name="meeting_code_id",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="ConnectionRequest",
            name="met_event",
            field=fields.CharField(db_default="", max_length=120),
        ),
        ops.AddField(
            model_name="ConnectionRequest",
            name="met_on",
            field=fields.CharField(null=True, max_length=10),
        ),
        ops.AddField(
            model_name="ConnectionRequest",
            name="met_place",
            field=fields.CharField(db_default="", max_length=120),
        ),
        ops.AddField(
            model_name="Member",
            name="about_audience",
            field=fields.SmallIntField(db_default=0),
        ),
        ops.AddField(
            model_name="Member",
            name="avatar_audience",
            field=fields.SmallIntField(db_default=0),
        ),
        ops.AddField(
            model_name="Member",
            name="avatar_key",
            field=fields.CharField(null=True, max_length=22),
        ),
        ops.AddField(
            model_name="Member",
            name="follow_audience",
            field=fields.CharField(db_default="MEMBERS", max_length=12),
        ),
        ops.AddField(
            model_name="Member",
            name="found_by_address",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="Member",
            name="headline_audience",
            field=fields.SmallIntField(db_default=0),
        ),
        ops.AddField(
            model_name="Member",
            name="location_audience",
            field=fields.SmallIntField(db_default=0),
        ),
        ops.AddField(
            model_name="Member",
            name="location_key",
            field=fields.CharField(db_default="", max_length=240),
        ),
        ops.AddField(
            model_name="Member",
            name="name_key",
            field=fields.CharField(db_default="", max_length=240),
        ),
        ops.AddField(
            model_name="Member",
            name="organisation_audience",
            field=fields.SmallIntField(db_default=0),
        ),
        ops.AddField(
            model_name="Member",
            name="organisation_key",
            field=fields.CharField(db_default="", max_length=240),
        ),
        ops.AddField(
            model_name="Member",
            name="suggested",
            field=fields.BooleanField(db_default=True),
        ),
        ops.AddField(
            model_name="Member",
            name="suggested_by_connections",
            field=fields.BooleanField(db_default=True),
        ),
        ops.AddField(
            model_name="Member",
            name="suggested_by_school",
            field=fields.BooleanField(db_default=True),
        ),
        ops.AddField(
            model_name="Member",
            name="suggested_by_work",
            field=fields.BooleanField(db_default=True),
        ),
        ops.AddField(
            model_name="Relationship",
            name="how_met",
            field=fields.CharField(db_default="", max_length=500),
        ),
        ops.AddField(
            model_name="Relationship",
            name="last_contact_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Relationship",
            name="met_event",
            field=fields.CharField(db_default="", max_length=120),
        ),
        ops.AddField(
            model_name="Relationship",
            name="met_on",
            field=fields.CharField(null=True, max_length=10),
        ),
        ops.AddField(
            model_name="Relationship",
            name="met_place",
            field=fields.CharField(db_default="", max_length=120),
        ),
        ops.AddField(
            model_name="Relationship",
            name="met_written",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="Relationship",
            name="muted",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="Relationship",
            name="remind_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Relationship",
            name="remind_every_weeks",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name="Relationship",
            name="through_id",
            field=fields.BigIntField(null=True),
        ),
        ops.RunPython(fold),
        ops.RunPython(constrain),
        ops.RunSQL(["DROP INDEX request_received", "DROP INDEX relationship_newest"]),
        ops.RunSQL(
            [
                f"CREATE {unique} INDEX {name} ON {columns}"
                for name, (unique, columns) in INDEXES.items()
            ]
        ),
    ]
