"""One contact: how the two met, tags, the log, the reminder, what happened."""

import re
from datetime import date, time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import moments
from web.forms import Form, read_form, see_other
from web.pages.answers import Handler, first_words, for_members, found
from web.run import run, run_as
from web.templating import is_partial, render

KINDS = {"NOTE": "A note", "MET": "We met", "CONTACTED": "We were in touch"}
# What happened, as the timeline says it; `{}` is the other member.
HAPPENED = {
    "ACCEPTED": "You and {} became connected",
    "RECONNECTED": "You and {} connected again",
    "MET": "You met",
    "CONTACTED": "You were in touch",
    "NOTED": "You noted",
    "MESSAGED": "You wrote to each other",
}
# The parts of the page that an act changes, the one where it is done first.
Parts = tuple[str, ...]
_TAGS: Parts = ("tags",)
_WORN: Parts = ("worn", "free")
_NOTED: Parts = ("write", "entries", "due", "timeline")
_UNNOTED: Parts = ("entries", "timeline")
_REMINDER: Parts = ("reminder",)
_MET: Parts = ("met",)
_QUIETER: Parts = ("quieter",)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MORNING, _NOON = time(8), time(12)


def _path(request: Request) -> str:
    return f"/connections/{request.path_params['id']}"


async def _page(request: Request, form: Form, said: str = "", parts: Parts = ()) -> Response:
    """The page, or for htmx those of its parts that an act changed."""
    given = {"id": request.path_params["id"], "after": request.query_params.get("after") or None}
    data = (await run(request, "ContactsShow", **given)).data
    side = found(data["node"])
    member = side["member"]
    name = "contacts/_changed.html" if parts else "contacts/show.html"
    extra = {"relationship": side, "name": member["name"] if member else "A member"}
    extra |= {"said": said, "parts": parts}
    status = 422 if form.errors else 200
    return render(
        request, name, {**data, **extra, "kinds": KINDS, "happened": HAPPENED}, status, form=form
    )


@for_members
async def show(request: Request) -> Response:
    """GET /connections/{id}"""
    return await _page(request, Form())


async def _done(
    request: Request, operation: str, form: Form, given: Any, said: str, parts: Parts
) -> Response:
    """Do it, unless the form is wrong already; then the page again, or what is wrong with it.
    `parts` are those it changes, first the one where the form stands.
    """
    if not form.errors:
        result = await run_as(request.state.viewer, operation, given)
        form.errors += result.user_errors
    if any(each["field"] == ["relationshipId"] for each in form.errors):
        found(None)
    if form.errors:
        return await _page(request, form, parts=_in_place(request, parts[:1]))
    if is_partial(request):
        return await _page(request, Form(), said, parts)
    return see_other(_path(request), said)


def _in_place(request: Request, parts: Parts) -> Parts:
    return parts if is_partial(request) else ()


@for_members
async def update(request: Request) -> Response:
    """POST /connections/{id}/meeting"""
    form = await read_form(request)
    names = ("howMet", "metEvent", "metPlace", "metOn")
    given: dict[str, Any] = {name: form[name] for name in names}
    given["id"] = request.path_params["id"]
    # One whom the viewer cannot see just now was not shown, and stays.
    if form["throughMemberId"] != form["throughShown"]:
        given["through"] = await _member(request, form)
    return await _done(request, "ContactsUpdate", form, given, "Saved. Only you see it.", _MET)


async def _member(request: Request, form: Form) -> str | None:
    """The id of the member whose handle was typed."""
    handle = form["throughMemberId"].removeprefix("@").strip()
    if not handle:
        return None
    member = (await run(request, "ContactsThrough", handle=handle)).data["member"]
    if member is None:
        form.reject("throughMemberId", "There is no member with this handle.", "NOT_FOUND")
        return None
    return str(member["id"])


def _day(form: Form, name: str) -> date | None:
    """The day that was typed; None without one."""
    if not form[name]:
        return None
    try:
        day = date.fromisoformat(form[name]) if _DAY.fullmatch(form[name]) else None
    except ValueError:
        day = None
    if day is None:
        form.reject(name, "A date like 2026-11-23.")
    return day


def _happened(form: Form, stood: str) -> str | None:
    """When it happened: the day that was typed at noon, of today this moment; None where none
    was, or where it is the day of what `stood` there.
    """
    day = _day(form, "happenedAt")
    if day is None or (stood and day.isoformat() == moments.iso_day(stood)):
        return None
    return moments.now().isoformat() if day == moments.today() else moments.at(day, _NOON)


def _entry(form: Form, stood: str = "") -> dict[str, Any]:
    return {
        "kind": form.choice("kind", KINDS, "Choose what it is."),
        "text": form["text"],
        "place": form["place"],
        "happenedAt": _happened(form, stood),
    }


@for_members
async def add_note(request: Request) -> Response:
    """POST /connections/{id}/notes"""
    form = await read_form(request)
    given = {**_entry(form), "id": request.path_params["id"]}
    return await _done(
        request, "ContactsAddNote", form, given, "Written down. Only you see it.", _NOTED
    )


@for_members
async def edit_note(request: Request) -> Response:
    """GET /connections/{id}/notes/{note}"""
    return await _edit(request, Form())


async def _edit(request: Request, form: Form) -> Response:
    data = (await run(request, "ContactsEditNote", id=request.path_params["note"])).data
    note = found(data["node"])
    extra = {"note": note, "relationship": found(note["relationship"]), "kinds": KINDS}
    status = 422 if form.errors else 200
    return render(request, "contacts/edit_note.html", {**data, **extra}, status, form=form)


@for_members
async def update_note(request: Request) -> Response:
    """POST /connections/{id}/notes/{note}"""
    form = await read_form(request)
    key = request.path_params["note"]
    note = found((await run(request, "ContactsEditNote", id=key)).data["node"])
    given = {**_entry(form, note["happenedAt"]), "note": key}
    if not form.errors:
        result = await run_as(request.state.viewer, "ContactsUpdateNote", given)
        form.errors += result.user_errors
    if form.errors:
        return await _edit(request, form)
    return see_other(f"{_path(request)}#log", "Saved. Only you see it.")


@for_members
async def set_reminder(request: Request) -> Response:
    """POST /connections/{id}/reminder"""
    form = await read_form(request)
    weeks = form["everyWeeks"]
    if weeks and not re.fullmatch(r"\d{1,4}", weeks, re.ASCII):
        form.reject("everyWeeks", "A number of weeks, or nothing.")
    day = _day(form, "remindAt")
    given = {"id": request.path_params["id"], "at": day and moments.at(day, _MORNING)}
    given["weeks"] = int(weeks) if weeks and not form.errors else None
    return await _done(
        request, "ContactsSetReminder", form, given, "You will be reminded.", _REMINDER
    )


def act(operation: str, said: str, parts: Parts) -> Handler:
    """An act that has nothing to fill in; said of a tag or an entry, it is named in the path."""

    @for_members
    async def handler(request: Request) -> Response:
        result = await run_as(request.state.viewer, operation, request.path_params)
        problem = first_words(result.user_errors)
        if is_partial(request):
            form = Form(errors=result.user_errors)
            return await _page(request, form, "" if problem else said, parts)
        return see_other(_path(request), problem or said, kind="problem" if problem else "done")

    return handler


@for_members
async def put_tag(request: Request) -> Response:
    """POST /connections/{id}/tags: one there is, or a new one."""
    form = await read_form(request)
    given = {"id": request.path_params["id"], "tag": form["tag"]}
    if form["newTag"] or not form["tag"]:
        result = await run_as(request.state.viewer, "TagsCreate", {"name": form["newTag"]})
        form.errors += [{**each, "field": ["newTag"]} for each in result.user_errors]
        given["tag"] = (result.payload["tag"] or {}).get("id", "")
    return await _done(request, "ContactsTag", form, given, "Tagged. Only you see it.", _TAGS)


routes = [
    Route("/connections/{id}", show),
    Route("/connections/{id}/meeting", update, methods=["POST"]),
    Route("/connections/{id}/notes", add_note, methods=["POST"]),
    Route("/connections/{id}/notes/{note}", edit_note, methods=["GET"]),
    Route("/connections/{id}/notes/{note}", update_note, methods=["POST"]),
    Route(
        "/connections/{id}/notes/{note}/removal",
        act("ContactsRemoveNote", "The entry is removed.", _UNNOTED),
        methods=["POST"],
    ),
    Route("/connections/{id}/reminder", set_reminder, methods=["POST"]),
    Route(
        "/connections/{id}/reminder/removal",
        act("ContactsClearReminder", "There is no reminder any more.", _REMINDER),
        methods=["POST"],
    ),
    Route("/connections/{id}/mute", act("ContactsMute", "Muted.", _QUIETER), methods=["POST"]),
    Route(
        "/connections/{id}/unmute", act("ContactsUnmute", "Not muted.", _QUIETER), methods=["POST"]
    ),
    Route("/connections/{id}/tags", put_tag, methods=["POST"]),
    Route(
        "/connections/{id}/tags/{tag}/removal",
        act("ContactsUntag", "The tag is taken off.", _WORN),
        methods=["POST"],
    ),
]
