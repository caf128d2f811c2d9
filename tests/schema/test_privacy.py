"""Privacy through the schema. A hidden act changes nothing its subject can read: with the clock
frozen, every field of every query answers byte for byte what it did before.
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from graphql import get_named_type

from models import clock, ids, search_text, sql, sweeper
from schema import schema
from schema.context import Context
from tests.people import people, person
from tests.schema.acts import act, codes, connect, done, end, mem, send, sent
from tests.schema.conftest import Ask, viewer_of
from tests.schema.selecting import QUERY, arguments, everything, whole

Act = Callable[[], Awaitable[object]]
pytestmark = pytest.mark.usefixtures("unbounded")


Question = tuple[str, dict[str, object]]


def documents(handles: list[str], known: list[str]) -> list[Question]:
    """Every query there is, with everything below it: two objects deep, whichever way one comes.
    Whom and what they ask for are variables, so that each is parsed and validated once.
    """
    found: list[Question] = []
    viewer = get_named_type(QUERY.fields["viewer"].type)
    for name, field in viewer.fields.items():
        found.append((f"{{ viewer {{ {whole(name, field, 2, 20)} }} }}", {}))
    member = everything(QUERY.fields["member"].type, 2, 10)
    asked = f"query ($handle: String!) {{ member(handle: $handle) {{ {member} }} }}"
    found += [(asked, {"handle": handle}) for handle in handles]
    node = everything(QUERY.fields["node"].type, 1, 10)
    asked = f"query ($id: ID!) {{ node(id: $id) {{ {node} }} }}"
    found += [(asked, {"id": given}) for given in known]
    members = everything(QUERY.fields["members"].type, 2, 5)
    found.append((f"{{ members(first: 20) {{ {members} }} }}", {}))
    asked = "query ($of: String) { members(search: $of) { nodes { id canRequest { code } } } }"
    found.append((asked, {"of": handles[-1]}))
    asked = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found.append((asked, {"ids": known}))
    found.append((f"{{ instance {{ {everything(QUERY.fields['instance'].type, 2)} }} }}", {}))
    found.append(("{ rateLimit { limit } }", {}))
    # Whatever else can be asked for: by each id there is, and by each word somebody is called by.
    ours = {"viewer", "member", "members", "node", "nodes", "instance", "rateLimit"}
    for name, field in QUERY.fields.items():
        for key in ("id", "search", "query", "code"):
            if name not in ours and key in field.args:
                values = (known or ["nobodys"]) if key == "id" else handles
                found += [(named(name, field, key), {key: value}) for value in values]
    covered = " ".join(text for text, _ in found)
    assert all(f"{{ {name}" in covered for name in QUERY.fields)
    return found


def named(name: str, field: Any, key: str) -> str:
    """A root field that is asked by one argument, a variable, with everything below it."""
    declared = f"query (${key}: {field.args[key].type})"
    below = everything(field.type, 1, 5)
    return f"{declared} {{ {name}{arguments(field, {key: f'${key}'})} {{ {below} }} }}"


async def readable(who: int | None, handles: list[str], known: list[str]) -> bytes:
    """All that somebody can read, as bytes."""
    answers = []
    for query, variables in documents(handles, known):
        context = Context(known=await viewer_of(who))
        result = await schema.execute(query, variable_values=variables, context_value=context)
        errors = [error.formatted for error in result.errors or []]
        assert errors == [], (query[:200], errors)
        answers.append(result.data)
    return json.dumps(answers, sort_keys=True, default=str, indent=1).encode()


async def world(ask: Ask) -> tuple[dict[str, int], str]:
    """Ada has asked Grace; both have friends, notes and other requests. Grace's request's id."""
    clock.freeze()
    names = ["ada", "grace", "hugo", "ines", "jon"]
    keys = dict(zip(names, await people(*names), strict=True))
    await search_text.complete()
    await connect(ask, keys["ada"], keys["hugo"])
    await connect(ask, keys["grace"], keys["hugo"])
    clock.advance(hours=1)
    await sent(ask, keys["ada"], keys["ines"], note="Hello Ines")
    request = await sent(ask, keys["ada"], keys["grace"], note="Hello Grace")
    await sent(ask, keys["jon"], keys["ada"])
    clock.advance(days=8)
    return keys, request


HIDDEN: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "ignore": [("ignore", {})],
    "ignore and undo": [("ignore", {}), ("undoIgnore", {})],
    "decline silently": [("decline", {"reason": "DO_NOT_KNOW"})],
    "ignore, then decline": [("ignore", {}), ("decline", {"reason": "NOT_NOW"})],
    "decline and undo": [("decline", {"reason": "NOT_NOW", "tell": True}), ("undoDecline", {})],
    "decline, not told yet": [("decline", {"reason": "NOT_NOW", "tell": True})],
}


@pytest.mark.parametrize("acts", HIDDEN)
@pytest.mark.slow
async def test_a_hidden_act_changes_nothing_anybody_else_can_read(ask: Ask, acts: str) -> None:
    keys, request = await world(ask)
    known = [request, *map(mem, keys.values())]
    others = [keys["ada"], keys["hugo"], None]  # the sender, a mutual connection, a visitor
    before = [await readable(who, list(keys), known) for who in others]
    own = await readable(keys["grace"], list(keys), known)
    for name, more in HIDDEN[acts]:
        await done(ask, keys["grace"], name, request, **more)
        await sweeper.sweep()
    after = [await readable(who, list(keys), known) for who in others]
    assert after == before
    changed = await readable(keys["grace"], list(keys), known) != own
    undone = acts in ("ignore and undo", "decline and undo")
    assert changed or undone, "what is compared shows such acts to those who may know"


@pytest.mark.parametrize("name", ["ignore", "decline"])
async def test_the_senders_own_acts_answer_the_same(ask: Ask, name: str) -> None:
    """Nudging, withdrawing, asking again: after a hidden no as after no answer at all."""
    clock.freeze()
    ada, quiet, busy = await people("ada", "quiet-one", "busy-body")
    asked = {who: await sent(ask, ada, who, note="Hello") for who in (quiet, busy)}
    more = {"reason": "OTHER"} if name == "decline" else {}
    await done(ask, quiet, name, asked[quiet], **more)

    async def both(act_of: Callable[[int], Awaitable[dict[str, Any]]]) -> None:
        first, second = [plain(await act_of(who)) for who in (quiet, busy)]
        assert first == second

    def plain(payload: dict[str, Any]) -> str:
        text = json.dumps(payload)
        for who, handle in ((quiet, "quiet-one"), (busy, "busy-body")):
            text = text.replace(mem(who), "MEMBER").replace(handle, "HANDLE")
            text = text.replace(handle.title(), "NAME").replace(asked[who], "REQUEST")
        return text

    await both(lambda who: act(ask, ada, "nudge", asked[who]))
    await both(lambda who: send(ask, ada, who))
    clock.advance(days=8)
    await both(lambda who: act(ask, ada, "nudge", asked[who]))
    clock.advance(days=180)
    await both(lambda who: act(ask, ada, "withdraw", asked[who]))
    await sweeper.sweep()
    await both(lambda who: act(ask, ada, "withdraw", asked[who]))
    await both(lambda who: send(ask, ada, who))
    clock.advance(days=21)
    await both(lambda who: act(ask, ada, "nudge", asked[who]))
    assert codes(await send(ask, ada, quiet)) == []


async def test_a_removal_names_nobody(ask: Ask) -> None:
    """The removed side reads that the connection ended; never by whom."""
    keys, _ = await world(ask)
    ada, hugo = keys["ada"], keys["hugo"]
    side = "query ($h: String!) { member(handle: $h) { relationship { id } } }"
    hugos = (await ask(hugo, side, h="ada"))["member"]["relationship"]["id"]
    adas = (await ask(ada, side, h="hugo"))["member"]["relationship"]["id"]
    await end(ask, ada, "removeConnection", adas)
    text = (await readable(hugo, list(keys), [hugos])).decode()
    ended = re.search(r'"endedAt": "[^"]+"[^}]*"undoableUntil": ([^\n,]+)', text)
    assert ended
    assert ended[1] == "null"
    assert str(clock.now().isoformat()) in text


async def test_who_is_not_visible_is_not_there(ask: Ask) -> None:
    """For a member of each audience and a visitor, in every place a member can turn up."""
    clock.freeze()
    ada, friend, stranger = await people("ada", "friend", "stranger")
    hidden = await person("hidden", organisation="Secret Society")
    side = await connect(ask, hidden, friend)
    await connect(ask, ada, friend)
    await sql.change("UPDATE member SET profile_audience = 'CONNECTIONS' WHERE id = $1", hidden)
    never = ids.encode(ids.MEMBER, hidden + 1)
    for who in (ada, stranger, None):
        for query, twin in (
            ('{ member(handle: "hidden") { id } }', '{ member(handle: "hiddem") { id } }'),
            (f'{{ node(id: "{mem(hidden)}") {{ id }} }}', f'{{ node(id: "{never}") {{ id }} }}'),
            (
                f'{{ nodes(ids: ["{mem(hidden)}"]) {{ id }} }}',
                f'{{ nodes(ids: ["{never}"]) {{ id }} }}',
            ),
            (
                '{ members(search: "hidden") { nodes { id } pageInfo { hasNextPage } } }',
                '{ members(search: "hiddem") { nodes { id } pageInfo { hasNextPage } } }',
            ),
            (
                '{ members(search: "society") { nodes { id } } }',
                '{ members(search: "sociéty") { nodes { id } } }',
            ),
            (f'{{ node(id: "{side}") {{ id }} }}', f'{{ node(id: "{never}") {{ id }} }}'),
        ):
            assert await ask(who, query) == await ask(who, twin), query
        listed = await ask(who, '{ member(handle: "friend") { connections { nodes { handle } } } }')
        assert "hidden" not in str(listed)
    assert (await ask(friend, '{ member(handle: "hidden") { handle } }'))["member"]
    assert "hidden" in str(await ask(friend, "{ viewer { connections { nodes { handle } } } }"))
    to_hidden, to_nobody = [
        await send(ask, ada, 0, recipientId=given) for given in (mem(hidden), never)
    ]
    assert to_hidden == to_nobody


async def test_a_mutual_count_counts_only_what_may_be_seen(ask: Ask) -> None:
    ada, ben, cleo = await people("ada", "ben", "cleo")
    for one, two in ((ada, cleo), (ben, cleo)):
        await connect(ask, one, two)
    mutual = '{ member(handle: "ben") { mutualCount } }'
    assert (await ask(ada, mutual))["member"]["mutualCount"] == 1
    for hide in (
        "UPDATE member SET connections_audience = 'NOBODY' WHERE handle = 'ben'",
        "UPDATE member SET connections_audience = 'CONNECTIONS' WHERE handle = 'ben'",
        "UPDATE relationship SET shown = false",
    ):
        await sql.change(hide)
        assert (await ask(ada, mutual))["member"]["mutualCount"] == 0, hide
        await sql.change("UPDATE member SET connections_audience = 'MEMBERS'")


async def test_sender_and_recipient_of_others_stay_unknown(ask: Ask) -> None:
    """A third member reads nothing of what is between two others."""
    keys, request = await world(ask)
    jon = keys["jon"]
    text = (await readable(jon, list(keys), [request])).decode()
    assert request not in text
    assert "Hello Grace" not in text
    await done(ask, keys["grace"], "accept", request)
    after = (await readable(jon, list(keys), [request])).decode()
    assert request not in after
    assert "Hello Grace" not in after


async def test_the_recipient_never_reads_what_follows_a_withdrawal(ask: Ask) -> None:
    """For Grace a withdrawn request is one that never was, but for the event she was given."""
    keys, request = await world(ask)
    await done(ask, keys["ada"], "withdraw", request)
    text = (await readable(keys["grace"], list(keys), [])).decode()
    assert "Hello Grace" not in text
    mentions = {line.split(":")[0].strip() for line in text.splitlines() if request in line}
    assert mentions == {'"RequestReceived_requestId"'}
