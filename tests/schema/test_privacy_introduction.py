"""Privacy of introductions: a refusal and a decline change nothing that the other two can read.

With the clock frozen every field of every query answers byte for byte what it did before, and the
asker's own acts are answered alike whatever was done with what they asked for.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models import clock, ids, relationship, sql, sweeper
from schema import schema
from schema.context import Context
from tests.people import people, person
from tests.schema.acts import codes, connect, mem
from tests.schema.conftest import Ask, viewer_of
from tests.schema.introducing import (
    asked,
    forwarded,
    introduce,
    listed,
    perform,
    performed,
    three,
)
from tests.schema.selecting import QUERY, everything
from tests.schema.test_privacy import readable

pytestmark = pytest.mark.usefixtures("unbounded")

ROLES = ("ASKER", "INTRODUCER", "TARGET")


async def lists(who: int | None) -> bytes:
    """The lists of all three roles, with everything below them: `readable` asks for one."""
    introductions = everything(QUERY.fields["viewer"].type.fields["introductions"].type, 2, 10)
    answers = []
    for role in ROLES:
        query = f"{{ viewer {{ introductions(role: {role}, first: 10) {{ {introductions} }} }} }}"
        result = await schema.execute(query, context_value=Context(known=await viewer_of(who)))
        assert result.errors is None, result.errors
        answers.append(result.data)
    return json.dumps(answers, sort_keys=True, default=str).encode()


async def all_of(who: int, handles: list[str], known: list[str]) -> bytes:
    return await readable(who, handles, known) + await lists(who)


HIDDEN: dict[str, tuple[bool, list[str]]] = {
    # Whether it is forwarded first, and what is done then.
    "refuse": (False, ["refuse"]),
    "refuse and undo": (False, ["refuse", "undoRefuse"]),
    "decline": (True, ["decline"]),
}


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.slow
async def test_a_silent_no_changes_nothing_the_others_read(ask: Ask, name: str) -> None:
    passed_on, acts = HIDDEN[name]
    clock.freeze()
    handles = ["ada", "mia", "ben", "eve"]
    eve = await person("eve")
    ada, mia, ben = await three(ask)
    await connect(ask, eve, ada)
    key = await (forwarded if passed_on else asked)(ask, ada, mia, ben)
    clock.advance(days=3)
    who = ben if passed_on else mia
    others = [each for each in (ada, mia, ben, eve) if each != who]
    known = [key, *map(mem, (ada, mia, ben))]
    before = [await all_of(each, handles, known) for each in others]
    own = await lists(who)
    for act in acts:
        await performed(ask, who, act, key)
        await sweeper.sweep()
    assert [await all_of(each, handles, known) for each in others] == before
    assert (await lists(who) != own) is (len(acts) == 1), "who did it reads that they did"


async def test_passing_on_changes_nothing_the_asker_reads(ask: Ask) -> None:
    clock.freeze()
    ada, mia, ben = await three(ask)
    key = await asked(ask, ada, mia, ben)
    before = await lists(ada)
    await performed(ask, mia, "forward", key, recommendation="Between us: be careful.")
    assert await lists(ada) == before
    await performed(ask, ben, "accept", key)
    assert "be careful" not in (await lists(ada)).decode(), "not even then"


async def test_the_askers_acts_are_answered_alike(ask: Ask) -> None:
    """Withdrawing, asking again, expiry: after every silent no as after no answer."""
    clock.freeze()
    ada, mia = await people("ada", "mia")
    await connect(ask, ada, mia)
    fates = ["left", "refused", "forwarded", "declined"]
    handles = dict(zip(fates, ("nora", "olga", "pete", "quin"), strict=True))
    others = dict(zip(fates, await people(*handles.values()), strict=True))
    keys = {}
    for fate, other in others.items():
        await connect(ask, mia, other)
        keys[fate] = await asked(ask, ada, mia, other)
    await performed(ask, mia, "refuse", keys["refused"])
    for fate in ("forwarded", "declined"):
        await performed(ask, mia, "forward", keys[fate], recommendation="Words")
    await performed(ask, others["declined"], "decline", keys["declined"])

    async def alike(act_of: Callable[[str], Awaitable[dict[str, Any]]]) -> None:
        answers = {fate: plain(fate, await act_of(fate)) for fate in fates}
        assert len(set(answers.values())) == 1, answers

    def plain(fate: str, payload: dict[str, Any]) -> str:
        text = json.dumps(payload)
        for name in (keys[fate], mem(others[fate]), handles[fate], handles[fate].title()):
            text = text.replace(name, "IT")
        return text

    def stamp(found: dict[str, Any]) -> dict[str, Any]:
        return {**found, "id": "", "introduction": (found["introduction"] or {}) | {"id": ""}}

    async def again(fate: str) -> dict[str, Any]:
        return stamp({"id": "", **await introduce(ask, ada, mia, others[fate])})

    await alike(again)
    clock.advance(days=30)
    await alike(lambda fate: perform(ask, ada, "withdraw", keys[fate]))
    await sweeper.sweep()
    await alike(lambda fate: perform(ask, ada, "withdraw", keys[fate]))
    states = [(each["state"], each["changedAt"]) for each in await listed(ask, ada, "ASKER")]
    assert len(set(states)) == 1, "the same moment and words"
    await alike(again)


async def test_asking_confirms_no_hidden_connection(ask: Ask) -> None:
    """With a connection that is hidden the answer is that of one that is not there."""
    ada, mia, ben = await three(ask)
    zoe = await person("zoe")
    await connect(ask, ada, zoe)
    await sql.change("UPDATE member SET connections_audience = 'NOBODY'")
    hidden, none = [await introduce(ask, ada, through, ben) for through in (mia, zoe)]
    nobody = await introduce(ask, ada, 0, ben, introducerId=ids.encode(ids.MEMBER, mia + 1))
    assert hidden == none == nobody
    assert codes(hidden) == ["INTRODUCER_UNAVAILABLE"]
    profile = '{ member(handle: "ben") { introducers { nodes { handle } } } }'
    assert (await ask(ada, profile))["member"]["introducers"]["nodes"] == []


async def test_the_introducers_words_of_a_request_stay_with_the_three(ask: Ask) -> None:
    clock.freeze()
    ada, mia, ben = await three(ask)
    eve = await person("eve")
    await connect(ask, eve, mia)
    key = await forwarded(ask, ada, mia, ben)
    text = (await all_of(eve, ["ada", "mia", "ben"], [key])).decode()
    assert key not in text
    for words in ("Please, Mia", "Hello Ben", "Meet them."):
        assert words not in text
    assert "Please, Mia" not in (await lists(ben)).decode()
    assert "Meet them." not in (await lists(ada)).decode()


async def test_a_withdrawn_introduction_is_gone_for_the_others(ask: Ask) -> None:
    """But for the id in the event they were given."""
    clock.freeze()
    ada, mia, ben = await three(ask)
    key = await forwarded(ask, ada, mia, ben)
    await performed(ask, ada, "withdraw", key)
    for who in (mia, ben):
        text = (await readable(who, ["ada"], [])).decode()
        assert "Hello Ben" not in text
        mentions = {line.split(":")[0].strip() for line in text.splitlines() if key in line}
        assert all(name.endswith('_introductionId"') for name in mentions), mentions
        assert key not in (await lists(who)).decode()


async def test_the_end_of_a_connection_is_no_news_to_the_asker(ask: Ask) -> None:
    clock.freeze()
    ada, mia, ben = await three(ask)
    await asked(ask, ada, mia, ben)
    before = await listed(ask, ada, "ASKER")
    rows = await sql.rows(
        "SELECT id FROM relationship WHERE owner_id = $1 AND other_id = $2", ben, mia
    )
    await relationship.remove(ben, rows[0]["id"])
    clock.advance(minutes=11)
    await sweeper.sweep()
    assert await listed(ask, ada, "ASKER") == before
    assert codes(await introduce(ask, ada, mia, ben)) == ["INTRODUCTION_OPEN"]
