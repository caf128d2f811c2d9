"""The throw-away servers come, are handed over, and go whatever happens."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = [sys.executable, str(ROOT / "scripts/services.py"), "run", "--"]
GIVEN = {
    "TEST_POSTGRES_URL": "asyncpg://given",
    "TEST_CHROMIUM": "given",
    "TEST_NODE": "given",
}


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SERVICES, sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in listed.stdout.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def test_given_variables_are_used_and_the_status_is_handed_back() -> None:
    code = "import os, sys; print(os.environ['TEST_REDIS_URL']); sys.exit(7)"
    done = run(code, TEST_REDIS_URL="redis://given", **GIVEN)
    assert done.stdout == "redis://given\n"
    assert done.returncode == 7


def test_without_a_command_it_says_how() -> None:
    done = subprocess.run(SERVICES, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "run --" in done.stderr


def test_what_is_missing_is_said_and_fails_only_if_strict(tmp_path: Path) -> None:
    lacking = {"TEST_REDIS_URL": "", "PATH": str(tmp_path), **GIVEN}
    done = run("import os; print(repr(os.environ['TEST_REDIS_URL']))", STRICT="", **lacking)
    assert (done.returncode, done.stdout) == (0, "''\n")
    assert "Redis is missing" in done.stderr
    strict = run("print('ran')", STRICT="1", **lacking)
    assert (strict.returncode, strict.stdout) == (1, "")


@pytest.mark.redis
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_command_and_the_servers(redis_url: str, number: int) -> None:
    sleeper = [*SERVICES, sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    process = subprocess.Popen(
        sleeper,
        env=os.environ | {"TEST_REDIS_URL": ""} | GIVEN,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout
    process.stdout.readline()
    started = children(process.pid)
    assert len(started) == 2  # the server and the command
    # A terminal sends SIGINT to the whole group, a supervisor SIGTERM to the one process.
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    assert process.wait(timeout=30) == 128 + number
    process.stdout.close()
    deadline = time.monotonic() + 5
    while any(map(alive, started)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, started))
