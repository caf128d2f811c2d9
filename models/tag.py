"""Tags: words a member puts on their connections, for themself alone.

A part of a profile may be shown to the bearers of chosen tags (models/audience.py). Deleting a
tag takes it out of those choices by foreign key: fewer see the part then, never more.
"""

import json
from collections.abc import Sequence

from tortoise import fields

from models import ids, search_text, sql
from models.base import Stored, belongs_to, belongs_to_member
from models.organisation import key_of
from models.problem import Code, Problem
from models.text import clean
from models.unit import Unit, in_unit

TAG_LONGEST = 40
MOST_TAGS = 200
# How many connections one act may be about, and how many tags it may put on them.
MOST_AT_ONCE = 100
MOST_TAGS_AT_ONCE = 20


class Tag(Stored):
    """One of a member's tags; `key` tells two spellings of one from each other."""

    owner = belongs_to_member()
    name = fields.CharField(max_length=TAG_LONGEST)
    key = fields.CharField(max_length=TAG_LONGEST * 2)

    class Meta:
        table = "tag"


class RelationshipTag(Stored):
    """A tag on the owner's side of a connection."""

    relationship = belongs_to("Relationship")
    tag = belongs_to("Tag")

    class Meta:
        table = "relationship_tag"


def _gone(field: str) -> Problem:
    return Problem(Code.NOT_FOUND, "This tag is no longer there.", field=(field,))


def _taken(name: str) -> Problem:
    return Problem(Code.TAKEN, f"You have a tag called “{name}” already.", field=("name",))


def _named(name: str) -> tuple[str, str]:
    name = clean(name, "name", longest=TAG_LONGEST, required=True)
    return name, key_of(name)[: TAG_LONGEST * 2] or name


@in_unit
async def create(_u: Unit, owner: int, name: str) -> sql.Row:
    """Make a tag. TAKEN where the owner has one that is spelled alike but for case or accents."""
    name, key = _named(name)
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner)
    found = await sql.row("SELECT name FROM tag WHERE owner_id = $1 AND key = $2", owner, key)
    if found:
        raise _taken(found["name"])
    counted = await sql.row("SELECT count(*) AS n FROM tag WHERE owner_id = $1", owner)
    if counted and counted["n"] >= MOST_TAGS:
        raise Problem(Code.TOO_MANY, f"At most {MOST_TAGS} tags. Delete one first.")
    row = await sql.row(
        "INSERT INTO tag (id, owner_id, name, key) VALUES ($1, $2, $3, $4) RETURNING *",
        ids.new_id(),
        owner,
        name,
        key,
    )
    assert row is not None
    return row


@in_unit
async def rename(_u: Unit, owner: int, tag: int, name: str) -> sql.Row:
    """Give a tag another name. TAKEN where another of the owner's is spelled alike."""
    name, key = _named(name)
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner)
    found = await sql.row(
        "SELECT name FROM tag WHERE owner_id = $1 AND key = $2 AND id <> $3", owner, key, tag
    )
    if found:
        raise _taken(found["name"])
    row = await sql.row(
        "UPDATE tag SET name = $3, key = $4 WHERE id = $1 AND owner_id = $2 RETURNING *",
        tag,
        owner,
        name,
        key,
    )
    if row is None:
        raise _gone("tagId")
    return row


@in_unit
async def delete(_u: Unit, owner: int, tag: int) -> sql.Row:
    """Delete a tag: it comes off every connection and out of every audience it was chosen for."""
    row = await sql.row("DELETE FROM tag WHERE id = $1 AND owner_id = $2 RETURNING *", tag, owner)
    if row is None:
        raise _gone("tagId")
    await search_text.refresh(owner)
    return row


async def own_sides(owner: int, sides: Sequence[int], *, lock: bool = True) -> list[int]:
    """Those of these sides that are the owner's. Part of a unit. Raises TOO_MANY, or NOT_FOUND
    where none is.

    By the other member's key: for one owner that is the order of the pairs, in which every unit
    locks several. An act on both sides of each locks pair by pair, and none of its own before.
    """
    field = "relationshipIds"
    if len(sides) > MOST_AT_ONCE:
        raise Problem(Code.TOO_MANY, f"At most {MOST_AT_ONCE} connections at once.", field=(field,))
    rows = await sql.rows(
        f"SELECT id FROM relationship WHERE owner_id = $1 AND id {sql.among(2)} "
        f"ORDER BY other_id{sql.for_update() if lock else ''}",
        owner,
        list(sides),
    )
    if not rows:
        raise Problem(Code.NOT_FOUND, "Choose at least one of your connections.", field=(field,))
    return [row["id"] for row in rows]


async def _own_tags(owner: int, tags: Sequence[int]) -> list[int]:
    """All of these tags, locked: a deletion at the same time waits, or came first."""
    if not 1 <= len(set(tags)) <= MOST_TAGS_AT_ONCE:
        raise Problem(
            Code.INVALID, f"Choose 1 to {MOST_TAGS_AT_ONCE} of your tags.", field=("tagIds",)
        )
    rows = await sql.rows(
        f"SELECT id FROM tag WHERE owner_id = $1 AND id {sql.among(2)} "
        f"ORDER BY id{sql.for_update()}",
        owner,
        list(tags),
    )
    if len(rows) != len(set(tags)):
        raise _gone("tagIds")
    return [row["id"] for row in rows]


@in_unit
async def put_on(_u: Unit, owner: int, sides: Sequence[int], tags: Sequence[int]) -> list[int]:
    """Put tags on connections, those that bear them already included; the keys of the sides."""
    own = await own_sides(owner, sides)
    chosen = await _own_tags(owner, tags)
    pairs = [(ids.new_id(), side, tag) for side in own for tag in chosen]
    into = "INSERT INTO relationship_tag (id, relationship_id, tag_id) "
    if sql.is_sqlite():
        # WHERE true: without it SQLite takes ON for the beginning of a join.
        await sql.change(
            f"{into}SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), "
            "json_extract(value, '$[2]') FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING",
            json.dumps(pairs),
        )
    else:
        await sql.change(
            f"{into}SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) "
            "ON CONFLICT DO NOTHING",
            *map(list, zip(*pairs, strict=True)),
        )
    return own


@in_unit
async def take_off(_u: Unit, owner: int, sides: Sequence[int], tags: Sequence[int]) -> list[int]:
    """Take tags off connections; the keys of the sides."""
    own = await own_sides(owner, sides)
    chosen = await _own_tags(owner, tags)
    await sql.change(
        f"DELETE FROM relationship_tag WHERE relationship_id {sql.among(1)} "
        f"AND tag_id {sql.among(2)}",
        own,
        chosen,
    )
    return own


_COUNT = (
    "(SELECT count(*) FROM relationship_tag worn "
    "JOIN relationship c ON c.id = worn.relationship_id JOIN member m ON m.id = c.other_id "
    "WHERE worn.tag_id = t.id AND c.ended_at IS NULL AND m.suspended_at IS NULL) AS connections"
)


async def of(owner: int) -> Sequence[sql.Row]:
    """The owner's tags in the order of their names, with how many connections bear each."""
    return await sql.rows(
        f"SELECT t.id, t.name, {_COUNT} FROM tag t WHERE t.owner_id = $1 "
        f"ORDER BY {sql.in_order('t.key')}",
        owner,
    )


async def by_ids(owner: int, tags: Sequence[int]) -> dict[int, sql.Row]:
    """Those of these tags that are the owner's, by key."""
    rows = await sql.rows(
        f"SELECT t.id, t.name, {_COUNT} FROM tag t WHERE t.owner_id = $1 AND t.id {sql.among(2)}",
        owner,
        list(tags),
    )
    return {row["id"]: row for row in rows}


async def on(owner: int, sides: Sequence[int]) -> dict[int, list[sql.Row]]:
    """The tags on each of the owner's sides, in the order of their names."""
    rows = await sql.rows(
        "SELECT worn.relationship_id, t.id, t.name FROM relationship_tag worn "
        "JOIN tag t ON t.id = worn.tag_id "
        f"WHERE worn.relationship_id {sql.among(2)} AND t.owner_id = $1 "
        f"ORDER BY {sql.in_order('t.key')}",
        owner,
        list(sides),
    )
    found: dict[int, list[sql.Row]] = {side: [] for side in sides}
    for row in rows:
        found[row["relationship_id"]].append(row)
    return found
