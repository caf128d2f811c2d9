"""Reading address books that members bring: LinkedIn's Connections.csv, and vCards.

A file is somebody else's: what is not understood in it is passed over, and nothing in it may cost
more than time in its length. (The vCard library there is, vobject, spends minutes on one line of
400 KB; docs/decisions/0022 says why these few rules are written here.)
"""

import asyncio
import csv
import quopri
import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from models.problem import Code, Problem


class AddressSource(StrEnum):
    """What a file is."""

    LINKEDIN = "LINKEDIN"
    VCARD = "VCARD"


class Found(NamedTuple):
    """A contact as the file has it; not cleaned yet."""

    name: str
    email: str = ""
    phone: str = ""
    organisation: str = ""
    title: str = ""
    url: str = ""
    connected_on: str = ""


# The longest line that is looked at; longer ones are pictures or mischief.
_LINE = 4000
_COLUMNS = {
    "first name": "first",
    "last name": "last",
    "url": "url",
    "email address": "email",
    "company": "organisation",
    "position": "title",
    "connected on": "connected_on",
}


def read(source: AddressSource, text: str) -> list[Found]:
    """The contacts in a file's text. Raises INVALID where it is none of that kind."""
    return list(_linkedin(text) if source == AddressSource.LINKEDIN else _vcards(text))


async def read_aside(source: AddressSource, data: bytes) -> list[Found]:
    """The same of a file's bytes, in a thread: thousands of contacts take a second."""
    return await asyncio.to_thread(lambda: read(source, decoded(data)))


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, or else as older programs on Windows wrote it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _linkedin(text: str) -> Iterator[Found]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").split("\n")
    # Above the columns stand some lines of explanation.
    start = next((n for n, line in enumerate(lines[:50]) if _columns(line)), None)
    if start is None:
        raise Problem(
            Code.INVALID,
            "This is not LinkedIn's Connections.csv: its line of column names, from First Name to "
            "Connected On, is missing.",
            field=("file",),
        )
    names = _columns(lines[start])
    rows = csv.reader(line for line in lines[start + 1 :] if len(line) <= _LINE)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            continue
        if not row:
            continue
        cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
        name = f"{cells.get('first', '')} {cells.get('last', '')}".strip()
        yield Found(
            name,
            cells.get("email", ""),
            "",
            cells.get("organisation", ""),
            cells.get("title", ""),
            cells.get("url", ""),
            _day(cells.get("connected_on", "")),
        )


def _columns(line: str) -> list[str]:
    try:
        names = [cell.strip().lower() for cell in next(csv.reader([line[:_LINE]]), [])]
    except csv.Error:
        return []
    known = {"first name", "last name", "connected on"} <= set(names)
    return [_COLUMNS.get(name, name) for name in names] if known else []


def _day(text: str) -> str:
    for form in ("%d %b %Y", "%Y-%m-%d", "%m/%d/%y"):
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return ""


def _vcards(text: str) -> Iterator[Found]:
    card: dict[str, str] | None = None
    seen = False
    for name, value in _properties(text):
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            card, seen = {}, True
        elif name == "END" and card is not None:
            yield _contact(card)
            card = None
        elif card is not None:
            card.setdefault(name, value)  # the first of several is the preferred one
    if not seen:
        raise Problem(
            Code.INVALID, "This is no vCard file: nothing in it begins a card.", field=("file",)
        )


def _contact(card: dict[str, str]) -> Found:
    family, given, *_ = [*_split(card.get("N", "")), "", ""]
    organisation = _split(card.get("ORG", ""))
    return Found(
        _plain(card.get("FN", "")) or f"{given} {family}".strip(),
        _plain(card.get("EMAIL", "")).removeprefix("mailto:"),
        _plain(card.get("TEL", "")).removeprefix("tel:"),
        organisation[0],
        _plain(card.get("TITLE", "")),
        _plain(card.get("URL", "")),
    )


def _properties(text: str) -> Iterator[tuple[str, str]]:
    """Name and value of each line, unfolded and decoded."""
    for line in _unfolded(text):
        name, parameters, value = _parts(line)
        if "QUOTED-PRINTABLE" in parameters:
            value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
        elif "BASE64" in parameters or "ENCODING=B" in parameters:
            continue
        if name:
            yield name, value


def _parts(line: str) -> tuple[str, str, str]:
    """Name, parameters and value of a line such as `item1.EMAIL;TYPE=work:ada@example.org`."""
    head, colon, value = line.partition(":")
    if '"' in head:  # a quoted parameter may hold a colon
        found = re.match(r'((?:[^":]|"[^"]*")*):(.*)', line, re.DOTALL)
        if not found:
            return "", "", ""
        head, value = found[1], found[2]
    if not colon:
        return "", "", ""
    name, _, parameters = head.partition(";")
    return name.rpartition(".")[2].strip().upper(), parameters.upper(), value


def _unfolded(text: str) -> Iterator[str]:
    kept: list[str] = []
    length = 0
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        soft = bool(kept) and kept[-1].endswith("=") and "QUOTED-PRINTABLE" in kept[0].upper()
        if kept and (line.startswith((" ", "\t")) or soft):
            if soft:
                kept[-1] = kept[-1][:-1]
            if length <= _LINE:
                kept.append(line if soft else line[1:])
                length += len(line)
            continue
        if kept:
            yield "".join(kept)[:_LINE]
        kept, length = [line], len(line)
    yield "".join(kept)[:_LINE]


def _split(value: str) -> list[str]:
    """The parts of a value between semicolons that are not escaped."""
    return [_plain(part) for part in re.split(r"(?<!\\);", value)]


def _plain(value: str) -> str:
    text = re.sub(r"\\([,;\\:])", r"\1", re.sub(r"\\[nN]", " ", value))
    return " ".join(text.split())
