"""Meeting in person: showing one's code, and asking with one that was shown."""

import re
import uuid
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web import moments
from web.forms import Form, read_form, see_other
from web.pages.answers import for_members
from web.pages.sharing import chosen
from web.run import run
from web.templating import is_partial, render

UNKNOWN = "This code is not good now. Check it, or ask them to show you a new one."
SAID = ("metEvent", "metPlace", "metOn")


@for_members
async def index(request: Request) -> Response:
    """GET /meet"""
    typed = re.sub(r"\s+", "", request.query_params.get("code", ""))[:40]
    if typed:
        return RedirectResponse(f"/meet/{quote(typed, safe='')}", 303)
    form = Form()
    if "code" in request.query_params:
        form.reject("code", "Type the code that they show you.", "REQUIRED")
    return await _index(request, form, 422 if form.errors else 200)


async def _index(
    request: Request, form: Form, status: int = 200, just: str | None = None
) -> Response:
    data = (await run(request, "MeetingIndex")).data
    part = is_partial(request) and request.method == "POST"
    name = "meeting/_code.html" if part else "meeting/index.html"
    return render(request, name, {**data, "just": just}, status, form=form)


@for_members
async def show(request: Request) -> Response:
    """POST /meet/code"""
    form = await read_form(request)
    result = await run(request, "MeetingShow", event=form["event"], place=form["place"])
    form.errors += result.user_errors
    if form.errors:
        return await _index(request, form, 422)
    return await _index(request, Form()) if is_partial(request) else see_other("/meet")


@for_members
async def end(request: Request) -> Response:
    """POST /meet/code/end"""
    await run(request, "MeetingEnd")
    if is_partial(request):
        return await _index(request, Form(), just="ended")
    return see_other("/meet", "Your code is no longer good.")


@for_members
async def ask(request: Request) -> Response:
    """GET /meet/{code}"""
    return await _ask(request, Form())


async def _ask(request: Request, form: Form) -> Response:
    code = request.path_params["code"]
    # What was found not good is not looked for again: that would count as one more guess.
    ended = any(each["code"] == "CODE_UNKNOWN" for each in form.errors)
    data = (await run(request, "MeetingAsk", code=code, look=not ended)).data
    met = data.get("memberByMeetingCode") or _carried(form)
    if met is None:
        return _unknown(request, data)
    name = "meeting/_ask_form.html" if is_partial(request) else "meeting/ask.html"
    page = {**data, "met": met, "ended": ended, "code": quote(code, safe="")}
    page |= {"key": form["key"] or str(uuid.uuid4()), "today": moments.today().isoformat()}
    status = 422 if form.errors else 200
    return render(request, name, page, status, form=form, chosen=chosen(form), sent="")


def _carried(form: Form) -> dict[str, Any] | None:
    """Whom the form is for, as it carried it: a code may end while one writes."""
    if not form["to"]:
        return None
    nothing = dict.fromkeys(("handle", "headline", "event", "place", "member"))
    return {**nothing, "memberId": form["to"], "name": form["name"] or "them"}


def _unknown(request: Request, data: dict[str, Any]) -> Response:
    form = Form({"code": request.path_params["code"]})
    form.reject("code", UNKNOWN, "CODE_UNKNOWN")
    return render(request, "meeting/index.html", data, 404, form=form)


@for_members
async def send(request: Request) -> Response:
    """POST /meet/{code}"""
    form = await read_form(request)
    code = request.path_params["code"]
    if not form["to"]:  # not from our form
        data = (await run(request, "MeetingAsk", code=code, look=True)).data
        if data["memberByMeetingCode"] is None:
            return _unknown(request, data)
        form.values["to"] = data["memberByMeetingCode"]["memberId"]
    said = {name: form[name] or None for name in ("note", "key", *SAID)}
    result = await run(
        request,
        "MembersSend",
        recipientId=form["to"],
        basis="MET_IN_PERSON",
        meetingCode=form["meetingCode"] or code,
        shares=chosen(form),
        **said,
    )
    form.errors += result.user_errors
    if form.errors:
        return await _ask(request, form)
    return _sent(request, result.payload["request"])


def _sent(request: Request, made: dict[str, Any]) -> Response:
    mine = made["direction"] == "SENT"
    other = made["recipient" if mine else "sender"]
    name = made["recipientName"] if mine else other["name"] if other else "they"
    accepted = made["state"] == "ACCEPTED"
    done = "You and {} are now connected." if accepted else "Your request to {} is sent."
    said = done.format(name)
    if is_partial(request):
        return render(request, "meeting/_ask_form.html", {"met": None, "code": ""}, sent=said)
    return see_other(f"/members/{other['handle']}" if other else "/requests/sent", said)


routes = [
    Route("/meet", index),
    Route("/meet/code", show, methods=["POST"]),
    Route("/meet/code/end", end, methods=["POST"]),
    Route("/meet/{code}", ask, methods=["GET"]),
    Route("/meet/{code}", send, methods=["POST"]),
]
