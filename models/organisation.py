"""Organisations and schools: shared records, so that the careers of two members can be compared.

A university employs and teaches, so there is one table. A name is one record however its letters
are cased, spaced or accented. Who may know of a record is in models/organisation_page.py.
"""

import hashlib
import unicodedata

from tortoise import fields

from models import ids, sql
from models.base import SHORT, Stored
from models.problem import Code, Problem
from models.text import clean
from models.unit import Faster


class Organisation(Stored):
    """A place where members work or study. `key` is what its name is recognised by."""

    name = fields.CharField(max_length=SHORT)
    key = fields.CharField(max_length=SHORT * 2, unique=True)

    class Meta:
        table = "organisation"


def key_of(name: str) -> str:
    """What a name is recognised by: folded case, no accents, single spaces."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())[: SHORT * 2]


def cleaned(name: str, field: str) -> str:
    """A name as it is stored. Raises Problem: it must have something to be recognised by."""
    name = clean(name, field, longest=SHORT, required=True)
    if not key_of(name):
        raise Problem(Code.INVALID, "This is no name.", field=(field,))
    return name


async def find_or_make(name: str) -> int:
    """The key of the record for a name, made when it is the first of its kind. Part of a unit.

    Two who name it at once get one: the second waits for the first.
    """
    key = key_of(name)
    found = await _by_key(key)
    if found is not None:
        return found
    for new in (_made_of(key), ids.new_id()):
        if await sql.row(
            "INSERT INTO organisation (id, name, key) VALUES ($1, $2, $3) "
            "ON CONFLICT DO NOTHING RETURNING id",
            new,
            name,
            key,
        ):
            return new
        found = await _by_key(key)  # made meanwhile
        if found is not None:
            return found
    raise Faster


async def _by_key(key: str) -> int | None:
    row = await sql.row("SELECT id FROM organisation WHERE key = $1", key)
    return row["id"] if row else None


def _made_of(key: str) -> int:
    """An id that says nothing of when, and so of whether others were here before: made of the
    name alone. (In the rare case that another name makes the same, a new one is taken.)
    """
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 1
