"""When mail tells of what, where a member did not choose; and choosing not to, by a link."""

from collections.abc import Mapping

from models import ids, mail_address, sql
from models.notification import NotificationKind
from models.notification_choice import MailTiming
from models.unit import Unit, in_unit

# What a digest's link switches off: all that is told of daily or weekly.
DIGEST = "DIGEST"
# What waits for the member, or is good news, is told at once; all else waits for the digest.
_AT_ONCE = frozenset(
    {
        "REQUEST_RECEIVED",
        "REQUEST_ACCEPTED",
        "REQUEST_DECLINED",
        "INTRODUCTION_ASKED",
        "INTRODUCTION_RECEIVED",
        "INTRODUCTION_ACCEPTED",
        "MESSAGE_RECEIVED",
        "MESSAGE_REQUESTED",
    }
)
DEFAULTS: Mapping[NotificationKind, MailTiming] = {
    kind: MailTiming.AT_ONCE if kind.value in _AT_ONCE else MailTiming.DAILY
    for kind in NotificationKind
}


def timing(notice: str, choice: str) -> str:
    """When mail tells of what table alias `notice` is; `choice` is the member's, if they chose."""
    at_once = ", ".join(f"'{k.value}'" for k, t in DEFAULTS.items() if t == MailTiming.AT_ONCE)
    otherwise = f"CASE WHEN {notice}.kind IN ({at_once}) THEN 'AT_ONCE' ELSE 'DAILY' END"
    return f"COALESCE({choice}.mail, {otherwise})"


@in_unit
async def switch_off(_u: Unit, member_id: int, about: str) -> None:
    """No more mail of this kind of notification, or no digests. Twice is once. What is shown on
    the page stays as it was. Raises LINK_EXPIRED for what is no kind.
    """
    if about == DIGEST:
        kinds = [kind.value for kind, time in DEFAULTS.items() if time != MailTiming.AT_ONCE]
        await sql.change(
            "UPDATE notification_choice SET mail = 'OFF' WHERE member_id = $1 "
            "AND mail IN ('DAILY', 'WEEKLY')",
            member_id,
        )
        found = "NOTHING"
    elif about in NotificationKind.__members__:
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
