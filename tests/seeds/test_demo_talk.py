"""What the demo shows of being connected: conversations, updates, notifications and mail."""

import pytest

from models import sql
from models.update import UpdateKind
from seeds.demo import fill
from tests.models.messaging import in_folders
from tests.schema.conftest import Ask, ask  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("database")


async def test_there_is_something_of_everything(ask: Ask) -> None:  # noqa: F811
    await fill(200)
    keys = {row["handle"]: row["id"] for row in await sql.rows("SELECT handle, id FROM member")}
    ada = keys["ada"]
    assert await in_folders(ada) == {"INBOX": 3, "ARCHIVED": 1, "REQUESTS": 1, "SELLING": 1}
    viewer = (
        await ask(
            ada,
            """{ viewer { unreadMessageCount messageRequestCount timeZone
              quietHours { from until }
              feed(first: 30) { nodes { kind author { handle } pictures { url } replyCount } }
              feedMutes { edges { node { handle } until } }
              notifications(first: 50) { nodes { kind read times } }
              ownUpdates { nodes { audience audienceSize } } } }""",
        )
    )["viewer"]
    assert (viewer["unreadMessageCount"], viewer["messageRequestCount"]) == (3, 1)
    assert (viewer["timeZone"], viewer["quietHours"]["from"]) == ("Europe/Stockholm", 22 * 60)
    feed = viewer["feed"]["nodes"]
    authors = {each["author"]["handle"] for each in feed}
    assert authors == {"ada", "henrik", "ines", "maeve", "noor", "yuki"}, "muted: pavel and kofi"
    seen = {each["kind"] for each in feed}
    assert seen == set(UpdateKind) - {UpdateKind.OPPORTUNITY}, "Tomas and Pavel look for staff"
    assert max(len(each["pictures"]) for each in feed) == 2
    assert max(each["replyCount"] for each in feed) == 2
    until = {each["node"]["handle"]: each["until"] for each in viewer["feedMutes"]["edges"]}
    assert until["pavel"] is None
    assert until["kofi"] is not None
    told = viewer["notifications"]["nodes"]
    assert {"MESSAGE_RECEIVED", "MESSAGE_REQUESTED", "UPDATE_REPLIED", "UPDATE_THANKED"} <= {
        each["kind"] for each in told
    }
    assert {each["read"] for each in told} == {True, False}
    assert max(each["times"] for each in told) == 3
    assert {each["audience"] for each in viewer["ownUpdates"]["nodes"]} == {"EVERYONE", "TAGS"}
    held = "{ viewer { heldRequestCount waitingCount } }"
    assert (await ask(keys["ines"], held))["viewer"]["heldRequestCount"] == 1
    # A thread of two who parted can be read, and nobody writes there any more.
    closed = """{ member(handle: "kofi") { canMessage { allowed code }
      conversation { messages { nodes { text } } } } }"""
    thread = (await ask(keys["noor"], closed))["member"]
    assert thread["canMessage"] == {"allowed": False, "code": "CONVERSATION_CLOSED"}
    assert len(thread["conversation"]["messages"]["nodes"]) == 4, "and the note they began with"
    waiting = '{ member(handle: "amara") { canMessage { code } } }'
    found = (await ask(keys["maeve"], waiting))["member"]["canMessage"]
    assert found["code"] == "AWAITING_ANSWER", "in the first days one message, until the other's"
    mails = await sql.rows("SELECT kind FROM mail WHERE member_id = $1 ORDER BY kind", ada)
    assert {row["kind"] for row in mails} == {"DIGEST", "NOTIFICATION"}
