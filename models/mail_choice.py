"""When mail tells of what, where a member did not choose; and choosing not to, by a link."""

from models import ids, mail_address, sql
from models.notification_kind import MANNERS, MailTiming, NotificationKind
from models.unit import Unit, in_unit

# What a digest's link switches off: all that is told of daily or weekly.
DIGEST = "DIGEST"


def timing(notice: str, choice: str) -> str:
    """When mail tells of what table alias `notice` is; `choice` is the member's, if they chose."""
    of_kind = " ".join(f"WHEN '{kind}' THEN '{manner.mail}'" for kind, manner in MANNERS.items())
    return f"COALESCE({choice}.mail, CASE {notice}.kind {of_kind} END)"


@in_unit
async def switch_off(_u: Unit, member_id: int, about: str) -> None:
    """No more mail of this kind of notification, or no digests. Twice is once. What is shown on
    the page stays as it was. Raises LINK_EXPIRED for what is no kind.
    """
    if about == DIGEST:
        kinds = [
            kind.value
            for kind, manner in MANNERS.items()
            if manner.mail in (MailTiming.DAILY, MailTiming.WEEKLY)
        ]
        await sql.change(
            "UPDATE notification_choice SET mail = 'OFF' WHERE member_id = $1 "
            "AND mail IN ('DAILY', 'WEEKLY')",
            member_id,
        )
        found = "NOTHING"
    elif about in MANNERS and not MANNERS[NotificationKind(about)].fixed:
        kinds, found = [about], "UPDATE SET mail = excluded.mail"
    else:
        raise mail_address.spent()
    for kind in kinds:
        await sql.change(
            "INSERT INTO notification_choice (id, member_id, kind, in_app, mail) "
            "SELECT $1, id, $3, true, $4 FROM member WHERE id = $2 "
            f"ON CONFLICT (member_id, kind) DO {found}",
            ids.new_id(),
            member_id,
            kind,
            MailTiming.OFF.value,
        )
