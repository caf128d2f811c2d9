"""Sessions and tokens: found while they last, ended at once, and only hashes are kept."""

from datetime import timedelta

import argon2
import pytest

from models import bell, clock, member, session, sql, sweeper, token
from models.problem import Code, Problems
from models.token import Scope
from tests.models.acts import NOON, refused
from tests.people import people, person

pytestmark = pytest.mark.usefixtures("database")

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.freeze(NOON)
    monkeypatch.setattr(member, "_hasher", argon2.PasswordHasher(1, 8, 1))
    member._nobodys_hash.cache_clear()


async def joined() -> int:
    return await person("ada", password_hash=await member.hash_password(PASSWORD))


async def who(secret: str) -> int | None:
    row = await session.find(secret)
    return None if row is None else row["id"]


async def test_signing_in_and_being_found() -> None:
    ada = await joined()
    secret = await session.sign_in(" ADA@example.org ", PASSWORD, "Firefox")
    assert await who(secret) == ada
    assert await who(secret + "x") is None
    assert await who("") is None
    stored = repr([dict(row) for row in await sql.rows("SELECT * FROM session")])
    assert secret not in stored
    assert secret.startswith("mub_")


async def test_wrong_passwords_and_unknown_addresses_are_one_answer() -> None:
    await joined()
    await person("gone", password_hash=await member.hash_password(PASSWORD), suspended_at=NOON)
    answers = set()
    for email, password in (
        ("ada@example.org", "wrong horse"),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
        ("", ""),
    ):
        with refused(Code.WRONG_PASSWORD) as caught:
            await session.sign_in(email, password, "")
        answers.add((caught[0].message, caught[0].field))
    assert len(answers) == 1


async def test_a_session_ends_after_idle_days_and_use_prolongs_it() -> None:
    ada = await joined()
    secret = await session.open_session(ada, "x" * 500 + "\x00\ud800")
    clock.advance(days=29)
    assert await who(secret) == ada  # written down: another 30 days
    clock.advance(days=29)
    assert await who(secret) == ada
    clock.advance(days=30)
    assert await who(secret) is None
    assert not await session.of(ada)
    await sweeper.purge()
    assert await sql.rows("SELECT id FROM session")  # to the microsecond: not before it is over
    clock.advance(seconds=1)
    await sweeper.purge()
    assert not await sql.rows("SELECT id FROM session")


async def test_being_seen_is_written_at_most_every_five_minutes() -> None:
    ada = await joined()
    secret = await session.open_session(ada, "")
    clock.advance(minutes=5)
    await session.find(secret)
    assert (await session.of(ada))[0]["seen_at"] == NOON
    clock.advance(seconds=1)
    await session.find(secret)
    assert (await session.of(ada))[0]["seen_at"] == NOON + timedelta(minutes=5, seconds=1)


async def test_sessions_are_listed_and_ended_by_their_owner() -> None:
    ada, eve = await joined(), await person("eve")
    first = await session.open_session(ada, "Firefox")
    clock.advance(minutes=1)
    second = await session.open_session(ada, "Chromium")
    rows = await session.of(ada)
    assert [row["user_agent"] for row in rows] == ["Chromium", "Firefox"]
    assert not await session.of(eve)
    with refused(Code.NOT_FOUND):
        await session.end(eve, rows[0]["id"])
    with bell.listening(ada) as rung:
        await session.end(ada, rows[0]["id"])
        assert rung.is_set()  # its pages and sockets look again and stop
    assert (await who(first), await who(second)) == (ada, None)
    with refused(Code.NOT_FOUND):
        await session.end(ada, rows[0]["id"])


async def test_a_new_password_ends_the_other_sessions() -> None:
    ada = await joined()
    mine, other = [await session.open_session(ada, "") for _ in range(2)]
    row = await session.find(mine)
    assert row is not None
    for current, new, code in (
        ("wrong horse", "a new password", Code.WRONG_PASSWORD),
        (PASSWORD, "short", Code.TOO_SHORT),
    ):
        with refused(code):
            await session.replace_password(ada, current, new, row["session_id"])
    assert await who(other) == ada
    with bell.listening(ada) as rung:
        await session.replace_password(ada, PASSWORD, "a new password", row["session_id"])
        assert rung.is_set()
    assert (await who(mine), await who(other)) == (ada, None)
    with refused(Code.WRONG_PASSWORD):
        await session.sign_in("ada@example.org", PASSWORD, "")
    assert await who(await session.sign_in("ada@example.org", "a new password", "")) == ada


async def test_the_suspended_are_signed_out_at_once() -> None:
    ada = await joined()
    secret = await session.open_session(ada, "")
    _, bearer = await token.create(ada, "CRM", [Scope.NETWORK_READ], None)
    await sql.change("UPDATE member SET suspended_at = $1 WHERE id = $2", NOON, ada)
    assert await who(secret) is None
    assert await token.find(bearer) is None


async def test_tokens_are_found_with_their_scopes_until_they_expire() -> None:
    [ada] = await people("ada")
    scopes = [Scope.NETWORK_WRITE, Scope.NETWORK_READ, Scope.NETWORK_READ]
    row, secret = await token.create(ada, "  CRM\u200b ", scopes, 7)
    assert (row["name"], row["expires_at"]) == ("CRM", NOON + timedelta(days=7))
    assert secret.startswith(row["prefix"])
    assert secret not in repr([dict(r) for r in await sql.rows("SELECT * FROM access_token")])
    found = await token.find(secret)
    assert found is not None
    assert (found["id"], token.scopes_of(found)) == (ada, [Scope.NETWORK_READ, Scope.NETWORK_WRITE])
    assert (await token.of(ada))[0]["used_at"] == NOON
    clock.advance(minutes=5)
    await token.find(secret)
    assert (await token.of(ada))[0]["used_at"] == NOON
    clock.freeze(NOON + timedelta(days=7))
    assert await token.find(secret) is None
    assert len(await token.of(ada)) == 1  # shown as expired


async def test_a_token_without_an_end_and_a_scope_of_tomorrow() -> None:
    [ada] = await people("ada")
    _, secret = await token.create(ada, "CRM", [Scope.PROFILE_READ], None)
    await sql.change("UPDATE access_token SET scopes = 'profile:read mars:visit'")
    clock.advance(days=4000)
    found = await token.find(secret)
    assert found is not None
    assert token.scopes_of(found) == [Scope.PROFILE_READ]


@pytest.mark.parametrize(
    ("name", "scopes", "days", "fields"),
    [
        ("", [Scope.NETWORK_READ], None, {"name"}),
        ("\ud800", [Scope.NETWORK_READ], None, {"name"}),
        ("CRM", [], None, {"scopes"}),
        ("CRM", [Scope.ACCOUNT], None, {"scopes"}),  # only a person at a browser has it
        ("CRM", [Scope.NETWORK_READ, Scope.ACCOUNT], None, {"scopes"}),
        ("CRM", [Scope.NETWORK_READ], 0, {"expiresInDays"}),
        ("CRM", [Scope.NETWORK_READ], -1, {"expiresInDays"}),
        ("CRM", [Scope.NETWORK_READ], 3651, {"expiresInDays"}),
        ("x" * 101, [], 10**9, {"name", "scopes", "expiresInDays"}),
    ],
)
async def test_tokens_that_are_refused(
    name: str, scopes: list[Scope], days: int | None, fields: set[str]
) -> None:
    [ada] = await people("ada")
    with pytest.raises(Problems) as caught:
        await token.create(ada, name, scopes, days)
    assert {problem.field[0] for problem in caught.value.problems} == fields
    assert not await token.of(ada)


async def test_tokens_are_revoked_by_their_owner() -> None:
    ada, eve = await people("ada", "eve")
    row, secret = await token.create(ada, "CRM", [Scope.NETWORK_READ], None)
    with refused(Code.NOT_FOUND):
        await token.revoke(eve, row["id"])
    with bell.listening(ada) as rung:
        await token.revoke(ada, row["id"])
        assert rung.is_set()
    assert await token.find(secret) is None
    with refused(Code.NOT_FOUND):
        await token.revoke(ada, row["id"])


async def test_a_member_has_a_hundred_tokens_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token, "MOST_TOKENS", 2)
    [ada] = await people("ada")
    for _ in range(2):
        await token.create(ada, "CRM", [Scope.NETWORK_READ], None)
    with refused(Code.INVALID):
        await token.create(ada, "CRM", [Scope.NETWORK_READ], None)
