"""The contenders as processes of their own, and what the kernel says they used."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
START_SECONDS = 30
FLOOR = ("-m", "bench.floor")
MUTUAL = ("-m", "web", "serve", "--workers", "1")


class Server:
    """A running contender."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes]) -> None:
        self.name, self.port, self._process = name, port, process

    def cpu(self) -> float:
        """Seconds of CPU, user and system, it and its children have used."""
        total = 0
        for pid in self._pids():
            fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / _TICK

    def memory(self) -> int:
        """KiB of memory it and its children hold."""
        total = 0
        for pid in self._pids():
            status = (_PROC / str(pid) / "status").read_text()
            total += int(status.partition("VmRSS:")[2].split()[0])
        return total

    def _pids(self) -> list[int]:
        found, new = [], [self._process.pid]
        while new:
            found += new
            children = (_PROC / str(p) / "task" / str(p) / "children" for p in new)
            new = [int(pid) for path in children for pid in path.read_text().split()]
        return found


@contextlib.contextmanager
def serving(name: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Start a contender, wait until it answers, and stop it at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = FLOOR if name == "floor" else (*MUTUAL, "--port", str(port))
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/health", process)
        yield Server(name, port, process)
    finally:
        process.terminate()
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own address
            return
        time.sleep(0.1)
    raise RuntimeError(f"a server did not start: {' '.join(map(str, process.args))}")  # type: ignore[arg-type]
