"""Mutations on what a member wants less of in their feed, and how far they have read it."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import strawberry

from models import feed_choice
from models.token import Scope
from models.update import UpdateKind
from schema.context import viewer_id
from schema.follow_lists import MemberPayload, act_on_member
from schema.node import later
from schema.payload import USER_ERRORS, Input, UserError, attempt
from schema.scopes import needs

_WRITE = needs(Scope.UPDATES_WRITE)
_MUTED = "This is the viewer's alone: they are not told, and read, write and are seen as before."


@strawberry.input
class FeedMemberInput:
    """What the acts on a member in the feed share."""

    member_id: strawberry.ID = strawberry.field(description="The member.")


@strawberry.input(description="Input of muteInFeed.")
class MuteInFeedInput(FeedMemberInput):
    """muteInFeed"""


@strawberry.input(description="Input of snoozeInFeed.")
class SnoozeInFeedInput(FeedMemberInput):
    """snoozeInFeed"""


@strawberry.input(description="Input of unmuteInFeed.")
class UnmuteInFeedInput(FeedMemberInput):
    """unmuteInFeed"""


@strawberry.type(description="The member muted.")
class MuteInFeedPayload(MemberPayload):
    """muteInFeed"""


@strawberry.type(description="The member snoozed.")
class SnoozeInFeedPayload(MemberPayload):
    """snoozeInFeed"""


@strawberry.type(description="The member no longer muted.")
class UnmuteInFeedPayload(MemberPayload):
    """unmuteInFeed"""


@strawberry.input(description="Of which kind to show fewer updates.")
class ShowFewerInput:
    """Input of showFewer."""

    kind: UpdateKind = strawberry.field(description="The kind.")
    fewer: bool = strawberry.field(default=True, description="False shows all of them again.")


@strawberry.type(description="The choice as it now is.")
class ShowFewerPayload:
    """Payload of showFewer."""

    feed_fewer: list[UpdateKind] | None = strawberry.field(
        default=None, description="The kinds of which the viewer wants fewer."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.input(description="Up to when the feed was read.")
class MarkFeedSeenInput:
    """Input of markFeedSeen."""

    until: datetime | None = strawberry.field(
        default=None,
        description="When the page that was read was loaded; left out, or later than now, it is "
        "now.",
    )


@strawberry.type(description="The mark as it now is.")
class MarkFeedSeenPayload:
    """Payload of markFeedSeen."""

    feed_seen_at: datetime | None = strawberry.field(
        default=None, description="Up to when the viewer has read their feed."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class FeedMutation:
    """Mutations."""

    @strawberry.mutation(
        description="Leave a member's updates out of the viewer's feed until it is taken back. "
        f"{_MUTED} NOT_FOUND for one the viewer may not see; SELF; TOO_MANY at "
        f"{feed_choice.MOST_MUTES:,}.",
        directives=_WRITE,
    )
    async def mute_in_feed(self, input: Input[MuteInFeedInput]) -> MuteInFeedPayload:
        """feed_choice.mute"""
        return await _on_member(MuteInFeedPayload, feed_choice.mute, input.member_id)

    @strawberry.mutation(
        description="Leave a member's updates out of the viewer's feed for "
        f"{feed_choice.SNOOZE.days} days from now, also of one muted for good. {_MUTED} "
        "Codes as of `muteInFeed`.",
        directives=_WRITE,
    )
    async def snooze_in_feed(self, input: Input[SnoozeInFeedInput]) -> SnoozeInFeedPayload:
        """feed_choice.snooze"""
        return await _on_member(SnoozeInFeedPayload, feed_choice.snooze, input.member_id)

    @strawberry.mutation(
        description="Show a member's updates in the viewer's feed again. Success where they were "
        "not muted; a connection that is muted as such stays so.",
        directives=_WRITE,
    )
    async def unmute_in_feed(self, input: Input[UnmuteInFeedInput]) -> UnmuteInFeedPayload:
        """feed_choice.unmute"""
        return await _on_member(UnmuteInFeedPayload, feed_choice.unmute, input.member_id)

    @strawberry.mutation(
        description="Show fewer updates of a kind in the viewer's feed: of each author at most the "
        "newest in seven days; or all of them again.",
        directives=_WRITE,
    )
    async def show_fewer(self, input: Input[ShowFewerInput]) -> ShowFewerPayload:
        """feed_choice.show_fewer"""

        async def work() -> dict[str, Any]:
            viewer = viewer_id()
            await feed_choice.show_fewer(viewer, input.kind, input.fewer)
            return {"feed_fewer": later(lambda: feed_choice.fewer_kinds(viewer))}

        return await attempt(ShowFewerPayload, work())

    @strawberry.mutation(
        description="The viewer has read their feed up to a moment: a page can say what is new, "
        "and that they are up to date. The mark never goes back.",
        directives=_WRITE,
    )
    async def mark_feed_seen(self, input: Input[MarkFeedSeenInput]) -> MarkFeedSeenPayload:
        """feed_choice.mark_seen"""

        async def work() -> dict[str, Any]:
            viewer = viewer_id()
            await feed_choice.mark_seen(viewer, input.until)
            return {"feed_seen_at": later(lambda: feed_choice.seen_at(viewer))}

        return await attempt(MarkFeedSeenPayload, work())


async def _on_member(
    payload: Any, act: Callable[[int, int], Coroutine[Any, Any, None]], member: strawberry.ID
) -> Any:
    return await act_on_member(payload, act, member)
