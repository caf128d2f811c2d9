"""Organisations: who is or was there, and suggestions while one types a name."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.pages.answers import for_members, found
from web.run import run
from web.templating import is_partial, render


async def show(request: Request) -> Response:
    """GET /organisations/{id}"""
    after = request.query_params.get("after") or None
    result = await run(request, "OrganisationsShow", id=request.path_params["id"], after=after)
    found(result.data["organisation"])
    part = is_partial(request)
    name = "organisations/_list.html" if part else "organisations/show.html"
    return render(request, name, result.data)


@for_members
async def suggestions(request: Request) -> Response:
    """GET /organisations/suggestions"""
    query = request.query_params
    typed = query.get("organisation") or query.get("school") or ""
    result = await run(request, "OrganisationsSuggest", search=typed)
    return render(request, "organisations/_suggestions.html", result.data)


routes = [
    Route("/organisations/suggestions", suggestions),
    Route("/organisations/{id}", show),
]
