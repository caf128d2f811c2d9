"""Loading by key for the long tail, batched and once per operation or event.

The hot lists do not come here: their statement brings all they need (models/*_list.py).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from strawberry.dataloader import DataLoader

from models import (
    connection_list,
    contact_list,
    contact_note,
    contact_share,
    conversation_list,
    directory,
    introduction_list,
    message_list,
    message_standing,
    notification_list,
    organisation_page,
    request_list,
    sql,
    standing,
    tag,
)
from models.directory import Wants
from schema.context import asking

Batch = Callable[[Sequence[int]], Awaitable[Mapping[int, Any]]]


def _loader(name: str, batch: Batch) -> DataLoader[int, Any]:
    loaders = asking().loaders
    if name not in loaders:

        async def load(keys: list[int]) -> list[Any]:
            found = await batch(keys)
            return [found.get(key) for key in keys]

        loaders[name] = DataLoader(load_fn=load)
    return loaders[name]


def member_row(key: int) -> Awaitable[sql.Row | None]:
    """A member's plain columns, if the viewer may see them."""
    return _loader(
        "member", lambda keys: directory.by_ids(asking().viewer_id, keys, Wants(about=True))
    ).load(key)


def connection_count_row(key: int) -> Awaitable[sql.Row | None]:
    """A member with their connection count."""
    return _loader(
        "count",
        lambda keys: directory.by_ids(asking().viewer_id, keys, Wants(connection_count=True)),
    ).load(key)


def mutual_count_row(key: int) -> Awaitable[sql.Row | None]:
    """A member with the count of mutual connections."""
    return _loader(
        "mutual",
        lambda keys: directory.by_ids(asking().viewer_id, keys, Wants(mutual_count=True)),
    ).load(key)


def request_row(viewer: int, key: int) -> Awaitable[sql.Row | None]:
    """A request, if the viewer is a side of it and may see it."""
    return _loader("request", lambda keys: request_list.by_ids(viewer, keys)).load(key)


def open_request_row(viewer: int, other: int) -> Awaitable[sql.Row | None]:
    """The open request between the viewer and another."""
    return _loader("open", lambda keys: request_list.open_with(viewer, keys)).load(other)


def notification_row(viewer: int, key: int) -> Awaitable[sql.Row | None]:
    """One of the viewer's notifications."""
    return _loader("notification", lambda keys: notification_list.by_ids(viewer, keys)).load(key)


def introduction_row(viewer: int, key: int) -> Awaitable[sql.Row | None]:
    """An introduction, if the viewer is a side of it and may see it."""
    return _loader("introduction", lambda keys: introduction_list.by_ids(viewer, keys)).load(key)


def open_introduction_row(viewer: int, other: int) -> Awaitable[sql.Row | None]:
    """The open introduction to another that the viewer asked for."""
    return _loader("brought", lambda keys: introduction_list.open_with(viewer, keys)).load(other)


def relationship_row(viewer: int, key: int) -> Awaitable[sql.Row | None]:
    """The viewer's own side by its key."""
    return _loader("side", lambda keys: connection_list.own_by_ids(viewer, keys)).load(key)


def contact_row(viewer: int, key: int) -> Awaitable[sql.Row | None]:
    """The viewer's own side with what it holds for them alone."""
    return _loader("contact", lambda keys: contact_list.own_by_ids(viewer, keys)).load(key)


def contact_note_row(viewer: int, key: int) -> Awaitable[sql.Row | None]:
    """An entry of the viewer's logs."""
    return _loader("note", lambda keys: contact_note.by_ids(viewer, keys)).load(key)


def tags_on(viewer: int, key: int) -> Awaitable[list[sql.Row] | None]:
    """The viewer's tags on one of their sides."""
    return _loader("tags", lambda keys: tag.on(viewer, keys)).load(key)


def tag_row(viewer: int, key: int) -> Awaitable[sql.Row | None]:
    """One of the viewer's tags."""
    return _loader("tag", lambda keys: tag.by_ids(viewer, keys)).load(key)


def side_with_row(viewer: int, other: int) -> Awaitable[sql.Row | None]:
    """The viewer's own side of the connection with another."""
    return _loader("with", lambda keys: connection_list.own_with(viewer, keys)).load(other)


def shared_rows(viewer: int, side: int) -> Awaitable[list[sql.Row] | None]:
    """What the viewer shares in one of their connections."""
    return _loader("shared", lambda keys: contact_share.given_in(viewer, keys)).load(side)


def offered_rows(viewer: int, request: int) -> Awaitable[list[sql.Row] | None]:
    """What the viewer chose to share with one of the requests they sent."""
    return _loader("offered", lambda keys: contact_share.offered_with(viewer, keys)).load(request)


def standing_facts(viewer: int, other: int) -> Awaitable[standing.Facts]:
    """What decides whether the viewer may ask another to connect."""
    return _loader("facts", lambda keys: standing.facts(viewer, keys)).load(other)


def organisation_row(key: int) -> Awaitable[sql.Row | None]:
    """An organisation that is there for the viewer."""
    return _loader(
        "organisation", lambda keys: organisation_page.by_ids(asking().viewer_id, keys)
    ).load(key)


def organisation_members(key: int) -> Awaitable[int | None]:
    """How many members of an organisation the viewer may see."""
    return _loader(
        "organisation members",
        lambda keys: organisation_page.member_counts(asking().viewer_id, keys),
    ).load(key)


def conversation_row(viewer: int, key: int) -> Awaitable[sql.Row | None]:
    """One of the viewer's conversations."""
    return _loader("conversation", lambda keys: conversation_list.by_ids(viewer, keys)).load(key)


def conversation_with_row(viewer: int, other: int) -> Awaitable[sql.Row | None]:
    """The viewer's conversation with another."""
    return _loader(
        "conversation with", lambda keys: conversation_list.with_members(viewer, keys)
    ).load(other)


def message_row(viewer: int, key: int) -> Awaitable[sql.Row | None]:
    """A message that a side of the viewer's shows."""
    return _loader("message", lambda keys: message_list.by_ids(viewer, keys)).load(key)


def message_facts(viewer: int, other: int) -> Awaitable[message_standing.Facts]:
    """What decides whether the viewer may write to another."""
    return _loader("message facts", lambda keys: message_standing.facts(viewer, keys)).load(other)
