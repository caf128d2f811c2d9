"""Degrees, paths, mutual connections and suggestions against the rules in plain Python."""

from itertools import pairwise

import pytest

from models import clock, directory, graph, path, suggestion
from models.directory import Wants
from models.evidence import EvidenceKind
from tests.models import small_worlds
from tests.models.acts import NOON, PLAIN
from tests.models.counting import statements
from tests.people import person

SEEDS = range(20)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_small_world(database: str, seed: int) -> None:
    """Every viewer, everybody they might look at."""
    clock.freeze(NOON)
    world = await small_worlds.make(seed)
    for viewer in world.viewers():
        seen = [each for each in world.members if world.sees(viewer, each)]
        degrees = world.degrees(viewer)
        assert await graph.degrees(viewer, list(world.members)) == degrees
        rows = await directory.by_ids(viewer, seen, Wants(mutual_count=True))
        for member in world.members:
            way = await path.shortest(viewer, member)
            assert (None if way is None else len(way.people) + 1) == degrees.get(member)
            assert way is None or world.is_path(viewer, way.people, member)
            mutual = world.mutuals(viewer, member) if world.sees(viewer, member) else set()
            page = await path.mutuals(viewer, member, 100, None, PLAIN)
            assert {row["m_id"] for row in page.rows} == mutual
            if member in rows:
                assert rows[member]["m_mutual_count"] == len(mutual)


@pytest.mark.parametrize("seed", SEEDS)
async def test_suggestions_of_a_small_world(database: str, seed: int) -> None:
    clock.freeze(NOON)
    world = await small_worlds.make(seed)
    for viewer in world.viewers():
        expected = {key: world.score(viewer, key) for key in world.members}
        expected = {key: score for key, score in expected.items() if score}
        page = await suggestion.suggested(viewer, 100, None, PLAIN)
        assert {row["m_id"]: row["score"] for row in page.rows} == expected
        order = [(row["score"], row["m_id"]) for row in page.rows]
        assert order == sorted(order, reverse=True)
        found = await suggestion.reasons(viewer, page.rows)
        for key, reasons in found.items():
            someone = world.members[key]
            kinds = {reason.kind for reason in reasons}
            assert reasons, "a suggestion says why"
            assert someone.by_work or EvidenceKind.SAME_EMPLOYER not in kinds
            assert someone.by_school or EvidenceKind.SAME_SCHOOL not in kinds
            for reason in reasons:
                if reason.kind is EvidenceKind.MUTUAL_CONNECTIONS:
                    assert someone.by_connections
                    assert reason.number == len(world.mutuals(viewer, key))
                    named = {row["m_id"] for row in reason.members}
                    assert named <= world.mutuals(viewer, key)


@pytest.mark.parametrize("seed", SEEDS[:4])
async def test_pages_neither_repeat_nor_skip(database: str, seed: int) -> None:
    clock.freeze(NOON)
    world = await small_worlds.make(seed)
    for viewer in world.viewers():
        whole = await suggestion.suggested(viewer, 100, None, PLAIN)
        assert await _page_by_page(viewer) == [row["m_id"] for row in whole.rows]


async def _page_by_page(viewer: int) -> list[int]:
    seen, after = list[int](), None
    while True:
        page = await suggestion.suggested(viewer, 1, after, PLAIN)
        seen += [row["m_id"] for row in page.rows]
        if not page.more:
            return seen
        after = suggestion.cursor(page.rows[-1])


async def test_worlds_hold_what_is_compared(database: str) -> None:
    """Or the comparison above would be of nothing with nothing."""
    clock.freeze(NOON)
    far, ways, scored = set[int](), set[int](), 0
    for seed in SEEDS[:5]:
        world = await small_worlds.make(seed)
        for viewer in world.viewers():
            degrees = world.degrees(viewer)
            far |= set(degrees.values())
            ways.add(len(world.members) - 1 - len(degrees))
            scored += any(world.score(viewer, member) for member in world.members)
    assert far == {1, 2, 3}
    assert len(ways) > 2, "some reach all, some few"
    assert scored > 10


async def test_bounds(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not walked is not found, and nothing but that changes."""
    clock.freeze(NOON)
    chain = [await person(f"link-{n}") for n in range(4)]
    world = small_worlds.World()
    for one, other in pairwise(chain):
        clock.advance(minutes=1)
        await small_worlds.tie(world, one, other, small_worlds.Edge(True, True))
    assert await graph.degrees(chain[0], chain) == dict(zip(chain[1:], (1, 2, 3), strict=True))
    # Newer connections of everybody crowd the old ones out.
    for number, link in enumerate(chain[:3]):
        clock.advance(minutes=1)
        newer = await person(f"newer-{number}")
        await small_worlds.tie(world, link, newer, small_worlds.Edge(True, True))
    monkeypatch.setattr(graph, "OWN", 1)
    assert await graph.degrees(chain[0], chain) == {chain[1]: 1, chain[2]: 2}
    assert await path.shortest(chain[0], chain[3]) is None
    monkeypatch.undo()
    monkeypatch.setattr(graph, "BEHIND", 2)
    monkeypatch.setattr(graph, "BEHIND_EACH", 1)
    assert await graph.degrees(chain[0], chain) == {chain[1]: 1, chain[2]: 2}


async def test_statements(database: str) -> None:
    clock.freeze(NOON)
    world = await small_worlds.make(3)
    viewer, *others = world.viewers()
    async with statements() as seen:
        await graph.degrees(viewer, others)
    assert len(seen) == 1
    async with statements() as seen:
        page = await suggestion.suggested(viewer, 100, None, Wants(mutual_count=True))
        await suggestion.reasons(viewer, page.rows)
    assert len(seen) <= 2


async def test_nobody_and_oneself(database: str) -> None:
    ada = await person("ada")
    assert await graph.degrees(ada, [ada, 5]) == {}
    assert await path.shortest(ada, ada) is None
    assert await path.shortest(ada, 5) is None
    assert (await path.mutuals(ada, ada, 20, None, PLAIN)).rows == []
    assert (await suggestion.suggested(ada, 20, None, PLAIN)).rows == []
