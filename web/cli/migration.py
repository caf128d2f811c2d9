"""migration: write what is missing, or check that nothing is."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from web.cli.failing import fail
from web.settings import ROOT

MIGRATIONS = ROOT / "migrations"


def migration(
    name: Annotated[str, typer.Argument(help="What it does, e.g. add_skill.")] = "auto",
    check: Annotated[bool, typer.Option(help="Only say whether one is missing.")] = False,
) -> None:
    """Write a migration for models that have changed (developers)."""
    if not check:
        before = set(MIGRATIONS.glob("*.py"))
        _make(ROOT, name)
        for path in sorted(set(MIGRATIONS.glob("*.py")) - before):
            typer.echo(
                f"Wrote {path.relative_to(ROOT)}: read docs/decisions/0003 before you commit it."
            )
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("models", "migrations"):
            shutil.copytree(ROOT / part, copy / part)
        before = set((copy / "migrations").glob("*.py"))
        _make(copy, "check")
        if set((copy / "migrations").glob("*.py")) - before:
            raise fail("The models have changed: make migration NAME=what_it_does")


def _make(root: Path, name: str) -> None:
    config = root / "models" / "tortoise_config.py"
    assert config.exists()
    result = subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [
            *(sys.executable, "-m", "tortoise", "-c", "models.tortoise_config.TORTOISE_ORM"),
            *("makemigrations", "-n", name),
        ],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise fail(result.stdout + result.stderr)
