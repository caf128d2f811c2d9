"""Careers: what may be said, what is one record, how many there may be."""

import asyncio

import pytest

from models import career, clock, eyes, profile, search_text, sql
from models.audience import Chosen, FieldAudience
from models.career import MOST, PRESENT, CareerKind, Stay
from models.problem import Code, Problem, Problems
from models.settings import settings
from tests.models.acts import NOON, refused
from tests.people import people, person
from tests.profiles import stay

pytestmark = pytest.mark.usefixtures("database")
WORK, STUDY = CareerKind.WORK, CareerKind.STUDY


@pytest.fixture(autouse=True)
def _noon() -> None:
    clock.freeze(NOON)


async def own(member: int, kind: CareerKind = WORK) -> list[sql.Row]:
    """What a member has of a kind, in order."""
    part = (member, kind.value)
    return (await profile.careers(eyes.of(member), [part]))[part]


async def wrong(said: Stay, kind: CareerKind = WORK) -> dict[str, str]:
    """The fields a position is refused for, with their codes."""
    ada = await sql.row("SELECT id FROM member LIMIT 1")
    key = ada["id"] if ada else await person("ada")
    try:
        await career.add(key, kind, said)
    except Problems as several:
        return {problem.field[0]: problem.code.value for problem in several.problems}
    return {}


async def test_the_latest_come_first() -> None:
    ada = await person("ada")
    for said in (
        stay("Old", start=2001, end_year=2004),
        stay("Now", start=2010),
        stay("Middle", start=2004, start_month=2, end_year=2010, end_month=1),
        stay("Also now", start=2020),
    ):
        await career.add(ada, WORK, said)
    rows = await own(ada)
    assert [row["place"] for row in rows] == ["Also now", "Now", "Middle", "Old"]
    assert [row["ends"] == PRESENT for row in rows] == [True, True, False, False]
    assert (rows[2]["start_year"], rows[2]["start_month"]) == (2004, 2)
    assert (rows[2]["end_year"], rows[2]["end_month"]) == (2010, 1)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (stay(start=1899), "startYear"),
        (stay(start=2028), "startYear"),
        (stay(start=2**31 - 1), "startYear"),
        (stay(start_month=0), "startMonth"),
        (stay(start_month=13), "startMonth"),
        (stay(end_year=2014), "endYear"),
        (stay(end_year=2037), "endYear"),
        (stay(end_year=-1), "endYear"),
        (stay(end_year=2016, end_month=13), "endMonth"),
        (stay(end_month=3), "endYear"),
        (stay(start_month=5, end_year=2015, end_month=4), "endYear"),
    ],
)
async def test_dates_that_cannot_be(said: Stay, field: str) -> None:
    assert await wrong(said) == {field: "INVALID"}


@pytest.mark.parametrize(
    "said",
    [
        stay(start=2027),
        stay(start=2015, end_year=2015),
        stay(start_month=5, end_year=2015, end_month=5),
        stay(start_month=5, end_year=2015),
        stay(end_year=2036),
        stay(start=1900),
    ],
)
async def test_dates_that_can(said: Stay) -> None:
    assert await wrong(said) == {}


async def test_every_wrong_field_is_named() -> None:
    assert await wrong(stay("", "x" * 121, start_month=99)) == {
        "organisation": "REQUIRED",
        "title": "TOO_LONG",
        "startMonth": "INVALID",
    }
    assert await wrong(stay("", "x" * 121), STUDY) == {"school": "REQUIRED", "subject": "TOO_LONG"}
    assert await wrong(stay("\u0301", "")) == {"organisation": "INVALID", "title": "REQUIRED"}
    assert await wrong(stay("Span", ""), STUDY) == {}
    assert await wrong(stay("Sp\u202ean")) == {"organisation": "TEXT_INVALID"}


async def test_an_organisation_is_one_however_it_is_spelled() -> None:
    ada, ben = await people("ada", "ben")
    await career.add(ada, WORK, stay("Škoda  Works"))
    await career.add(ben, WORK, stay("skoda works"))
    await career.add(ben, STUDY, stay("SKODA WORKS"))
    [first], [second], [third] = await own(ada), await own(ben), await own(ben, STUDY)
    assert first["organisation_id"] == second["organisation_id"] == third["organisation_id"]
    names = [row["place"] for row in (first, second, third)]
    assert names == ["Škoda Works", "skoda works", "SKODA WORKS"], "as each of them writes it"


async def test_the_same_again_is_the_same() -> None:
    ada = await person("ada")
    key = await career.add(ada, WORK, stay("Span"), Chosen(FieldAudience.ONLY_ME))
    again = await career.add(ada, WORK, stay("SPAN")._replace(description="Bridges."))
    assert again == key
    [row] = await own(ada)
    assert (row["place"], row["description"]) == ("SPAN", "Bridges.")
    assert row["own_audience"] == FieldAudience.ONLY_ME, "which was not said again"
    assert await career.add(ada, WORK, stay("Span", start=2016)) != key
    assert await career.add(ada, STUDY, stay("Span")) != key


async def test_one_is_said_anew_and_removed() -> None:
    ada, eve = await people("ada", "eve")
    key = await career.add(ada, WORK, stay("Span"), Chosen(FieldAudience.CONNECTIONS))
    other = await career.add(ada, WORK, stay("Arch"))
    await career.update(ada, WORK, key, stay("Vault", "Chief", 2011, end_year=2012))
    row = (await own(ada))[1]
    assert (row["id"], row["place"], row["title"]) == (key, "Vault", "Chief")
    assert (row["end_year"], row["own_audience"]) == (2012, FieldAudience.CONNECTIONS)
    with refused(Code.INVALID):
        await career.update(ada, WORK, key, stay("Arch"))
    for who, kind in ((eve, WORK), (ada, STUDY)):
        with refused(Code.NOT_FOUND):
            await career.update(who, kind, key, stay("Mine"))
        with refused(Code.NOT_FOUND):
            await career.remove(who, kind, key)
    await career.remove(ada, WORK, key)
    with refused(Code.NOT_FOUND):
        await career.remove(ada, WORK, key)
    assert [row["id"] for row in await own(ada)] == [other]


@pytest.mark.parametrize("kind", CareerKind)
async def test_there_are_so_many_and_no_more(kind: CareerKind) -> None:
    ada = await person("ada")
    said = [stay(start=1950 + n) for n in range(MOST[kind])]
    for one in said[1:]:
        await career.add(ada, kind, one)
    racers = [career.add(ada, kind, stay(start=1940 + n)) for n in range(4)]
    results = await asyncio.gather(*racers, return_exceptions=True)
    codes = [each.code for each in results if isinstance(each, Problem)]
    assert codes == [Code.TOO_MANY] * 3
    assert len(await own(ada, kind)) == MOST[kind]
    await career.add(ada, kind, said[5])
    assert len(await own(ada, kind)) == MOST[kind], "what is there already is not one more"


async def test_what_one_is_found_by_follows() -> None:
    ada = await person("ada")
    documents = []

    async def note() -> None:
        written = await search_text.stored([ada])
        assert written == await search_text.derived([ada])
        documents.append(written)

    key = await career.add(ada, WORK, stay("Span"))
    await note()
    await career.update(ada, WORK, key, stay("Vault"))
    await note()
    await career.update(ada, WORK, key, stay("Vault"), Chosen(FieldAudience.ONLY_ME))
    await note()
    assert "vault" in str(documents[1])
    assert not any("span" in str(document) for document in documents[1:])
    assert "vault" not in str(documents[2])
    await career.update(ada, WORK, key, stay("Arch"), Chosen(FieldAudience.MEMBERS))
    await career.remove(ada, WORK, key)
    await note()
    assert "arch" not in str(documents[3])


@pytest.mark.only_engine("postgres")
async def test_two_who_name_an_organisation_at_once_get_one() -> None:
    """With real concurrency, many times: one record each, whoever was first."""
    assert settings().database_url.startswith("asyncpg")
    members = await people(*(f"member-{n}" for n in range(6)))
    for turn in range(40):
        spellings = [f"Works {turn}", f"WORKS {turn}", f"works  {turn}"]
        await asyncio.gather(
            *(
                career.add(member, WORK, stay(spellings[number % 3]))
                for number, member in enumerate(members)
            )
        )
        row = await sql.row(
            "SELECT count(*) AS n, count(DISTINCT organisation_id) AS one FROM career_entry "
            "JOIN organisation o ON o.id = organisation_id WHERE o.key = $1",
            f"works {turn}",
        )
        assert row
        assert (row["n"], row["one"]) == (6, 1)


@pytest.mark.only_engine("postgres")
async def test_one_position_sent_twice_at_once_is_one() -> None:
    ada = await person("ada")
    for turn in range(30):
        said = stay("Span", start=1950 + turn)
        keys = await asyncio.gather(*(career.add(ada, WORK, said) for _ in range(3)))
        assert len(set(keys)) == 1
