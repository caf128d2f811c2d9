"""Tags: a member's own words on their connections."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import ids, sql, tag
from models.token import Scope
from schema import loaders
from schema.context import asking, viewer_id
from schema.node import for_each, later, public_id
from schema.payload import USER_ERRORS, Input, UserError, attempt, not_found
from schema.scopes import needs

if TYPE_CHECKING:
    from schema.relationship import Relationship

Side = Annotated["Relationship", strawberry.lazy("schema.relationship")]
_READ = needs(Scope.PRIVATE_READ)
_WRITE = needs(Scope.PRIVATE_WRITE)


@strawberry.type(
    description="A word the viewer puts on connections, for themself alone: nobody else ever sees "
    "it. It can also choose who sees a part of the viewer's profile.",
    directives=_READ,
)
class Tag:
    """One of the viewer's tags."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    name: str = strawberry.field(
        description=f"1 to {tag.TAG_LONGEST} characters; no other tag of the viewer's is spelled "
        "alike but for case and accents."
    )
    contact_count: int = strawberry.field(description="How many connections bear it now.")


async def _count(source: Tag) -> int:
    key = ids.decode(ids.TAG, source.id)
    assert key is not None
    row = await loaders.tag_row(viewer_id(), key)
    return row["connections"] if row else 0


_COUNT = for_each(_count)


def tag_of(row: sql.Row) -> Tag:
    """A tag from its row."""
    count: Any
    try:
        count = row["connections"]
    except KeyError:
        count = _COUNT
    return Tag(id=public_id(ids.TAG, row["id"]), name=row["name"], contact_count=count)


def keys_of(prefix: str, given: Sequence[str]) -> list[int]:
    """Keys of ids; one that is none of that kind is a key that nobody has."""
    return [ids.decode(prefix, each) or 0 for each in given]


@strawberry.type
class TagLists:
    """Fields of the viewer."""

    @strawberry.field(
        description=f"The viewer's tags in the order of their names; at most {tag.MOST_TAGS}.",
        directives=_READ,
    )
    async def tags(self) -> list[Tag]:
        """In one statement, counts included."""
        return [tag_of(row) for row in await tag.of(viewer_id())]


@strawberry.input(description="A new tag.")
class CreateTagInput:
    """Input of createTag."""

    name: str = strawberry.field(description=f"1 to {tag.TAG_LONGEST} characters.")


@strawberry.input(description="Another name for a tag.")
class RenameTagInput:
    """Input of renameTag."""

    tag_id: strawberry.ID = strawberry.field(description="A tag of the viewer's.")
    name: str = strawberry.field(description=f"1 to {tag.TAG_LONGEST} characters.")


@strawberry.input(description="Which tag to delete.")
class DeleteTagInput:
    """Input of deleteTag."""

    tag_id: strawberry.ID = strawberry.field(description="A tag of the viewer's.")


@strawberry.input(description="Which tags, and which connections.")
class TagConnectionsInput:
    """Input of tagConnections and untagConnections."""

    relationship_ids: list[strawberry.ID] = strawberry.field(
        description=f"The viewer's own sides, 1 to {tag.MOST_AT_ONCE}; others are passed over."
    )
    tag_ids: list[strawberry.ID] = strawberry.field(
        description=f"Tags of the viewer's, 1 to {tag.MOST_TAGS_AT_ONCE}."
    )


@strawberry.type(description="The tag after the act.")
class TagPayload:
    """Payload of the acts on one tag."""

    tag: Tag | None = strawberry.field(
        default=None, description="As it is now; of a deleted one as it was."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The viewer's own sides after the act.")
class ContactsPayload:
    """Payload of acts on several connections."""

    relationships: list[Side] | None = strawberry.field(
        default=None, description="Those the act was about, as they are now."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


async def sides(act: Awaitable[Sequence[int]]) -> dict[str, Any]:
    """The sides an act on several was about, read after it."""
    from schema.relationship import relationship_by_key

    keys = await act
    asking().loaders.clear()  # what an earlier act of the same operation read has changed

    async def load() -> list[Any]:
        return list(await asyncio.gather(*(relationship_by_key(key) for key in keys)))

    return {"relationships": later(load)}


@strawberry.type
class TagMutation:
    """What a member does about their tags."""

    @strawberry.mutation(
        description="Make a tag; TAKEN where the viewer has one spelled alike, TOO_MANY at "
        f"{tag.MOST_TAGS}.",
        directives=_WRITE,
    )
    async def create_tag(self, input: Input[CreateTagInput]) -> TagPayload:
        """tag.create"""
        return await attempt(TagPayload, _one(tag.create(viewer_id(), input.name)))

    @strawberry.mutation(
        description="Give a tag another name; TAKEN where another of the viewer's is spelled "
        "alike. It stays on its connections.",
        directives=_WRITE,
    )
    async def rename_tag(self, input: Input[RenameTagInput]) -> TagPayload:
        """tag.rename"""

        async def work() -> dict[str, Any]:
            return await _one(tag.rename(viewer_id(), _key(input.tag_id), input.name))

        return await attempt(TagPayload, work())

    @strawberry.mutation(
        description="Delete a tag. It comes off every connection; what of the viewer's profile "
        "was shown to its bearers is no longer shown to them on its account.",
        directives=_WRITE,
    )
    async def delete_tag(self, input: Input[DeleteTagInput]) -> TagPayload:
        """tag.delete"""

        async def work() -> dict[str, Any]:
            return await _one(tag.delete(viewer_id(), _key(input.tag_id)))

        return await attempt(TagPayload, work())

    @strawberry.mutation(
        description="Put tags on connections, each as if it were the only one. One that bears a "
        "tag already keeps it.",
        directives=_WRITE,
    )
    async def tag_connections(self, input: Input[TagConnectionsInput]) -> ContactsPayload:
        """tag.put_on"""
        return await attempt(ContactsPayload, sides(tag.put_on(viewer_id(), *_both(input))))

    @strawberry.mutation(
        description="Take tags off connections. One that does not bear a tag stays as it is.",
        directives=_WRITE,
    )
    async def untag_connections(self, input: Input[TagConnectionsInput]) -> ContactsPayload:
        """tag.take_off"""
        return await attempt(ContactsPayload, sides(tag.take_off(viewer_id(), *_both(input))))


async def _one(act: Awaitable[sql.Row]) -> dict[str, Any]:
    row = await act
    asking().loaders.clear()
    return {"tag": tag_of(row)}


def _key(given: str) -> int:
    key = ids.decode(ids.TAG, given)
    if key is None:
        raise not_found("tag", "tagId")
    return key


def _both(input: TagConnectionsInput) -> tuple[list[int], list[int]]:
    relationships = keys_of(ids.RELATIONSHIP, input.relationship_ids)
    return relationships, keys_of(ids.TAG, input.tag_ids)
