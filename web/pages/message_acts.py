"""What a member does with messages: write, edit, delete, mark read, put away, accept, ignore."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import Form, back, read_form, see_other
from web.pages.answers import Handler, first_words, for_members, found, in_place
from web.pages.messages import first, opened
from web.run import run
from web.templating import is_partial, render

# A text that is far too long is read all the same, to be given back with words beside it.
TEXT_BYTES = 512 * 1024
SETTINGS = "/settings/messages"


@for_members
async def send(request: Request) -> Response:
    """POST /messages/to/{member}"""
    form = await read_form(request, TEXT_BYTES)
    given = {"text": form["text"], "selling": form.ticked("selling"), "key": form["key"] or None}
    result = await run(request, "MessagesSend", memberId=request.path_params["member"], **given)
    form.errors += result.user_errors
    if form.errors:
        return await _not_sent(request, _as_new(form))
    message, conversation = result.payload["message"], result.payload["conversation"]
    if not is_partial(request):
        said = "Your message is sent." if form["foot"].startswith("hello-") else ""
        return see_other(f"/messages/{conversation['id']}", said)
    place = _place(request, form, conversation)
    more = {"message": message, "conversation": conversation, "foot": place}
    return await in_place(request, "messages/_sent.html", **more)


def _as_new(form: Form) -> Form:
    """Other words, typed after an answer that got lost: a message of its own, if sent."""
    if any(error["code"] == "KEY_REUSED" for error in form.errors):
        form.errors.clear()
        form.reject("text", "What you sent before did arrive. Send this as well?")
        form.values["key"] = ""
    return form


def _place(request: Request, form: Form, conversation: dict[str, Any] | None) -> str:
    """The id of the box it was written in."""
    hello = f"hello-{request.path_params['member']}"
    if form["foot"] == hello:
        return hello
    return f"foot-{conversation['id']}" if conversation else "foot-new"


async def _out_of_sight(request: Request, form: Form) -> dict[str, Any]:
    """Of somebody the viewer sees no more there is still the conversation in which the words were
    typed; its box says which.
    """
    key = form["foot"].removeprefix("foot-")
    data = (await run(request, "MessagesShow", id=key, after=None)).data
    thread = found(data["conversation"])
    found(None if thread["member"] else thread)
    member = request.path_params["member"]
    to = {"id": member, "name": thread["memberName"], "conversation": thread}
    return {**data, "node": to}


async def _not_sent(request: Request, form: Form) -> Response:
    data = (await run(request, "MessagesTo", id=request.path_params["member"], after=None)).data
    data = data if data["node"] else await _out_of_sight(request, form)
    to = data["node"]
    thread = to["conversation"]
    if not is_partial(request):
        data["to"] = to
        return opened(request, data, thread, form) if thread else first(request, data, form)
    place = _place(request, form, thread)
    name = "hello" if place.startswith("hello-") else "compose"
    more = {"to": to, "member": to, "conversation": thread, "foot": place}
    return render(request, f"messages/_{name}.html", {**data, **more}, 422, form=form)


def act(operation: str, just: str, said: str, undo: str = "", gone: bool = False) -> Handler:
    """One button of a conversation: one mutation, one answer."""

    @for_members
    async def handler(request: Request) -> Response:
        key = request.path_params["id"]
        result = await run(request, operation, id=key)
        problem = first_words(result.user_errors)
        here = back(request, f"/messages/{key}")
        if problem and is_partial(request):
            return await in_place(request, "_problem.html", 422, request=None, text=problem)
        if problem:
            return see_other(here, problem, kind="problem")
        subject = found(result.payload["conversation"])
        words = said.format(subject["memberName"])
        way = {"action": f"/messages/{key}/{undo}", "label": "Undo"} if undo else None
        if not is_partial(request):
            return see_other(here, words, undo=way)
        more: dict[str, Any] = {"conversation": subject, "just": just, "undo": way, "gone": gone}
        return await in_place(request, "messages/_changed.html", said=words, form=Form(), **more)

    return handler


@for_members
async def read(request: Request) -> Response:
    """POST /messages/{id}/reading: up to the message that was the newest when it was shown."""
    form = await read_form(request)
    key = request.path_params["id"]
    result = await run(request, "MessagesMarkRead", id=key, upTo=form["upTo"] or None)
    subject = found(result.payload["conversation"])
    if is_partial(request):
        return await in_place(request, "messages/_read.html", conversation=subject)
    return see_other(f"/messages/{key}", "Marked as read.")


async def _message(request: Request) -> dict[str, Any]:
    """The page's data about the message; it must be the viewer's and of this conversation."""
    data = (await run(request, "MessagesEditForm", id=request.path_params["message"])).data
    message = found(data["node"])
    found(message if message["mine"] else None)
    found(message if message["conversationId"] == request.path_params["id"] else None)
    return {**data, "message": message}


@for_members
async def edit_form(request: Request) -> Response:
    """GET /messages/{id}/{message}/edit"""
    data = await _message(request)
    if is_partial(request) and "cancel" in request.query_params:
        return render(request, "messages/_message.html", data)
    return _edit_form(request, data, Form())


def _edit_form(request: Request, data: dict[str, Any], form: Form) -> Response:
    name = "messages/_edit_form.html" if is_partial(request) else "messages/edit.html"
    return render(request, name, data, 422 if form.errors else 200, form=form)


@for_members
async def edit(request: Request) -> Response:
    """POST /messages/{id}/{message}/edit"""
    form = await read_form(request, TEXT_BYTES)
    data = await _message(request)
    result = await run(
        request, "MessagesEdit", id=request.path_params["message"], text=form["text"]
    )
    form.errors += result.user_errors
    if form.errors:
        return _edit_form(request, data, form)
    if is_partial(request):
        return render(request, "messages/_message.html", result.payload)
    return see_other(f"/messages/{request.path_params['id']}", "Your message is edited.")


@for_members
async def delete_message(request: Request) -> Response:
    """POST /messages/{id}/{message}/deletion"""
    key, message = request.path_params["id"], request.path_params["message"]
    result = await run(request, "MessagesDeleteMessage", id=message)
    problem = first_words(result.user_errors)
    if not is_partial(request):
        said = problem or "Deleted for you."
        return see_other(f"/messages/{key}", said, kind="problem" if problem else "done")
    if problem:
        return await in_place(request, "_problem.html", 422, request=None, text=problem)
    conversation = (await run(request, "MessagesNow", id=key)).data["conversation"]
    return await in_place(
        request, "messages/_gone.html", message=message, conversation=conversation
    )


@for_members
async def delete(request: Request) -> Response:
    """POST /messages/{id}/deletion"""
    result = await run(request, "MessagesDelete", id=request.path_params["id"])
    problem = first_words(result.user_errors)
    said = problem or "Deleted for you. The other keeps it."
    return see_other("/messages", said, kind="problem" if problem else "done")


@for_members
async def settings(request: Request) -> Response:
    """GET /settings/messages"""
    return render(
        request, "messages/settings.html", (await run(request, "MessagesSettings")).data, said=""
    )


@for_members
async def save_settings(request: Request) -> Response:
    """POST /settings/messages"""
    form = await read_form(request)
    fields = ("takesMessageRequests", "putsSellingAside", "showsReading")
    takes, aside, shows = (form.ticked(each) for each in fields)
    await run(request, "MessagesUpdateSettings", takes=takes, aside=aside, shows=shows)
    if not is_partial(request):
        return see_other(SETTINGS, "Saved.")
    data = (await run(request, "MessagesSettings")).data
    return render(request, "messages/_settings.html", data, said="Saved.")


_ACTS = {
    "mute": act("MessagesMute", "mute", "Muted: nothing here notifies you.", "unmute"),
    "unmute": act("MessagesUnmute", "unmute", "Not muted any more."),
    "archive": act("MessagesArchive", "archive", "Archived.", "unarchive", gone=True),
    "unarchive": act("MessagesUnarchive", "unarchive", "Back in the inbox."),
    "acceptance": act("MessagesAccept", "accept", "You and {} can write to each other now."),
    "ignoring": act("MessagesIgnore", "ignore", "Ignored. {} is not told.", "ignoring/undo"),
    "ignoring/undo": act("MessagesUndoIgnore", "undo", "The message of {} is back in Requests."),
}

routes = [
    Route(SETTINGS, settings, methods=["GET"]),
    Route(SETTINGS, save_settings, methods=["POST"]),
    Route("/messages/to/{member}", send, methods=["POST"], max_body_size=TEXT_BYTES),
    *(Route(f"/messages/{{id}}/{path}", each, methods=["POST"]) for path, each in _ACTS.items()),
    Route("/messages/{id}/reading", read, methods=["POST"]),
    Route("/messages/{id}/deletion", delete, methods=["POST"]),
    Route("/messages/{id}/{message}/edit", edit_form, methods=["GET"]),
    Route("/messages/{id}/{message}/edit", edit, methods=["POST"], max_body_size=TEXT_BYTES),
    Route("/messages/{id}/{message}/deletion", delete_message, methods=["POST"]),
]
