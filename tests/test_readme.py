"""The examples of the README, run as written against a real server."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from models import token
from models.request import Basis
from models.sending import send
from tests.people import person
from tests.server import start

ROOT = Path(__file__).parent.parent
BLOCKS = dict(re.findall(r"```(python|js)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL))


async def first_line(command: list[str], code: str, database: str) -> str:
    """What the program prints of an event. It says nothing when it begins to listen, so people
    go on asking until it has heard of one.
    """
    grace = await person("grace")
    _, secret = await token.create(grace, "readme", sorted(token.GRANTABLE), None)
    with start(database) as server:
        program = await asyncio.create_subprocess_exec(
            *command,
            code.replace("127.0.0.1:8000", server.url.removeprefix("http://")),
            cwd=ROOT,
            env={**os.environ, "MUTUAL_TOKEN": secret},
            stdout=subprocess.PIPE,
        )
        assert program.stdout is not None
        line = asyncio.ensure_future(program.stdout.readline())
        try:
            for number in range(60):
                await send(await person(f"ada{number}", name="Ada"), grace, Basis.OTHER, None)
                if (await asyncio.wait({line}, timeout=0.5))[0]:
                    break
            return line.result().decode()
        finally:
            line.cancel()
            program.kill()
            await program.wait()


@pytest.mark.slow
@pytest.mark.only_engine("sqlite")
async def test_python(database: str) -> None:
    printed = await first_line([sys.executable, "-c"], BLOCKS["python"], database)
    assert "RequestReceived" in printed
    assert "Ada" in printed


@pytest.mark.slow
@pytest.mark.only_engine("sqlite")
@pytest.mark.node
async def test_javascript(database: str, node_path: str) -> None:
    program = [node_path, "--input-type=module", "-e"]
    printed = await first_line(program, BLOCKS["js"], database)
    assert "RequestReceived" in printed
    assert "Ada" in printed
