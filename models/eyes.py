"""Whose eyes a profile is seen with: a viewer's, or those its owner wants to try on.

Every read of what stands on a profile takes its conditions from here, so that "view as…" shows
what `visibility.sees` would show, and nothing else.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from models.audience import FieldAudience
from models.contact_share import shared_with
from models.visibility import sees

# audience, owner, subject (expressions) and field: a condition.
Condition: TypeAlias = Callable[[str, str, str, str], str]


class Eyes(NamedTuple):
    """How one looks: `value` is bound as $1, a member's or a tag's key, or None."""

    name: str
    value: int | None
    is_member: bool

    def sees(self, audience: str, owner: str, subject: str, field: str = "") -> str:
        """A condition: these eyes see one thing of a profile (visibility.sees)."""
        return _CONDITIONS[self.name](audience, owner, subject, field)

    def sees_field(self, member: str, field: str) -> str:
        """A condition: these eyes see a field of table alias `member` that has an audience."""
        key = f"{member}.id"
        return self.sees(f"{member}.{field}_audience", key, key, field)

    def is_given(self, entry: str, owner: str) -> str:
        """A condition: the owner lets these eyes have a contact entry, whatever its audience."""
        return shared_with(entry, owner, "$1") if self.is_member else "false"

    def owns(self, owner: str) -> str:
        """A condition: it is these eyes' own profile."""
        return f"{owner} = $1" if self.is_member else "false"


def _member(audience: str, owner: str, subject: str, field: str) -> str:
    return sees(audience, owner, subject, field, "$1")


def _visitor(audience: str, owner: str, subject: str, field: str) -> str:
    return sees(audience, owner, subject, field, None)


def _up_to(widest: FieldAudience) -> Condition:
    return lambda audience, *_: f"({audience} <= {widest:d})"


def _tagged(audience: str, _owner: str, subject: str, field: str) -> str:
    return (
        f"({audience} <= {FieldAudience.CONNECTIONS:d} OR ({audience} = {FieldAudience.TAGS:d} "
        "AND EXISTS (SELECT 1 FROM audience_tag chosen WHERE chosen.tag_id = $1 "
        f"AND chosen.subject_id = {subject} AND chosen.field = '{field}')))"
    )


_CONDITIONS: dict[str, Condition] = {
    "viewer": _member,
    "everyone": _visitor,
    "members": _up_to(FieldAudience.MEMBERS),
    "connections": _up_to(FieldAudience.CONNECTIONS),
    "tag": _tagged,
    "nobody": lambda *_: "false",
}
EVERYONE = Eyes("everyone", None, False)
A_MEMBER = Eyes("members", None, False)
A_CONNECTION = Eyes("connections", None, False)
# Of those who do not find the profile at all.
NOBODY = Eyes("nobody", None, False)


def of(viewer: int | None) -> Eyes:
    """Those of a viewer, signed in or not."""
    return EVERYONE if viewer is None else Eyes("viewer", viewer, True)


def of_tagged(tag: int) -> Eyes:
    """Those of any connection that bears this tag of the owner's, and no other."""
    return Eyes("tag", tag, False)
