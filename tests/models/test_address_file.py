"""Files with contacts: what they say is understood, what is odd in them is passed over."""

import time

import pytest

from models.address_file import AddressSource, Found, decoded, read
from models.problem import Code, Problem

LINKEDIN = """Notes:
"When exporting your connection data, you may notice that some addresses are ""missing""."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Grace,Okafor,https://example.com/in/grace,grace@example.org,"Larch, Span & Co",Engineer,03 Mar 2024
Jörg,,,,,,
,,,,,,
"""
CARD = """BEGIN:VCARD
VERSION:3.0
N:Okafor;Grace;;;
item1.FN:Grace
  Okafor
ORG:Larch\\; Span;Design
TITLE:Engineer\\, chief
EMAIL;TYPE="a:b";PREF=1:grace@example.org
EMAIL:second@example.org
TEL;TYPE=cell:+47 70 00
URL:https://grace.example.org
PHOTO;ENCODING=b:AAAA
 AAAA
END:VCARD
"""
OLD_CARD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=
=B6rg
END:VCARD
"""


def test_linkedins_connections() -> None:
    grace, jorg, nobody = read(AddressSource.LINKEDIN, LINKEDIN)
    assert grace == Found(
        "Grace Okafor",
        "grace@example.org",
        "",
        "Larch, Span & Co",
        "Engineer",
        "https://example.com/in/grace",
        "2024-03-03",
    )
    assert jorg == Found("Jörg")
    assert nobody == Found("")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_vcards(ends: str) -> None:
    grace, jorg = read(AddressSource.VCARD, (CARD + OLD_CARD).replace("\n", ends))
    assert grace == Found(
        "Grace Okafor",
        "grace@example.org",
        "+47 70 00",
        "Larch; Span",
        "Engineer, chief",
        "https://grace.example.org",
    )
    assert jorg == Found("Jörg Müller")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert decoded("Jörg Müller".encode(encoding)) == "Jörg Müller"


@pytest.mark.parametrize("source", AddressSource)
@pytest.mark.parametrize("text", ["", "garbage", "\x00" * 100, "a,b,c\n1,2,3", "<html></html>"])
def test_another_kind_of_file(source: AddressSource, text: str) -> None:
    with pytest.raises(Problem) as refused:
        read(source, text)
    assert (refused.value.code, refused.value.field) == (Code.INVALID, ("file",))


HOSTILE = {
    "one line": "A" * 3_000_000,
    "parameters": "BEGIN:VCARD\n" + "A;" * 1_000_000 + ":x\nEND:VCARD",
    "quotes": "BEGIN:VCARD\n" + 'A;"' * 1300 + ":\nEND:VCARD\n" * 50,
    "never ends": "BEGIN:VCARD\n" * 200_000,
    "folded": "BEGIN:VCARD\nFN:\n" + " x\n" * 500_000 + "END:VCARD",
    "soft breaks": "BEGIN:VCARD\nN;QUOTED-PRINTABLE:=\n" + "=\n" * 300_000 + "END:VCARD",
    "open quote": LINKEDIN + '"' * 3999 + "\n" + ("a," * 1900 + "\n") * 500,
    "columns": LINKEDIN + ("," * 3999 + "\n") * 500,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("source", AddressSource)
def test_what_nobody_sane_imports_costs_time_in_its_length(
    source: AddressSource, name: str
) -> None:
    before = time.process_time()
    try:
        found = read(source, HOSTILE[name])
    except Problem:
        found = []
    # 3 MB take half a second; a rule that is not linear takes minutes.
    assert time.process_time() - before < 10
    assert all(len(text) <= 4100 for each in found for text in each)
