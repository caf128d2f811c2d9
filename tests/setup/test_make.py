"""`make` alone tells the vocabulary, and every word of it works."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = {"run", "test", "check", "fix", "schema", "migration", "seed", "bench", "reset"}


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-s", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_make_alone_prints_the_vocabulary() -> None:
    done = make()
    assert done.returncode == 0
    assert set(re.findall(r"^  make (\w+)  +\S", done.stdout, re.MULTILINE)) == WORDS


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_is_a_target(word: str) -> None:
    done = make("--dry-run", word, "NAME=x")
    assert done.returncode == 0, done.stderr


def test_the_browser_files_are_those_of_the_manifest() -> None:
    lines = (ROOT / "scripts/assets.sha512").read_text().splitlines()
    assert {Path(line.split()[1]).name for line in lines} == {"htmx.min.js", "hx-sse.min.js"}
    assert all(re.fullmatch(r"[0-9a-f]{128}  htmx\.org/dist/\S+\.min\.js", line) for line in lines)
