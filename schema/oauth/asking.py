"""The authorization endpoint: what an app asks of a member, and their word on it.

Until the app and the address it wants to go back to are known, a mistake is told to the member,
on a page of ours; after that it is told to the app.
"""

import re
from dataclasses import dataclass

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError

from models import app, grant, ids, redirect
from models.app import AppStatus
from models.problem import Problem
from models.token import Scope
from schema.oauth.rows import Client
from schema.oauth.server import Pairs, Request, Server

# What RFC 6749 lets stand in an error_description; Authlib repeats parameters in some.
_SPEAKABLE = re.compile(r"[ !#-\[\]-~]*")
_UNKNOWN = "There is no such app here, or it is not ready to be connected."


@dataclass
class Refusal:
    """A mistake that cannot be told to the app."""

    words: str


@dataclass
class SendBack:
    """An answer for the app, in the address the member's browser goes to."""

    location: str


@dataclass
class Consent:
    """What to ask the member, and where their answer goes."""

    app_name: str
    description: str
    homepage: str
    owner_name: str
    is_waiting: bool
    scopes: list[Scope]
    back_to: str
    form_action: str


async def ask(pairs: Pairs, member_id: int | None) -> Consent | Refusal | SendBack | None:
    """What an app's request comes to. None: nobody can tell before the member has signed in."""
    found = await _read(pairs, member_id)
    return found if not isinstance(found, _Asked) else found.consent


async def decide(
    pairs: Pairs, member_id: int, shown: str, *, agreed: bool
) -> Consent | Refusal | SendBack | None:
    """The member's word. The same question again, if what they were shown is not what it is."""
    asked = await _read(pairs, member_id)
    if not isinstance(asked, _Asked):
        return asked
    if agreed and shown != " ".join(asked.consent.scopes):
        return asked.consent
    server, payload = asked.server, asked.request.payload.data
    if agreed:
        try:
            server.code = await grant.allow(
                asked.client.row["id"],
                member_id,
                [scope.value for scope in asked.consent.scopes],
                payload.get("redirect_uri", ""),
                payload["code_challenge"],
            )
        except Problem:
            return Refusal(_UNKNOWN)
    answer = server.create_authorization_response(
        asked.request, member_id if agreed else None, grant=asked.grant
    )
    return SendBack(answer.location)


@dataclass
class _Asked:
    """A request that is in order."""

    consent: Consent
    client: Client
    request: Request
    server: Server
    grant: object


async def _read(pairs: Pairs, member_id: int | None) -> _Asked | Refusal | SendBack | None:
    request = Request("GET", pairs)
    given = request.payload.data
    key = ids.decode(ids.APP, given.get("client_id", ""))
    row = await app.client(key) if key is not None else None
    if row is None or (row["status"] != AppStatus.APPROVED and row["owner_id"] != member_id):
        # An app that waits is known to its owner alone: who is signed out might be they.
        return None if member_id is None else Refusal(_UNKNOWN)
    for name in ("redirect_uri", "response_type"):
        if not _SPEAKABLE.fullmatch(given.get(name, "")):
            return Refusal("The app sent you here with an address that makes no sense.")
    client = Client(row)
    server = Server(client)
    try:
        found = server.get_consent_grant(request, end_user=member_id)
    except OAuth2Error as error:
        return _mistake(server, request, error)
    consent = _consent(client, request.scope.split(), found.redirect_uri)
    return _Asked(consent, client, request, server, found)


def _mistake(server: Server, request: Request, error: OAuth2Error) -> Refusal | SendBack:
    if not error.redirect_uri or isinstance(error, InvalidClientError):
        return Refusal(
            "The app sent you here with a request we cannot answer, or wants to go back to an "
            "address it has not registered. Nothing was sent to it."
        )
    if "response_type" not in request.payload.data:
        error = InvalidRequestError("Missing 'response_type'", redirect_uri=error.redirect_uri)
    error.state = request.payload.state
    answer = server.handle_error_response(request, error)
    server.issuer.add_issuer_parameter(server, answer)
    return SendBack(answer.location or "")


def _consent(client: Client, scopes: list[str], redirect_uri: str) -> Consent:
    row = client.row
    parts = redirect.parse(redirect_uri)
    assert parts is not None, "registered addresses have parts"
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    return Consent(
        app_name=row["name"],
        description=row["description"],
        homepage=row["homepage"],
        owner_name=row["owner_name"],
        is_waiting=row["status"] != AppStatus.APPROVED,
        scopes=[Scope(each) for each in scopes],
        back_to=parts.netloc or f"{parts.scheme}:",
        # A Content-Security-Policy has no words for addresses in brackets.
        form_action=f"{parts.scheme}:" if "[" in parts.netloc else origin,
    )
