"""Loaded rows as Authlib wants to ask them."""

import hmac
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin

from models import clock, credential, ids, redirect, sql

GRANT_TYPES = ("authorization_code", "refresh_token")


class Client(ClientMixin):
    """An app."""

    def __init__(self, row: sql.Row) -> None:
        self.row = row
        self.client_id = ids.encode(ids.APP, row["id"])
        self.is_public = row["secret_hash"] is None
        self.redirect_uris: list[str] = row["redirect_uris"].split("\n")

    def get_client_id(self) -> str:
        """Its public id."""
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        """Where to go back to if the request does not say; only where there is no choice."""
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The scopes asked for, all it has if it names none; None if it names one it has not."""
        allowed = self.row["scopes"].split()
        wanted = (scope or "").split()
        if not set(allowed).issuperset(wanted):
            return None
        return " ".join(each for each in allowed if not wanted or each in wanted)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether it may be returned to there."""
        return redirect.matches(self.redirect_uris, redirect_uri, public=self.is_public)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is its secret."""
        mine = self.row["secret_hash"]
        return mine is not None and hmac.compare_digest(mine, credential.hashed(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        """How it shows who it is: by its secret, if it has one."""
        return (method == "none") is self.is_public

    def check_response_type(self, response_type: str) -> bool:
        """The only one of OAuth 2.1."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """What every app may use."""
        return grant_type in GRANT_TYPES


class Code(AuthorizationCodeMixin):
    """An authorization code."""

    def __init__(self, row: sql.Row) -> None:
        self.row = row
        self.code_challenge = row["challenge"]
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        """What the authorization request gave as `redirect_uri`, empty if nothing."""
        return str(self.row["redirect_uri"])

    def get_scope(self) -> str:
        """What the member agreed to."""
        return str(self.row["scopes"])


class Token(TokenMixin):
    """An access or a refresh token."""

    def __init__(self, row: sql.Row) -> None:
        self.row = row
        self.is_refresh = bool(row["is_refresh"])
        self.expires_at = row["refresh_expires_at" if self.is_refresh else "expires_at"]

    def check_client(self, client: Any) -> bool:
        """Whether it is this app's."""
        return bool(self.row["app_id"] == client.row["id"])

    def get_scope(self) -> str:
        """What it is good for."""
        return str(self.row["scopes" if self.is_refresh else "access_scopes"])

    def is_expired(self) -> bool:
        """Whether its time is over."""
        return bool(self.expires_at <= clock.now())

    def is_revoked(self) -> bool:
        """Whether it was exchanged for another."""
        return self.is_refresh and self.row["spent_at"] is not None
