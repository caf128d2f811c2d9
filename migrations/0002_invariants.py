"""What must never be otherwise, backed by the database, and the indexes of the hot reads."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import add_constraints

MIRRORED = "FOREIGN KEY (other_id, owner_id) REFERENCES relationship (owner_id, other_id) "
CONSTRAINTS = {
    "connection_request": {
        "request_two_members": "CHECK (sender_id <> recipient_id)",
        "request_pair": (
            "CHECK (low_id < high_id AND ((sender_id = low_id AND recipient_id = high_id) "
            "OR (sender_id = high_id AND recipient_id = low_id)))"
        ),
        "request_states": (
            "CHECK ((sender_state = 'PENDING' AND recipient_state IN "
            "('PENDING', 'IGNORED', 'DECLINED', 'CLOSED')) "
            "OR (sender_state = 'ACCEPTED' AND recipient_state = 'ACCEPTED') "
            "OR (sender_state = 'DECLINED' AND recipient_state IN ('DECLINED', 'CLOSED')) "
            "OR (sender_state IN ('WITHDRAWN', 'EXPIRED', 'VOID') "
            "AND recipient_state IN ('GONE', 'CLOSED')))"
        ),
        "request_decline_has_reason": (
            "CHECK (recipient_state <> 'DECLINED' OR decline_reason IS NOT NULL)"
        ),
    },
    "relationship": {
        "relationship_two_members": "CHECK (owner_id <> other_id)",
        "relationship_pair": "UNIQUE (owner_id, other_id)",
        # A connection is two mirrored rows or none; checked at commit.
        "relationship_mirrored": f"{MIRRORED}DEFERRABLE INITIALLY DEFERRED",
        "relationship_shown": "CHECK (listed OR NOT shown)",
        "relationship_ended": "CHECK ((ended_at IS NULL) = (ended_by_id IS NULL))",
    },
    "inbox": {"inbox_counters": "CHECK (connections >= 0 AND last_seq >= 0)"},
    "event": {"event_number": "UNIQUE (member_id, seq)"},
    "notification": {"notification_subject": "UNIQUE (member_id, kind, subject_id)"},
    "due_tell": {"due_tell_subject": "UNIQUE (member_id, kind, subject_id)"},
    "mutation_key": {"mutation_key_member": "UNIQUE (member_id, key)"},
}
INDEXES = {
    # At most one open request between two members, whoever asked.
    "request_open_pair": (
        "UNIQUE",
        "connection_request (low_id, high_id) WHERE sender_state = 'PENDING'",
    ),
    "request_received": (
        "",
        "connection_request (recipient_id, surfaced_at DESC, id DESC) "
        "WHERE sender_state = 'PENDING' AND recipient_state = 'PENDING'",
    ),
    "request_recipient": (
        "",
        "connection_request (recipient_id, recipient_state, recipient_changed_at DESC, id DESC)",
    ),
    "request_sent": ("", "connection_request (sender_id, sent_at DESC, id DESC)"),
    "request_direction": ("", "connection_request (sender_id, recipient_id, id)"),
    "request_expiry": ("", "connection_request (expires_at) WHERE sender_state = 'PENDING'"),
    "relationship_newest": (
        "",
        "relationship (owner_id, connected_at DESC, other_id DESC) WHERE ended_at IS NULL",
    ),
    "notification_newest": ("", "notification (member_id, occurred_at DESC, id DESC)"),
    "notification_unread": ("", "notification (member_id) WHERE read_at IS NULL"),
    "notification_about": ("", "notification (subject_id)"),
    "due_tell_due": ("", "due_tell (due_at, id)"),
    "session_member": ("", "session (member_id, seen_at DESC)"),
    "session_expiry": ("", "session (expires_at)"),
    "access_token_member": ("", "access_token (member_id, id DESC)"),
    "mutation_key_made": ("", "mutation_key (made_at)"),
}


async def forward(apps: object, editor: object) -> None:
    await add_constraints(editor, CONSTRAINTS)


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    operations = [
        ops.RunPython(forward),
        ops.RunSQL(
            [
                f"CREATE {unique} INDEX {name} ON {columns}"
                for name, (unique, columns) in INDEXES.items()
            ]
        ),
    ]
