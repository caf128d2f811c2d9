"""docs: pages of the documentation that are made from code, or have parts that are."""

import re
from collections.abc import Sequence

import typer

from schema import handbook
from schema.errors import CODES
from schema.reference import types
from web.cli.failing import in_words
from web.errors import STATUS
from web.settings import ROOT, Settings

PAGE = ROOT / "docs" / "settings.md"
GUIDES = ROOT / "docs" / "api"
HEAD = """# Settings

Set by environment variables. This page is made from `models/settings.py` by `python -m web docs`.

| variable | default | what it is |
| --- | --- | --- |
"""
# What stands between `<!-- name -->` and `<!-- end -->` in a guide. The pages for developers put
# tables of their own in its place.
_PART = re.compile(r"^<!-- (\w+) -->\n(?:[^<]*^<!-- end -->$)?", re.MULTILINE)


def settings_table() -> str:
    """docs/settings.md"""
    lines = []
    for name, field in Settings.model_fields.items():
        default = str(field.default).replace(str(ROOT), ".")
        shown = f"`{default}`" if default else ""
        lines.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return HEAD + "\n".join(lines) + "\n"


def with_tables(text: str) -> str:
    """A guide with its tables as the code has them now."""
    made = {
        "scopes": scopes_table,
        "events": events_table,
        "errors": errors_table,
        "codes": codes_table,
        "limits": limits_table,
    }

    def fill(part: re.Match[str]) -> str:
        if part[1] not in made:
            return part[0]
        return f"<!-- {part[1]} -->\n\n{made[part[1]]()}\n<!-- end -->"

    return _PART.sub(fill, text)


def scopes_table() -> str:
    """Every scope, in words, and what asks for it."""
    rows = []
    for scope in handbook.scopes():
        places = ", ".join(
            f"`{kind}.{field}`" if field else f"`{kind}`" for kind, field in scope.places
        )
        rows.append((f"`{scope.name}`", scope.description, places or "nothing by itself"))
    return _table(("scope", "what a program may do with it", "needed for"), rows)


def events_table() -> str:
    """Every kind of event with its type."""
    rows = [
        (f"`{kind}`" if kind else "", f"`{event.name}`", event.description)
        for event, kind in handbook.events()
    ]
    return _table(("kind", "type", "what happened"), rows)


def errors_table() -> str:
    """Every code of a top-level error."""
    rows = [(f"`{code}`", str(STATUS[code]), words) for code, words in CODES.items()]
    return _table(("`extensions.code`", "status", "what happened, and what to do"), rows)


def codes_table() -> str:
    """Every code of a userError."""
    rows = [(f"`{code.name}`", code.description) for code in types()["UserErrorCode"].values]
    return _table(("code", "what happened"), rows)


def limits_table() -> str:
    """Every limit that an instance publishes; what it is there, an instance says itself."""
    return _table(("`instance.limits`", "what it bounds"), _limits("InstanceLimits"))


def _limits(type_name: str, before: str = "") -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for field in types()[type_name].fields:
        inner = types().get(field.type.name)
        if inner is not None and inner.fields:
            rows += _limits(inner.name, f"{before}{field.name}.")
        else:
            rows.append((f"`{before}{field.name}`", field.description))
    return rows


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(' '.join(c.split()) for c in cells)} |\n" for cells in lines)


@in_words
def docs() -> None:
    """Write the pages that are made from code (developers)."""
    PAGE.write_text(settings_table())
    typer.echo(f"Wrote {PAGE.relative_to(ROOT)}.")
    for guide in sorted(GUIDES.glob("*.md")):
        text = guide.read_text()
        filled = with_tables(text)
        if filled != text:
            guide.write_text(filled)
            typer.echo(f"Wrote the tables of {guide.relative_to(ROOT)}.")
