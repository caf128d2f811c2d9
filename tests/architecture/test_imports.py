"""One way through the house: web → schema → models, never back."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
# What each room may see of the others. seeds and bench stand outside and may see all.
MAY_IMPORT = {"models": set(), "schema": {"models"}, "web": {"schema"}, "migrations": {"models"}}
# In web only these may see models: who is asking, what runs beside requests, the command line,
# and the settings, which live in the room that all may read.
WEB_AND_MODELS = ("web/sessions.py", "web/lifespan.py", "web/settings.py", "web/cli/")
# The sign-in page of the demo shows the cast; the command line fills it in.
WEB_AND_SEEDS = ("web/sessions.py", "web/cli/")
ROOMS = {"models", "schema", "web", "seeds", "bench", "tests", "migrations"}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names & ROOMS


FILES = sorted(p for room in MAY_IMPORT for p in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    room = name.split("/")[0]
    allowed = MAY_IMPORT[room] | {room}
    if name.startswith(WEB_AND_MODELS):
        allowed = allowed | {"models"}
    if name.startswith(WEB_AND_SEEDS):
        allowed = allowed | {"seeds"}
    assert imported(path) <= allowed


def test_the_rooms_are_ours() -> None:
    # `schema` is also the name of a package on the registry.
    import models
    import schema
    import web

    for room in (models, schema, web):
        assert Path(room.__file__ or "").is_relative_to(ROOT), room


GENERATED = {"schema.graphql", "released.graphql"}


# Made by `make schema`.
SDL = ("schema.graphql", "released.graphql")


def test_files_stay_small() -> None:
    code = ("*.py", "*.html", "*.css", "*.js", "*.graphql")
    rooms = ("models", "schema", "web", "templates", "static", "seeds", "bench", "scripts")
    sizes = {}
    for pattern in code:
        for path in (p for room in rooms for p in (ROOT / room).rglob(pattern)):
            if "vendor" not in path.parts and path.name not in GENERATED:
                sizes[str(path.relative_to(ROOT))] = len(path.read_text().splitlines())
    for path in (ROOT / "tests").rglob("*.py"):
        sizes[str(path.relative_to(ROOT))] = len(path.read_text().splitlines()) - 100
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:10]
    assert largest[0][1] <= 300, largest


def test_one_noun_has_one_name() -> None:
    """A noun of the schema that has a table has a file of the same name in models."""
    for noun in ("member", "request", "relationship", "event", "notification"):
        assert (ROOT / "models" / f"{noun}.py").exists()
        assert (ROOT / "schema" / f"{noun}.py").exists()
