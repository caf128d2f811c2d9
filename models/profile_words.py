"""What members may say of themselves, item by item: checked, and as it is stored."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from models.base import SHORT
from models.organisation import key_of
from models.problem import Code, Problem, Problems
from models.text import clean

T = TypeVar("T")

SKILL_LONGEST = 60
LANGUAGE_LONGEST = 60
TITLE_LONGEST = SHORT
VALUE_LONGEST = 500
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,38}")
_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")


class LanguageLevel(StrEnum):
    """How well a member knows a language."""

    BASIC = "BASIC"
    WORKING = "WORKING"
    FLUENT = "FLUENT"
    NATIVE = "NATIVE"


class OpenTo(StrEnum):
    """What a member would like to be asked about."""

    WORK = "WORK"
    HIRING = "HIRING"
    FREELANCE = "FREELANCE"
    COLLABORATING = "COLLABORATING"
    MENTORING = "MENTORING"
    BEING_MENTORED = "BEING_MENTORED"
    SPEAKING = "SPEAKING"
    VOLUNTEERING = "VOLUNTEERING"


class ContactKind(StrEnum):
    """What a contact detail is."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    WEBSITE = "WEBSITE"
    OTHER = "OTHER"


class Said(NamedTuple):
    """An entry as it is stored; `field` is the input that `key` was made of."""

    value: str
    key: str
    field: str
    label: str = ""
    detail: str = ""


def skill(name: str) -> Said:
    """Something the member knows how to do. Raises Problem."""
    return _named(name, SKILL_LONGEST)


def language(name: str, level: LanguageLevel) -> Said:
    """A language, and how well. Raises Problem."""
    return _named(name, LANGUAGE_LONGEST)._replace(label=level.value)


def _named(name: str, longest: int) -> Said:
    name = clean(name, "name", longest=longest, required=True)
    if not key_of(name):
        raise Problem(Code.INVALID, "This is no name.", field=("name",))
    return Said(name, key_of(name), "name")


def link(url: str, title: str) -> Said:
    """A page elsewhere. Raises Problems."""
    address, label = _each(
        lambda: web_address(url, "url"), lambda: clean(title, "title", longest=TITLE_LONGEST)
    )
    return Said(address, address, "url", label)


def featured(url: str, title: str, description: str) -> Said:
    """A piece of work to show; it may stand somewhere. Raises Problems."""
    address, label, detail = _each(
        lambda: web_address(url, "url") if url.strip() else "",
        lambda: clean(title, "title", longest=TITLE_LONGEST, required=True),
        lambda: clean(description, "description", longest=VALUE_LONGEST, lines=True),
    )
    if not key_of(label):
        raise Problem(Code.INVALID, "This is no title.", field=("title",))
    return Said(address, f"{key_of(label)} {address}", "title", label, detail)


def contact(kind: ContactKind, value: str, label: str) -> Said:
    """A way to reach the member; `label` says which it is. Raises Problems."""
    address, detail = _each(
        lambda: _CONTACTS[kind](value), lambda: clean(label, "label", longest=TITLE_LONGEST)
    )
    return Said(address, key_of(address) or address, "value", kind.value, detail)


def open_to(flag: OpenTo) -> Said:
    """Something to be asked about."""
    return Said(flag.value, key_of(flag.value), "flags")


def web_address(text: str, field: str) -> str:
    """An address of a page, http or https and nothing that could run. Raises Problem."""
    text = clean(text, field, longest=VALUE_LONGEST, required=True)
    wrong = Problem(
        Code.INVALID, "This is no address of a page, like https://example.org.", field=(field,)
    )
    if _UNSAFE.search(text):
        raise wrong
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise wrong from None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or port == 0:
        raise wrong
    return text


def _email(text: str) -> str:
    text = clean(text, "value", longest=254, required=True)
    if not _EMAIL.fullmatch(text):
        raise _bad_value("This is not an e-mail address, like name@example.org.")
    return text


def _phone(text: str) -> str:
    text = clean(text, "value", longest=40, required=True)
    if not _PHONE.fullmatch(text):
        raise _bad_value("A telephone number has digits, like +46 90 123 45.")
    return text


def _bad_value(words: str) -> Problem:
    return Problem(Code.INVALID, words, field=("value",))


_CONTACTS: dict[ContactKind, Callable[[str], str]] = {
    ContactKind.EMAIL: _email,
    ContactKind.PHONE: _phone,
    ContactKind.WEBSITE: lambda text: web_address(text, "value"),
    ContactKind.OTHER: lambda text: clean(text, "value", longest=VALUE_LONGEST, required=True),
}


def _each(*work: Callable[[], str]) -> list[str]:
    done: list[str] = []
    problems: list[Problem] = []
    for one in work:
        try:
            done.append(one())
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise Problems(problems)
    return done
