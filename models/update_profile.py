"""Telling of a change of one's profile: only where the box is ticked, in the unit of the change.

What is announced is shown to nobody who does not see it on the profile: the audience of the
update is the narrower of the two.
"""

from collections.abc import Mapping

from models import career, member, profile, sql
from models.audience import Chosen, FieldAudience
from models.career import CareerKind, Stay
from models.problem import Code, Problem
from models.profile import ProfileField, own_tags, tags_of
from models.unit import Unit, in_unit
from models.update import LONGEST, UpdateKind
from models.update_post import Draft, check_audience, check_pace, write

FIELD = "announce"
_LEADS = {
    (CareerKind.WORK, True): "New position",
    (CareerKind.WORK, False): "Position",
    (CareerKind.STUDY, True): "New education",
    (CareerKind.STUDY, False): "Education",
}


@in_unit
async def announced_stay(
    u: Unit,
    owner: int,
    kind: CareerKind,
    key: int | None,
    stay: Stay,
    chosen: Chosen | None,
    audience: FieldAudience,
) -> int:
    """Write a position or an education as career.add and career.update do (the first without a
    key), and post it. Raises as these and update_post.post do, and INVALID for one that only its
    owner sees.
    """
    check_audience(Chosen(audience))
    await _begin(owner)
    new = key is None
    if key is None:
        key = await career.add(owner, kind, stay, chosen)
    else:
        await career.update(owner, kind, key, stay, chosen)
    row = await sql.row(
        "SELECT e.title, e.audience, coalesce(nullif(e.place, ''), o.name) AS place, "
        f"{own_tags('e.id', '')} AS tags FROM career_entry e "
        "JOIN organisation o ON o.id = e.organisation_id WHERE e.id = $1",
        key,
    )
    assert row is not None
    shown = Chosen(FieldAudience(row["audience"]), tags_of(row["tags"]))
    what = f"{row['title']}, {row['place']}" if row["title"] else row["place"]
    await _announce(u, owner, f"{_LEADS[kind, new]}: {what}", _narrower(shown, audience))
    return key


async def _begin(owner: int) -> None:
    """Acts of one member wait for each other, before they lock anything else."""
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner)


def _narrower(shown: Chosen, wanted: FieldAudience) -> Chosen:
    """For whom to post what is shown to some, if its owner wants to tell others."""
    if shown.audience is FieldAudience.ONLY_ME:
        words = "Only you see this on your profile: it cannot be announced."
        raise Problem(Code.INVALID, words, field=(FIELD,))
    if wanted is FieldAudience.TAGS:
        words = "Announce it to everyone, to members or to your connections."
        raise Problem(Code.INVALID, words, field=(FIELD,))
    return Chosen(wanted) if wanted > shown.audience else shown


async def _announce(u: Unit, owner: int, text: str, chosen: Chosen) -> None:
    await check_pace(u, owner, FIELD)
    await write(u, owner, Draft(UpdateKind.NEWS, text[:LONGEST], "", chosen, (), True))


_FIELDS = (ProfileField.HEADLINE, ProfileField.ORGANISATION, ProfileField.LOCATION)


@in_unit
async def announced_profile(
    u: Unit, owner: int, changes: Mapping[str, object], audience: FieldAudience
) -> None:
    """Change the profile as member.update_profile does, and post what is now said otherwise of
    name, headline, organisation or place. What chosen tags or only the owner see is left out;
    where nothing is left, nothing is posted.
    """
    check_audience(Chosen(audience))
    await _begin(owner)
    before = await _said(owner)
    await member.update_profile(owner, changes)
    after = await _said(owner)
    audiences = await profile.field_audiences(owner)
    lines, widest = [], audience
    if after["name"] != before["name"]:
        lines.append(f"Name: {after['name']}")
    for field in _FIELDS:
        seen, text = audiences[field].audience, after[field.column]
        if text and text != before[field.column] and seen < FieldAudience.TAGS:
            lines.append(f"{field.value.title()}: {text}")
            widest = max(widest, seen)
    if lines:
        await _announce(u, owner, "\n".join(lines), _narrower(Chosen(widest), audience))


async def _said(owner: int) -> sql.Row:
    columns = ", ".join(field.column for field in _FIELDS)
    # Locked: the words of another change of one's own must not be announced as this one's.
    row = await sql.row(
        f"SELECT name, {columns} FROM member WHERE id = $1{sql.for_update()}", owner
    )
    assert row is not None
    return row
