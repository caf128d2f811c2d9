"""Organisations and schools: shared records, so that the careers of two members can be compared.

A university employs and teaches, so there is one table. A name is one record however its letters
are cased, spaced or accented.
"""

import unicodedata

from tortoise import fields

from models.base import SHORT, Stored


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
