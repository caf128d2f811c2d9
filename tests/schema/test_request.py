"""Requests through the schema."""

from models import ids
from tests.models.counting import statements
from tests.people import people
from tests.schema.conftest import Ask

SEND = """mutation ($to: ID!, $note: String, $key: String) {
  sendConnectionRequest(input: {recipientId: $to, basis: ADMIRE_WORK, note: $note, clientMutationKey: $key}) {
    request { id state direction recipient { handle } nudgeableAt } userErrors { field code message }
  }
}"""
INBOX = """{ viewer { waitingCount receivedRequests { nodes {
  id state basis note sentAt sender { id handle name headline mutualCount }
} pageInfo { hasNextPage endCursor } } } }"""
ACCEPT = """mutation ($id: ID!) { acceptConnectionRequest(input: {requestId: $id}) {
  request { state } relationship { id member { handle } since } userErrors { code } } }"""


def mem(key: int) -> str:
    return ids.encode(ids.MEMBER, key)


async def test_ask_and_accept(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    sent = (await ask(ada, SEND, to=mem(grace), note="Hello"))["sendConnectionRequest"]
    assert sent["userErrors"] == []
    assert sent["request"]["state"] == "PENDING"
    assert sent["request"]["recipient"] == {"handle": "grace"}
    inbox = (await ask(grace, INBOX))["viewer"]
    assert inbox["waitingCount"] == 1
    [waiting] = inbox["receivedRequests"]["nodes"]
    assert (waiting["note"], waiting["sender"]["handle"]) == ("Hello", "ada")
    accepted = (await ask(grace, ACCEPT, id=waiting["id"]))["acceptConnectionRequest"]
    assert accepted["relationship"]["member"] == {"handle": "ada"}


async def test_a_second_send_shows_the_open_request(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    first = (await ask(ada, SEND, to=mem(grace)))["sendConnectionRequest"]
    again = (await ask(ada, SEND, to=mem(grace)))["sendConnectionRequest"]
    assert again["userErrors"][0]["code"] == "REQUEST_OPEN"
    assert again["request"]["id"] == first["request"]["id"]


async def test_inbox_is_one_statement(ask: Ask) -> None:
    grace, *others = await people("grace", *(f"member-{n}" for n in range(25)))
    for other in others:
        await ask(other, SEND, to=mem(grace))
    query = INBOX.replace("waitingCount", "")
    async with statements() as seen:
        data = await ask(grace, query)
    assert len(data["viewer"]["receivedRequests"]["nodes"]) == 20
    assert len(seen) == 1 + 1, seen  # and one of the fixture, which looks the viewer up


async def test_signed_out_and_wrong_ids(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    assert await ask(None, INBOX) == {"viewer": None}
    refused = await ask(None, SEND, to=mem(grace), errors=True)
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    for wrong in ("", "mem_", "x", mem(ada + 1), ids.encode("crq", grace), "💥" * 200):
        sent = (await ask(ada, SEND, to=wrong))["sendConnectionRequest"]
        assert sent["userErrors"][0]["code"] == "RECIPIENT_UNAVAILABLE", wrong
