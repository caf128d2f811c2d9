"""Sharing contact data through the schema: who reads what, when, and that nobody is told."""

from typing import Any

import pytest

from models import clock, ids, profile_entry, profile_words
from models.profile_entry import EntryKind
from models.profile_words import ContactKind
from models.token import Scope
from tests.models.counting import statements
from tests.people import people
from tests.schema.acts import act, code, codes, connect, done, end, mem, send, sent
from tests.schema.conftest import Ask
from tests.schema.introducing import forwarded, perform, performed, three
from tests.schema.test_privacy import readable

SET = """mutation ($input: SetContactSharesInput!) { setContactShares(input: $input) {
  relationship { id sharedContacts { id kind value label sharedAt } }
  userErrors { field code message } } }"""
DETAILS = "query ($h: String!) { member(handle: $h) { contactDetails { value } } }"
WHO = """query ($first: Int!, $after: Cursor) { viewer {
  contactShares(first: $first, after: $after) {
  nodes { id member { handle name headline } sharedContacts { id value } }
  pageInfo { hasNextPage endCursor } } } }"""


async def entry(owner: int, number: int = 1) -> str:
    """A contact detail for nobody but its owner; its id."""
    said = profile_words.contact(ContactKind.PHONE, f"+46 90 {number:03}", "Work")
    return ids.encode(ids.PROFILE_ENTRY, await profile_entry.add(owner, EntryKind.CONTACT, said))


async def reads(ask: Ask, who: int | None, handle: str) -> list[str]:
    """The contact data somebody reads on a profile."""
    member = (await ask(who, DETAILS, h=handle))["member"]
    return [each["value"] for each in member["contactDetails"]] if member else []


async def change(ask: Ask, who: int, side: str, *entries: str) -> dict[str, Any]:
    """The payload of setContactShares."""
    given = {"relationshipId": side, "shareContactIds": list(entries)}
    payload: dict[str, Any] = (await ask(who, SET, input=given))["setContactShares"]
    return payload


async def test_from_asking_to_removing(ask: Ask) -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    adas, graces = await entry(ada, 1), await entry(grace, 2)
    request = await sent(ask, ada, grace, shareContactIds=[adas])
    assert await reads(ask, grace, "ada") == []  # nothing opens before acceptance
    await done(ask, grace, "accept", request, shareContactIds=[graces])
    assert await reads(ask, grace, "ada") == ["+46 90 001"]
    assert await reads(ask, ada, "grace") == ["+46 90 002"]
    for other in (ida, None):
        assert await reads(ask, other, "ada") == []
    side = (await ask(ada, '{ member(handle: "grace") { relationship { id } } }'))["member"][
        "relationship"
    ]["id"]
    await end(ask, ada, "removeConnection", side)
    assert await reads(ask, grace, "ada") == []
    assert await reads(ask, ada, "grace") == []
    await end(ask, ada, "undoRemoveConnection", side)
    assert await reads(ask, grace, "ada") == ["+46 90 001"]
    payload = await change(ask, ada, side)
    assert payload == {"relationship": {"id": side, "sharedContacts": []}, "userErrors": []}
    assert await reads(ask, grace, "ada") == []


async def test_wrong_entries_are_one_error(ask: Ask) -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    graces = await entry(grace)
    side = await connect(ask, ada, grace)
    request = await sent(ask, ida, ada)
    wrong = (graces, "nonsense", mem(ada), ids.encode(ids.PROFILE_ENTRY, 7), "")
    expected = None
    for each in wrong:
        for payload in (
            await send(ask, ada, ida, shareContactIds=[each]),
            await act(ask, ada, "accept", request, shareContactIds=[each]),
            await change(ask, ada, side, each),
        ):
            expected = expected or payload["userErrors"]
            assert payload["userErrors"] == expected
    assert expected is not None
    assert (expected[0]["field"], expected[0]["code"]) == (["shareContactIds"], "NOT_FOUND")
    many = [ids.encode(ids.PROFILE_ENTRY, n) for n in range(1, 102)]
    assert codes(await change(ask, ada, side, *many)) == ["TOO_MANY"]
    assert codes(await change(ask, ada, "rel_0000000000000")) == ["NOT_FOUND"]
    assert codes(await change(ask, ida, side)) == ["NOT_FOUND"]  # somebody else's side


async def test_who_has_what(ask: Ask) -> None:
    ada, *others = await people("ada", *(f"other{n}" for n in range(5)))
    entries = [await entry(ada, n) for n in range(3)]
    for number, other in enumerate(others):
        clock.advance(minutes=1)
        await done(
            ask, other, "accept", await sent(ask, ada, other, shareContactIds=entries[:number])
        )
    seen: list[tuple[str, int]] = []
    after = None
    for _ in range(5):
        page = (await ask(ada, WHO, first=2, after=after))["viewer"]["contactShares"]
        seen += [(n["member"]["handle"], len(n["sharedContacts"])) for n in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [("other4", 3), ("other3", 3), ("other2", 2), ("other1", 1)]
    [side, *_] = (await ask(ada, WHO, first=1))["viewer"]["contactShares"]["nodes"]
    await end(ask, ada, "removeConnection", side["id"])
    [first, *_] = (await ask(ada, WHO, first=1))["viewer"]["contactShares"]["nodes"]
    assert first["member"]["handle"] == "other3"
    for size in (1, 100):
        async with statements() as found:
            await ask(ada, WHO, first=size)
        assert len(found) <= 3, found  # who asks (the test), people, what they have


@pytest.mark.usefixtures("unbounded")
async def test_a_change_is_nobodys_news(ask: Ask) -> None:
    """Of all that anybody reads, only the data itself appears, and to the one who gets it."""
    clock.freeze()
    keys = dict(zip(("ada", "grace", "hugo"), await people("ada", "grace", "hugo"), strict=True))
    adas = await entry(keys["ada"])
    side = await connect(ask, keys["ada"], keys["grace"])
    await connect(ask, keys["ada"], keys["hugo"])
    clock.advance(days=1)
    known = [mem(key) for key in keys.values()]
    others = (keys["grace"], keys["hugo"], None)
    before = [await readable(who, list(keys), known) for who in others]
    assert codes(await change(ask, keys["ada"], side, adas)) == []
    grace, *rest = [await readable(who, list(keys), known) for who in others]
    assert rest == before[1:]
    assert grace != before[0]
    assert b"+46 90 001" in grace
    assert codes(await change(ask, keys["ada"], side)) == []
    assert [await readable(who, list(keys), known) for who in others] == before


async def test_an_offer_changes_nothing_before_acceptance(ask: Ask) -> None:
    """What a request would share is the sender's to know."""
    clock.freeze()
    texts = []
    for number, offered in enumerate((True, False)):
        ada, grace = await people(f"ada{number}", f"grace{number}")
        entry_id = await entry(ada)
        given = {"shareContactIds": [entry_id]} if offered else {}
        await sent(ask, ada, grace, **given)
        query = """{ viewer { waitingCount receivedRequests { nodes { state note
          sender { contactDetails { value } } } } notifications { nodes { kind } } } }"""
        texts.append(str(await ask(grace, query)))
    assert texts[0] == texts[1]


OFFER = """mutation ($input: SetRequestSharesInput!) { setRequestShares(input: $input) {
  request { id state sharedContacts { id value } } userErrors { field code message } } }"""
OFFERED = (
    "query ($id: ID!) { node(id: $id) { ... on ConnectionRequest { sharedContacts { id } } } }"
)


async def offer(ask: Ask, who: int, request: str, *entries: str) -> dict[str, Any]:
    """The payload of setRequestShares."""
    given = {"requestId": request, "shareContactIds": list(entries)}
    payload: dict[str, Any] = (await ask(who, OFFER, input=given))["setRequestShares"]
    return payload


async def test_only_the_sender_sees_and_changes_what_comes_with_a_request(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    first, second = await entry(ada, 1), await entry(ada, 2)
    request = await sent(ask, ada, grace, shareContactIds=[first])
    mine = {"node": {"sharedContacts": [{"id": first}]}}
    assert await ask(ada, OFFERED, id=request) == mine
    assert await ask(grace, OFFERED, id=request) == {"node": {"sharedContacts": None}}
    assert codes(await offer(ask, grace, request, first)) == ["NOT_FOUND"]
    for wrong in ("nonsense", "crq_0000000000000", mem(ada)):
        assert codes(await offer(ask, ada, wrong, first)) == ["NOT_FOUND"]
    payload = await offer(ask, ada, request, await entry(grace))
    assert (payload["userErrors"][0]["field"], codes(payload)) == (
        ["shareContactIds"],
        ["NOT_FOUND"],
    )
    payload = await offer(ask, ada, request, second)
    assert [each["id"] for each in payload["request"]["sharedContacts"]] == [second]
    await done(ask, grace, "accept", request)
    assert await reads(ask, grace, "ada") == ["+46 90 002"]
    assert await ask(ada, OFFERED, id=request) == {"node": {"sharedContacts": None}}
    payload = await offer(ask, ada, request)
    assert codes(payload) == ["NOT_OPEN"]
    assert payload["request"]["state"] == "ACCEPTED"


@pytest.mark.parametrize("what", ["waiting", "ignored", "declined"])
async def test_whatever_the_recipient_did_the_sender_changes_it_alike(ask: Ask, what: str) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    adas = await entry(ada)
    request = await sent(ask, ada, grace)
    if what == "ignored":
        await done(ask, grace, "ignore", request)
    elif what == "declined":
        await done(ask, grace, "decline", request, reason="OTHER", tell=True)
    assert await offer(ask, ada, request, adas) == {
        "request": {
            "id": request,
            "state": "PENDING",
            "sharedContacts": [{"id": adas, "value": "+46 90 001"}],
        },
        "userErrors": [],
    }


@pytest.mark.usefixtures("unbounded")
async def test_a_changed_offer_is_nobodys_news(ask: Ask) -> None:
    """Of all that the recipient and others read, nothing changes."""
    clock.freeze()
    keys = dict(zip(("ada", "grace", "hugo"), await people("ada", "grace", "hugo"), strict=True))
    adas = await entry(keys["ada"])
    request = await sent(ask, keys["ada"], keys["grace"])
    known = [request, *(mem(key) for key in keys.values())]
    others = (keys["grace"], keys["hugo"], None)
    before = [await readable(who, list(keys), known) for who in others]
    assert codes(await offer(ask, keys["ada"], request, adas)) == []
    assert [await readable(who, list(keys), known) for who in others] == before


async def test_a_page_of_sent_requests_brings_all_of_it_at_once(ask: Ask) -> None:
    ada, *others = await people("ada", *(f"other{n}" for n in range(5)))
    adas = await entry(ada)
    for other in others:
        await sent(ask, ada, other, shareContactIds=[adas])
    query = "{ viewer { sentRequests { nodes { id sharedContacts { id } } } } }"
    async with statements() as found:
        nodes = (await ask(ada, query))["viewer"]["sentRequests"]["nodes"]
    assert [len(each["sharedContacts"]) for each in nodes] == [1] * 5
    assert len(found) <= 3, found  # who asks (the test), the requests, what comes with them


async def test_accepting_an_introduction_with_contact_data(ask: Ask) -> None:
    ada, mia, ben = await three(ask)
    bens = await entry(ben)
    introduction = await forwarded(ask, ada, mia, ben)
    payload = await perform(ask, ben, "accept", introduction, shareContactIds=[await entry(ada)])
    assert (payload["userErrors"][0]["field"], codes(payload)) == (
        ["shareContactIds"],
        ["NOT_FOUND"],
    )
    assert await reads(ask, ada, "ben") == []
    await performed(ask, ben, "accept", introduction, shareContactIds=[bens])
    assert await reads(ask, ada, "ben") == ["+46 90 001"]
    assert await reads(ask, mia, "ben") == []
    await performed(ask, ben, "accept", introduction, shareContactIds=[])
    assert await reads(ask, ada, "ben") == ["+46 90 001"]  # accepted before


async def test_scopes(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    side = await connect(ask, ada, grace)
    given = {"relationshipId": side, "shareContactIds": []}
    few = frozenset({Scope.NETWORK_WRITE, Scope.NETWORK_READ, Scope.REQUESTS_WRITE})
    assert code(await ask(ada, SET, scopes=few, errors=True, input=given)) == "FORBIDDEN_SCOPE"
    assert code(await ask(ada, WHO, scopes=few, errors=True, first=1)) == "FORBIDDEN_SCOPE"
