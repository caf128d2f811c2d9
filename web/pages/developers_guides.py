"""The guides of docs/api/ by name, and the frame around every page for developers."""

import re
from pathlib import Path
from typing import Any

from starlette.requests import Request

from web.markdown import Guide, guide
from web.run import run
from web.settings import ROOT, settings

GUIDES = ROOT / "docs" / "api"
CHANGELOG = ROOT / "CHANGELOG.md"
# What code knows, as pages of their own; a guide of the same name says the rest around it.
TABLES = {"scopes": "Scopes", "events": "Events", "limits": "Limits"}
# In this order; guides that are not named here follow by name.
ORDER = (
    *("quick-start", "scopes", "events", "webhooks", "apps", "limits", "errors"),
    *("pagination", "transports", "versioning"),
)
LAST = {
    "reference": ("Reference", "Every type and field of the schema, with scopes and costs"),
    "explorer": ("Explorer", "Try it in the browser, as yourself"),
    "changelog": ("Changelog", "What changed, and when"),
}


def guides() -> dict[str, Path]:
    """The guides' files by the last part of their address, in reading order."""
    found = {path.stem: path for path in sorted(GUIDES.glob("*.md")) if path.stem.islower()}
    return {name: found[name] for name in sorted(found, key=_place)}


def _place(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def read(name: str) -> Guide | None:
    """The guide of that name for this instance, if there is one."""
    path = CHANGELOG if name == "changelog" else guides().get(name)
    if path is None or not path.exists():
        return None
    pages = frozenset({*guides(), *TABLES, *LAST})
    return guide(path, settings().base_url, pages, frozenset(TABLES))


def contents() -> list[tuple[str, str, str]]:
    """The pages there are, as (address, words, what it is about)."""
    names = sorted({*guides(), *TABLES}, key=_place)
    abouts = _abouts()
    entries = [("/developers", "Overview", "")]
    entries += [_entry(name, abouts.get(name, "")) for name in names]
    return entries + [(f"/developers/{name}", *words) for name, words in LAST.items()]


def _entry(name: str, about: str) -> tuple[str, str, str]:
    text = read(name)
    title = TABLES.get(name) or (text.title if text else name)
    return (f"/developers/{name}", title, about[:1].upper() + about[1:])


def _abouts() -> dict[str, str]:
    """What each guide is about, from the table of them in their folder's README."""
    table = GUIDES / "README.md"
    text = table.read_text() if table.exists() else ""
    return dict(re.findall(r"^\| \[[^]]+\]\(([\w-]+)\.md\) \| (.+?) \|$", text, re.MULTILINE))


async def frame(request: Request) -> dict[str, Any]:
    """What every developers' page shows around its own matter."""
    data = (await run(request, "DevelopersIndex")).data
    return {**data, "contents": contents(), "base_url": settings().base_url.rstrip("/")}
