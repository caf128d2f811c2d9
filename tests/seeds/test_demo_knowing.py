"""What the demo shows of knowing one another, asked of the schema as its people would."""

from collections.abc import Mapping
from typing import Any

import pytest

from models import sql
from seeds.cast import sign_ins
from seeds.demo import fill
from tests.schema.conftest import Ask, ask  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("database")
SMALL = 200


class Demo:
    """The filled network, asked by handle."""

    def __init__(self, asked: Ask, keys: Mapping[str, int]) -> None:
        self._ask, self.keys = asked, keys

    async def viewer(self, handle: str, fields: str) -> Any:
        """Fields of the viewer."""
        found = await self._ask(self.keys[handle], f"{{ viewer {{ {fields} }} }}")
        return found["viewer"]

    async def member(self, viewer: str | None, handle: str, fields: str) -> Any:
        """Fields of a member, with the viewer's eyes."""
        key = self.keys[viewer] if viewer else None
        return (await self._ask(key, f'{{ member(handle: "{handle}") {{ {fields} }} }}'))["member"]

    async def search(self, viewer: str, given: str) -> list[str]:
        """Handles of those found."""
        query = f"{{ searchMembers({given}) {{ nodes {{ handle }} }} }}"
        found = await self._ask(self.keys[viewer], query)
        return [node["handle"] for node in found["searchMembers"]["nodes"]]


@pytest.fixture
async def demo(ask: Ask) -> Demo:  # noqa: F811
    await fill(SMALL)
    rows = await sql.rows("SELECT handle, id FROM member")
    return Demo(ask, {row["handle"]: row["id"] for row in rows})


async def test_requests_to_ada_differ_in_evidence_and_stand_in_its_order(demo: Demo) -> None:
    fields = "nodes { sender { handle } evidence { kind confirmed members { handle } } }"
    found = await demo.viewer(
        "ada",
        f"all: receivedRequests {{ {fields} }} known: receivedRequests(familiarity: KNOWN) "
        f"{{ {fields} }} low: receivedRequests(familiarity: LOW) {{ {fields} }} "
        "waitingCount lessFamiliarCount",
    )
    kinds = {
        node["sender"]["handle"]: {(e["kind"], e["confirmed"]) for e in node["evidence"]}
        for node in found["all"]["nodes"]
    }
    assert ("SAME_EMPLOYER", True) in kinds["tomas"]
    assert ("SAME_EMPLOYER", True) in kinds["amara"]
    assert ("SAME_SCHOOL", True) in kinds["noor"]
    assert ("MET_IN_PERSON", True) in kinds["kofi"]
    assert ("MUTUAL_CONNECTIONS", True) in kinds["tomas"]
    low = [node["sender"]["handle"] for node in found["low"]["nodes"]]
    known = [node["sender"]["handle"] for node in found["known"]["nodes"]]
    assert {"tomas", "kofi", "noor", "amara"} <= set(known)
    assert [node["sender"]["handle"] for node in found["all"]["nodes"]] == [*known, *low]
    claims = [kinds[handle] for handle in low]
    assert {("WORKED_TOGETHER", False)} in claims  # only its sender says so
    assert set() in claims  # nothing at all
    assert found["waitingCount"] == 7
    assert found["lessFamiliarCount"] == len(low) == 3


async def test_profiles_say_what_their_owners_did_and_can_to_whom_they_chose(demo: Demo) -> None:
    fields = """positions { title } education { id } skills { id } languages { id } links { id }
      featuredWork { id } openTo { kind } contactDetails { kind } avatarUrl"""
    seen = await demo.member("henrik", "ada", fields)
    assert [position["title"] for position in seen["positions"]] == [
        "Structural engineer, timber bridges",
        "Checking engineer",
    ]
    assert all(seen[name] for name in ("education", "skills", "languages", "links"))
    assert len(seen["featuredWork"]) == 2
    assert {one["kind"] for one in seen["openTo"]} == {"MENTORING", "SPEAKING"}
    assert seen["avatarUrl"]
    # The address is for connections; the number she let Henrik have.
    assert {one["kind"] for one in seen["contactDetails"]} == {"EMAIL", "PHONE"}
    connection = await demo.member("ines", "ada", fields)
    assert {one["kind"] for one in connection["contactDetails"]} == {"EMAIL"}
    stranger = await demo.member("pavel", "ada", fields)
    assert stranger["contactDetails"] == []
    given = await demo.viewer("ada", "contactShares { nodes { member { handle } } }")
    assert [node["member"]["handle"] for node in given["contactShares"]["nodes"]] == ["henrik"]


async def test_ada_has_an_introduction_in_each_part(demo: Demo) -> None:
    one = "nodes { state asker { handle } target { handle } recommendation }"
    found = await demo.viewer(
        "ada",
        f"asked: introductions(role: ASKER) {{ {one} }} "
        f"passing: introductions(role: INTRODUCER) {{ {one} }} "
        f"met: introductions(role: TARGET) {{ {one} }} waitingIntroductionCount",
    )
    [asked], [passing], [met] = (found[part]["nodes"] for part in ("asked", "passing", "met"))
    assert asked["state"] == passing["state"] == met["state"] == "PENDING"
    assert (passing["asker"]["handle"], passing["target"]["handle"]) == ("yuki", "maeve")
    assert met["recommendation"]
    assert found["waitingIntroductionCount"] == 2
    yuki = await demo.member("tomas", "yuki", "relationship { request { basis } }")
    assert yuki["relationship"]["request"]["basis"] == "INTRODUCED"


async def test_adas_contact_book_has_something_of_everything(demo: Demo) -> None:
    found = await demo.viewer(
        "ada",
        """contacts(sort: NAME) { nodes { member { handle } howMet metPlace remindAt
             remindEveryWeeks lastContactAt through { handle } tags { name }
             notes { nodes { kind } } timeline { nodes { __typename } } } }
           tags { name } savedFilters { name }
           notifications { nodes { kind } }""",
    )
    book = {node["member"]["handle"]: node for node in found["contacts"]["nodes"]}
    assert {"henrik", "ines", "maeve", "yuki"} == book.keys()
    assert {tag["name"] for tag in found["tags"]} == {"Timber", "Mentors", "Carrick", "Porto"}
    assert len(found["savedFilters"]) == 2
    assert book["henrik"]["howMet"]
    assert book["henrik"]["metPlace"] == "Bergen"
    assert {note["kind"] for note in book["henrik"]["notes"]["nodes"]} == {"MET", "NOTE"}
    assert book["henrik"]["lastContactAt"]
    assert len(book["henrik"]["timeline"]["nodes"]) >= 3
    assert book["ines"]["remindEveryWeeks"] == 12
    assert book["maeve"]["through"]["handle"] == "henrik"
    assert "REMINDER" in {node["kind"] for node in found["notifications"]["nodes"]}


async def test_one_of_adas_imported_contacts_turns_out_to_be_a_member(demo: Demo) -> None:
    found = await demo.viewer(
        "ada",
        "importedContacts(matched: true) { nodes { name member { handle } } } "
        "all: importedContacts { nodes { source } }",
    )
    [match] = found["importedContacts"]["nodes"]
    assert match == {"name": "Lotte Brandt", "member": {"handle": "lotte"}}
    assert {node["source"] for node in found["all"]["nodes"]} == {"LINKEDIN", "VCARD"}


async def test_ada_is_suggested_people_for_each_kind_of_reason(demo: Demo) -> None:
    found = await demo.viewer(
        "ada", "suggestions { nodes { member { handle degree } reasons { kind text } } }"
    )
    kinds = [
        {reason["kind"] for reason in node["reasons"]} for node in found["suggestions"]["nodes"]
    ]
    assert {"SAME_EMPLOYER"} in kinds
    assert {"SAME_SCHOOL", "MUTUAL_CONNECTIONS"} in kinds
    assert {"MUTUAL_CONNECTIONS"} in kinds


async def test_ada_follows_is_followed_and_has_ways_to_others(demo: Demo) -> None:
    found = await demo.viewer(
        "ada", "following { nodes { handle } } followers { nodes { handle } }"
    )
    assert {node["handle"] for node in found["following"]["nodes"]} == {"kofi", "noor", "pavel"}
    assert {node["handle"] for node in found["followers"]["nodes"]} == {"tomas", "amara"}
    fields = "degree pathFromViewer { handle } mutualConnections { nodes { handle } }"
    tomas = await demo.member("ada", "tomas", fields)
    assert tomas["degree"] == 2
    assert len(tomas["pathFromViewer"]) == 1
    assert {node["handle"] for node in tomas["mutualConnections"]["nodes"]} == {
        "henrik",
        "ines",
        "maeve",
        "yuki",
    }


async def test_the_cast_and_the_crowd_are_found(demo: Demo) -> None:
    found = await demo.search("ada", 'query: "timbr bridges"')  # a letter is missing
    assert "ada" in found
    assert (await demo.search("ada", 'school: "carrick"'))[0] == "maeve"  # a connection first
    # The index has everybody.
    [counts] = await sql.rows(
        "SELECT (SELECT count(*) FROM member) AS members, "
        "(SELECT count(*) FROM search_document) AS documents"
    )
    assert counts["members"] == counts["documents"] == SMALL + 12


def test_the_sign_in_page_says_what_there_is_to_see() -> None:
    told = {person["handle"] for person in sign_ins() if person["to_see"]}
    assert {"ada", "henrik", "kofi"} <= told
