"""The viewer's picture, and anybody's for who may see it."""

from typing import Annotated, Any

import strawberry

from models import avatar, ids
from models.token import Scope
from schema.context import BadCredentials, Context, Viewer, authenticate, viewer_id
from schema.member import Member, member_by_key
from schema.node import later
from schema.payload import USER_ERRORS, Input, UserError, attempt
from schema.scalars import Picture
from schema.scopes import needs

Person = Annotated["Member", strawberry.lazy("schema.member")]
_OWN = needs(Scope.PROFILE_WRITE)


@strawberry.input(description="The picture to show.")
class SetAvatarInput:
    """Input of setAvatar."""

    image: Picture = strawberry.field(
        description="A JPEG, PNG, WebP or GIF file. IMAGE_INVALID for anything else, for one over "
        "`instance.limits.avatarKilobytes`, over 40 million pixels or under 32 by 32."
    )


@strawberry.type(description="The viewer with the new picture.")
class SetAvatarPayload:
    """Payload of setAvatar."""

    member: Person | None = strawberry.field(default=None, description="The viewer.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The viewer without a picture.")
class RemoveAvatarPayload:
    """Payload of removeAvatar."""

    member: Person | None = strawberry.field(default=None, description="The viewer.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


def _own() -> dict[str, Any]:
    return {"member": later(lambda: member_by_key(viewer_id()))}


@strawberry.type
class AvatarMutation:
    """What a member does about their picture."""

    @strawberry.mutation(
        description="Show a picture. Its middle is kept as a square of at most 512 by 512 pixels, "
        "upright, and nothing else that the file says, such as where it was taken. "
        "`Member.avatarUrl` changes with every picture.",
        directives=_OWN,
    )
    async def set_avatar(self, input: Input[SetAvatarInput]) -> SetAvatarPayload:
        """avatar.put"""

        async def work() -> dict[str, Any]:
            await avatar.put(viewer_id(), input.image)
            return _own()

        return await attempt(SetAvatarPayload, work())

    @strawberry.mutation(
        description="Show no picture any more: clients show initials.", directives=_OWN
    )
    async def remove_avatar(self) -> RemoveAvatarPayload:
        """avatar.remove"""

        async def work() -> dict[str, Any]:
            await avatar.remove(viewer_id())
            return _own()

        return await attempt(RemoveAvatarPayload, work())


async def picture_for(
    known: Viewer | None, bearer: str | None, member: str, key: str
) -> bytes | None:
    """A member's picture, as the API would tell of it to a browser's viewer or to a token's: None
    for whoever may not see it, as for one that is not there.
    """
    viewer = known
    if bearer is not None:
        try:
            viewer = await authenticate(Context(bearer=bearer))
        except BadCredentials:
            return None
    if viewer is not None and Scope.PROFILE_READ not in viewer.scopes:
        return None
    owner = ids.decode(ids.MEMBER, member)
    if owner is None:
        return None
    return await avatar.image_of(viewer.id if viewer else None, owner, key)
