"""What went wrong, as a page: every failure has a designed one, and none needs data."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from web.templating import HEADERS, is_partial, render_text

log = logging.getLogger("mutual.web")

STATUS = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN_SCOPE": 403,
    "BAD_REQUEST": 400,
    "COST_EXCEEDED": 400,
    "RATE_LIMITED": 429,
    "TOO_MANY_SUBSCRIPTIONS": 429,
    "CURSOR_EXPIRED": 400,
    "UNAVAILABLE": 503,
    "INTERNAL": 500,
}
PAGES = {400, 403, 404, 413, 429, 500, 503}


class Failed(Exception):
    """A document of ours came back with a top-level error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def page(status: int) -> Response:
    """The page for a status."""
    shown = status if status in PAGES else (404 if status < 500 else 500)
    return HTMLResponse(
        render_text(f"errors/{shown}.html", {"page": {"flash": None}}), status, HEADERS
    )


async def on_failed(request: Request, error: Exception) -> Response:
    """A failed document: sign in again, or the page that fits."""
    assert isinstance(error, Failed)
    status = STATUS.get(error.code, 500)
    if status == 401:
        url = "/sign-in"
        if is_partial(request):
            return Response(status_code=401, headers={"HX-Redirect": url})
        return RedirectResponse(url, 303)
    return page(status)


async def on_http(_request: Request, error: Exception) -> Response:
    """404, 405, 413 and such."""
    assert isinstance(error, HTTPException)
    response = page(error.status_code)
    response.headers.update(error.headers or {})
    return response


async def on_disconnect(_request: Request, _error: Exception) -> Response:
    """Who hung up while they were still sending reads no answer, and is no bug of ours."""
    return Response(status_code=400)


async def on_crash(_request: Request, _error: Exception) -> Response:
    """What nobody expected. Starlette logs it and raises it again for the server's log."""
    return page(500)
