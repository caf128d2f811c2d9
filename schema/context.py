"""Who is asking. Strawberry gives a socket one context for its whole life, so that holds only
credentials; the viewer and the loaders live in a ContextVar and are set anew for every operation
and before every event.
"""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from models import session, token
from models.token import GRANTABLE, Scope

if TYPE_CHECKING:
    from schema.points import Account

# A signed-out visitor reads as far as the models let everyone read.
_OPEN_SCOPES = frozenset(
    {Scope.PROFILE_READ, Scope.NETWORK_READ, Scope.REQUESTS_READ, Scope.UPDATES_READ}
)


@dataclass(slots=True, frozen=True)
class Viewer:
    """The member who is asking, and through what."""

    id: int
    handle: str
    name: str
    scopes: frozenset[Scope]
    session_id: int | None = None
    token_id: int | None = None
    # Of an app's token: what the member granted, to which app.
    grant_id: int | None = None
    app_id: int | None = None
    # When the bearer token ends by itself, if it does.
    expires_at: datetime | None = None
    # Known of browser sessions only: an operator acts in their browser.
    is_operator: bool = False
    # Of browser sessions too: the pages say moments by this clock.
    time_zone: str = "UTC"

    @property
    def holder(self) -> int | None:
        """Whose allowance it is: a personal token's, or a grant's, whatever token an app has of
        it now. None for a browser.
        """
        return self.grant_id or self.token_id


@dataclass(slots=True)
class Context:
    """Credentials of one HTTP request or one socket.

    `bearer` alone counts where it is given; `cookie` is a session's secret; `known` a viewer the
    page's middleware has found already for this one request.
    """

    bearer: str | None = None
    cookie: str | None = None
    known: Viewer | None = None
    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    connection_params: dict[str, Any] | None = None
    # Closes the socket, where there is one: a revoked token ends what it opened.
    close: Callable[[], Awaitable[None]] | None = None
    refused: bool = False
    # Who opened the socket.
    entered: Viewer | None = None
    # When credentials of a socket were last looked up and stood, by the monotonic clock.
    found_at: float = 0.0
    # The one event that a webhook's subscription is run for.
    only: Mapping[str, Any] | None = None
    # Whether this client has `events` open as well, which notices when its credentials end: the
    # state of the notifications is then looked at without a ring as good as never.
    beside_events: bool = False
    # Where a client's request came from; None for our own pages, which cost no points.
    host: str | None = None
    # What the latest operation of a client has taken, and how it stands.
    account: "Account | None" = None


class BadCredentials(Exception):
    """A bearer token was given that is none, has expired or was revoked."""


async def authenticate(context: Context) -> Viewer | None:
    """The viewer the credentials stand for now. Raises BadCredentials for a bad bearer token."""
    if context.known is not None:
        return context.known
    if context.bearer is not None:
        began = time.monotonic()
        row = await token.find(context.bearer)
        if row is None:
            raise BadCredentials
        context.found_at = began
        scopes = GRANTABLE.intersection(token.scopes_of(row))
        return Viewer(
            row["id"],
            row["handle"],
            row["name"],
            scopes,
            token_id=row["token_id"],
            grant_id=row["grant_id"],
            app_id=row["app_id"],
            expires_at=row["expires_at"],
        )
    if context.cookie is not None:
        began = time.monotonic()
        viewer = await by_session(context.cookie)
        if viewer is not None:
            context.found_at = began
        return viewer
    return None


async def by_session(secret: str) -> Viewer | None:
    """The viewer of a session, who holds every scope."""
    row = await session.find(secret)
    if row is None:
        return None
    return Viewer(
        row["id"],
        row["handle"],
        row["name"],
        frozenset(Scope),
        session_id=row["session_id"],
        is_operator=bool(row["is_operator"]),
        time_zone=row["time_zone"],
    )


class Asking:
    """One operation, or one event of a subscription: its viewer and what it has loaded."""

    __slots__ = ("loaders", "names", "viewer")

    def __init__(self, viewer: Viewer | None, names: dict[int, frozenset[str]]) -> None:
        self.viewer = viewer
        self.loaders: dict[str, Any] = {}
        # Field names selected under a field of the document, kept with the parsed document.
        self.names = names

    @property
    def viewer_id(self) -> int | None:
        """The viewer's key, None when signed out."""
        return self.viewer.id if self.viewer else None

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the asking app may do."""
        return self.viewer.scopes if self.viewer else _OPEN_SCOPES


_asking: ContextVar[Asking] = ContextVar("asking")


def asking() -> Asking:
    """The operation under way."""
    return _asking.get()


def ask_as(viewer: Viewer | None, names: dict[int, frozenset[str]] | None = None) -> Asking:
    """Begin an operation, or an event of one, with nothing loaded."""
    new = Asking(viewer, names if names is not None else _asking.get().names)
    _asking.set(new)
    return new


def viewer_id() -> int:
    """The key of the signed-in viewer, for fields only they can reach."""
    viewer = asking().viewer
    assert viewer is not None, "reached without a viewer"
    return viewer.id
