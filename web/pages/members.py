"""People: the directory, a profile, their connections, and asking to connect."""

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import Form, read_form, see_other
from web.pages.answers import for_members, found, in_place, listing
from web.pages.meeting import SAID
from web.pages.sharing import chosen
from web.run import run
from web.templating import is_partial, render


async def index(request: Request) -> Response:
    """GET /members"""
    wanted = listing(request)
    result = await run(request, "MembersIndex", **wanted)
    name = "members/_list.html" if is_partial(request) else "members/index.html"
    return render(request, name, result.data, search=wanted["search"] or "")


async def show(request: Request) -> Response:
    """GET /members/{handle}"""
    result = await run(request, "MembersShow", handle=request.path_params["handle"])
    found(result.data["member"])
    name = "members/_standing.html" if is_partial(request) else "members/show.html"
    return render(request, name, result.data)


async def connections(request: Request) -> Response:
    """GET /members/{handle}/connections"""
    wanted = listing(request)
    handle = request.path_params["handle"]
    result = await run(request, "MembersConnections", handle=handle, **wanted)
    found(result.data["member"])
    part = is_partial(request)
    name = "members/_connections_list.html" if part else "members/connections.html"
    return render(request, name, result.data, search=wanted["search"] or "")


@for_members
async def connect(request: Request) -> Response:
    """GET /members/{handle}/connect"""
    result = await run(request, "MembersConnect", handle=request.path_params["handle"])
    found(result.data["member"])
    return _form(request, result.data, Form())


@for_members
async def send(request: Request) -> Response:
    """POST /members/{handle}/connect"""
    form = await read_form(request)
    page = (await run(request, "MembersConnect", handle=request.path_params["handle"])).data
    member = found(page["member"])
    typed: dict[str, Any] = {name: form[name] or None for name in ("note", "key", *SAID)}
    typed["shares"] = chosen(form)
    basis = form.choice("basis", words.BASES, "Choose why you want to connect.")
    if form.errors:
        return _form(request, page, form)
    result = await run(request, "MembersSend", recipientId=member["id"], basis=basis, **typed)
    form.errors += result.user_errors
    if form.errors:
        return _form(request, page, form)
    sent = result.payload["request"]
    if is_partial(request):
        return await in_place(request, "requests/_acted.html", request=sent, just="send")
    # Two who asked each other are connected at once; nobody is told who was first.
    name = member["name"]
    met = sent["state"] == "ACCEPTED"
    said = f"You and {name} are now connected." if met else f"Your request to {name} is sent."
    return see_other(f"/members/{member['handle']}", said)


def _form(request: Request, data: dict[str, Any], form: Form) -> Response:
    part = is_partial(request)
    name = "members/_connect_form.html" if part else "members/connect.html"
    status = 422 if form.errors else 200
    return render(
        request, name, data, status, form=form, chosen=chosen(form), key=str(uuid.uuid4())
    )


routes = [
    Route("/members", index),
    Route("/members/{handle}", show),
    Route("/members/{handle}/connections", connections),
    Route("/members/{handle}/connect", connect, methods=["GET"]),
    Route("/members/{handle}/connect", send, methods=["POST"]),
]
