"""The contact book as a list: filters, what is done with several at once, removing one."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import Form, back, read_form, see_other
from web.pages import book
from web.pages.answers import Handler, first_words, for_members, in_place
from web.pages.book import Wanted
from web.run import Result, run, run_as
from web.templating import is_partial, render

HOME = "/connections"


async def _data(request: Request, wanted: Wanted) -> dict[str, Any]:
    given = {"filter": wanted.filter, "sort": wanted.sort, "after": wanted.after}
    data = (await run_as(request.state.viewer, "ConnectionsIndex", given)).data
    saved = [(each, book.url_of(each)) for each in data["viewer"]["savedFilters"]]
    return {**data, "wanted": wanted, "saved": saved, "book": book}


@for_members
async def index(request: Request) -> Response:
    """GET /connections"""
    return await _index(request, Wanted(request.query_params), Form())


async def _index(request: Request, wanted: Wanted, form: Form) -> Response:
    part = is_partial(request) and request.method == "GET"
    name = "connections/_list.html" if part else "connections/index.html"
    status = 422 if form.errors else 200
    return render(request, name, await _data(request, wanted), status, form=form)


def _here(request: Request) -> str:
    """The list the form stood on."""
    here = back(request, HOME)
    return here if urlsplit(here).path == HOME else HOME


def _wanted_here(request: Request) -> Wanted:
    wanted = Wanted(QueryParams(urlsplit(_here(request)).query))
    wanted.after = None
    return wanted


def several(operation: str, said: str, *, undo: bool = False) -> Handler:
    """An act on the connections that are ticked."""

    @for_members
    async def handler(request: Request) -> Response:
        form = await read_form(request)
        given = {"ids": form.lists.get("side", [])}
        if operation in ("ConnectionsTag", "ConnectionsUntag"):
            given["tags"] = form.lists.get("on", [])
        result = await run_as(request.state.viewer, operation, given)
        return await _done(request, result, said, undo=undo)

    return handler


@for_members
async def undo_remove_several(request: Request) -> Response:
    """POST /connections/removal/undo?sides=…"""
    given = {"ids": request.query_params.get("sides", "").split(".")}
    result = await run_as(request.state.viewer, "ConnectionsUndoRemoveSeveral", given)
    return await _done(request, result, "You and {} are connected, as before.")


async def _done(request: Request, result: Result, said: str, *, undo: bool = False) -> Response:
    problem = first_words(result.user_errors)
    sides = result.payload["relationships"] or []
    text = problem or said.format(_names(sides))
    ids = ".".join(each["id"] for each in sides)
    back_again = {"action": f"{HOME}/removal/undo?sides={ids}", "label": "Undo"} if undo else None
    kind = "problem" if problem else "done"
    undoing = None if problem or not ids else back_again
    if not is_partial(request):
        return see_other(_here(request), text, kind=kind, undo=undoing)
    note = {"kind": kind, "text": text, "undo": undoing}
    data = await _data(request, _wanted_here(request))
    status = 422 if problem else 200
    return await in_place(request, "connections/_several.html", status, **data, note=note)


def _names(sides: list[dict[str, Any]]) -> str:
    if len(sides) == 1:
        member = sides[0]["member"]
        return str(member["name"]) if member else "this member"
    return words.plural(len(sides), "person", "people")


@for_members
async def save_filter(request: Request) -> Response:
    """POST /connections/filters"""
    form = await read_form(request)
    try:
        query = parse_qs(form["query"], keep_blank_values=False, max_num_fields=50)
    except ValueError:  # more than any list of ours has in its address
        raise HTTPException(400) from None
    wanted = Wanted(QueryParams([(k, each) for k, given in query.items() for each in given]))
    given = {"name": form["name"], "filter": wanted.filter, "sort": wanted.sort}
    result = await run_as(request.state.viewer, "ConnectionsSaveFilter", given)
    form.errors += result.user_errors
    if form.errors:
        return await _index(request, wanted, form)
    return see_other(wanted.url(), f"Saved as “{form['name']}”.")


@for_members
async def delete_filter(request: Request) -> Response:
    """POST /connections/filters/{id}/deletion"""
    result = await run(request, "ConnectionsDeleteFilter", id=request.path_params["id"])
    problem = first_words(result.user_errors)
    said = problem or "The filter is deleted."
    return see_other(_here(request), said, kind="problem" if problem else "done")


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
        return see_other(back(request, HOME), problem, kind="problem")
    side = result.payload["relationship"]
    member = side["member"]
    if is_partial(request):
        data = {"member": member, "relationship": side, "just": just}
        return await in_place(request, "connections/_acted.html", **data)
    name = member["name"] if member else "this member"
    return see_other(back(request, HOME), said.format(name), undo=undo)


_REMOVED = "Removed {}. Nobody is told."
# The acts on what is ticked: their place, document and words.
SEVERAL = [
    ("tagging", several("ConnectionsTag", "Tagged {}.")),
    ("untagging", several("ConnectionsUntag", "The tag is off {}.")),
    ("muting", several("ConnectionsMute", "Muted {}. Nobody is told.")),
    ("unmuting", several("ConnectionsUnmute", "You hear of {} again.")),
    ("removal", several("ConnectionsRemoveSeveral", _REMOVED, undo=True)),
]

routes = [
    Route(HOME, index, methods=["GET"]),
    *(Route(f"{HOME}/{place}", act, methods=["POST"]) for place, act in SEVERAL),
    Route(f"{HOME}/removal/undo", undo_remove_several, methods=["POST"]),
    Route(f"{HOME}/filters", save_filter, methods=["POST"]),
    Route(f"{HOME}/filters/{{id}}/deletion", delete_filter, methods=["POST"]),
    Route(f"{HOME}/{{id}}/removal", remove, methods=["POST"]),
    Route(f"{HOME}/{{id}}/removal/undo", undo_remove, methods=["POST"]),
]
