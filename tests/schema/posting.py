"""Short forms for tests of updates through the schema."""

from typing import Any

from tests.schema.acts import ERRORS
from tests.schema.conftest import Ask

UPDATE = """id kind text link postedAt editedAt fromProfile author { handle } audience
  audienceTagIds audienceSize replyCount thanksCount viewerThanked canReply
  pictures { url width height description }"""
FEED = "query ($first: Int! = 20) { viewer { feed(first: $first) { nodes { %s } } } }" % UPDATE  # noqa: UP031
# What the payload of an act gives besides its errors.
GIVEN = {
    "removeUpdate": "updateId",
    "replyToUpdate": f"reply {{ id text canRemove author {{ handle }} }} update {{ {UPDATE} }}",
    "muteInFeed": "member { handle }",
    "snoozeInFeed": "member { handle }",
    "unmuteInFeed": "member { handle }",
    "showFewer": "feedFewer",
    "markFeedSeen": "feedSeenAt",
}


async def tried(ask: Ask, who: int, name: str, **given: Any) -> dict[str, Any]:
    """The payload of an act on updates or the feed."""
    kind = name[0].upper() + name[1:] + "Input"
    wanted = GIVEN.get(name, f"update {{ {UPDATE} }}")
    query = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {wanted} {ERRORS} }} }}"
    payload: dict[str, Any] = (await ask(who, query, input=given))[name]
    return payload


async def did(ask: Ask, who: int, name: str, **given: Any) -> dict[str, Any]:
    """The same of one that must succeed."""
    payload = await tried(ask, who, name, **given)
    assert payload["userErrors"] == [], payload
    return payload


async def posted(ask: Ask, who: int, text: str = "Something new", **given: Any) -> str:
    """Post an update; its id."""
    return str((await did(ask, who, "postUpdate", text=text, **given))["update"]["id"])


async def feed(ask: Ask, who: int) -> list[dict[str, Any]]:
    """The first page of a member's feed."""
    nodes: list[dict[str, Any]] = (await ask(who, FEED))["viewer"]["feed"]["nodes"]
    return nodes
