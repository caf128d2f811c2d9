"""What the contact book is asked for in an address: reading it, and writing it again."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

SORTS = {
    "RECENT": "Newest",
    "NAME": "Name",
    "ORGANISATION": "Organisation",
    "LAST_CONTACT": "Longest without contact",
}
SILENCES = {
    "": "Any time",
    "30": "No contact for a month",
    "91": "No contact for three months",
    "182": "No contact for half a year",
    "365": "No contact for a year",
}
REMINDERS = {"": "Any", "7": "Reminder within a week", "30": "Reminder within a month"}
MUTED = {"": "Muted or not", "no": "Not muted", "yes": "Muted"}
MOST_TAGS = 20

Pairs = Sequence[tuple[str, str]]


class Wanted:
    """Which connections, in which order; what an address says that is none of it is left out."""

    def __init__(self, query: QueryParams) -> None:
        self.search = query.get("search", "").strip()[:100]
        self.tags = list(dict.fromkeys(query.getlist("tag")))[:MOST_TAGS]
        self.organisation = query.get("organisation", "").strip()[:120]
        self.place = query.get("place", "").strip()[:120]
        self.silent = _known(query.get("silent", ""), SILENCES)
        self.remind = _known(query.get("remind", ""), REMINDERS)
        self.muted = _known(query.get("muted", ""), MUTED)
        self.sort = _known(query.get("sort", ""), SORTS) or "RECENT"
        self.after = query.get("after") or None

    @property
    def filter(self) -> dict[str, Any]:
        """For the schema."""
        return {
            "search": self.search or None,
            "tagIds": self.tags,
            "organisation": self.organisation or None,
            "place": self.place or None,
            "noContactDays": int(self.silent) if self.silent else None,
            "remindWithinDays": int(self.remind) if self.remind else None,
            "muted": self.muted == "yes" if self.muted else None,
        }

    @property
    def narrow(self) -> bool:
        """Whether some are left out."""
        return any(value not in (None, []) for value in self.filter.values())

    @property
    def hidden(self) -> bool:
        """Whether a part of the filter stands in the panel."""
        return any(value not in (None, []) for k, value in self.filter.items() if k != "search")

    def pairs(self, **changes: str) -> Pairs:
        """Names and values of the address, with some changed; empty ones are left out."""
        plain = {
            "search": self.search,
            "organisation": self.organisation,
            "place": self.place,
            "silent": self.silent,
            "remind": self.remind,
            "muted": self.muted,
            "sort": "" if self.sort == "RECENT" else self.sort,
            **changes,
        }
        tags = [("tag", each) for each in self.tags]
        return [*((name, value) for name, value in plain.items() if value), *tags]

    def url(self, **changes: str) -> str:
        """The address of the book asked for this."""
        return book_url(self.pairs(**changes))


def _known(value: str, among: Mapping[str, str]) -> str:
    return value if value in among else ""


def book_url(pairs: Pairs) -> str:
    """The address of the book."""
    return "/connections" + (f"?{urlencode(pairs)}" if pairs else "")


def url_of(saved: Mapping[str, Any]) -> str:
    """The address of a saved filter; of days that are none of our choices, the nearest is taken."""
    kept = saved["filter"]
    muted = {True: "yes", False: "no"}.get(kept["muted"], "")
    plain = {
        "search": kept["search"],
        "organisation": kept["organisation"],
        "place": kept["place"],
        "silent": _nearest(kept["noContactDays"], SILENCES),
        "remind": _nearest(kept["remindWithinDays"], REMINDERS),
        "muted": muted,
        "sort": "" if saved["sort"] == "RECENT" else saved["sort"],
    }
    tags = [("tag", tag["id"]) for tag in kept["tags"]]
    return book_url([*((name, value) for name, value in plain.items() if value), *tags])


def _nearest(days: int | None, among: Mapping[str, str]) -> str:
    if days is None:
        return ""
    return min((each for each in among if each), key=lambda each: abs(int(each) - days))
