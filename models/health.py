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
    "conversations whose messages are not numbered without a gap": (
        "SELECT c.id FROM conversation c LEFT JOIN (SELECT conversation_id, count(*) AS n, "
        "max(seq) AS newest FROM message GROUP BY conversation_id) m ON m.conversation_id = c.id "
        "WHERE c.last_seq <> coalesce(m.n, 0) OR c.last_seq <> coalesce(m.newest, 0)"
    ),
    "conversations without their two sides": (
        "SELECT c.id FROM conversation c LEFT JOIN conversation_side s "
        "ON s.conversation_id = c.id AND s.owner_id IN (c.low_id, c.high_id) "
        "GROUP BY c.id HAVING count(s.id) <> 2"
    ),
    "sides of conversations with more unread messages than there are": (
        "SELECT s.id FROM conversation_side s WHERE s.unread > (SELECT count(*) FROM message n "
        "WHERE n.conversation_id = s.conversation_id AND n.seq > s.read_seq "
        "AND n.sender_id <> s.owner_id)"
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
