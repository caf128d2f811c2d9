"""A client's document is parsed and validated once, and nobody can fill or empty the memory."""

import gc
from collections import Counter

import pytest

from schema import analysis, library
from schema.analysis import KEPT_MISTAKES, KEPT_TOKENS, Library
from schema.shelf import Shelf, tokens_of
from tests.people import person
from tests.schema.conftest import Ask

GOOD = "query A($first: Int) { members(first: $first) { nodes { id } } }"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often graphql-core is asked to parse and to validate."""
    done: Counter[str] = Counter()

    def counted(name: str) -> None:
        real = getattr(analysis, name)

        def call(*args: object, **kwargs: object) -> object:
            done[name] += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(analysis, name, call)

    counted("parse")
    counted("validate")
    return done


@pytest.fixture
def new() -> Library:
    return Library(library.schema, library.scopes)


@pytest.mark.only_engine("sqlite")
async def test_once_for_all(ask: Ask, work: Counter[str]) -> None:
    """Whoever asks, with whatever variables."""
    ada, text = await person("ada"), GOOD + " # of this test"
    for who in (ada, None, ada):
        for first in (1, 2, 3):
            await ask(who, text, first=first)
    assert work == {"parse": 1, "validate": 1}


@pytest.mark.only_engine("sqlite")
async def test_what_is_wrong_is_remembered_as_wrong(ask: Ask, work: Counter[str]) -> None:
    text = "{ nothing } # of this test"
    first, *others = [await ask(None, text, errors=True) for _ in range(5)]
    assert all(each["errors"] == first["errors"] for each in others)
    assert first["errors"][0]["locations"] == [{"line": 1, "column": 3}]
    assert work == {"parse": 1, "validate": 1}


def test_the_memory_is_bounded(new: Library) -> None:
    """By what a document weighs in memory, however it is written."""
    wide = "{ " + "__typename " * 40 + "}"
    assert tokens_of(new.prepare(wide).document) == 44
    for number in range(3_000):
        new.prepare(f"query A{number} {wide}")
    assert KEPT_TOKENS / 2 < new.kept.weight <= KEPT_TOKENS
    assert len(new.kept) < 1_000
    for number in range(300):
        new.prepare("{ __typename } #" + f"{number}" * 10_000)
    assert new.kept.weight <= KEPT_TOKENS
    assert len(new.kept) * 10_000 < 2 * KEPT_TOKENS * 20, "comments weigh as well"


def test_nobody_drives_the_good_ones_out(new: Library, work: Counter[str]) -> None:
    """Documents that are wrong have a place of their own, and leave no tree behind."""
    new.prepare(GOOD)
    for number in range(2_000):
        new.prepare(f"query A{number} {{ " + "nothing " * 40 + "}")
    assert new.refused.weight <= KEPT_MISTAKES
    assert all(not each.document.definitions for each, _ in new.refused._kept.values())
    work.clear()
    new.prepare(GOOD)
    assert not work


def test_a_collection_of_garbage_stays_short(new: Library) -> None:
    """What is kept is what a full collection looks at, and that stops everything."""
    gc.collect()
    before = len(gc.get_objects())
    for number in range(300):
        new.prepare(f"query A{number} {{ " + "__typename " * 90 + "}")
        new.prepare(f"query A{number} {{ " + "nothing " * 90 + "}")
    gc.collect()
    assert len(gc.get_objects()) - before < 200_000


def test_a_shelf() -> None:
    shelf: Shelf[str] = Shelf(3)
    for text in "abc":
        shelf.put(text, text.upper(), 1)
    assert shelf.get("a") == "A"
    shelf.put("d", "D", 1)
    assert ("a" in shelf, "b" in shelf, shelf.weight) == (True, False, 3)
    shelf.put("e", "E", 4)
    assert ("e" in shelf, shelf.weight) == (False, 3), "too heavy to keep"
    shelf.put("f", "F", 3)
    assert (len(shelf), shelf.weight) == (1, 3)
