"""What apps call themselves: forms in, JSON out. Any page may call, since no cookie counts here."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schema import oauth
from schema.errors import is_away
from web.settings import settings

MAX_BODY = 64 * 1024
MAX_FIELDS = 50
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "86400",
}
Work = Callable[[list[tuple[str, str]], str | None], Awaitable[oauth.Answer]]


def _invalid(words: str, status: int = 400) -> JSONResponse:
    body = {"error": "invalid_request", "error_description": words}
    return JSONResponse(body, status, NO_STORE)


def endpoint(work: Work, *, cors: bool) -> Callable[[Request], Awaitable[Response]]:
    """A handler of POST that answers as RFC 6749 has it, section 5."""

    async def handle(request: Request) -> Response:
        response = await _answer(request, work)
        if cors:
            response.headers.update(CORS)
        return response

    return handle


async def _answer(request: Request, work: Work) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": "POST, OPTIONS"})
    if request.method != "POST":
        refusal = _invalid("Send it by POST.", 405)
        refusal.headers["Allow"] = "POST, OPTIONS"
        return refusal
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return _invalid("Send a form, application/x-www-form-urlencoded.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return _invalid(f"A form may have {MAX_BODY} bytes.", 413)
    try:
        text = bytes(body).decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        return _invalid("The form cannot be read.")
    try:
        async with asyncio.timeout(settings().patience_seconds):
            await oauth.take_turn(request.client.host if request.client else "-")
            answer = await work(pairs, request.headers.get("authorization"))
    except oauth.TooFast as error:
        headers = {**NO_STORE, "Retry-After": str(error.seconds)}
        return JSONResponse({"error": "temporarily_unavailable"}, 429, headers)
    except Exception as error:
        if not is_away(error):
            raise
        return JSONResponse({"error": "temporarily_unavailable"}, 503, NO_STORE)
    return JSONResponse(answer.body, answer.status, {**answer.headers, **NO_STORE})


async def metadata(_request: Request) -> Response:
    """GET /.well-known/oauth-authorization-server"""
    headers = {**CORS, "Access-Control-Allow-Methods": "GET", "Cache-Control": "max-age=3600"}
    return JSONResponse(oauth.metadata(), headers=headers)


ANY = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
routes = [
    Route("/oauth/token", endpoint(oauth.token, cors=True), methods=ANY),
    Route("/oauth/revoke", endpoint(oauth.revoke, cors=True), methods=ANY),
    # For servers: it needs a secret, which no page can keep.
    Route("/oauth/introspect", endpoint(oauth.introspect, cors=False), methods=ANY),
    Route("/.well-known/oauth-authorization-server", metadata),
]
