"""Every list pages alike: by keyset, 1 to 100 at a time, with cursors of its own."""

from typing import Any

import pytest

from tests.people import people
from tests.schema.acts import code, connect, done, sent
from tests.schema.conftest import Ask

# Where each list stands, and what names its rows.
LISTS = {
    "receivedRequests": ("viewer { receivedRequests%s { %s } }", "sender { handle }"),
    "ignoredRequests": ("viewer { ignoredRequests%s { %s } }", "sender { handle }"),
    "answeredRequests": ("viewer { answeredRequests%s { %s } }", "sender { handle }"),
    "sentRequests": ("viewer { sentRequests%s { %s } }", "recipient { handle }"),
    "connections": ("viewer { connections%s { %s } }", "handle"),
    "notifications": ("viewer { notifications%s { %s } }", "member { handle }"),
    "events": ("viewer { events%s { %s } }", "cursor"),
    "members": ("members%s { %s }", "handle"),
    "member.connections": ('member(handle: "ada") { connections%s { %s } }', "handle"),
}
PAGE = (
    "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor } nodes { %s }"
)


async def page(ask: Ask, who: int, name: str, **given: Any) -> Any:
    """A page of a list."""
    query, row = LISTS[name]
    text = query % ("(first: $first, after: $after)", PAGE % row)
    variables = {"first": 3, "after": None, **given}
    found: Any = await ask(who, f"query ($first: Int!, $after: Cursor) {{ {text} }}", **variables)
    while isinstance(found, dict) and "pageInfo" not in found:
        [found] = found.values()
    return found


async def fill(ask: Ask, ada: int, others: list[int]) -> None:
    """Something in every list of Ada's: two of each kind, of other people's and of hers."""
    for turn, other in enumerate(others):
        match turn % 5:
            case 0:
                await connect(ask, ada, other)
            case 1:
                await sent(ask, ada, other)
            case 2:
                await sent(ask, other, ada)
            case 3:
                await done(ask, ada, "ignore", await sent(ask, other, ada))
            case 4:
                await done(ask, ada, "accept", await sent(ask, other, ada))


@pytest.mark.parametrize("name", LISTS)
async def test_walking_a_list_while_it_grows(ask: Ask, name: str) -> None:
    """No row twice, none skipped, though rows come in at the top all the time."""
    ada, *others = await people("ada", *(f"member-{n:02}" for n in range(30)))
    await fill(ask, ada, others[:25])
    whole = await page(ask, ada, name, first=100)
    assert len(whole["nodes"]) >= 5
    assert whole["pageInfo"]["hasNextPage"] is False
    seen, after = [], None
    while True:
        one = await page(ask, ada, name, after=after)
        info, cursors = one["pageInfo"], [edge["cursor"] for edge in one["edges"]]
        assert info["hasPreviousPage"] is (after is not None)
        assert (info["startCursor"], info["endCursor"]) == (cursors[0], cursors[-1])
        seen += one["nodes"]
        if not info["hasNextPage"]:
            break
        assert len(cursors) == 3
        after = info["endCursor"]
        if len(seen) == 3 and name != "events":  # events grow at the end
            await fill(ask, ada, others[25:])
    assert seen == whole["nodes"]
    past = await page(ask, ada, name, after=info["endCursor"])
    assert (past["nodes"], past["pageInfo"]["endCursor"]) == ([], None)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("first", [0, -1, 101, -(2**31), 2**31 - 1])
async def test_sizes_out_of_range(ask: Ask, name: str, first: int) -> None:
    [ada] = await people("ada")
    refused = await page_refused(ask, ada, name, first=first)
    assert code(refused) == "BAD_REQUEST"


@pytest.mark.parametrize("first", [1, 100])
@pytest.mark.parametrize("name", LISTS)
async def test_sizes_in_range(ask: Ask, name: str, first: int) -> None:
    [ada] = await people("ada")
    assert "nodes" in await page(ask, ada, name, first=first)


async def test_cursors_of_another_list_and_none(ask: Ask) -> None:
    ada, *others = await people("ada", *(f"member-{n:02}" for n in range(10)))
    await fill(ask, ada, others)
    requests = {"receivedRequests", "ignoredRequests", "answeredRequests", "sentRequests"}
    kinds = {name: "requests" if name in requests else name for name in LISTS}
    kinds["member.connections"] = "connections"
    cursors = {}
    for name in LISTS:
        cursors[name] = (await page(ask, ada, name))["pageInfo"]["endCursor"]
    for name in LISTS:
        for other, cursor in cursors.items():
            if kinds[other] != kinds[name]:
                refused = await page_refused(ask, ada, name, after=cursor)
                assert code(refused) == "BAD_REQUEST", (name, other)
        for cursor in (
            "",
            "x",
            "e30",
            cursors[name] + "=",
            "x" + cursors[name][1:],
            "💥",
            "\ud800",
            "A" * 10_000,
            "Y3JxOjk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OjE",
        ):
            refused = await page_refused(ask, ada, name, after=cursor)
            assert code(refused) == "BAD_REQUEST", (name, cursor)


async def page_refused(ask: Ask, who: int, name: str, **given: Any) -> dict[str, Any]:
    """The errors of a page that cannot be had."""
    query, row = LISTS[name]
    text = query % ("(first: $first, after: $after)", PAGE % row)
    variables = {"first": 3, "after": None, **given}
    found: dict[str, Any] = await ask(
        who, f"query ($first: Int!, $after: Cursor) {{ {text} }}", errors=True, **variables
    )
    return found


async def test_a_cursor_of_a_row_that_is_gone(ask: Ask) -> None:
    """A page goes on from where the row stood."""
    ada, *others = await people("ada", *(f"member-{n}" for n in range(5)))
    made = [await sent(ask, other, ada) for other in others]
    first = await page(ask, ada, "receivedRequests", first=2)
    await done(ask, others[3], "withdraw", made[3])
    rest = await page(ask, ada, "receivedRequests", after=first["pageInfo"]["endCursor"])
    assert [node["sender"]["handle"] for node in rest["nodes"]] == [
        "member-2",
        "member-1",
        "member-0",
    ]
