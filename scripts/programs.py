"""Find the programs the tests need; as root on Debian, install the missing ones."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

DEBIAN = os.name == "posix" and bool(shutil.which("apt-get"))

# PostgreSQL's own programs are usually not on PATH.
POSTGRES_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)
CHROMIUMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


class MissingError(Exception):
    """A program cannot be had; the message says what would install it."""


def postgres() -> Path:
    """The folder of initdb, postgres and pg_isready."""
    return _find_or_install(_find_postgres, "PostgreSQL", "postgresql")


def redis() -> Path:
    """A Redis or Valkey server."""
    return _find_or_install(_find_redis, "Redis", "redis-server")


def chromium() -> Path:
    """A Chromium that starts; it comes with a font, or pages would show boxes for letters."""
    return _find_or_install(_find_chromium, "Chromium", "chromium", "fonts-liberation")


def _find_postgres() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    folders = [f for pattern in POSTGRES_FOLDERS for f in Path("/").glob(pattern)]
    whole = [f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()]
    return max(whole, key=_version, default=None)


def _version(folder: Path) -> int:
    digits = "".join(c for c in folder.parent.name if c.isdigit())
    return int(digits or 0)


def _find_redis() -> Path | None:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(found) if found else None


def _find_chromium() -> Path | None:
    for name in CHROMIUMS:
        path = shutil.which(name)
        if path and _starts(path):
            return Path(path)
    return None


def _starts(browser: str) -> bool:
    # Some systems ship a stub that only says how to install the real browser.
    command = [browser, "--version", "--no-sandbox"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _find_or_install(find: Callable[[], Path | None], name: str, *packages: str) -> Path:
    found = find()
    if not found and DEBIAN and os.geteuid() == 0:
        _apt_install(name, packages)
        found = find()
    if not found:
        line = f"apt-get install {' '.join(packages)}" if DEBIAN else f"install {name}"
        raise MissingError(f"{name} is missing. To get it: {line}")
    return found


def _apt_install(name: str, packages: tuple[str, ...]) -> None:
    print(f"Installing {name} …", file=sys.stderr, flush=True)
    try:
        _apt_update()
        _apt("install", "-y", "--no-install-recommends", *packages)
    except subprocess.CalledProcessError as problem:
        raise MissingError(f"{name}: apt-get failed:\n{problem.stdout[-2000:]}") from problem


@cache
def _apt_update() -> None:
    _apt("update")


def _apt(*arguments: str) -> None:
    # Another apt may hold the lock for a while (a first boot, another job): wait for it.
    subprocess.run(
        ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
