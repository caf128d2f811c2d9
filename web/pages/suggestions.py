"""People the viewer may know; being suggested to others."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import Form, back, read_form, see_other
from web.pages.answers import first_words, for_members, in_place
from web.run import run
from web.templating import is_partial, render

SWITCHES = ("suggested", "byConnections", "byWork", "bySchool")


@for_members
async def index(request: Request) -> Response:
    """GET /suggestions"""
    after = request.query_params.get("after") or None
    result = await run(request, "SuggestionsIndex", after=after)
    name = "suggestions/_list.html" if is_partial(request) else "suggestions/index.html"
    return render(request, name, result.data)


@for_members
async def dismiss(request: Request) -> Response:
    """POST /suggestions/{id}/dismissal"""
    undo = {"action": f"/suggestions/{request.path_params['id']}/dismissal/undo", "label": "Undo"}
    return await _act(
        request, "SuggestionsDismiss", "dismiss", "{} is not suggested to you again.", undo
    )


@for_members
async def undo_dismiss(request: Request) -> Response:
    """POST /suggestions/{id}/dismissal/undo"""
    return await _act(request, "SuggestionsUndoDismiss", "undo", "{} may be suggested again.")


async def _act(
    request: Request, operation: str, just: str, said: str, undo: dict[str, str] | None = None
) -> Response:
    result = await run(request, operation, id=request.path_params["id"])
    problem = first_words(result.user_errors)
    if problem and is_partial(request):
        return await in_place(request, "_problem.html", 422, request=None, text=problem)
    if problem:
        return see_other(back(request, "/suggestions"), problem, kind="problem")
    member = result.payload["member"]
    if is_partial(request):
        return await in_place(request, "suggestions/_dismissed.html", member=member, just=just)
    name = member["name"] if member else "This member"
    return see_other(back(request, "/suggestions"), said.format(name), undo=undo)


@for_members
async def settings(request: Request) -> Response:
    """GET /settings/suggestions"""
    return await settings_page(request, "suggestions/settings.html", Form())


@for_members
async def update_settings(request: Request) -> Response:
    """POST /settings/suggestions"""
    form = await read_form(request)
    chosen = {name: form.ticked(name) for name in SWITCHES}
    result = await run(request, "SuggestionsUpdateSettings", **chosen)
    form.errors += result.user_errors
    if is_partial(request) or form.errors:
        return await settings_page(
            request, "suggestions/_settings_form.html", form, just="suggestions"
        )
    return see_other("/settings/suggestions", "Saved.")


async def settings_page(request: Request, name: str, form: Form, just: str = "") -> Response:
    """The page of both settings, or one of its forms alone; with what was wrong, the page."""
    if form.errors and not is_partial(request):
        name = "suggestions/settings.html"
    data = (await run(request, "SuggestionsSettings")).data
    data = {**data, "follow_audiences": words.FOLLOW_AUDIENCES, "just": just}
    return render(request, name, data, 422 if form.errors else 200, form=form)


routes = [
    Route("/suggestions", index),
    Route("/suggestions/{id}/dismissal", dismiss, methods=["POST"]),
    Route("/suggestions/{id}/dismissal/undo", undo_dismiss, methods=["POST"]),
    Route("/settings/suggestions", settings, methods=["GET"]),
    Route("/settings/suggestions", update_settings, methods=["POST"]),
]
