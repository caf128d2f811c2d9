"""What a change of the schema does to clients is found and said, with made-up schemas."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schema.changes import Changes, compare
from schema.version import VERSION
from web.cli import app, releasing

BEFORE = """
directive @requires(scope: Scope!) on OBJECT | FIELD_DEFINITION
enum Scope { READ WRITE }
enum Colour { RED GREEN }
type Query {
  viewer: Viewer
  old: String @deprecated(reason: "Use `viewer`. Removal after 2026-06-30")
  paint(colour: Colour): Int
}
type Viewer { name: String! age: Int secret: String @requires(scope: READ) }
type Token @requires(scope: READ) { id: ID! }
"""
TODAY = date(2026, 11, 23)


def changed(old: str, new: str, today: date = TODAY) -> Changes:
    assert old in BEFORE
    return compare(BEFORE, BEFORE.replace(old, new), today)


def test_nothing_changed() -> None:
    assert compare(BEFORE, BEFORE, TODAY) == ([], [], [])
    assert changed("age: Int", "age: Int height: Int") == ([], [], []), "an addition is safe"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("age: Int", "", "Field Viewer.age was removed."),
        ("age: Int", "age: String", "Field Viewer.age changed type from Int to String."),
        ("name: String!", "name: String", "Field Viewer.name changed type from String! to String."),
        (
            "paint(colour: Colour)",
            "paint(colour: Colour, size: Int!)",
            "A required argument Query.paint(size:) was added.",
        ),
        ("RED GREEN", "RED", "Enum value Colour.GREEN was removed."),
        (
            "age: Int",
            "age: Int @requires(scope: READ)",
            "Field Viewer.age now needs the scope READ.",
        ),
        (
            "@requires(scope: READ) {",
            "@requires(scope: WRITE) {",
            "Type Token now needs the scope WRITE.",
        ),
        (
            "type Viewer {",
            "type Viewer @requires(scope: WRITE) {",
            "Type Viewer now needs the scope WRITE.",
        ),
    ],
)
def test_what_breaks_clients(old: str, new: str, said: str) -> None:
    assert changed(old, new) == ([said], [], [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("RED GREEN", "RED GREEN BLUE", "Enum value Colour.BLUE was added."),
        (
            "paint(colour: Colour)",
            "paint(colour: Colour, size: Int)",
            "An optional argument Query.paint(size:) was added.",
        ),
    ],
)
def test_what_may_surprise_clients(old: str, new: str, said: str) -> None:
    assert changed(old, new) == ([], [said], [])


def test_a_scope_less_breaks_nobody() -> None:
    assert changed(" @requires(scope: READ) {", " {") == ([], [], [])
    assert changed("secret: String @requires(scope: READ)", "secret: String") == ([], [], [])


def test_a_scope_that_moves_from_the_type_to_its_fields_breaks_nobody() -> None:
    old = "type Token @requires(scope: READ) { id: ID! }"
    assert changed(old, "type Token { id: ID! @requires(scope: READ) }") == ([], [], [])


def test_an_announced_removal_is_no_break_once_its_date_has_passed() -> None:
    old = 'old: String @deprecated(reason: "Use `viewer`. Removal after 2026-06-30")'
    assert changed(old, "") == ([], [], ["Field Query.old was removed."])
    assert changed(old, "", date(2026, 6, 30)).breaking == ["Field Query.old was removed."]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A copy of the released schema and of the accepted changes."""
    released, accepted = tmp_path / "released.graphql", tmp_path / "accepted.txt"
    shutil.copy(releasing.RELEASED, released)
    shutil.copy(releasing.ACCEPTED, accepted)
    monkeypatch.setattr(releasing, "RELEASED", released)
    monkeypatch.setattr(releasing, "ACCEPTED", accepted)
    return released, accepted


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["schema", *arguments])
    return done.exit_code, done.output


EXTRA = "\ntype Gone {\n  id: ID!\n}\n"
SAID = "Gone was removed."


def test_before_the_first_release_nothing_needs_a_reason(files: tuple[Path, Path]) -> None:
    released, _ = files
    sdl = released.read_text().partition("\n")[2]
    released.write_text("# Nothing has been released yet.\n" + sdl + EXTRA)
    status, said = run("--compare", "--strict")
    assert status == 0
    assert "no version has been released yet" in said
    assert f"BREAKS CLIENTS        {SAID}" in said


def test_a_break_since_a_release_needs_a_reason(files: tuple[Path, Path]) -> None:
    released, accepted = files
    sdl = run()[1]
    released.write_text(f"# Mutual 0.0.1, released 2026-01-01.\n{sdl}{EXTRA}")
    status, said = run("--compare")
    assert status == 0, "it informs"
    assert f"BREAKS CLIENTS        {SAID}" in said
    assert "release 0.0.1" in said
    assert run("--compare", "--strict")[0] == 1
    status, said = run("--release")
    assert status == 1
    assert "accepted.txt" in said
    with accepted.open("a") as file:
        file.write(f"{SAID} -- Nobody could ever select it.\n")
    status, said = run("--compare", "--strict")
    assert status == 0
    assert "accepted: Nobody could ever select it." in said


def test_recording_a_release(files: tuple[Path, Path]) -> None:
    released, accepted = files
    accepted.write_text(accepted.read_text() + f"{SAID} -- A reason.\n")
    status, said = run("--release")
    assert status == 0, said
    assert f"Recorded {VERSION}" in said
    assert releasing.released_version(released.read_text()) == VERSION
    assert SAID not in accepted.read_text()
    assert accepted.read_text().startswith("#")
    status, said = run("--compare", "--strict")
    assert (status, "nothing that existing clients would notice" in said) == (0, True)
    status, said = run("--release")
    assert status == 1
    assert "next version" in said


def test_an_accepted_change_has_a_reason() -> None:
    with pytest.raises(ValueError, match="no reason"):
        releasing.accepted_changes("X was removed.\n")
    releasing.accepted_changes(releasing.ACCEPTED.read_text())


def test_the_committed_schema_keeps_what_was_promised() -> None:
    status, said = run("--compare", "--strict")
    assert status == 0, said
