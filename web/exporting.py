"""Connections as files: CSV, vCard 4.0 (RFC 6350) and JSON. One contact is a piece of text."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

Contact = dict[str, Any]


class Format(NamedTuple):
    """How a kind of file is written: what comes first, each contact, what stands between, last."""

    media_type: str
    head: Callable[[], str]
    contact: Callable[[Contact, str], str]
    between: str
    tail: str


_COLUMNS = (
    *("Name", "Handle", "Profile", "Headline", "Organisation", "Location", "Email", "Phone"),
    *("Other contact data", "Connected since", "How we met", "Event", "Place", "Met on", "Through"),
    *("Tags", "Last contact", "Reminder", "Every so many weeks"),
)
# A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _row(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(
        [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
    )
    return out.getvalue()


def _details(contact: Contact, kind: str) -> list[str]:
    return [d["value"] for d in contact["member"]["contactDetails"] if d["kind"] == kind]


def _through(contact: Contact) -> str:
    member = contact["through"]
    return f"{member['name']} (@{member['handle']})" if member else ""


def _note(contact: Contact) -> str:
    through = _through(contact)
    return "\n".join(filter(None, (contact["howMet"], f"Through {through}" if through else "")))


def _csv(contact: Contact, url: str) -> str:
    member = contact["member"]
    other = _details(contact, "WEBSITE") + _details(contact, "OTHER")
    return _row(
        (
            *(member["name"], member["handle"], url),
            *(member["headline"], member["organisation"], member["location"]),
            *("; ".join(each) for each in (_details(contact, "EMAIL"), _details(contact, "PHONE"))),
            *("; ".join(other), contact["since"][:10]),
            *(contact["howMet"], contact["metEvent"], contact["metPlace"]),
            contact["metOn"] or "",
            _through(contact),
            "; ".join(tag["name"] for tag in contact["tags"]),
            *((contact[name] or "")[:10] for name in ("lastContactAt", "remindAt")),
            str(contact["remindEveryWeeks"] or ""),
        )
    )


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return text.replace("\r\n", "\\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """At most 75 bytes a line, never cutting a character (RFC 6350, 3.2)."""
    parts, size = [""], 0
    for character in line:
        size += len(character.encode())
        if size > 75:
            parts.append(" ")
            size = 1 + len(character.encode())
        parts[-1] += character
    return "\r\n".join(parts) + "\r\n"


def _vcard(contact: Contact, url: str) -> str:
    member = contact["member"]
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"UID:{url}",
        f"FN:{_escaped(member['name'])}",
        f"TITLE:{_escaped(member['headline'])}" if member["headline"] else "",
        f"ORG:{_escaped(member['organisation'])}" if member["organisation"] else "",
        *(f"EMAIL:{_escaped(value)}" for value in _details(contact, "EMAIL")),
        *(f"TEL;VALUE=text:{_escaped(value)}" for value in _details(contact, "PHONE")),
        *(f"URL:{value}" for value in [url, *_details(contact, "WEBSITE")]),
        f"NOTE:{_escaped(_note(contact))}" if _note(contact) else "",
        "CATEGORIES:" + ",".join(_escaped(tag["name"]) for tag in contact["tags"])
        if contact["tags"]
        else "",
        "END:VCARD",
    ]
    return "".join(_folded(line) for line in lines if line)


def _json(contact: Contact, url: str) -> str:
    member = contact["member"]
    mine = {name: value for name, value in contact.items() if name not in ("member", "tags")}
    tags = [tag["name"] for tag in contact["tags"]]
    return json.dumps({**member, "url": url, **mine, "tags": tags}, ensure_ascii=False, indent=1)


FORMATS = {
    # With a byte order mark: without it Excel takes UTF-8 for something older.
    "csv": Format("text/csv; charset=utf-8", lambda: "\ufeff" + _row(_COLUMNS), _csv, "", ""),
    "vcf": Format("text/vcard; charset=utf-8", lambda: "", _vcard, "", ""),
    "json": Format("application/json", lambda: "[", _json, ",\n", "]\n"),
}
