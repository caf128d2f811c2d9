"""Imported contacts: kept once, private, and matched only where both allow it."""

import asyncio

import pytest

from models import (
    clock,
    contact_match,
    imported_contact,
    mail_address,
    notification,
    notification_choice,
    sql,
)
from models.address_file import AddressSource, Found
from models.directory import Wants
from models.imported_contact import Imported
from models.notification_choice import Choice, MailTiming
from models.problem import Code, Problem
from models.unit import unit
from tests.models.acts import NOON, SetUp, connect
from tests.people import people, person

GRACE = Found("Grace Okafor", "Grace@Example.org", "", "Larch & Span", "Engineer")
HUGO = Found("Hugo Sand", "", "", "", "", "https://www.linkedin.com/in/hugo", "2024-03-03")

pytestmark = pytest.mark.usefixtures("database")


async def bring(owner: int, *found: Found) -> Imported:
    return await imported_contact.bring(owner, AddressSource.LINKEDIN, found)


async def names(owner: int, **given: object) -> list[str]:
    page = await contact_match.of(owner, None, 100, None, Wants(), **given)  # type: ignore[arg-type]
    return [row["name"] for row in page.rows]


async def behind(owner: int, *, matched: bool = False) -> list[str | None]:
    page = await contact_match.of(owner, None, 100, None, Wants(), matched=matched)
    return [row["m_handle"] for row in page.rows]


async def told(owner: int) -> list[str]:
    return [row["kind"] for row in (await notification.of(owner, 100, None)).rows]


async def test_the_same_file_again_changes_nothing() -> None:
    ada, ines = await people("ada", "ines")
    assert await bring(ada, GRACE, HUGO, Found("")) == Imported(2, 0, 1)
    assert await bring(ada, GRACE, HUGO) == Imported(0, 0, 0)
    assert await names(ada) == ["Hugo Sand", "Grace Okafor"]
    assert await names(ines) == []


async def test_what_is_new_is_taken_and_what_is_empty_is_no_news() -> None:
    [ada] = await people("ada")
    await bring(ada, GRACE)
    assert await bring(ada, GRACE._replace(title="Chief", organisation="")) == Imported(0, 1, 0)
    [row] = (await contact_match.of(ada, None, 10, None, Wants())).rows
    assert (row["title"], row["organisation"]) == ("Chief", "Larch & Span")


async def test_bad_cells_lose_themselves_alone() -> None:
    [ada] = await people("ada")
    odd = Found("N\x00ame\u202e", "no address", "+1\x07", "O" * 500, "T", "javascript:alert(1)")
    assert await bring(ada, odd, Found("", "only@example.org")) == Imported(1, 0, 1)
    await bring(ada, odd._replace(name="Name"))
    rows = (await contact_match.of(ada, None, 10, None, Wants())).rows
    assert [
        (r["name"], r["email"], r["phone"], len(r["organisation"]), r["url"]) for r in rows
    ] == [
        ("Name", "", "", 120, ""),
        ("only@example.org", "only@example.org", "", 0, ""),
    ]


async def test_many_in_batches_and_no_more_than_allowed(set_up: SetUp) -> None:
    set_up(imported_contacts=600)
    [ada] = await people("ada")
    many = [Found(f"Person {n}", f"p{n}@example.org") for n in range(600)]
    assert await bring(ada, *many) == Imported(600, 0, 0)
    with pytest.raises(Problem) as refused:
        await bring(ada, GRACE)
    assert refused.value.code == Code.TOO_MANY
    assert await imported_contact.count(ada) == 600
    with pytest.raises(Problem):
        await bring(ada, *(Found(f"Other {n}") for n in range(601)))


@pytest.mark.only_engine("postgres")
async def test_one_file_twice_at_once() -> None:
    [ada] = await people("ada")
    many = [Found(f"Person {n}", f"p{n}@example.org") for n in range(300)]
    done = await asyncio.gather(*(bring(ada, *many) for _ in range(4)))
    assert sum(each.added for each in done) == await imported_contact.count(ada) == 300


async def test_a_member_is_found_where_both_allow_it() -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await bring(ada, GRACE)
    assert await behind(ada) == [None]
    await contact_match.allow(grace, found=True)
    assert (await behind(ada), await told(ada)) == ([None], [])
    await contact_match.allow(ada, found=True)
    assert await behind(ada) == ["grace"]
    assert await told(grace) == []  # Ada is in no contacts of hers
    await contact_match.allow(grace, found=False)
    await contact_match.allow(grace, found=True)
    assert await told(ada) == ["CONTACT_JOINED"]
    await contact_match.allow(grace, found=False)
    assert (await behind(ada), await told(ada)) == ([None], [])


async def test_who_is_not_visible_is_not_found() -> None:
    [ada] = await people("ada")
    grace = await person("grace", profile_audience="CONNECTIONS")
    hugo = await person("hugo", email="hugo@example.org", suspended_at=clock.now())
    await bring(ada, GRACE, HUGO._replace(email="hugo@example.org"))
    for each in (ada, grace, hugo):
        await contact_match.allow(each, found=True)
    assert (await behind(ada), await told(ada)) == ([None, None], [])


async def test_an_address_that_is_not_verified_finds_nobody_where_that_matters(
    set_up: SetUp,
) -> None:
    ada, grace = await people("ada", "grace")
    await bring(ada, GRACE)
    set_up(require_verified_email=True)
    for each in (ada, grace):
        await contact_match.allow(each, found=True)
    assert await behind(ada) == [None]
    await sql.change("UPDATE member SET email_verified_at = $2 WHERE id = $1", grace, clock.now())
    assert await behind(ada) == ["grace"]


@pytest.mark.parametrize("way", ["link", "password"])
async def test_who_joins_is_offered_once_their_address_is_verified(set_up: SetUp, way: str) -> None:
    set_up(require_verified_email=True)
    ada, grace = await people("ada", "grace")
    await bring(ada, GRACE)
    for each in (ada, grace):
        await contact_match.allow(each, found=True)
    assert await told(ada) == []
    account = await mail_address.standing(grace)
    for _ in range(2):
        if way == "link":
            await mail_address.verify(grace, mail_address.mark_of(account["email"]))
        else:
            account = await mail_address.standing(grace)
            mark = mail_address.mark_of(account["password_hash"])
            await mail_address.reset_password(grace, mark, "a new pass phrase")
        [row] = (await notification.of(ada, 100, None)).rows
        assert (row["kind"], row["other_name"], row["times"]) == ("CONTACT_JOINED", "Grace", 1)


@pytest.mark.parametrize(
    ("choice", "shown", "mailed"),
    [
        (Choice(True, MailTiming.OFF), 1, 0),
        (Choice(False, MailTiming.AT_ONCE), 0, 1),
        (Choice(False, MailTiming.OFF), 0, 0),
        (None, 1, 0),
    ],
)
async def test_it_is_told_as_the_owner_chose(
    choice: Choice | None, shown: int, mailed: int
) -> None:
    ada, grace = await people("ada", "grace")
    await bring(ada, GRACE)
    if choice:
        await notification_choice.choose(
            ada, {notification.NotificationKind.CONTACT_JOINED: choice}
        )
    await contact_match.allow(ada, found=True)
    await contact_match.allow(grace, found=True)
    assert len(await told(ada)) == shown
    assert len(await sql.rows("SELECT id FROM mail WHERE member_id = $1", ada)) == mailed


async def test_what_was_read_is_not_told_again() -> None:
    ada, grace = await people("ada", "grace")
    await bring(ada, GRACE)
    for each in (ada, grace):
        await contact_match.allow(each, found=True)
    await notification.mark_read(ada)
    await unit(lambda u: contact_match.tell_owners(u, grace))
    [row] = (await notification.of(ada, 100, None)).rows
    assert row["read_at"]


async def test_the_owner_takes_back_what_they_were_told() -> None:
    ada, grace = await people("ada", "grace")
    await bring(ada, GRACE)
    for each in (ada, grace):
        await contact_match.allow(each, found=True)
    assert await told(ada) == ["CONTACT_JOINED"]
    await contact_match.allow(ada, found=False)
    assert await told(ada) == []


async def test_what_is_offered() -> None:
    ada, grace, hugo = await people("ada", "grace", "hugo")
    await bring(ada, GRACE, HUGO._replace(email="hugo@example.org"), Found("Somebody else"))
    for each in (ada, grace, hugo):
        await contact_match.allow(each, found=True)
    assert await behind(ada, matched=True) == ["hugo", "grace"]
    await connect(ada, grace)
    assert await behind(ada, matched=True) == ["hugo"]
    [row] = (await contact_match.of(ada, None, 1, None, Wants(), matched=True)).rows
    await contact_match.dismiss(ada, row["id"])
    await contact_match.dismiss(ada, row["id"])
    assert await behind(ada, matched=True) == []
    with pytest.raises(Problem):
        await contact_match.dismiss(grace, row["id"])


async def test_forgetting_takes_what_was_told_along() -> None:
    ada, grace = await people("ada", "grace")
    await bring(ada, GRACE)
    await contact_match.allow(ada, found=True)
    await contact_match.allow(grace, found=True)
    assert await told(ada) == ["CONTACT_JOINED"]
    [row] = (await contact_match.of(ada, None, 1, None, Wants())).rows
    await imported_contact.remove(grace, row["id"])  # not hers
    assert await imported_contact.count(ada) == 1
    await imported_contact.remove(ada, row["id"])
    assert (await names(ada), await told(ada)) == ([], [])
    await bring(ada, GRACE, HUGO)
    assert await imported_contact.remove_all(ada) == 2
    assert await names(ada) == []


@pytest.mark.parametrize(
    ("words", "found"), [("OKAF", 1), ("larch &", 1), ("example.org", 1), ("%", 0), ("\ud800", 2)]
)
async def test_search(words: str, found: int) -> None:
    [ada] = await people("ada")
    await bring(ada, GRACE, HUGO)
    page = await contact_match.of(ada, words, 10, None, Wants())
    assert len(page.rows) == found


@pytest.mark.parametrize(
    "words", ["Björn", "bjorn", "BJÖRN", "Åström", "astrom", "åstr", "bjo\u0308rn  astrom", "Söhne"]
)
async def test_search_finds_names_however_they_are_spelt(words: str) -> None:
    [ada] = await people("ada")
    await bring(ada, Found("Björn Åström", "", "", "Larch & Söhne"), GRACE)
    page = await contact_match.of(ada, words, 10, None, Wants())
    assert [row["name"] for row in page.rows] == ["Björn Åström"]


@pytest.mark.parametrize(
    "name", ["Straße", "Νίκος", "ÉMILE", "がく", "Łukasz", "İpek", "Иван Йод", "한글", "ﬁnn"]
)
async def test_search_finds_what_was_imported_as_it_is_written(name: str) -> None:
    [ada] = await people("ada")
    await bring(ada, Found(name), GRACE)
    for words in (name, name.lower(), name.upper()):
        page = await contact_match.of(ada, words, 10, None, Wants())
        assert [row["name"] for row in page.rows] == [name], words


async def test_pages() -> None:
    [ada] = await people("ada")
    await bring(ada, *(Found(f"Person {n}") for n in range(5)))
    seen: list[str] = []
    after = None
    while True:
        page = await contact_match.of(ada, None, 2, after, Wants())
        seen += [row["name"] for row in page.rows]
        if not page.more:
            break
        after = contact_match.cursor(page.rows[-1]["id"])
    assert seen == [f"Person {n}" for n in (4, 3, 2, 1, 0)]
