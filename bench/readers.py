"""Who reads: viewers at the median, the 99th percentile and the largest number of connections."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.reading import Reader
from models import ids, paging, sql

# So many viewers at the median and at the 99th percentile; the largest is one.
ALIKE = 12


async def readers() -> dict[str, list[Reader]]:
    """Viewers by kind; the kind names their number of connections."""
    found: dict[str, list[Reader]] = {}
    [size] = await sql.rows("SELECT count(*) AS n FROM inbox")
    for kind, rank, count in (
        ("median", size["n"] // 2, ALIKE),
        ("p99", size["n"] // 100, ALIKE),
        ("largest", 0, 1),
    ):
        rows = await sql.rows(
            "SELECT m.id, m.handle, m.name, i.connections FROM inbox i JOIN member m USING (id) "
            "ORDER BY i.connections DESC, i.id LIMIT $1 OFFSET $2",
            count,
            rank,
        )
        found[f"{kind}: {rows[0]['connections']:,}"] = [await _reader(row) for row in rows]
    return found


async def _reader(row: Mapping[str, Any]) -> Reader:
    near = await _keys(
        # Connections of connections, nearest keys first: who they meet on their pages.
        "SELECT b.other_id AS id FROM (SELECT other_id FROM relationship WHERE owner_id = $1 "
        "ORDER BY connected_at DESC LIMIT 10) a JOIN relationship b ON b.owner_id = a.other_id "
        "JOIN member m ON m.id = b.other_id AND m.profile_audience <> 'CONNECTIONS' "
        "WHERE b.other_id <> $1 AND NOT EXISTS (SELECT 1 FROM relationship c "
        "WHERE c.owner_id = $1 AND c.other_id = b.other_id) ORDER BY b.id LIMIT 20",
        row["id"],
    )
    far = await _keys(
        "SELECT id FROM member WHERE id <> $1 AND profile_audience <> 'CONNECTIONS' "
        "ORDER BY id DESC LIMIT 20",
        row["id"],
    )
    busy = await _keys(
        "SELECT i.id FROM inbox i JOIN member m ON m.id = i.id AND m.profile_audience <> "
        "'CONNECTIONS' AND m.connections_audience = 'MEMBERS' WHERE i.id <> $1 "
        "ORDER BY i.connections DESC LIMIT 20",
        row["id"],
    )
    near = near or far
    handles = {
        found["id"]: found["handle"]
        for found in await sql.rows(
            f"SELECT id, handle FROM member WHERE id {sql.among(1)}", [near[0], busy[0], far[0]]
        )
    }
    places = await _keys(
        "SELECT organisation_id AS id FROM career_entry WHERE member_id = $1 ORDER BY starts DESC",
        row["id"],
    )
    tags = await _keys(
        "SELECT tag_id AS id FROM relationship_tag w JOIN tag t ON t.id = w.tag_id "
        "WHERE t.owner_id = $1 GROUP BY tag_id ORDER BY count(*) DESC, tag_id LIMIT 1",
        row["id"],
    )
    talks = await sql.rows(
        "SELECT id, last_seq FROM conversation_side WHERE owner_id = $1 "
        "ORDER BY last_seq DESC, id LIMIT 1",
        row["id"],
    )
    talk = talks[0] if talks else {"id": 1, "last_seq": 2}
    values = {
        "talkId": ids.encode(ids.CONVERSATION, talk["id"]),
        "halfWay": paging.encode("msg", talk["last_seq"] // 2 + 1),
        "tagIds": [ids.encode(ids.TAG, key) for key in tags] or None,
        "tagId": ids.encode(ids.TAG, tags[0] if tags else 1),
        "handle": handles[near[0]],
        "busyHandle": handles[busy[0]],
        "farHandle": handles[far[0]],
        "id": ids.encode(ids.MEMBER, near[0]),
        "farId": ids.encode(ids.MEMBER, far[0]),
        "people": [ids.encode(ids.MEMBER, key) for key in (*near[:10], *far[:10])],
        "organisationId": ids.encode(ids.ORGANISATION, places[0]),
        "largestOrganisationId": ids.encode(ids.ORGANISATION, (await _largest())[0]),
    }
    return Reader(row["id"], row["handle"], row["name"], values)


async def _largest() -> Sequence[int]:
    return await _keys(
        "SELECT organisation_id AS id FROM career_entry GROUP BY organisation_id "
        "ORDER BY count(*) DESC, organisation_id LIMIT 1"
    )


async def _keys(query: str, *values: object) -> list[int]:
    return [row["id"] for row in await sql.rows(query, *values)]
