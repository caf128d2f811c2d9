"""What stands on a profile, item by item, as the viewer may see it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from models import eyes, ids, profile, sql
from models.audience import FieldAudience
from models.career import PRESENT, CareerKind
from models.eyes import Eyes
from models.profile import Part
from models.profile_entry import EntryKind
from models.profile_words import ContactKind, LanguageLevel, OpenTo
from models.token import Scope
from schema import profile_enums as profile_enums
from schema.context import asking
from schema.node import public_id
from schema.organisation import Organisation, organisation_of
from schema.scopes import needs

_PROFILE = needs(Scope.PROFILE_READ)
_PRIVATE = needs(Scope.PRIVATE_READ)


@strawberry.type
class Item:
    """What every item has: an id to change it by, and for its owner who sees it."""

    id: strawberry.ID = strawberry.field(
        description="To change or remove it by; `node` does not find it."
    )
    audience: FieldAudience | None = strawberry.field(
        description="To its owner: who sees it. Null to everyone else.", directives=_PRIVATE
    )
    audience_tag_ids: list[strawberry.ID] | None = strawberry.field(
        description="To its owner, under TAGS: the tags whose bearers see it; empty once they are "
        "deleted, and then nobody else sees it. Null otherwise.",
        directives=_PRIVATE,
    )


@strawberry.type
class Dates:
    """From when to when."""

    start_year: int = strawberry.field(description="When it began.")
    start_month: int | None = strawberry.field(description="1 to 12; null where it is not said.")
    end_year: int | None = strawberry.field(description="When it ended; null while it goes on.")
    end_month: int | None = strawberry.field(description="1 to 12; null where it is not said.")
    is_current: bool = strawberry.field(description="Whether it goes on: it has no end.")


@strawberry.type(description="Time a member worked somewhere.", directives=_PROFILE)
class Position(Item, Dates):
    """A career entry of kind WORK."""

    organisation: Organisation = strawberry.field(description="Where.")
    title: str = strawberry.field(description="As what; 120 characters at most.")
    description: str = strawberry.field(
        description="Plain text with line breaks, 2,000 characters at most; empty if unset."
    )


@strawberry.type(description="Time a member studied somewhere.", directives=_PROFILE)
class Education(Item, Dates):
    """A career entry of kind STUDY."""

    school: Organisation = strawberry.field(description="Where.")
    subject: str = strawberry.field(
        description="What, and towards which degree; 120 characters at most, empty if unset."
    )
    description: str = strawberry.field(
        description="Plain text with line breaks, 2,000 characters at most; empty if unset."
    )


@strawberry.type(description="Something a member knows how to do.", directives=_PROFILE)
class Skill(Item):
    """An entry of kind SKILL."""

    name: str = strawberry.field(description="60 characters at most.")


@strawberry.type(description="A language a member knows.", directives=_PROFILE)
class Language(Item):
    """An entry of kind LANGUAGE."""

    name: str = strawberry.field(description="60 characters at most.")
    level: LanguageLevel = strawberry.field(description="How well.")


@strawberry.type(description="A page elsewhere that a member points to.", directives=_PROFILE)
class Link(Item):
    """An entry of kind LINK."""

    url: str = strawberry.field(description="Where; http or https, 500 characters at most.")
    title: str = strawberry.field(description="What it is called; empty if unset, 120 at most.")


@strawberry.type(description="A piece of work that a member shows.", directives=_PROFILE)
class FeaturedWork(Item):
    """An entry of kind FEATURED."""

    title: str = strawberry.field(description="What it is called; 120 characters at most.")
    url: str | None = strawberry.field(description="Where it is; http or https. Null if unset.")
    description: str = strawberry.field(
        description="Plain text with line breaks, 500 characters at most; empty if unset."
    )


@strawberry.type(
    description="Something a member would like to be asked about.", directives=_PROFILE
)
class Openness(Item):
    """An entry of kind OPEN_TO."""

    kind: OpenTo = strawberry.field(description="What.")


@strawberry.type(description="A way to reach a member.", directives=_PROFILE)
class ContactDetail(Item):
    """An entry of kind CONTACT."""

    kind: ContactKind = strawberry.field(description="What it is.")
    value: str = strawberry.field(
        description="The address or number. Of a WEBSITE it is http or https; an OTHER is plain "
        "text. 500 characters at most."
    )
    label: str = strawberry.field(
        description="Which it is, as `Work`; empty if unset, 120 characters at most."
    )


def _own(row: sql.Row, prefix: str) -> dict[str, Any]:
    audience = row["own_audience"]
    seen = None if audience is None else FieldAudience(audience)
    tags = None
    if seen is FieldAudience.TAGS:
        tags = [public_id(ids.TAG, tag) for tag in profile.tags_of(row["own_tags"])]
    return {
        "id": public_id(prefix, row["id"]),
        "audience": seen,
        "audience_tag_ids": tags,
    }


def _dated(row: sql.Row) -> dict[str, Any]:
    return {
        **_own(row, ids.CAREER_ENTRY),
        "start_year": row["start_year"],
        "start_month": row["start_month"],
        "end_year": row["end_year"],
        "end_month": row["end_month"],
        "is_current": row["ends"] == PRESENT,
        "description": row["description"],
    }


def _place(row: sql.Row) -> Organisation:
    return organisation_of({"id": row["organisation_id"], "name": row["place"]})


def _position(row: sql.Row) -> Position:
    return Position(**_dated(row), organisation=_place(row), title=row["title"])


def _education(row: sql.Row) -> Education:
    return Education(**_dated(row), school=_place(row), subject=row["title"])


def _skill(row: sql.Row) -> Skill:
    return Skill(**_own(row, ids.PROFILE_ENTRY), name=row["value"])


def _language(row: sql.Row) -> Language:
    own = _own(row, ids.PROFILE_ENTRY)
    return Language(**own, name=row["value"], level=LanguageLevel(row["label"]))


def _link(row: sql.Row) -> Link:
    return Link(**_own(row, ids.PROFILE_ENTRY), url=row["value"], title=row["label"])


def _featured(row: sql.Row) -> FeaturedWork:
    own = _own(row, ids.PROFILE_ENTRY)
    return FeaturedWork(
        **own, title=row["label"], url=row["value"] or None, description=row["detail"]
    )


def _openness(row: sql.Row) -> Openness:
    return Openness(**_own(row, ids.PROFILE_ENTRY), kind=OpenTo(row["value"]))


def contact_detail_of(row: sql.Row) -> ContactDetail:
    """A contact detail from its row."""
    own = _own(row, ids.PROFILE_ENTRY)
    return ContactDetail(
        **own, kind=ContactKind(row["label"]), value=row["value"], label=row["detail"]
    )


_MAKERS: Mapping[str, Callable[[sql.Row], Any]] = {
    CareerKind.WORK: _position,
    CareerKind.STUDY: _education,
    EntryKind.SKILL: _skill,
    EntryKind.LANGUAGE: _language,
    EntryKind.LINK: _link,
    EntryKind.FEATURED: _featured,
    EntryKind.OPEN_TO: _openness,
    EntryKind.CONTACT: contact_detail_of,
}


async def items(look: Eyes, member: int, kind: CareerKind | EntryKind) -> list[Any]:
    """What of one kind a member shows to these eyes. All that an operation asks for with the
    same eyes, of whomever, is read in two statements.
    """
    read = profile.careers if isinstance(kind, CareerKind) else profile.entries
    name = f"{read.__name__} {look.name} {look.value}"
    loaders = asking().loaders
    if name not in loaders:

        async def load(parts: Sequence[Part]) -> list[list[sql.Row]]:
            found = await read(look, parts)
            return [found[part] for part in parts]

        loaders[name] = DataLoader(load_fn=load)
    waiting: Awaitable[list[sql.Row]] = loaders[name].load((member, kind.value))
    return [_MAKERS[kind](row) for row in await waiting]


async def item(member: int, kind: CareerKind | EntryKind, key: int) -> Any:
    """One of the viewer's own items, read after an act; None if it has gone since."""
    own = await items(eyes.of(member), member, kind)
    prefix = ids.CAREER_ENTRY if isinstance(kind, CareerKind) else ids.PROFILE_ENTRY
    wanted = public_id(prefix, key)
    return next((each for each in own if each.id == wanted), None)
