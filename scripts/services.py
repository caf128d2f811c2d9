"""Run a command beside a throw-away PostgreSQL and Redis, with a Chromium and a Node found:

    python scripts/services.py run -- .venv/bin/python -m pytest

The command finds them by TEST_POSTGRES_URL, TEST_REDIS_URL, TEST_CHROMIUM and TEST_NODE. A
variable that is already set is used as it is. What cannot be had is said, and its variable stays
unset; with STRICT=1 that is a failure. Whatever happens, all that was started is stopped.
"""

import locale
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import programs
from nodejs import locked_node

ROOT = os.geteuid() == 0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
POSTGRES_SETTINGS = {
    # The data lives for one run: nothing needs to survive a crash.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10s",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
}


def main(arguments: list[str]) -> int:
    """The command's exit status, or ours if it could not be run."""
    if arguments[:2] != ["run", "--"] or not arguments[2:]:
        print(__doc__, file=sys.stderr)
        return 2
    for number in SIGNALS:
        signal.signal(number, leave)
    with ExitStack() as stack:
        environment, missing = start_all(stack)
        if missing and os.environ.get("STRICT") == "1":
            print(f"STRICT: not run, {', '.join(missing)} missing.", file=sys.stderr)
            return 1
        return run(arguments[2:], environment)


def start_all(stack: ExitStack) -> tuple[dict[str, str], list[str]]:
    """The environment of the command, and what could not be had."""
    environment, missing = dict(os.environ), []
    makers: dict[str, Callable[[ExitStack], str]] = {
        "TEST_POSTGRES_URL": start_postgres,
        "TEST_REDIS_URL": start_redis,
        "TEST_CHROMIUM": lambda _: str(programs.chromium()),
        "TEST_NODE": lambda _: find_node(),
    }
    for name, make in makers.items():
        if environment.get(name):
            continue
        try:
            environment[name] = make(stack)
        except (programs.MissingError, OSError, subprocess.SubprocessError) as problem:
            print(f"{name}: {problem}", file=sys.stderr, flush=True)
            missing.append(name)
    return environment, missing


def start_postgres(stack: ExitStack) -> str:
    """A cluster in a folder of its own; its URL."""
    bin_folder = programs.postgres()
    folder = make_folder(stack, owner="postgres")
    data = folder / "data"
    initdb = [
        str(bin_folder / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "--no-sync",
    ]
    initdb += ["-E", "UTF8", f"--locale={unicode_locale()}"]
    subprocess.run(initdb, check=True, capture_output=True, **as_owner(folder))
    settings = [f"--{name}={value}" for name, value in POSTGRES_SETTINGS.items()]

    def command(port: int) -> list[str]:
        return [str(bin_folder / "postgres"), "-D", str(data), "-p", str(port), *settings]

    def ready(port: int) -> bool:
        ask = [str(bin_folder / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        return subprocess.run(ask, check=False).returncode == 0

    # SIGINT is PostgreSQL's "fast" shutdown: it does not wait for clients to leave.
    port = start_server(stack, folder, command, ready, stop=signal.SIGINT)
    return f"asyncpg://postgres@127.0.0.1:{port}/postgres"


def start_redis(stack: ExitStack) -> str:
    """A server that keeps nothing on disk; its URL."""
    program = str(programs.redis())
    folder = make_folder(stack)

    def command(port: int) -> list[str]:
        keep_nothing = ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        return [program, "--port", str(port), "--bind", "127.0.0.1", *keep_nothing]

    def ready(port: int) -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"

    port = start_server(stack, folder, command, ready, stop=signal.SIGTERM)
    return f"redis://127.0.0.1:{port}/0"


def find_node() -> str:
    """The locked Node, so that the tests run the same one everywhere."""
    try:
        return str(locked_node())
    except subprocess.CalledProcessError as problem:
        raise programs.MissingError("the locked Node could not be installed by pip") from problem


def start_server(
    stack: ExitStack,
    folder: Path,
    command: Callable[[int], list[str]],
    ready: Callable[[int], bool],
    stop: signal.Signals,
) -> int:
    """Start it on a free port and wait until it answers. Somebody else may take the port between
    our look and its start: then try another.
    """
    log = folder / "log"
    for _ in range(3):
        port = free_port()
        with log.open("wb") as output:
            server = subprocess.Popen(
                command(port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Its own session: Ctrl-C is for the command, which still needs its servers.
                start_new_session=True,
                **as_owner(folder),
            )
        stack.callback(end, server, stop)
        if answers(server, partial(ready, port)):
            return port
        end(server, stop)
    raise OSError(f"{command(0)[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def answers(server: subprocess.Popen[bytes], ready: Callable[[], bool]) -> bool:
    """Whether it gets ready within a minute, and is still running."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError):
            if ready():
                return server.poll() is None
        time.sleep(0.05)
    return False


def make_folder(stack: ExitStack, owner: str | None = None) -> Path:
    """A temporary folder, removed at the end. As root it is the owner's, and under /tmp: a
    server that is not root could not enter one under TMPDIR if that is root's alone.
    """
    folder = Path(tempfile.mkdtemp(prefix="mutual-", dir="/tmp" if ROOT else None))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    if ROOT and owner:
        entry = pwd.getpwnam(owner)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


def as_owner(folder: Path) -> dict[str, Any]:
    """Popen's arguments to run as the folder's owner: PostgreSQL refuses to run as root."""
    owner = folder.stat()
    if not ROOT or owner.st_uid == 0:
        return {"cwd": folder}
    return {"cwd": folder, "user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def unicode_locale() -> str:
    """C.UTF-8 orders by code point and knows upper and lower case beyond ASCII."""
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    return "C.UTF-8"


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run the command to its end. If we are told to leave, it leaves first, by SIGINT: on that
    pytest and the server clean up after themselves.
    """
    child = subprocess.Popen(command, env=environment)
    try:
        return child.wait()
    except SystemExit as told:
        if told.code == 128 + signal.SIGINT:
            # Ctrl-C reached the child too; a second one would break into its clean-up.
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=10)
        raise
    finally:
        end(child, signal.SIGINT)


def end(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    """Ask it to stop, then make it."""
    if process.poll() is not None:
        return
    process.send_signal(stop)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def leave(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an exit that runs every clean-up, which no second signal interrupts."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
