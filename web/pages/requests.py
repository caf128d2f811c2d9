"""Connection requests: the lists of them and every act on one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import Form, back, read_form, see_other
from web.pages.answers import Handler, first_words, for_members, found, hello_to, in_place
from web.pages.sharing import FIELD as SHARES
from web.pages.sharing import chosen
from web.run import run
from web.templating import is_partial, render


def listed(which: str) -> Handler:
    """A page with one of the viewer's lists."""

    @for_members
    async def page(request: Request) -> Response:
        after = request.query_params.get("after") or None
        result = await run(request, f"Requests{which.title()}", after=after)
        name = "requests/_list.html" if is_partial(request) else f"requests/{which}.html"
        requests = result.data["viewer"][f"{which}Requests"]
        return render(request, name, result.data, requests=requests, list=f"requests-{which}")

    return page


def act(operation: str, just: str, said: str, undo: str = "", home: str = "/requests") -> Handler:
    """An act that needs no words: one button, one mutation, one answer."""

    @for_members
    async def handler(request: Request) -> Response:
        result = await run(request, operation, id=request.path_params["id"])
        return await _answer(request, result, just, said, undo, back(request, home))

    return handler


async def _answer(
    request: Request, result: Any, just: str, said: str, undo: str, path: str
) -> Response:
    subject = result.payload["request"]
    problem = first_words(result.user_errors)
    if is_partial(request) and problem:
        return await in_place(request, "_problem.html", 422, request=subject, text=problem)
    if is_partial(request):
        return await in_place(request, "requests/_acted.html", request=subject, just=just)
    if problem:
        return see_other(path, problem, kind="problem")
    action = f"/requests/{subject['id']}/{undo}"
    taken_back = {"action": action, "label": "Undo"} if undo else None
    link = hello_to(subject["sender"]) if just == "accept" else None
    return see_other(path, said.format(_name(subject)), undo=taken_back, link=link)


def _name(subject: dict[str, Any]) -> str:
    if subject["direction"] == "SENT":
        return str(subject["recipientName"])
    return str(subject["sender"]["name"]) if subject["sender"] else "They"


async def _declinable(request: Request) -> dict[str, Any]:
    result = await run(request, "RequestsDeclineForm", id=request.path_params["id"])
    subject = found(result.data["node"])
    data: dict[str, Any] = {**result.data, "request": subject}
    found(subject if subject["direction"] == "RECEIVED" else None)
    return data


def _decline_form(request: Request, data: dict[str, Any], form: Form) -> Response:
    name = "requests/_decline_form.html" if is_partial(request) else "requests/decline_form.html"
    return render(request, name, data, 422 if form.errors else 200, form=form)


@for_members
async def decline_form(request: Request) -> Response:
    """GET /requests/{id}/decline"""
    data = await _declinable(request)
    open_still = data["request"]["state"] in ("PENDING", "IGNORED")
    if is_partial(request) and ("cancel" in request.query_params or not open_still):
        return render(request, "requests/_request.html", data)
    if not open_still:
        return see_other("/requests/answered", "This request is answered.", kind="problem")
    return _decline_form(request, data, Form())


@for_members
async def decline(request: Request) -> Response:
    """POST /requests/{id}/decline"""
    form = await read_form(request)
    reason = form.choice("reason", words.REASONS, "Choose a reason.")
    if form.errors:
        return _decline_form(request, await _declinable(request), form)
    told = {"reason": reason, "tell": form.ticked("tell")}
    result = await run(request, "RequestsDecline", id=request.path_params["id"], **told)
    after = "is told in ten minutes" if told["tell"] else "is not told"
    return await _answer(
        request, result, "decline", f"Declined. {{}} {after}.", "decline/undo", "/requests"
    )


@for_members
async def accept_form(request: Request) -> Response:
    """GET /requests/{id}/acceptance"""
    return await _accept_form(request, Form())


async def _accept_form(request: Request, form: Form) -> Response:
    result = await run(request, "RequestsAcceptForm", id=request.path_params["id"])
    subject = found(result.data["node"])
    found(subject if subject["direction"] == "RECEIVED" else None)
    data = {**result.data, "request": subject}
    open_still = subject["state"] in ("PENDING", "IGNORED", "DECLINED")
    if is_partial(request) and ("cancel" in request.query_params or not open_still):
        return render(request, "requests/_request.html", data)
    if not open_still:
        return see_other("/requests/answered", "This request is answered.", kind="problem")
    name = "requests/_accept_form.html" if is_partial(request) else "requests/accept_form.html"
    return render(request, name, data, 422 if form.errors else 200, form=form, chosen=chosen(form))


@for_members
async def accept(request: Request) -> Response:
    """POST /requests/{id}/acceptance"""
    form = await read_form(request)
    given = {"id": request.path_params["id"], "shares": chosen(form)}
    result = await run(request, "RequestsAccept", **given)
    if any(form.name_of(each) == SHARES for each in result.user_errors):
        form.errors += result.user_errors
        return await _accept_form(request, form)
    path = back(request, "/requests")
    path = "/requests" if path.endswith("/acceptance") else path
    return await _answer(request, result, "accept", "You and {} are now connected.", "", path)


@for_members
async def shares_form(request: Request) -> Response:
    """GET /requests/{id}/shares"""
    return await _shares_form(request, Form())


async def _shares_form(request: Request, form: Form) -> Response:
    result = await run(request, "RequestsSharesForm", id=request.path_params["id"])
    subject = found(result.data["node"])
    found(subject if subject["direction"] == "SENT" else None)
    data = {**result.data, "request": subject}
    open_still = subject["state"] == "PENDING"
    if is_partial(request) and ("cancel" in request.query_params or not open_still):
        return render(request, "requests/_request.html", data)
    if not open_still:
        return see_other("/requests/sent", "This request is no longer open.", kind="problem")
    now = [each["id"] for each in subject["sharedContacts"]]
    ticked = chosen(form) if form.errors else now
    name = "requests/_shares_form.html" if is_partial(request) else "requests/shares_form.html"
    return render(request, name, data, 422 if form.errors else 200, form=form, chosen=ticked)


@for_members
async def set_shares(request: Request) -> Response:
    """POST /requests/{id}/shares"""
    form = await read_form(request)
    given = {"id": request.path_params["id"], "shares": chosen(form)}
    result = await run(request, "RequestsSetShares", **given)
    if any(form.name_of(each) == SHARES for each in result.user_errors):
        form.errors += result.user_errors
        return await _shares_form(request, form)
    return await _answer(request, result, "shares", "Saved. {} is not told.", "", "/requests/sent")


ignore = act("RequestsIgnore", "ignore", "Ignored. {} is not told.", "ignoring/undo")
undo_ignore = act("RequestsUndoIgnore", "undo", "The request from {} is back in Received.")
undo_decline = act("RequestsUndoDecline", "undo", "The request from {} is back in Received.")
release = act("RequestsRelease", "release", "The request from {} waits in Received.")
withdraw = act("RequestsWithdraw", "withdraw", "Withdrawn. {} is not told.", home="/requests/sent")
nudge = act("RequestsNudge", "nudge", "{} is reminded of your request.", home="/requests/sent")

routes = [
    Route("/requests", listed("received")),
    Route("/requests/unfamiliar", listed("unfamiliar")),
    Route("/requests/sent", listed("sent")),
    Route("/requests/ignored", listed("ignored")),
    Route("/requests/held", listed("held")),
    Route("/requests/answered", listed("answered")),
    Route("/requests/{id}/acceptance", accept_form, methods=["GET"]),
    Route("/requests/{id}/acceptance", accept, methods=["POST"]),
    Route("/requests/{id}/shares", shares_form, methods=["GET"]),
    Route("/requests/{id}/shares", set_shares, methods=["POST"]),
    Route("/requests/{id}/ignoring", ignore, methods=["POST"]),
    Route("/requests/{id}/ignoring/undo", undo_ignore, methods=["POST"]),
    Route("/requests/{id}/decline", decline_form, methods=["GET"]),
    Route("/requests/{id}/decline", decline, methods=["POST"]),
    Route("/requests/{id}/decline/undo", undo_decline, methods=["POST"]),
    Route("/requests/{id}/release", release, methods=["POST"]),
    Route("/requests/{id}/withdrawal", withdraw, methods=["POST"]),
    Route("/requests/{id}/nudge", nudge, methods=["POST"]),
]
