"""Codes and where two met, through the schema: what each side reads, and what a code tells."""

from typing import Any

import pytest
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from models import clock, ids, meeting_code, sql
from models.token import Scope
from tests.models.counting import statements
from tests.people import people, person
from tests.schema.acts import code, codes, connect, done, mem, send
from tests.schema.conftest import Ask
from tests.schema.test_privacy import readable

SHOW = """mutation ($event: String, $place: String) {
  showMeetingCode(input: {event: $event, place: $place}) { userErrors { field code message }
    meetingCode { code url qrSvg event place madeAt expiresAt } } }"""
END = "mutation { endMeetingCode { meetingCode { code } userErrors { code } } }"
HOLDER = """query ($code: String!) { memberByMeetingCode(code: $code) {
  memberId name handle headline event place expiresAt member { handle about }
  canRequest { allowed code message } } }"""
MET = "metEvent metPlace metOn confirmedByCode"
READ = f"query ($id: ID!) {{ node(id: $id) {{ ... on ConnectionRequest {{ {MET} }} }} }}"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.freeze()
    monkeypatch.setattr(meeting_code, "_failures", MovingWindowRateLimiter(MemoryStorage()))


async def shown(ask: Ask, who: int, **said: str) -> dict[str, Any]:
    """The code a member shows."""
    payload = (await ask(who, SHOW, **said))["showMeetingCode"]
    assert payload["userErrors"] == []
    found: dict[str, Any] = payload["meetingCode"]
    return found


async def test_a_code_from_showing_to_accepting(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    code = await shown(ask, grace, event="Spring meeting")
    assert code["url"].endswith(f"/meet/{code['code']}")
    assert code["qrSvg"].startswith("<svg ")
    assert "style" not in code["qrSvg"]
    own = "{ viewer { meetingCode { code event place expiresAt } } }"
    assert (await ask(grace, own))["viewer"]["meetingCode"]["code"] == code["code"]
    found = (await ask(ada, HOLDER, code=code["code"].lower()))["memberByMeetingCode"]
    assert found["memberId"] == mem(grace)
    assert found["event"] == "Spring meeting"
    assert found["canRequest"] == {"allowed": True, "code": None, "message": None}
    asked = await send(
        ask,
        ada,
        grace,
        basis="MET_IN_PERSON",
        meetingCode=code["code"],
        metEvent="Something else",
        metPlace="Umeå",
        metOn=str(clock.now().date()),
    )
    request = asked["request"]["id"]
    expected = {
        "metEvent": "Spring meeting",
        "metPlace": "Umeå",
        "metOn": str(clock.now().date()),
        "confirmedByCode": True,
    }
    for side in (ada, grace):
        assert (await ask(side, READ, id=request))["node"] == expected
    again = (await ask(ada, HOLDER, code=code["code"]))["memberByMeetingCode"]["canRequest"]
    assert again["code"] == "REQUEST_OPEN"
    budget = "{ viewer { requestBudget { limit remaining } } }"
    assert (await ask(ada, budget))["viewer"]["requestBudget"] == {"limit": 50, "remaining": 50}
    await done(ask, grace, "accept", request)
    ended = (await ask(grace, END))["endMeetingCode"]
    assert ended == {"meetingCode": {"code": code["code"]}, "userErrors": []}
    assert (await ask(grace, END))["endMeetingCode"]["meetingCode"] is None
    assert (await ask(ada, HOLDER, code=code["code"]))["memberByMeetingCode"] is None


async def test_a_claim_is_not_confirmed(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    asked = await send(ask, ada, grace, metEvent="A fair")
    for side in (ada, grace):
        node = (await ask(side, READ, id=asked["request"]["id"]))["node"]
        assert (node["metEvent"], node["confirmedByCode"]) == ("A fair", False)


async def test_errors_name_their_field(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    for given, field in (
        ({"meetingCode": "0000000000"}, "meetingCode"),
        ({"meetingCode": ""}, "meetingCode"),
        ({"metOn": "2999-01-01"}, "metOn"),
        ({"metEvent": "x" * 121}, "metEvent"),
        ({"metPlace": "\u202e"}, "metPlace"),
    ):
        payload = await send(ask, ada, grace, **given)
        assert [error["field"] for error in payload["userErrors"]] == [[field]], given
    wrong = (await ask(ada, SHOW, event="x" * 121, place="\x07"))["showMeetingCode"]
    assert [error["field"] for error in wrong["userErrors"]] == [["event"], ["place"]]


async def test_a_code_tells_what_its_owner_shows_and_no_more(ask: Ask) -> None:
    """Of a member whom nobody finds: name, handle, and the headline as far as it is for all."""
    [ada] = await people("ada")
    grace = await person(
        "grace", profile_audience="CONNECTIONS", headline="Bridges", about="Private words"
    )
    code = (await shown(ask, grace))["code"]
    found = (await ask(ada, HOLDER, code=code))["memberByMeetingCode"]
    assert found["member"] is None
    assert (found["name"], found["handle"], found["headline"]) == ("Grace", "grace", "Bridges")
    await sql.change("UPDATE member SET headline_audience = 2 WHERE id = $1", grace)
    assert (await ask(ada, HOLDER, code=code))["memberByMeetingCode"]["headline"] == ""
    # Having the code, and asking with it, opens nothing of the profile.
    never = ids.encode(ids.MEMBER, grace + 1)
    await send(ask, ada, grace, basis="MET_IN_PERSON", meetingCode=code)
    for query, twin in (
        ('{ member(handle: "grace") { id } }', '{ member(handle: "gracf") { id } }'),
        (f'{{ node(id: "{mem(grace)}") {{ id }} }}', f'{{ node(id: "{never}") {{ id }} }}'),
    ):
        assert await ask(ada, query) == await ask(ada, twin)
    sent = "{ viewer { sentRequests { nodes { recipientName recipient { id } } } } }"
    assert (await ask(ada, sent))["viewer"]["sentRequests"]["nodes"] == [
        {"recipientName": "Grace", "recipient": None}
    ]


async def test_whether_a_code_was_ever_good_is_nobodys_to_know(ask: Ask) -> None:
    """Ended, expired, somebody else's, never made: byte for byte the same."""
    ada, grace, ida = await people("ada", "grace", "ida")
    first = (await shown(ask, grace))["code"]
    second = (await shown(ask, grace, event="Dinner"))["code"]
    idas = (await shown(ask, ida))["code"]
    await ask(ida, END)
    answers = [await ask(ada, HOLDER, code=c) for c in (first, idas, "0000000000", "", "\x00", "é")]
    assert answers == [{"memberByMeetingCode": None}] * 6
    said = {"basis": "MET_IN_PERSON"}
    refusals = [
        await send(ask, ada, grace, meetingCode=each, **said)
        for each in (first, idas, "0000000000", "nonsense")
    ]
    assert all(each == refusals[0] for each in refusals)
    assert codes(refusals[0]) == ["CODE_UNKNOWN"]
    hidden = await send(ask, ada, 0, recipientId="mem_0000000000000", meetingCode=second, **said)
    assert hidden["userErrors"] == refusals[0]["userErrors"]


@pytest.mark.usefixtures("unbounded")
async def test_showing_a_code_changes_nothing_others_read(ask: Ask) -> None:
    keys = dict(zip(("ada", "grace", "hugo"), await people("ada", "grace", "hugo"), strict=True))
    await connect(ask, keys["ada"], keys["grace"])
    known = [mem(key) for key in keys.values()]
    others = (keys["ada"], keys["hugo"], None)
    before = [await readable(who, list(keys), known) for who in others]
    own = await readable(keys["grace"], list(keys), known)
    await shown(ask, keys["grace"], event="A secret meeting")
    assert [await readable(who, list(keys), known) for who in others] == before
    assert await readable(keys["grace"], list(keys), known) != own


async def test_signed_out_and_scopes(ask: Ask) -> None:
    [grace] = await people("grace")
    made = (await shown(ask, grace))["code"]
    assert await ask(None, HOLDER, code=made) == {"memberByMeetingCode": None}
    read = frozenset({Scope.PROFILE_READ, Scope.NETWORK_READ})
    wrong = await ask(grace, HOLDER, scopes=read, errors=True, code=made)
    assert code(wrong) == "FORBIDDEN_SCOPE"
    wrong = await ask(grace, END, scopes=frozenset({Scope.REQUESTS_READ}), errors=True)
    assert code(wrong) == "FORBIDDEN_SCOPE"
    own = "{ viewer { meetingCode { code } } }"
    wrong = await ask(grace, own, scopes=frozenset({Scope.REQUESTS_READ}), errors=True)
    assert code(wrong) == "FORBIDDEN_SCOPE"


async def test_statements(ask: Ask) -> None:
    """One for each root field; two more where the profile and its standing are selected."""
    ada, grace = await people("ada", "grace")
    made = (await shown(ask, grace))["code"]
    async with statements() as seen:
        await ask(grace, "{ viewer { meetingCode { code url qrSvg event } } }")
    assert len([s for s in seen if "meeting_code" in s]) == 1
    async with statements() as seen:
        await ask(ada, HOLDER, code=made)
    assert len(seen) <= 5, seen  # with who asks, looked up by the test
