"""Who sees one thing of a profile: a number on the row, and tags where it is for some."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from tortoise import fields

from models import ids, sql
from models.base import Stored, belongs_to, belongs_to_member
from models.problem import Code, Problem

MOST_TAGS = 20
TAGS_FIELD = "audienceTagIds"


class FieldAudience(IntEnum):
    """Who sees a field of a profile, of those who see the profile at all; larger is fewer."""

    EVERYONE = 0
    MEMBERS = 1
    CONNECTIONS = 2
    TAGS = 3
    ONLY_ME = 4


class AudienceTag(Stored):
    """A tag whose bearers see something under FieldAudience.TAGS.

    `subject_id` is the key of the row it is about, or the member's for a field of the member,
    which `field` names then.
    """

    owner = belongs_to_member()
    subject_id = fields.BigIntField()
    field = fields.CharField(max_length=20, default="")
    tag = belongs_to("Tag")

    class Meta:
        table = "audience_tag"


class Chosen(NamedTuple):
    """An audience, with the keys of its tags under TAGS."""

    audience: FieldAudience
    tags: Sequence[int] = ()


async def check(owner: int, chosen: Chosen) -> list[int]:
    """The keys of the tags, once each and locked, if this can be chosen. Part of a unit.

    Raises REQUIRED, INVALID, TOO_MANY, or NOT_FOUND for a tag that is not the owner's.
    """
    wanted = sorted(set(chosen.tags))
    if chosen.audience is not FieldAudience.TAGS:
        if wanted:
            raise _refused(Code.INVALID, "Tags go with the audience of chosen tags only.")
        return []
    if not wanted:
        raise _refused(Code.REQUIRED, "Choose at least one of your tags.")
    if len(wanted) > MOST_TAGS:
        raise _refused(Code.TOO_MANY, f"At most {MOST_TAGS} tags.")
    # Locked: a tag that is deleted meanwhile would be a reference to nothing.
    found = await sql.rows(
        f"SELECT id FROM tag WHERE id {sql.among(1)} AND owner_id = $2 ORDER BY id"
        f"{sql.for_update()}",
        wanted,
        owner,
    )
    if len(found) != len(wanted):
        raise _refused(Code.NOT_FOUND, "One of these tags is no longer there.")
    return wanted


async def open_to(owner: int, subject: int, field: str, tags: Sequence[int]) -> None:
    """Let the bearers of these tags, and of no others, see a thing of the owner's. Part of a
    unit that wrote its audience.
    """
    await close(subject, field)
    for tag in tags:
        await sql.change(
            "INSERT INTO audience_tag (id, owner_id, subject_id, field, tag_id) "
            "VALUES ($1, $2, $3, $4, $5)",
            ids.new_id(),
            owner,
            subject,
            field,
            tag,
        )


async def close(subject: int, field: str = "") -> None:
    """Forget the tags of a thing. Part of a unit."""
    await sql.change(
        "DELETE FROM audience_tag WHERE subject_id = $1 AND field = $2", subject, field
    )


def _refused(code: Code, message: str) -> Problem:
    return Problem(code, message, field=(TAGS_FIELD,))
