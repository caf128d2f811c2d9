"""What a member wants less of in their feed, and how far they have read it."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import moments, words
from web.forms import back, read_form, see_other
from web.pages.answers import Handler, first_words, for_members, in_place
from web.run import run, run_as
from web.templating import is_partial, render

SETTINGS = "/settings/feed"


@for_members
async def seen(request: Request) -> Response:
    """POST /updates/seen: read as far as the page goes that was read."""
    form = await read_form(request)
    until = form["until"]
    try:
        given = moments.moment(until).isoformat() if until else None
    except (ValueError, OverflowError):
        raise HTTPException(400) from None
    await run(request, "UpdatesMarkSeen", until=given)
    if is_partial(request):
        return Response(headers={"Cache-Control": "no-store"})
    return see_other("/", "Marked as read.")


def _kind(request: Request) -> str:
    kind = request.path_params["kind"].upper()
    if kind not in words.UPDATE_KINDS:
        raise HTTPException(404)
    return str(kind)


async def _answer(
    request: Request, result: Any, said: str, undo: dict[str, str] | None, author: str = ""
) -> Response:
    """Say it with a way back; what is hidden goes from an open page at once."""
    problem = first_words(result.user_errors)
    if problem and is_partial(request):
        return await in_place(request, "_problem.html", 422, request=None, text=problem)
    if problem:
        return see_other(back(request, "/"), problem, kind="problem")
    if is_partial(request):
        return await in_place(request, "updates/_said.html", said=said, undo=undo, author=author)
    return see_other(back(request, "/"), said, undo=undo)


def quieten(operation: str, said: str) -> Handler:
    """Mute or snooze a member in the feed."""

    @for_members
    async def handler(request: Request) -> Response:
        result = await run_as(request.state.viewer, operation, request.path_params)
        member = result.payload["member"] or {"id": "", "name": "this member"}
        undo = {"action": f"/updates/muted/{member['id']}/end", "label": "Undo"}
        return await _answer(request, result, said.format(member["name"]), undo, member["id"])

    return handler


@for_members
async def unmute(request: Request) -> Response:
    """POST /updates/muted/{id}/end"""
    result = await run(request, "UpdatesUnmute", id=request.path_params["id"])
    member = result.payload["member"] or {"name": "that member"}
    return await _answer(request, result, f"You see the updates of {member['name']} again.", None)


@for_members
async def fewer(request: Request) -> Response:
    """POST /updates/fewer/{kind}"""
    kind = _kind(request)
    result = await run(request, "UpdatesShowFewer", kind=kind, fewer=True)
    said = f"“{words.UPDATE_KINDS[kind][1]}”: you see the newest of each person in seven days."
    undo = {"action": f"/updates/more/{kind.lower()}", "label": "Undo"}
    return await _answer(request, result, said, undo)


@for_members
async def more(request: Request) -> Response:
    """POST /updates/more/{kind}"""
    kind = _kind(request)
    result = await run(request, "UpdatesShowFewer", kind=kind, fewer=False)
    return await _answer(request, result, f"“{words.UPDATE_KINDS[kind][1]}”: you see all.", None)


@for_members
async def choices(request: Request) -> Response:
    """GET /settings/feed"""
    return await _choices(request, "")


async def _choices(request: Request, said: str) -> Response:
    part = is_partial(request)
    name = "updates/_settings.html" if part else "updates/settings.html"
    after = request.query_params.get("after") or None
    data = (await run(request, "UpdatesSettings", after=after)).data
    return render(request, name, data, said=said)


def change(operation: str, said: str, **given: Any) -> Handler:
    """One button of the settings."""

    @for_members
    async def handler(request: Request) -> Response:
        wanted = dict(request.path_params) | given
        if "kind" in wanted:
            wanted["kind"] = _kind(request)
        result = await run_as(request.state.viewer, operation, wanted)
        problem = first_words(result.user_errors)
        if is_partial(request):
            return await _choices(request, problem or said)
        return see_other(SETTINGS, problem or said, kind="problem" if problem else "done")

    return handler


_MUTED = "You see no more updates of {}. They are not told."
_SNOOZED = "You see no updates of {} for 30 days. They are not told."

routes = [
    Route("/updates/seen", seen, methods=["POST"]),
    Route("/updates/muted/{id}", quieten("UpdatesMute", _MUTED), methods=["POST"]),
    Route("/updates/snoozed/{id}", quieten("UpdatesSnooze", _SNOOZED), methods=["POST"]),
    Route("/updates/muted/{id}/end", unmute, methods=["POST"]),
    Route("/updates/fewer/{kind}", fewer, methods=["POST"]),
    Route("/updates/more/{kind}", more, methods=["POST"]),
    Route(SETTINGS, choices),
    Route(
        f"{SETTINGS}/muted/{{id}}/end",
        change("UpdatesUnmute", "Their updates are shown again."),
        methods=["POST"],
    ),
    Route(
        f"{SETTINGS}/fewer/{{kind}}",
        change("UpdatesShowFewer", "Fewer of these from now on.", fewer=True),
        methods=["POST"],
    ),
    Route(
        f"{SETTINGS}/more/{{kind}}",
        change("UpdatesShowFewer", "All of these are shown again.", fewer=False),
        methods=["POST"],
    ),
]
