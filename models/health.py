"""What must hold in every database of Mutual, asked of a whole database (doctor, tests)."""

from models import sql

_QUERIES = {
    "connections without their mirror": (
        "SELECT a.id FROM relationship a LEFT JOIN relationship b ON b.owner_id = a.other_id "
        "AND b.other_id = a.owner_id AND b.connected_at = a.connected_at "
        "AND (b.ended_at IS NULL) = (a.ended_at IS NULL) WHERE b.id IS NULL"
    ),
    "counters that differ from the rows they count": (
        "SELECT i.id FROM inbox i LEFT JOIN (SELECT owner_id, count(*) AS n FROM relationship "
        "WHERE ended_at IS NULL GROUP BY owner_id) r ON r.owner_id = i.id "
        "WHERE i.connections <> coalesce(r.n, 0)"
    ),
    "pairs with two open requests": (
        "SELECT low_id FROM connection_request WHERE sender_state = 'PENDING' "
        "GROUP BY low_id, high_id HAVING count(*) > 1"
    ),
    "open requests between members who are connected": (
        "SELECT r.id FROM connection_request r JOIN relationship c ON c.owner_id = r.low_id "
        "AND c.other_id = r.high_id AND c.ended_at IS NULL WHERE r.sender_state = 'PENDING'"
    ),
    "open introductions between members who are connected": (
        "SELECT i.id FROM introduction i JOIN relationship c ON c.owner_id = i.asker_id "
        "AND c.other_id = i.target_id AND c.ended_at IS NULL WHERE i.asker_state = 'PENDING'"
    ),
    "members whose events are not numbered without a gap": (
        "SELECT e.member_id FROM event e JOIN inbox i ON i.id = e.member_id "
        "GROUP BY e.member_id, i.last_seq HAVING max(e.seq) <> i.last_seq "
        "OR count(*) <> max(e.seq) - min(e.seq) + 1"
    ),
}


async def broken_invariants() -> list[str]:
    """What does not hold, in words with the number of rows; empty when all is well."""
    broken = []
    for what, query in _QUERIES.items():
        found = await sql.rows(query)
        if found:
            broken.append(f"{len(found)} {what}")
    return broken
