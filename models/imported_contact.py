"""Contacts a member brought from elsewhere: private, nobody's accounts, and sent no mail.

models/contact_match.py finds the members behind them.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from tortoise import fields

from models import ids, sql
from models.address_file import AddressSource, Found
from models.base import NAME, SHORT, Stored, belongs_to_member
from models.notification import NotificationKind
from models.organisation import key_of
from models.problem import Code, Problem
from models.settings import settings
from models.text import clean
from models.unit import Unit, in_unit

EMAIL, PHONE, URL = 254, 60, 500
# Written together; each batch is whole, and an import that stopped is finished by repeating it.
_BATCH = 250


class ImportedContact(Stored):
    """Somebody in the owner's imported address book; `key` keeps an import from doubling it.

    `email_key` is the lower-cased address by which they are recognised when they join.
    """

    owner = belongs_to_member()
    key = fields.CharField(max_length=64)
    name = fields.CharField(max_length=NAME)
    email = fields.CharField(max_length=EMAIL, db_default="")
    email_key = fields.CharField(max_length=EMAIL, db_default="")
    phone = fields.CharField(max_length=PHONE, db_default="")
    organisation = fields.CharField(max_length=SHORT, db_default="")
    title = fields.CharField(max_length=SHORT, db_default="")
    url = fields.CharField(max_length=URL, db_default="")
    source = fields.CharField(max_length=10)
    connected_on = fields.CharField(max_length=10, null=True)
    imported_at = fields.DatetimeField()
    dismissed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "imported_contact"


class Imported(NamedTuple):
    """What an import did: new contacts, changed ones, and those that named nobody."""

    added: int
    updated: int
    skipped: int


_GIVEN = ("name", "email", "email_key", "phone", "organisation", "title", "url", "connected_on")
_COLUMNS = ("id", "owner_id", "key", *_GIVEN, "source", "imported_at")
Values = dict[str, object]


async def bring(owner: int, source: AddressSource, found: Sequence[Found]) -> Imported:
    """Keep contacts from a file, each once; one that is there already takes what is new of it.

    Raises TOO_MANY, with nothing written, where the file alone has more than one may import, and
    otherwise for the batch that would pass the limit.
    """
    contacts: dict[str, Values] = {}
    skipped = 0
    for each in found:
        values = _tidied(each)
        if values is None:
            skipped += 1
        else:
            contacts[_key(values)] = values
    if len(contacts) > settings().imported_contacts:
        raise _too_many()
    added = updated = 0
    entries = list(contacts.items())
    for start in range(0, len(entries), _BATCH):
        new, changed = await _write(owner, source, entries[start : start + _BATCH])
        added, updated = added + new, updated + changed
    return Imported(added, updated, skipped)


def _tidied(found: Found) -> Values | None:
    """The contact as it is kept; None for one that names nobody."""
    email = _tidy(found.email, EMAIL)
    if "@" not in email or " " in email:
        email = ""
    name = _tidy(found.name, NAME) or email[:NAME]
    if not name:
        return None
    url = _tidy(found.url, URL)
    return {
        "name": name,
        "email": email,
        "email_key": email.lower()[:EMAIL],
        "phone": _tidy(found.phone, PHONE),
        "organisation": _tidy(found.organisation, SHORT),
        "title": _tidy(found.title, SHORT),
        "url": url if url.startswith(("https://", "http://")) else "",
        "connected_on": found.connected_on or None,
    }


def _tidy(text: str, longest: int) -> str:
    """What can be shown of a text; a file is not sent back for one bad character."""
    try:
        return clean(text[:longest], "file", longest=longest)
    except Problem:
        return ""


def _key(values: Values) -> str:
    """What a contact is recognised by when a file is imported again: the address of their
    profile elsewhere, else their mail address, else name and organisation.
    """
    parts = [values["url"] or values["email_key"] or key_of(str(values["name"]))]
    if not (values["url"] or values["email_key"]):
        parts.append(key_of(str(values["organisation"])))
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _too_many() -> Problem:
    most = settings().imported_contacts
    return Problem(Code.TOO_MANY, f"At most {most} contacts can be imported.", field=("file",))


@in_unit
async def _write(
    u: Unit, owner: int, source: AddressSource, entries: Sequence[tuple[str, Values]]
) -> tuple[int, int]:
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner)
    values: list[object] = []
    new = set()
    for key, given in entries:
        new.add(new_key := ids.new_id())
        values += [new_key, owner, key, *(given[name] for name in _GIVEN), source.value, u.now]
    width = len(_COLUMNS)
    rows = ", ".join(
        "(" + ", ".join(f"${start + n}" for n in range(1, width + 1)) + ")"
        for start in range(0, len(values), width)
    )
    # What a file leaves empty is no news; only a contact that differs counts as changed.
    taken = ", ".join(
        f"{n} = coalesce(nullif(excluded.{n}, ''), imported_contact.{n})" for n in _GIVEN
    )
    differs = " OR ".join(
        f"coalesce(nullif(excluded.{n}, ''), imported_contact.{n}, '') "
        f"<> coalesce(imported_contact.{n}, '')"
        for n in _GIVEN
    )
    written = await sql.rows(
        f"INSERT INTO imported_contact ({', '.join(_COLUMNS)}) VALUES {rows} "
        f"ON CONFLICT (owner_id, key) DO UPDATE SET {taken} WHERE {differs} RETURNING id",
        *values,
    )
    held = await sql.row("SELECT count(*) AS n FROM imported_contact WHERE owner_id = $1", owner)
    if held is not None and held["n"] > settings().imported_contacts:
        raise _too_many()
    added = sum(row["id"] in new for row in written)
    return added, len(written) - added


_FORGET = "DELETE FROM notification WHERE member_id = $1 AND kind = $2"


@in_unit
async def remove(_u: Unit, owner: int, key: int) -> None:
    """Forget one imported contact; again is the same."""
    await sql.change("DELETE FROM imported_contact WHERE owner_id = $1 AND id = $2", owner, key)
    await sql.change(f"{_FORGET} AND subject_id = $3", owner, NotificationKind.CONTACT_JOINED, key)


@in_unit
async def remove_all(_u: Unit, owner: int) -> int:
    """Forget all of them; how many there were."""
    await sql.change(_FORGET, owner, NotificationKind.CONTACT_JOINED)
    return await sql.change("DELETE FROM imported_contact WHERE owner_id = $1", owner)


async def count(owner: int) -> int:
    """How many contacts the member has imported."""
    row = await sql.row("SELECT count(*) AS n FROM imported_contact WHERE owner_id = $1", owner)
    return int(row["n"]) if row else 0
