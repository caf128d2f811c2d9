"""The chat poster loses no connection over a restart and posts none twice if it can be avoided."""

import asyncio
import itertools
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from models import sql, token
from tests.clients import Client
from tests.examples.conftest import EXAMPLES, Program, connect, program, scopes_of_readme, until
from tests.examples.receivers import Receiver, receiver

pytestmark = [pytest.mark.slow, pytest.mark.node]
_names = (f"Alan {number}" for number in itertools.count(1))
Start = Callable[..., Awaitable[Program]]


@pytest.fixture
async def me(join) -> Client:
    return await join("grace")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "place.json"


def starter(node_path: str, me: Client, chat: Receiver, place: Path) -> Start:
    async def start(**changes: str) -> Program:
        environment = {
            "MUTUAL_URL": me.server.url,
            "MUTUAL_TOKEN": me.bearer,
            "CHAT_URL": f"{chat.url}/hook",
            "PLACE_FILE": str(place),
            **changes,
        }
        return await program(node_path, str(EXAMPLES / "chat-post/post.mjs"), **environment)

    return start


async def meet(join, me: Client) -> str:
    """A new connection, made through the API; the name."""
    name = next(_names)
    other = await join(name.lower().replace(" ", "-"), name=name)
    await me.accept(await other.send(me))
    return name


def texts(chat: Receiver) -> list[str]:
    return [text.removeprefix("New connection: ") for _, text in chat.messages]


def same(chat: Receiver, names: list[str]) -> bool:
    return Counter(texts(chat)) == Counter(names)


async def test_posts_as_it_happens_and_after_a_restart(
    join, me: Client, node_path: str, place: Path
) -> None:
    await meet(join, me)  # before the first start: no news
    with receiver() as chat:
        start = starter(node_path, me, chat, place)
        run = await start()
        await until(place.exists)
        names = [await meet(join, me)]
        await until(lambda: same(chat, names))
        said = await run.end(signal.SIGTERM)
        assert (run.process.returncode, said) == (0, "")
        names += [await meet(join, me), await meet(join, me)]
        run = await start()
        await until(lambda: same(chat, names))
        names.append(await meet(join, me))
        await until(lambda: same(chat, names))
        await run.end()


async def test_stopped_in_order_none_is_lost_and_none_twice(
    join, me: Client, node_path: str, place: Path
) -> None:
    chance, names = random.Random(3), []
    with receiver(seconds_per_call=0.05) as chat:
        start = starter(node_path, me, chat, place)
        run = await start()
        await until(place.exists)
        for _ in range(4):
            names += [await meet(join, me) for _ in range(5)]
            await asyncio.sleep(chance.uniform(0, 0.3))
            said = await run.end(signal.SIGTERM)
            assert (run.process.returncode, said) == (0, "")
            run = await start()
        await until(lambda: len(chat.messages) >= len(names))
        await run.end(signal.SIGTERM)
        assert texts(chat) == names, "all, once, in order"


async def test_killed_none_is_lost_and_a_repetition_can_be_told(
    join, me: Client, node_path: str, place: Path
) -> None:
    chance, names = random.Random(5), []
    with receiver(seconds_per_call=0.02) as chat:
        start = starter(node_path, me, chat, place)
        run = await start()
        await until(place.exists)
        for _ in range(5):
            names += [await meet(join, me) for _ in range(4)]
            await asyncio.sleep(chance.uniform(0, 0.3))
            await run.end(signal.SIGKILL)
            run = await start()
        await until(lambda: set(texts(chat)) == set(names))
        await run.end()
        once = dict(chat.messages)
        assert len(once) == len(names), "one Idempotency-Key for each connection"
        assert len(chat.messages) <= len(names) + 5, "at most one repetition for each kill"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_stopped_while_the_chat_is_about_to_take_a_message(
    join, me: Client, node_path: str, place: Path, how: signal.Signals
) -> None:
    with receiver() as chat:
        start = starter(node_path, me, chat, place)
        run = await start()
        await until(place.exists)
        chat.shut()
        names = [await meet(join, me), await meet(join, me)]
        await until(chat.waiting.is_set)
        run.process.send_signal(how)
        await asyncio.sleep(0.2)
        assert (run.process.returncode is None) == (how == signal.SIGTERM), "it waits for the chat"
        chat.open.set()
        await run.said()
        assert chat.messages == []
        run = await start()
        await until(lambda: len(chat.messages) >= 2)
        assert texts(chat) == names
        await run.end()


async def test_the_chat_may_be_down(join, me: Client, node_path: str, place: Path) -> None:
    with receiver() as chat:
        start = starter(node_path, me, chat, place)
        run = await start()
        await until(place.exists)
        chat.refuse = 503
        names = [await meet(join, me), await meet(join, me)]
        await until(lambda: chat.refused >= 2)
        chat.refuse = 0
        await until(lambda: same(chat, names))
        assert "the chat answered 503: trying again" in await run.end()


async def test_away_for_longer_than_events_are_kept(
    join, me: Client, node_path: str, place: Path
) -> None:
    with receiver() as chat:
        start = starter(node_path, me, chat, place)
        run = await start()
        await until(place.exists)
        names = [await meet(join, me)]
        await until(lambda: same(chat, names))
        await run.end(signal.SIGTERM)
        for _ in range(55):  # more than a page of the list
            name = next(_names)
            await connect(me, name)
            names.append(name)
        await sql.change("DELETE FROM event WHERE member_id = $1", me.key)
        run = await start()
        await until(lambda: len(chat.messages) >= len(names))
        names.append(await meet(join, me))
        await until(lambda: len(chat.messages) >= len(names))
        assert texts(chat) == names, "all, once, in order"
        assert "no longer kept" not in await run.end()


async def test_a_name_cannot_mention_everybody(
    join, me: Client, node_path: str, place: Path
) -> None:
    with receiver() as chat:
        run = await starter(node_path, me, chat, place)()
        await until(place.exists)
        other = await join("mallory", name="<!channel> & co", headline="CTO")
        await me.accept(await other.send(me))
        await until(lambda: bool(chat.messages))
        assert texts(chat) == ["&lt;!channel&gt; &amp; co, CTO"]
        await run.end()


async def test_the_scopes_it_names_are_enough(
    join, me: Client, node_path: str, place: Path
) -> None:
    _, secret = await token.create(me.key, "narrow", sorted(scopes_of_readme("chat-post")), None)
    with receiver() as chat:
        start = starter(node_path, me, chat, place)
        run = await start(MUTUAL_TOKEN=secret)
        await until(place.exists)
        names = [await meet(join, me)]
        await until(lambda: same(chat, names))
        assert await run.end(signal.SIGTERM) == ""
        names.append(await meet(join, me))
        await sql.change("DELETE FROM event WHERE member_id = $1", me.key)
        run = await start(MUTUAL_TOKEN=secret)
        await until(lambda: same(chat, names))
        assert await run.end(signal.SIGTERM) == ""


async def test_mistakes_are_told_in_plain_words(
    join, me: Client, node_path: str, place: Path
) -> None:
    with receiver() as chat:
        start = starter(node_path, me, chat, place)
        assert await (await start(MUTUAL_TOKEN="")).said() == "Set MUTUAL_TOKEN and CHAT_URL.\n"
        assert (await (await start(MUTUAL_TOKEN="mut_x")).said()).startswith("Mutual refused: ")
        run = await start(MUTUAL_URL="http://127.0.0.1:9")
        await asyncio.sleep(1)
        said = await run.end()
        assert "ECONNREFUSED" in said
        assert "trying again" in said
    assert not place.exists()  # noqa: ASYNC240
