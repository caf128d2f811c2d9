"""The examples wait where Mutual asks them to, and lose nothing by it."""

import pytest

from models import token
from tests.examples.conftest import EXAMPLES, connect, program, python, until
from tests.examples.receivers import receiver
from tests.server import start
from tests.sites import joining

pytestmark = pytest.mark.slow
# Spent within a window also by who is slow, on a machine that does something else besides.
TIGHT = {"api_points": 12, "api_window_seconds": 8}


async def test_crm_sync(site_url: str, tmp_path) -> None:
    with start(site_url, **TIGHT) as server, receiver() as crm:
        async with joining(site_url) as join:
            me = await join(server, "grace")
            for number in range(110):
                await connect(me, f"Grace Friend {number}")
            _, secret = await token.create(me.key, "tight", sorted(token.GRANTABLE), None)
            run = await program(
                *python("crm-sync/sync.py", "--follow"),
                MUTUAL_URL=server.url,
                MUTUAL_TOKEN=secret,
                CRM_URL=crm.url,
                STATE_FILE=str(tmp_path / "state.sqlite3"),
            )
            await until(lambda: len(crm.contacts) == 110, within=60)
            said = await run.end()
            assert "The allowance of 12 points is used up" in said
            assert "Traceback" not in said
            names = {card["name"] for card in crm.contacts.values()}
            assert names == {f"Grace Friend {number}" for number in range(110)}


@pytest.mark.node
async def test_chat_post(site_url: str, tmp_path, node_path: str) -> None:
    place = tmp_path / "place.json"
    with start(site_url, **TIGHT) as server, receiver() as chat:
        async with joining(site_url) as join:
            me = await join(server, "grace")
            _, secret = await token.create(me.key, "tight", sorted(token.GRANTABLE), None)
            environment = {
                "MUTUAL_URL": server.url,
                "MUTUAL_TOKEN": secret,
                "CHAT_URL": chat.url,
                "PLACE_FILE": str(place),
            }
            command = (node_path, str(EXAMPLES / "chat-post/post.mjs"))
            run = await program(*command, **environment)
            await until(place.exists)
            await run.end()
            # What is pushed is charged: it spends the allowance, and the next start is refused,
            # unless a new window has just begun.
            names: list[str] = []
            said = ""
            for round_ in range(6):
                for size in (15, 1):
                    fresh = [f"Friend {round_} {size} {number}" for number in range(size)]
                    names += fresh
                    for name in fresh:
                        await connect(me, name)
                    run = await program(*command, **environment)
                    await until(lambda names=names: len(chat.messages) >= len(names), within=60)
                    said += await run.end()
                if "The allowance of 12 points is used up" in said:
                    break
            assert "The allowance of 12 points is used up" in said
            # Ended between posting and noting it, the program posts again.
            texts = list(dict.fromkeys(text for _, text in chat.messages))
            assert texts == [f"New connection: {n}" for n in names]
