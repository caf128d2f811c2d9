"""Webhooks: registering them, what became of each delivery, and sending it again."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import Form, read_form, see_other
from web.pages.answers import first_words, for_members, found, in_place
from web.run import Result, run, run_as
from web.templating import env, is_partial, render

SUGGESTED = ("EVENTS_READ", "REQUESTS_READ", "PROFILE_READ")


def _index_path(app: str | None) -> str:
    return f"/settings/developer/{app}/webhooks" if app else "/settings/webhooks"


@for_members
async def index(request: Request) -> Response:
    """GET /settings/webhooks, /settings/developer/{app}/webhooks"""
    return await _index(request, Form())


async def _index(request: Request, form: Form) -> Response:
    app = request.path_params.get("app")
    data = (await run(request, "WebhooksIndex", app=app, id=app or "")).data
    if app:
        found(data["viewer"]["app"])
    status = 422 if form.errors else 200
    extra = {"app": app, "path": _index_path(app), "suggested": SUGGESTED, "document": _first()}
    return render(request, "webhooks/index.html", data, status, form=form, **extra)


def _first() -> str:
    """A document that works as it stands, to begin with."""
    return env.get_template("webhooks/_first_document.graphql.txt").render().strip()


def _typed(form: Form) -> dict[str, Any]:
    kinds = [each for each in form.lists.get("kinds", []) if each in words.EVENT_KINDS]
    scopes = [each for each in form.lists.get("scopes", []) if each in words.SCOPES]
    # What the browser made of line ends is not what was written.
    return {"url": form["url"], "document": form["document"], "kinds": kinds, "scopes": scopes}


@for_members
async def create(request: Request) -> Response:
    """POST /settings/webhooks, /settings/developer/{app}/webhooks"""
    form = await read_form(request)
    app = request.path_params.get("app")
    result = await run_as(request.state.viewer, "WebhooksCreate", {**_typed(form), "app": app})
    form.errors += result.user_errors
    if form.errors:
        return await _index(request, form)
    path = f"/settings/webhooks/{result.payload['webhook']['id']}"
    return see_other(path, "The webhook is made. Send it a test.")


@for_members
async def show(request: Request) -> Response:
    """GET /settings/webhooks/{id}"""
    return await _show(request, Form())


async def _data(request: Request) -> dict[str, Any]:
    after = request.query_params.get("after") or None
    result = await run(request, "WebhooksShow", id=request.path_params["id"], after=after)
    webhook = found(result.data["viewer"]["webhook"])
    return {**result.data, "webhook": webhook, "back": _index_path(webhook["appId"])}


async def _show(request: Request, form: Form) -> Response:
    data = await _data(request)
    return render(request, "webhooks/show.html", data, 422 if form.errors else 200, form=form)


@for_members
async def update(request: Request) -> Response:
    """POST /settings/webhooks/{id}"""
    form = await read_form(request)
    given = {**_typed(form), "id": request.path_params["id"]}
    result = await run_as(request.state.viewer, "WebhooksUpdate", given)
    form.errors += result.user_errors
    if form.errors:
        return await _show(request, form)
    return see_other(request.url.path, "Saved. The next delivery is made this way.")


@for_members
async def delete(request: Request) -> Response:
    """POST /settings/webhooks/{id}/deletion"""
    result = await run(request, "WebhooksDelete", id=request.path_params["id"])
    if result.user_errors:
        raise HTTPException(404)
    path = _index_path(result.payload["webhook"]["appId"])
    if is_partial(request):
        return Response(headers={"HX-Redirect": path})
    return see_other(path, "The webhook is deleted.")


@for_members
async def renew_secret(request: Request) -> Response:
    """POST /settings/webhooks/{id}/secret"""
    result = await run(request, "WebhooksRenewSecret", id=request.path_params["id"])
    return await _changed(request, result, "There is a new secret. For a day both are used.")


@for_members
async def disable(request: Request) -> Response:
    """POST /settings/webhooks/{id}/off"""
    result = await run(request, "WebhooksDisable", id=request.path_params["id"])
    return await _changed(request, result, "The webhook is off.")


@for_members
async def enable(request: Request) -> Response:
    """POST /settings/webhooks/{id}/on, /settings/webhooks/{id}/on/from-now"""
    catch_up = not request.url.path.endswith("/from-now")
    given = {"id": request.path_params["id"], "catchUp": catch_up}
    return await _changed(request, await run(request, "WebhooksEnable", **given), "It is on again.")


@for_members
async def test(request: Request) -> Response:
    """POST /settings/webhooks/{id}/test"""
    result = await run(request, "WebhooksTest", id=request.path_params["id"])
    return await _changed(request, result, "A test is on its way.")


@for_members
async def redeliver(request: Request) -> Response:
    """POST /settings/webhooks/{id}/deliveries/{delivery}/redelivery"""
    result = await run(request, "WebhooksRedeliver", id=request.path_params["delivery"])
    return await _changed(request, result, "It is on its way once more.")


async def _changed(request: Request, result: Result, said: str) -> Response:
    """The webhook again, after an act on it."""
    problem = first_words(result.user_errors)
    if not is_partial(request):
        path = f"/settings/webhooks/{request.path_params['id']}"
        return see_other(path, problem or said, kind="problem" if problem else "done")
    if problem:
        return await in_place(request, "_problem.html", 422, request=None, text=problem)
    return render(request, "webhooks/_changed.html", await _data(request), said=said)


routes = [
    Route("/settings/webhooks", index, methods=["GET"]),
    Route("/settings/webhooks", create, methods=["POST"]),
    Route("/settings/developer/{app}/webhooks", index, methods=["GET"]),
    Route("/settings/developer/{app}/webhooks", create, methods=["POST"]),
    Route("/settings/webhooks/{id}", show, methods=["GET"]),
    Route("/settings/webhooks/{id}", update, methods=["POST"]),
    Route("/settings/webhooks/{id}/deletion", delete, methods=["POST"]),
    Route("/settings/webhooks/{id}/secret", renew_secret, methods=["POST"]),
    Route("/settings/webhooks/{id}/off", disable, methods=["POST"]),
    Route("/settings/webhooks/{id}/on", enable, methods=["POST"]),
    Route("/settings/webhooks/{id}/on/from-now", enable, methods=["POST"]),
    Route("/settings/webhooks/{id}/test", test, methods=["POST"]),
    Route("/settings/webhooks/{id}/deliveries/{delivery}/redelivery", redeliver, methods=["POST"]),
]
