"""Members: who is on this instance, and who may see whom."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

import argon2
from tortoise import fields

from models import ids, sql
from models.base import LONG, NAME, SHORT, Stored
from models.organisation import key_of
from models.problem import Code, Problem, Problems
from models.settings import settings
from models.text import clean, to_look_up
from models.unit import Unit, in_unit

PASSWORD_SHORTEST = 10
# Argon2 takes any length; a bound keeps a request from buying minutes of hashing.
PASSWORD_LONGEST = 1000
_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,28})[a-z0-9]")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+")
# Would read as a page of ours, or as somebody in charge.
_RESERVED = frozenset({"admin", "administrator", "support", "help", "mutual", "root", "system"})
_hasher = argon2.PasswordHasher()


class Audience(StrEnum):
    """Who sees a member's connections."""

    EVERYONE = "EVERYONE"
    MEMBERS = "MEMBERS"
    CONNECTIONS = "CONNECTIONS"
    MUTUAL = "MUTUAL"
    NOBODY = "NOBODY"


class ProfileAudience(StrEnum):
    """Who finds a member at all. Whoever a member asks to connect sees them as well."""

    EVERYONE = "EVERYONE"
    MEMBERS = "MEMBERS"
    CONNECTIONS = "CONNECTIONS"


class Member(Stored):
    """A person on this instance."""

    handle = fields.CharField(max_length=30, unique=True)
    name = fields.CharField(max_length=NAME)
    email = fields.CharField(max_length=254, unique=True)
    password_hash = fields.CharField(max_length=200)
    headline = fields.CharField(max_length=SHORT, default="")
    organisation = fields.CharField(max_length=SHORT, default="")
    location = fields.CharField(max_length=SHORT, default="")
    about = fields.TextField(default="")
    profile_audience = fields.CharField(max_length=12, default=ProfileAudience.MEMBERS)
    connections_audience = fields.CharField(max_length=12, default=Audience.MEMBERS)
    accepts_requests = fields.BooleanField(default=True)
    joined_at = fields.DatetimeField()
    email_verified_at = fields.DatetimeField(null=True)
    suspended_at = fields.DatetimeField(null=True)
    # An operator looks after the instance: jobs that failed, apps that wait for a yes.
    operator_since_at = fields.DatetimeField(null=True)
    # Who sees single fields (models/audience.py), of those who see the profile.
    headline_audience = fields.SmallIntField(db_default=0)
    organisation_audience = fields.SmallIntField(db_default=0)
    location_audience = fields.SmallIntField(db_default=0)
    about_audience = fields.SmallIntField(db_default=0)
    avatar_audience = fields.SmallIntField(db_default=0)
    avatar_key = fields.CharField(max_length=22, null=True)
    follow_audience = fields.CharField(max_length=12, db_default="MEMBERS")
    # Whether others are told they may know this member at all, and by which kinds of facts.
    suggested = fields.BooleanField(db_default=True)
    suggested_by_connections = fields.BooleanField(db_default=True)
    suggested_by_work = fields.BooleanField(db_default=True)
    suggested_by_school = fields.BooleanField(db_default=True)
    # Whether those who have this member's address in an imported contact are told they joined.
    found_by_address = fields.BooleanField(db_default=False)
    # Folded (organisation.key_of): what contact books sort and look for, alike on both engines.
    name_key = fields.CharField(max_length=SHORT * 2, db_default="")
    organisation_key = fields.CharField(max_length=SHORT * 2, db_default="")
    location_key = fields.CharField(max_length=SHORT * 2, db_default="")
    # `shows_reading`: to those who show theirs as well, how far one has read.
    takes_message_requests = fields.BooleanField(db_default=False)
    puts_selling_aside = fields.BooleanField(db_default=False)
    shows_reading = fields.BooleanField(db_default=False)
    # An IANA name; quiet hours are minutes after midnight there, both or none.
    time_zone = fields.CharField(max_length=60, db_default="UTC")
    quiet_from = fields.SmallIntField(null=True)
    quiet_until = fields.SmallIntField(null=True)
    feed_seen_at = fields.DatetimeField(null=True)

    class Meta:
        table = "member"


PROFILE_FIELDS: Mapping[str, int] = {
    "name": NAME,
    "headline": SHORT,
    "organisation": SHORT,
    "location": SHORT,
    "about": LONG,
}


def clean_email(email: str) -> str:
    """An address as it is stored and compared: trimmed, lower case. Raises Problem."""
    email = clean(email, "email", longest=254, required=True).lower()
    if not _EMAIL.fullmatch(email):
        raise Problem(
            Code.INVALID, "This is not an e-mail address, like name@example.org.", field=("email",)
        )
    return email


def _clean_handle(handle: str) -> str:
    handle = clean(handle, "handle", longest=30, required=True).removeprefix("@").lower()
    if not _HANDLE.fullmatch(handle) or handle in _RESERVED:
        raise Problem(
            Code.INVALID,
            "3 to 30 letters a–z, digits or hyphens, beginning and ending with a letter or digit.",
            field=("handle",),
        )
    return handle


def check_password(password: str, field: str = "password") -> str:
    """The password, if it has a length we take. Raises Problem."""
    if len(password) < PASSWORD_SHORTEST:
        raise Problem(Code.TOO_SHORT, f"At least {PASSWORD_SHORTEST} characters.", field=(field,))
    if len(password) > PASSWORD_LONGEST:
        raise Problem(Code.TOO_LONG, f"At most {PASSWORD_LONGEST} characters.", field=(field,))
    return password


async def hash_password(password: str) -> str:
    """Argon2id of a password, in a thread: it takes 50 to 100 ms and must not stop the loop."""
    return await asyncio.to_thread(_hasher.hash, password.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("nobody")


async def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Without a hash it takes as long and is False."""
    candidate = password[:PASSWORD_LONGEST].encode("utf-8", "surrogatepass")

    def verify() -> bool:
        try:
            return _hasher.verify(password_hash or _nobodys_hash(), candidate)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    return await asyncio.to_thread(verify) and password_hash is not None


async def join(*, handle: str, name: str, email: str, password: str) -> int:
    """Sign up: make a member with an empty profile; the key of the new member.

    Raises Problems, one per field that is wrong; TAKEN for a handle or address in use.
    """
    given: dict[str, str] = {}
    problems: list[Problem] = []
    for field, work in (
        ("name", lambda: clean(name, "name", longest=NAME, required=True)),
        ("handle", lambda: _clean_handle(handle)),
        ("email", lambda: clean_email(email)),
        ("password", lambda: check_password(password)),
    ):
        try:
            given[field] = work()
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise Problems(problems)
    return await _join(
        given["handle"], given["name"], given["email"], await hash_password(password)
    )


@in_unit
async def _join(u: Unit, handle: str, name: str, email: str, password_hash: str) -> int:
    taken = await sql.row(
        "SELECT (SELECT count(*) FROM member WHERE handle = $1) AS handle, "
        "(SELECT count(*) FROM member WHERE email = $2) AS email",
        handle,
        email,
    )
    assert taken is not None
    messages = {
        "handle": "This handle is taken. Please choose another.",
        "email": "There is an account with this address. Sign in instead.",
    }
    problems = [
        Problem(Code.TAKEN, message, field=(field,))
        for field, message in messages.items()
        if taken[field]
    ]
    if problems:
        raise Problems(problems)
    key = ids.new_id()
    await sql.change(
        "INSERT INTO member (id, handle, name, email, password_hash, headline, organisation, "
        "location, about, profile_audience, connections_audience, accepts_requests, joined_at, "
        "name_key) VALUES ($1, $2, $3, $4, $5, '', '', '', '', $6, $7, true, $8, $9)",
        key,
        handle,
        name,
        email,
        password_hash,
        ProfileAudience.MEMBERS.value,
        settings().connections_audience,
        u.now,
        key_of(name),
    )
    await sql.change("INSERT INTO inbox (id, last_seq, connections) VALUES ($1, 0, 0)", key)
    await sql.change("INSERT INTO allowance (id) VALUES ($1)", key)
    await _refresh_search(key)
    return key


async def update_profile(member_id: int, changes: Mapping[str, object]) -> None:
    """Change what is given of the profile and its audiences. Raises Problems by field."""
    cleaned: dict[str, object] = {}
    problems: list[Problem] = []
    for name, value in changes.items():
        longest = PROFILE_FIELDS.get(name)
        if longest is None:
            cleaned[name] = value
            continue
        try:
            cleaned[name] = clean(
                str(value), name, longest=longest, required=name == "name", lines=name == "about"
            )
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise Problems(problems)
    if cleaned:
        await _write_profile(member_id, cleaned)


_CHANGEABLE = frozenset(
    {*PROFILE_FIELDS, "profile_audience", "connections_audience", "accepts_requests"}
)
_FOLDED = {"name", "organisation", "location"}
# What nobody is found by; all else of a profile is in the index of people.
_NOT_SEARCHED = {"about", "connections_audience", "accepts_requests"}


async def _refresh_search(member_id: int) -> None:
    from models.search_text import refresh  # which asks this module who finds a member

    await refresh(member_id)


@in_unit
async def _write_profile(_u: Unit, member_id: int, changes: Mapping[str, object]) -> None:
    assert changes.keys() <= _CHANGEABLE, changes.keys()  # names become SQL
    folded = {f"{name}_key": key_of(str(changes[name])) for name in _FOLDED & changes.keys()}
    changes = {**changes, **folded}
    columns = ", ".join(f"{name} = ${number}" for number, name in enumerate(changes, start=2))
    await sql.change(f"UPDATE member SET {columns} WHERE id = $1", member_id, *changes.values())
    if changes.keys() - _NOT_SEARCHED:
        await _refresh_search(member_id)


async def account(member_id: int) -> sql.Row:
    """What only the member sees of themself: address, audiences, requests, hours."""
    found = await sql.row(
        "SELECT email, profile_audience, connections_audience, accepts_requests, time_zone, "
        "quiet_from, quiet_until FROM member WHERE id = $1",
        member_id,
    )
    if found is None:
        raise LookupError(member_id)
    return found


async def by_email(email: str) -> sql.Row | None:
    """Key, handle, password hash and suspension of the account with this address."""
    return await sql.row(
        "SELECT id, handle, name, password_hash, suspended_at FROM member WHERE email = $1",
        to_look_up(email.strip().lower()),
    )


async def by_handles(handles: Sequence[str]) -> dict[str, int]:
    """Keys by handle, whoever may see them; for the command line and the seeds."""
    found = {}
    for handle in handles:
        row = await sql.row("SELECT id FROM member WHERE handle = $1", to_look_up(handle.lower()))
        if row:
            found[handle] = row["id"]
    return found
