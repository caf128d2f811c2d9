"""Mutations on updates: one intention each, thin over models."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from models import ids, sql, update_list, update_post, update_reply
from models.audience import Chosen, FieldAudience
from models.token import Scope
from models.update_picture import Given
from models.update_post import Draft, Edit, gone
from schema.context import asking, viewer_id
from schema.node import later
from schema.payload import Input, attempt
from schema.profile_inputs import Audienced, chosen
from schema.scopes import needs
from schema.update import update_by_key, update_of
from schema.update_inputs import (
    EditUpdateInput,
    EditUpdatePayload,
    PostUpdateInput,
    PostUpdatePayload,
    RemoveReplyInput,
    RemoveReplyPayload,
    RemoveUpdateInput,
    RemoveUpdatePayload,
    ReplyToUpdateInput,
    ReplyToUpdatePayload,
    TakeBackThanksInput,
    TakeBackThanksPayload,
    ThankForUpdateInput,
    ThankForUpdatePayload,
)
from schema.update_said import UpdateReply, reply_of

P = TypeVar("P")
_WRITE = needs(Scope.UPDATES_WRITE)


def _key(given: strawberry.ID) -> int:
    key = ids.decode(ids.UPDATE, given)
    if key is None:
        raise gone()
    return key


def _chosen(input: PostUpdateInput | EditUpdateInput) -> Chosen | None:
    return chosen(Audienced(audience=input.audience, audience_tag_ids=input.audience_tag_ids))


def _afterwards(update: int) -> dict[str, Any]:
    asking().loaders.clear()  # what an earlier act of the same operation read has changed
    return {"update": later(lambda: update_by_key(update))}


def _written(row: sql.Row) -> dict[str, Any]:
    asking().loaders.clear()
    return {"update": update_of(row)}


async def _act(
    payload: Callable[..., P],
    act: Callable[[int, int], Awaitable[None]],
    given: strawberry.ID,
) -> P:
    async def work() -> dict[str, Any]:
        key = _key(given)
        await act(viewer_id(), key)
        return _afterwards(key)

    return await attempt(payload, work())


@strawberry.type
class UpdateMutation:
    """Mutations."""

    @strawberry.mutation(
        description="Post an update. The viewer gets UpdatePosted; nobody else gets an event: who "
        "is to see it finds it in their feed. TOO_MANY beyond "
        "`instance.limits.updatesPerDay` in 24 hours, with `until`; REQUIRED where it says "
        "nothing, or WORTH_READING has no link; NOT_FOUND for a tag that is not the viewer's.",
        directives=_WRITE,
    )
    async def post_update(self, input: Input[PostUpdateInput]) -> PostUpdatePayload:
        """update_post.post"""

        async def work() -> dict[str, Any]:
            draft = Draft(
                input.kind,
                input.text,
                input.link,
                _chosen(input) or Chosen(FieldAudience.CONNECTIONS),
                [Given(each.image, each.description) for each in input.pictures],
            )
            return _written(await update_post.post(viewer_id(), draft, input.client_mutation_key))

        return await attempt(PostUpdatePayload, work())

    @strawberry.mutation(
        description="Change the words of an update of the viewer's, which then shows `editedAt`, "
        "or narrow its audience, which does not. Nobody is told. NOT_FOUND for one that is not "
        "theirs; INVALID for a wider audience.",
        directives=_WRITE,
    )
    async def edit_update(self, input: Input[EditUpdateInput]) -> EditUpdatePayload:
        """update_post.edit"""

        async def work() -> dict[str, Any]:
            changes = Edit(input.text, input.link, _chosen(input))
            return _written(await update_post.edit(viewer_id(), _key(input.update_id), changes))

        return await attempt(EditUpdatePayload, work())

    @strawberry.mutation(
        description="Remove an update of the viewer's, with its replies, thanks and pictures. "
        "Nobody is told. NOT_FOUND for one that is not theirs.",
        directives=_WRITE,
    )
    async def remove_update(self, input: Input[RemoveUpdateInput]) -> RemoveUpdatePayload:
        """update_post.remove"""

        async def work() -> dict[str, Any]:
            await update_post.remove(viewer_id(), _key(input.update_id))
            asking().loaders.clear()
            return {"update_id": input.update_id}

        return await attempt(RemoveUpdatePayload, work())

    @strawberry.mutation(
        description="Reply to an update the viewer sees. Its author gets UpdateReplied and a "
        "notification, one for all replies, if they may see the viewer; otherwise they do not "
        "see the reply either. NOT_FOUND for an update the viewer does not see; TOO_MANY beyond "
        "`instance.limits.repliesPerDay` in 24 hours, with `until`, and where the update has "
        f"{update_reply.MOST_REPLIES:,} replies.",
        directives=_WRITE,
    )
    async def reply_to_update(self, input: Input[ReplyToUpdateInput]) -> ReplyToUpdatePayload:
        """update_reply.reply"""

        async def work() -> dict[str, Any]:
            viewer = viewer_id()
            update, key = await update_reply.reply(viewer, _key(input.update_id), input.text)

            async def written() -> UpdateReply | None:
                row = await update_list.reply(viewer, key)
                return reply_of(row) if row else None

            return {**_afterwards(update), "reply": later(written)}

        return await attempt(ReplyToUpdatePayload, work())

    @strawberry.mutation(
        description="Remove a reply of the viewer's, or one they see to an update of theirs. "
        "Nobody is told. NOT_FOUND for any other.",
        directives=_WRITE,
    )
    async def remove_reply(self, input: Input[RemoveReplyInput]) -> RemoveReplyPayload:
        """update_reply.remove"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.REPLY, input.reply_id) or 0
            return _afterwards(await update_reply.remove(viewer_id(), key))

        return await attempt(RemoveReplyPayload, work())

    @strawberry.mutation(
        description="Say thanks for an update the viewer sees; twice is once. Its author gets a "
        "notification, one for all thanks, if they may see the viewer. NOT_FOUND for an update "
        "the viewer does not see; SELF for their own.",
        directives=_WRITE,
    )
    async def thank_for_update(self, input: Input[ThankForUpdateInput]) -> ThankForUpdatePayload:
        """update_reply.thank"""
        return await _act(ThankForUpdatePayload, update_reply.thank, input.update_id)

    @strawberry.mutation(
        description="Say no thanks after all. Nobody is told. Success where the viewer had not; "
        "NOT_FOUND for an update the viewer does not see.",
        directives=_WRITE,
    )
    async def take_back_thanks(self, input: Input[TakeBackThanksInput]) -> TakeBackThanksPayload:
        """update_reply.take_back_thanks"""
        return await _act(TakeBackThanksPayload, update_reply.take_back_thanks, input.update_id)
