"""The viewer's tags: making, renaming and deleting them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import Form, read_form, see_other
from web.pages.answers import first_words, for_members
from web.run import run, run_as
from web.templating import render

HOME = "/connections/tags"


@for_members
async def index(request: Request) -> Response:
    """GET /connections/tags"""
    return await _index(request, Form())


async def _index(request: Request, form: Form, renamed: str = "") -> Response:
    """`renamed` is the tag whose other name could not be taken."""
    data = (await run(request, "TagsIndex")).data
    status = 422 if form.errors else 200
    extra = {"renamed": renamed, "blank": Form()}
    return render(request, "tags/index.html", {**data, **extra}, status, form=form)


@for_members
async def create(request: Request) -> Response:
    """POST /connections/tags"""
    form = await read_form(request)
    result = await run_as(request.state.viewer, "TagsCreate", {"name": form["name"]})
    form.errors += result.user_errors
    return await _index(request, form) if form.errors else see_other(HOME, "The tag is made.")


@for_members
async def rename(request: Request) -> Response:
    """POST /connections/tags/{id}"""
    form = await read_form(request)
    tag = request.path_params["id"]
    result = await run_as(request.state.viewer, "TagsRename", {"id": tag, "name": form["name"]})
    form.errors += result.user_errors
    return await _index(request, form, tag) if form.errors else see_other(HOME, "Renamed.")


@for_members
async def delete(request: Request) -> Response:
    """POST /connections/tags/{id}/deletion"""
    result = await run(request, "TagsDelete", id=request.path_params["id"])
    problem = first_words(result.user_errors)
    said = problem or "The tag is deleted."
    return see_other(HOME, said, kind="problem" if problem else "done")


routes = [
    Route(HOME, index, methods=["GET"]),
    Route(HOME, create, methods=["POST"]),
    Route(f"{HOME}/{{id}}", rename, methods=["POST"]),
    Route(f"{HOME}/{{id}}/deletion", delete, methods=["POST"]),
]
