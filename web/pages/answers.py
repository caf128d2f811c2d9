"""What the handlers of several nouns share: who may come in, and how an act is answered."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.forms import UserError, back
from web.run import run
from web.templating import is_partial, render

Handler = Callable[[Request], Awaitable[Response]]


def for_members(handler: Handler) -> Handler:
    """Send who is signed out to sign in, and back afterwards."""

    @functools.wraps(handler)
    async def guarded(request: Request) -> Response:
        if request.state.viewer is not None:
            return await handler(request)
        here = request.url.path if request.method == "GET" else back(request, "/")
        if request.method == "GET" and request.url.query:
            here += "?" + request.url.query
        url = "/sign-in?next=" + quote(here)
        if is_partial(request):
            return Response(status_code=401, headers={"HX-Redirect": url})
        return RedirectResponse(url, 303)

    return guarded


def listing(request: Request) -> dict[str, str | None]:
    """What a list is asked for: words to search, and where the next page begins."""
    query = request.query_params
    return {"search": query.get("search", "").strip() or None, "after": query.get("after") or None}


def found(thing: dict[str, Any] | None) -> dict[str, Any]:
    """The thing itself; not visible and not existing are the same answer."""
    if not thing:
        raise HTTPException(404)
    return thing


def first_words(errors: list[UserError]) -> str:
    """What went wrong with an act, which has no inputs to put the words beside."""
    return " ".join(each["message"] for each in errors)


async def in_place(here: Request, name: str, status: int = 200, **data: Any) -> Response:
    """Answer htmx with partials, the badges among them."""
    badges = await run(here, "LiveBadges")
    return render(here, name, {**badges.data, **data}, status)


def hello_to(member: dict[str, Any] | None) -> dict[str, str] | None:
    """The link to write to somebody who became a connection, while the viewer sees them."""
    return {"href": f"/messages/to/{member['id']}", "label": "Say hello"} if member else None
