"""Scalars of our own."""

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.types.base_scalars import DateTimeDefinition
from strawberry.types.scalar import ScalarDefinition

Cursor = NewType("Cursor", str)
CURSOR = strawberry.scalar(
    name="Cursor",
    description="Opaque text naming a place in a list or in the stream of events. Keep it, "
    "compare it with nothing, and give it back as `after`.",
    serialize=str,
    parse_value=str,
)


def _moment(value: object) -> datetime:
    assert DateTimeDefinition.parse_value is not None
    found: datetime = DateTimeDefinition.parse_value(value)
    try:
        # What is stored and compared is UTC, as SQLite keeps moments as text.
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        raise GraphQLError("This moment is too far away.") from None


# Strawberry's own with words for clients: "Date with time (isoformat)" says too little.
MOMENT = replace(
    DateTimeDefinition,
    parse_value=_moment,
    description="A moment in UTC, as ISO 8601 has it: `2026-11-23T09:30:00.123456+00:00`. The "
    "fraction may be missing. Given one of another offset it is the same moment; without an offset "
    "it is UTC.",
)
AddressBook = NewType("AddressBook", bytes)


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):  # a page's upload, in process
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    raise TypeError("an address book is text")


ADDRESS_BOOK = strawberry.scalar(
    name="AddressBook",
    description="The text of a file with contacts, in JSON a string of at most "
    "`instance.limits.api.textCharacters` characters: give a larger one in parts, each with its "
    "first line.",
    serialize=str,
    parse_value=_bytes,
)
Picture = NewType("Picture", bytes)


def _picture(value: object) -> bytes:
    if isinstance(value, bytes):  # a page's upload, in process
        return value
    if isinstance(value, str):
        return base64.b64decode(value, validate=True)
    raise TypeError("a picture is text in base64")


PICTURE = strawberry.scalar(
    name="Picture",
    description="The bytes of a picture's file in base64, with its padding and without line "
    "breaks: at most `instance.limits.api.textCharacters` characters.",
    serialize=str,
    parse_value=_picture,
)
SCALARS: dict[object, ScalarDefinition] = {
    Cursor: CURSOR,
    datetime: MOMENT,
    AddressBook: ADDRESS_BOOK,
    Picture: PICTURE,
}
