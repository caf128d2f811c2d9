"""What may not be committed: other people's code, registries, one machine's paths."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Written in pieces, so that this file does not contain what it looks for.
REGISTRIES = re.compile(
    r"py"
    r"pi\.(org|python)|python"
    r"hosted|regi"
    r"stry\.(npm|yarn)|npm(js|mirror)\.(org|com)"
    r"|jsr\.io|artifactory|nexus|devpi|unpkg\.com|jsdelivr|esm\.sh|cdnjs"
    r"|-{1,2}(extra-)?index-url\s*[= ]\s*\S|find-links\s*[= ]\s*\S"
)
MACHINE = re.compile(r"/(root|work)/\w|/home/[a-z]+/|/Users/\w+/")


@pytest.fixture(scope="module")
def tracked() -> dict[str, str]:
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    here = Path(__file__).relative_to(ROOT).as_posix()
    names = [name for name in listed.split("\0") if name and name != here]
    files = {name: ROOT / name for name in names if (ROOT / name).is_file()}
    return {name: path.read_bytes().decode(errors="ignore") for name, path in files.items()}


def found(tracked: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}: {match[0]}" for name, text in tracked.items() for match in pattern.finditer(text)
    ]


def test_no_file_names_a_registry(tracked: dict[str, str]) -> None:
    assert found(tracked, REGISTRIES) == []


def test_no_file_names_a_path_of_one_machine(tracked: dict[str, str]) -> None:
    assert found(tracked, MACHINE) == []


def test_nothing_installed_is_tracked(tracked: dict[str, str]) -> None:
    installed = ("node_modules/", "static/vendor/", ".venv/", "var/")
    assert [name for name in tracked if name.startswith(installed)] == []
    assert [name for name in tracked if name.endswith((".min.js", ".min.css", ".whl"))] == []


def test_the_code_that_runs_is_this_checkout() -> None:
    """`schema` and `models` are also the names of packages on the registry."""
    import models
    import schema

    for package in (models, schema):
        assert Path(next(iter(package.__path__))).parent == ROOT
