"""What a member chose about messages."""

from models import sql
from models.unit import Unit, in_unit

NAMES = ("takes_message_requests", "puts_selling_aside", "shows_reading")


async def of(member: int) -> sql.Row:
    """The member's choices."""
    row = await sql.row(f"SELECT {', '.join(NAMES)} FROM member WHERE id = $1", member)
    if row is None:
        raise LookupError(member)
    return row


@in_unit
async def choose(
    _u: Unit, member: int, takes: bool | None, aside: bool | None, shows: bool | None
) -> None:
    """Change those that are given. What was written, put aside or told before stays as it is."""
    written = zip(NAMES, (takes, aside, shows), strict=True)
    chosen = {name: value for name, value in written if value is not None}
    if not chosen:
        return
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(chosen, 2))
    await sql.change(f"UPDATE member SET {sets} WHERE id = $1", member, *chosen.values())
