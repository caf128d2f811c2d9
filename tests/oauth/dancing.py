"""What the dances over a real server share: an app, consent, and an address to go back to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx

from models import app, app_review, ids
from models.app import Description
from models.token import Scope
from tests.clients import Client

SCOPES = [Scope.EVENTS_READ, Scope.PROFILE_READ, Scope.NETWORK_READ]
LANDED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
    b"<!doctype html><title>CRM</title><link rel=icon href=data:,><h1>Welcome back</h1>"
)


async def app_of(owner: Client, back: str, *, public: bool = False) -> tuple[str, str | None]:
    """An approved app; its client_id and secret."""
    wanted = Description("Tidy CRM", "Keeps contacts", "", [back], SCOPES)
    row, secret = await app.register(owner.key, wanted, confidential=not public)
    await app_review.approve(row["id"])
    return ids.encode(ids.APP, row["id"]), secret


async def consent(member: Client, address: str) -> str:
    """What the member's browser does: read the page, press Connect; where it is sent."""
    async with httpx.AsyncClient(cookies={"session": member.cookie}) as browser:
        page = await browser.get(address)
        assert page.status_code == 200, page.text
        scope = page.text.split('name="scope" value="')[1].split('"')[0]
        answer = await browser.post(
            address,
            data={"decision": "allow", "scope": scope},
            headers={"Origin": member.server.url},
        )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@contextlib.asynccontextmanager
async def landing() -> AsyncIterator[tuple[str, list[str]]]:
    """An app's own server on this machine: its address, and the targets it was asked for."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if line:
            asked.append(line.decode().split(" ")[1])
            writer.write(LANDED)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/cb", asked
    finally:
        server.close()
        await server.wait_closed()
