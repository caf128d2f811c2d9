"""What only the member's own browser manages: profile, password, sessions, tokens."""

from typing import Any

import pytest

from models import clock, ids, session, sql, token
from models.member import hash_password
from models.token import GRANTABLE, Scope
from schema import schema
from schema.context import Context
from tests.people import people, person
from tests.schema.acts import ERRORS, codes
from tests.schema.conftest import Ask

PROFILE = f"""mutation ($input: UpdateProfileInput!) {{ updateProfile(input: $input) {{ viewer {{
  connectionsAudience profileAudience acceptsRequests
  member {{ name headline organisation location about }} }} {ERRORS} }} }}"""
PASSWORD = f"""mutation ($input: ChangePasswordInput!) {{ changePassword(input: $input) {{
  viewer {{ email }} {ERRORS} }} }}"""
TOKENS = "{ viewer { tokens { id name prefix scopes createdAt expiresAt lastUsedAt } } }"
CREATE = f"""mutation ($input: CreateAccessTokenInput!) {{ createAccessToken(input: $input) {{
  secret token {{ id name prefix scopes expiresAt }} {ERRORS} }} }}"""
REVOKE = f"""mutation ($input: RevokeAccessTokenInput!) {{ revokeAccessToken(input: $input) {{
  token {{ id }} {ERRORS} }} }}"""
SESSIONS = "{ viewer { sessions { id userAgent current createdAt lastSeenAt expiresAt } } }"
END = f"""mutation ($input: RevokeSessionInput!) {{ revokeSession(input: $input) {{
  session {{ id userAgent }} {ERRORS} }} }}"""
END_OTHERS = f"mutation {{ revokeOtherSessions {{ viewer {{ email }} {ERRORS} }} }}"


async def payload(ask: Ask, who: int, mutation: str, **given: Any) -> dict[str, Any]:
    [found] = (await ask(who, mutation, input=given)).values()
    return dict(found)


async def in_browser(cookie: str, query: str, **variables: Any) -> dict[str, Any]:
    """Ask with a session's cookie, as the site's own pages are known."""
    context = Context(cookie=cookie)
    result = await schema.execute(query, variable_values=variables, context_value=context)
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data


async def test_profile(ask: Ask) -> None:
    ada = await person("ada", about="Before")
    changed = await payload(
        ask, ada, PROFILE, headline="  Sums  ", acceptsRequests=False, connectionsAudience="NOBODY"
    )
    viewer = changed["viewer"]
    assert viewer["member"]["headline"] == "Sums"
    assert viewer["member"]["about"] == "Before", "what is left out stays"
    assert (viewer["acceptsRequests"], viewer["connectionsAudience"]) == (False, "NOBODY")
    emptied = await payload(ask, ada, PROFILE, about="", acceptsRequests=True)
    assert emptied["viewer"]["member"]["about"] == ""


async def test_every_wrong_field_is_named(ask: Ask) -> None:
    ada = await person("ada")
    wrong = {
        "name": " \u200b",
        "headline": "x" * 121,
        "organisation": "a\u202eb",
        "about": "y" * 2001,
    }
    refused = await payload(ask, ada, PROFILE, location="Oslo", **wrong)
    found = {error["field"][0]: error["code"] for error in refused["userErrors"]}
    assert found == {
        "name": "REQUIRED",
        "headline": "TOO_LONG",
        "organisation": "TEXT_INVALID",
        "about": "TOO_LONG",
    }
    assert refused["viewer"] is None
    row = await sql.row("SELECT name, location FROM member WHERE id = $1", ada)
    assert row
    assert (row["name"], row["location"]) == ("Ada", ""), "nothing is half-written"


async def test_password(ask: Ask) -> None:
    old, new = "correct horse battery", "staple, not horse 𝔘"
    ada = await person("ada", password_hash=await hash_password(old))
    cookie = await session.open_session(ada, "Firefox")
    other = await session.open_session(ada, "Safari")

    async def change(current: str, wanted: str) -> list[str]:
        given = {"currentPassword": current, "newPassword": wanted}
        return codes((await in_browser(cookie, PASSWORD, input=given))["changePassword"])

    assert await change("wrong", new) == ["WRONG_PASSWORD"]
    assert await change("\ud800", new) == ["WRONG_PASSWORD"]
    assert await change(old, "short") == ["TOO_SHORT"]
    assert await change(old, "x" * 1001) == ["TOO_LONG"]
    assert await session.find(other) is not None
    assert await change(old, new) == []
    assert await session.find(other) is None, "every other session ends"
    assert await session.find(cookie) is not None
    assert await session.sign_in("ada@example.org", new, "Safari")


async def test_sessions(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    cookie = await session.open_session(ada, "Firefox on Linux")
    await session.open_session(ada, "Safari\x00 on iPhone" + "x" * 300)
    foreign = await session.open_session(grace, "Chrome")
    listed = (await in_browser(cookie, SESSIONS))["viewer"]["sessions"]
    assert sorted(s["current"] for s in listed) == [False, True]
    assert {len(s["userAgent"]) for s in listed} == {16, 200}
    [theirs] = (await in_browser(foreign, SESSIONS))["viewer"]["sessions"]
    [other] = [s["id"] for s in listed if not s["current"]]
    for given in (theirs["id"], "", "ses_", ids.encode("ses", 1), "\ud800" * 17):
        assert codes(await payload(ask, ada, END, sessionId=given)) == ["NOT_FOUND"]
    assert (await payload(ask, ada, END, sessionId=other))["session"]["id"] == other
    assert codes(await payload(ask, ada, END, sessionId=other)) == ["NOT_FOUND"]
    await session.open_session(ada, "Third")
    await in_browser(cookie, END_OTHERS)
    assert len((await in_browser(cookie, SESSIONS))["viewer"]["sessions"]) == 1
    assert await session.find(foreign) is not None


async def test_tokens(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    scopes = ["PROFILE_READ", "EVENTS_READ", "EVENTS_READ"]
    made = await payload(ask, ada, CREATE, name="CRM", scopes=scopes, expiresInDays=1)
    secret = made["secret"]
    assert secret.startswith(made["token"]["prefix"])
    assert sorted(made["token"]["scopes"]) == ["EVENTS_READ", "PROFILE_READ"]
    [listed] = (await ask(ada, TOKENS))["viewer"]["tokens"]
    assert listed["lastUsedAt"] is None
    assert secret not in str(listed)
    stored = await sql.rows("SELECT * FROM access_token")
    assert secret not in str([dict(row) for row in stored]), "hashed at rest"
    found = await token.find(secret)
    assert found
    assert found["handle"] == "ada"
    assert (await ask(ada, TOKENS))["viewer"]["tokens"][0]["lastUsedAt"]
    for who, given in ((grace, listed["id"]), (ada, ""), (ada, "tok_x"), (ada, "💥")):
        assert codes(await payload(ask, who, REVOKE, tokenId=given)) == ["NOT_FOUND"]
    clock.advance(days=1)
    assert await token.find(secret) is None, "expired"
    assert (await payload(ask, ada, REVOKE, tokenId=listed["id"]))["token"]["id"] == listed["id"]
    assert (await ask(ada, TOKENS))["viewer"]["tokens"] == []


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"name": "", "scopes": ["PROFILE_READ"]}, {"name"}),
        ({"name": "x" * 101, "scopes": ["PROFILE_READ"]}, {"name"}),
        ({"name": "x\x00", "scopes": ["PROFILE_READ"]}, {"name"}),
        ({"name": "x", "scopes": []}, {"scopes"}),
        ({"name": "x", "scopes": ["ACCOUNT"]}, {"scopes"}),
        ({"name": "x", "scopes": ["PROFILE_READ", "ACCOUNT"]}, {"scopes"}),
        ({"name": "x", "scopes": ["PROFILE_READ"], "expiresInDays": 0}, {"expiresInDays"}),
        ({"name": "x", "scopes": ["PROFILE_READ"], "expiresInDays": -5}, {"expiresInDays"}),
        ({"name": "x", "scopes": ["PROFILE_READ"], "expiresInDays": 2**31 - 1}, {"expiresInDays"}),
        ({"name": "", "scopes": [], "expiresInDays": 0}, {"name", "scopes", "expiresInDays"}),
    ],
)
async def test_tokens_that_are_refused(ask: Ask, given: dict[str, Any], fields: set[str]) -> None:
    ada = await person("ada")
    refused = await payload(ask, ada, CREATE, **given)
    assert {error["field"][0] for error in refused["userErrors"]} == fields
    assert refused["secret"] is refused["token"] is None
    assert (await ask(ada, TOKENS))["viewer"]["tokens"] == []


async def test_a_token_never_manages_the_account(ask: Ask) -> None:
    """Whatever it was granted: it cannot read, make or end what signs the member in."""
    ada = await person("ada")
    assert Scope.ACCOUNT not in GRANTABLE
    attempts = {
        TOKENS: {},
        SESSIONS: {},
        "{ viewer { email } }": {},
        CREATE: {"input": {"name": "x", "scopes": ["PROFILE_READ"]}},
        END_OTHERS: {},
        REVOKE: {"input": {"tokenId": "x"}},
        END: {"input": {"sessionId": "x"}},
        PASSWORD: {"input": {"currentPassword": "x", "newPassword": "y"}},
    }
    _, secret = await token.create(ada, "All", sorted(GRANTABLE), None)
    for query, variables in attempts.items():
        result = await schema.execute(
            query, variable_values=variables, context_value=Context(bearer=secret)
        )
        [error] = result.errors or []
        assert error.extensions == {"code": "FORBIDDEN_SCOPE", "missing": ["account"]}, query
