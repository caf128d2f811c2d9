"""The viewer's connections: the list, removing one, and taking that back."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import back, see_other
from web.pages.answers import first_words, for_members, in_place, listing
from web.run import run
from web.templating import is_partial, render


@for_members
async def index(request: Request) -> Response:
    """GET /connections"""
    wanted = listing(request)
    result = await run(request, "ConnectionsIndex", **wanted)
    name = "connections/_list.html" if is_partial(request) else "connections/index.html"
    return render(request, name, result.data, search=wanted["search"] or "")


@for_members
async def remove(request: Request) -> Response:
    """POST /connections/{id}/removal"""
    path = f"/connections/{request.path_params['id']}/removal/undo"
    undo = {"action": path, "label": "Undo"}
    return await _act(request, "ConnectionsRemove", "remove", "Removed. {} is not told.", undo)


@for_members
async def undo_remove(request: Request) -> Response:
    """POST /connections/{id}/removal/undo"""
    said = "You and {} are connected, as before."
    return await _act(request, "ConnectionsUndoRemove", "undo", said)


async def _act(
    request: Request, operation: str, just: str, said: str, undo: dict[str, str] | None = None
) -> Response:
    result = await run(request, operation, id=request.path_params["id"])
    problem = first_words(result.user_errors)
    if problem and is_partial(request):
        return await in_place(request, "_problem.html", 422, request=None, text=problem)
    if problem:
        return see_other(back(request, "/connections"), problem, kind="problem")
    side = result.payload["relationship"]
    member = side["member"]
    if is_partial(request):
        data = {"member": member, "relationship": side, "just": just}
        return await in_place(request, "connections/_acted.html", **data)
    name = member["name"] if member else "this member"
    return see_other(back(request, "/connections"), said.format(name), undo=undo)


routes = [
    Route("/connections", index),
    Route("/connections/{id}/removal", remove, methods=["POST"]),
    Route("/connections/{id}/removal/undo", undo_remove, methods=["POST"]),
]
