"""Reading what stands on profiles, with the eyes of a viewer or of those an owner tries on; and
who sees the fields of the member's own row.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from models import audience, eyes, sql
from models.audience import Chosen, FieldAudience
from models.eyes import Eyes
from models.member import ProfileAudience
from models.profile_entry import EntryKind
from models.unit import Unit, in_unit

# One kind of thing of one member.
Part: TypeAlias = tuple[int, str]


class ProfileField(StrEnum):
    """The fields of a member's row that have an audience."""

    HEADLINE = "HEADLINE"
    ORGANISATION = "ORGANISATION"
    LOCATION = "LOCATION"
    ABOUT = "ABOUT"
    AVATAR = "AVATAR"

    @property
    def column(self) -> str:
        """Its column, which `visibility.sees_field` names as well."""
        return self.value.lower()


async def careers(look: Eyes, parts: Sequence[Part]) -> dict[Part, list[sql.Row]]:
    """Positions and educations that these eyes see, the latest first; one statement."""
    return await _by_part(
        parts,
        "SELECT e.id, e.member_id, e.kind, e.organisation_id, e.title, e.description, "
        "e.start_year, e.start_month, e.end_year, e.end_month, e.ends, "
        f"coalesce(nullif(e.place, ''), o.name) AS place, {_own_columns(look)} "
        "FROM career_entry e JOIN organisation o ON o.id = e.organisation_id "
        f"WHERE {_asked(look)} ORDER BY e.ends DESC, e.starts DESC, e.id DESC",
        look,
    )


async def entries(look: Eyes, parts: Sequence[Part]) -> dict[Part, list[sql.Row]]:
    """Skills, languages, links, featured work, flags and contact data that these eyes see, in
    the order their owner gave them; one statement. Contact data may be shared with them besides.
    """
    contact = EntryKind.CONTACT.value
    given = f" OR (e.kind = '{contact}' AND {look.is_given('e.id', 'e.member_id')})"
    return await _by_part(
        parts,
        "SELECT e.id, e.member_id, e.kind, e.value, e.label, e.detail, "
        f"{_own_columns(look)} FROM profile_entry e "
        f"WHERE {_asked(look, given)} ORDER BY e.kind, e.rank, e.id",
        look,
    )


def _asked(look: Eyes, given: str = "") -> str:
    # The placeholder occurs whoever looks, or PostgreSQL cannot tell its type.
    return (
        f"e.member_id {sql.among(2)} AND e.kind {_one_of(3)} "
        f"AND ($1::bigint IS NULL OR true) "
        f"AND ({look.sees('e.audience', 'e.member_id', 'e.id')}{given})"
    )


def _one_of(number: int) -> str:
    if sql.is_sqlite():
        return f"IN (SELECT value FROM json_each(${number}))"
    return f"= ANY(${number}::text[])"


def _own_columns(look: Eyes) -> str:
    """Its audience and the keys of its tags, for its owner alone."""
    own = look.owns("e.member_id")
    return (
        f"CASE WHEN {own} THEN e.audience END AS own_audience, "
        f"CASE WHEN {own} AND e.audience = {FieldAudience.TAGS:d} "
        f"THEN {own_tags('e.id', '')} END AS own_tags"
    )


def own_tags(subject: str, field: str) -> str:
    """An expression: the keys of the tags of a thing, as text with spaces between."""
    together = "group_concat" if sql.is_sqlite() else "string_agg"
    return (
        f"(SELECT {together}(chosen.tag_id::text, ' ') FROM audience_tag chosen "
        f"WHERE chosen.subject_id = {subject} AND chosen.field = '{field}')"
    )


def tags_of(text: str | None) -> list[int]:
    """The keys in such a text, oldest first."""
    return sorted(int(key) for key in (text or "").split())


async def _by_part(parts: Sequence[Part], query: str, look: Eyes) -> dict[Part, list[sql.Row]]:
    members = sorted({member for member, _ in parts})
    kinds = sorted({kind for _, kind in parts})
    found: dict[Part, list[sql.Row]] = {part: [] for part in parts}
    for row in await sql.rows(query, look.value, members, kinds):
        # More may be read than was asked for: of each member what was asked for of one.
        found.setdefault((row["member_id"], row["kind"]), []).append(row)
    return found


async def head(look: Eyes, member: int) -> sql.Row:
    """A member's own row as these eyes see it: columns of directory.columns, and what decides
    whether they see the profile, and the number of connections.
    """
    fields = ", ".join(
        f"CASE WHEN {look.sees_field('m', name)} THEN m.{name} ELSE '' END AS m_{name}"
        for name in ("headline", "organisation", "location", "about")
    )
    found = await sql.row(
        f"SELECT m.id AS m_id, m.handle AS m_handle, m.name AS m_name, {fields}, "
        f"CASE WHEN {look.sees_field('m', 'avatar')} THEN m.avatar_key END AS m_avatar_key, "
        "m.profile_audience, m.connections_audience, "
        "(SELECT connections FROM inbox WHERE id = m.id) AS connections "
        "FROM member m WHERE m.id = $2 AND ($1::bigint IS NULL OR true)",
        look.value,
        member,
    )
    if found is None:
        raise LookupError(member)
    return found


async def as_connection(owner: int, other: int) -> Eyes | None:
    """The eyes of one of the owner's connections; None for anybody else."""
    row = await sql.row(
        "SELECT tie.id FROM relationship tie JOIN member m ON m.id = tie.other_id "
        "WHERE tie.owner_id = $1 AND tie.other_id = $2 AND tie.ended_at IS NULL "
        "AND m.suspended_at IS NULL",
        owner,
        other,
    )
    return eyes.of(other) if row else None


async def as_tagged(owner: int, tag: int) -> Eyes | None:
    """The eyes of any connection that bears a tag of the owner's; None for another's tag."""
    row = await sql.row("SELECT id FROM tag WHERE id = $1 AND owner_id = $2", tag, owner)
    return eyes.of_tagged(tag) if row else None


AS_AUDIENCE: Mapping[ProfileAudience, Eyes] = {
    ProfileAudience.EVERYONE: eyes.EVERYONE,
    ProfileAudience.MEMBERS: eyes.A_MEMBER,
    ProfileAudience.CONNECTIONS: eyes.A_CONNECTION,
}


async def field_audiences(member: int) -> dict[ProfileField, Chosen]:
    """Who sees the fields of a member's own row, for the member alone."""
    columns = ", ".join(
        f"m.{field.column}_audience AS {field.column}, "
        f"{own_tags('m.id', field.column)} AS {field.column}_tags"
        for field in ProfileField
    )
    row = await sql.row(f"SELECT {columns} FROM member m WHERE m.id = $1", member)
    if row is None:
        raise LookupError(member)
    return {
        field: Chosen(FieldAudience(row[field.column]), tags_of(row[f"{field.column}_tags"]))
        for field in ProfileField
    }


@in_unit
async def change_field_audience(_u: Unit, member: int, field: ProfileField, chosen: Chosen) -> None:
    """Choose who sees a field, of those who see the profile at all. Raises as audience.check."""
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", member)
    tags = await audience.check(member, chosen)
    await sql.change(
        f"UPDATE member SET {field.column}_audience = $2 WHERE id = $1",
        member,
        int(chosen.audience),
    )
    await audience.open_to(member, member, field.column, tags)
    from models import search_text  # what search reads imports what stands here

    await search_text.refresh(member)
