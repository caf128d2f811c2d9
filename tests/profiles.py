"""Profiles for tests: items and audiences put there as their owners would."""

from models import career, ids, profile_entry, profile_words, sql
from models.audience import Chosen, FieldAudience
from models.career import CareerKind, Stay
from models.profile_entry import EntryKind
from models.profile_words import ContactKind, LanguageLevel, OpenTo, Said

SAID: dict[EntryKind, Said] = {
    EntryKind.SKILL: profile_words.skill("Surveying"),
    EntryKind.LANGUAGE: profile_words.language("Swedish", LanguageLevel.NATIVE),
    EntryKind.LINK: profile_words.link("https://ada.example/", "Notes"),
    EntryKind.FEATURED: profile_words.featured("", "The long span", "A bridge."),
    EntryKind.OPEN_TO: profile_words.open_to(OpenTo.MENTORING),
    EntryKind.CONTACT: profile_words.contact(ContactKind.PHONE, "+46 90 123", "Work"),
}
KINDS: tuple[CareerKind | EntryKind, ...] = (*CareerKind, *EntryKind)


def stay(place: str = "Span", title: str = "Engineer", start: int = 2015, **dates: int) -> Stay:
    """A time somewhere; `start_month`, `end_year` and `end_month` where they are known."""
    known = {"start_month": None, "end_year": None, "end_month": None, **dates}
    return Stay(place, title, "", start, **known)


async def add(member: int, kind: CareerKind | EntryKind, chosen: Chosen | None = None) -> int:
    """One item of a kind; its key."""
    if isinstance(kind, CareerKind):
        return await career.add(member, kind, stay(), chosen)
    return await profile_entry.add(member, kind, SAID[kind], chosen)


async def tag(owner: int, name: str, *bearers: int) -> int:
    """A tag of the owner's on their connections with these; its key."""
    key = ids.new_id()
    await sql.change(
        "INSERT INTO tag (id, owner_id, name, key) VALUES ($1, $2, $3, $4)",
        key,
        owner,
        name,
        name.lower(),
    )
    for other in bearers:
        await wear(owner, other, key)
    return key


async def wear(owner: int, other: int, key: int) -> None:
    """Put a tag on the owner's side of a connection, ended or not."""
    side = await sql.row(
        "SELECT id FROM relationship WHERE owner_id = $1 AND other_id = $2", owner, other
    )
    assert side is not None
    await sql.change(
        "INSERT INTO relationship_tag (id, relationship_id, tag_id) VALUES ($1, $2, $3)",
        ids.new_id(),
        side["id"],
        key,
    )


def under(audience: FieldAudience, *tags: int) -> Chosen:
    """A choice of audience."""
    return Chosen(audience, tags)
