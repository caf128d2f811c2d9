"""docs/api/people.md, meeting.md, notifications.md and the imports of contacts.md: what they show
is what happens.
"""

from pathlib import Path

import pytest
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from models import meeting_code, search_text
from tests.examples.guides import blocks
from tests.people import people
from tests.schema.acts import connect, done, mem, sent
from tests.schema.conftest import Ask
from tests.schema.test_imported_contact import ALLOW, CSV

GUIDES = Path(__file__).parents[2] / "docs/api"


async def test_finding_people(ask: Ask) -> None:
    search, way, known, dismiss, follow = [b.code for b in blocks(GUIDES / "people.md")]
    ada, ben, cleo, dan = await people("ada", "ben", "cleo", "dan")
    await search_text.complete()
    for one, other in ((ada, ben), (ben, cleo), (ben, dan)):
        await connect(ask, one, other)
    [found] = (await ask(ada, search, words="cleo"))["searchMembers"]["edges"]
    assert (found["degree"], found["node"]["id"]) == (2, mem(cleo))
    shown = (await ask(ada, way, handle="cleo"))["member"]
    ben_is = [{"handle": "ben", "name": "Ben"}]
    assert (shown["degree"], shown["pathFromViewer"]) == (2, ben_is)
    assert shown["mutualConnections"]["nodes"] == ben_is
    assert shown["evidence"][0]["kind"] == "MUTUAL_CONNECTIONS"

    async def suggested() -> set[str]:
        nodes = (await ask(ada, known))["viewer"]["suggestions"]["nodes"]
        assert all(node["reasons"] for node in nodes)
        return {node["member"]["handle"] for node in nodes}

    assert await suggested() == {"cleo", "dan"}
    assert (await ask(ada, dismiss, id=mem(dan)))["dismissSuggestion"]["userErrors"] == []
    assert await suggested() == {"cleo"}
    followed = (await ask(ada, follow, id=mem(cleo)))["followMember"]
    assert followed == {"member": {"viewerFollows": True}, "userErrors": []}


async def test_meeting_and_sharing(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting_code, "_failures", MovingWindowRateLimiter(MemoryStorage()))
    show, holder, send, who_has, change = [b.code for b in blocks(GUIDES / "meeting.md")]
    ada, grace = await people("ada", "grace")
    code = (await ask(grace, show))["showMeetingCode"]["meetingCode"]["code"]
    seen = (await ask(ada, holder, code=code))["memberByMeetingCode"]
    assert (seen["memberId"], seen["event"]) == (mem(grace), "Harbour days")
    assert seen["canRequest"]["allowed"]
    add = """mutation { addContactDetail(input: {kind: EMAIL, value: "ada@example.org"}) {
      contactDetail { id } userErrors { message } } }"""
    detail = (await ask(ada, add))["addContactDetail"]["contactDetail"]["id"]
    given = {"to": mem(grace), "code": code, "share": [detail], "once": "key"}
    asked = (await ask(ada, send, **given))["sendConnectionRequest"]
    assert asked["userErrors"] == []
    assert asked["request"]["confirmedByCode"]
    assert asked["request"]["metEvent"] == "Harbour days"

    async def having() -> dict[str, str]:
        nodes = (await ask(ada, who_has))["viewer"]["contactShares"]["nodes"]
        assert all(each["sharedContacts"][0]["id"] == detail for each in nodes)
        return {each["member"]["handle"]: each["id"] for each in nodes}

    assert await having() == {}
    await done(ask, grace, "accept", asked["request"]["id"])
    side = (await having())["grace"]
    answer = await ask(ada, change, relationship=side, share=[])
    assert answer["setContactShares"]["userErrors"] == []
    assert await having() == {}


async def test_contacts_from_elsewhere(ask: Ask) -> None:
    bring, listed = [b.code for b in blocks(GUIDES / "contacts.md")][-2:]
    ada, grace = await people("ada", "grace")
    for added in (2, 0):
        assert (await ask(ada, bring, file=CSV))["importContacts"]["added"] == added
    kept = (await ask(ada, listed))["viewer"]["importedContacts"]
    assert kept == {"totalCount": 2, "nodes": []}
    for who in (ada, grace):
        await ask(who, ALLOW, yes=True)
    [found] = (await ask(ada, listed))["viewer"]["importedContacts"]["nodes"]
    assert found["member"] == {"handle": "grace"}


async def test_notifications(ask: Ask) -> None:
    listed, mark, _follow, told, choose = [b.code for b in blocks(GUIDES / "notifications.md")]
    ada, grace, hugo = await people("ada", "grace", "hugo")
    asked = await sent(ask, ada, grace)
    unread = (await ask(grace, listed, group="REQUESTS"))["viewer"]
    [found] = unread["notifications"]["nodes"]
    assert (unread["unreadCount"], found["request"]["id"]) == (1, asked)
    marked = (await ask(grace, mark, ids=[found["id"]]))["markNotificationsRead"]
    assert marked == {"unreadCount": 0, "userErrors": []}
    choices = [{"kind": "REMINDER", "inApp": True, "mail": "OFF"}]
    chosen = await ask(grace, choose, choices=choices, zone="Europe/Berlin")
    assert [payload["userErrors"] for payload in chosen.values()] == [[], [], []]
    held = await sent(ask, hugo, grace)
    now = (await ask(grace, told))["viewer"]
    assert (now["timeZone"], now["heldRequestCount"]) == ("Europe/Berlin", 1)
    assert (now["quietHours"]["from"], now["quietHours"]["until"]) == (1320, 420)
    release = """mutation ($id: ID!) { releaseConnectionRequest(input: {requestId: $id}) {
      userErrors { code } } }"""
    assert (await ask(grace, release, id=held))["releaseConnectionRequest"]["userErrors"] == []
    assert (await ask(grace, listed))["viewer"]["unreadCount"] == 1
