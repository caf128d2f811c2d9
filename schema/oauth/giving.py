"""The endpoints that apps call themselves: tokens given, looked at, given back."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from graphql import GraphQLError

from models import app, app_token, ids
from models.settings import settings
from models.token import GRANTABLE
from schema.oauth.rows import GRANT_TYPES, Client, Code, Token
from schema.oauth.server import BY_ANY, BY_SECRET, Answer, Pairs, Request, Server
from schema.points import Account, buckets_of


class TooFast(Exception):
    """This host has used up its allowance."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


async def take_turn(host: str) -> None:
    """One point of the host's allowance, as for a signed-out operation. Raises TooFast."""
    try:
        await Account(buckets_of(None, host)).take(1)
    except GraphQLError as error:
        raise TooFast(int((error.extensions or {}).get("retryAfter", 1))) from None


async def token(pairs: Pairs, authorization: str | None) -> Answer:
    """The token endpoint."""
    request, server = await _begin(pairs, authorization)
    given = request.payload.data
    refused = _fault_of(request, "grant_type")
    if refused:
        return _error(server, refused)
    if server.client is not None:
        if "code" in given:
            code = await app_token.code(given["code"])
            server.found_code = Code(code) if code else None
        await _load_token(server, given.get("refresh_token"))
    answer: Answer = server.create_token_response(request)
    if answer.status == 200 and not await _exchange(request, server, answer):
        return _error(server, InvalidGrantError("It was used before, or is too old."))
    return answer


async def _exchange(request: Request, server: Server, answer: Answer) -> bool:
    """Spend what Authlib found in order; the other one of two at once comes to nothing here."""
    if request.payload.grant_type == "authorization_code":
        assert server.found_code is not None
        return await app_token.redeem(server.found_code.row, server.pair)
    assert server.found_token is not None
    scopes = answer.body["scope"].split()
    return await app_token.refresh(server.found_token.row, scopes, server.pair)


async def revoke(pairs: Pairs, authorization: str | None) -> Answer:
    """The revocation endpoint: the same answer for a token that is none (RFC 7009, 2.2)."""
    request, server = await _begin(pairs, authorization)
    answer = await _about_a_token(request, server, "revocation")
    if server.revoked is not None:
        await app_token.revoke(server.revoked.row)
    return answer


async def introspect(pairs: Pairs, authorization: str | None) -> Answer:
    """The introspection endpoint."""
    request, server = await _begin(pairs, authorization)
    return await _about_a_token(request, server, "introspection")


async def _about_a_token(request: Request, server: Server, endpoint: str) -> Answer:
    refused = _fault_of(request, "token")
    if refused:
        return _error(server, refused)
    if server.client is not None:
        await _load_token(server, request.payload.data["token"])
    answer: Answer = server.create_endpoint_response(endpoint, request)
    return answer


async def _begin(pairs: Pairs, authorization: str | None) -> tuple[Request, Server]:
    """The request, and a server that knows the app it claims to be of."""
    # A hint that we do not know may be ignored (RFC 7009, 2.1): tokens show what they are.
    kept = [(name, value) for name, value in pairs if name != "token_type_hint"]
    headers = {"Authorization": authorization} if authorization else {}
    request = Request("POST", kept, headers)
    try:
        name, _ = extract_basic_authorization(headers)
    except ValueError:  # bytes that are no text
        request.headers, name = {"Authorization": "Basic Og=="}, ""
    claimed = name if authorization else request.payload.client_id
    key = ids.decode(ids.APP, claimed or "")
    row = await app.client(key) if key is not None else None
    return request, Server(Client(row) if row else None)


def _fault_of(request: Request, required: str) -> OAuth2Error | None:
    """What is wrong with a request's shape."""
    given = request.payload.data
    if request.payload.repeated():
        return InvalidRequestError("A parameter was given twice.")
    if required not in given:
        return InvalidRequestError(f"Missing '{required}' in request.")
    if request.headers and "client_secret" in given:
        return InvalidRequestError("Authenticate in one way, not in two.")
    return None


async def _load_token(server: Server, secret: str | None) -> None:
    row = await app_token.known(secret) if secret else None
    server.found_token = Token(row) if row else None


def _error(server: Server, error: OAuth2Error) -> Answer:
    answer: Answer = server.handle_response(*error())
    return answer


def metadata() -> dict[str, Any]:
    """RFC 8414: all that a client library needs to know."""
    base = settings().base_url
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "introspection_endpoint": f"{base}/oauth/introspect",
        "scopes_supported": sorted(GRANTABLE),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "token_endpoint_auth_methods_supported": BY_ANY,
        "revocation_endpoint_auth_methods_supported": BY_ANY,
        "introspection_endpoint_auth_methods_supported": BY_SECRET,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": f"{base}/developers/apps",
    }
