"""How many people an audience has: what an author reads before posting, and afterwards."""

from collections.abc import Sequence

from models import sql
from models.audience import Chosen, FieldAudience
from models.member import ProfileAudience

_SUSPENDED = "(SELECT id FROM member WHERE suspended_at IS NOT NULL)"
_CONNECTED = (
    "SELECT count(*) FROM relationship tie WHERE tie.owner_id = $1 AND tie.ended_at IS NULL "
    f"AND tie.other_id NOT IN {_SUSPENDED}"
)
# Whoever the author hides from sees none of their updates, whatever audience those have. Those
# whom they have asked to connect would, but how many that still are depends on what those did.
_SIZES = {
    FieldAudience.MEMBERS: (
        f"CASE me.profile_audience WHEN '{ProfileAudience.CONNECTIONS}' THEN ({_CONNECTED}) "
        "ELSE (SELECT count(*) - 1 FROM member WHERE suspended_at IS NULL) END"
    ),
    FieldAudience.CONNECTIONS: f"({_CONNECTED})",
}
_SIZES[FieldAudience.EVERYONE] = _SIZES[FieldAudience.MEMBERS]


async def size(owner: int, chosen: Chosen) -> int:
    """How many members would see an update of the owner's with this audience; one statement.
    Tags that are not the owner's have no bearers.
    """
    if chosen.audience is FieldAudience.ONLY_ME:
        return 0
    if chosen.audience is FieldAudience.TAGS:
        return await _bearers(owner, chosen.tags)
    row = await sql.row(
        f"SELECT {_SIZES[chosen.audience]} AS size FROM member me WHERE me.id = $1", owner
    )
    return int(row["size"]) if row else 0


async def _bearers(owner: int, tags: Sequence[int]) -> int:
    row = await sql.row(
        "SELECT count(DISTINCT tie.other_id) AS size FROM relationship_tag worn "
        "JOIN relationship tie ON tie.id = worn.relationship_id "
        f"WHERE worn.tag_id {sql.among(2)} AND tie.owner_id = $1 AND tie.ended_at IS NULL "
        f"AND tie.other_id NOT IN {_SUSPENDED}",
        owner,
        list(tags),
    )
    return int(row["size"]) if row else 0


async def sizes(owner: int, asked: Sequence[Chosen]) -> list[int]:
    """How many see each of several updates of the owner's now; in at most two statements."""
    found: dict[object, int] = {}
    widest = {each.audience for each in asked} - {FieldAudience.TAGS}
    if widest:
        columns = ", ".join(f"{_SIZES[each]} AS size_{each:d}" for each in sorted(widest))
        row = await sql.row(f"SELECT {columns} FROM member me WHERE me.id = $1", owner)
        found = {each: int(row[f"size_{each:d}"]) if row else 0 for each in widest}
    groups = sorted({tuple(sorted(set(each.tags))) for each in asked if each.tags})
    if groups:
        counts = await _of_groups(owner, groups)
        found.update(zip(groups, counts, strict=True))
    return [
        found.get(tuple(sorted(set(each.tags))), 0)
        if each.audience is FieldAudience.TAGS
        else found[each.audience]
        for each in asked
    ]


async def _of_groups(owner: int, groups: Sequence[tuple[int, ...]]) -> list[int]:
    rows = await sql.rows(
        "SELECT worn.tag_id, tie.other_id FROM relationship_tag worn "
        "JOIN relationship tie ON tie.id = worn.relationship_id "
        f"WHERE worn.tag_id {sql.among(2)} AND tie.owner_id = $1 AND tie.ended_at IS NULL "
        f"AND tie.other_id NOT IN {_SUSPENDED}",
        owner,
        sorted({tag for group in groups for tag in group}),
    )
    bearers: dict[int, set[int]] = {}
    for row in rows:
        bearers.setdefault(row["tag_id"], set()).add(row["other_id"])
    return [len(set[int]().union(*(bearers.get(tag, ()) for tag in group))) for group in groups]
