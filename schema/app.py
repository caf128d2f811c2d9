"""Apps: those the viewer made, and those they connected. Scope `account`: web sessions only."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import strawberry

from models import app, grant, ids, sql, token
from models.app import AppStatus
from models.problem import Problem
from models.token import Scope
from schema.context import viewer_id
from schema.enums import described
from schema.node import public_id
from schema.payload import USER_ERRORS, Input, UserError, attempt, not_found
from schema.scopes import needs

_ACCOUNT = needs(Scope.ACCOUNT)
described(
    AppStatus,
    "AppStatus",
    "Whether members may connect an app.",
    {
        "PENDING": "It waits for an operator: only its owner can connect it. Who connected it "
        "before stays connected.",
        "APPROVED": "Every member can connect it.",
        "STOPPED": "An operator stopped it: its tokens are refused.",
    },
)


@strawberry.type(description="An app, as its owner and operators see it.", directives=_ACCOUNT)
class App:
    """One app."""

    id: strawberry.ID = strawberry.field(description="Its id, which is its OAuth `client_id`.")
    name: str = strawberry.field(description="What members read when they are asked.")
    description: str = strawberry.field(description="What it is for; may be empty.")
    homepage: str = strawberry.field(description="Where to read more; may be empty.")
    redirect_uris: list[str] = strawberry.field(
        description="Where it may send members back to; compared exactly."
    )
    scopes: list[Scope] = strawberry.field(description="The most it may ask for.")
    confidential: bool = strawberry.field(
        description="Whether it has a secret, which only a program on a server can keep."
    )
    status: AppStatus = strawberry.field(description="Whether members may connect it.")
    created_at: datetime = strawberry.field(description="When it was registered.")
    connection_count: int = strawberry.field(description="How many members have connected it.")


@strawberry.type(description="An app the viewer connected.", directives=_ACCOUNT)
class ConnectedApp:
    """One grant."""

    id: strawberry.ID = strawberry.field(description="The id of what was granted.")
    app_id: strawberry.ID = strawberry.field(description="The app's id.")
    name: str = strawberry.field(description="What the app is called.")
    description: str = strawberry.field(description="What it is for; may be empty.")
    homepage: str = strawberry.field(description="Where to read more; may be empty.")
    owner_name: str = strawberry.field(description="Who made it.")
    stopped: bool = strawberry.field(description="Whether an operator has stopped it.")
    scopes: list[Scope] = strawberry.field(description="All that the viewer ever allowed it.")
    created_at: datetime = strawberry.field(description="When it was first connected.")
    last_used_at: datetime | None = strawberry.field(
        description="Its last call, to within 5 minutes; null before the first."
    )
    events_delivered: int = strawberry.field(
        description="Events that reached it, over streams (to within 5 seconds) and by webhooks."
    )


@strawberry.input(description="A new app.")
class RegisterAppInput:
    """Input of registerApp."""

    name: str = strawberry.field(description="1 to 100 characters.")
    description: str = strawberry.field(default="", description="Up to 2,000 characters.")
    homepage: str = strawberry.field(default="", description="http or https; may be empty.")
    redirect_uris: list[str] = strawberry.field(
        description="1 to 10: https; http on 127.0.0.1, [::1] or localhost; or, of an app without "
        "a secret, a scheme of its own with a dot in it. No fragment."
    )
    scopes: list[Scope] = strawberry.field(description="At least one; never ACCOUNT.")
    confidential: bool = strawberry.field(
        description="Whether it can keep a secret. This cannot be changed later."
    )


@strawberry.input(description="All of an app anew; its id and its secret stay.")
class UpdateAppInput:
    """Input of updateApp."""

    app_id: strawberry.ID = strawberry.field(description="An app of the viewer's.")
    name: str = strawberry.field(description="1 to 100 characters.")
    description: str = strawberry.field(default="", description="Up to 2,000 characters.")
    homepage: str = strawberry.field(default="", description="http or https; may be empty.")
    redirect_uris: list[str] = strawberry.field(description="1 to 10, as in registerApp.")
    scopes: list[Scope] = strawberry.field(description="At least one; never ACCOUNT.")


@strawberry.input(description="Which app.")
class AppInput:
    """Input of the acts on one app."""

    app_id: strawberry.ID = strawberry.field(description="An app.")


@strawberry.input(description="Which connected app to stop.")
class StopConnectedAppInput:
    """Input of stopConnectedApp."""

    connected_app_id: strawberry.ID = strawberry.field(
        description="The id of one of `viewer.connectedApps`."
    )


@strawberry.type(description="The app after the act.")
class AppPayload:
    """Payload of updateApp and deleteApp."""

    app: App | None = strawberry.field(
        default=None, description="As it is now; of a deleted one as it was."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The app, and its secret.")
class AppSecretPayload:
    """Payload of registerApp and renewAppSecret."""

    app: App | None = strawberry.field(default=None, description="The app.")
    secret: str | None = strawberry.field(
        default=None,
        description="Its `client_secret`, shown this once; null for an app that keeps none.",
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The connected app that was stopped.")
class StopConnectedAppPayload:
    """Payload of stopConnectedApp."""

    connected_app: ConnectedApp | None = strawberry.field(default=None, description="As it was.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


def app_of(row: sql.Row) -> App:
    """An app from its row."""
    return App(
        id=public_id(ids.APP, row["id"]),
        name=row["name"],
        description=row["description"],
        homepage=row["homepage"],
        redirect_uris=row["redirect_uris"].split("\n"),
        scopes=token.scopes_of(row),
        confidential=bool(row["confidential"]),
        status=AppStatus(row["status"]),
        created_at=row["created_at"],
        connection_count=row["grants"],
    )


def _connected_of(row: sql.Row) -> ConnectedApp:
    return ConnectedApp(
        id=public_id(ids.GRANT, row["id"]),
        app_id=public_id(ids.APP, row["app_id"]),
        name=row["name"],
        description=row["description"],
        homepage=row["homepage"],
        owner_name=row["owner_name"],
        stopped=row["status"] == AppStatus.STOPPED,
        scopes=token.scopes_of(row),
        created_at=row["created_at"],
        last_used_at=row["used_at"],
        events_delivered=row["events_delivered"],
    )


async def load_apps() -> list[App]:
    """The viewer's own apps."""
    return [app_of(row) for row in await app.of(viewer_id())]


async def load_app(text: str) -> App | None:
    """One of the viewer's own apps; None for any other id."""
    key = ids.decode(ids.APP, text)
    if key is None:
        return None
    try:
        return app_of(await app.owned(viewer_id(), key))
    except Problem:
        return None


async def load_connected_apps() -> list[ConnectedApp]:
    """What the viewer connected."""
    return [_connected_of(row) for row in await grant.of(viewer_id())]


def app_key(text: str) -> int:
    """The key of an app's id. Raises NOT_FOUND."""
    key = ids.decode(ids.APP, text)
    if key is None:
        raise not_found("app", "appId")
    return key


def _described(given: RegisterAppInput | UpdateAppInput) -> app.Description:
    return app.Description(
        given.name, given.description, given.homepage, given.redirect_uris, given.scopes
    )


async def _with_secret(made: Awaitable[tuple[sql.Row, str | None]]) -> dict[str, Any]:
    row, secret = await made
    return {"app": app_of(row), "secret": secret}


async def _to_one(act: Callable[[int], Awaitable[sql.Row]], text: str) -> dict[str, Any]:
    return {"app": app_of(await act(app_key(text)))}


@strawberry.type
class AppMutation:
    """What a member does about apps."""

    @strawberry.mutation(
        description="Register an app; a member may have 20. Where operators approve apps, only "
        "its owner can connect it until then. NOT_OPEN where no apps are taken.",
        directives=_ACCOUNT,
    )
    async def register_app(self, input: Input[RegisterAppInput]) -> AppSecretPayload:
        """app.register"""
        made = app.register(viewer_id(), _described(input), confidential=input.confidential)
        return await attempt(AppSecretPayload, _with_secret(made))

    @strawberry.mutation(
        description="Change what an app says of itself. Where operators approve apps, another "
        "name, address or scope waits for their yes again.",
        directives=_ACCOUNT,
    )
    async def update_app(self, input: Input[UpdateAppInput]) -> AppPayload:
        """app.update"""
        owner, wanted = viewer_id(), _described(input)
        return await attempt(
            AppPayload, _to_one(lambda key: app.update(owner, key, wanted), input.app_id)
        )

    @strawberry.mutation(
        description="Give an app another secret; the old one is refused from now on. Tokens stay.",
        directives=_ACCOUNT,
    )
    async def renew_app_secret(self, input: Input[AppInput]) -> AppSecretPayload:
        """app.renew_secret"""

        async def work() -> dict[str, Any]:
            row, secret = await app.renew_secret(viewer_id(), app_key(input.app_id))
            return {"app": app_of(row), "secret": secret}

        return await attempt(AppSecretPayload, work())

    @strawberry.mutation(
        description="Delete an app: everyone's tokens for it are refused from now on, and what "
        "they have open is closed. Its webhooks go with it.",
        directives=_ACCOUNT,
    )
    async def delete_app(self, input: Input[AppInput]) -> AppPayload:
        """app.delete"""
        owner = viewer_id()
        return await attempt(AppPayload, _to_one(lambda key: app.delete(owner, key), input.app_id))

    @strawberry.mutation(
        description="Stop an app the viewer connected: its tokens are refused from now on, and "
        "what it has open is closed within a second.",
        directives=_ACCOUNT,
    )
    async def stop_connected_app(
        self, input: Input[StopConnectedAppInput]
    ) -> StopConnectedAppPayload:
        """grant.stop"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.GRANT, input.connected_app_id)
            if key is None:
                raise not_found("app", "connectedAppId")
            try:
                row = await grant.stop(viewer_id(), key)
            except Problem as problem:
                problem.field = ("connectedAppId",)
                raise
            return {"connected_app": _connected_of(row)}

        return await attempt(StopConnectedAppPayload, work())
