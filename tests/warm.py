"""Processes that begin with everything imported: a server is up in a tenth of the work.

`python -m tests.warm` imports the application and forks once for each line it reads; `Process`
is what a test holds of the fork, with the part of Popen's ways that tests use. What the fork runs
is `python -m <module>`, with an environment and a log of its own.
"""

import atexit
import json
import os
import runpy
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


class _Parent:
    """The process that forks, started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._end)

    def ask(self, **request: Any) -> Any:
        """One question, one answer."""
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


_parent: _Parent | None = None


class Process:
    """A process that was forked."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: str) -> None:
        global _parent
        _parent = _parent or _Parent()
        self._of = _parent
        self.pid: int = self._of.ask(run=arguments, environment=environment, log=log)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended, as Popen tells it; None while it runs."""
        if self.returncode is None:
            self.returncode = self._of.ask(ended=self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises TimeoutExpired."""
        deadline = time.monotonic() + (timeout or 1e9)
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("a warm process", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """As os.kill, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(9)


def _become(request: dict[str, Any]) -> None:
    """In the fork: what was asked for, as if it had been started with `python -m`."""
    log = os.open(request["log"], os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(request["environment"])
    module, *arguments = request["run"]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _serve() -> None:
    ended: dict[int, int] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "run" in request:
            pid = os.fork()
            if not pid:
                _become(request)
                return
            print(pid, flush=True)
            continue
        while request["ended"] not in ended:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            ended[pid] = os.waitstatus_to_exitcode(status)
        print(json.dumps(ended.get(request["ended"])), flush=True)


if __name__ == "__main__":
    import models.settings
    import seeds.cast  # noqa: F401 - to be there
    import web.app
    import web.cli  # noqa: F401

    # Each fork reads its own.
    assert models.settings._current is None
    _serve()
