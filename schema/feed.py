"""The viewer's feed, what they want less of in it, and what their own network saw."""

from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry

from models import feed, feed_choice, ids, update_audience, update_list, update_search
from models.audience import Chosen, FieldAudience
from models.token import Scope
from models.update import UpdateKind
from schema.context import asking, viewer_id
from schema.member import Member, member_of
from schema.node import later
from schema.paging import After, First, PageInfo, page_info
from schema.scalars import Cursor
from schema.scopes import needs
from schema.selection import wants
from schema.tag import keys_of
from schema.update import Update, UpdateConnection, asked, update_by_key, update_page

_READ = needs(Scope.UPDATES_READ)
_WRITE = needs(Scope.UPDATES_WRITE)


@strawberry.type(description="Somebody whose updates the viewer does not want in their feed.")
class FeedMuteEdge:
    """One member."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Member = strawberry.field(description="Whose.")
    until: datetime | None = strawberry.field(
        description="When they are shown again by themselves; null of one muted for good."
    )


@strawberry.type(description="A page of members who are muted in the viewer's feed.")
class FeedMuteConnection:
    """Members muted or snoozed."""

    edges: list[FeedMuteEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Member] = strawberry.field(description="The members.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type
class FeedOfViewer:
    """Fields of the viewer."""

    @strawberry.field(
        description="What the viewer's connections and those they follow posted, and their own "
        "updates, newest first, as far back as `instance.limits.feedDays`: it has an end. Members "
        "muted or snoozed in it, or as connections, are left out; of kinds the viewer wants fewer "
        "of only an update with no later one of its author within seven days.",
        directives=_READ,
    )
    async def feed(
        self,
        info: strawberry.Info,
        kind: Annotated[
            UpdateKind | None, strawberry.argument(description="Only updates of this kind.")
        ] = None,
        tag_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Only updates of connections that bear this tag of the viewer's."
            ),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> UpdateConnection:
        """A page in two statements."""
        tag = None if tag_id is None else ids.decode(ids.TAG, tag_id) or 0
        wanted = feed.Filter(kind, tag)
        return update_page(await feed.page(viewer_id(), wanted, first, after, asked(info)), after)

    feed_seen_at: datetime | None = strawberry.field(
        description="Up to when the viewer has read their feed: `markFeedSeen`. What was posted "
        "later is new. Null before the first time.",
        directives=_READ,
    )

    @strawberry.field(
        description="Members the viewer muted or snoozed in their feed and may see, the last "
        f"first. One may mute {feed_choice.MOST_MUTES:,}.",
        directives=_READ,
    )
    async def feed_mutes(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> FeedMuteConnection:
        """A page in one statement."""
        page = await feed_choice.mutes(viewer_id(), first, after, wants(info))
        edges = [
            FeedMuteEdge(
                cursor=later(partial(feed_choice.mute_cursor, row)),
                node=member_of(row),
                until=row["until_at"],
            )
            for row in page.rows
        ]
        return FeedMuteConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=page.more, after=after),
        )

    @strawberry.field(
        description="The kinds of updates of which the viewer wants fewer in their feed.",
        directives=_READ,
    )
    async def feed_fewer(self) -> list[UpdateKind]:
        """In the order of their names."""
        return await feed_choice.fewer_kinds(viewer_id())

    @strawberry.field(
        description="What the viewer's network saw of them: every update of the viewer's, newest "
        "first, with its audience and how many that is.",
        directives=_READ,
    )
    async def own_updates(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> UpdateConnection:
        """A page in one statement; all sizes in another."""
        viewer = viewer_id()
        page = await update_list.of_member(viewer, viewer, first, after, asked(info))
        return update_page(page, after)

    @strawberry.field(
        description="How many members would see an update of the viewer's with this audience: "
        "“n people will see this”. EVERYONE counts members, though others may read it too. "
        "Tags that are not the viewer's have no bearers.",
        directives=_READ,
    )
    async def audience_size(
        self,
        audience: Annotated[FieldAudience, strawberry.argument(description="For whom.")],
        tag_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Under TAGS: tags of the viewer's, at most 20."),
        ] = None,
    ) -> int:
        """In one statement."""
        tags = keys_of(ids.TAG, tag_ids or ())
        return await update_audience.size(viewer_id(), Chosen(audience, tags))


@strawberry.type
class UpdateQuery:
    """Fields of the query."""

    @strawberry.field(
        description="An update the viewer sees; null for any other id.", directives=_READ
    )
    async def update(
        self, id: Annotated[strawberry.ID, strawberry.argument(description="The update's id.")]
    ) -> Update | None:
        """In one statement."""
        key = ids.decode(ids.UPDATE, id)
        return await update_by_key(key) if key is not None else None

    @strawberry.field(
        description="Updates the viewer sees that say every word of the query, in text or link, "
        "the latest first. A word of "
        f"{update_search.BEGINNING} characters or more stands for all that begin with it; case, "
        "accents and other characters than letters, digits, + and # do not count. "
        f"{update_search.LONGEST} characters and {update_search.MOST_WORDS} words are looked at. "
        "Signed out, what is for everyone is searched.",
        directives=_READ,
    )
    async def search_updates(
        self,
        info: strawberry.Info,
        query: Annotated[str, strawberry.argument(description="Words in any order.")],
        first: First = 20,
        after: After = None,
    ) -> UpdateConnection:
        """A page in one statement."""
        page = await update_search.search(asking().viewer_id, query, first, after, asked(info))
        return update_page(page, after, update_search.cursor)
