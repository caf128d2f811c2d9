"""The statement of a search, for both engines.

$1 is the viewer, $2 now, $3 to $5 the degree, rank and id behind which the page begins, $6 how
many are wanted; then the readings of the query (models/search_query.py).
"""

from collections.abc import Sequence

from models import graph, sql
from models.audience import FieldAudience
from models.search_query import nobody
from models.search_words import SearchKind
from models.visibility import may_see, sees, sees_field

# Of those who match in one way and are no connections of the viewer's, so many are looked at.
MOST = 500
# Up to so many connections are looked through one by one; for more the index is asked first.
FEW = 1000
# Of the requests, and the introductions, that wait for the viewer, the newest count.
MOST_ASKERS = 200

_TIE = (
    "tie AS MATERIALIZED (SELECT other_id AS id FROM relationship "
    "WHERE owner_id = $1 AND ended_at IS NULL)"
)
# Whoever may show themself for what they asked of the viewer; may_see says whether they do.
_ASKER = (
    "asker AS MATERIALIZED (SELECT id FROM member WHERE profile_audience = 'CONNECTIONS' AND id IN "
    "(SELECT * FROM (SELECT sender_id FROM connection_request WHERE recipient_id = $1 "
    f"AND sender_state = 'PENDING' ORDER BY id DESC LIMIT {MOST_ASKERS}) r "
    "UNION SELECT * FROM (SELECT asker_id FROM introduction WHERE target_id = $1 "
    f"AND asker_state = 'PENDING' ORDER BY id DESC LIMIT {MOST_ASKERS}) i))"
)

# How near a hit is: 1 for a connection; two steps away over an edge that the connection between
# shows the viewer, or that the member may show; anybody else.
_SHOWN, _MAYBE, _FAR = 2, 3, 4
# The degree of all who are more than two steps away, or none.
FAR = 3
_STEPS = (
    f"CASE WHEN id IN (SELECT id FROM second WHERE opens) THEN {_SHOWN} "
    f"WHEN id IN (SELECT id FROM second) THEN {_MAYBE} ELSE {_FAR} END"
)


class Statement:
    """Collects where members are looked for, and as what."""

    def __init__(self, signed_in: bool) -> None:
        self.values: list[str] = []
        self._viewer = "$1" if signed_in else None
        self._tables: list[str] = []
        self._hits: list[str] = []
        if signed_in:
            self._tables += [graph.near(), graph.share(graph.BEHIND, graph.BEHIND_EACH), _second()]

    def everyone(self, readings: Sequence[str]) -> None:
        """Among all members: of each reading those two steps away, and those who joined last."""
        found = []
        key, index = ("rowid", "search_fts") if sql.is_sqlite() else ("d.id", "search_document d")
        for rank, reading in enumerate(_once(readings)):
            # Slips are for those who find little.
            enough = f" AND (SELECT count(*) FROM open2) < {MOST}" if rank == 3 else ""
            self._tables.append(
                f"open{rank} AS MATERIALIZED (SELECT {key} AS id FROM {index} "
                f"WHERE {self._match(reading)}{enough})"
            )
            newest = f"(SELECT id FROM open{rank} ORDER BY id DESC LIMIT {MOST}) newest"
            self._hits.append(f"SELECT id, {_FAR} AS steps, {rank} AS rank FROM {newest}")
            found.append(f"SELECT id, {rank} AS rank FROM open{rank}")
        if self._viewer is not None:
            self._tables.append(f"found AS MATERIALIZED ({' UNION ALL '.join(found)})")
            near = "found WHERE id IN (SELECT id FROM second)"
            self._hits.append(f"SELECT id, {_STEPS}, rank FROM {near}")

    def connections(self, readings: Sequence[str], number: int) -> None:
        """Among the viewer's connections, who have so many."""
        self._tables.append(_TIE)
        self._among("tie", "1", readings, few=number <= FEW)

    def askers(self, readings: Sequence[str]) -> None:
        """Among those who hide from all but their connections, and ask for the viewer."""
        self._tables.append(_ASKER)
        self._among("asker", _STEPS, readings, few=True)

    def _among(self, table: str, steps: str, readings: Sequence[str], *, few: bool) -> None:
        if sql.is_sqlite():
            # Nobody to look among, nothing to look for; and the plus keeps SQLite from searching
            # anew for each of them.
            self._hits += [
                f"SELECT id, {steps}, {rank} FROM (SELECT search_fts.rowid AS id FROM "
                f"(SELECT 1 FROM {table} LIMIT 1) CROSS JOIN search_fts "
                f"WHERE {self._match(reading)} AND +search_fts.rowid IN (SELECT id FROM {table})) o"
                for rank, reading in enumerate(_once(readings))
            ]
            return
        *nearer, widest = [self._match(reading) for reading in readings]
        ranks = " ".join(f"WHEN {match} THEN {rank}" for rank, match in enumerate(nearer))
        rank = f"CASE {ranks} ELSE {len(nearer)} END"
        # OFFSET 0 has the documents asked of the right one first.
        documents = (
            f"(SELECT d.id, d.words FROM {table} CROSS JOIN LATERAL (SELECT id, words "
            f"FROM search_document d WHERE d.id = {table}.id OFFSET 0) d WHERE {widest})"
            if few
            else f"(SELECT d.id, d.words FROM search_document d WHERE {widest} OFFSET 0)"
        )
        self._hits.append(
            f"SELECT id, {steps}, {rank} FROM {documents} d WHERE id IN (SELECT id FROM {table})"
        )

    def _match(self, reading: str) -> str:
        self.values.append(reading)
        place = f"${6 + len(self.values)}"
        if sql.is_sqlite():
            return f"search_fts MATCH {place}"
        return f"d.words @@ {place}::text::tsquery"

    def text(self, columns: str, *, matched: bool) -> str:
        """The statement; `columns` are those of the members, matched adds `texts`."""
        viewer = self._viewer
        tables = [*self._tables, f"hit AS ({' UNION ALL '.join(self._hits)})"]
        degree = str(FAR)
        if viewer is not None:
            degree = (
                f"CASE WHEN h.steps = 1 THEN 1 WHEN m.id <> {viewer} AND (h.steps = {_SHOWN} "
                f"OR (h.steps = {_MAYBE} AND {graph.opens_to_mutual('m')})) THEN 2 ELSE {FAR} END"
            )
        tables.append(
            f"seen AS MATERIALIZED (SELECT m.id, {degree} AS degree, h.rank "
            "FROM (SELECT id, min(steps) AS steps, min(rank) AS rank FROM hit GROUP BY id) h "
            f"JOIN member m ON m.id = h.id WHERE {may_see('m', viewer, '$2')})"
        )
        tables.append(
            "page AS MATERIALIZED (SELECT * FROM seen WHERE degree > $3 OR (degree = $3 "
            "AND (rank > $4 OR (rank = $4 AND id < $5))) "
            "ORDER BY degree, rank, id DESC LIMIT $6)"
        )
        texts = f", {_texts(viewer)} AS texts" if matched else ""
        return (
            f"WITH {', '.join(tables)} SELECT {columns}, p.degree, p.rank{texts} "
            "FROM page p JOIN member m ON m.id = p.id "
            # Both placeholders occur for every viewer, or PostgreSQL cannot tell their types.
            "WHERE ($1::bigint IS NULL OR true) AND $2::timestamptz IS NOT NULL "
            "ORDER BY p.degree, p.rank, p.id DESC"
        )


def _once(readings: Sequence[str]) -> list[str]:
    """A reading that is no wider than the one before finds nobody else: it need not be tried."""
    return [
        nobody() if place and text == readings[place - 1] else text
        for place, text in enumerate(readings)
    ]


def _second() -> str:
    walk = graph.newest("n.id", "n.size", "e", "(SELECT most FROM share)")
    return f"second AS MATERIALIZED (SELECT e.other_id AS id, n.opens FROM near n {walk})"


def _texts(viewer: str | None) -> str:
    """Every text of member `m` that the viewer sees and that the index holds, as JSON."""
    parts = [
        "SELECT 'NAME' AS kind, m.name AS text",
        "SELECT 'NAME', m.handle",
        *(
            f"SELECT '{kind}', m.{field} WHERE m.{field} <> '' AND {sees_field('m', field, viewer)}"
            for kind, field in (
                (SearchKind.HEADLINE, "headline"),
                (SearchKind.ORGANISATION, "organisation"),
                (SearchKind.PLACE, "location"),
            )
        ),
    ]
    for kind, text, rows in (
        (
            "CASE x.kind WHEN 'WORK' THEN 'ORGANISATION' ELSE 'SCHOOL' END",
            "CASE x.place WHEN '' THEN o.name ELSE x.place END",
            "career_entry x JOIN organisation o ON o.id = x.organisation_id WHERE true",
        ),
        ("'HEADLINE'", "x.title", "career_entry x WHERE x.kind = 'WORK' AND x.title <> ''"),
        ("'SKILL'", "x.value", "profile_entry x WHERE x.kind = 'SKILL'"),
    ):
        shown = sees("x.audience", "m.id", "x.id", "", viewer)
        # What only the member sees is in nobody's index, their own included.
        shown = f"x.audience <> {FieldAudience.ONLY_ME:d} AND {shown}"
        parts.append(f"SELECT {kind}, {text} FROM {rows} AND x.member_id = m.id AND {shown}")
    pair = (
        "json_group_array(json_array(t.kind, t.text))"
        if sql.is_sqlite()
        else "json_agg(json_build_array(t.kind, t.text))"
    )
    return f"(SELECT {pair} FROM ({' UNION ALL '.join(parts)}) t)"
