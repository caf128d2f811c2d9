"""The pages for developers: from code where code knows, the same guides as the repository."""

import asyncio
import os
import re
import subprocess
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from graphql import parse, validate

from models import token
from schema import handbook, library, reference
from tests.people import person
from tests.server import ROOT, start
from tests.web.conftest import Enter, text_of
from web.markdown import code_block, guide
from web.pages import developers_explorer, developers_guides
from web.settings import settings

pytestmark = pytest.mark.only_engine("sqlite")

FIXED = ["/developers", *(f"/developers/{name}" for name in developers_guides.LAST)]
NO_TABLES: frozenset[str] = frozenset()


async def test_every_page_renders_for_everyone(enter: Enter) -> None:
    for browser in (await enter(None), await enter("ada")):
        for path, _, _ in developers_guides.contents():
            page = await browser.get(path)
            assert page.status_code == 200, path
            assert "&lt;!--" not in page.text, path
        assert (await browser.get("/developers/nowhere")).status_code == 404
        assert (await browser.get("/developers/reference/Nowhere")).status_code == 404
        assert (await browser.get("/developers/..%2f..%2fREADME")).status_code == 404


async def test_no_link_leads_nowhere(enter: Enter) -> None:
    """Every address and every anchor within the pages for developers."""
    ada = await enter("ada")
    waiting, seen = set(FIXED), {}
    while waiting:
        path = waiting.pop()
        page = await ada.get(path)
        assert page.status_code == 200, path
        seen[path] = page.text
        for href in re.findall(r'href="(/developers[^"#?]*)', page.text):
            waiting |= {unquote(href)} - seen.keys()
    assert len(seen) > 90  # every type among them
    for path, text in seen.items():
        for href in re.findall(r'href="((?:/developers)?[^":?]*#[^"]+)"', text):
            to, _, anchor = unescape(href).partition("#")
            if to.startswith("/static"):
                continue
            assert f'id="{anchor}"' in seen[to or path], f"{path}: {href}"


async def shell(command: str, secret: str) -> str:
    """What a command prints in a shell that has the token."""
    program = await asyncio.create_subprocess_exec(
        *("bash", "-c", command),
        env={**os.environ, "MUTUAL_TOKEN": secret},
        stdout=subprocess.PIPE,
    )
    printed, _ = await program.communicate()
    assert program.returncode == 0, command
    return printed.decode()


@pytest.mark.slow
async def test_the_commands_on_the_first_page_work_as_written(
    database: str,
) -> None:
    """curl, from a shell, copied from the page of a real server."""
    _, secret = await token.create(
        await person("ada", name="Ada"), "first", sorted(token.GRANTABLE), None
    )
    with start(database) as server:
        page = await shell(f"curl -sf {server.url}/developers", secret)
        blocks = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)
        commands = [unescape(re.sub(r"<[^>]+>", "", block)) for block in blocks]
        assert len(commands) == 2
        said = [await shell(command, secret) for command in commands]
    assert '"name":"Mutual"' in said[0]
    assert '"handle":"ada"' in said[1]


async def test_scopes_events_and_limits_are_those_of_the_schema(enter: Enter) -> None:
    ada = await enter("ada")
    schema = library.schema
    page = (await ada.get("/developers/scopes")).text
    for name, value in schema.type_map["Scope"].values.items():  # type: ignore[attr-defined]
        assert f'id="{name}"' in page
        assert str(value.value) in page
    page = (await ada.get("/developers/events")).text
    events = schema.get_implementations(schema.type_map["Event"]).objects  # type: ignore[arg-type]
    for event in events:
        assert f'<section class="entry-box" id="{event.name}">' in page
        assert text_of(str(event.description).replace("`", "")) in text_of(page)
    page = text_of((await ada.get("/developers/limits")).text)
    for name in schema.type_map["InstanceLimits"].fields:  # type: ignore[attr-defined]
        assert name in page
    assert f"noteLength {settings().note_length:,}" in page


async def test_examples_carry_the_address_of_this_instance(enter: Enter, set_up: object) -> None:
    set_up(base_url="https://net.example.org")  # type: ignore[operator]
    page = unescape((await (await enter(None)).get("/developers")).text)
    assert "https://net.example.org/graphql" in page
    assert "wss://net.example.org/graphql" in page
    assert "127.0.0.1" not in page


async def test_the_search_works_with_and_without_htmx(enter: Enter) -> None:
    ada = await enter("ada")
    whole = await ada.get("/developers/reference?search=acceptConnection")
    assert whole.text.startswith("<!doctype html>")
    assert "/developers/reference/Mutation#Mutation.acceptConnectionRequest" in whole.text
    part = await ada.get("/developers/reference?search=acceptConnection", htmx=True)
    assert "<html" not in part.text
    assert part.text.lstrip().startswith('<div id="reference-found"')
    none = await ada.get("/developers/reference", htmx=False)
    assert "Roots" in text_of(none.text)
    assert "Nothing found" in text_of((await ada.get("/developers/reference?search=qqqq")).text)
    odd = await ada.get("/developers/reference?search=%3Cscript%3E%00%22")
    assert odd.status_code == 200
    assert "<script>\x00" not in odd.text


async def test_a_type_page_says_scopes_costs_and_defaults(enter: Enter) -> None:
    page = text_of((await (await enter(None)).get("/developers/reference/Query")).text)
    found = reference.types()["Query"].fields
    members = next(each for each in found if each.name == "members")
    assert f"Costs {members.cost.own} + first" in page
    assert f"× {members.cost.times} unless first is given" in page
    assert members.scopes[0] in page


async def test_the_explorer_runs_under_its_own_policy_and_no_other_page_does(
    enter: Enter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ada = await enter("ada")
    bundle = tmp_path / "explorer.js"
    monkeypatch.setattr(developers_explorer, "BUNDLE", bundle)
    missing = await ada.get("/developers/explorer")
    assert missing.status_code == 200
    assert "not installed here" in missing.text
    assert 'href="/developers/reference"' in missing.text
    policy = missing.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert (await ada.get("/developers")).headers["Content-Security-Policy"] == policy
    assert "script-src 'self';" in developers_explorer.POLICY
    assert "unsafe-eval" not in developers_explorer.POLICY
    # Otherwise the two are the same: what the one forbids the other does.
    kept = {part for part in policy.split("; ") if not part.startswith("style-src")}
    assert kept < set(developers_explorer.POLICY.split("; "))


@pytest.mark.parametrize("handle", [None, "ada"])
async def test_the_first_query_is_valid_and_says_what_it_does(
    enter: Enter, handle: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "explorer.js"
    bundle.touch()
    monkeypatch.setattr(developers_explorer, "BUNDLE", bundle)
    monkeypatch.setattr("web.templating._digest", lambda *_: "0")
    monkeypatch.setattr("web.templating.STATIC", _Anywhere(bundle))
    page = await (await enter(handle)).get("/developers/explorer?query=%7Binstance%7Bname%7D%7D")
    assert page.headers["Content-Security-Policy"] == developers_explorer.POLICY
    begin = re.search(r'data-query="([^"]*)"', page.text)
    given = re.search(r'data-given="([^"]*)"', page.text)
    assert begin
    assert given
    assert given[1] == "{instance{name}}"
    assert "# " in begin[1]
    assert validate(library.schema, parse(unescape(begin[1]))) == []
    if handle is None:
        assert 'href="/sign-in?next=/developers/explorer' in page.text
    else:
        assert "in your name" in text_of(page.text)


class _Anywhere:
    """A static folder in which every file is this one."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __truediv__(self, _: str) -> Path:
        return self.file


def read(tmp_path: Path, text: str, tables: frozenset[str] = NO_TABLES) -> tuple[str, list[str]]:
    path = tmp_path / "guide.md"
    path.write_text(text)
    found = guide(path, "https://net.example.org", frozenset({"events", "changelog"}), tables)
    html = "".join(part.html for part in found.parts)
    return html, [part.table for part in found.parts if part.table]


def test_a_guide_is_markdown_and_never_html(tmp_path: Path) -> None:
    html, _ = read(tmp_path, "# One\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n")
    assert '<h1 id="one">One</h1>' in html
    assert "<script>" not in html
    assert 'href="javascript' not in html


def test_links_lead_to_pages_or_nowhere(tmp_path: Path) -> None:
    html, _ = read(
        tmp_path,
        "[a](events.md#the-cursor) [b](../../CHANGELOG.md) [c](../../examples/x/README.md) "
        "[d](https://example.org/) [e](README.md) [f](missing.md)",
    )
    hrefs = re.findall(r'href="([^"]*)">(\w)', html)
    assert hrefs == [
        ("/developers/events#the-cursor", "a"),
        ("/developers/changelog", "b"),
        ("https://example.org/", "d"),
        ("/developers", "e"),
    ]
    assert " c " in re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize("rest", ["", "\n| a |\n| --- |\n| old |\n\n<!-- end -->\n"])
def test_a_table_stands_where_the_guide_says(tmp_path: Path, rest: str) -> None:
    text = f"# One\n\nBefore.\n\n<!-- scopes -->\n{rest}\nAfter.\n"
    html, tables = read(tmp_path, text, frozenset({"scopes"}))
    assert tables == ["scopes"]
    assert "old" not in html
    assert "Before." in html
    assert "After." in html
    # What no page knows stays as the repository has it.
    html, tables = read(tmp_path, text)
    assert tables == []
    assert ("old" in html) == bool(rest)
    assert "--" not in html


def test_an_operation_can_be_opened_in_the_explorer() -> None:
    asked = "query Who {\n  viewer { member { name } }\n}\n"
    href = re.search(r'href="([^"]*)"', code_block(asked, "graphql"))
    assert href
    assert parse_qs(urlsplit(unescape(href[1])).query)["query"] == [asked]
    assert "href" not in code_block("type Query { a: Int }", "graphql")
    assert "&lt;b&gt;" in code_block("<b>", "no such language")


def test_every_guide_has_a_title_and_says_what_it_is_about() -> None:
    """The second from the README of the guides, which lists them all."""
    about = {path: words for path, _, words in developers_guides.contents()}
    for name in developers_guides.guides():
        found = developers_guides.read(name)
        assert found is not None
        assert found.title != name, name
        assert about[f"/developers/{name}"], name


def test_hits_are_ranked_by_name() -> None:
    first = handbook.search("member")[0]
    assert first.member in ("member", None)
    assert (first.member or first.type).lower() == "member"
    assert handbook.search("") == []
    assert (ROOT / "CHANGELOG.md").exists()
