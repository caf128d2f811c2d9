"""Updates, as the viewer may see them."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import strawberry
from strawberry.dataloader import DataLoader

from models import ids, paging, sql, update_audience, update_list, update_picture, update_reply
from models import update as stored
from models.audience import Chosen, FieldAudience
from models.profile import tags_of
from models.token import Scope
from models.update import UpdateKind
from models.update_list import COUNTED, Asked
from schema.context import BadCredentials, Context, Viewer, asking, authenticate
from schema.enums import described
from schema.member import Member, member_of
from schema.node import Node, for_each, later, public_id
from schema.paging import After, First, PageInfo, page_info
from schema.scalars import Cursor
from schema.selection import names_under, wants
from schema.update_said import (
    READ,
    ThankingMemberConnection,
    UpdateReplyConnection,
    reply_page,
    thanks_page,
)

Person = Annotated["Member", strawberry.lazy("schema.member")]

described(
    UpdateKind,
    "UpdateKind",
    "What an update is, in its author's words.",
    {
        "NEWS": "News.",
        "QUESTION": "A question.",
        "OPPORTUNITY": "A job, or another opportunity.",
        "WORTH_READING": "Something worth reading; it has a link.",
    },
)


@strawberry.type(description="A picture of an update.", directives=READ)
class UpdatePicture:
    """One picture."""

    url: str = strawberry.field(
        description="Where it is, as a path on this instance: a WebP, for whoever sees the update."
    )
    width: int = strawberry.field(description="In pixels, at most 2,048.")
    height: int = strawberry.field(description="In pixels, at most 2,048.")
    description: str = strawberry.field(
        description="What is on it in the author's words, at most "
        f"{update_picture.DESCRIPTION_LONGEST} characters; empty if unset."
    )


_COUNTED = f"as far as the viewer may see who; counted up to {COUNTED:,}"


@strawberry.type(
    description="What a member posted. Whoever is in its audience and sees its author sees it.",
    directives=READ,
)
class Update(Node):
    """An update."""

    author: Person = strawberry.field(description="Who posted it.")
    kind: UpdateKind = strawberry.field(description="What it is.")
    text: str = strawberry.field(
        description=f"Plain text with line breaks, at most {stored.LONGEST:,} characters; empty "
        "where a link or pictures say all."
    )
    link: str | None = strawberry.field(
        description="A page elsewhere, http or https, at most 500 characters; null without."
    )
    posted_at: datetime = strawberry.field(description="When it was posted.")
    edited_at: datetime | None = strawberry.field(
        description="When its words were last changed; null while they are as posted."
    )
    from_profile: bool = strawberry.field(
        description="Whether it tells of a change of the author's profile that they wanted told."
    )
    pictures: list[UpdatePicture] = strawberry.field(
        description=f"Its pictures in their order, at most {stored.MOST_PICTURES}."
    )
    audience: FieldAudience | None = strawberry.field(
        description="To its author: for whom it is. Null to everybody else."
    )
    audience_tag_ids: list[strawberry.ID] | None = strawberry.field(
        description="To its author, under TAGS: the tags whose bearers see it; empty once they "
        "are deleted, and then nobody else sees it. Null otherwise."
    )
    audience_size: int | None = strawberry.field(
        description="To its author: how many members see it now. Null to everybody else."
    )
    reply_count: int = strawberry.field(description=f"How many replies it has, {_COUNTED}.")
    thanks_count: int = strawberry.field(
        description=f"How many members said thanks for it, {_COUNTED}."
    )
    viewer_thanked: bool = strawberry.field(description="Whether the viewer said thanks for it.")
    can_reply: bool = strawberry.field(
        description="Whether the viewer may reply and, unless it is theirs, say thanks: every "
        "member who sees it may."
    )
    key: strawberry.Private[int]
    row: strawberry.Private[Any]

    @strawberry.field(
        description="Replies, oldest first: those by members the viewer may see. An update takes "
        f"{update_reply.MOST_REPLIES:,}."
    )
    async def replies(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> UpdateReplyConnection:
        """A page in one statement."""
        page = await update_list.replies(asking().viewer_id, self.key, first, after, wants(info))
        return reply_page(page, after)

    @strawberry.field(
        description="To its author: who said thanks, the last first, as far as they may see them. "
        "Empty to everybody else."
    )
    async def thanked_by(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> ThankingMemberConnection:
        """A page in one statement."""
        page = paging.Page([], more=False)
        viewer = asking().viewer_id
        paging.check_first(first)
        if viewer is not None and self.row["up_author"] == viewer:
            page = await update_list.thanked(viewer, self.key, first, after, wants(info))
        return thanks_page(page, after)


def update_of(row: sql.Row) -> Update:
    """An update from its row (models/update_list.columns); what it lacks was not selected."""
    key, viewer = row["up_id"], asking().viewer_id
    own = row["up_author"] == viewer
    audience = FieldAudience(row["up_audience"]) if own else None
    tags = tags_of(row["up_tags"]) if audience is FieldAudience.TAGS else None
    return Update(
        id=public_id(ids.UPDATE, key),
        key=key,
        row=row,
        author=member_of(row),
        kind=UpdateKind(row["up_kind"]),
        text=row["up_text"],
        link=row["up_link"] or None,
        posted_at=row["up_posted_at"],
        edited_at=row["up_edited_at"],
        from_profile=bool(row["up_from_profile"]),
        pictures=_given(row, "up_pictures", partial(_pictures, key)),
        audience=audience,
        audience_tag_ids=None if tags is None else [public_id(ids.TAG, tag) for tag in tags],
        audience_size=_SIZE if own else None,
        reply_count=_given(row, "up_replies", int),
        thanks_count=_given(row, "up_thanks", int),
        viewer_thanked=_given(row, "up_thanked", bool),
        can_reply=viewer is not None,
    )


def _given(row: sql.Row, column: str, made: Callable[[Any], Any]) -> Any:
    try:
        return made(row[column])
    except KeyError:
        return None


def _pictures(update: int, found: str | None) -> list[UpdatePicture]:
    return [
        UpdatePicture(
            url=f"/updates/{public_id(ids.UPDATE, update)}/pictures/{key}.webp",
            width=width,
            height=height,
            description=description,
        )
        for key, width, height, description in json.loads(found or "[]")
    ]


async def _size(update: Update) -> int:
    """How many see it; of all updates of an operation together."""
    viewer = asking().viewer_id
    assert viewer is not None
    kept = asking().loaders
    if "update sizes" not in kept:

        async def load(keys: list[tuple[int, tuple[int, ...]]]) -> list[int]:
            wanted = [Chosen(FieldAudience(audience), tags) for audience, tags in keys]
            return await update_audience.sizes(viewer, wanted)

        kept["update sizes"] = DataLoader(load_fn=load)
    tags = tuple(tags_of(update.row["up_tags"]))
    size: int = await kept["update sizes"].load((int(update.row["up_audience"]), tags))
    return size


_SIZE = for_each(_size)


def asked(info: strawberry.Info) -> Asked:
    """Which columns of updates were selected below this field."""
    names = names_under(info)
    return Asked(
        people=wants(info),
        replies="replyCount" in names,
        thanks=not names.isdisjoint({"thanksCount", "viewerThanked"}),
        pictures="pictures" in names,
    )


async def update_by_key(key: int) -> Update | None:
    """An update the viewer sees, or None; batched."""
    kept = asking().loaders
    if "update" not in kept:

        async def load(keys: list[int]) -> list[sql.Row | None]:
            found = await update_list.by_ids(asking().viewer_id, keys)
            return [found.get(each) for each in keys]

        kept["update"] = DataLoader(load_fn=load)
    row = await kept["update"].load(key)
    return update_of(row) if row else None


@strawberry.type(description="An update in a list.")
class UpdateEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Update = strawberry.field(description="The update.")


@strawberry.type(description="A page of updates, newest first.", directives=READ)
class UpdateConnection:
    """A list of updates."""

    edges: list[UpdateEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Update] = strawberry.field(description="The updates.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


def update_page(
    page: paging.Page, after: str | None, cursor: Callable[[sql.Row], str] = update_list.cursor
) -> UpdateConnection:
    """A page of updates from rows."""
    edges = [
        UpdateEdge(cursor=later(partial(cursor, row)), node=update_of(row)) for row in page.rows
    ]
    return UpdateConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )


async def picture_for(
    known: Viewer | None, bearer: str | None, update: str, key: str
) -> bytes | None:
    """A picture of an update, as the API would tell of it to a browser's viewer or to a token's:
    None for whoever may not see it, as for one that is not there.
    """
    viewer = known
    if bearer is not None:
        try:
            viewer = await authenticate(Context(bearer=bearer))
        except BadCredentials:
            return None
    if viewer is not None and Scope.UPDATES_READ not in viewer.scopes:
        return None
    owner = ids.decode(ids.UPDATE, update)
    if owner is None:
        return None
    return await update_picture.image_of(viewer.id if viewer else None, owner, key)
