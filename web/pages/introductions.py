"""Introductions: the viewer's lists, asking for one, and every act on one."""

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import Form, back, read_form, see_other
from web.pages.answers import Handler, first_words, for_members, found, hello_to, in_place
from web.pages.sharing import FIELD as SHARES
from web.pages.sharing import chosen
from web.run import run
from web.templating import is_partial, render

HOME = "/introductions"
# Where each side of introductions has its list, and what it is called.
SIDES = {
    "for-you": ("TARGET", "For you"),
    "to-forward": ("INTRODUCER", "To forward"),
    "asked": ("ASKER", "Asked by you"),
}


@for_members
async def index(request: Request) -> Response:
    """GET /introductions"""
    result = await run(request, "IntroductionsIndex")
    return render(request, "introductions/index.html", result.data)


def listed(name: str) -> Handler:
    """A page with the viewer's introductions on one side."""
    role, title = SIDES[name]

    @for_members
    async def page(request: Request) -> Response:
        after = request.query_params.get("after") or None
        result = await run(request, "IntroductionsSide", role=role, after=after)
        template = "introductions/_list.html" if is_partial(request) else "introductions/side.html"
        return render(
            request,
            template,
            result.data,
            introductions=result.data["viewer"]["introductions"],
            list=f"introductions-{name}",
            more=f"{HOME}/{name}",
            title=title,
        )

    return page


def act(operation: str, just: str, said: str, undo: str = "") -> Handler:
    """An act that needs no words: one button, one mutation, one answer."""

    @for_members
    async def handler(request: Request) -> Response:
        result = await run(request, operation, id=request.path_params["id"])
        return await _answer(request, result, just, said, undo)

    return handler


async def _answer(request: Request, result: Any, just: str, said: str, undo: str = "") -> Response:
    subject = result.payload["introduction"]
    problem = first_words(result.user_errors)
    if is_partial(request) and problem:
        name = "introductions/_problem.html"
        return await in_place(request, name, 422, introduction=subject, text=problem)
    if is_partial(request):
        return await in_place(request, "introductions/_acted.html", introduction=subject, just=just)
    path = back(request, HOME)
    path = HOME if path.endswith("/acceptance") else path
    if problem:
        return see_other(path, problem, kind="problem")
    action = {"action": f"{HOME}/{subject['id']}/{undo}", "label": "Undo"} if undo else None
    names = {"asker": subject["askerName"], "target": subject["targetName"]}
    link = hello_to(subject["asker"]) if just == "accept" else None
    return see_other(path, said.format(**names), undo=action, link=link)


@for_members
async def ask(request: Request) -> Response:
    """GET /members/{handle}/introduction"""
    form = Form()
    data = await _askable(request, form, request.query_params.get("through", ""))
    return _form(request, data, form)


@for_members
async def send(request: Request) -> Response:
    """POST /members/{handle}/introduction"""
    form = await read_form(request)
    if form["look"]:
        return await _look(request, form)
    page = await _askable(request, form, form["introducerId"])
    if not form["introducerId"]:
        form.reject("introducerId", "Choose who should introduce you.")
        return _form(request, page, form)
    result = await run(
        request,
        "IntroductionsRequest",
        introducerId=form["introducerId"],
        targetId=page["member"]["id"],
        noteToIntroducer=form["noteToIntroducer"] or None,
        noteToTarget=form["noteToTarget"],
        key=form["key"] or None,
    )
    form.errors += result.user_errors
    if form.errors:
        return _form(request, page, form)
    asked = result.payload["introduction"]
    if is_partial(request):
        return await in_place(request, "introductions/_asked.html", introduction=asked)
    names = asked["introducerName"], asked["targetName"]
    return see_other(HOME, "You have asked {} to introduce you to {}.".format(*names))


async def _look(request: Request, form: Form) -> Response:
    """Others who could introduce: found, or the next of them. What was written stays."""
    form.values["after"] = form["more"] if form["look"] == "more" else ""
    if form["look"] == "first":
        form.values["search"] = ""
    return _form(request, await _askable(request, form, form["introducerId"]), form)


async def _askable(request: Request, form: Form, chosen: str) -> dict[str, Any]:
    given = {"search": form["search"] or None, "after": form["after"] or None, "chosen": chosen}
    handle = request.path_params["handle"]
    data = (await run(request, "IntroductionsAsk", handle=handle, **given)).data
    page = found(data["member"])["introducers"]
    people = page["nodes"]
    if len(people) == 1 and not (chosen or form["search"] or form["after"]):
        chosen = people[0]["id"]
    if data["node"] and data["node"].get("id") not in {each["id"] for each in people}:
        people = [data["node"], *people] if "name" in data["node"] else people
    more = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else ""
    return {**data, "introducers": people, "chosen": chosen, "more": more}


def _form(request: Request, data: dict[str, Any], form: Form) -> Response:
    name = "introductions/_ask_form.html" if is_partial(request) else "introductions/ask.html"
    key = form["key"] or str(uuid.uuid4())
    return render(request, name, data, 422 if form.errors else 200, form=form, key=key)


async def _forwardable(request: Request) -> dict[str, Any]:
    result = await run(request, "IntroductionsForwardForm", id=request.path_params["id"])
    subject = found(result.data["node"])
    found(subject if subject["role"] == "INTRODUCER" else None)
    return {**result.data, "introduction": subject}


def _forward_form(request: Request, data: dict[str, Any], form: Form) -> Response:
    part = is_partial(request)
    name = "introductions/_forward_form.html" if part else "introductions/forward_form.html"
    return render(request, name, data, 422 if form.errors else 200, form=form)


@for_members
async def forward_form(request: Request) -> Response:
    """GET /introductions/{id}/forwarding"""
    data = await _forwardable(request)
    can = data["introduction"]["canForward"]
    if is_partial(request) and ("cancel" in request.query_params or not can):
        return render(request, "introductions/_introduction.html", data)
    if not can:
        return see_other(HOME, "You cannot pass this introduction on.", kind="problem")
    return _forward_form(request, data, Form())


@for_members
async def forward(request: Request) -> Response:
    """POST /introductions/{id}/forwarding"""
    form = await read_form(request)
    given = {"id": request.path_params["id"], "recommendation": form["recommendation"]}
    result = await run(request, "IntroductionsForward", **given)
    form.errors += [e for e in result.user_errors if e["field"] == ["recommendation"]]
    if form.errors:
        return _forward_form(request, await _forwardable(request), form)
    if not is_partial(request) and not result.user_errors:
        name = result.payload["introduction"]["targetName"]
        return see_other(HOME, f"Passed on to {name}.")
    return await _answer(request, result, "forward", "")


@for_members
async def accept_form(request: Request) -> Response:
    """GET /introductions/{id}/acceptance"""
    return await _accept_form(request, Form())


async def _accept_form(request: Request, form: Form) -> Response:
    result = await run(request, "IntroductionsAcceptForm", id=request.path_params["id"])
    subject = found(result.data["node"])
    found(subject if subject["role"] == "TARGET" else None)
    data = {**result.data, "introduction": subject}
    open_still = subject["state"] in ("PENDING", "DECLINED")
    if is_partial(request) and ("cancel" in request.query_params or not open_still):
        return render(request, "introductions/_introduction.html", data)
    if not open_still:
        return see_other(HOME, "This introduction is answered.", kind="problem")
    part = is_partial(request)
    name = "introductions/_accept_form.html" if part else "introductions/accept_form.html"
    return render(request, name, data, 422 if form.errors else 200, form=form, chosen=chosen(form))


@for_members
async def accept(request: Request) -> Response:
    """POST /introductions/{id}/acceptance"""
    form = await read_form(request)
    given = {"id": request.path_params["id"], "shares": chosen(form)}
    result = await run(request, "IntroductionsAccept", **given)
    if any(form.name_of(each) == SHARES for each in result.user_errors):
        form.errors += result.user_errors
        return await _accept_form(request, form)
    return await _answer(request, result, "accept", "You and {asker} are now connected.")


refuse = act("IntroductionsRefuse", "refuse", "Not passed on. Nobody is told.", "refusal/undo")
undo_refuse = act("IntroductionsUndoRefuse", "undo", "{asker} waits for your answer again.")
decline = act("IntroductionsDecline", "decline", "Declined. Nobody is told.")
withdraw = act("IntroductionsWithdraw", "withdraw", "Withdrawn. Nobody is told.")

routes = [
    Route(HOME, index),
    *(Route(f"{HOME}/{name}", listed(name)) for name in SIDES),
    Route("/members/{handle}/introduction", ask, methods=["GET"]),
    Route("/members/{handle}/introduction", send, methods=["POST"]),
    Route("/introductions/{id}/forwarding", forward_form, methods=["GET"]),
    Route("/introductions/{id}/forwarding", forward, methods=["POST"]),
    Route("/introductions/{id}/refusal", refuse, methods=["POST"]),
    Route("/introductions/{id}/refusal/undo", undo_refuse, methods=["POST"]),
    Route("/introductions/{id}/acceptance", accept_form, methods=["GET"]),
    Route("/introductions/{id}/acceptance", accept, methods=["POST"]),
    Route("/introductions/{id}/decline", decline, methods=["POST"]),
    Route("/introductions/{id}/withdrawal", withdraw, methods=["POST"]),
]
