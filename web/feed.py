"""The feed as a page shows it: by day, with a mark where the member had read to."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from web import moments

# So many that came since are counted; more are "20 or more".
COUNTED = 20


class Item(NamedTuple):
    """An update, and whether all from it on had been read."""

    update: dict[str, Any]
    mark: bool


class Feed(NamedTuple):
    """A page of the feed. `head`: when the newest update was posted; `unseen`: whether something
    new stands above the mark; `next`: where the page before this one in time is.
    """

    days: list[tuple[str, list[Item]]]
    next: str
    head: str
    unseen: bool
    fresh: bool
    seen: bool
    filter: dict[str, str]

    @property
    def empty(self) -> bool:
        """Whether there is nothing at all."""
        return self.fresh and not self.days

    @property
    def marked(self) -> bool:
        """Whether the mark stands on this page."""
        return any(item.mark for _, items in self.days for item in items)

    @property
    def filtered(self) -> bool:
        """Whether only a kind or a tag is shown."""
        return bool(self.filter)


def laid_out(
    found: dict[str, Any], seen: str | None, chosen: dict[str, str], query: dict[str, str]
) -> Feed:
    """A page of updates, laid out. `query` is the address's: a later page says what stood last on
    the one before it (`last`) and when the newest of all was posted (`head`).
    """
    nodes = found["nodes"]
    fresh = not query.get("after")
    last = "" if fresh else query.get("last", "")
    head = (nodes[0]["postedAt"] if nodes else "") if fresh else query.get("head", "")
    until = "" if chosen else seen or ""
    days: list[tuple[str, list[Item]]] = []
    before, day = last, _day(last)
    for update in nodes:
        at = update["postedAt"]
        # Moments of the schema are written alike: their text sorts as they do.
        mark = (
            bool(seen) and not chosen and at <= str(seen) and not (before and before <= str(seen))
        )
        named = moments.day_name(at)
        if not days or named != day:
            days.append(("" if named == day else named, []))
        days[-1][1].append(Item(update, mark))
        before, day = at, named
    info = found["pageInfo"]
    more = {"after": info["endCursor"], "last": before, "head": head}
    onward = "/?" + urlencode({**chosen, **more}) if info["hasNextPage"] else ""
    unseen = bool(head) and not chosen and head > until
    return Feed(days, onward, head, unseen, fresh, bool(seen), chosen)


def _day(value: str) -> str:
    try:
        return moments.day_name(value) if value else ""
    except (ValueError, OverflowError):
        return ""


def newer(found: dict[str, Any], since: str) -> int:
    """How many updates of others were posted after that moment."""
    return sum(
        each["postedAt"] > since and not each["author"]["isViewer"] for each in found["nodes"]
    )
