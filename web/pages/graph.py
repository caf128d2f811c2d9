"""Whom the viewer and a member both know."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.pages.answers import for_members, found
from web.run import run
from web.templating import is_partial, render


@for_members
async def mutual(request: Request) -> Response:
    """GET /members/{handle}/mutual"""
    handle, after = request.path_params["handle"], request.query_params.get("after") or None
    result = await run(request, "MembersMutual", handle=handle, after=after)
    found(result.data["member"])
    name = "members/_mutual_list.html" if is_partial(request) else "members/mutual.html"
    return render(request, name, result.data)


routes = [Route("/members/{handle}/mutual", mutual)]
