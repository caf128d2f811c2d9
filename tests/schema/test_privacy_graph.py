"""What the graph tells: nothing of a hidden list, nor of who dismissed or stopped following."""

import pytest

from models import clock, sql
from tests.people import people, person
from tests.schema.acts import act, codes, connect, done, mem, sent
from tests.schema.conftest import Ask
from tests.schema.test_privacy import readable

pytestmark = pytest.mark.usefixtures("unbounded")

GRAPH = """degree mutualCount pathFromViewer { handle }
  mutualConnections { totalCount nodes { handle } } evidence { kind text }"""
SUGGESTED = "viewer { suggestions { nodes { member { handle } reasons { kind text count } } } }"
READ = f"query ($h: String!) {{ member(handle: $h) {{ {GRAPH} }} {SUGGESTED} }}"
NOTHING = {
    "member": {
        "degree": None,
        "mutualCount": 0,
        "pathFromViewer": None,
        "mutualConnections": {"totalCount": 0, "nodes": []},
        "evidence": [],
    },
    "viewer": {"suggestions": {"nodes": []}},
}


async def hide(audience: str, *handles: str) -> None:
    """Choose who sees their connections."""
    for handle in handles:
        await sql.change(
            "UPDATE member SET connections_audience = $1 WHERE handle = $2", audience, handle
        )


async def pair(ask: Ask) -> tuple[int, int, int]:
    """Ada knows Ben; Cleo is somebody else."""
    clock.freeze()
    ada, ben, cleo = await people("ada", "ben", "cleo")
    await connect(ask, ada, ben)
    return ada, ben, cleo


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bens", "cleos"),
    [
        ("NOBODY", "NOBODY"),
        ("NOBODY", "CONNECTIONS"),
        ("MUTUAL", "NOBODY"),
        ("MUTUAL", "CONNECTIONS"),
    ],
)
async def test_a_connection_between_two_hidden_lists_changes_nothing(
    ask: Ask, bens: str, cleos: str
) -> None:
    """Byte for byte, in all that Ada, a stranger and a visitor can read."""
    ada, ben, cleo = await pair(ask)
    dan = await person("dan")
    await hide(bens, "ben")
    await hide(cleos, "cleo")
    known = [*map(mem, (ada, ben, cleo, dan))]
    handles = ["ada", "ben", "cleo", "dan"]
    eyes = [ada, dan, None]
    before = [await readable(who, handles, known) for who in eyes]
    own = await readable(ben, handles, known)
    await connect(ask, ben, cleo)
    assert [await readable(who, handles, known) for who in eyes] == before
    assert await readable(ben, handles, known) != own


async def test_an_edge_one_side_does_not_list_is_no_edge(ask: Ask) -> None:
    ada, ben, cleo = await pair(ask)
    assert await ask(ada, READ, h="cleo") == NOTHING
    await connect(ask, ben, cleo)
    found = await ask(ada, READ, h="cleo")
    assert found["member"]["degree"] == 2
    assert found["member"]["pathFromViewer"] == [{"handle": "ben"}]
    [suggestion] = found["viewer"]["suggestions"]["nodes"]
    assert suggestion == {
        "member": {"handle": "cleo"},
        "reasons": [{"kind": "MUTUAL_CONNECTIONS", "text": "1 mutual connection: Ben", "count": 1}],
    }
    await sql.change(
        "UPDATE relationship SET shown = false WHERE owner_id IN ($1, $2) AND other_id IN ($1, $2)",
        ben,
        cleo,
    )
    assert await ask(ada, READ, h="cleo") == NOTHING


async def test_nobody_stands_on_a_path_whom_the_viewer_may_not_see(ask: Ask) -> None:
    """Ada – Ben – private – Dan, and then the same with a suspended one."""
    ada, ben, _ = await pair(ask)
    between, dan = await people("between", "dan")
    await connect(ask, ben, between)
    await connect(ask, between, dan)
    assert (await ask(ada, READ, h="dan"))["member"]["degree"] == 3
    for change, values in (
        ("profile_audience = 'CONNECTIONS'", []),
        ("profile_audience = 'MEMBERS', suspended_at = $1", [clock.now()]),
    ):
        await sql.change(f"UPDATE member SET {change} WHERE handle = 'between'", *values)
        assert await ask(ada, READ, h="dan") == NOTHING


async def test_an_ended_connection_is_no_edge(ask: Ask) -> None:
    ada, ben, cleo = await pair(ask)
    side = await connect(ask, ben, cleo)
    await ask(
        ben,
        """mutation ($id: ID!) { removeConnection(input: {relationshipId: $id}) {
          userErrors { code } } }""",
        id=side,
    )
    assert await ask(ada, READ, h="cleo") == NOTHING


DISMISS = """mutation ($id: ID!) { dismissSuggestion(input: {memberId: $id}) {
  member { handle } userErrors { field message code } } }"""
FOLLOW = """mutation ($id: ID!) { followMember(input: {memberId: $id}) {
  member { viewerFollows canFollow } userErrors { field message code } } }"""
UNFOLLOW = """mutation ($id: ID!) { unfollowMember(input: {memberId: $id}) {
  member { viewerFollows } userErrors { field message code } } }"""


@pytest.mark.slow
async def test_nobody_learns_of_a_dismissal(ask: Ask) -> None:
    ada, ben, cleo = await pair(ask)
    await connect(ask, ben, cleo)
    known, handles = [*map(mem, (ada, ben, cleo))], ["ada", "ben", "cleo"]
    before = [await readable(who, handles, known) for who in (ben, cleo, None)]
    assert codes((await ask(ada, DISMISS, id=mem(cleo)))["dismissSuggestion"]) == []
    assert [await readable(who, handles, known) for who in (ben, cleo, None)] == before
    assert (await ask(ada, READ, h="cleo"))["viewer"]["suggestions"]["nodes"] == []


@pytest.mark.slow
async def test_only_the_two_read_of_a_follow(ask: Ask) -> None:
    ada, ben, cleo = await pair(ask)
    known, handles = [*map(mem, (ada, ben, cleo))], ["ada", "ben", "cleo"]
    others = (ben, None)
    before = [await readable(who, handles, known) for who in others]
    cleos = await readable(cleo, handles, known)
    followed = (await ask(ada, FOLLOW, id=mem(cleo)))["followMember"]
    assert followed["member"] == {"viewerFollows": True, "canFollow": True}
    assert [await readable(who, handles, known) for who in others] == before
    assert await readable(cleo, handles, known) != cleos
    for _ in range(2):
        ended = (await ask(ada, UNFOLLOW, id=mem(cleo)))["unfollowMember"]
        assert ended == {"member": {"viewerFollows": False}, "userErrors": []}
    assert await readable(cleo, handles, known) == cleos


async def test_hidden_and_unknown_answer_alike(ask: Ask) -> None:
    """To following, unfollowing and dismissing."""
    ada = await person("ada")
    hidden = await person("hidden", profile_audience="CONNECTIONS")
    never = mem(hidden + 1)
    for query in (DISMISS, FOLLOW, UNFOLLOW):
        assert await ask(ada, query, id=mem(hidden)) == await ask(ada, query, id=never)


@pytest.mark.parametrize("name", ["ignore", "decline"])
async def test_a_hidden_no_leaves_suggestions_as_they_are(ask: Ask, name: str) -> None:
    """Whoever asked is not suggested the one they asked, whatever became of it."""
    ada, ben, cleo = await pair(ask)
    await connect(ask, ben, cleo)
    request = await sent(ask, ada, cleo)
    before = await ask(ada, f"{{ {SUGGESTED} }}")
    more = {"reason": "OTHER"} if name == "decline" else {}
    await done(ask, cleo, name, request, **more)
    assert await ask(ada, f"{{ {SUGGESTED} }}") == before
    await act(ask, ada, "withdraw", request)
    assert await ask(ada, f"{{ {SUGGESTED} }}") == before


async def test_signed_out(ask: Ask) -> None:
    await person("ada", profile_audience="EVERYONE")
    asked = f'{{ member(handle: "ada") {{ {GRAPH} viewerFollows canFollow }} }}'
    expected = {**NOTHING["member"], "viewerFollows": False, "canFollow": False}
    assert (await ask(None, asked))["member"] == expected
