"""The first page: who is waiting and what happened, or what this is."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.run import run
from web.templating import render


async def show(request: Request) -> Response:
    """GET /"""
    if request.state.viewer is None:
        return render(request, "landing.html", (await run(request, "Landing")).data)
    return render(request, "home.html", (await run(request, "Home")).data)


routes = [Route("/", show)]
