"""The example receiver and the programs of docs/api/webhooks.md, as they are written."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from tests.clients import Client
from tests.examples.guides import ROOT, blocks
from tests.examples.receivers import receiver as chat_server
from tests.server import free_port
from tests.sites import Join
from tests.webhooks.hooks import Hook, hook
from tests.webhooks.receiver import receiving

EXAMPLE = ROOT / "examples" / "webhook-receiver"
GUIDE = ROOT / "docs" / "api" / "webhooks.md"


async def meet(join: Join, me: Client, name: str) -> None:
    """A new connection of mine."""
    other = await join(name.lower(), name=name, headline="CTO")
    await me.accept(await other.send(me))


@asynccontextmanager
async def program(*command: str, port: int, **environment: str) -> AsyncIterator[Process]:
    """A receiver that listens; ended by SIGINT or as it likes."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PORT": str(port), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                except OSError:
                    await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - another process brings it about
            await asyncio.sleep(0.05)


class Example:
    """The example, started as its README says, for a webhook registered as its README says."""

    def __init__(self, mine: Hook, port: int, chat: str, folder: Path) -> None:
        self.mine = mine
        self.port = port
        self.environment = {
            "WEBHOOK_SECRET": mine.secret,
            "CHAT_URL": chat,
            "DONE_FILE": str(folder / "done.sqlite3"),
        }

    def run(self) -> AbstractAsyncContextManager[Process]:
        command = (sys.executable, str(EXAMPLE / "receive.py"))
        return program(*command, port=self.port, **self.environment)


async def registered(me: Client, chat: str, folder: Path) -> Example:
    text = (EXAMPLE / "README.md").read_text()
    port = free_port()
    [document] = [each.code for each in blocks(EXAMPLE / "README.md") if each.language == "graphql"]
    [kinds] = re.findall(r"- the kind `([A-Z_]+)`", text)
    [scopes] = re.findall(r"- the scopes (.*),\n", text)
    mine = await hook(
        me,
        f"http://127.0.0.1:{port}/",
        document=document,
        kinds=[kinds],
        scopes=[each.replace(":", "_").upper() for each in re.findall(r"`([a-z:]+)`", scopes)],
    )
    return Example(mine, port, chat, folder)


@pytest.mark.slow
async def test_the_example_posts_each_connection_once(join: Join, tmp_path: Path) -> None:
    """Through a test, a chat that is down, a redelivery and a restart by kill -9."""
    me = await join("grace")
    with chat_server() as chat:
        example = await registered(me, chat.url, tmp_path)
        async with example.run():
            await example.mine.act("testWebhook")
            await example.mine.until("DELIVERED")
            await meet(join, me, "Hugo")
            await until(lambda: len(chat.messages) == 1)
            chat.refuse = 503
            await meet(join, me, "Ines <&>")
            await until(lambda: chat.refused >= 2)
            chat.refuse = 0
            log = await example.mine.until("DELIVERED", 3)
            assert "Answered with 502." not in {line["error"] for line in log}
        # Killed; what comes meanwhile waits.
        await meet(join, me, "Jon")
        async with example.run():
            log = await example.mine.until("DELIVERED", 4)
            for line in log:
                redelivered = await example.mine.act(
                    "redeliverWebhook", "deliveryId", id=line["id"]
                )
                assert redelivered == {"userErrors": []}
            await example.mine.until("DELIVERED", 4)
        assert [text for _, text in chat.messages] == [
            "New connection: Hugo, CTO",
            "New connection: Ines &lt;&amp;&gt;, CTO",
            "New connection: Jon, CTO",
        ]
        ids = {line["id"] for line in log if line["type"] == "request.accepted"}
        assert {key for key, _ in chat.messages} == ids


@pytest.mark.slow
async def test_the_example_believes_nobody_else(join: Join, tmp_path: Path) -> None:
    me = await join("grace")
    with chat_server() as chat:
        example = await registered(me, chat.url, tmp_path)
        body = json.dumps({"type": "request.accepted", "data": {"events": {"member": None}}})
        now = str(int(time.time()))
        headers = {"webhook-id": "dlv_1", "webhook-timestamp": now, "webhook-signature": "v1,AAAA"}
        old = str(int(time.time()) - 400)
        signer = Webhook(example.mine.secret)
        async with example.run(), httpx.AsyncClient() as http:
            url = f"http://127.0.0.1:{example.port}/"
            for wrong in ({}, headers, {**headers, "webhook-timestamp": "x"}, _signed(signer, old)):
                answer = await http.post(url, content=body, headers=wrong)
                assert answer.status_code == 401, wrong
            for content in (b"\xff\xfe", b"x" * 300_000):
                answer = await http.post(url, content=content, headers=headers)
                assert answer.status_code in (401, 413)
        assert chat.calls == 0


def _signed(signer: Webhook, moment: str) -> dict[str, str]:
    return {"webhook-id": "dlv_1", "webhook-timestamp": moment, "webhook-signature": "v1,AAAA="}


async def test_the_example_says_what_is_missing() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(EXAMPLE / "receive.py"), env={}, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert (process.returncode, said) == (1, b"Set WEBHOOK_SECRET and CHAT_URL.\n")


async def check_guide(join: Join, *command: str) -> None:
    """A receiver of the guide prints each delivery once, and nothing that is not signed."""
    me = await join("grace")
    [document] = [each.code for each in blocks(GUIDE) if each.language == "graphql"]
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    mine = await hook(me, address, document=document)
    async with program(*command, port=port, WEBHOOK_SECRET=mine.secret) as process:
        await mine.act("renewWebhookSecret")  # signed with both for a day
        await meet(join, me, "Hugo")
        log = await mine.until("DELIVERED", 2)
        for line in log:
            await mine.act("redeliverWebhook", "deliveryId", id=line["id"])
        log = await mine.until("DELIVERED", 2)
        assert [line["attempts"] for line in log] == [2, 2]
        async with httpx.AsyncClient() as http:
            now = str(int(time.time()))
            for signature in ("", "v1,", "v1,AAAA", "v2,AAAA v1,AAAA"):
                headers = {
                    "webhook-id": "dlv_2", "webhook-timestamp": now, "webhook-signature": signature
                }  # fmt: skip
                answer = await http.post(address, content=b"{}", headers=headers)
                assert answer.status_code == 401, signature
        process.send_signal(signal.SIGTERM)
        said, _ = await process.communicate()
    lines = said.decode().splitlines()
    told = sorted(line.split()[0] for line in lines if line.startswith("request."))
    assert told == ["request.accepted", "request.received"]
    assert '"POST /' in said.decode() or len(lines) == 2
    assert "Hugo" in said.decode()


@pytest.mark.slow
async def test_the_receiver_in_python(join: Join) -> None:
    [code] = [each.code for each in blocks(GUIDE) if each.language == "python"]
    await check_guide(join, sys.executable, "-c", code)


@pytest.mark.slow
@pytest.mark.node
async def test_the_receiver_in_javascript(join: Join, node_path: str, tmp_path: Path) -> None:
    [code] = [each.code for each in blocks(GUIDE) if each.language == "js"]
    script = tmp_path / "receiver.mjs"
    script.write_text(code)
    await check_guide(join, node_path, str(script))


@pytest.mark.slow
async def test_what_comes_looks_as_the_guide_shows(join: Join) -> None:
    """The keys of the JSON block, level by level."""
    [document] = [each.code for each in blocks(GUIDE) if each.language == "graphql"]
    [shown] = [json.loads(each.code) for each in blocks(GUIDE) if each.language == "json"]
    me = await join("grace")
    async with receiving() as there:
        await hook(me, there.url, document=document, kinds=["REQUEST_ACCEPTED"])
        await meet(join, me, "Hugo")
        [came] = await there.until(1)
    body = came.json
    assert list(body) == list(shown)
    assert list(body["data"]["events"]) == list(shown["data"]["events"])
    assert body["type"] == shown["type"]
