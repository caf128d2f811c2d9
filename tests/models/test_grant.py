"""Grants, codes and tokens: each good once, and ended at once; and twenty at once."""

import asyncio
from datetime import timedelta

import pytest

from models import app, app_review, app_token, bell, clock, credential, grant, sql, sweeper, token
from models.app import Description
from models.app_token import Issued
from models.problem import Code
from models.token import Scope
from tests.models.acts import NOON, refused
from tests.people import people, person

pytestmark = pytest.mark.usefixtures("database")

BACK = "https://crm.example/cb"
SCOPES = ["events:read", "network:read"]
ROUNDS = 25


async def connected(handle: str = "ada") -> tuple[int, int, str]:
    """An app of somebody's, a member who connected it, and their code."""
    owner, member = await people(f"{handle}-owner", handle)
    wanted = Description("CRM", "", "", [BACK], [Scope.EVENTS_READ, Scope.NETWORK_READ])
    row, _ = await app.register(owner, wanted, confidential=True)
    await app_review.approve(row["id"])
    code = await grant.allow(row["id"], member, SCOPES, BACK, "c" * 43)
    return row["id"], member, code


async def redeemed(code: str) -> Issued:
    found = await app_token.code(code)
    assert found
    pair = app_token.make()
    assert await app_token.redeem(found, pair)
    return pair


async def refreshed(pair: Issued, scopes: list[str] = SCOPES) -> Issued | None:
    found = await app_token.known(pair.refresh)
    if found is None:
        return None
    new = app_token.make()
    return new if await app_token.refresh(found, scopes, new) else None


async def count(table: str) -> int:
    row = await sql.row(f"SELECT count(*) AS n FROM {table}")
    assert row
    return int(row["n"])


async def test_a_code_gives_tokens_that_find_the_member() -> None:
    clock.freeze(NOON)
    key, ada, code = await connected()
    pair = await redeemed(code)
    assert (pair.access[:4], pair.refresh[:4]) == ("mua_", "mur_")
    row = await token.find(pair.access)
    assert row
    assert (row["id"], row["handle"], row["app_id"], row["token_id"]) == (ada, "ada", key, None)
    assert row["scopes"].split() == SCOPES
    assert row["expires_at"] == NOON + timedelta(hours=1)
    assert await token.find(pair.refresh) is None
    assert await token.find(code) is None
    everything = repr([dict(r) for t in ("app_code", "app_token") for r in await _all(t)])
    assert not any(secret in everything for secret in (*pair, code)), "hashed at rest"
    clock.advance(hours=1)
    assert await token.find(pair.access) is None


async def _all(table: str) -> list[sql.Row]:
    return list(await sql.rows(f"SELECT * FROM {table}"))


async def test_a_code_lasts_a_minute() -> None:
    clock.freeze(NOON)
    _, _, code = await connected()
    clock.advance(seconds=59)
    found = await app_token.code(code)
    assert found
    clock.advance(seconds=1)
    assert await app_token.code(code) is None
    assert not await app_token.redeem(found, app_token.make())


async def test_a_replayed_code_ends_its_family_and_no_other() -> None:
    key, ada, code = await connected()
    pair = await redeemed(code)
    other = await redeemed(await grant.allow(key, ada, SCOPES[:1], BACK, "c" * 43))
    next_pair = await refreshed(pair)
    assert next_pair
    replayed = await app_token.code(code)
    assert replayed
    with bell.listening(ada) as rung:
        assert not await app_token.redeem(replayed, app_token.make())
        assert rung.is_set()
    assert await token.find(next_pair.access) is None
    assert await token.find(pair.access) is None
    assert await refreshed(next_pair) is None
    assert await token.find(other.access)


async def test_refresh_tokens_rotate() -> None:
    clock.freeze(NOON)
    _, _, code = await connected()
    pair = await redeemed(code)
    clock.advance(days=59)
    fewer = await refreshed(pair, SCOPES[:1])
    assert fewer
    assert (await token.find(fewer.access) or {})["scopes"] == "events:read"
    clock.advance(days=59)
    again = await refreshed(fewer)
    assert again, "each use renews it"
    assert (await token.find(again.access) or {})["scopes"].split() == SCOPES, "it kept them"
    assert await refreshed(fewer) is None, "reuse"
    assert await token.find(again.access) is None
    assert await refreshed(again) is None
    assert await count("app_token") == 0


async def test_a_refresh_token_ends_by_itself() -> None:
    clock.freeze(NOON)
    _, _, code = await connected()
    pair = await redeemed(code)
    clock.advance(days=60)
    assert await refreshed(pair) is None


async def test_stopping() -> None:
    _, ada, code = await connected()
    grace = await person("grace")
    pair = await redeemed(code)
    [mine] = await grant.of(ada)
    assert (mine["name"], mine["owner_name"], mine["scopes"].split()) == (
        "CRM",
        "Ada-Owner",
        SCOPES,
    )
    assert await grant.of(grace) == []
    with refused(Code.NOT_FOUND):
        await grant.stop(grace, mine["id"])
    await grant.count_delivered(mine["id"], 3)
    await grant.count_delivered(mine["id"], 4)
    assert (await grant.of(ada))[0]["events_delivered"] == 7
    with bell.listening(ada) as rung:
        await grant.stop(ada, mine["id"])
        assert rung.is_set()
    assert await token.find(pair.access) is None
    assert await refreshed(pair) is None
    with refused(Code.NOT_FOUND):
        await grant.stop(ada, mine["id"])
    await grant.count_delivered(mine["id"], 1)
    assert await count("app_code") == await count("app_token") == 0


@pytest.mark.parametrize("what", ["app", "owner", "member", "deleted"])
async def test_what_ends_with_others(what: str) -> None:
    key, ada, code = await connected()
    pair = await redeemed(code)
    row = await sql.row("SELECT owner_id FROM app WHERE id = $1", key)
    assert row
    with bell.listening(ada) as rung:
        if what == "app":
            await app_review.stop(key)
            assert rung.is_set()
        elif what == "deleted":
            await app.delete(row["owner_id"], key)
            assert rung.is_set()
        else:
            who = ada if what == "member" else row["owner_id"]
            await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", who, NOON)
    assert await token.find(pair.access) is None
    assert await refreshed(pair) is None
    if what == "app":
        await app_review.approve(key)
        assert await token.find(pair.access), "a stopped app may go on"


async def test_an_app_that_may_ask_for_less() -> None:
    key, _, code = await connected()
    pair = await redeemed(code)
    await sql.change("UPDATE app SET scopes = 'network:read' WHERE id = $1", key)
    assert (await token.find(pair.access) or {})["scopes"] == "network:read"


async def test_last_use_is_written_now_and_then() -> None:
    clock.freeze(NOON)
    _, ada, code = await connected()
    pair = await redeemed(code)
    clock.advance(minutes=4)
    await token.find(pair.access)
    assert (await grant.of(ada))[0]["used_at"] == NOON
    clock.advance(minutes=2)
    await token.find(pair.access)
    assert (await grant.of(ada))[0]["used_at"] == NOON + timedelta(minutes=6)


async def test_a_second_yes_adds_scopes_and_keeps_the_grant() -> None:
    key, ada, code = await connected()
    narrow = await redeemed(await grant.allow(key, ada, ["events:read"], BACK, "c" * 43))
    assert (await token.find(narrow.access) or {})["scopes"] == "events:read"
    assert [row["scopes"].split() for row in await grant.of(ada)] == [SCOPES]
    assert [row["member_id"] for row in await grant.of_app(key)] == [ada]
    await redeemed(code)


async def test_revoking() -> None:
    key, ada, code = await connected()
    one = await redeemed(code)
    two = await redeemed(await grant.allow(key, ada, SCOPES, BACK, "c" * 43))
    await app_token.revoke(await app_token.known(one.access) or {})
    assert await token.find(one.access) is None
    one = await refreshed(one) or one
    assert await token.find(one.access)
    await app_token.revoke(await app_token.known(one.refresh) or {})
    assert await token.find(one.access) is None
    assert await token.find(two.access)
    assert len(await grant.of(ada)) == 1
    await app_token.revoke(await app_token.known(two.refresh) or {})
    assert await grant.of(ada) == [], "an app that gave everything back is not connected"


async def test_purging() -> None:
    clock.freeze(NOON)
    _, _, code = await connected()
    await redeemed(code)
    clock.advance(days=59)
    await sweeper.purge()
    assert (await count("app_code"), await count("app_token")) == (0, 1)
    clock.advance(days=2)
    await sweeper.purge()
    assert await count("app_token") == 0


@pytest.mark.only_engine("postgres")
@pytest.mark.parametrize("what", ["code", "refresh"])
async def test_twenty_at_once(what: str) -> None:
    for number in range(ROUNDS):
        _, _, code = await connected(f"m{number}")
        if what == "refresh":
            held = await app_token.known((await redeemed(code)).refresh)
        else:
            held = await app_token.code(code)
        assert held
        pairs = [app_token.make() for _ in range(20)]
        if what == "refresh":
            acts = [app_token.refresh(held, SCOPES, pair) for pair in pairs]
        else:
            acts = [app_token.redeem(held, pair) for pair in pairs]
        assert sorted(await asyncio.gather(*acts)) == [False] * 19 + [True]
        assert await count("app_token") == 0, "two held it, so nobody does"


@pytest.mark.only_engine("postgres")
async def test_stopping_and_refreshing_at_once() -> None:
    for number in range(ROUNDS):
        _, member, code = await connected(f"m{number}")
        pair = await redeemed(code)
        [mine] = await grant.of(member)
        held = await app_token.known(pair.refresh)
        assert held
        new = app_token.make()
        await asyncio.gather(app_token.refresh(held, SCOPES, new), grant.stop(member, mine["id"]))
        assert await token.find(new.access) is None
        assert await count("app_token") == 0


@pytest.mark.only_engine("postgres")
async def test_saying_yes_twice_at_once() -> None:
    for number in range(ROUNDS):
        key, _, _ = await connected(f"m{number}")
        member = await person(f"twice{number}")
        codes = await asyncio.gather(
            *(grant.allow(key, member, [s], BACK, "c" * 43) for s in SCOPES * 3)
        )
        assert len({credential.hashed(code) for code in codes}) == 6
        [one] = await grant.of(member)
        assert one["scopes"].split() == SCOPES
