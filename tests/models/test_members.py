"""Signing up, profiles, and the two who want the same handle at once."""

import asyncio

import argon2
import pytest

from models import directory, member, sql
from models.problem import Code, Problem, Problems
from tests.models.acts import PLAIN
from tests.people import check_invariants, people

pytestmark = pytest.mark.usefixtures("database")

GOOD = {
    "handle": "ada",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "password": "correct horse",
}


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member, "_hasher", argon2.PasswordHasher(1, 8, 1))
    member._nobodys_hash.cache_clear()


async def codes(**given: str) -> dict[str, Code]:
    """What is wrong with a sign-up, by field."""
    try:
        await member.join(**{**GOOD, **given})
    except Problems as problems:
        return {problem.field[0]: problem.code for problem in problems.problems}
    return {}


async def test_joining() -> None:
    key = await member.join(
        handle=" @Ada-1 ",
        name="  Ada \u200b Lovelace ",
        email=" Ada@Example.ORG ",
        password="x" * 10,
    )
    row = await sql.row("SELECT * FROM member WHERE id = $1", key)
    assert row is not None
    assert (row["handle"], row["name"], row["email"]) == (
        "ada-1",
        "Ada Lovelace",
        "ada@example.org",
    )
    assert row["password_hash"].startswith("$argon2id$")
    assert (row["profile_audience"], row["connections_audience"]) == ("MEMBERS", "MEMBERS")
    for table in ("inbox", "allowance"):
        assert await sql.row(f"SELECT id FROM {table} WHERE id = $1", key)
    assert await member.password_matches(row["password_hash"], "x" * 10)
    assert not await member.password_matches(row["password_hash"], "x" * 11)
    assert not await member.password_matches(None, "nobody")
    assert not await member.password_matches("not a hash", "nobody")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("handle", "", Code.REQUIRED),
        ("handle", "ab", Code.INVALID),
        ("handle", "-ada", Code.INVALID),
        ("handle", "ada-", Code.INVALID),
        ("handle", "a da", Code.INVALID),
        ("handle", "adá", Code.INVALID),
        ("handle", "а" * 5, Code.INVALID),  # Cyrillic
        ("handle", "admin", Code.INVALID),
        ("handle", "a" * 31, Code.TOO_LONG),
        ("handle", "ad\x00a", Code.TEXT_INVALID),
        ("name", "", Code.REQUIRED),
        ("name", "\u200b\u200d", Code.REQUIRED),
        ("name", "Ada\nLovelace", Code.TEXT_INVALID),
        ("name", "\u202eecalevoL", Code.TEXT_INVALID),
        ("name", "x" * 101, Code.TOO_LONG),
        ("email", "", Code.REQUIRED),
        ("email", "ada", Code.INVALID),
        ("email", "ada@example", Code.INVALID),
        ("email", "a da@example.org", Code.INVALID),
        ("email", "a@b@example.org", Code.INVALID),
        ("email", "ada@example.org\ud800", Code.TEXT_INVALID),
        ("email", f"{'a' * 250}@example.org", Code.TOO_LONG),
        ("password", "", Code.TOO_SHORT),
        ("password", "x" * 9, Code.TOO_SHORT),
        ("password", "x" * 1001, Code.TOO_LONG),
    ],
)
async def test_what_is_wrong_is_named(field: str, text: str, code: Code) -> None:
    assert await codes(**{field: text}) == {field: code}
    assert not await sql.rows("SELECT id FROM member")


async def test_all_that_is_wrong_is_named_at_once() -> None:
    assert await codes(handle="", name="", email="", password="") == {
        "handle": Code.REQUIRED,
        "name": Code.REQUIRED,
        "email": Code.REQUIRED,
        "password": Code.TOO_SHORT,
    }


async def test_any_password_is_taken_as_it_is() -> None:
    for number, password in enumerate(("  spaces  kept ", "\x00" * 10, "\ud800" * 10, "😀" * 10)):
        assert not await codes(
            handle=f"ada{number}", email=f"ada{number}@example.org", password=password
        )
        row = await sql.row("SELECT password_hash FROM member WHERE handle = $1", f"ada{number}")
        assert row is not None
        assert await member.password_matches(row["password_hash"], password)
        assert not await member.password_matches(row["password_hash"], password.strip() + "x")


async def test_taken_is_told_for_both_fields() -> None:
    assert await codes() == {}
    assert await codes() == {"handle": Code.TAKEN, "email": Code.TAKEN}
    assert await codes(handle="ADA", email="other@example.org") == {"handle": Code.TAKEN}
    assert await codes(handle="other", email="ADA@example.org") == {"email": Code.TAKEN}


async def test_two_sign_ups_at_once(engine: str) -> None:
    for number in range(20 if engine == "postgres" else 5):
        email = f"ada{number}@example.org"
        results = await asyncio.gather(
            *(codes(handle=f"ada{number}", email=email) for _ in range(4))
        )
        assert sorted(map(len, results)) == [0, 2, 2, 2]
    for table in ("inbox", "allowance"):
        orphans = f"SELECT id FROM {table} WHERE id NOT IN (SELECT id FROM member)"
        assert not await sql.rows(orphans)
    await check_invariants()


async def test_profiles_change_by_field() -> None:
    [ada] = await people("ada")
    await member.update_profile(ada, {"headline": " Countess ", "about": "One\r\ntwo"})
    wants = PLAIN._replace(about=True)
    row = (await directory.by_ids(ada, [ada], wants))[ada]
    assert (row["m_headline"], row["m_about"], row["m_name"]) == ("Countess", "One\ntwo", "Ada")
    await member.update_profile(ada, {})
    await member.update_profile(ada, {"headline": "", "accepts_requests": False})
    assert (await member.account(ada))["accepts_requests"] in (False, 0)
    with pytest.raises(Problems) as caught:
        await member.update_profile(
            ada, {"name": "", "headline": "x" * 121, "about": "\x00", "location": "London"}
        )
    assert {p.field[0]: p.code for p in caught.value.problems} == {
        "name": Code.REQUIRED,
        "headline": Code.TOO_LONG,
        "about": Code.TEXT_INVALID,
    }
    row = (await directory.by_ids(ada, [ada], wants))[ada]
    assert row["m_location"] == ""  # nothing of a refused change is kept


async def test_only_columns_of_the_profile_can_be_changed() -> None:
    [ada] = await people("ada")
    for name in ("email", "password_hash", "suspended_at", "name = name, email"):
        with pytest.raises(AssertionError):
            await member.update_profile(ada, {name: "x"})


async def test_an_account_that_is_gone() -> None:
    with pytest.raises(LookupError):
        await member.account(42)
    assert await member.by_email("nobody@example.org") is None
    with pytest.raises(Problem):
        member.clean_email("nobody")
