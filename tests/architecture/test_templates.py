"""What every template, document and style sheet keeps to."""

import re
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    build_schema,
    parse,
    print_ast,
    validate,
)

from web.templating import STATIC, TEMPLATES, env

ROOT = TEMPLATES.parent
PAGES = sorted(TEMPLATES.rglob("*.html"))
DOCUMENTS = sorted(TEMPLATES.rglob("*.graphql"))
SHEETS = sorted((STATIC / "css").glob("*.css"))
SCHEMA = build_schema((ROOT / "schema" / "schema.graphql").read_text())

# Each would need a hole in the content security policy.
FORBIDDEN = re.compile(
    r"<style\b|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=|\shx-on\b|javascript:|js:",
    re.IGNORECASE,
)
SPREAD = re.compile(r"\.\.\.\s*([A-Z]\w*)")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def definition(path: Path) -> OperationDefinitionNode | FragmentDefinitionNode:
    definitions = parse(path.read_text()).definitions
    assert len(definitions) == 1, "one document, one definition"
    assert isinstance(definitions[0], OperationDefinitionNode | FragmentDefinitionNode)
    return definitions[0]


FRAGMENTS = {
    node.name.value: node
    for node in map(definition, DOCUMENTS)
    if isinstance(node, FragmentDefinitionNode)
}


def needed(node: OperationDefinitionNode | FragmentDefinitionNode) -> set[str]:
    """The fragments a definition spreads, and those they spread."""
    names: set[str] = set()
    waiting = [node]
    while waiting:
        new = set(SPREAD.findall(print_ast(waiting.pop()))) - names
        names |= new
        waiting += [FRAGMENTS[name] for name in new]
    return names


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_no_inline_style_script_or_handler(path: Path) -> None:
    assert not FORBIDDEN.search(path.read_text())


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_compiles(path: Path) -> None:
    env.get_template(path.relative_to(TEMPLATES).as_posix())


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_field_ids_come_from_one_place(path: Path) -> None:
    """A user error finds its input only if nobody spells an input's id by hand."""
    assert not re.search(r'(id|for|href)="#?field-', path.read_text())


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_every_htmx_form_is_a_real_form(path: Path) -> None:
    for tag in re.findall(r"<form\b[^>]*>", path.read_text()):
        if "hx-post=" in tag:
            posted = re.search(r'hx-post="([^"]*)"', tag)
            assert posted
            assert f'action="{posted[1]}"' in tag
            assert 'method="post"' in tag


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_document_is_named_after_its_path(path: Path) -> None:
    parts = path.relative_to(TEMPLATES).with_suffix("").parts
    name = "".join(word.title() for part in parts for word in part.split("_"))
    assert definition(path).name is not None
    assert definition(path).name.value == name  # type: ignore[union-attr]
    assert isinstance(definition(path), FragmentDefinitionNode) == path.name.startswith("_")


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_document_is_valid(path: Path) -> None:
    node = definition(path)
    if isinstance(node, OperationDefinitionNode):
        fragments = tuple(FRAGMENTS[name] for name in sorted(needed(node)))
        assert not validate(SCHEMA, DocumentNode(definitions=(node, *fragments)))


def test_every_fragment_is_used() -> None:
    operations = [node for node in map(definition, DOCUMENTS) if node.kind != "fragment_definition"]
    used = set().union(*(needed(node) for node in operations))
    assert used == set(FRAGMENTS)


def test_every_sheet_is_layered_and_loaded() -> None:
    loaded = re.search(r"for sheet in \(([^)]*)\)", (TEMPLATES / "_head.html").read_text())
    assert loaded
    assert sorted(re.findall(r'"(\w+)"', loaded[1])) == [sheet.stem for sheet in SHEETS]
    for sheet in SHEETS:
        assert re.search(r"^@layer \w+ \{", sheet.read_text(), re.MULTILINE), sheet.name


def test_every_icon_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = {
        name for path in PAGES for name in re.findall(r'ui\.icon\("([a-z_-]+)"\)', path.read_text())
    }
    bases = {value.lower() for value in SCHEMA.type_map["RequestBasis"].values}  # type: ignore[attr-defined]
    assert named | bases <= drawn


def test_every_hue_has_a_colour() -> None:
    from web import words

    sheet = (STATIC / "css" / "utilities.css").read_text()
    assert re.findall(r"\.hue-(\d+) ", sheet) == [str(n) for n in range(words.HUES)]
