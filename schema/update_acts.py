"""Mutations on updates: one intention each, thin over models."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from models import ids, sql, update_list, update_post, update_reply
from models import update as stored
from models.audience import Chosen, FieldAudience
from models.token import Scope
from models.update import UpdateKind
from models.update_picture import DESCRIPTION_LONGEST, Given
from models.update_post import Draft, Edit, gone
from schema.context import asking, viewer_id
from schema.node import later
from schema.payload import USER_ERRORS, Input, UserError, attempt
from schema.profile_inputs import chosen
from schema.scalars import Picture
from schema.scopes import needs
from schema.update import Update, UpdateReply, reply_of, update_by_key, update_of

P = TypeVar("P")
_WRITE = needs(Scope.UPDATES_WRITE)
_TEXT = (
    f"Plain text with line breaks, at most {stored.LONGEST:,} characters; it may be empty where "
    "there is a link or a picture."
)
_LINK = "A page elsewhere, http or https, at most 500 characters. WORTH_READING needs one."


@strawberry.input(description="A picture to post.")
class UpdatePictureInput:
    """One picture."""

    image: Picture = strawberry.field(
        description="A JPEG, PNG, WebP or GIF file. IMAGE_INVALID for anything else, for one over "
        "`instance.limits.updatePictureKilobytes`, over 40 million pixels or under 32 by 32."
    )
    description: str = strawberry.field(
        default="",
        description="What is on it, for those who do not see it; at most "
        f"{DESCRIPTION_LONGEST} characters.",
    )


@strawberry.input(description="What to post, and for whom.")
class PostUpdateInput:
    """Input of postUpdate."""

    kind: UpdateKind = strawberry.field(default=UpdateKind.NEWS, description="What it is.")
    text: str = strawberry.field(default="", description=_TEXT)
    link: str = strawberry.field(default="", description=_LINK)
    audience: FieldAudience = strawberry.field(
        default=FieldAudience.CONNECTIONS,
        description="For whom it is, of those who see the viewer at all; INVALID for ONLY_ME. "
        "`Viewer.audienceSize` says how many that is.",
    )
    audience_tag_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Under TAGS: 1 to 20 of the viewer's tags."
    )
    pictures: list[UpdatePictureInput] = strawberry.field(
        default_factory=list,
        description=f"At most {stored.MOST_PICTURES}, in their order. Each is kept at up to 2,048 "
        "by 2,048 pixels, upright, and nothing else that its file says, such as where it was "
        "taken.",
    )
    client_mutation_key: str | None = strawberry.field(
        default=None,
        description="Any text of 1 to 100 characters. For 24 hours the same key with the same "
        "input gives the first update again, so this can be retried safely.",
    )


@strawberry.input(description="What to change of an update; what is left out stays.")
class EditUpdateInput:
    """Input of editUpdate."""

    update_id: strawberry.ID = strawberry.field(description="An update of the viewer's.")
    text: str | None = strawberry.field(default=None, description=_TEXT)
    link: str | None = strawberry.field(default=None, description=f"{_LINK} Empty: none.")
    audience: FieldAudience | None = strawberry.field(
        default=None,
        description="A narrower audience, in the order EVERYONE, MEMBERS, CONNECTIONS, TAGS; "
        "INVALID for a wider one.",
    )
    audience_tag_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Under TAGS: 1 to 20 tags; where it was for tags, some of these."
    )


@strawberry.input
class UpdateInput:
    """What the acts on an update share."""

    update_id: strawberry.ID = strawberry.field(description="The update.")


@strawberry.input(description="Input of removeUpdate.")
class RemoveUpdateInput(UpdateInput):
    """removeUpdate"""


@strawberry.input(description="Input of thankForUpdate.")
class ThankForUpdateInput(UpdateInput):
    """thankForUpdate"""


@strawberry.input(description="Input of takeBackThanks.")
class TakeBackThanksInput(UpdateInput):
    """takeBackThanks"""


@strawberry.input(description="A reply to write.")
class ReplyToUpdateInput(UpdateInput):
    """Input of replyToUpdate."""

    text: str = strawberry.field(
        description=f"Plain text with line breaks, 1 to {update_reply.REPLY_LONGEST:,} characters."
    )


@strawberry.input(description="Input of removeReply.")
class RemoveReplyInput:
    """removeReply"""

    reply_id: strawberry.ID = strawberry.field(
        description="A reply of the viewer's, or one to an update of theirs."
    )


@strawberry.type
class UpdatePayload:
    """What payloads of acts on an update share."""

    update: Update | None = strawberry.field(
        default=None, description="The update as it is afterwards."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The update that was posted.")
class PostUpdatePayload(UpdatePayload):
    """postUpdate"""


@strawberry.type(description="The update as it is now.")
class EditUpdatePayload(UpdatePayload):
    """editUpdate"""


@strawberry.type(description="The update that was removed.")
class RemoveUpdatePayload:
    """removeUpdate"""

    update_id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The reply that was written.")
class ReplyToUpdatePayload(UpdatePayload):
    """replyToUpdate"""

    reply: UpdateReply | None = strawberry.field(default=None, description="The reply.")


@strawberry.type(description="The update without the reply.")
class RemoveReplyPayload(UpdatePayload):
    """removeReply"""


@strawberry.type(description="The update, for which the viewer said thanks.")
class ThankForUpdatePayload(UpdatePayload):
    """thankForUpdate"""


@strawberry.type(description="The update, for which the viewer no longer says thanks.")
class TakeBackThanksPayload(UpdatePayload):
    """takeBackThanks"""


def _key(given: strawberry.ID) -> int:
    key = ids.decode(ids.UPDATE, given)
    if key is None:
        raise gone()
    return key


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
                chosen(input) or Chosen(FieldAudience.CONNECTIONS),
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
            changes = Edit(input.text, input.link, chosen(input))
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
        description="Remove a reply of the viewer's, or one to an update of theirs. Nobody is "
        "told. NOT_FOUND for any other.",
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
