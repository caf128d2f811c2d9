"""Apps: those the viewer made (Settings, Developer) and those they connected (Settings, Apps)."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import Form, read_form, see_other
from web.pages.answers import first_words, for_members, found, in_place
from web.run import run, run_as
from web.settings import settings
from web.templating import is_partial, render

OWN = "/settings/developer"
_SHOWN: dict[str, Any] = {"secret": None, "client_id": None, "renewed": False}


@for_members
async def own(request: Request) -> Response:
    """GET /settings/developer"""
    return await _own(request, Form())


async def _own(request: Request, form: Form, **shown: Any) -> Response:
    data = (await run(request, "AppsOwn")).data
    shown = {**_SHOWN, "registration": settings().app_registration, **shown}
    return render(request, "apps/own.html", data, 422 if form.errors else 200, form=form, **shown)


def _typed(form: Form) -> dict[str, Any]:
    given: dict[str, Any] = {name: form[name] for name in ("name", "description", "homepage")}
    given["redirectUris"] = form["redirectUris"].splitlines()
    given["scopes"] = [each for each in form.lists.get("scopes", []) if each in words.SCOPES]
    return given


@for_members
async def register(request: Request) -> Response:
    """POST /settings/developer"""
    form = await read_form(request)
    given = _typed(form)
    given["confidential"] = form["confidential"] == "yes"
    form.choice("confidential", words.APP_KINDS, "Choose where it runs.")
    if form.errors:
        return await _own(request, form)
    result = await run_as(request.state.viewer, "AppsRegister", given)
    form.errors += result.user_errors
    if form.errors:
        return await _own(request, form)
    key, secret = result.payload["app"]["id"], result.payload["secret"]
    if secret is None:
        return see_other(f"{OWN}/{key}", "The app is registered.")
    # The secret goes into this answer and nowhere else: no redirect, no cookie.
    return await _own(request, Form(), secret=secret, client_id=key)


@for_members
async def edit(request: Request) -> Response:
    """GET /settings/developer/{id}"""
    return await _edit(request, Form())


async def _edit(request: Request, form: Form, **shown: Any) -> Response:
    data = (await run(request, "AppsEdit", id=request.path_params["id"])).data
    app = found(data["viewer"]["app"])
    shown = {**_SHOWN, "registration": settings().app_registration, "app": app, "tab": OWN, **shown}
    return render(request, "apps/edit.html", data, 422 if form.errors else 200, form=form, **shown)


@for_members
async def update(request: Request) -> Response:
    """POST /settings/developer/{id}"""
    form = await read_form(request)
    given = {**_typed(form), "id": request.path_params["id"]}
    result = await run_as(request.state.viewer, "AppsUpdate", given)
    form.errors += result.user_errors
    if form.errors:
        return await _edit(request, form)
    waits = result.payload["app"]["status"] == "PENDING"
    said = "Saved. It waits for an operator's approval." if waits else "Saved."
    return see_other(request.url.path, said)


@for_members
async def renew_secret(request: Request) -> Response:
    """POST /settings/developer/{id}/secret"""
    result = await run(request, "AppsRenewSecret", id=request.path_params["id"])
    if result.user_errors:
        raise HTTPException(404)
    return await _edit(request, Form(), secret=result.payload["secret"], renewed=True)


@for_members
async def delete(request: Request) -> Response:
    """POST /settings/developer/{id}/deletion"""
    result = await run(request, "AppsDelete", id=request.path_params["id"])
    if result.user_errors:
        raise HTTPException(404)
    return see_other(OWN, "The app is deleted.")


@for_members
async def connected(request: Request) -> Response:
    """GET /settings/apps"""
    return render(request, "apps/connected.html", (await run(request, "AppsConnected")).data)


@for_members
async def stop(request: Request) -> Response:
    """POST /settings/apps/{id}/stop"""
    result = await run(request, "AppsStop", id=request.path_params["id"])
    problem, said = first_words(result.user_errors), "The app is stopped."
    if not is_partial(request):
        kind = "problem" if problem else "done"
        return see_other("/settings/apps", problem or said, kind=kind)
    if problem:
        return await in_place(request, "_problem.html", 422, request=None, text=problem)
    data = (await run(request, "AppsConnected")).data
    return render(request, "apps/_connected_changed.html", data, said=said)


routes = [
    Route("/settings/apps", connected),
    Route("/settings/apps/{id}/stop", stop, methods=["POST"]),
    Route(OWN, own, methods=["GET"]),
    Route(OWN, register, methods=["POST"]),
    Route(f"{OWN}/{{id}}", edit, methods=["GET"]),
    Route(f"{OWN}/{{id}}", update, methods=["POST"]),
    Route(f"{OWN}/{{id}}/secret", renew_secret, methods=["POST"]),
    Route(f"{OWN}/{{id}}/deletion", delete, methods=["POST"]),
]
