"""Apps: what can be registered, who may connect it, and what its owner and operators change."""

import pytest

from models import app, app_review, grant, sql
from models.app import AppStatus, Description
from models.problem import Code, Problems
from models.redirect import check, matches
from models.token import Scope
from tests.models.acts import SetUp, code_of, refused
from tests.people import people, person

pytestmark = pytest.mark.usefixtures("database")

CRM = Description(
    "CRM", "Keeps\ntrack", "https://crm.example", ["https://crm.example/cb"], [Scope.EVENTS_READ]
)


async def status(key: int) -> str:
    row = await sql.row("SELECT status FROM app WHERE id = $1", key)
    assert row
    return str(row["status"])


async def test_registering() -> None:
    ada, grace = await people("ada", "grace")
    row, secret = await app.register(ada, CRM, confidential=True)
    assert (row["name"], row["description"], row["status"]) == ("CRM", "Keeps\ntrack", "PENDING")
    assert secret
    assert secret.startswith("mus_")
    assert secret not in repr([dict(r) for r in await sql.rows("SELECT * FROM app")])
    _, none = await app.register(ada, CRM, confidential=False)
    assert none is None
    assert [bool(r["confidential"]) for r in await app.of(ada)] == [False, True]
    assert (await app.owned(ada, row["id"]))["id"] == row["id"]
    for who, key in ((grace, row["id"]), (ada, 1)):
        with refused(Code.NOT_FOUND):
            await app.owned(who, key)
        with refused(Code.NOT_FOUND):
            await app.update(who, key, CRM)
        with refused(Code.NOT_FOUND):
            await app.renew_secret(who, key)
        with refused(Code.NOT_FOUND):
            await app.delete(who, key)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"name": "a\u202eb", "description": "x" * 2001}, {"name", "description"}),
        ({"homepage": "javascript:alert(1)"}, {"homepage"}),
        ({"homepage": "https://"}, {"homepage"}),
        ({"homepage": "https://[x"}, {"homepage"}),
        ({"scopes": []}, {"scopes"}),
        ({"scopes": [Scope.ACCOUNT]}, {"scopes"}),
        ({"redirect_uris": [" "], "scopes": []}, {"redirectUris", "scopes"}),
    ],
)
async def test_what_cannot_be_registered(changes: dict[str, object], fields: set[str]) -> None:
    ada = await person("ada")
    with pytest.raises(Problems) as caught:
        await app.register(ada, CRM._replace(**changes), confidential=True)
    assert {p.field[0] for p in caught.value.problems} == fields
    assert await app.of(ada) == []


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://crm.example/cb?x=1", "both"),
        ("http://127.0.0.1:3000/cb", "both"),
        ("http://[::1]/cb", "both"),
        ("http://localhost/cb", "both"),
        ("com.example.crm:/cb", "public"),
        ("http://crm.example/cb", "neither"),
        ("https://crm.example/cb#x", "neither"),
        ("https://", "neither"),
        ("https://ada@crm.example/", "neither"),
        ("https://crm.example:x/", "neither"),
        ("https://crm.example\\@evil.example", "neither"),
        ("https://cr m.example/", "neither"),
        ("https://münchen.example/", "neither"),
        ("javascript:alert(1)", "neither"),
        ("data:text/html,x", "neither"),
        ("crm:/cb", "neither"),
        ("com.example.crm://host/cb", "neither"),
        ("https://crm.example;script-src", "neither"),
        ("https://crm.example,x/", "neither"),
        ("https://[::1]/", "neither"),
        ("/cb", "neither"),
        ("//crm.example", "neither"),
        ("https://crm.example/;'*", "both"),
        ("https://crm.example/" + "x" * 500, "neither"),
    ],
)
async def test_addresses_to_go_back_to(address: str, taken: str) -> None:
    for public in (True, False):
        is_fine = taken == "both" or (taken == "public" and public)
        found = await code_of(_checked(address, public))
        assert (found == "OK") is is_fine, found


async def _checked(address: str, public: bool) -> None:
    assert check([address, address, " "], public=public) == [address]


async def test_at_most_ten_addresses() -> None:
    many = [f"https://crm.example/{n}" for n in range(11)]
    assert check(many[:10], public=True) == many[:10]
    with refused(Code.TOO_LONG):
        check(many, public=True)


@pytest.mark.parametrize(
    ("registered", "given", "same"),
    [
        ("https://a.example/cb", "https://a.example/cb", True),
        ("https://a.example/cb", "https://a.example/cb/", False),
        ("https://a.example/cb", "https://a.example:443/cb", False),
        ("https://a.example/cb", "https://A.example/cb", False),
        ("https://a.example/cb", "https://a.example/cb?x=1", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/cb", True),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:5555/cb", True),
        ("http://[::1]/cb", "http://[::1]:5555/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/cb?x", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/CB", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://x@127.0.0.1:80/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:5555/cb", False),
        ("http://localhost/cb", "http://localhost:5555/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/cb#x", False),
    ],
)
def test_matching(registered: str, given: str, same: bool) -> None:
    assert matches([registered], given, public=True) is same
    assert matches([registered], given, public=False) is (registered == given)


async def test_at_most_twenty_apps(set_up: SetUp) -> None:
    ada = await person("ada")
    for _ in range(app.MOST_APPS):
        await app.register(ada, CRM, confidential=False)
    with refused(Code.INVALID):
        await app.register(ada, CRM, confidential=False)


async def test_registration_as_the_operator_wants_it(set_up: SetUp) -> None:
    ada = await person("ada")
    set_up(app_registration="OFF")
    with refused(Code.NOT_OPEN):
        await app.register(ada, CRM, confidential=False)
    set_up(app_registration="OPEN")
    row, _ = await app.register(ada, CRM, confidential=False)
    assert row["status"] == "APPROVED"
    assert (await app.update(ada, row["id"], CRM._replace(name="X")))["status"] == "APPROVED"


async def test_a_change_that_matters_waits_for_another_yes() -> None:
    ada = await person("ada")
    wide = CRM._replace(scopes=[Scope.EVENTS_READ, Scope.NETWORK_READ])
    row, _ = await app.register(ada, wide, confidential=True)
    key = row["id"]
    await app_review.approve(key)
    for harmless in (wide._replace(description="x", homepage=""), CRM):
        assert (await app.update(ada, key, harmless))["status"] == "APPROVED"
    for other in (
        CRM._replace(name="Bank"),
        CRM._replace(redirect_uris=["https://evil.example/"]),
        wide,
    ):
        await app_review.approve(key)
        await app.update(ada, key, CRM)
        await app_review.approve(key)
        assert (await app.update(ada, key, other))["status"] == "PENDING"
    await app_review.stop(key)
    assert (await app.update(ada, key, CRM))["status"] == "STOPPED", "an owner starts nothing"


async def test_renewing_the_secret() -> None:
    ada = await person("ada")
    row, old = await app.register(ada, CRM, confidential=True)
    before = (await app.client(row["id"]) or {})["secret_hash"]
    _, new = await app.renew_secret(ada, row["id"])
    assert new != old
    assert (await app.client(row["id"]) or {})["secret_hash"] != before
    public, _ = await app.register(ada, CRM, confidential=False)
    with refused(Code.INVALID):
        await app.renew_secret(ada, public["id"])


async def test_who_may_connect_it() -> None:
    ada, grace = await people("ada", "grace")
    row, _ = await app.register(ada, CRM, confidential=True)
    key = row["id"]

    async def allow(member: int) -> str:
        return await code_of(
            grant.allow(key, member, ["events:read"], "https://crm.example/cb", "c" * 43)
        )

    assert (await allow(ada), await allow(grace)) == ("OK", "NOT_FOUND")
    await app_review.approve(key)
    assert (await allow(ada), await allow(grace)) == ("OK", "OK")
    await app_review.stop(key)
    assert (await allow(ada), await allow(grace)) == ("NOT_FOUND", "NOT_FOUND")
    assert await app.client(key) is None
    [shown] = await app_review.all_apps()
    assert (shown["owner_handle"], shown["grants"], shown["status"]) == ("ada", 2, "STOPPED")
    assert await status(key) == AppStatus.STOPPED
    with refused(Code.NOT_FOUND):
        await app_review.approve(1)


async def test_an_owner_who_was_suspended() -> None:
    ada = await person("ada")
    row, _ = await app.register(ada, CRM, confidential=True)
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", ada, row["created_at"])
    assert await app.client(row["id"]) is None
