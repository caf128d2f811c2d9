"""Which of our media types a client wants: the Accept header as RFC 9110 has it.

As shipped, Strawberry never sends `application/graphql-response+json`, streams to whoever names
`text/event-stream` anywhere, and does not read quality values.
"""

import re

from strawberry.http.parse_content_type import parse_content_type

JSON = "application/json"
# With it a client asks for statuses; application/json has 200 for every operation that was read.
STRICT = "application/graphql-response+json"
EVENTS = "text/event-stream"

# The range that says most about a type counts. A client that takes anything takes plain JSON, and
# no stream that it did not name.
_RANGES = {
    JSON: (JSON, "application/*", "*/*"),
    STRICT: (STRICT, "application/*", "*/*"),
    EVENTS: (EVENTS, "text/*"),
}
_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


def best(header: str | None) -> str | None:
    """The media type to answer with; None when none of ours is acceptable.

    The highest quality wins; among equals what was named, and what was named first.
    """
    if header is None or not header.strip():
        return JSON
    given: dict[str, tuple[float, int]] = {}
    for place, item in enumerate(header.split(",")):
        kind, quality = _read(item)
        given.setdefault(kind, (quality, place))
    ranks = [rank for offer in _RANGES if (rank := _rank(offer, given))]
    return max(ranks, key=lambda rank: rank[:3])[3] if ranks else None


def _rank(offer: str, given: dict[str, tuple[float, int]]) -> tuple[float, bool, int, str] | None:
    kind = next((kind for kind in _RANGES[offer] if kind in given), None)
    if kind is None or not given[kind][0]:
        return None
    quality, place = given[kind]
    return quality, kind == offer, -place, offer


def _read(item: str) -> tuple[str, float]:
    """A media range and its quality, 0 where it cannot be met or read."""
    kind, parameters = parse_content_type(item.strip().lower() or "-")
    given = parameters.get("q", "1").strip()
    if not _QUALITY.fullmatch(given) or not is_utf8(parameters):
        return kind, 0.0
    return kind, float(given)


def is_utf8(parameters: dict[str, str]) -> bool:
    """Whether a media type's parameters name no other encoding than ours."""
    return parameters.get("charset", "utf-8").strip("\"' ").lower() in ("utf-8", "utf8")
