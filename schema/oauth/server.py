"""Authlib's authorization server over loaded rows: one for each request, and it writes nothing.

Where Authlib is softer than OAuth 2.1 or than we want to be: the challenge is required, of method
S256 and of every client; every failed authentication of a client is one answer; and a token of
another app is no token.
"""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    OAuth2Payload,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc9207 import IssuerParameter

from models import app_token, ids
from models.settings import settings
from schema.oauth.rows import Client, Code, Token

BY_SECRET = ["client_secret_basic", "client_secret_post"]
BY_ANY = [*BY_SECRET, "none"]
Pairs = list[tuple[str, str]]


@dataclass
class Answer:
    """What to send back."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def location(self) -> str | None:
        """Where a redirect leads."""
        return self.headers.get("Location")

    @location.setter
    def location(self, value: str) -> None:
        self.headers["Location"] = value


class Payload(OAuth2Payload):
    """Parameters; one without a value counts as left out (RFC 6749, 3.1)."""

    def __init__(self, pairs: Pairs) -> None:
        self._datalist: dict[str, list[str]] = {}
        for name, value in pairs:
            if value:
                self._datalist.setdefault(name, []).append(value)

    @property
    def data(self) -> dict[str, str]:
        """The first value of each."""
        return {name: values[0] for name, values in self._datalist.items()}

    @property
    def datalist(self) -> Any:
        """All values of each."""
        return self._datalist

    def repeated(self) -> bool:
        """Whether anything was given twice."""
        return any(len(values) > 1 for values in self._datalist.values())


class Request(OAuth2Request):
    """A request. Whether it came by TLS is the business of the proxy in front of us."""

    def __init__(self, method: str, pairs: Pairs, headers: dict[str, str] | None = None) -> None:
        super().__init__(method, "https://here.invalid/", headers=headers)
        self.payload: Payload = Payload(pairs)

    @property
    def args(self) -> dict[str, str]:
        """Parameters."""
        return self.payload.data

    @property
    def form(self) -> dict[str, str]:
        """Parameters."""
        return self.payload.data


class Pkce(CodeChallenge):
    """RFC 7636, required, S256 only."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Of the authorization request."""
        data = grant.request.payload.data
        if "code_challenge" not in data:
            raise InvalidRequestError("Missing 'code_challenge'")
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("'code_challenge_method' must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):
    """Both ends of a code."""

    TOKEN_ENDPOINT_AUTH_METHODS = BY_ANY

    def generate_authorization_code(self) -> str:
        """The code that was stored before this answer is made."""
        assert self.server.code
        return str(self.server.code)

    def save_authorization_code(self, code: str, request: Any) -> None:
        """It is stored."""

    def query_authorization_code(self, code: str, client: Any) -> Code | None:  # noqa: ARG002
        """The loaded code, if it is this app's."""
        found: Code | None = self.server.found_code
        return found if found and found.row["app_id"] == client.row["id"] else None

    def delete_authorization_code(self, authorization_code: Any) -> None:
        """It is spent afterwards."""

    def authenticate_user(self, authorization_code: Code) -> Any:
        """Who agreed."""
        return authorization_code.row["member_id"]


class RefreshGrant(RefreshTokenGrant):
    """A refresh token, which is always replaced."""

    INCLUDE_NEW_REFRESH_TOKEN = True
    TOKEN_ENDPOINT_AUTH_METHODS = BY_ANY

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:  # noqa: ARG002
        """The loaded token, spent or not: its exchange decides."""
        found: Token | None = self.server.found_token
        return found if found and found.is_refresh else None

    def authenticate_user(self, refresh_token: Token) -> Any:
        """Who agreed."""
        return refresh_token.row["member_id"]

    def revoke_old_credential(self, refresh_token: Any) -> None:
        """It is spent afterwards."""


class Revocation(RevocationEndpoint):
    """RFC 7009."""

    CLIENT_AUTH_METHODS = BY_ANY

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:  # noqa: ARG002
        """The loaded token."""
        found: Token | None = self.server.found_token
        return found

    def revoke_token(self, token: Token, request: Any) -> None:  # noqa: ARG002
        """Noted; it is ended afterwards."""
        self.server.revoked = token


class Introspection(IntrospectionEndpoint):
    """RFC 7662, for confidential apps and their own tokens."""

    CLIENT_AUTH_METHODS = BY_SECRET

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:  # noqa: ARG002
        """The loaded token."""
        found: Token | None = self.server.found_token
        return found

    def check_permission(self, token: Token, client: Client, request: Any) -> bool:  # noqa: ARG002
        """Only its own."""
        return token.check_client(client)

    def introspect_token(self, token: Token) -> dict[str, Any]:
        """What is said of a token in force."""
        found = {
            "active": True,
            "client_id": ids.encode(ids.APP, token.row["app_id"]),
            "sub": ids.encode(ids.MEMBER, token.row["member_id"]),
            "scope": token.get_scope(),
            "iss": settings().base_url,
            "iat": int(token.row["created_at"].timestamp()),
            "exp": int(token.expires_at.timestamp()),
        }
        return found if token.is_refresh else {**found, "token_type": "Bearer"}


class Issuer(IssuerParameter):
    """RFC 9207."""

    def get_issuer(self) -> str:
        """This instance."""
        return settings().base_url


class Server(AuthorizationServer):
    """Authlib's server for one request."""

    def __init__(self, client: Client | None) -> None:
        super().__init__()
        self.client = client
        self.found_code: Code | None = None
        self.found_token: Token | None = None
        self.code = ""
        self.pair = app_token.make()
        self.revoked: Token | None = None
        self.issuer = Issuer()
        self.issuer(self)
        self.register_grant(CodeGrant, [Pkce(required=True)])
        self.register_grant(RefreshGrant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    def query_client(self, client_id: str) -> Client | None:
        """The loaded app."""
        return self.client if self.client and self.client.client_id == client_id else None

    def authenticate_client(self, request: Any, methods: Any, endpoint: str = "token") -> Any:
        """The app that asks; every failure is one answer."""
        try:
            return super().authenticate_client(request, methods, endpoint)
        except InvalidClientError:
            words = "The client is unknown or did not prove who it is."
            raise InvalidClientError(words, status_code=401) from None

    def generate_token(self, *_: Any, scope: str | None = None, **__: Any) -> dict[str, Any]:
        """The pair that is stored afterwards."""
        assert self.client is not None
        allowed = self.client.row["scopes"].split()
        return {
            "token_type": "Bearer",
            "access_token": self.pair.access,
            "expires_in": settings().app_token_minutes * 60,
            "refresh_token": self.pair.refresh,
            "scope": " ".join(each for each in (scope or "").split() if each in allowed),
        }

    def save_token(self, token: Any, request: Any) -> None:
        """It is stored afterwards."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Any) -> Any:
        """It is one already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        """As data."""
        return Answer(status, body, dict(headers))
