"""One's own profile: its items, kind by kind, and who sees them and its fields."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import Form, read_form, see_other
from web.pages.answers import first_words, for_members, found, in_place
from web.profile_kinds import DATES, KINDS, Kind
from web.run import run, run_as
from web.templating import is_partial, render

HOME = "/settings/career"


BY_SLUG = {kind.slug: kind for kind in KINDS}


def _kind(request: Request) -> Kind:
    kind = BY_SLUG.get(request.path_params["kind"])
    if kind is None:
        raise HTTPException(404)
    return kind


def _id_name(kind: Kind) -> str:
    return f"{kind.name[0].lower()}{kind.name[1:]}Id"


async def _part(
    request: Request, part: str, title: str, form: Form | None = None, **extra: Any
) -> Response:
    """A section: alone where htmx posted it, otherwise on a page of its own."""
    form = form or Form()
    name = part if is_partial(request) else "profile/edit.html"
    data = (await run(request, "ProfileIndex")).data if "viewer" not in extra else {}
    extra = {"part": part, "title": title, "tab": HOME, "open": None, **data, **extra}
    return render(request, name, extra, 422 if form.errors else 200, form=form)


async def _section(request: Request, kind: Kind, **extra: Any) -> Response:
    return await _part(request, "profile/_section.html", kind.title, kind=kind, **extra)


@for_members
async def index(request: Request) -> Response:
    """GET /settings/career"""
    data = (await run(request, "ProfileIndex")).data
    return render(request, "profile/index.html", data, kinds=KINDS)


@for_members
async def new(request: Request) -> Response:
    """GET /settings/career/{kind}/new"""
    return await _section(request, _kind(request), open="new")


@for_members
async def edit(request: Request) -> Response:
    """GET /settings/career/{kind}/{id}"""
    return await _edit(request, _kind(request), Form())


async def _edit(request: Request, kind: Kind, form: Form) -> Response:
    data = (await run(request, "ProfileIndex")).data
    things = data["viewer"]["member"][kind.list]
    thing = next((each for each in things if each["id"] == request.path_params["id"]), None)
    return await _section(request, kind, open=found(thing), form=form, **data)


def _typed(kind: Kind, form: Form) -> dict[str, Any]:
    """What was typed, as the schema takes it; what it cannot take is an error of the form."""
    given: dict[str, Any] = {name: form[name] for name in kind.texts}
    for name, options in kind.choices:
        given[name] = form.choice(name, options, "Choose one.")
    if kind.dated:
        given |= {name: _number(form, name) for name in DATES}
        if given["startYear"] is None and not form.error("startYear"):
            form.reject("startYear", "Give the year it began.", "REQUIRED")
        given["announce"] = form.ticked("announce")
    return given | _audience(form)


def _number(form: Form, name: str) -> int | None:
    text = form[name]
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        form.reject(name, "A year has four digits." if name.endswith("Year") else "Choose a month.")
        return None
    return int(text)


def _audience(form: Form) -> dict[str, Any]:
    """Who is to see it; tags that were ticked for another choice are passed over."""
    chosen = form.choice("audience", words.FIELD_AUDIENCES, "Choose who sees it.")
    tags = form.lists.get("audienceTagIds", []) if chosen == "TAGS" else []
    return {"audience": chosen, "audienceTagIds": tags}


@for_members
async def add(request: Request) -> Response:
    """POST /settings/career/{kind}"""
    kind, form = _kind(request), await read_form(request)
    given = _typed(kind, form)
    if not form.errors:
        result = await run_as(request.state.viewer, f"ProfileAdd{kind.name}", given)
        form.errors += result.user_errors
    if form.errors:
        return await _section(request, kind, open="new", form=form)
    return await _saved(request, kind, f"{kind.title}: added.")


@for_members
async def update(request: Request) -> Response:
    """POST /settings/career/{kind}/{id}"""
    kind, form = _kind(request), await read_form(request)
    given = {**_typed(kind, form), _id_name(kind): request.path_params["id"]}
    if not form.errors:
        result = await run_as(request.state.viewer, f"ProfileUpdate{kind.name}", given)
        form.errors += result.user_errors
    if form.errors:
        return await _edit(request, kind, form)
    return await _saved(request, kind, f"{kind.title}: saved.")


async def _saved(request: Request, kind: Kind, said: str) -> Response:
    if is_partial(request):
        return await _section(request, kind, just="saved")
    return see_other(f"{HOME}#career-{kind.slug}", said)


@for_members
async def remove(request: Request) -> Response:
    """POST /settings/career/{kind}/{id}/removal"""
    kind = _kind(request)
    given = {_id_name(kind): request.path_params["id"]}
    result = await run_as(request.state.viewer, f"ProfileRemove{kind.name}", given)
    return await _changed(request, kind, result, f"{kind.title}: removed.")


@for_members
async def place(request: Request) -> Response:
    """POST /settings/career/{kind}/{id}/place"""
    kind, form = _kind(request), await read_form(request)
    given = {"entryId": request.path_params["id"], "afterId": form["after"] or None}
    result = await run(request, "ProfileMove", **given)
    return await _changed(request, kind, result, f"{kind.title}: moved.")


async def _changed(request: Request, kind: Kind, result: Any, said: str) -> Response:
    """The section again, after an act on one of its items."""
    problem = first_words(result.user_errors)
    if not is_partial(request):
        return see_other(
            f"{HOME}#career-{kind.slug}", problem or said, kind="problem" if problem else "done"
        )
    if problem:
        return await in_place(request, "_problem.html", 422, request=None, text=problem)
    data = (await run(request, "ProfileIndex")).data
    return render(request, "profile/_changed.html", data, kind=kind, said=said, open=None)


@for_members
async def set_open_to(request: Request) -> Response:
    """POST /settings/career/open-to"""
    form = await read_form(request)
    flags = form.lists.get("flags", [])
    if not set(flags) <= words.OPEN_TO.keys():
        form.reject("flags", "Choose some of these, or none.")
    given = {"flags": flags, **_audience(form)}
    if not form.errors:
        form.errors += (await run(request, "ProfileSetOpenTo", **given)).user_errors
    part = "profile/_open_to.html"
    if form.errors or is_partial(request):
        just = None if form.errors else "saved"
        kept = form if form.errors else Form()
        return await _part(request, part, "Open to", kept, just=just)
    return see_other(f"{HOME}#career-open-to", "Saved.")


@for_members
async def audience(request: Request) -> Response:
    """GET /settings/audiences/{field}"""
    return await _audience_form(request, Form())


async def _audience_form(request: Request, form: Form) -> Response:
    data = (await run(request, "ProfileIndex")).data
    field = request.path_params["field"].upper()
    there = next(
        (each for each in data["viewer"]["fieldAudiences"] if each["field"] == field), None
    )
    part, title = "profile/_audiences.html", "Who sees it"
    return await _part(request, part, title, form, open=found(there), **data)


@for_members
async def change_audience(request: Request) -> Response:
    """POST /settings/audiences/{field}"""
    form, field = await read_form(request), request.path_params["field"].upper()
    if field not in words.PROFILE_FIELDS:
        raise HTTPException(404)
    given = {"field": field, **_audience(form)}
    if not form.errors:
        form.errors += (await run(request, "ProfileChangeAudience", **given)).user_errors
    if form.errors:
        return await _audience_form(request, form)
    if is_partial(request):
        return await _part(request, "profile/_audiences.html", "Who sees it", just="saved")
    return see_other(f"{HOME}#career-audiences", "Saved.")


routes = [
    Route(HOME, index),
    Route(f"{HOME}/open-to", set_open_to, methods=["POST"]),
    Route(f"{HOME}/{{kind}}", add, methods=["POST"]),
    Route(f"{HOME}/{{kind}}/new", new, methods=["GET"]),
    Route(f"{HOME}/{{kind}}/{{id}}", edit, methods=["GET"]),
    Route(f"{HOME}/{{kind}}/{{id}}", update, methods=["POST"]),
    Route(f"{HOME}/{{kind}}/{{id}}/removal", remove, methods=["POST"]),
    Route(f"{HOME}/{{kind}}/{{id}}/place", place, methods=["POST"]),
    Route("/settings/audiences/{field}", audience, methods=["GET"]),
    Route("/settings/audiences/{field}", change_audience, methods=["POST"]),
]
