"""One's own profile: who sees its fields, and how it looks to others."""

from functools import partial
from typing import Annotated, Any

import strawberry

from models import eyes, ids, profile, sql
from models.audience import FieldAudience
from models.eyes import Eyes
from models.member import Audience, ProfileAudience
from models.paging import BadPage
from models.profile import ProfileField
from models.token import Scope
from schema import profile_enums as profile_enums
from schema.context import viewer_id
from schema.member import avatar_url
from schema.node import public_id
from schema.profile_items import ProfileItems
from schema.scopes import needs

_PRIVATE = needs(Scope.PRIVATE_READ)


@strawberry.type(description="Who sees a field of the viewer's profile.", directives=_PRIVATE)
class FieldAudienceChoice:
    """A field and its audience."""

    field: ProfileField = strawberry.field(description="Which field.")
    audience: FieldAudience = strawberry.field(description="Who sees it.")
    audience_tag_ids: list[strawberry.ID] | None = strawberry.field(
        description="Under TAGS: the tags whose bearers see it; empty once they are deleted, and "
        "then nobody else sees it. Null otherwise."
    )


@strawberry.type(
    description="The viewer's own profile as others see it. What they would not see is empty.",
    directives=_PRIVATE,
)
class SeenProfile(ProfileItems):
    """With the eyes that were asked for, and never with more of theirs than the profile."""

    is_visible: bool = strawberry.field(
        description="Whether they find the profile at all; if not, the rest is empty."
    )
    name: str = strawberry.field(description="The viewer's name.")
    headline: str = strawberry.field(description="As in `Member`.")
    organisation: str = strawberry.field(description="As in `Member`.")
    location: str = strawberry.field(description="As in `Member`.")
    about: str = strawberry.field(description="As in `Member`.")
    avatar_url: str | None = strawberry.field(description="As in `Member`.")
    connection_count: int | None = strawberry.field(
        description="How many connections; null where they would not see it."
    )
    look: strawberry.Private[Eyes]

    def seen_with(self) -> Eyes:
        """The eyes that were asked for."""
        return self.look if self.is_visible else eyes.NOBODY


Seen = Annotated[
    ProfileAudience | None,
    strawberry.argument(
        description="As anybody signed in or not (EVERYONE), as a member who is no connection "
        "(MEMBERS), or as a connection without tags and without shared contact data "
        "(CONNECTIONS)."
    ),
]
Someone = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="As this connection of the viewer's; null for anybody else."),
]
Bearer = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="As a connection that bears this tag of the viewer's."),
]


@strawberry.type
class OwnProfile:
    """Fields of the viewer."""

    @strawberry.field(
        description="Who sees the fields of the viewer's profile that have an audience.",
        directives=_PRIVATE,
    )
    async def field_audiences(self) -> list[FieldAudienceChoice]:
        """In one statement."""
        return await field_audiences(viewer_id())

    @strawberry.field(
        description="The viewer's own profile with other eyes: without an argument as a member who "
        "is no connection. BAD_REQUEST for more than one argument.",
        directives=_PRIVATE,
    )
    async def profile_as(
        self, audience: Seen = None, member_id: Someone = None, tag_id: Bearer = None
    ) -> SeenProfile | None:
        """In three statements with all its lists, and one to find the connection or the tag."""
        if [audience, member_id, tag_id].count(None) < 2:
            raise BadPage("give one of audience, memberId and tagId")
        if member_id is None and tag_id is None:
            audience = audience or ProfileAudience.MEMBERS
        look = await _look(audience, member_id, tag_id)
        if look is None:
            return None
        return _seen(look, await profile.head(look, viewer_id()), audience)


async def _look(
    audience: ProfileAudience | None, member_id: str | None, tag_id: str | None
) -> Eyes | None:
    if audience is not None:
        return profile.AS_AUDIENCE[audience]
    find, prefix, given = (
        (profile.as_connection, ids.MEMBER, member_id)
        if member_id is not None
        else (profile.as_tagged, ids.TAG, tag_id)
    )
    key = ids.decode(prefix, given or "")
    return None if key is None else await find(viewer_id(), key)


# Which audiences let in whoever looks so; a connection, where it is not said.
_PROFILES = {
    ProfileAudience.EVERYONE: {ProfileAudience.EVERYONE},
    ProfileAudience.MEMBERS: {ProfileAudience.EVERYONE, ProfileAudience.MEMBERS},
    ProfileAudience.CONNECTIONS: set(ProfileAudience),
}
_COUNTS = {
    ProfileAudience.EVERYONE: {Audience.EVERYONE},
    ProfileAudience.MEMBERS: {Audience.EVERYONE, Audience.MEMBERS},
    ProfileAudience.CONNECTIONS: {Audience.EVERYONE, Audience.MEMBERS, Audience.CONNECTIONS},
}


def _seen(look: Eyes, row: sql.Row, audience: ProfileAudience | None) -> SeenProfile:
    as_whom = audience or ProfileAudience.CONNECTIONS
    visible = row["profile_audience"] in _PROFILES[as_whom]
    counted = visible and row["connections_audience"] in _COUNTS[as_whom]
    text = partial(_text, row, visible)
    return SeenProfile(
        key=row["m_id"],
        look=look,
        is_visible=visible,
        name=row["m_name"],
        headline=text("m_headline"),
        organisation=text("m_organisation"),
        location=text("m_location"),
        about=text("m_about"),
        avatar_url=avatar_url(row["m_id"], row["m_avatar_key"]) if visible else None,
        connection_count=row["connections"] if counted else None,
    )


def _text(row: sql.Row, visible: bool, column: str) -> str:
    found: str = row[column] if visible else ""
    return found


async def field_audiences(member: int) -> list[FieldAudienceChoice]:
    """Who sees a member's fields, for the member alone."""
    found: Any = await profile.field_audiences(member)
    return [
        FieldAudienceChoice(
            field=field,
            audience=choice.audience,
            audience_tag_ids=[public_id(ids.TAG, tag) for tag in choice.tags]
            if choice.audience is FieldAudience.TAGS
            else None,
        )
        for field, choice in found.items()
    ]
