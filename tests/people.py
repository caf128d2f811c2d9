"""People for tests, made in one statement each: no password to hash, no form to fill."""

import hashlib
from datetime import timedelta

import models
from models import clock, ids, sql
from models.health import broken_invariants
from models.organisation import key_of

# An account made just now is "new" and has the small budget; most tests want an old hand.
JOINED = timedelta(days=365)


async def person(handle: str, *, folded: bool = True, **columns: object) -> int:
    """A member called after their handle; the key. `columns` overrides the row's. A database of
    an early migration has no place for what is `folded`.
    """
    key = ids.new_id()
    row: dict[str, object] = {
        "id": key,
        "handle": handle,
        "name": handle.title(),
        "email": f"{handle}@example.org",
        "password_hash": "none",
        "headline": "",
        "organisation": "",
        "location": "",
        "about": "",
        "profile_audience": "MEMBERS",
        "connections_audience": "MEMBERS",
        "accepts_requests": True,
        "joined_at": clock.now() - JOINED,
        **columns,
    }
    for name in ("name", "organisation", "location") if folded else ():
        row.setdefault(f"{name}_key", key_of(str(row[name])))
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await sql.change(f"INSERT INTO member ({', '.join(row)}) VALUES ({places})", *row.values())
    await sql.change("INSERT INTO inbox (id, last_seq, connections) VALUES ($1, 0, 0)", key)
    await sql.change("INSERT INTO allowance (id) VALUES ($1)", key)
    return key


async def people(*handles: str, folded: bool = True) -> list[int]:
    """Several members."""
    return [await person(handle, folded=folded) for handle in handles]


async def all_there_is() -> str:
    """One text for every row of every table: the same, if nothing was written."""
    found = hashlib.sha256()
    for model in models.__models__:
        for row in await sql.rows(f"SELECT * FROM {model._meta.db_table} ORDER BY id"):
            found.update(repr(tuple(row.values())).encode())
    return found.hexdigest()


async def check_invariants() -> None:
    """What must hold after anything at all; raises AssertionError."""
    broken = await broken_invariants()
    assert broken == [], broken
