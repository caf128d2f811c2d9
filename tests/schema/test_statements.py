"""How many statements a read costs: one or two for each root field, whatever the page size."""

from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from schema import schema
from schema.context import Context
from tests.models.counting import statements
from tests.people import people
from tests.schema.acts import connect, done, sent
from tests.schema.conftest import Ask, viewer_of
from web.documents import documents

TEMPLATES = Path(__file__).parents[2] / "templates"
PERSON = "id handle name headline organisation location about joinedAt mutualCount connectionCount"
REQUEST = "id state basis note sentAt expiresAt changedAt nudgedAt"
INFO = "pageInfo { hasNextPage endCursor }"


# Each root field with all its own columns, and the people it is about.
def requests(name: str, other: str) -> str:
    """One of the viewer's lists of requests."""
    nodes = f"nodes {{ {REQUEST} {other} {{ {PERSON} }} }}"
    return f"{{ viewer {{ {name}(first: %d) {{ {nodes} {INFO} }} }} }}"


ROOTS = {
    "receivedRequests": requests("receivedRequests", "sender"),
    "ignoredRequests": requests("ignoredRequests", "sender"),
    "answeredRequests": requests("answeredRequests", "sender"),
    "sentRequests": requests("sentRequests", "recipient"),
    "connections": f"""{{ viewer {{ connections(first: %d) {{ totalCount {INFO}
      edges {{ connectedAt relationship {{ id }}
        node {{ {PERSON} relationship {{ id }} }} }} }} }} }}""",
    "notifications": f"""{{ viewer {{ notifications(first: %d) {{ {INFO}
      nodes {{ id kind read memberName occurredAt member {{ handle }} }} }} }} }}""",
    "events": """{ viewer { events(first: %d) { nodes { cursor occurredAt
      ... on RequestSent { memberId member { handle } }
      ... on RequestReceived { memberId member { handle } } } } } }""",
    "members": f"{{ members(first: %d) {{ nodes {{ {PERSON} }} {INFO} }} }}",
    "member": f"""{{ member(handle: "member-1") {{ {PERSON}
      connections(first: %d) {{ nodes {{ handle }} }} }} }}""",
    "counters": "{ viewer { waitingCount unreadCount eventCursor } }",
    "budget": "{ viewer { requestBudget { limit remaining resetsAt } } }",
    "account": "{ viewer { email acceptsRequests profileAudience connectionsAudience } }",
    "sessions": "{ viewer { sessions { id current } } }",
    "tokens": "{ viewer { tokens { id name } } }",
    "instance": "{ instance { name limits { noteLength } } }",
}


async def fill(ask: Ask, count: int) -> int:
    """Ada, with so many of everything."""
    ada, *others = await people("ada", *(f"member-{n}" for n in range(count)))
    for turn, other in enumerate(others):
        match turn % 5:
            case 0:
                await sent(ask, other, ada)
            case 1:
                await connect(ask, ada, other)
            case 2:
                await done(ask, ada, "ignore", await sent(ask, other, ada))
            case 3:
                await sent(ask, ada, other)
            case 4:
                await done(ask, ada, "decline", await sent(ask, other, ada), reason="OTHER")
    return ada


async def count(who: int, query: str, **variables: Any) -> list[str]:
    """The statements of an operation."""
    context = Context(known=await viewer_of(who))
    async with statements() as seen:
        result = await schema.execute(query, variable_values=variables, context_value=context)
    assert result.errors is None, result.errors
    return seen


async def test_root_fields(ask: Ask) -> None:
    ada = await fill(ask, 30)
    for name, query in ROOTS.items():
        few = await count(ada, query % 1 if "%d" in query else query)
        many = await count(ada, query % 100 if "%d" in query else query)
        assert len(many) <= 2, (name, many)
        assert len(few) == len(many), name


@pytest.mark.only_engine("sqlite")
async def test_no_field_costs_a_statement_for_each_row(ask: Ask) -> None:
    """The long tail: whatever is selected below a list comes in batches."""
    ada = await fill(ask, 30)
    deep = """{ viewer { receivedRequests(first: %d) { nodes { sender { relationship { id }
      openRequest { id recipient { handle } } canRequest { code } connectionCount } } } } }"""
    notices = """{ viewer { notifications(first: %d) { nodes { member { handle mutualCount }
      request { id sender { handle } recipient { handle } } } } } }"""
    people = """{ members(first: %d) { nodes { relationship { id request { id } }
      openRequest { id } canRequest { allowed } } } }"""
    for query in (deep, notices, people):
        some, all_ = await count(ada, query % 6), await count(ada, query % 100)
        assert len(all_) <= len(some) + 1, (query, all_)  # one more kind may turn up in more rows
        assert len(all_) <= 8, (query, all_)


PAGES = sorted(
    name
    for name, text in documents().items()
    if any(
        isinstance(node, OperationDefinitionNode) and node.operation is OperationType.QUERY
        for node in parse(text).definitions
    )
)
# Besides its own root fields every page's head has counters; a profile has its standing, its items
# (two), what the two share, its newest updates, and whether one may write (two); the first page
# has the feed (two) and the tags to choose it by; a digest has the requests that wait, by key, and
# their senders. How far people are is one more on each, and so is what comes with requests.
MOST = {
    "Home": 15,
    "MembersShow": 21,
    "MembersConnect": 10,
    "MailDigest": 7,
    "RequestsSent": 7,
    "RequestsAcceptForm": 7,
    "RequestsSharesForm": 7,
}


@pytest.mark.only_engine("sqlite")
@pytest.mark.parametrize("name", PAGES)
async def test_pages(ask: Ask, name: str) -> None:
    """The documents of our own pages, with five and with fifty of everything."""
    seen = {}
    for size in (5, 50):
        if size == 50:
            await more(ask, seen["ada"])
        else:
            seen["ada"] = await fill(ask, size)
        asked = await ask(seen["ada"], "{ viewer { receivedRequests { nodes { id } } } }")
        requests = [node["id"] for node in asked["viewer"]["receivedRequests"]["nodes"]]
        variables = {
            "handle": "member-1",
            "code": "0000000000",
            "look": True,
            "id": requests[0],
            "requests": requests,
            "first": 20,
            "search": "s",
            "chosen": "",
            "after": None,
            "role": "INTRODUCER",
            "audience": "CONNECTIONS",
            "audienceTagIds": [],
            "tagIds": [],
            "counted": False,
            "folder": "INBOX",
            "ids": [],
        }
        if name == "LiveMissed":
            head = await ask(seen["ada"], "{ viewer { eventCursor } }")
            variables["after"] = head["viewer"]["eventCursor"]
        seen[size] = await count(seen["ada"], documents()[name], **variables)
    assert len(seen[50]) <= len(seen[5]) + 1, (name, seen[50])
    assert len(seen[50]) <= MOST.get(name, 6), (name, seen[50])


async def more(ask: Ask, ada: int) -> None:
    """Fifty more who ask, and are answered one way or another."""
    others = await people(*(f"more-{n}" for n in range(50)))
    for turn, other in enumerate(others):
        request = await sent(ask, other, ada)
        if turn % 3 == 0:
            await done(ask, ada, "accept", request)
        elif turn % 3 == 1:
            await done(ask, ada, "ignore", request)
