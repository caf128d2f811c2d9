"""Contact data given person by person: who has what, and changing it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import Form, read_form, see_other
from web.pages.answers import for_members, found
from web.run import run
from web.templating import is_partial, render

FIELD = "shareContactIds"


def chosen(form: Form) -> list[str]:
    """The ids of the contact details that are ticked."""
    return form.lists.get(FIELD, [])


@for_members
async def index(request: Request) -> Response:
    """GET /settings/sharing"""
    result = await run(request, "SharingIndex", after=request.query_params.get("after") or None)
    name = "sharing/_list.html" if is_partial(request) else "sharing/index.html"
    return render(request, name, result.data)


async def _found(request: Request) -> dict[str, Any]:
    data = (await run(request, "SharingEdit", id=request.path_params["id"])).data
    relationship = found(data["node"])
    found(relationship if not relationship["endedAt"] else None)
    return {**data, "relationship": relationship}


def _form(request: Request, data: dict[str, Any], ticked: list[str], form: Form) -> Response:
    name = "sharing/_form.html" if is_partial(request) else "sharing/edit.html"
    status = 422 if form.errors else 200
    return render(request, name, {**data, "chosen": ticked}, status, form=form)


@for_members
async def edit(request: Request) -> Response:
    """GET /settings/sharing/{id}"""
    data = await _found(request)
    if is_partial(request) and "cancel" in request.query_params:
        return render(request, "sharing/_shares.html", data)
    ticked = [each["id"] for each in data["relationship"]["sharedContacts"]]
    return _form(request, data, ticked, Form())


@for_members
async def put(request: Request) -> Response:
    """POST /settings/sharing/{id}"""
    form = await read_form(request)
    given = {"id": request.path_params["id"], "entries": chosen(form)}
    result = await run(request, "SharingSet", **given)
    form.errors += result.user_errors
    if form.errors:
        return _form(request, await _found(request), chosen(form), form)
    if is_partial(request):
        changed = {"relationship": result.payload["relationship"], "just": "shared"}
        return render(request, "sharing/_shares.html", changed)
    return see_other("/settings/sharing", "Saved. Nobody is told.")


routes = [
    Route("/settings/sharing", index),
    Route("/settings/sharing/{id}", edit, methods=["GET"]),
    Route("/settings/sharing/{id}", put, methods=["POST"]),
]
