"""How many people an audience has: what an author reads before posting, and afterwards."""

from collections.abc import Sequence

from models import sql
from models.audience import Chosen, FieldAudience
from models.member import ProfileAudience
from models.visibility import connected

_SUSPENDED = "(SELECT id FROM member WHERE suspended_at IS NOT NULL)"
# The stored counter without the few who are suspended: nobody's ten thousand are counted anew.
_CONNECTED = (
    "(SELECT i.connections - (SELECT count(*) FROM member gone WHERE gone.suspended_at IS NOT NULL "
    f"AND {connected('$1', 'gone.id')}) FROM inbox i WHERE i.id = $1)"
)
_OTHERS = f"((SELECT count(*) FROM member) - (SELECT count(*) FROM {_SUSPENDED} gone) - 1)"
# Whoever the author hides from sees none of their updates, whatever audience those have. Those
# whom they have asked to connect would, but how many that still are depends on what those did.
_SIZES = {
    FieldAudience.MEMBERS: (
        f"CASE me.profile_audience WHEN '{ProfileAudience.CONNECTIONS}' THEN {_CONNECTED} "
        f"ELSE {_OTHERS} END"
    ),
    FieldAudience.CONNECTIONS: _CONNECTED,
}
_SIZES[FieldAudience.EVERYONE] = _SIZES[FieldAudience.MEMBERS]


async def size(owner: int, chosen: Chosen) -> int:
    """How many members would see an update of the owner's with this audience; one statement.
    Tags that are not the owner's have no bearers.
    """
    if chosen.audience is FieldAudience.ONLY_ME:
        return 0
    if chosen.audience is FieldAudience.TAGS:
        query = f"SELECT count(DISTINCT tie.other_id) AS size {_bearers()}"
        row = await sql.row(query, owner, list(chosen.tags))
    else:
        query = f"SELECT {_SIZES[chosen.audience]} AS size FROM member me WHERE me.id = $1"
        row = await sql.row(query, owner)
    return int(row["size"]) if row else 0


def _bearers() -> str:
    return (
        "FROM relationship_tag worn JOIN relationship tie ON tie.id = worn.relationship_id "
        f"WHERE worn.tag_id {sql.among(2)} AND tie.owner_id = $1 AND tie.ended_at IS NULL "
        f"AND tie.other_id NOT IN {_SUSPENDED}"
    )


async def sizes(owner: int, asked: Sequence[Chosen]) -> list[int]:
    """How many see each of several updates of the owner's now; one statement."""
    widest = sorted({each.audience for each in asked} - {FieldAudience.TAGS, FieldAudience.ONLY_ME})
    # Whole audiences by a number below every tag's key; of tags who bears which.
    parts = [
        f"SELECT {-1 - each} AS tag_id, {_SIZES[each]} AS other_id FROM member me WHERE me.id = $1"
        for each in widest
    ]
    parts.append(f"SELECT worn.tag_id, tie.other_id {_bearers()}")
    rows = await sql.rows(
        " UNION ALL ".join(parts), owner, sorted({tag for each in asked for tag in each.tags})
    )
    whole = {-1 - row["tag_id"]: int(row["other_id"]) for row in rows if row["tag_id"] < 0}
    bearers: dict[int, set[int]] = {}
    for row in rows:
        bearers.setdefault(row["tag_id"], set()).add(row["other_id"])
    return [
        len(set[int]().union(*(bearers.get(tag, ()) for tag in each.tags)))
        if each.audience is FieldAudience.TAGS
        else whole.get(each.audience, 0)
        for each in asked
    ]
