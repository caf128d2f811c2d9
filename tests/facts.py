"""Facts about people for tests, made in one statement each."""

from models import clock, ids, sql
from models.audience import FieldAudience
from models.career import PRESENT
from models.organisation import key_of


async def place(name: str) -> int:
    """An organisation or school; the key."""
    key = ids.new_id()
    await sql.change(
        "INSERT INTO organisation (id, name, key) VALUES ($1, $2, $3)", key, name, key_of(name)
    )
    return key


async def career(
    member: int,
    organisation: int,
    start: int,
    end: int | None = None,
    *,
    kind: str = "WORK",
    audience: FieldAudience = FieldAudience.MEMBERS,
    spelt: str = "",
) -> int:
    """Whole years at a place, until now without `end`; the key."""
    key = ids.new_id()
    await sql.change(
        "INSERT INTO career_entry (id, member_id, organisation_id, kind, title, description, "
        "start_year, end_year, starts, ends, audience, place) "
        "VALUES ($1, $2, $3, $4, '', '', $5, $6, $7, $8, $9, $10)",
        key,
        member,
        organisation,
        kind,
        start,
        end,
        start * 12,
        PRESENT if end is None else end * 12 + 11,
        int(audience),
        spelt,
    )
    return key


async def both_worked(one: int, two: int, name: str = "Larch & Span") -> list[int]:
    """Two who worked at one place, 2014 to 2018; the keys of their entries."""
    where = await place(name)
    return [await career(one, where, 2012, 2018), await career(two, where, 2014, 2021)]


async def introduction(asker: int, introducer: int, target: int, *states: str) -> int:
    """An introduction whose sides stand so: asker, introducer, target; the key."""
    key = ids.new_id()
    await sql.change(
        "INSERT INTO introduction (id, asker_id, introducer_id, target_id, note_to_target, "
        "asker_state, introducer_state, target_state, introducer_name, target_name, asked_at, "
        "expires_at) VALUES ($1, $2, $3, $4, 'Hello', $5, $6, $7, 'Their introducer', 'Target', "
        "$8, $9)",
        key,
        asker,
        introducer,
        target,
        *states,
        clock.now(),
        clock.now().replace(year=clock.now().year + 1),
    )
    return key


async def code(member: int, event: str = "", where: str = "") -> int:
    """A code that a member shows; the key."""
    key = ids.new_id()
    await sql.change(
        "INSERT INTO meeting_code (id, member_id, code_hash, event, event_key, place, made_at, "
        "expires_at, shown) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, false)",
        key,
        member,
        f"hash of {key}",
        event,
        key_of(event),
        where,
        clock.now(),
    )
    return key


async def rewrite(request: int, **columns: object) -> None:
    """Change columns of a request behind everybody's back."""
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 2))
    await sql.change(
        f"UPDATE connection_request SET {sets} WHERE id = $1", request, *columns.values()
    )
