"""Choosing not to get a kind of mail, by a link in it."""

from models import ids, mail_address, sql
from models.notification import NotificationKind
from models.notification_choice import MailTiming
from models.unit import Unit, in_unit

# What a digest's link switches off: all that is told of daily or weekly.
DIGEST = "DIGEST"


@in_unit
async def switch_off(_u: Unit, member_id: int, about: str) -> None:
    """No more mail of this kind of notification, or no digests. Twice is once. What is shown on
    the page stays as it was. Raises LINK_EXPIRED for what is no kind.
    """
    if about == DIGEST:
        kinds = [kind.value for kind in NotificationKind]
        only = " WHERE notification_choice.mail IN ('DAILY', 'WEEKLY')"
    elif about in NotificationKind.__members__:
        kinds, only = [about], ""
    else:
        raise mail_address.spent()
    for kind in kinds:
        await sql.change(
            "INSERT INTO notification_choice (id, member_id, kind, in_app, mail) "
            "SELECT $1, id, $3, true, $4 FROM member WHERE id = $2 "
            f"ON CONFLICT (member_id, kind) DO UPDATE SET mail = excluded.mail{only}",
            ids.new_id(),
            member_id,
            kind,
            MailTiming.OFF.value,
        )
