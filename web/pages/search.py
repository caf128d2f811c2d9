"""Searching for people."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.run import run
from web.templating import is_partial, render

FILTERS = ("organisation", "school", "skill", "place")


async def index(request: Request) -> Response:
    """GET /search"""
    query = request.query_params
    wanted = {name: query.get(name, "").strip() for name in ("search", *FILTERS)}
    given = {name: text for name, text in wanted.items() if text}
    filters = {name: text for name, text in given.items() if name in FILTERS}
    asked = {"query": wanted["search"] or None, **filters, "after": query.get("after") or None}
    result = await run(request, "SearchIndex", **asked)
    name = "search/_list.html" if is_partial(request) else "search/index.html"
    return render(
        request,
        name,
        result.data,
        wanted=wanted,
        given=given,
        asked=bool(given),
        filtered=bool(filters),
        filterless="/search?" + urlencode({"search": wanted["search"]}),
    )


routes = [Route("/search", index)]
