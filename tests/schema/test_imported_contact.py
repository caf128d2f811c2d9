"""Imported contacts through the schema."""

from typing import Any

import pytest

from models.token import Scope
from tests.models.counting import statements
from tests.people import people
from tests.schema.conftest import Ask

CSV = """First Name,Last Name,URL,Email Address,Company,Position,Connected On
Grace,Okafor,,grace@example.org,Larch & Span,Engineer,03 Mar 2024
Hugo,Sand,,hugo@example.org,,,
"""
IMPORT = """mutation ($input: ImportContactsInput!) { importContacts(input: $input) {
  added updated skipped userErrors { field code message } } }"""
ALLOW = """mutation ($yes: Boolean!) { allowContactMatching(input: {foundByAddress: $yes}) {
  foundByAddress userErrors { code } } }"""
LIST = """query ($matched: Boolean = false) { viewer { foundByAddress
  importedContacts(matched: $matched, first: 50) { totalCount nodes { id name email organisation
    title connectedOn source dismissed member { handle degreeless: mutualCount } } } } }"""


async def bring(ask: Ask, who: int, text: Any = CSV, source: str = "LINKEDIN") -> Any:
    given = {"source": source, "file": text}
    return (await ask(who, IMPORT, input=given))["importContacts"]


async def test_from_file_to_match(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    assert await bring(ask, ada) == {"added": 2, "updated": 0, "skipped": 0, "userErrors": []}
    assert (await bring(ask, ada, CSV.encode()))["added"] == 0
    for who in (ada, grace):
        assert (await ask(who, ALLOW, yes=True))["allowContactMatching"]["foundByAddress"] is True
    viewer = (await ask(ada, LIST))["viewer"]
    assert viewer["foundByAddress"] is True
    assert viewer["importedContacts"]["totalCount"] == 2
    hugo, found = viewer["importedContacts"]["nodes"]
    assert (hugo["name"], hugo["member"]) == ("Hugo Sand", None)
    assert found["member"]["handle"] == "grace"
    assert (found["connectedOn"], found["source"]) == ("2024-03-03", "LINKEDIN")
    dismiss = """mutation ($id: ID!) { dismissContactMatch(input: {importedContactId: $id}) {
      importedContact { dismissed } userErrors { code } } }"""
    done = await ask(ada, dismiss, id=found["id"])
    assert done["dismissContactMatch"]["importedContact"] == {"dismissed": True}
    matched = (await ask(ada, LIST, matched=True))["viewer"]["importedContacts"]
    assert matched["nodes"] == []
    foreign = await ask(grace, dismiss, id=found["id"])
    assert foreign["dismissContactMatch"]["userErrors"] == [{"code": "NOT_FOUND"}]
    remove = """mutation ($id: ID!) { removeImportedContact(input: {importedContactId: $id}) {
      removed userErrors { code } } }"""
    for each in (found["id"], found["id"], "imp_nonsense"):
        assert (await ask(ada, remove, id=each))["removeImportedContact"]["removed"] is True
    everything = "mutation { removeImportedContacts { count userErrors { code } } }"
    assert (await ask(ada, everything))["removeImportedContacts"]["count"] == 1


async def test_another_file(ask: Ask) -> None:
    [ada] = await people("ada")
    [error] = (await bring(ask, ada, "hello", "VCARD"))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["file"])
    wrong = await ask(ada, IMPORT, input={"source": "VCARD", "file": 7}, errors=True)
    assert wrong["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_page_is_one_statement(ask: Ask) -> None:
    ada, *others = await people("ada", *(f"p{n}" for n in range(30)))
    rows = "".join(f"P,{n},,p{n}@example.org,,,\n" for n in range(30))
    await bring(ask, ada, CSV.partition("\n")[0] + "\n" + rows)
    for who in (ada, *others):
        await ask(who, ALLOW, yes=True)
    async with statements() as seen:
        nodes = (await ask(ada, LIST.replace("totalCount", "").replace("foundByAddress", "")))[
            "viewer"
        ]["importedContacts"]["nodes"]
    assert sum(node["member"] is not None for node in nodes) == 30
    assert len([each for each in seen if "FROM member WHERE id" not in each]) == 1


@pytest.mark.parametrize("scope", [Scope.NETWORK_READ, Scope.PROFILE_READ])
async def test_scopes(ask: Ask, scope: Scope) -> None:
    [ada] = await people("ada")
    query = "{ viewer { importedContacts { totalCount } } }"
    refused = await ask(ada, query, scopes=frozenset({scope}), errors=True)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN_SCOPE"
    await ask(ada, query, scopes=frozenset({Scope.PRIVATE_READ}))
    refused = await ask(
        ada,
        IMPORT,
        input={"source": "LINKEDIN", "file": CSV},
        scopes=frozenset({Scope.PRIVATE_READ}),
        errors=True,
    )
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN_SCOPE"
