"""The viewer's address: whether it is known to be theirs, and whether mail gets there."""

from datetime import datetime
from typing import Any

import strawberry

from models import mail_address
from models.settings import settings
from models.token import Scope
from schema.context import viewer_id
from schema.payload import USER_ERRORS, UserError, attempt
from schema.scopes import needs

_ACCOUNT = needs(Scope.ACCOUNT)


@strawberry.type(description="The viewer's address, and whether mail gets there.")
class MailAddress:
    """The address."""

    address: str = strawberry.field(description="The address; it cannot be changed.")
    verified_at: datetime | None = strawberry.field(
        description="When the viewer last showed it to be theirs; null if never."
    )
    needed: bool = strawberry.field(
        description="Whether this instance asks for that before a member may ask others to connect."
    )
    stopped_at: datetime | None = strawberry.field(
        description="Since when nothing is sent there, as mail came back; null while it works."
    )
    stop_reason: str | None = strawberry.field(
        description="What was said when mail came back, at most 200 characters, in the words of "
        "the mail server; null while it works."
    )


@strawberry.type
class OwnMailAddress:
    """Fields of the viewer."""

    @strawberry.field(
        description="The viewer's address, and whether mail gets there.", directives=_ACCOUNT
    )
    async def mail_address(self) -> MailAddress:
        """In one statement."""
        return await _load()


@strawberry.type(description="The viewer's address, to which a link is on its way.")
class SendVerificationMailPayload:
    """sendVerificationMail"""

    mail_address: MailAddress | None = strawberry.field(default=None, description="As it stands.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class MailAddressMutation:
    """Mutations."""

    @strawberry.mutation(
        description="Send a link to the viewer's address that shows it to be theirs, good for 3 "
        "days. It is tried even where mail came back: when the link is followed, mail is sent "
        f"there again. TOO_MANY after {mail_address.VERIFICATIONS_A_DAY} in 24 hours.",
        directives=_ACCOUNT,
    )
    async def send_verification_mail(self) -> SendVerificationMailPayload:
        """mail_address.ask_to_verify"""

        async def work() -> dict[str, Any]:
            await mail_address.ask_to_verify(viewer_id())
            return {"mail_address": await _load()}

        return await attempt(SendVerificationMailPayload, work())


async def _load() -> MailAddress:
    row = await mail_address.standing(viewer_id())
    return MailAddress(
        address=row["email"],
        verified_at=row["email_verified_at"],
        needed=settings().asks_for_verified_email,
        stopped_at=row["stopped_at"],
        stop_reason=row["reason"],
    )
