"""Apps: integrators' clients, registered by members; what a member granted them is in grant.py."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

from tortoise import fields

from models import credential, ids, redirect, sql
from models.base import LONG, NAME, Stored, belongs_to_member
from models.problem import Code, Problem, Problems
from models.settings import settings
from models.text import clean
from models.token import GRANTABLE, Scope
from models.unit import Unit, in_unit

T = TypeVar("T")

MOST_APPS = 20
LONGEST_HOMEPAGE = 300


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
    homepage = fields.CharField(max_length=300, default="")
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


class Description(NamedTuple):
    """What an owner says of their app."""

    name: str
    description: str
    homepage: str
    redirect_uris: Sequence[str]
    scopes: Sequence[Scope]


# As its owner and operators read it; what nobody reads again is the secret.
COLUMNS = (
    "a.id, a.owner_id, a.name, a.description, a.homepage, a.redirect_uris, a.scopes, a.status, "
    "a.secret_hash IS NOT NULL AS confidential, a.created_at, "
    "(SELECT count(*) FROM app_grant g WHERE g.app_id = a.id) AS grants"
)


def _checked(wanted: Description, *, public: bool) -> Description:
    """The description as it is stored. Raises Problems, one for each field that is wrong."""
    problems: list[Problem] = []

    def attempt(work: Callable[[], T], otherwise: T) -> T:
        try:
            return work()
        except Problem as problem:
            problems.append(problem)
            return otherwise

    checked = Description(
        attempt(lambda: clean(wanted.name, "name", longest=NAME, required=True), ""),
        attempt(lambda: clean(wanted.description, "description", longest=LONG, lines=True), ""),
        attempt(lambda: _homepage(wanted.homepage), ""),
        attempt(lambda: redirect.check(list(wanted.redirect_uris), public=public), []),
        sorted(set(wanted.scopes)),
    )
    if not checked.scopes or not GRANTABLE.issuperset(checked.scopes):
        problems.append(Problem(Code.INVALID, "Choose what it may ask for.", field=("scopes",)))
    if problems:
        raise Problems(problems)
    return checked


def _homepage(text: str) -> str:
    text = clean(text, "homepage", longest=LONGEST_HOMEPAGE)
    parts = redirect.parse(text)
    if text and (
        parts is None
        or parts.scheme not in ("https", "http")
        or not parts.hostname
        or "@" in parts.netloc
        or " " in text
    ):
        words = "This is no address of a page, like https://example.org."
        raise Problem(Code.INVALID, words, field=("homepage",))
    return text


async def register(
    owner_id: int, wanted: Description, *, confidential: bool
) -> tuple[sql.Row, str | None]:
    """Register an app; its row, and the secret of a confidential one, shown this once.

    Raises Problems.
    """
    return await _register(
        owner_id, _checked(wanted, public=not confidential), confidential=confidential
    )


@in_unit
async def _register(
    u: Unit, owner_id: int, wanted: Description, *, confidential: bool
) -> tuple[sql.Row, str | None]:
    registration = settings().app_registration
    if registration == "OFF":
        raise Problem(Code.NOT_OPEN, "New apps cannot be registered here.")
    # Two at once wait for each other here: both must not see nineteen.
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner_id)
    count = await sql.row("SELECT count(*) AS n FROM app WHERE owner_id = $1", owner_id)
    if count and count["n"] >= MOST_APPS:
        raise Problem(Code.INVALID, f"At most {MOST_APPS} apps. Delete one first.")
    secret = credential.make("mus") if confidential else None
    key = ids.new_id()
    await sql.change(
        "INSERT INTO app (id, owner_id, name, description, homepage, redirect_uris, scopes, "
        "secret_hash, status, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        key,
        owner_id,
        *_values(wanted),
        credential.hashed(secret) if secret else None,
        AppStatus.APPROVED if registration == "OPEN" else AppStatus.PENDING,
        u.now,
    )
    return await owned(owner_id, key), secret


def _values(wanted: Description) -> tuple[str, ...]:
    uris, scopes = "\n".join(wanted.redirect_uris), " ".join(wanted.scopes)
    return wanted.name, wanted.description, wanted.homepage, uris, scopes


async def update(owner_id: int, key: int, wanted: Description) -> sql.Row:
    """Change what the owner says of an app. Raises Problems, or NOT_FOUND.

    Where operators approve apps, one that goes by another name, back to another address or asks
    for more waits for their yes again; those who connected it stay connected.
    """
    before = await owned(owner_id, key)
    return await _update(owner_id, key, _checked(wanted, public=not before["confidential"]))


@in_unit
async def _update(_u: Unit, owner_id: int, key: int, wanted: Description) -> sql.Row:
    before = await sql.row(
        "SELECT name, redirect_uris, scopes, status FROM app WHERE id = $1 AND owner_id = $2"
        + sql.for_update(),
        key,
        owner_id,
    )
    if before is None:
        raise _gone()
    is_other = (
        wanted.name != before["name"]
        or not set(before["redirect_uris"].split("\n")).issuperset(wanted.redirect_uris)
        or not set(before["scopes"].split()).issuperset(wanted.scopes)
    )
    approved = before["status"] == AppStatus.APPROVED
    asks_again = approved and is_other and settings().app_registration != "OPEN"
    await sql.change(
        "UPDATE app SET name = $2, description = $3, homepage = $4, redirect_uris = $5, "
        "scopes = $6, status = $7 WHERE id = $1",
        key,
        *_values(wanted),
        AppStatus.PENDING if asks_again else before["status"],
    )
    return await owned(owner_id, key)


@in_unit
async def renew_secret(_u: Unit, owner_id: int, key: int) -> tuple[sql.Row, str]:
    """Give a confidential app another secret; the old one is refused from now on."""
    secret = credential.make("mus")
    changed = await sql.change(
        "UPDATE app SET secret_hash = $3 "
        "WHERE id = $1 AND owner_id = $2 AND secret_hash IS NOT NULL",
        key,
        owner_id,
        credential.hashed(secret),
    )
    row = await owned(owner_id, key)
    if not changed:
        raise Problem(Code.INVALID, "A public app has no secret.", field=("appId",))
    return row, secret


@in_unit
async def delete(u: Unit, owner_id: int, key: int) -> sql.Row:
    """Delete an app, and with it all that members granted it. Raises NOT_FOUND."""
    row = await owned(owner_id, key)
    await wake_all(u, key)
    if not await sql.change("DELETE FROM app WHERE id = $1 AND owner_id = $2", key, owner_id):
        raise _gone()
    return row


async def wake_all(u: Unit, key: int) -> None:
    """Ring for everyone who connected an app: what it has open must look again."""
    for row in await sql.rows("SELECT member_id FROM app_grant WHERE app_id = $1", key):
        u.wake(row["member_id"])


async def of(owner_id: int) -> Sequence[sql.Row]:
    """The member's own apps, newest first."""
    return await sql.rows(
        f"SELECT {COLUMNS} FROM app a WHERE a.owner_id = $1 ORDER BY a.id DESC", owner_id
    )


async def owned(owner_id: int, key: int) -> sql.Row:
    """One of the member's own apps. Raises NOT_FOUND."""
    row = await sql.row(
        f"SELECT {COLUMNS} FROM app a WHERE a.id = $1 AND a.owner_id = $2", key, owner_id
    )
    if row is None:
        raise _gone()
    return row


async def client(key: int) -> sql.Row | None:
    """An app as it knocks, with its owner's name; None once it or its owner was stopped."""
    return await sql.row(
        "SELECT a.id, a.owner_id, a.name, a.description, a.homepage, a.redirect_uris, a.scopes, "
        "a.secret_hash, a.status, o.name AS owner_name FROM app a "
        "JOIN member o ON o.id = a.owner_id "
        "WHERE a.id = $1 AND a.status <> 'STOPPED' AND o.suspended_at IS NULL",
        key,
    )


def _gone() -> Problem:
    return Problem(Code.NOT_FOUND, "This app is no longer there.", field=("appId",))
