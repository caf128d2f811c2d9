"""What the guides say is so: documents are valid, programs run, links lead somewhere."""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from graphql import parse, specified_rules, validate

from models import token
from models.member import by_handles
from models.request import Basis
from models.sending import send
from schema import errors, schema
from tests.clients import SEND
from tests.examples.guides import ALL, OURS, PAGES, READMES, ROOT, Block, blocks, prose, slugs
from tests.people import person
from tests.server import SECRET, Server, start
from tests.sites import joining
from web.cli.documenting import with_tables
from web.errors import STATUS
from web.markdown import guide
from web.pages.developers_guides import TABLES

PATIENCE = 40
STREAM_SECONDS = 6
LANGUAGES = {"graphql", "json", "sh", "python", "js"}
ADDRESS = "127.0.0.1:8000"
# Where an app on a device listens itself.
OWN = ("127.0.0.1", "127.0.0.1:{server.server_port}")


def named(some: list[Block]) -> list[object]:
    return [pytest.param(block, id=str(block)) for block in some]


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    assert {block.language for block in ALL} <= LANGUAGES
    assert all("```" not in prose(page) for page in PAGES)


@pytest.mark.parametrize("block", named([b for b in ALL if b.language == "graphql"]))
def test_documents_are_valid(block: Block) -> None:
    assert validate(schema._schema, parse(block.code), specified_rules) == []


def test_json_is_json() -> None:
    for block in ALL:
        if block.language == "json":
            json.loads(block.code)


def test_tables_are_those_of_the_code() -> None:
    for page in PAGES:
        text = page.read_text()
        assert with_tables(text) == text, f"{page.name} is behind: python -m web docs"
    marked = {"scopes": "scopes", "events": "events", "limits": "limits", "errors": "errors"}
    for name, table in marked.items():
        text = (ROOT / f"docs/api/{name}.md").read_text()
        assert re.search(
            rf"^<!-- {table} -->\n\n\| .*?^<!-- end -->$", text, re.MULTILINE | re.DOTALL
        ), name


def test_a_page_puts_its_own_table_in_place_of_the_written_one() -> None:
    path = ROOT / "docs/api/scopes.md"
    own = guide(path, f"http://{ADDRESS}", frozenset(), frozenset({"scopes"}))
    assert [part.table for part in own.parts if part.table] == ["scopes"]
    assert not any("<table" in part.html for part in own.parts)
    written = guide(path, f"http://{ADDRESS}", frozenset(), frozenset())
    assert any("<table" in part.html for part in written.parts)
    for page in PAGES:
        shown = guide(page, f"http://{ADDRESS}", frozenset(), frozenset(TABLES))
        assert not any("!--" in part.html for part in shown.parts), page.name


def test_every_error_is_documented_with_its_status() -> None:
    text = (ROOT / "docs/api/errors.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \|", text, re.MULTILINE))
    codes = {v for k, v in vars(errors).items() if k.isupper() and k == v}
    assert codes == rows.keys()
    assert {code: int(status) for code, status in rows.items()} == STATUS


@pytest.mark.parametrize("page", [*PAGES, *READMES], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", prose(page)):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            there = (page.parent / path) if path else page
            assert there.exists(), target
            assert not anchor or anchor in slugs(there), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_can_be_shown_on_an_instance(page: Path) -> None:
    """One title, no raw HTML but comments, and only the address that a page replaces."""
    text = re.sub(r"<!--.*?-->", "", re.sub(r"`[^`\n]*`", "", prose(page)), flags=re.DOTALL)
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    assert not re.search(r"<[a-zA-Z/]", text)
    for host in re.findall(r"(?:https?|wss?)://([^/\s\"'`)]+)", page.read_text()):
        assert host in (ADDRESS, *OWN) or host.endswith((".example.org", "example.org")), host


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """What `make run` gives: the demo network, served."""
    url = f"sqlite://{tmp_path_factory.mktemp('demo') / 'mutual.sqlite3'}"
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET}
    for word in ("migrate", "seed"):
        command = [sys.executable, "-m", "web", word]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    with start(url, bell_poll_seconds=0.3) as server:
        yield server, url


@pytest.fixture
async def ada(demo: tuple[Server, str]) -> AsyncIterator[str]:
    """A token of Ada's, whom people keep asking to connect."""
    _, url = demo
    async with joining(url):
        key = (await by_handles(["ada"]))["ada"]
        _, secret = await token.create(key, "guides", sorted(token.GRANTABLE), None)
        asking = asyncio.ensure_future(_keep_asking(key))
        yield secret
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking


async def _keep_asking(key: int) -> None:
    for number in range(1_000):
        asker = await person(f"visitor-{os.urandom(4).hex()}", name=f"Visitor {number}")
        await send(asker, key, Basis.MET_IN_PERSON, "Good to meet you.")
        await asyncio.sleep(0.3)


async def run(*command: str, folder: Path, server: Server, **environment: str) -> tuple[int, str]:
    """Run a program until it ends or has shown an event; its status (0 if stopped by us)."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(PATIENCE):
            async for line in process.stdout:
                said += line.decode()
                if "RequestReceived" in said and "Visitor" in said:
                    return 0, said
            return await process.wait(), said
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def here(code: str, server: Server) -> str:
    """The code for the test's server and interpreter."""
    assert ADDRESS in code
    code = code.replace(ADDRESS, server.url.removeprefix("http://"))
    return code.replace(".venv/bin/python", sys.executable)


@pytest.mark.slow
@pytest.mark.parametrize("block", named([b for b in OURS if b.language == "python"]))
async def test_python_programs(
    block: Block, demo: tuple[Server, str], ada: str, tmp_path: Path
) -> None:
    code = here(block.code, demo[0])
    for _ in range(2):  # again: it goes on where it was
        status, said = await run(
            sys.executable, "-c", code, folder=tmp_path, server=demo[0], MUTUAL_TOKEN=ada
        )
        assert status == 0, said
        assert "Visitor" in said, said


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.parametrize("block", named([b for b in OURS if b.language == "js"]))
async def test_javascript_programs(
    block: Block, demo: tuple[Server, str], ada: str, tmp_path: Path, node_path: str
) -> None:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    program = tmp_path / "program.mjs"
    program.write_text(here(block.code, demo[0]))
    for _ in range(2):
        status, said = await run(
            node_path, str(program), folder=tmp_path, server=demo[0], MUTUAL_TOKEN=ada
        )
        assert status == 0, said
        assert "Visitor" in said, said


SHELL_PAGES = sorted({b.page for b in OURS if b.language == "sh"})


@pytest.mark.slow
@pytest.mark.parametrize("page", SHELL_PAGES, ids=lambda page: page.name)
async def test_shell_commands(
    page: Path, demo: tuple[Server, str], ada: str, tmp_path: Path
) -> None:
    """All commands of a page in one shell, in order, as a reader types them."""
    server, url = demo
    script, parts, answers = ["set -euo pipefail"], [], {}
    for block, following in pairwise([*blocks(page), None]):
        if block is None or block.language != "sh":
            continue
        if following is not None and following.language == "json":
            answers[block] = json.loads(following.code)
        code = block.code
        if ADDRESS in code:
            code = here(code, server)
        code = code.replace(".venv/bin/python", sys.executable)
        out = tmp_path / f"{block.line}.out"
        parts.append((block, out))
        if block.stream:
            script.append(f"timeout {STREAM_SECONDS} bash -e <<'BLOCK' >{out} || [ $? = 124 ]")
            script += [code, "BLOCK"]
        else:
            script += ["{", code, "} >" + str(out)]
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        "\n".join(script),
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "MUTUAL_TOKEN": ada,
            "DATABASE_URL": url,
            "SECRET_KEY": SECRET,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 100)
    assert process.returncode == 0, said.decode()
    for block, out in parts:
        answer = out.read_text()
        if block.stream:
            assert answer.count("RequestReceived") > 1, f"{block}: {answer}"
        elif block in answers:
            assert json.loads(answer) == answers[block]
        elif not block.code.startswith("export "):
            check_answers(block, answer.replace("\r\n", "\n"))


def check_answers(block: Block, answer: str) -> None:
    """Every answer is data without an error; with `curl -i` it comes behind its headers."""
    head, _, body = answer.rpartition("\n\n")
    assert bool(head) == ("curl -si" in block.code), f"{block}: {answer}"
    assert not head or head.startswith("HTTP/1.1 200"), head
    assert not head or {"ratelimit", "ratelimit-policy"} <= set(
        re.findall(r"^([\w-]+):", head.lower(), re.MULTILINE)
    )
    found = body.replace("}{", "}\n{").splitlines()
    assert found, str(block)
    for line in found:
        assert "errors" not in json.loads(line), f"{block}: {line}"
        assert '"userErrors":[{' not in line, f"{block}: {line}"


async def test_a_refusal_for_want_of_a_scope_looks_as_shown(
    demo: tuple[Server, str], tmp_path: Path
) -> None:
    [shown] = [
        json.loads(b.code) for b in ALL if b.page.name == "scopes.md" and b.language == "json"
    ]
    async with joining(demo[1]) as join:
        reader = await join(demo[0], "reader", scopes=frozenset({token.Scope.REQUESTS_READ}))
        async with httpx.AsyncClient() as http:
            answer = await http.post(
                f"{demo[0].url}/graphql",
                json={"query": SEND, "variables": {"to": reader.id}},
                headers={**reader.with_token, "Accept": "application/graphql-response+json"},
            )
    assert answer.status_code == 403
    assert answer.json() == shown
