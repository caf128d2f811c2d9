"""Short forms of what tests of introductions do all the time."""

from models import introduction, introduction_list
from models.directory import Wants
from models.introduction_list import Role
from tests.models.acts import connect
from tests.people import people

WORDS = "I would like to ask about tide tables."


async def three(*handles: str) -> list[int]:
    """An asker, a mutual connection, and whom they want to meet."""
    asker, introducer, target = await people(*(handles or ("ada", "mia", "ben")))
    await connect(asker, introducer)
    await connect(introducer, target)
    return [asker, introducer, target]


async def asked(asker: int, introducer: int, target: int) -> int:
    """Ask for an introduction; its key."""
    row = await introduction.ask(asker, introducer, target, "Please", WORDS)
    return int(row["id"])


async def forwarded(asker: int, introducer: int, target: int) -> int:
    """Ask for an introduction that is forwarded; its key."""
    key = await asked(asker, introducer, target)
    await introduction.forward(introducer, key, "You two should talk.")
    return key


async def states(key: int) -> tuple[str, str, str]:
    """The states of asker, introducer and target, as stored."""
    from models import sql

    row = await sql.row("SELECT * FROM introduction WHERE id = $1", key)
    assert row is not None
    return row["asker_state"], row["introducer_state"], row["target_state"]


async def listed(member: int, role: Role) -> list[tuple[int, str]]:
    """The member's introductions on a side, with the states they read."""
    page = await introduction_list.of(member, role, 100, None, Wants())
    side = role.value.lower()
    return [(row["id"], str(introduction.standing(row, side)[0])) for row in page.rows]
