"""What else stands on a profile, item by item: skills, languages, links, featured work, what the
member is open to, and contact data. What each may say is in models/profile_words.py.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from tortoise import fields

from models import audience, ids, sql
from models.audience import Chosen, FieldAudience
from models.base import SHORT, Stored, belongs_to_member
from models.problem import Code, Problem
from models.profile_words import VALUE_LONGEST, OpenTo, Said, open_to
from models.unit import Unit, in_unit


class EntryKind(StrEnum):
    """What an entry is."""

    SKILL = "SKILL"
    LANGUAGE = "LANGUAGE"
    LINK = "LINK"
    FEATURED = "FEATURED"
    OPEN_TO = "OPEN_TO"
    CONTACT = "CONTACT"


class ProfileEntry(Stored):
    """One of them. `value` is the skill, language, address or flag; `label` what stands beside it
    (a level, a title, a kind of contact data); `key` keeps one from being listed twice.
    """

    member = belongs_to_member()
    kind = fields.CharField(max_length=10)
    value = fields.CharField(max_length=VALUE_LONGEST)
    label = fields.CharField(max_length=SHORT, db_default="")
    detail = fields.CharField(max_length=VALUE_LONGEST, db_default="")
    key = fields.CharField(max_length=VALUE_LONGEST * 2)
    rank = fields.SmallIntField(db_default=0)
    audience = fields.SmallIntField(db_default=int(FieldAudience.MEMBERS))

    class Meta:
        table = "profile_entry"


MOST: Mapping[EntryKind, int] = {
    EntryKind.SKILL: 50,
    EntryKind.LANGUAGE: 20,
    EntryKind.LINK: 20,
    EntryKind.FEATURED: 10,
    EntryKind.OPEN_TO: len(OpenTo),
    EntryKind.CONTACT: 20,
}
# Contact data is for nobody until its owner says for whom.
DEFAULTS = dict.fromkeys(EntryKind, FieldAudience.MEMBERS) | {
    EntryKind.CONTACT: FieldAudience.ONLY_ME
}
# What one is called, in words and as the input that names it by id.
CALLED: Mapping[EntryKind, tuple[str, str]] = {
    EntryKind.SKILL: ("skill", "skillId"),
    EntryKind.LANGUAGE: ("language", "languageId"),
    EntryKind.LINK: ("link", "linkId"),
    EntryKind.FEATURED: ("work", "featuredWorkId"),
    EntryKind.OPEN_TO: ("entry", "entryId"),
    EntryKind.CONTACT: ("contact detail", "contactDetailId"),
}


@in_unit
async def add(
    _u: Unit, member: int, kind: EntryKind, said: Said, chosen: Chosen | None = None
) -> int:
    """Add an entry at the end of its kind; its key. One that is there already is said anew, and
    keeps its audience unless one is given. Raises TOO_MANY.
    """
    await _hold(member)
    tags = await audience.check(member, chosen) if chosen else []
    key = await _same(member, kind, said)
    if key is None:
        key = await _insert(member, kind, said)
    else:
        await _say(key, said)
    await _open(member, key, chosen, tags)
    await _found_by(member, kind)
    return key


@in_unit
async def update(
    _u: Unit, member: int, kind: EntryKind, key: int, said: Said, chosen: Chosen | None = None
) -> int:
    """Say an entry anew; its audience stays unless one is given. Raises NOT_FOUND, or INVALID
    where another entry says it already.
    """
    await _hold(member)
    await _own(member, kind, key)
    tags = await audience.check(member, chosen) if chosen else []
    if await _same(member, kind, said) not in (None, key):
        words = f"This {CALLED[kind][0]} is on your profile already."
        raise Problem(Code.INVALID, words, field=(said.field,))
    await _say(key, said)
    await _open(member, key, chosen, tags)
    await _found_by(member, kind)
    return key


@in_unit
async def remove(_u: Unit, member: int, kind: EntryKind, key: int) -> None:
    """Take an entry off the profile, and with it what was shared of it. Raises NOT_FOUND."""
    await _hold(member)
    await _own(member, kind, key)
    await audience.close(key)
    await sql.change("DELETE FROM profile_entry WHERE id = $1", key)
    await _found_by(member, kind)


@in_unit
async def set_open_to(
    _u: Unit, member: int, flags: Sequence[OpenTo], chosen: Chosen | None = None
) -> None:
    """Be open to exactly these, in this order, all for one audience if one is given."""
    await _hold(member)
    tags = await audience.check(member, chosen) if chosen else []
    wanted = {flag.value: rank for rank, flag in enumerate(dict.fromkeys(flags))}
    there = await _all(member, EntryKind.OPEN_TO)
    for row in there:
        if row["value"] not in wanted:
            await audience.close(row["id"])
            await sql.change("DELETE FROM profile_entry WHERE id = $1", row["id"])
    keys = {row["value"]: row["id"] for row in there}
    for value, rank in wanted.items():
        key = keys.get(value) or await _insert(member, EntryKind.OPEN_TO, open_to(OpenTo(value)))
        await sql.change("UPDATE profile_entry SET rank = $2 WHERE id = $1", key, rank)
        await _open(member, key, chosen, tags)


@in_unit
async def move(_u: Unit, member: int, key: int, after: int | None) -> EntryKind:
    """Put an entry behind another of its kind, or first; its kind. Raises NOT_FOUND."""
    await _hold(member)
    row = await sql.row(
        "SELECT kind FROM profile_entry WHERE id = $1 AND member_id = $2", key, member
    )
    if row is None:
        raise gone(EntryKind.OPEN_TO)
    kind = EntryKind(row["kind"])
    there = await _all(member, kind)
    order = [each["id"] for each in there if each["id"] != key]
    if after is not None and after not in order:
        raise Problem(Code.NOT_FOUND, "This entry is no longer there.", field=("afterId",))
    order.insert(0 if after is None else order.index(after) + 1, key)
    ranks = {each["id"]: each["rank"] for each in there}
    for rank, each in enumerate(order):
        if ranks[each] != rank:
            await sql.change("UPDATE profile_entry SET rank = $2 WHERE id = $1", each, rank)
    return kind


def gone(kind: EntryKind) -> Problem:
    """The one answer for an id that is wrong, another's or no longer there."""
    words, field = CALLED[kind]
    return Problem(Code.NOT_FOUND, f"This {words} is no longer there.", field=(field,))


async def _hold(member: int) -> None:
    # Two acts of one member wait for each other here: both must not see forty-nine.
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", member)


async def _own(member: int, kind: EntryKind, key: int) -> None:
    if not await sql.row(
        "SELECT id FROM profile_entry WHERE id = $1 AND member_id = $2 AND kind = $3",
        key,
        member,
        kind.value,
    ):
        raise gone(kind)


async def _same(member: int, kind: EntryKind, said: Said) -> int | None:
    row = await sql.row(
        "SELECT id FROM profile_entry WHERE member_id = $1 AND kind = $2 AND key = $3",
        member,
        kind.value,
        said.key,
    )
    return row["id"] if row else None


async def _all(member: int, kind: EntryKind) -> Sequence[sql.Row]:
    return await sql.rows(
        "SELECT id, value, rank FROM profile_entry WHERE member_id = $1 AND kind = $2 "
        "ORDER BY rank, id",
        member,
        kind.value,
    )


async def _insert(member: int, kind: EntryKind, said: Said) -> int:
    there = await _all(member, kind)
    if len(there) >= MOST[kind]:
        words = f"At most {MOST[kind]} of these. Remove one first."
        raise Problem(Code.TOO_MANY, words, field=(said.field,))
    key = ids.new_id()
    await sql.change(
        "INSERT INTO profile_entry (id, member_id, kind, value, label, detail, key, rank, "
        "audience) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        key,
        member,
        kind.value,
        said.value,
        said.label,
        said.detail,
        said.key,
        there[-1]["rank"] + 1 if there else 0,
        int(DEFAULTS[kind]),
    )
    return key


async def _say(key: int, said: Said) -> None:
    await sql.change(
        "UPDATE profile_entry SET value = $2, label = $3, detail = $4, key = $5 WHERE id = $1",
        key,
        said.value,
        said.label,
        said.detail,
        said.key,
    )


async def _open(member: int, key: int, chosen: Chosen | None, tags: Sequence[int]) -> None:
    if chosen is None:
        return
    await sql.change(
        "UPDATE profile_entry SET audience = $2 WHERE id = $1", key, int(chosen.audience)
    )
    await audience.open_to(member, key, "", tags)


async def _found_by(member: int, kind: EntryKind) -> None:
    if kind is EntryKind.SKILL:
        from models import search_text  # what search reads imports what stands here

        await search_text.refresh(member)
