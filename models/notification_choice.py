"""How a member wants to hear of things: by kind and channel, and by who it comes from.

Rows stand only for what was chosen; what was not has the manner of its kind
(models/notification_kind.py). Applied by the statement that notifies (models/notification.py), and
for senders by the one that sends (models/sender_rule.py).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tortoise import fields

from models import ids, sql
from models.base import Stored, belongs_to_member
from models.notification_kind import MANNERS, NotificationKind
from models.notification_kind import MailTiming as MailTiming
from models.problem import Code, Problem
from models.unit import Unit, in_unit


class SenderClass(StrEnum):
    """Who asks, as the recipient may sort them."""

    STRANGER = "STRANGER"
    NEW_ACCOUNT = "NEW_ACCOUNT"
    NO_MUTUALS = "NO_MUTUALS"


class Handling(StrEnum):
    """What becomes of a request from such a sender, for the recipient alone."""

    ACCEPT = "ACCEPT"
    QUIET = "QUIET"
    HOLD = "HOLD"


class NotificationChoice(Stored):
    """What a member chose for a kind of notification; without one the default holds."""

    member = belongs_to_member()
    kind = fields.CharField(max_length=30)
    in_app = fields.BooleanField()
    mail = fields.CharField(max_length=8)

    class Meta:
        table = "notification_choice"


class SenderRule(Stored):
    """What a member chose for requests from a class of senders."""

    member = belongs_to_member()
    sender_class = fields.CharField(max_length=12)
    handling = fields.CharField(max_length=6)

    class Meta:
        table = "sender_rule"


class Choice(NamedTuple):
    """How a member hears of a kind."""

    in_app: bool
    mail: MailTiming


async def chosen(member_id: int) -> dict[NotificationKind, Choice]:
    """How the member hears of every kind, in one statement; in the order of MANNERS."""
    rows = await sql.rows(
        "SELECT kind, in_app, mail FROM notification_choice WHERE member_id = $1", member_id
    )
    own = {row["kind"]: Choice(bool(row["in_app"]), MailTiming(row["mail"])) for row in rows}
    return {
        kind: Choice(True, manner.mail) if manner.fixed or kind not in own else own[kind]
        for kind, manner in MANNERS.items()
    }


async def choose(member_id: int, choices: Mapping[NotificationKind, Choice]) -> None:
    """Have the member hear of these kinds so from now on. Raises INVALID for what is fixed."""
    for kind in choices:
        if MANNERS[kind].fixed:
            raise Problem(
                Code.INVALID,
                "What concerns the safety of your account is always told.",
                field=("choices",),
            )
    await _choose(member_id, [(kind, choices[kind]) for kind in sorted(choices)])


@in_unit
async def _choose(
    u: Unit, member_id: int, choices: Sequence[tuple[NotificationKind, Choice]]
) -> None:
    if not choices:
        return
    values: list[object] = [member_id]
    places = []
    for kind, choice in choices:
        at = len(values)
        places.append(f"(${at + 1}, $1, ${at + 2}, ${at + 3}, ${at + 4})")
        values += [ids.new_id(), kind.value, choice.in_app, choice.mail.value]
    await sql.change(
        "INSERT INTO notification_choice (id, member_id, kind, in_app, mail) "
        f"VALUES {', '.join(places)} ON CONFLICT (member_id, kind) "
        "DO UPDATE SET in_app = excluded.in_app, mail = excluded.mail",
        *values,
    )
    u.wake(member_id)


async def handling(recipient: int, sender: int, now: datetime) -> Handling:
    """What the recipient's rules make of something this sender asks of them."""
    from models import sender_rule  # which asks what is known of the two, and so everything

    return await sender_rule.handling(recipient, sender, now)
