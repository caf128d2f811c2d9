"""What acts on updates are given, and what they answer."""

import strawberry

from models import update as stored
from models import update_reply
from models.audience import FieldAudience
from models.update import UpdateKind
from models.update_picture import DESCRIPTION_LONGEST
from schema.payload import USER_ERRORS, UserError
from schema.scalars import Picture
from schema.update import Update
from schema.update_said import UpdateReply

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
        description="A reply of the viewer's, or one they see to an update of theirs."
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
