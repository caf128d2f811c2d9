"""docs/api/apps.md, run: its program, and its commands, in the order of the page."""

import asyncio
import json
import os
import sys
from typing import Any

import pytest

from models import app, app_review, app_token, grant, ids
from models.app import Description
from models.token import Scope
from tests.clients import Client
from tests.examples.guides import ROOT, blocks
from tests.oauth.dancing import app_of, consent
from tests.sites import Join
from tests.sites import join as join
from tests.sites import site as site
from tests.sites import site_url as site_url

pytestmark = pytest.mark.only_engine("sqlite")

PAGE = blocks(ROOT / "docs" / "api" / "apps.md")
SCOPES = [Scope.PROFILE_READ, Scope.NETWORK_READ]


def here(code: str, member: Client) -> str:
    return code.replace("http://127.0.0.1:8000", member.server.url)


async def sh(code: str, member: Client, **environment: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", here(code, member),
        env={**os.environ, **environment, "NO_PROXY": "*"},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    return json.loads(out)


async def test_the_program_and_the_commands(join: Join) -> None:
    ada, mary = await join("ada", name="Ada Lovelace"), await join("mary")
    wanted = Description("CLI", "", "", ["http://127.0.0.1/back"], SCOPES)
    row, _ = await app.register(mary.key, wanted, confidential=False)
    await app_review.approve(row["id"])
    client_id = ids.encode(ids.APP, row["id"])
    discover, refresh, introspect, revoke = (b.code for b in PAGE if b.language == "sh")
    [program] = [b.code for b in PAGE if b.language == "python"]

    found = await sh(discover, ada)
    assert found["token_endpoint"].endswith("/oauth/token")
    assert found["code_challenge_methods_supported"] == ["S256"]

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", here(program, ada),
        env={**os.environ, "CLIENT_ID": client_id, "NO_PROXY": "*"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    assert line.startswith(b"Open "), await process.communicate()
    landed = await consent(ada, line.decode().split()[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", int(landed.split(":")[2][:5]))
    writer.write(f"GET /{landed.split('/', 3)[3]} HTTP/1.0\r\n\r\n".encode())
    assert b"Thank you" in await reader.read()
    writer.close()
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert b"Connected as Ada Lovelace" in out, err
    token = out.decode().split("To go on with: ")[1].strip()

    given = {"CLIENT_ID": client_id, "REFRESH_TOKEN": token}
    fresh = await sh(refresh, ada, **given)
    [example] = [json.loads(b.code) for b in PAGE if b.language == "json"]
    assert fresh.keys() == example.keys()
    assert (fresh["expires_in"], fresh["scope"]) == (example["expires_in"], example["scope"])
    for name in ("access_token", "refresh_token"):
        assert fresh[name].startswith(example[name].rstrip("…"))
    held = await grant.of(ada.key)
    assert len(held) == 1
    assert await sh(revoke, ada, **{**given, "REFRESH_TOKEN": fresh["refresh_token"]}) == {}
    assert await app_token.find(fresh["access_token"]) is None
    assert await grant.of(ada.key) == []

    server_id, secret = await app_of(mary, "https://crm.example/back")
    assert secret
    asked = {"SERVER_ID": server_id, "SERVER_SECRET": secret, "SERVER_TOKEN": token}
    assert await sh(introspect, ada, **asked) == {"active": False}, "another app's token"
