"""The guides in docs/api/ as pages: the same text in the repository and on every instance.

A line `<!-- scopes -->` in a guide is nothing where the repository is read; here the table of that
name stands in its place, read from the schema, and in that of the text up to `<!-- end -->`, which
`python -m web docs` writes for who reads the repository.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pygments
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

# The address in every example; a page shows the one of its instance instead.
EXAMPLE_HOST = "127.0.0.1:8000"
EXPLORER = "/developers/explorer"
_FILLED = re.compile(
    r"^<!-- (\w+) -->$(?:((?:(?!^<!-- ).)*)^<!-- end -->$)?", re.MULTILINE | re.DOTALL
)


class Part(NamedTuple):
    """A piece of a guide: text, or the name of a table that stands there."""

    html: Markup
    table: str


class Guide(NamedTuple):
    """A guide as a page shows it."""

    title: str
    parts: tuple[Part, ...]


def guide(path: Path, base_url: str, pages: frozenset[str], tables: frozenset[str]) -> Guide:
    """The guide in that file; links to other guides go to `pages`."""
    return _guide(path, path.stat().st_mtime_ns, base_url, pages, tables)


@cache
def _guide(
    path: Path, _changed: int, base_url: str, pages: frozenset[str], tables: frozenset[str]
) -> Guide:
    text = with_address(path.read_text(), base_url)
    text = _FILLED.sub(lambda part: part[0] if part[1] in tables else part[2], text)
    writer = _Writer(pages)
    parts, begin = [], 0
    for filled in _FILLED.finditer(text):
        if filled[1] in tables:
            parts.append(Part(writer.html(text[begin : filled.start()]), ""))
            parts.append(Part(Markup(), filled[1]))
            begin = filled.end()
    parts.append(Part(writer.html(text[begin:]), ""))
    return Guide(writer.title or path.stem, tuple(parts))


def with_address(text: str, base_url: str) -> str:
    """Examples for this instance instead of the demo's."""
    scheme, _, host = base_url.rstrip("/").partition("://")
    socket = "wss" if scheme == "https" else "ws"
    text = text.replace(f"http://{EXAMPLE_HOST}", f"{scheme}://{host}")
    return text.replace(f"ws://{EXAMPLE_HOST}", f"{socket}://{host}").replace(EXAMPLE_HOST, host)


def highlighted(code: str, language: str) -> Markup:
    """Code with classes for its colours; as it is where the language is not known."""
    try:
        lexer = get_lexer_by_name({"js": "javascript", "sh": "bash"}.get(language, language))
    except ClassNotFound:
        return escape(code)
    return Markup(pygments.highlight(code, lexer, HtmlFormatter(nowrap=True)))  # noqa: S704 - escaped by Pygments


def code_block(code: str, language: str = "") -> Markup:
    """A block of code; a GraphQL operation comes with a way to try it."""
    shown = Markup('<div class="code"><pre tabindex="0"><code>{}</code></pre>{}</div>\n')
    asks = language == "graphql" and re.match(r"\s*(#|query|mutation|subscription|\{)", code)
    link = Markup('<p class="code-foot"><a href="{}?query={}">Open in the explorer</a></p>')
    return shown.format(
        highlighted(code.rstrip("\n"), language), link.format(EXPLORER, quote(code)) if asks else ""
    )


class _Writer:
    """Markdown to HTML: raw HTML stays text, headings get ids, links go where the pages are."""

    def __init__(self, pages: frozenset[str]) -> None:
        self.pages = pages
        self.title = ""
        self.ids: set[str] = set()
        self.parser = MarkdownIt("commonmark", {"html": False}).enable("table")
        self.parser.add_render_rule("fence", _fence)
        self.parser.add_render_rule("table_open", _table_open)
        self.parser.add_render_rule("table_close", _table_close)

    def html(self, text: str) -> Markup:
        tokens = self.parser.parse(text)
        for index, token in enumerate(tokens):
            if token.type == "heading_open":
                self._heading(token, tokens[index + 1])
            elif token.children:
                token.children = self._linked(token.children)
        return Markup(self.parser.renderer.render(tokens, self.parser.options, {}))  # noqa: S704 - raw HTML is off

    def _heading(self, token: Token, inline: Token) -> None:
        words = _words(inline)
        if token.tag == "h1":
            self.title = self.title or words
        slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "section"
        while slug in self.ids:
            slug += "-more"
        self.ids.add(slug)
        token.attrSet("id", slug)

    def _linked(self, tokens: Sequence[Token]) -> list[Token]:
        """Links to guides lead to their pages; to other files of the repository there is no way."""
        kept, open_links = [], []
        for token in tokens:
            if token.type == "link_open":
                href = self._address(str(token.attrGet("href") or ""))
                open_links.append(href)
                if href is None:
                    continue
                token.attrSet("href", href)
            elif token.type == "link_close" and open_links.pop() is None:
                continue
            kept.append(token)
        return kept

    def _address(self, href: str) -> str | None:
        if re.match(r"(https?:|mailto:|#|/)", href):
            return href
        path, _, fragment = href.partition("#")
        elsewhere = {"README.md": "", "../../schema/schema.graphql": "reference"}
        elsewhere |= {"../../CHANGELOG.md": "changelog"}
        found = elsewhere.get(path, path.removesuffix(".md"))
        if found and found not in self.pages:
            return None
        return f"/developers/{found}".rstrip("/") + (f"#{fragment}" if fragment else "")


def _words(inline: Token) -> str:
    """The text of a heading or a paragraph, without its marks."""
    return "".join(" " if "break" in c.type else c.content for c in inline.children or ())


def _fence(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any
) -> str:
    return code_block(tokens[index].content, tokens[index].info.split(" ")[0])


def _table_open(*_: Any) -> str:
    return '<div class="table" tabindex="0"><table>\n'


def _table_close(*_: Any) -> str:
    return "</table></div>\n"
