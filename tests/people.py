"""People for tests, made in one statement each: no password to hash, no form to fill."""

from datetime import timedelta

from models import clock, ids, sql

# An account made just now is "new" and has the small budget; most tests want an old hand.
JOINED = timedelta(days=365)


async def person(handle: str, **columns: object) -> int:
    """A member called after their handle; the key. `columns` overrides the row's."""
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
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await sql.change(f"INSERT INTO member ({', '.join(row)}) VALUES ({places})", *row.values())
    await sql.change("INSERT INTO inbox (id, last_seq, connections) VALUES ($1, 0, 0)", key)
    await sql.change("INSERT INTO allowance (id) VALUES ($1)", key)
    return key


async def people(*handles: str) -> list[int]:
    """Several members."""
    return [await person(handle) for handle in handles]


async def check_invariants() -> None:
    """What must hold after anything at all; raises AssertionError."""
    assert not await sql.rows(
        "SELECT a.id FROM relationship a LEFT JOIN relationship b ON b.owner_id = a.other_id "
        "AND b.other_id = a.owner_id AND b.connected_at = a.connected_at "
        "AND (b.ended_at IS NULL) = (a.ended_at IS NULL) WHERE b.id IS NULL"
    ), "a connection is two mirrored rows"
    assert not await sql.rows(
        "SELECT i.id FROM inbox i WHERE i.connections <> (SELECT count(*) FROM relationship r "
        "WHERE r.owner_id = i.id AND r.ended_at IS NULL)"
    ), "counters equal rows"
    assert not await sql.rows(
        "SELECT low_id FROM connection_request WHERE sender_state = 'PENDING' "
        "GROUP BY low_id, high_id HAVING count(*) > 1"
    ), "one open request per pair"
    assert not await sql.rows(
        "SELECT r.id FROM connection_request r JOIN relationship c ON c.owner_id = r.low_id "
        "AND c.other_id = r.high_id AND c.ended_at IS NULL WHERE r.sender_state = 'PENDING'"
    ), "nobody asks whom they are connected with"
    assert not await sql.rows(
        "SELECT e.member_id FROM event e JOIN inbox i ON i.id = e.member_id "
        "GROUP BY e.member_id, i.last_seq HAVING max(e.seq) <> i.last_seq "
        "OR count(*) <> max(e.seq) - min(e.seq) + 1"
    ), "events are numbered without a gap, up to the counter (older ones are purged)"
