"""Mutations on the viewer's own account. Scope `account`: from web sessions only."""

from datetime import datetime
from typing import Any

import strawberry

from models import ids, member, notification, session, token, update_profile
from models.member import Audience, ProfileAudience
from models.notification_kind import NotificationGroup
from models.problem import Code, Problem
from models.token import Scope
from schema.account import AccessToken, Session, session_of, token_of
from schema.context import asking, viewer_id
from schema.limits import MAX_IDS
from schema.node import later
from schema.payload import USER_ERRORS, Input, UserError, attempt, not_found
from schema.profile_inputs import Announced, announces
from schema.scopes import needs
from schema.viewer import Viewer, load_viewer, unread_count

_ACCOUNT = needs(Scope.ACCOUNT)


@strawberry.input(description="What to change of the profile; what is left out stays.")
class UpdateProfileInput(Announced):
    """Input of updateProfile."""

    name: str | None = strawberry.field(default=None, description="1 to 100 characters.")
    headline: str | None = strawberry.field(default=None, description="Up to 120 characters.")
    organisation: str | None = strawberry.field(default=None, description="Up to 120 characters.")
    location: str | None = strawberry.field(default=None, description="Up to 120 characters.")
    about: str | None = strawberry.field(default=None, description="Up to 2,000 characters.")
    connections_audience: Audience | None = strawberry.field(
        default=None, description="Who sees the viewer's connections."
    )
    profile_audience: ProfileAudience | None = strawberry.field(
        default=None, description="Who finds the viewer."
    )
    accepts_requests: bool | None = strawberry.field(
        default=None, description="Whether others may ask to connect."
    )


@strawberry.input(description="Change the password.")
class ChangePasswordInput:
    """Input of changePassword."""

    current_password: str = strawberry.field(description="The password that is valid now.")
    new_password: str = strawberry.field(description="10 to 1,000 characters.")


@strawberry.input(description="End one session.")
class RevokeSessionInput:
    """Input of revokeSession."""

    session_id: strawberry.ID = strawberry.field(description="One of the viewer's sessions.")


@strawberry.input(description="Make an access token.")
class CreateAccessTokenInput:
    """Input of createAccessToken."""

    name: str = strawberry.field(description="To tell it from others; 1 to 100 characters.")
    scopes: list[Scope] = strawberry.field(description="At least one; never ACCOUNT.")
    expires_in_days: int | None = strawberry.field(
        default=None, description="1 to 3,650; without it the token does not end by itself."
    )


@strawberry.input(description="Revoke an access token.")
class RevokeAccessTokenInput:
    """Input of revokeAccessToken."""

    token_id: strawberry.ID = strawberry.field(description="One of the viewer's tokens.")


@strawberry.input(description="Which notifications to mark as read.")
class MarkNotificationsReadInput:
    """Input of markNotificationsRead."""

    notification_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="At most 100; left out means all."
    )
    group: NotificationGroup | None = strawberry.field(
        default=None, description="Only those of this group."
    )
    until: datetime | None = strawberry.field(
        default=None,
        description="Only what had occurred by then: the `occurredAt` of the newest that was shown "
        "leaves unread what came, or came again, since.",
    )


@strawberry.type(description="The viewer after the change.")
class ViewerPayload:
    """Payload of changes to the account."""

    viewer: Viewer | None = strawberry.field(default=None, description="The viewer.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The session that was ended.")
class RevokeSessionPayload:
    """Payload of revokeSession."""

    session: Session | None = strawberry.field(default=None, description="As it was.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The token that was made.")
class CreateAccessTokenPayload:
    """Payload of createAccessToken."""

    token: AccessToken | None = strawberry.field(default=None, description="The token.")
    secret: str | None = strawberry.field(
        default=None, description="What to send as `Authorization: Bearer …`. Shown this once."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The token that was revoked.")
class RevokeAccessTokenPayload:
    """Payload of revokeAccessToken."""

    token: AccessToken | None = strawberry.field(default=None, description="As it was.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What is still unread.")
class MarkNotificationsReadPayload:
    """Payload of markNotificationsRead."""

    unread_count: int | None = strawberry.field(
        default=None, description="Unread notifications after the act."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


async def _viewer() -> dict[str, Any]:
    return {"viewer": await load_viewer(frozenset({"eventCursor"}))}


@strawberry.type
class SelfMutation:
    """What a member does about their own account."""

    @strawberry.mutation(
        description="Mark notifications as read. Ids that are not the viewer's are passed over.",
        directives=needs(Scope.NOTIFICATIONS_WRITE),
    )
    async def mark_notifications_read(
        self, input: Input[MarkNotificationsReadInput]
    ) -> MarkNotificationsReadPayload:
        """notification.mark_read"""

        async def work() -> dict[str, Any]:
            keys = None
            if input.notification_ids is not None:
                if len(input.notification_ids) > MAX_IDS:
                    raise Problem(
                        Code.TOO_LONG, f"At most {MAX_IDS} at once.", field=("notificationIds",)
                    )
                decoded = [ids.decode(ids.NOTIFICATION, i) for i in input.notification_ids]
                keys = [key for key in decoded if key is not None]
            await notification.mark_read(viewer_id(), keys, input.group, until=input.until)
            return {"unread_count": later(lambda: unread_count(viewer_id()))}

        return await attempt(MarkNotificationsReadPayload, work())

    @strawberry.mutation(
        description="Change the viewer's profile and its audiences. Nobody is told, unless "
        "`announce` is set: then what is said otherwise of name, headline, organisation or place "
        "is posted, but for what chosen tags or only the viewer see.",
        directives=needs(Scope.PROFILE_WRITE),
    )
    async def update_profile(self, input: Input[UpdateProfileInput]) -> ViewerPayload:
        """member.update_profile"""

        async def work() -> dict[str, Any]:
            given = {
                name: value
                for name, value in vars(input).items()
                if value is not None and not name.startswith("announce")
            }
            if announces(input):
                to = input.announce_audience
                await update_profile.announced_profile(viewer_id(), given, to)
            else:
                await member.update_profile(viewer_id(), given)
            return await _viewer()

        return await attempt(ViewerPayload, work())

    @strawberry.mutation(
        description="Change the password and end all other sessions. Tokens stay. WRONG_PASSWORD "
        "if the present one is not right.",
        directives=_ACCOUNT,
    )
    async def change_password(self, input: Input[ChangePasswordInput]) -> ViewerPayload:
        """session.change_password"""

        async def work() -> dict[str, Any]:
            viewer = asking().viewer
            assert viewer is not None
            await session.replace_password(
                viewer.id, input.current_password, input.new_password, viewer.session_id
            )
            return await _viewer()

        return await attempt(ViewerPayload, work())

    @strawberry.mutation(
        description="End one of the viewer's sessions; its open pages stop at once.",
        directives=_ACCOUNT,
    )
    async def revoke_session(self, input: Input[RevokeSessionInput]) -> RevokeSessionPayload:
        """session.end"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.SESSION, input.session_id)
            if key is None:
                raise not_found("session", "sessionId")
            return {"session": session_of(await session.end(viewer_id(), key))}

        return await attempt(RevokeSessionPayload, work())

    @strawberry.mutation(
        description="End all of the viewer's sessions but the one that asks.", directives=_ACCOUNT
    )
    async def revoke_other_sessions(self) -> ViewerPayload:
        """session.end_others"""

        async def work() -> dict[str, Any]:
            viewer = asking().viewer
            assert viewer is not None
            await session.end_others(viewer.id, viewer.session_id)
            return await _viewer()

        return await attempt(ViewerPayload, work())

    @strawberry.mutation(
        description="Make an access token. A member may have 100; the secret is in this answer "
        "alone.",
        directives=_ACCOUNT,
    )
    async def create_access_token(
        self, input: Input[CreateAccessTokenInput]
    ) -> CreateAccessTokenPayload:
        """token.create"""

        async def work() -> dict[str, Any]:
            row, secret = await token.create(
                viewer_id(),
                input.name,
                input.scopes,
                input.expires_in_days,
            )
            return {"token": token_of(row), "secret": secret}

        return await attempt(CreateAccessTokenPayload, work())

    @strawberry.mutation(
        description="Revoke a token: it is refused from now on, and what it has open is closed.",
        directives=_ACCOUNT,
    )
    async def revoke_access_token(
        self, input: Input[RevokeAccessTokenInput]
    ) -> RevokeAccessTokenPayload:
        """token.revoke"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.TOKEN, input.token_id)
            if key is None:
                raise not_found("token", "tokenId")
            return {"token": token_of(await token.revoke(viewer_id(), key))}

        return await attempt(RevokeAccessTokenPayload, work())
