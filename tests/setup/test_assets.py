"""What browsers load is made of what the lock names, and always comes out the same."""

import hashlib
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def assets(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """scripts/assets.py as a module; what it makes goes elsewhere in each test."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    yield importlib.import_module("assets")
    for name in ("assets", "nodejs"):
        sys.modules.pop(name, None)


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha512(file.read_bytes()).hexdigest() for file in folder.iterdir()}


@pytest.mark.node
@pytest.mark.slow
def test_the_same_inputs_make_the_same_explorer(node_path: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        command = [node_path, str(ROOT / "scripts/bundle.mjs"), str(tmp_path / name)]
        subprocess.run(command, cwd=tmp_path, check=True)
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert one == two
    entries = ["explorer.js", "explorer.css", "editor.worker.js", "json.worker.js"]
    assert {*entries, "graphql.worker.js"} <= one.keys()


@pytest.mark.node
@pytest.mark.slow
def test_no_part_of_the_explorer_asks_another_host(node_path: str, tmp_path: Path) -> None:
    """No import and no style sheet names an address: everything lies beside it."""
    subprocess.run([node_path, str(ROOT / "scripts/bundle.mjs"), str(tmp_path)], check=True)
    for file in [*tmp_path.glob("*.js"), *tmp_path.glob("*.css")]:
        text = file.read_text()
        for call in ('from"http', 'import("http', "url(http", 'url("http'):
            assert call not in text, f"{file.name}: {call}"


def test_the_explorer_is_made_anew_when_its_inputs_change(
    assets: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "explorer.js"
    source.write_text("one")
    made: list[str] = []

    def run(command: list[str], **_: object) -> None:
        made.append(source.read_text())
        Path(command[-1]).mkdir()
        (Path(command[-1]) / "explorer.js").write_text(source.read_text())

    monkeypatch.setattr(assets, "VENDOR", tmp_path)
    monkeypatch.setattr(assets, "EXPLORER", tmp_path / "explorer")
    monkeypatch.setattr(assets, "BUNDLED_FROM", (source,))
    monkeypatch.setattr(assets, "node", lambda: Path("node"))
    monkeypatch.setattr(assets.subprocess, "run", run)
    assert not assets.bundled()
    assets.bundle()
    assert assets.bundled()
    source.write_text("two")
    assert not assets.bundled()
    assets.bundle()
    assert assets.bundled()
    assert made == ["one", "two"]
    assert (tmp_path / "explorer" / "explorer.js").read_text() == "two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["explorer", "explorer.js"]


def test_a_file_that_is_not_the_named_one_is_not_published(
    assets: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "lib.js").write_text("changed on the way")
    (tmp_path / "manifest").write_text("0" * 128 + "  lib.js\n")
    monkeypatch.setattr(assets, "MODULES", tmp_path / "modules")
    monkeypatch.setattr(assets, "MANIFEST", tmp_path / "manifest")
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    with pytest.raises(ValueError, match=r"lib\.js is not the file"):
        assets.publish()
    assert not (tmp_path / "vendor" / "lib.js").exists()
