"""What members chose for requests from strangers, new accounts and those without mutuals.

Worked out by the statement that sends, for the recipient alone: the sender reads nothing of it.
Of several rules that match the strictest holds. Someone whom the recipient showed a code is met
in person, so no rule is asked about them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from models import ids, sql
from models.familiarity import score
from models.notification_choice import Handling, SenderClass
from models.settings import settings
from models.unit import Unit, in_unit
from models.visibility import mutual_count

_STRICT = {Handling.HOLD: 2, Handling.QUIET: 1}


def handling_of(sender: str, recipient: str, familiarity: str, since: str) -> str:
    """An expression: what the recipient's rules make of the sender. All are expressions; the
    familiarity (models/familiarity.py) is 0 without any evidence and mutual connection, and who
    joined after `since` has a new account.

    Nothing but the index of rules is read for a recipient without any.
    """
    mutual = mutual_count("them", recipient, _size(sender), _size(recipient))
    new = f"SELECT 1 FROM member them WHERE them.id = {sender} AND them.joined_at > {since}"
    matches = (
        f"CASE rule.sender_class WHEN '{SenderClass.STRANGER}' THEN {familiarity} = 0 "
        f"WHEN '{SenderClass.NEW_ACCOUNT}' THEN EXISTS ({new}) "
        f"ELSE (SELECT {mutual} FROM member them WHERE them.id = {sender}) = 0 END"
    )
    weights = " ".join(f"WHEN '{name}' THEN {weight}" for name, weight in _STRICT.items())
    names = " ".join(f"WHEN {weight} THEN '{name}'" for name, weight in _STRICT.items())
    return (
        f"(SELECT CASE max(CASE rule.handling {weights} ELSE 0 END) {names} "
        f"ELSE '{Handling.ACCEPT}' END FROM sender_rule rule "
        f"WHERE rule.member_id = {recipient} AND {matches})"
    )


def _size(member: str) -> str:
    return f"(SELECT connections FROM inbox WHERE id = {member})"


def new_since(now: datetime) -> datetime:
    """Who joined later has a new account."""
    return now - timedelta(days=settings().new_account_days)


async def handling(recipient: int, sender: int, now: datetime) -> Handling:
    """What the recipient's rules make of something the sender asks of them; one statement."""
    known = score("$1", "$2", "false", "$3")
    row = await sql.row(
        f"SELECT {handling_of('$1', '$2', known, '$4')} AS handling",
        sender,
        recipient,
        now,
        new_since(now),
    )
    assert row is not None
    return Handling(row["handling"])


async def rules(member_id: int) -> dict[SenderClass, Handling]:
    """The member's rule for every class."""
    rows = await sql.rows(
        "SELECT sender_class, handling FROM sender_rule WHERE member_id = $1", member_id
    )
    own: Mapping[str, str] = {row["sender_class"]: row["handling"] for row in rows}
    return {each: Handling(own.get(each, Handling.ACCEPT)) for each in SenderClass}


@in_unit
async def choose(_u: Unit, member_id: int, sender_class: SenderClass, chosen: Handling) -> None:
    """Have requests of such senders handled so from now on; those that are there stay."""
    await sql.change(
        "INSERT INTO sender_rule (id, member_id, sender_class, handling) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (member_id, sender_class) DO UPDATE SET handling = excluded.handling",
        ids.new_id(),
        member_id,
        sender_class.value,
        chosen.value,
    )
