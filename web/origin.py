"""Cross-site requests: one rule for pages, /graphql and sockets alike.

A request with an Authorization header stands for itself and is let through. Otherwise unsafe
methods and socket handshakes need Sec-Fetch-Site: same-origin or, where a browser does not send
it, an Origin that is Host's or BASE_URL's. Neither header means that no browser asks, and no
cookie is honoured. A foreign socket is let in without its cookie: as a stranger.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import errors
from web.settings import settings

SAFE = {"GET", "HEAD", "OPTIONS"}
# Other sites' pages may call these; no cookie counts there.
_OPEN = {"/graphql", "/oauth/token", "/oauth/revoke", "/oauth/introspect"}


def policy(form_action: str = "") -> str:
    """The Content-Security-Policy of a page; `form_action`: where else its form may lead."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; form-action 'self'{form_action and ' ' + form_action}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


_SECURITY = {
    b"content-security-policy": policy().encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
}


def is_same_origin(headers: Headers) -> bool:
    """Whether the request comes from a page of ours."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc in {
        headers.get("host", ""),
        urlsplit(settings().base_url).netloc,
    }


class Origin:
    """The rule as ASGI middleware; it also sets the headers every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let through with `scope["cookie_counts"]` set."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE
        bearer = "authorization" in headers
        ours = not unsafe or is_same_origin(headers)
        scope["cookie_counts"] = ours and not bearer
        if bearer:
            _drop_cookie(scope)  # the header stands for itself, on every page
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        if not ours and not bearer:
            if "origin" in headers or "sec-fetch-site" in headers:
                if scope["path"] not in _OPEN:
                    await errors.page(403)(scope, receive, _secured(send))
                    return
            else:
                _drop_cookie(scope)
        await self.app(scope, receive, _secured(send))


def _drop_cookie(scope: Scope) -> None:
    scope["headers"] = [(k, v) for k, v in scope["headers"] if k != b"cookie"]


def _secured(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *((name, value) for name, value in _SECURITY.items() if name not in present),
            ]
        await send(message)

    return with_headers
