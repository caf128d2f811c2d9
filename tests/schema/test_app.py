"""Apps: registered, changed and deleted by their owner; connected ones seen and stopped."""

from typing import Any

import pytest

from models import app_review, app_token, bell, grant, ids, operator, session, sql, token
from models.app import AppStatus
from models.token import GRANTABLE, Scope
from schema import schema
from schema.context import BadCredentials, Context, authenticate
from schema.points import buckets_of
from tests.people import people
from tests.schema.acts import ERRORS, codes
from tests.schema.conftest import Ask

APP = """id name description homepage redirectUris scopes confidential status createdAt
  connectionCount"""
REGISTER = f"""mutation ($input: RegisterAppInput!) {{ registerApp(input: $input) {{
  secret app {{ {APP} }} {ERRORS} }} }}"""
UPDATE = f"""mutation ($input: UpdateAppInput!) {{ updateApp(input: $input) {{
  app {{ {APP} }} {ERRORS} }} }}"""
RENEW = f"""mutation ($input: AppInput!) {{ renewAppSecret(input: $input) {{
  secret app {{ id }} {ERRORS} }} }}"""
DELETE = f"mutation ($input: AppInput!) {{ deleteApp(input: $input) {{ app {{ id }} {ERRORS} }} }}"
STOP = f"""mutation ($input: StopConnectedAppInput!) {{ stopConnectedApp(input: $input) {{
  connectedApp {{ id name }} {ERRORS} }} }}"""
APPS = f"{{ viewer {{ apps {{ {APP} }} }} }}"
ONE = "query ($id: ID!) { viewer { app(id: $id) { name } } }"
CONNECTED = """{ viewer { connectedApps { id appId name ownerName stopped scopes createdAt
  lastUsedAt eventsDelivered } } }"""
REVIEWED = "{ viewer { operator { apps { ownerHandle app { id status } } } } }"
APPROVE = f"""mutation ($input: AppInput!) {{ approveApp(input: $input) {{
  operator {{ apps {{ app {{ status }} }} }} {ERRORS} }} }}"""
STOP_APP = APPROVE.replace("approveApp", "stopApp")
CRM: dict[str, Any] = {
    "name": "CRM",
    "redirectUris": ["https://crm.example/back"],
    "scopes": ["PROFILE_READ", "EVENTS_READ"],
    "confidential": True,
}
BACK = CRM["redirectUris"][0]


async def payload(ask: Ask, who: int, mutation: str, **given: Any) -> dict[str, Any]:
    [found] = (await ask(who, mutation, input=given)).values()
    return dict(found)


async def registered(ask: Ask, owner: int, **other: Any) -> dict[str, Any]:
    made = await payload(ask, owner, REGISTER, **{**CRM, **other})
    assert made["userErrors"] == []
    return {**made["app"], "secret": made["secret"]}


async def connected(app_id: str, member: int, *scopes: Scope) -> app_token.Issued:
    """A member's yes, and the tokens an app redeems it for."""
    key = ids.decode(ids.APP, app_id)
    assert key is not None
    code = await grant.allow(key, member, sorted(scopes), BACK, "challenge")
    found = await app_token.code(code)
    assert found is not None
    pair = app_token.make()
    assert await app_token.redeem(found, pair)
    return pair


async def test_an_app_is_registered_and_its_secret_shown_once(ask: Ask) -> None:
    ada, eve = await people("ada", "eve")
    made = await registered(ask, ada, description="Keeps\ncontacts", homepage="https://crm.example")
    assert made["secret"].startswith("mus_")
    assert (made["status"], made["confidential"]) == ("PENDING", True)
    assert made["scopes"] == ["EVENTS_READ", "PROFILE_READ"]
    [listed] = (await ask(ada, APPS))["viewer"]["apps"]
    assert listed == {key: value for key, value in made.items() if key != "secret"}
    assert made["secret"] not in repr([dict(row) for row in await sql.rows("SELECT * FROM app")])
    assert (await ask(ada, ONE, id=made["id"]))["viewer"]["app"] == {"name": "CRM"}
    assert (await ask(eve, APPS))["viewer"]["apps"] == []
    for who, given in ((eve, made["id"]), (ada, "app_0000000000000"), (ada, "x")):
        assert (await ask(who, ONE, id=given))["viewer"]["app"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"description": "x" * 2001}, "description"),
        ({"homepage": "javascript:alert(1)"}, "homepage"),
        ({"redirectUris": []}, "redirectUris"),
        ({"redirectUris": ["http://crm.example/back"]}, "redirectUris"),
        ({"redirectUris": ["https://crm.example/back#here"]}, "redirectUris"),
        ({"redirectUris": ["org.example.crm:/back"]}, "redirectUris"),
        ({"redirectUris": [f"https://crm.example/{n}" for n in range(11)]}, "redirectUris"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["ACCOUNT"]}, "scopes"),
    ],
)
async def test_what_is_wrong_is_named(ask: Ask, wrong: dict[str, Any], field: str) -> None:
    [ada] = await people("ada")
    refused = await payload(ask, ada, REGISTER, **{**CRM, **wrong})
    assert [error["field"] for error in refused["userErrors"]] == [[field]]
    assert (refused["app"], refused["secret"]) == (None, None)
    assert (await ask(ada, APPS))["viewer"]["apps"] == []


async def test_only_its_owner_changes_an_app(ask: Ask) -> None:
    ada, eve = await people("ada", "eve")
    made = await registered(ask, ada)
    what = {key: CRM[key] for key in ("name", "redirectUris", "scopes")}
    for who, given in ((eve, made["id"]), (ada, "x"), (ada, "mem_0000000000000")):
        for mutation in (UPDATE, RENEW, DELETE):
            extra = what if mutation == UPDATE else {}
            refused = await payload(ask, who, mutation, appId=given, **extra)
            assert codes(refused) == ["NOT_FOUND"]
    changed = await payload(ask, ada, UPDATE, appId=made["id"], **{**what, "name": "CRM 2"})
    assert changed["app"]["name"] == "CRM 2"
    renewed = await payload(ask, ada, RENEW, appId=made["id"])
    assert renewed["secret"] not in (None, made["secret"])
    public = await registered(ask, ada, confidential=False)
    assert public["secret"] is None
    assert codes(await payload(ask, ada, RENEW, appId=public["id"])) == ["INVALID"]
    assert (await payload(ask, ada, DELETE, appId=made["id"]))["app"] == {"id": made["id"]}
    assert [each["id"] for each in (await ask(ada, APPS))["viewer"]["apps"]] == [public["id"]]


async def test_where_no_apps_are_taken(ask: Ask, set_up: Any) -> None:
    [ada] = await people("ada")
    set_up(app_registration="OFF")
    assert codes(await payload(ask, ada, REGISTER, **CRM)) == ["NOT_OPEN"]
    set_up(app_registration="OPEN")
    assert (await registered(ask, ada))["status"] == "APPROVED"


async def test_connected_apps_are_seen_and_stopped_by_their_member(ask: Ask, set_up: Any) -> None:
    set_up(app_registration="OPEN")
    ada, eve = await people("ada", "eve")
    made = await registered(ask, ada)
    pair = await connected(made["id"], eve, Scope.PROFILE_READ)
    viewer = await authenticate(Context(bearer=pair.access))
    assert viewer is not None
    assert (viewer.id, viewer.scopes) == (eve, {Scope.PROFILE_READ})
    assert viewer.grant_id is not None
    assert viewer.token_id is None
    assert [bucket.policy for bucket in buckets_of(viewer, "-")] == ["token", "member"]
    await grant.count_delivered(viewer.grant_id, 3)
    [shown] = (await ask(eve, CONNECTED))["viewer"]["connectedApps"]
    assert (shown["name"], shown["ownerName"], shown["stopped"]) == ("CRM", "Ada", False)
    assert (shown["scopes"], shown["eventsDelivered"]) == (["PROFILE_READ"], 3)
    assert shown["lastUsedAt"]
    assert (await ask(ada, CONNECTED))["viewer"]["connectedApps"] == []
    assert (await ask(ada, APPS))["viewer"]["apps"][0]["connectionCount"] == 1
    refused = await payload(ask, ada, STOP, connectedAppId=shown["id"])
    assert [(each["code"], each["field"]) for each in refused["userErrors"]] == [
        ("NOT_FOUND", ["connectedAppId"])
    ]
    assert codes(await payload(ask, eve, STOP, connectedAppId=made["id"])) == ["NOT_FOUND"]
    with bell.listening(eve) as rung:
        stopped = await payload(ask, eve, STOP, connectedAppId=shown["id"])
        assert rung.is_set()
    assert stopped["connectedApp"] == {"id": shown["id"], "name": "CRM"}
    with pytest.raises(BadCredentials):
        await authenticate(Context(bearer=pair.access))
    assert codes(await payload(ask, eve, STOP, connectedAppId=shown["id"])) == ["NOT_FOUND"]


async def test_a_token_manages_no_apps(ask: Ask, set_up: Any) -> None:
    set_up(app_registration="OPEN")
    [ada] = await people("ada")
    made = await registered(ask, ada, scopes=[scope.name for scope in GRANTABLE])
    pair = await connected(made["id"], ada, *GRANTABLE)
    _, personal = await token.create(ada, "CRM", sorted(GRANTABLE), None)
    for secret in (pair.access, personal):
        for query in (APPS, CONNECTED, ONE, REGISTER, UPDATE, RENEW, DELETE, STOP, REVIEWED):
            result = await schema.execute(
                query,
                variable_values={"id": made["id"], "input": {}},
                context_value=Context(bearer=secret),
            )
            [error, *_] = result.errors or []
            assert error.extensions
            assert error.extensions["code"] in ("FORBIDDEN_SCOPE", "BAD_REQUEST")
            assert not result.data
    assert len((await ask(ada, APPS))["viewer"]["apps"]) == 1


async def test_operators_approve_and_stop(ask: Ask) -> None:
    ada, eve = await people("ada", "eve")
    made = await registered(ask, ada)
    cookie = await session.open_session(eve, "Firefox")

    async def asked(query: str, **given: Any) -> Any:
        result = await schema.execute(
            query, variable_values={"input": given}, context_value=Context(cookie=cookie)
        )
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    for mutation, name in ((APPROVE, "approveApp"), (STOP_APP, "stopApp")):
        assert codes((await asked(mutation, appId=made["id"]))[name]) == ["NOT_FOUND"]
    await operator.appoint(eve, True)
    assert (await asked(REVIEWED))["viewer"]["operator"]["apps"] == [
        {"ownerHandle": "ada", "app": {"id": made["id"], "status": "PENDING"}}
    ]
    assert codes((await asked(APPROVE, appId="app_0000000000000"))["approveApp"]) == ["NOT_FOUND"]
    done = (await asked(APPROVE, appId=made["id"]))["approveApp"]
    assert done["operator"]["apps"] == [{"app": {"status": "APPROVED"}}]
    pair = await connected(made["id"], eve, Scope.EVENTS_READ)
    with bell.listening(eve) as rung:
        done = (await asked(STOP_APP, appId=made["id"]))["stopApp"]
        assert rung.is_set()
    assert done["operator"]["apps"] == [{"app": {"status": "STOPPED"}}]
    with pytest.raises(BadCredentials):
        await authenticate(Context(bearer=pair.access))
    [shown] = (await asked(CONNECTED))["viewer"]["connectedApps"]
    assert shown["stopped"]
    key = ids.decode(ids.APP, made["id"])
    assert key is not None
    await app_review.approve(key)
    assert await authenticate(Context(bearer=pair.access)), "what members granted stayed"
    assert (await ask(ada, APPS))["viewer"]["apps"][0]["status"] == AppStatus.APPROVED
