"""Short forms of what tests of updates do all the time."""

from collections.abc import Sequence

from models import feed, update_list, update_post
from models.audience import Chosen, FieldAudience
from models.update import UpdateKind
from models.update_list import ALL
from models.update_post import Draft

EVERYONE = Chosen(FieldAudience.EVERYONE)
MEMBERS = Chosen(FieldAudience.MEMBERS)
CONNECTIONS = Chosen(FieldAudience.CONNECTIONS)


def tagged(*tags: int) -> Chosen:
    """For the bearers of these tags."""
    return Chosen(FieldAudience.TAGS, tags)


async def posted(
    author: int,
    text: str = "Something new",
    chosen: Chosen = CONNECTIONS,
    kind: UpdateKind = UpdateKind.NEWS,
    link: str = "",
) -> int:
    """Post an update; its key."""
    return int((await update_post.post(author, Draft(kind, text, link, chosen)))["up_id"])


async def feed_of(
    viewer: int, kind: UpdateKind | None = None, tag: int | None = None, size: int = 3
) -> list[str]:
    """The texts of a member's whole feed, read page by page."""
    texts: list[str] = []
    after = None
    while True:
        page = await feed.page(viewer, feed.Filter(kind, tag), size, after, ALL)
        texts += [row["up_text"] for row in page.rows]
        if not page.more:
            return texts
        after = update_list.cursor(page.rows[-1])


async def sees(viewer: int | None, update: int) -> bool:
    """Whether a member, or a visitor, sees an update."""
    return update in await update_list.by_ids(viewer, [update])


async def counts(viewer: int | None, update: int) -> tuple[int, int]:
    """How many replies and thanks of an update somebody counts."""
    row = (await update_list.by_ids(viewer, [update]))[update]
    return row["up_replies"], row["up_thanks"]


async def who_sees(update: int, viewers: Sequence[int | None]) -> list[bool]:
    """Whether each of these sees an update."""
    return [await sees(viewer, update) for viewer in viewers]
