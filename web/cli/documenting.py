"""docs: pages of the documentation that are made from code."""

import typer

from web.cli.failing import in_words
from web.settings import ROOT, Settings

PAGE = ROOT / "docs" / "settings.md"
HEAD = """# Settings

Set by environment variables. This page is made from `models/settings.py` by `python -m web docs`.

| variable | default | what it is |
| --- | --- | --- |
"""


def settings_table() -> str:
    """docs/settings.md"""
    lines = []
    for name, field in Settings.model_fields.items():
        default = str(field.default).replace(str(ROOT), ".")
        shown = "" if name == "secret_key" else f"`{default}`"
        lines.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return HEAD + "\n".join(lines) + "\n"


@in_words
def docs() -> None:
    """Write the pages that are made from code (developers)."""
    PAGE.write_text(settings_table())
    typer.echo(f"Wrote {PAGE.relative_to(ROOT)}.")
