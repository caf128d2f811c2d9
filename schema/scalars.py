"""Scalars of our own."""

from typing import NewType

import strawberry

Cursor = NewType("Cursor", str)
CURSOR = strawberry.scalar(
    name="Cursor",
    description="Opaque text naming a place in a list or in the stream of events. Keep it, "
    "compare it with nothing, and give it back as `after`.",
    serialize=str,
    parse_value=str,
)
