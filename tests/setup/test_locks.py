"""The locks are whole, and name nobody's registry."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON_LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PACKAGES = json.loads((ROOT / "package-lock.json").read_text())["packages"]


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_python_package_is_pinned_and_hashed(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().replace("\\\n", ""))
    entries = [entry for entry in entries if entry.strip() and not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==[\w.]+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_the_python_locks_agree_on_shared_packages() -> None:
    """They are installed together, so one version each (for one platform)."""
    pins = [
        dict(re.findall(r"^([a-z0-9-]+)==([\w.]+) \\$", lock.read_text(), re.MULTILINE))
        for lock in PYTHON_LOCKS
    ]
    for name in set(pins[0]) & set(pins[-1]):
        assert pins[0][name] == pins[-1][name], name


def test_every_browser_package_has_integrity_and_no_address() -> None:
    locked = {name: entry for name, entry in PACKAGES.items() if name}
    assert locked
    for name, entry in locked.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name


def test_what_browsers_run_is_pinned_exactly() -> None:
    """And the bundler: another one writes other bytes from the same packages."""
    wanted = PACKAGES[""]["dependencies"] | PACKAGES[""]["devDependencies"]
    for name in ("htmx.org", "graphiql", "esbuild"):
        assert wanted[name] == PACKAGES[f"node_modules/{name}"]["version"], name
