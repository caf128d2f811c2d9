"""A skip is counted with its reason, and is a failure under STRICT=1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = """
import pytest

def test_redis(redis_url): pass
def test_other(): pytest.skip("not today")
def test_good(): pass
@pytest.mark.xfail
def test_expected(): assert False
"""

WORKERS = pytest.mark.parametrize(
    "workers",
    [
        pytest.param([], id="one process"),
        pytest.param(["-n", "2"], id="two workers", marks=pytest.mark.slow),
    ],
)


def run(folder: Path, strict: str, *extra: str) -> tuple[int, str]:
    (folder / "test_sample.py").write_text(SAMPLE)
    command = [sys.executable, "-m", "pytest", "-p", "tests.skips", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", str(folder), *extra, str(folder)],
        env=os.environ | {"STRICT": strict, "TEST_REDIS_URL": "", "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@WORKERS
def test_skips_are_counted_by_reason(tmp_path: Path, workers: list[str]) -> None:
    status, said = run(tmp_path, "", *workers)
    assert status == 0
    assert "1 skipped: needs a Redis server: TEST_REDIS_URL is not set" in said
    assert "1 skipped: not today" in said


@WORKERS
def test_a_skip_fails_under_strict(tmp_path: Path, workers: list[str]) -> None:
    status, said = run(tmp_path, "1", *workers)
    assert status == 1
    assert "STRICT: not today" in said
    failed = "1 error" if "1 error" in said else "2 failed"
    assert failed in said
    assert "1 xfailed" in said


def test_a_file_that_skips_itself_fails_under_strict(tmp_path: Path) -> None:
    (tmp_path / "test_whole.py").write_text(
        "import pytest\npytest.skip('whole file', allow_module_level=True)\n"
    )
    status, said = run(tmp_path, "1")
    assert status != 0
    assert "STRICT: whole file" in said
