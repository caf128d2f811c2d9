"""The viewer: everything that depends on who asks."""

import asyncio
from typing import Annotated, Any

import strawberry

from models import event, member, paging, request_list, session, sql, token
from models.member import Audience, ProfileAudience
from models.token import Scope
from schema.account import AccessToken, Session, session_of, token_of
from schema.app import App, ConnectedApp, load_app, load_apps, load_connected_apps
from schema.contact_list import ContactLists
from schema.contact_share import ContactShares
from schema.context import asking, viewer_id
from schema.conversation import ConversationsOfViewer
from schema.event import EventConnection, EventEdge, cursor, event_of, seq_of
from schema.feed import FeedOfViewer
from schema.follow_lists import FollowLists
from schema.imported_contact import ImportedContacts
from schema.introduction_lists import IntroductionLists
from schema.mail_address import OwnMailAddress
from schema.meeting import MeetingCodes
from schema.member import Member, member_by_key
from schema.member_list import ConnectedMemberConnection, connected_page
from schema.node import later
from schema.notification_choice import NotificationsOfViewer, QuietHours, quiet_hours_of
from schema.operator import Operator, load_operator
from schema.paging import After, First, Search, page_info
from schema.profile_self import OwnProfile
from schema.request_lists import RequestBudget, RequestLists, budget_of
from schema.scalars import Cursor
from schema.scopes import needs
from schema.suggestion import SuggestionLists
from schema.tag import TagLists
from schema.webhook import Webhook, load_webhook, load_webhooks

_REQUESTS = needs(Scope.REQUESTS_READ)
_NETWORK = needs(Scope.NETWORK_READ)
_NOTIFICATIONS = needs(Scope.NOTIFICATIONS_READ)
_PRIVATE = needs(Scope.PRIVATE_READ)
_ACCOUNT = needs(Scope.ACCOUNT)


@strawberry.type(description="The signed-in member's own view.")
class Viewer(
    RequestLists,
    ImportedContacts,
    ContactShares,
    MeetingCodes,
    IntroductionLists,
    ContactLists,
    TagLists,
    OwnProfile,
    SuggestionLists,
    FollowLists,
    FeedOfViewer,
    ConversationsOfViewer,
    OwnMailAddress,
    NotificationsOfViewer,
):
    """Root of all that depends on who asks. Counters are read in one statement for all."""

    member: Member = strawberry.field(description="The viewer as others may see them.")
    event_cursor: Cursor = strawberry.field(
        description="The cursor of the newest event, taken before anything else of this operation "
        "is read: query, then subscribe after it, and nothing is missed.",
        directives=needs(Scope.EVENTS_READ),
    )
    waiting_count: int = strawberry.field(
        description="How many received requests wait for an answer, without what came quietly "
        "(`senderRules`).",
        directives=_REQUESTS,
    )
    unread_count: int = strawberry.field(
        description="Unread notifications that are shown.", directives=_NOTIFICATIONS
    )
    request_budget: RequestBudget = strawberry.field(
        description="How many requests may still be sent.", directives=_REQUESTS
    )
    email: str = strawberry.field(description="The viewer's address.", directives=_ACCOUNT)
    connections_audience: Audience = strawberry.field(
        description="Who sees the viewer's connections.", directives=_PRIVATE
    )
    profile_audience: ProfileAudience = strawberry.field(
        description="Who finds the viewer.", directives=_PRIVATE
    )
    accepts_requests: bool = strawberry.field(
        description="Whether others may ask the viewer to connect.", directives=_PRIVATE
    )
    sessions: list[Session] = strawberry.field(
        description="Where the viewer is signed in, last used first.", directives=_ACCOUNT
    )
    tokens: list[AccessToken] = strawberry.field(
        description="The viewer's access tokens, newest first, expired ones too; at most 100.",
        directives=_ACCOUNT,
    )
    apps: list[App] = strawberry.field(
        description="Apps the viewer registered, newest first; at most 20.", directives=_ACCOUNT
    )
    connected_apps: list[ConnectedApp] = strawberry.field(
        description="Apps the viewer connected, newest first.", directives=_ACCOUNT
    )
    operator: Operator | None = strawberry.field(
        description="What an operator looks after; null for everyone else.", directives=_ACCOUNT
    )

    @strawberry.field(
        description="The viewer's connections, newest first. One that is removed is missing at "
        "once, also while that can be undone.",
        directives=_NETWORK,
    )
    async def connections(
        self,
        info: strawberry.Info,
        search: Search = None,
        first: First = 20,
        after: After = None,
    ) -> ConnectedMemberConnection:
        """The viewer's own list, in one statement."""
        return await connected_page(info, viewer_id(), search, first, after)

    @strawberry.field(
        description="The viewer's own webhooks, newest first; with `appId` those of an app of "
        "theirs.",
        directives=_ACCOUNT,
    )
    async def webhooks(
        self,
        app_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="An app of the viewer's.")
        ] = None,
    ) -> list[Webhook]:
        """In one statement."""
        return await load_webhooks(app_id)

    @strawberry.field(
        description="One of the viewer's webhooks, or of their apps'; null for any other id.",
        directives=_ACCOUNT,
    )
    async def webhook(
        self,
        id: Annotated[strawberry.ID, strawberry.argument(description="The webhook's id.")],
    ) -> Webhook | None:
        """In one statement."""
        return await load_webhook(id)

    @strawberry.field(
        description="One of the viewer's apps; null for any other id.", directives=_ACCOUNT
    )
    async def app(
        self, id: Annotated[strawberry.ID, strawberry.argument(description="The app's id.")]
    ) -> App | None:
        """In one statement."""
        return await load_app(id)

    @strawberry.field(
        description="Events after a cursor, oldest first; without one, the oldest that are kept. "
        "The error CURSOR_EXPIRED means that some after it are no longer kept.",
        directives=needs(Scope.EVENTS_READ),
    )
    async def events(
        self,
        after: Annotated[
            Cursor | None, strawberry.argument(description="The cursor of the last event seen.")
        ] = None,
        first: First = 20,
    ) -> EventConnection:
        """For those who poll."""
        viewer = viewer_id()
        wanted = paging.check_first(first)
        if after is None:
            rows = await event.kept(viewer, wanted + 1)
        else:
            rows = await event.after(viewer, seq_of(viewer, after), wanted + 1)
        edges = [
            EventEdge(cursor=cursor(viewer, row["seq"]), node=event_of(viewer, row))
            for row in rows[:wanted]
        ]
        return EventConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=len(rows) > wanted, after=after),
        )


async def load_viewer(names: frozenset[str]) -> Viewer | None:
    """The viewer, None when signed out. The event cursor is read here, before any list."""
    viewer = asking().viewer
    if viewer is None:
        return None
    key = viewer.id
    once = _Once(key)
    first_cursor: Any = None
    if "eventCursor" in names:
        first_cursor = cursor(key, (await once.counters())["last_seq"])
    return Viewer(
        member=later(lambda: member_by_key(key)),
        event_cursor=first_cursor,
        waiting_count=later(lambda: once.counter("waiting")),
        unread_count=later(lambda: once.counter("unread")),
        held_request_count=later(lambda: once.counter("held")),
        unread_message_count=later(lambda: once.counter("messages")),
        message_request_count=later(lambda: once.counter("message_requests")),
        feed_seen_at=later(once.feed_seen_at),
        waiting_introduction_count=later(lambda: once.counter("introductions")),
        request_budget=later(lambda: budget_of(key)),
        email=later(lambda: once.account("email")),
        connections_audience=later(lambda: once.account("connections_audience", Audience)),
        profile_audience=later(lambda: once.account("profile_audience", ProfileAudience)),
        accepts_requests=later(lambda: once.account("accepts_requests", bool)),
        time_zone=later(lambda: once.account("time_zone")),
        quiet_hours=later(once.quiet_hours),
        sessions=later(lambda: _sessions(key)),
        tokens=later(lambda: _tokens(key)),
        apps=later(load_apps),
        connected_apps=later(load_connected_apps),
        operator=later(load_operator),
    )


class _Once:
    """Two rows that feed several fields, each read once an operation."""

    def __init__(self, key: int) -> None:
        self.key = key
        self._read: dict[str, Any] = {}

    async def _row(self, name: str, read: Any) -> sql.Row:
        if name not in self._read:
            self._read[name] = asyncio.ensure_future(read(self.key))
        row: sql.Row = await self._read[name]
        return row

    async def counters(self) -> sql.Row:
        return await self._row("counters", request_list.counters)

    async def counter(self, name: str) -> int:
        return int((await self.counters())[name])

    async def feed_seen_at(self) -> Any:
        return (await self.counters())["feed_seen_at"]

    async def account(self, name: str, kind: Any = str) -> Any:
        return kind((await self._row("account", member.account))[name])

    async def quiet_hours(self) -> QuietHours:
        return quiet_hours_of(await self._row("account", member.account))


async def _sessions(key: int) -> list[Session]:
    return [session_of(row) for row in await session.of(key)]


async def _tokens(key: int) -> list[AccessToken]:
    return [token_of(row) for row in await token.of(key)]


async def unread_count(key: int) -> int:
    """Unread notifications, read now."""
    return int((await request_list.counters(key))["unread"])
