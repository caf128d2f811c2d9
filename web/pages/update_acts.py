"""What a member does with updates: post, edit, remove, reply, say thanks."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import Form, back, read_form, see_other
from web.pages.answers import Handler, first_words, for_members, found, in_place
from web.pages.home import home
from web.pages.update_form import TEXT_BYTES, audience_of, beside, chosen_in, read_update
from web.pages.updates import one
from web.run import run, run_as
from web.templating import is_partial, render
from web.uploads import UNBOUNDED


@for_members
async def post(request: Request) -> Response:
    """POST /updates: for real, or a preview."""
    form, given = await read_update(request)
    pictured = bool(given["pictures"]) or any(form[f"description{n}"] for n in "1234")
    if form.ticked("preview") and not form.errors:
        return await home(request, form, preview=True, pictured=pictured)
    if not form.errors:
        result = await run_as(request.state.viewer, "UpdatesPost", given)
        form.errors += beside(result.user_errors, form)
    if form.errors:
        return await home(request, form, pictured=pictured)
    said = "Posted."
    if is_partial(request):
        return await home(request, Form(), part="updates/_posted.html", said=said)
    return see_other("/", said)


async def _own(request: Request, template: str, form: Form, **extra: Any) -> Response:
    """A page about an update of the viewer's; anybody else's is not found."""
    asked = {"id": request.path_params["id"], "after": None}
    data = (await run(request, "UpdatesShow", **asked)).data
    update = found(data["update"])
    if not update["author"]["isViewer"]:
        found(None)
    names = list(words.UPDATE_AUDIENCES)
    narrower = names[names.index(update["audience"]) :]
    extra["audiences"] = {name: words.UPDATE_AUDIENCES[name] for name in narrower}
    status = 422 if form.errors else 200
    return render(request, template, {**data, **extra}, status, form=form)


@for_members
async def edit(request: Request) -> Response:
    """GET /updates/{id}/edit"""
    return await _edit(request, Form())


async def _edit(request: Request, form: Form) -> Response:
    size = None
    if form.values:
        audience, tags = chosen_in(form)
        asked = await run(request, "UpdatesAudience", audience=audience, tagIds=tags)
        size = asked.data["viewer"]["audienceSize"]
    return await _own(request, "updates/edit.html", form, typed_size=size)


@for_members
async def save(request: Request) -> Response:
    """POST /updates/{id}/edit"""
    form = await read_form(request, TEXT_BYTES)
    key = request.path_params["id"]
    given = {"id": key, "text": form["text"], "link": form["link"], **audience_of(form)}
    if not form.errors:
        form.errors += (await run_as(request.state.viewer, "UpdatesSave", given)).user_errors
    if any(each["field"] == ["updateId"] for each in form.errors):
        found(None)
    if form.errors:
        return await _edit(request, form)
    return see_other(f"/updates/{key}", "Saved.")


@for_members
async def ask_removal(request: Request) -> Response:
    """GET /updates/{id}/removal"""
    return await _own(request, "updates/remove.html", Form())


@for_members
async def remove(request: Request) -> Response:
    """POST /updates/{id}/removal"""
    result = await run(request, "UpdatesRemove", id=request.path_params["id"])
    problem = first_words(result.user_errors)
    return see_other("/", problem or "Removed.", kind="problem" if problem else "done")


@for_members
async def reply(request: Request) -> Response:
    """POST /updates/{id}/replies"""
    form = await read_form(request, TEXT_BYTES)
    result = await run(request, "UpdatesAnswer", id=request.path_params["id"], text=form["text"])
    form.errors += [
        {**each, "field": ["text"]} if each["field"] != ["updateId"] else each
        for each in result.user_errors
    ]
    if any(each["field"] == ["updateId"] for each in form.errors):
        found(None)
    if form.errors:
        return await one(request, form, "updates/_reply_form.html")
    written, update = result.payload["reply"], result.payload["update"]
    if is_partial(request):
        return await in_place(request, "updates/_reply_done.html", update=update, reply=written)
    return see_other(f"/updates/{update['id']}#thread-{update['id']}", "Your reply is there.")


def act(operation: str, template: str, said: str) -> Handler:
    """One button of an update: one mutation, one answer."""

    @for_members
    async def handler(request: Request) -> Response:
        result = await run_as(request.state.viewer, operation, request.path_params)
        problem = first_words(result.user_errors)
        update = None if problem else result.payload["update"]
        if not is_partial(request):
            # A reply can be taken back from under an update that one no longer sees.
            here = back(request, f"/updates/{request.path_params['id']}")
            kind = "problem" if problem else "done"
            return see_other(here if update or problem else "/", problem or said, kind=kind)
        if problem:
            return await in_place(request, "_problem.html", 422, request=None, text=problem)
        reply = request.path_params.get("reply")
        return await in_place(request, template, update=update, reply=reply)

    return handler


thank = act("UpdatesThank", "updates/_thanks.html", "You said thanks.")
take_back = act("UpdatesTakeBackThanks", "updates/_thanks.html", "Your thanks are taken back.")
remove_reply = act("UpdatesRemoveReply", "updates/_reply_gone.html", "The reply is removed.")

routes = [
    Route("/updates", post, methods=["POST"], max_body_size=UNBOUNDED),
    Route("/updates/{id}/edit", edit, methods=["GET"]),
    Route("/updates/{id}/edit", save, methods=["POST"], max_body_size=TEXT_BYTES),
    Route("/updates/{id}/removal", ask_removal, methods=["GET"]),
    Route("/updates/{id}/removal", remove, methods=["POST"]),
    Route("/updates/{id}/replies", reply, methods=["POST"], max_body_size=TEXT_BYTES),
    Route("/updates/{id}/replies/{reply}/removal", remove_reply, methods=["POST"]),
    Route("/updates/{id}/thanks", thank, methods=["POST"]),
    Route("/updates/{id}/thanks/undo", take_back, methods=["POST"]),
]
