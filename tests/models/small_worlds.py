"""Small random networks with every kind of hiding in them, and the rules of the graph in plain
Python: what product.md says, edge by edge, without a thought for speed.
"""

import random
from itertools import combinations, pairwise
from typing import NamedTuple

from models import clock, ids, sql
from tests.people import person

PROFILES = ("MEMBERS",) * 6 + ("EVERYONE", "CONNECTIONS", "CONNECTIONS")
LISTS = ("MEMBERS", "MEMBERS", "EVERYONE", "CONNECTIONS", "MUTUAL", "MUTUAL", "NOBODY", "NOBODY")


class Edge(NamedTuple):
    """A connection, as both sides store it."""

    lasts: bool
    shown: bool


class Someone(NamedTuple):
    """What decides about a member."""

    profile: str
    lists: str
    suspended: bool
    suggested: bool
    by_connections: bool
    by_work: bool
    by_school: bool


class Stay(NamedTuple):
    """A time at a place."""

    place: int
    kind: str
    starts: int
    ends: int
    audience: int


class World:
    """A network, and what holds in it."""

    def __init__(self) -> None:
        self.members: dict[int, Someone] = {}
        self.edges: dict[frozenset[int], Edge] = {}
        self.requests: dict[tuple[int, int], tuple[str, str]] = {}
        self.dismissed: set[tuple[int, int]] = set()
        self.stays: dict[int, list[Stay]] = {}

    def viewers(self) -> list[int]:
        """Who can ask: all but the suspended."""
        return [key for key, someone in self.members.items() if not someone.suspended]

    def connected(self, one: int, other: int) -> bool:
        edge = self.edges.get(frozenset((one, other)))
        return edge is not None and edge.lasts

    def sees(self, viewer: int, member: int) -> bool:
        """Who may see whom at all."""
        someone = self.members[member]
        if someone.suspended:
            return False
        asks = self.requests.get((member, viewer), ("", ""))
        return (
            someone.profile != "CONNECTIONS"
            or viewer == member
            or self.connected(viewer, member)
            or (asks[0] == "PENDING" and asks[1] != "CLOSED")
        )

    def listed(self, viewer: int, owner: int, other: int) -> bool:
        """Whether the edge shows to the viewer in the owner's list."""
        edge = self.edges.get(frozenset((owner, other)))
        if edge is None or not edge.lasts or not self.sees(viewer, other):
            return False
        if viewer == owner:
            return True
        lists = self.members[owner].lists
        return (
            edge.shown
            and self.sees(viewer, owner)
            and (
                lists in ("EVERYONE", "MEMBERS")
                or (lists == "CONNECTIONS" and self.connected(viewer, owner))
                or (lists == "MUTUAL" and self.connected(viewer, other))
            )
        )

    def usable(self, viewer: int, one: int, other: int) -> bool:
        """Whether the viewer may walk this edge."""
        if not self.sees(viewer, one) or not self.sees(viewer, other):
            return False
        return self.listed(viewer, one, other) or self.listed(viewer, other, one)

    def degrees(self, viewer: int) -> dict[int, int]:
        """How far everybody is, up to 3, by walking."""
        found, edge = {viewer: 0}, [viewer]
        for far in (1, 2, 3):
            edge = [
                other
                for other in self.members
                if other not in found and any(self.usable(viewer, one, other) for one in edge)
            ]
            found.update(dict.fromkeys(edge, far))
        del found[viewer]
        return found

    def is_path(self, viewer: int, people: tuple[int, ...], member: int) -> bool:
        """Whether every step is one the viewer may take."""
        return all(self.usable(viewer, *step) for step in pairwise([viewer, *people, member]))

    def mutuals(self, viewer: int, member: int) -> set[int]:
        """Connections of both, through the member's list."""
        if viewer == member:
            return set()
        return {
            other
            for other in self.members
            if self.connected(viewer, other) and self.listed(viewer, member, other)
        }

    def score(self, viewer: int, member: int) -> int:
        """What a suggestion of this member counts; 0 where there is none."""
        someone = self.members[member]
        known = (
            member == viewer
            or frozenset((viewer, member)) in self.edges
            or (viewer, member) in self.dismissed
            or (viewer, member) in self.requests
            or self.requests.get((member, viewer), ("", "GONE"))[1] != "GONE"
        )
        if known or not someone.suggested or not self.sees(viewer, member):
            return 0
        places = {
            (theirs.place, theirs.kind)
            for own in self.stays.get(viewer, [])
            for theirs in self.stays.get(member, [])
            if (own.place, own.kind) == (theirs.place, theirs.kind)
            and own.starts <= theirs.ends
            and theirs.starts <= own.ends
            and theirs.audience <= 1
        }
        kinds = [kind for _, kind in places]
        return (
            someone.by_connections * len(self.mutuals(viewer, member))
            + someone.by_work * 3 * kinds.count("WORK")
            + someone.by_school * 2 * kinds.count("STUDY")
        )


async def make(seed: int, size: int = 11) -> World:
    """A random network, in the database and as a World."""
    rng, world = random.Random(seed), World()
    chance = rng.choice((0.12, 0.2, 0.35))

    def mostly() -> bool:
        return rng.random() < 0.85

    for number in range(size):
        profile, lists = rng.choice(PROFILES), rng.choice(LISTS)
        someone = Someone(
            profile, lists, rng.random() < 0.08, mostly(), mostly(), mostly(), mostly()
        )
        key = await person(
            f"member-{seed}-{number}",
            profile_audience=profile,
            connections_audience=lists,
            suspended_at=clock.now() if someone.suspended else None,
            suggested=someone.suggested,
            suggested_by_connections=someone.by_connections,
            suggested_by_work=someone.by_work,
            suggested_by_school=someone.by_school,
        )
        world.members[key] = someone
    for one, other in combinations(world.members, 2):
        if rng.random() < chance:
            await tie(world, one, other, Edge(mostly(), mostly()))
        elif rng.random() < 0.15:
            await _ask(world, *rng.sample((one, other), 2), rng)
        if rng.random() < 0.1:
            await _dismiss(world, *rng.sample((one, other), 2))
    await _careers(world, rng)
    return world


async def tie(world: World, one: int, other: int, edge: Edge) -> None:
    world.edges[frozenset((one, other))] = edge
    now = clock.now()
    low, high = sorted((one, other))
    await sql.change(
        "INSERT INTO relationship (id, owner_id, other_id, connected_at, listed, shown, ended_at, "
        "ended_by_id) VALUES ($1, $3, $4, $5, true, $6, $7, $8), ($2, $4, $3, $5, $6, $6, $7, $8)",
        ids.new_id(),
        ids.new_id(),
        low,
        high,
        now,
        edge.shown,
        None if edge.lasts else now,
        None if edge.lasts else low,
    )
    if edge.lasts:
        await sql.change(
            f"UPDATE inbox SET connections = connections + 1 WHERE id {sql.among(1)}", [low, high]
        )


async def _ask(world: World, sender: int, recipient: int, rng: random.Random) -> None:
    states = rng.choice(
        (
            ("PENDING", "PENDING"),
            ("PENDING", "IGNORED"),
            ("PENDING", "CLOSED"),
            ("WITHDRAWN", "GONE"),
            ("PENDING", "DECLINED"),
            ("DECLINED", "DECLINED"),
        )
    )
    world.requests[sender, recipient] = states
    low, high = sorted((sender, recipient))
    await sql.change(
        "INSERT INTO connection_request (id, sender_id, recipient_id, low_id, high_id, basis, "
        "note, sender_state, recipient_state, recipient_name, recipient_handle, sent_at, "
        "expires_at, surfaced_at, decline_told, decline_reason) "
        "VALUES ($1, $2, $3, $4, $5, 'OTHER', '', $6, "
        "$7, '', '', $8, $9, $8, $10, $11)",
        ids.new_id(),
        sender,
        recipient,
        low,
        high,
        *states,
        clock.now(),
        clock.now().replace(year=clock.now().year + 1),
        states[0] == "DECLINED",
        "OTHER" if states[1] == "DECLINED" else None,
    )


async def _dismiss(world: World, owner: int, other: int) -> None:
    world.dismissed.add((owner, other))
    await sql.change(
        "INSERT INTO suggestion_dismissal (id, owner_id, other_id, dismissed_at) "
        "VALUES ($1, $2, $3, $4)",
        ids.new_id(),
        owner,
        other,
        clock.now(),
    )


async def _careers(world: World, rng: random.Random) -> None:
    places = [ids.new_id() for _ in range(3)]
    for place in places:
        name = f"place {place}"
        await sql.change(
            "INSERT INTO organisation (id, name, key) VALUES ($1, $2, $2)", place, name
        )
    for member in world.members:
        for _ in range(rng.randrange(3)):
            start = rng.randrange(2000 * 12, 2006 * 12)
            stay = Stay(
                rng.choice(places),
                rng.choice(("WORK", "STUDY")),
                start,
                start + rng.randrange(40),
                rng.choice((0, 1, 1, 1, 2, 4)),
            )
            world.stays.setdefault(member, []).append(stay)
            await sql.change(
                "INSERT INTO career_entry (id, member_id, organisation_id, kind, title, "
                "description, start_year, starts, ends, audience) "
                "VALUES ($1, $2, $3, $4, '', '', 2000, $5, $6, $7)",
                ids.new_id(),
                member,
                stay.place,
                stay.kind,
                stay.starts,
                stay.ends,
                stay.audience,
            )
