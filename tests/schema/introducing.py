"""Short forms of what tests of introductions do through the schema."""

from typing import Any

from tests.people import people
from tests.schema.acts import ERRORS, connect, mem
from tests.schema.conftest import Ask

INTRODUCTION = """id role state asker { handle } introducer { handle } target { handle }
  askerName introducerName targetName noteToIntroducer noteToTarget recommendation askedAt
  forwardedAt expiresAt changedAt canForward request { basis note }"""

_ASK = f"""mutation ($input: RequestIntroductionInput!) {{ requestIntroduction(input: $input) {{
  introduction {{ {INTRODUCTION} }} request {{ id }} {ERRORS} }} }}"""


async def three(ask: Ask, *handles: str) -> list[int]:
    """An asker, a mutual connection, and whom they want to meet."""
    asker, introducer, target = await people(*(handles or ("ada", "mia", "ben")))
    await connect(ask, asker, introducer)
    await connect(ask, introducer, target)
    return [asker, introducer, target]


async def introduce(ask: Ask, asker: int, through: int, target: int, **given: Any) -> Any:
    """The payload of asking for an introduction."""
    wanted = {
        "introducerId": mem(through),
        "targetId": mem(target),
        "noteToIntroducer": "Please, Mia",
        "noteToTarget": "Hello Ben",
        **given,
    }
    return (await ask(asker, _ASK, input=wanted))["requestIntroduction"]


async def asked(ask: Ask, asker: int, through: int, target: int) -> str:
    """Ask for an introduction; its id."""
    payload = await introduce(ask, asker, through, target)
    assert payload["userErrors"] == [], payload
    return str(payload["introduction"]["id"])


async def perform(ask: Ask, who: int, name: str, key: str, also: str = "", **more: Any) -> Any:
    """The payload of `name`Introduction."""
    field = f"{name}Introduction"
    kind = field[0].upper() + field[1:] + "Input"
    query = f"""mutation ($input: {kind}!) {{ {field}(input: $input) {{
      introduction {{ {INTRODUCTION} }} {also} {ERRORS} }} }}"""
    return (await ask(who, query, input={"introductionId": key, **more}))[field]


async def performed(ask: Ask, who: int, name: str, key: str, **more: Any) -> dict[str, Any]:
    """An act that must succeed; the introduction afterwards."""
    payload = await perform(ask, who, name, key, **more)
    assert payload["userErrors"] == [], payload
    found: dict[str, Any] = payload["introduction"]
    return found


async def forwarded(ask: Ask, asker: int, through: int, target: int) -> str:
    """Ask for an introduction that is passed on; its id."""
    key = await asked(ask, asker, through, target)
    await performed(ask, through, "forward", key, recommendation="Meet them.")
    return key


async def listed(ask: Ask, who: int, role: str) -> list[dict[str, Any]]:
    """The viewer's introductions on a side."""
    query = f"{{ viewer {{ introductions(role: {role}) {{ nodes {{ {INTRODUCTION} }} }} }} }}"
    found: list[dict[str, Any]] = (await ask(who, query))["viewer"]["introductions"]["nodes"]
    return found
