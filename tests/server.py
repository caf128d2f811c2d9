"""A real server in a process of its own: `python -m web serve`, as an operator starts it, but for
its imports, which a warm process has made before (tests/warm.py). Several workers start cold.

It shares the tests' secret key, so that tokens and sessions a test makes in the database count.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.warm import Process

ROOT = Path(__file__).parent.parent
SECRET = "for tests only, 32 characters long"
START_SECONDS = 60
# Ours cuts what is open after 10 s: who is out before that did not wait for a stream. The
# machine may be busy with other tests.
STOP_SECONDS = 5


class Server:
    """A running server."""

    def __init__(
        self, port: int, arguments: list[str], environment: dict[str, str], *, warm: bool
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.socket_url = f"ws://127.0.0.1:{port}/graphql"
        self._log = tempfile.NamedTemporaryFile(prefix="mutual-server-", suffix=".log")  # noqa: SIM115 - closed in `end`
        self.process: subprocess.Popen[bytes] | Process
        if warm:
            self.process = Process(arguments, environment, self._log.name)
            return
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def log(self) -> str:
        """What it has said so far."""
        return Path(self._log.name).read_text(errors="replace")

    def wait_until_healthy(self) -> None:
        """Wait for /health. Raises RuntimeError with the log when it does not come."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer,
            ):
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log()[-4000:]}")

    def stop(self) -> float:
        """SIGTERM, as a service manager sends it; how many seconds it took to be gone."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - started

    def end(self) -> None:
        """Make sure that nothing is left of it."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._log.close()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def start(
    database_url: str,
    bell_url: str = "memory://",
    workers: int = 1,
    port: int = 0,
    module: str = "web",
    **settings: object,
) -> Iterator[Server]:
    """A healthy server for the length of a block; `settings` by name, as in docs/settings.md.
    `module` is what runs it: tests/faults/watched.py looks at itself besides.

    Leaving the block stops it and asserts that it went at once, open streams or not.
    """
    port = port or free_port()
    names = {name.upper(): str(value) for name, value in settings.items()}
    environment = {
        **{k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "DEMO", "PRODUCTION")},
        "DATABASE_URL": database_url,
        "BELL_URL": bell_url,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": SECRET,
        # Enough for a flood; tests of the allowance set their own.
        "API_POINTS": "1000000",
        "API_MEMBER_POINTS": "1000000",
        **names,
    }
    arguments = [module, "serve", "--port", str(port), "--workers", str(workers)]
    server = Server(port, arguments, environment, warm=workers == 1)
    try:
        server.wait_until_healthy()
        yield server
        took = server.stop()
        assert took < STOP_SECONDS, f"stopping took {took:.1f} s:\n{server.log()[-2000:]}"
    finally:
        server.end()
