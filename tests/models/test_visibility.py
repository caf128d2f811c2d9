"""Who sees whom, and whose connections: the audiences against every kind of viewer."""

import pytest

from models import (
    clock,
    connection_list,
    directory,
    member,
    relationship,
    request_list,
    sender,
    sql,
)
from models import request as requests
from models.directory import Wants
from models.member import Audience
from models.request import DeclineReason
from tests.models.acts import NOON, PLAIN, ask, can_request, connect, tie
from tests.people import people, person

pytestmark = pytest.mark.usefixtures("database")

COUNTS = Wants(connection_count=True, mutual_count=True)


@pytest.fixture(autouse=True)
def _noon() -> None:
    clock.freeze(NOON)


async def sees(viewer: int | None, other: int) -> bool:
    """Whether the viewer finds a member; by key, by handle and in the directory alike."""
    row = await sql.row("SELECT handle FROM member WHERE id = $1", other)
    assert row is not None
    by_key = other in await directory.by_ids(viewer, [other], PLAIN)
    by_handle = await directory.by_handle(viewer, row["handle"].upper(), PLAIN)
    page = await directory.listed(viewer, row["handle"], 100, None, PLAIN)
    assert by_key == (by_handle is not None) == (other in [r["m_id"] for r in page.rows])
    return by_key


async def listed(viewer: int | None, owner: int, search: str | None = None) -> set[int]:
    """Whom the viewer sees in the owner's list of connections."""
    page = await connection_list.of(viewer, owner, search, 100, None, PLAIN)
    return {row["other_id"] for row in page.rows}


async def count(viewer: int | None, other: int) -> int | None:
    """The number of a member's connections, as the viewer reads it."""
    rows = await directory.by_ids(viewer, [other], COUNTS)
    return rows[other]["m_connection_count"]


async def mutual(viewer: int | None, other: int) -> int:
    """How many connections the two share, as the viewer reads it."""
    rows = await directory.by_ids(viewer, [other], COUNTS)
    return int(rows[other]["m_mutual_count"])


@pytest.mark.parametrize(
    ("audience", "stranger", "signed_out"),
    [("EVERYONE", True, True), ("MEMBERS", True, False), ("CONNECTIONS", False, False)],
)
async def test_profiles(audience: str, stranger: bool, signed_out: bool) -> None:
    owner = await person("owner", profile_audience=audience)
    friend, other = await people("friend", "other")
    await connect(owner, friend)
    assert await sees(owner, owner)
    assert await sees(friend, owner)
    assert await sees(other, owner) == stranger
    assert await sees(None, owner) == signed_out
    await relationship.remove(friend, await tie(friend, owner))
    assert await sees(friend, owner) == stranger


async def test_a_member_shows_themself_to_whom_they_ask_while_it_is_open() -> None:
    shy = await person("shy", profile_audience="CONNECTIONS")
    ada, grace = await people("ada", "grace")
    key = await ask(shy, ada)
    assert await sees(ada, shy)
    assert not await sees(grace, shy)
    await requests.decline(ada, key, DeclineReason.OTHER)
    assert await sees(ada, shy)
    clock.advance(days=180)  # expired, not swept
    assert not await sees(ada, shy)
    assert await can_request(ada, shy) == "RECIPIENT_UNAVAILABLE"


async def test_a_pending_request_gives_its_sender_nothing() -> None:
    ada, grace, friend = await people("ada", "grace", "friend")
    await connect(grace, friend)
    await member.update_profile(
        grace, {"connections_audience": Audience.CONNECTIONS.value, "profile_audience": "MEMBERS"}
    )
    await ask(ada, grace)
    assert not await listed(ada, grace)
    assert await count(ada, grace) is None
    await member.update_profile(grace, {"profile_audience": "CONNECTIONS"})
    assert not await sees(ada, grace)


async def test_the_sender_keeps_the_name_of_one_who_turned_invisible() -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace)
    await member.update_profile(grace, {"profile_audience": "CONNECTIONS", "name": "Somebody"})
    [row] = (await request_list.sent(ada, 10, None, PLAIN)).rows
    assert (row["id"], row["m_id"], row["m_name"]) == (key, None, None)
    assert (row["recipient_name"], row["recipient_handle"]) == ("Grace", "grace")


async def test_the_suspended_are_gone() -> None:
    ada, grace, gone = await people("ada", "grace", "gone")
    await connect(ada, gone)
    await ask(gone, grace)
    await sql.change("UPDATE member SET suspended_at = $1 WHERE id = $2", NOON, gone)
    for viewer in (ada, grace, None):
        assert not await sees(viewer, gone)
        assert not await listed(viewer, gone)
    assert not await listed(ada, ada)
    assert not (await request_list.received(grace, 10, None, PLAIN)).rows
    assert (await request_list.counters(grace))["waiting"] == 0
    assert await can_request(grace, gone) == "RECIPIENT_UNAVAILABLE"


class Circle:
    """An owner with two friends; a viewer who shares one of them, and other kinds of viewers."""

    owner: int
    shared: int
    far: int
    viewers: dict[str, int | None]


@pytest.fixture
async def circle(database: str) -> Circle:
    clock.freeze(NOON)
    c = Circle()
    c.owner, c.shared, c.far, stranger, friend, knows_one = await people(
        "owner", "shared", "far", "stranger", "friend", "knows-one"
    )
    for other in (c.shared, c.far, friend):
        await connect(c.owner, other)
    await connect(knows_one, c.shared)
    await connect(friend, c.shared)
    c.viewers = {
        "owner": c.owner,
        "friend": friend,
        "knows one": knows_one,
        "stranger": stranger,
        "signed out": None,
    }
    return c


ALL = {"shared", "far", "friend"}
# For each audience what each kind of viewer sees of the owner's three connections.
LISTS: dict[str, dict[str, set[str]]] = {
    "EVERYONE": dict.fromkeys(("friend", "knows one", "stranger", "signed out"), ALL),
    "MEMBERS": dict.fromkeys(("friend", "knows one", "stranger"), ALL),
    "CONNECTIONS": {"friend": ALL},
    "MUTUAL": {"friend": {"shared"}, "knows one": {"shared"}},
    "NOBODY": {},
}


@pytest.mark.parametrize("audience", Audience)
async def test_lists_of_connections(circle: Circle, audience: Audience) -> None:
    names = {circle.shared: "shared", circle.far: "far", circle.viewers["friend"]: "friend"}
    # To be seen signed out, all concerned must be there for everyone.
    await sql.change("UPDATE member SET profile_audience = 'EVERYONE'")
    await member.update_profile(circle.owner, {"connections_audience": audience.value})
    for kind, viewer in circle.viewers.items():
        expected = ALL if kind == "owner" else LISTS[audience].get(kind, set())
        found = {names[key] for key in await listed(viewer, circle.owner)}
        assert found == expected, kind
        # The count is the stored one, shown to the same audience; never under MUTUAL.
        told = kind == "owner" or (bool(expected) and audience != Audience.MUTUAL)
        assert await count(viewer, circle.owner) == (3 if told else None), kind
        # Mutual connections are those in the list that are also the viewer's own.
        shared = expected & {"shared"} if kind in ("friend", "knows one") else set()
        assert await mutual(viewer, circle.owner) == len(shared), kind


@pytest.mark.parametrize("side", ["owner", "other"])
async def test_an_edge_unlisted_by_either_side(circle: Circle, side: str) -> None:
    """`shown` says that both keep it listed; both lists and both counts lose the edge."""
    one, two = circle.owner, circle.shared
    unlister = one if side == "owner" else two
    await sql.change(
        "UPDATE relationship SET shown = false WHERE (owner_id = $1 AND other_id = $2) "
        "OR (owner_id = $2 AND other_id = $1)",
        one,
        two,
    )
    await sql.change(
        "UPDATE relationship SET listed = false WHERE owner_id = $1 AND other_id IN ($2, $3)",
        unlister,
        one,
        two,
    )
    viewer = circle.viewers["knows one"]
    assert circle.shared not in await listed(viewer, circle.owner)
    assert circle.owner not in await listed(circle.viewers["friend"], circle.shared)
    assert await mutual(viewer, circle.owner) == 0
    assert circle.shared in await listed(circle.owner, circle.owner)  # one's own list is whole
    assert await count(viewer, circle.owner) == 3  # the stored number is as it is


async def test_a_list_shows_only_people_the_viewer_may_see(circle: Circle) -> None:
    await member.update_profile(circle.far, {"profile_audience": "CONNECTIONS"})
    assert circle.far not in await listed(circle.viewers["stranger"], circle.owner)
    assert circle.far in await listed(circle.owner, circle.owner)


async def test_one_who_may_not_be_seen_has_no_list(circle: Circle) -> None:
    await member.update_profile(
        circle.owner, {"connections_audience": "EVERYONE", "profile_audience": "CONNECTIONS"}
    )
    assert not await listed(circle.viewers["stranger"], circle.owner)
    assert not await listed(None, circle.owner)
    assert await listed(circle.viewers["friend"], circle.owner)


async def test_the_shorter_list_is_walked_with_the_same_result(circle: Circle) -> None:
    """The mutual count walks whichever list is shorter; both ways give the same number."""
    many = await people(*(f"more{n}" for n in range(4)))
    knows_one = circle.viewers["knows one"]
    assert knows_one is not None
    assert await mutual(knows_one, circle.owner) == 1
    for other in many:
        await connect(knows_one, other)
    assert await mutual(knows_one, circle.owner) == 1
    await connect(circle.owner, many[0])
    assert await mutual(knows_one, circle.owner) == await mutual(circle.owner, knows_one) == 2
    await relationship.remove(knows_one, await tie(knows_one, circle.shared))
    assert await mutual(knows_one, circle.owner) == 1


async def test_search() -> None:
    ada = await person("ada", name="Ada Lovelace", organisation="Analytical Engines")
    emile = await person("emile", name="Émile Zola", organisation="Größe & Söhne")
    odd = await person("odd", name="100% _real_ \\o/")
    await connect(ada, emile)
    await connect(ada, odd)
    for words, found in {
        "love": {ada},
        "LOVELACE": {ada},
        "  engines ": {ada},
        "émile": {emile},
        "ÉMILE": {emile},
        "söhne": {emile},
        "emi": {emile},
        "%": {odd},
        "_real": {odd},
        "\\o/": {odd},
        "e%": set(),
        "'": set(),
        "": {ada, emile, odd},
        " ": {ada, emile, odd},
    }.items():
        page = await directory.listed(ada, words, 100, None, PLAIN)
        assert {row["m_id"] for row in page.rows} == found, words
        assert await listed(ada, ada, words) == found - {ada}, words


async def test_search_finds_nobody_the_viewer_may_not_see() -> None:
    [ada] = await people("ada")
    await person("shy", profile_audience="CONNECTIONS")
    await person("gone", suspended_at=NOON)
    for handle in ("shy", "gone"):
        assert not (await directory.listed(ada, handle, 100, None, PLAIN)).rows
        assert not (await directory.listed(None, handle, 100, None, PLAIN)).rows
    assert not (await directory.listed(None, "ada", 100, None, PLAIN)).rows


async def test_requests_of_others_are_not_there() -> None:
    ada, grace, eve = await people("ada", "grace", "eve")
    key = await ask(ada, grace)
    assert await request_list.by_ids(eve, [key]) == {}
    assert set(await request_list.by_ids(ada, [key])) == {key}
    assert set(await request_list.by_ids(grace, [key])) == {key}
    await sender.withdraw(ada, key)
    assert await request_list.by_ids(grace, [key]) == {}  # gone for the one who was asked
    assert set(await request_list.by_ids(ada, [key])) == {key}


async def test_open_requests_between_two_are_seen_by_both_and_gone_when_over() -> None:
    ada, grace, eve = await people("ada", "grace", "eve")
    key = await ask(ada, grace)
    assert (await request_list.open_with(ada, [grace, eve]))[grace]["id"] == key
    assert (await request_list.open_with(grace, [ada, eve]))[ada]["id"] == key
    assert await request_list.open_with(eve, [ada, grace]) == {}
    clock.advance(days=180)
    assert await request_list.open_with(ada, [grace]) == {}
    assert set(await request_list.by_ids(ada, [key])) == {key}
    assert await request_list.by_ids(grace, [key]) == {}
