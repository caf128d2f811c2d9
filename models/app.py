"""Apps: integrators' clients, registered by members; what a member granted them is in grant.py."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from tortoise import fields

from models import credential, ids, sql
from models.base import LONG, NAME, Stored, belongs_to_member
from models.problem import Code, Problem, Problems
from models.settings import settings
from models.text import clean
from models.token import GRANTABLE, Scope
from models.unit import Unit, in_unit

MOST_APPS = 20
MOST_REDIRECTS = 10
LONGEST_URL = 300
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Not mus_, which sessions of browsers begin with.
SECRET_PREFIX = "muc"  # noqa: S105 - how secrets begin, and none itself
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


class AppStatus(StrEnum):
    """Whether members may connect an app."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    STOPPED = "STOPPED"


class App(Stored):
    """A third party's client. Its public id is its OAuth client_id."""

    owner = belongs_to_member()
    name = fields.CharField(max_length=NAME)
    description = fields.CharField(max_length=LONG, default="")
    homepage = fields.CharField(max_length=LONGEST_URL, default="")
    # One to a line; compared as text, exactly.
    redirect_uris = fields.TextField()
    # The most it may ask for.
    scopes = fields.TextField()
    # Null for a public client, which cannot keep a secret.
    secret_hash = fields.CharField(max_length=64, null=True, unique=True)
    status = fields.CharField(max_length=10)
    created_at = fields.DatetimeField()

    class Meta:
        table = "app"


_NAMES = (
    "id, owner_id, name, description, homepage, redirect_uris, scopes, secret_hash, status, "
    "created_at"
)
_COLUMNS = ", ".join(f"a.{name}" for name in _NAMES.split(", "))


class Wanted(NamedTuple):
    """What an owner sets."""

    name: str
    description: str
    homepage: str
    redirect_uris: Sequence[str]
    scopes: Sequence[Scope]


def _checked(wanted: Wanted, public: bool) -> Wanted:
    """The same, cleaned. Raises Problems by field."""
    problems: list[Problem] = []

    def text(value: str, field: str, longest: int, *, required: bool = False) -> str:
        try:
            return clean(value, field, longest=longest, required=required)
        except Problem as problem:
            problems.append(problem)
            return ""

    name = text(wanted.name, "name", NAME, required=True)
    description = text(wanted.description, "description", LONG)
    homepage = text(wanted.homepage, "homepage", LONGEST_URL)
    if homepage and not _is_web(homepage):
        words = "An address beginning with https://, please."
        problems.append(Problem(Code.INVALID, words, field=("homepage",)))
    redirects = list(dict.fromkeys(uri.strip() for uri in wanted.redirect_uris if uri.strip()))
    words = _fault_of(redirects, public)
    if words:
        problems.append(Problem(Code.INVALID, words, field=("redirectUris",)))
    if not wanted.scopes or not GRANTABLE.issuperset(wanted.scopes):
        words = "Choose what the app may ask for."
        problems.append(Problem(Code.INVALID, words, field=("scopes",)))
    if problems:
        raise Problems(problems)
    return Wanted(name, description, homepage, redirects, sorted(set(wanted.scopes)))


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and " " not in url


def _fault_of(redirects: Sequence[str], public: bool) -> str:
    if not 1 <= len(redirects) <= MOST_REDIRECTS:
        return f"1 to {MOST_REDIRECTS} addresses, one to a line."
    for uri in redirects:
        if not is_redirect(uri, public):
            shown = uri[:60]
            also = " or an app's own scheme such as org.example.app:/done" if public else ""
            return f"{shown} does not do: https://, http:// on 127.0.0.1 or localhost{also}, without #."
    return ""


def is_redirect(uri: str, public: bool) -> bool:
    """Whether an app may be returned to there (RFC 9700, 2.1; RFC 8252, 7)."""
    if not uri.isascii() or not uri.isprintable() or " " in uri or "#" in uri or "\\" in uri:
        return False
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if len(uri) > LONGEST_URL or parts.username is not None or parts.password is not None:
        return False
    if parts.scheme == "https":
        # Nothing but a plain name: the consent page's policy quotes it.
        return bool(_HOST.fullmatch(host or ""))
    if parts.scheme == "http":
        return host in LOOPBACK
    # A private-use scheme is a name its owner has, reversed: so it has a dot.
    return public and "." in parts.scheme and not parts.netloc


async def register(owner_id: int, wanted: Wanted, *, public: bool) -> tuple[sql.Row, str | None]:
    """A new app and its secret, which is shown this once (none for a public client).

    Raises Problems, or INVALID where registration is switched off.
    """
    return await _register(owner_id, _checked(wanted, public), public)


@in_unit
async def _register(
    u: Unit, owner_id: int, wanted: Wanted, public: bool
) -> tuple[sql.Row, str | None]:
    if settings().app_registration == "OFF":
        raise Problem(Code.INVALID, "The operator of this instance takes no new apps.")
    # The member's own row, so that two at once cannot both be the twentieth.
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner_id)
    if len(await of(owner_id)) >= MOST_APPS:
        raise Problem(Code.INVALID, f"At most {MOST_APPS} apps. Delete one first.")
    secret = None if public else credential.make(SECRET_PREFIX)
    is_open = settings().app_registration == "OPEN"
    row = await sql.row(
        f"INSERT INTO app ({_NAMES}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
        f"RETURNING {_NAMES}",
        ids.new_id(),
        owner_id,
        wanted.name,
        wanted.description,
        wanted.homepage,
        "\n".join(wanted.redirect_uris),
        " ".join(wanted.scopes),
        credential.hashed(secret) if secret else None,
        (AppStatus.APPROVED if is_open else AppStatus.PENDING).value,
        u.now,
    )
    assert row is not None
    return row, secret


async def of(owner_id: int) -> Sequence[sql.Row]:
    """The member's apps, newest first."""
    return await sql.rows(
        f"SELECT {_COLUMNS} FROM app a WHERE a.owner_id = $1 ORDER BY a.id DESC", owner_id
    )


async def owned(owner_id: int, key: int) -> sql.Row:
    """One of the member's apps. Raises NOT_FOUND."""
    return _there(
        await sql.row(
            f"SELECT {_COLUMNS} FROM app a WHERE a.id = $1 AND a.owner_id = $2", key, owner_id
        )
    )


def _there(row: sql.Row | None) -> sql.Row:
    if row is None:
        raise Problem(Code.NOT_FOUND, "This app is no longer there.", field=("appId",))
    return row


async def change(owner_id: int, key: int, wanted: Wanted) -> sql.Row:
    """Set all of it anew; grants stay as they are. Raises Problems, NOT_FOUND."""
    before = await owned(owner_id, key)
    return await _change(owner_id, key, _checked(wanted, before["secret_hash"] is None))


@in_unit
async def _change(_u: Unit, owner_id: int, key: int, wanted: Wanted) -> sql.Row:
    # What an operator approved was this name and these addresses: others are looked at again.
    status = ""
    if settings().app_registration != "OPEN":
        status = (
            ", status = CASE WHEN status = 'APPROVED' AND (name <> $3 OR redirect_uris <> $6 "
            "OR scopes <> $7) THEN 'PENDING' ELSE status END"
        )
    return _there(
        await sql.row(
            "UPDATE app SET name = $3, description = $4, homepage = $5, redirect_uris = $6, "
            f"scopes = $7{status} WHERE id = $1 AND owner_id = $2 RETURNING {_NAMES}",
            key,
            owner_id,
            wanted.name,
            wanted.description,
            wanted.homepage,
            "\n".join(wanted.redirect_uris),
            " ".join(wanted.scopes),
        )
    )


@in_unit
async def renew_secret(_u: Unit, owner_id: int, key: int) -> tuple[sql.Row, str]:
    """Another secret, shown this once; the old one ends now. Raises NOT_FOUND, INVALID."""
    before = await owned(owner_id, key)
    if before["secret_hash"] is None:
        raise Problem(Code.INVALID, "A public client has no secret.", field=("appId",))
    secret = credential.make(SECRET_PREFIX)
    row = await sql.row(
        f"UPDATE app SET secret_hash = $3 WHERE id = $1 AND owner_id = $2 RETURNING {_NAMES}",
        key,
        owner_id,
        credential.hashed(secret),
    )
    return _there(row), secret


@in_unit
async def delete(u: Unit, owner_id: int, key: int) -> sql.Row:
    """End it, with all its grants: its sockets and streams stop. Raises NOT_FOUND."""
    await _wake_granted(u, key)
    return _there(
        await sql.row(
            f"DELETE FROM app WHERE id = $1 AND owner_id = $2 RETURNING {_NAMES}", key, owner_id
        )
    )


async def _wake_granted(u: Unit, key: int) -> None:
    for grant in await sql.rows("SELECT member_id FROM app_grant WHERE app_id = $1", key):
        u.wake(grant["member_id"])


async def find(key: int, member_id: int | None = None) -> sql.Row | None:
    """An app that this member may connect: approved, or one of their own that waits."""
    return await sql.row(
        f"SELECT {_COLUMNS}, m.name AS owner_name, m.handle AS owner_handle FROM app a "
        "JOIN member m ON m.id = a.owner_id AND m.suspended_at IS NULL WHERE a.id = $1 "
        "AND (a.status = 'APPROVED' OR (a.status = 'PENDING' AND a.owner_id = $2))",
        key,
        member_id,
    )


async def client(key: int) -> sql.Row | None:
    """An app as its own requests to the token endpoint find it; None once it is stopped."""
    return await sql.row(
        f"SELECT {_COLUMNS} FROM app a JOIN member m ON m.id = a.owner_id "
        "AND m.suspended_at IS NULL WHERE a.id = $1 AND a.status <> 'STOPPED'",
        key,
    )


async def for_operators(first: int = 200) -> Sequence[sql.Row]:
    """All apps, those that wait first, with how many members connected each."""
    return await sql.rows(
        f"SELECT {_COLUMNS}, m.name AS owner_name, m.handle AS owner_handle, "
        "(SELECT count(*) FROM app_grant g WHERE g.app_id = a.id) AS grants FROM app a "
        "JOIN member m ON m.id = a.owner_id "
        "ORDER BY CASE a.status WHEN 'PENDING' THEN 0 ELSE 1 END, a.id DESC LIMIT $1",
        first,
    )


@in_unit
async def judge(u: Unit, key: int, status: AppStatus) -> None:
    """An operator's word: approve an app, or stop it with all it holds. Raises NOT_FOUND."""
    _there(
        await sql.row("UPDATE app SET status = $2 WHERE id = $1 RETURNING id", key, status.value)
    )
    if status == AppStatus.STOPPED:
        await _wake_granted(u, key)
