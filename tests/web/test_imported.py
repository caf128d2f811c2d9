"""Contacts brought from elsewhere, and connections taken along."""

import csv
import io
import json

import pytest

from models import clock, sql
from models.address_file import AddressSource, read
from tests.models.acts import NOON
from tests.web.conftest import Browser, Enter, ids_in, text_of
from web import uploads

pytestmark = pytest.mark.only_engine("sqlite")

HOME = "/connections/imported"
CSV = b"""First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ben,Okafor,,ben@example.org,Larch & Span,Engineer,03 Mar 2024
,,,,,,
"""


async def bring(browser: Browser, data: bytes, source: str = "LINKEDIN") -> tuple[int, str]:
    """Import a file: the status, and the page one ends up on."""
    files = {"file": ("contacts", data, "application/octet-stream")}
    answer = await browser.client.post(HOME, data={"source": source}, files=files)
    page = await browser.follow(answer) if answer.status_code == 303 else answer.text
    return answer.status_code, page


async def test_from_import_to_connecting(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    assert "No imported contacts" in (await ada.get(HOME)).text
    status, page = await bring(ada, CSV)
    assert status == 303
    assert "1 new contact, 0 changed. 1 entry without a name left out." in text_of(page)
    assert "Ben Okafor" in page
    assert "Here as" not in page
    for each in (ada, ben):
        page = await each.follow(await each.post(f"{HOME}/matching", found="on"))
        assert "Turn off" in page
    page = (await ada.get(f"{HOME}?matched=1")).text
    assert "Here as Ben" in text_of(page)
    assert 'href="/members/ben/connect"' in page
    notice = text_of((await ada.get("/notifications")).text)
    assert "Ben , who is in your imported contacts , is here." in notice
    [contact] = {part.split('"')[0] for part in page.split('id="imported-imp_')[1:]}
    page = await ada.follow(await ada.post(f"{HOME}/imp_{contact}/dismissal"))
    assert 'href="/members/ben/connect"' not in page
    page = await ada.follow(await ada.post(f"{HOME}/imp_{contact}/removal"))
    assert "No imported contacts" in page


async def test_forget_all(enter: Enter) -> None:
    ada = await enter("ada")
    await bring(ada, CSV)
    page = await ada.follow(await ada.post(f"{HOME}/removal"))
    assert "All are forgotten." in text_of(page)
    assert "Ben Okafor" not in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choose a file that is not empty."),
        (b"hello", "This is not LinkedIn's Connections.csv"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, "This is not LinkedIn's Connections.csv"),
    ],
)
async def test_another_file(enter: Enter, data: bytes, words: str) -> None:
    ada = await enter("ada")
    status, page = await bring(ada, data)
    assert status == 422
    assert words in text_of(page)
    assert "<title>Error:" in page


async def test_no_file_no_kind_too_large(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await enter("ada")
    answer = await ada.post(HOME, source="LINKEDIN")
    assert (answer.status_code, "Choose a file." in text_of(answer.text)) == (422, True)
    status, page = await bring(ada, CSV, "")
    assert (status, "Choose what kind of file it is." in text_of(page)) == (422, True)
    monkeypatch.setattr("web.pages.imported.MOST_BYTES", 100_000)
    status, page = await bring(ada, CSV + b"x" * 300_000)
    assert (status, "This file is larger than 97 KB." in text_of(page)) == (422, True)
    assert (await bring(ada, CSV + b"x" * 600_000))[0] == 413
    garbled = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await ada.client.post(HOME, content=b"nonsense", headers=garbled)).status_code == 400
    garbled = {"Content-Type": "multipart/form-data"}
    assert (await ada.client.post(HOME, content=b"nonsense", headers=garbled)).status_code == 400
    assert uploads.UNBOUNDED > 2**40


async def test_strangers_sign_in_first(enter: Enter) -> None:
    stranger = await enter(None)
    for path in (HOME, "/connections/export", "/connections/export.csv"):
        assert (await stranger.get(path)).headers["location"].startswith("/sign-in")


async def connected(enter: Enter) -> Browser:
    ada = await enter("ada")
    for handle, name in (("ben", "=Ben; the, 1st"), ("eve", "Ève Ünal " + "x" * 80)):
        await ada.connect(await enter(handle, name=name, organisation="Larch"))
    return ada


async def test_csv(enter: Enter) -> None:
    ada = await connected(enter)
    answer = await ada.get("/connections/export.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="connections.csv"'
    eve, ben = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert ben["Name"] == "'=Ben; the, 1st"  # no formula
    assert eve["Organisation"] == "Larch"
    assert ben["Profile"].endswith("/members/ben")


async def test_vcard(enter: Enter) -> None:
    ada = await connected(enter)
    answer = await ada.get("/connections/export.vcf")
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
    eve, ben = read(AddressSource.VCARD, answer.text)
    assert (ben.name, ben.organisation) == ("=Ben; the, 1st", "Larch")
    assert eve.name == "Ève Ünal " + "x" * 80


async def test_json(enter: Enter) -> None:
    ada = await connected(enter)
    eve, ben = json.loads((await ada.get("/connections/export.json")).text)
    assert (ben["handle"], eve["handle"]) == ("ben", "eve")
    assert ben["tags"] == []
    assert (await ada.get("/connections/export.exe")).status_code == 404
    nobody = await enter("nobody")
    assert json.loads((await nobody.get("/connections/export.json")).text) == []


async def test_through_whom_and_when_to_get_back(enter: Enter) -> None:
    """Only as far as the viewer sees who it was."""
    clock.freeze(NOON)
    ada = await connected(enter)
    here = f"/connections/{ids_in((await ada.get('/members/ben')).text, 'rel')[0]}"
    await ada.post(f"{here}/meeting", howMet="By the stairs", throughMemberId="eve")
    await ada.post(f"{here}/reminder", remindAt="2027-01-05", everyWeeks="4")
    through = f"Ève Ünal {'x' * 80} (@eve)"
    eve, ben = csv.DictReader(
        io.StringIO((await ada.get("/connections/export.csv")).content.decode("utf-8-sig"))
    )
    assert (ben["Through"], ben["Reminder"], ben["Every so many weeks"]) == (
        through,
        "2027-01-05",
        "4",
    )
    assert (eve["Through"], eve["Reminder"], eve["Every so many weeks"]) == ("", "", "")
    eve, ben = json.loads((await ada.get("/connections/export.json")).text)
    assert ben["through"]["handle"] == "eve"
    assert (ben["remindAt"][:10], ben["remindEveryWeeks"]) == ("2027-01-05", 4)
    assert (eve["through"], eve["remindAt"]) == (None, None)
    vcard = (await ada.get("/connections/export.vcf")).text.replace("\r\n ", "")
    assert f"NOTE:By the stairs\\nThrough {through}\r\n" in vcard
    await sql.change("UPDATE member SET suspended_at = joined_at WHERE handle = 'eve'")
    for kind in ("csv", "json", "vcf"):
        assert "Ünal" not in (await ada.get(f"/connections/export.{kind}")).text


async def test_more_than_a_page(enter: Enter) -> None:
    ada = await enter("ada")
    for n in range(3):
        await ada.connect(await enter(f"person-{n}"))
    assert len(json.loads((await ada.get("/connections/export.json")).text)) == 3
