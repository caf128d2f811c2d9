"""The guides under docs/api/, taken apart into what can be checked."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
# Their own tests run the programs in these.
ELSEWHERE = {"webhooks.md", "apps.md"}
PAGES = sorted((ROOT / "docs" / "api").glob("*.md"))
READMES = sorted((ROOT / "examples").glob("*/README.md"))
_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block of code. `stream` says that its command does not end by itself."""

    page: Path
    line: int
    language: str
    stream: bool
    code: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    text = page.read_text()
    found = []
    for match in _FENCE.finditer(text):
        language, *words = match["info"].split() or [""]
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(page, line, language, "stream" in words, match["code"]))
    return found


def prose(page: Path) -> str:
    """A page without its blocks."""
    return _FENCE.sub("", page.read_text())


def slugs(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and our pages make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") for words in headings}


ALL = [block for page in PAGES for block in blocks(page)]
OURS = [block for block in ALL if block.page.name not in ELSEWHERE]
