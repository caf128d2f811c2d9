"""Whom the viewer follows, who follows the viewer, and the acts of following."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import strawberry

from models import follow, ids, paging, suggestion
from models.follow import FollowAudience
from models.token import Scope
from schema.context import viewer_id
from schema.member import Member, member_by_key, member_of
from schema.node import later
from schema.paging import After, First, PageInfo, page_info
from schema.payload import USER_ERRORS, Input, UserError, attempt, not_found
from schema.scalars import Cursor
from schema.scopes import needs
from schema.selection import wants

P = TypeVar("P")
_NETWORK = needs(Scope.NETWORK_READ)
_WRITE = needs(Scope.NETWORK_WRITE)


@strawberry.type(description="Somebody followed, or a follower.")
class FollowEdge:
    """One follow."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Member = strawberry.field(description="The other member.")
    followed_at: datetime = strawberry.field(description="Since when.")


@strawberry.type(description="A page of members followed, or of followers.")
class FollowConnection:
    """Follows, newest first."""

    edges: list[FollowEdge] = strawberry.field(description="The follows.")
    nodes: list[Member] = strawberry.field(description="The other members.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(
        description="How many there are in all, as far as the viewer may see; counted up to "
        f"{follow.MOST:,}."
    )


def _page(
    page: paging.Page, after: str | None, count: Callable[[int], Awaitable[int]]
) -> FollowConnection:
    edges = [
        FollowEdge(
            cursor=later(partial(follow.cursor, row)),
            node=member_of(row),
            followed_at=row["followed_at"],
        )
        for row in page.rows
    ]
    viewer = viewer_id()
    return FollowConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
        total_count=later(lambda: count(viewer)),
    )


@strawberry.type
class FollowLists:
    """Fields of the viewer."""

    @strawberry.field(
        description="Members the viewer follows, the last first: those who let the viewer, and "
        f"whom the viewer may see. One may follow {follow.MOST:,}.",
        directives=_NETWORK,
    )
    async def following(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> FollowConnection:
        """A page in one statement."""
        page = await follow.following(viewer_id(), first, after, wants(info))
        return _page(page, after, follow.count_following)

    @strawberry.field(
        description="Members who follow the viewer, the last first, as far as the viewer may see "
        "them and lets them.",
        directives=_NETWORK,
    )
    async def followers(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> FollowConnection:
        """A page in one statement."""
        page = await follow.followers(viewer_id(), first, after, wants(info))
        return _page(page, after, follow.count_followers)

    @strawberry.field(
        description="Who may follow the viewer.", directives=needs(Scope.PRIVATE_READ)
    )
    async def follow_audience(self) -> FollowAudience:
        """The viewer's choice."""
        return FollowAudience((await suggestion.settings_of(viewer_id()))["follow_audience"])


@strawberry.input
class MemberInput:
    """What the acts on a member share."""

    member_id: strawberry.ID = strawberry.field(description="The member.")


@strawberry.input(description="Follow a member.")
class FollowMemberInput(MemberInput):
    """followMember"""


@strawberry.input(description="Stop following a member.")
class UnfollowMemberInput(MemberInput):
    """unfollowMember"""


@strawberry.input(description="Have a member no longer follow the viewer.")
class RemoveFollowerInput(MemberInput):
    """removeFollower"""


@strawberry.input(description="Choose who may follow the viewer.")
class UpdateFollowSettingsInput:
    """updateFollowSettings"""

    follow_audience: FollowAudience = strawberry.field(description="Who may.")


@strawberry.type
class MemberPayload:
    """What payloads of acts on a member share."""

    member: Member | None = strawberry.field(
        default=None, description="The member; null where the viewer may not see them."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The member followed.")
class FollowMemberPayload(MemberPayload):
    """followMember"""


@strawberry.type(description="The member no longer followed.")
class UnfollowMemberPayload(MemberPayload):
    """unfollowMember"""


@strawberry.type(description="The member who no longer follows.")
class RemoveFollowerPayload(MemberPayload):
    """removeFollower"""


@strawberry.type(description="The choice as it now is.")
class UpdateFollowSettingsPayload:
    """updateFollowSettings"""

    follow_audience: FollowAudience | None = strawberry.field(
        default=None, description="Who may follow the viewer."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


async def act_on_member(
    payload: type[P], act: Callable[[int, int], Coroutine[Any, Any, None]], given: strawberry.ID
) -> P:
    """Do something to a member by their id."""

    async def work() -> dict[str, Any]:
        key = ids.decode(ids.MEMBER, given)
        if key is None:
            raise not_found("member", "memberId")
        await act(viewer_id(), key)
        return {"member": later(lambda: member_by_key(key))}

    return await attempt(payload, work())


@strawberry.type
class FollowMutation:
    """Mutations."""

    @strawberry.mutation(
        description="Follow a member: one-way, it opens nothing, and they are not told, though "
        "they find the viewer among their followers. Success when the viewer does already. "
        "RECIPIENT_UNAVAILABLE for whatever stands in the way on the other side, TOO_MANY beyond "
        f"{follow.MOST:,}, SELF.",
        directives=_WRITE,
    )
    async def follow_member(self, input: Input[FollowMemberInput]) -> FollowMemberPayload:
        """follow.follow"""

        async def work() -> dict[str, Any]:
            # An id that is nobody's meets the same refusal as one that is.
            key = ids.decode(ids.MEMBER, input.member_id) or 0
            await follow.follow(viewer_id(), key)
            return {"member": later(lambda: member_by_key(key))}

        return await attempt(FollowMemberPayload, work())

    @strawberry.mutation(
        description="Stop following, also somebody the viewer can no longer see. They are not "
        "told. Success when the viewer did not; NOT_FOUND only for what is no member's id.",
        directives=_WRITE,
    )
    async def unfollow_member(self, input: Input[UnfollowMemberInput]) -> UnfollowMemberPayload:
        """follow.unfollow"""
        return await act_on_member(UnfollowMemberPayload, follow.unfollow, input.member_id)

    @strawberry.mutation(
        description="Have a member no longer follow the viewer. They are not told, and may "
        "follow again as long as the viewer's choice of who may lets them. Success when they did "
        "not; NOT_FOUND only for what is no member's id.",
        directives=_WRITE,
    )
    async def remove_follower(self, input: Input[RemoveFollowerInput]) -> RemoveFollowerPayload:
        """follow.remove_follower"""
        return await act_on_member(RemoveFollowerPayload, follow.remove_follower, input.member_id)

    @strawberry.mutation(
        description="Choose who may follow the viewer. Followers outside do not follow for as long "
        "as the choice stands; a wider one brings them back.",
        directives=needs(Scope.PROFILE_WRITE),
    )
    async def update_follow_settings(
        self, input: Input[UpdateFollowSettingsInput]
    ) -> UpdateFollowSettingsPayload:
        """follow.choose_audience"""

        async def work() -> dict[str, Any]:
            await follow.choose_audience(viewer_id(), input.follow_audience)
            return {"follow_audience": input.follow_audience}

        return await attempt(UpdateFollowSettingsPayload, work())
