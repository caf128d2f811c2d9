"""Messages: the folders, a search, a conversation, and writing to somebody for the first time."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import Form, see_other
from web.pages.answers import Handler, for_members, found
from web.run import run
from web.templating import is_partial, render

# What each folder is called, and where it is.
FOLDERS = {
    "INBOX": ("Inbox", "/messages"),
    "REQUESTS": ("Requests", "/messages/requests"),
    "SELLING": ("Selling", "/messages/selling"),
    "ARCHIVED": ("Archived", "/messages/archived"),
    "IGNORED": ("Ignored", "/messages/ignored"),
}


def _after(request: Request) -> str | None:
    return request.query_params.get("after") or None


def listed(folder: str) -> Handler:
    """A page with one of the folders."""

    @for_members
    async def page(request: Request) -> Response:
        data = (await run(request, "MessagesIndex", folder=folder, after=_after(request))).data
        name = "messages/_list.html" if is_partial(request) else "messages/index.html"
        return render(request, name, data, folder=folder, folders=FOLDERS)

    return page


inbox = listed("INBOX")


@for_members
async def index(request: Request) -> Response:
    """GET /messages, or /messages?search=&in="""
    search, within = (request.query_params.get(each, "").strip() for each in ("search", "in"))
    if not search and not within:
        return await inbox(request)
    asked = {"search": search, "conversation": within or None, "after": _after(request)}
    data = (await run(request, "MessagesSearch", **asked)).data
    messages = data["viewer"]["searchMessages"]
    keys = {each["conversationId"] for each in messages["nodes"]} | ({within} - {""})
    nodes = (await run(request, "MessagesFoundIn", ids=sorted(keys))).data["nodes"]
    threads = {each["id"]: each for each in nodes if each}
    more = {
        "search": search,
        "found": messages,
        "threads": threads,
        "folder": "INBOX",
        "folders": FOLDERS,
    }
    more["within"] = found(threads.get(within)) if within else None
    name = "messages/_found.html" if is_partial(request) else "messages/index.html"
    return render(request, name, {**data, **more})


@for_members
async def show(request: Request) -> Response:
    """GET /messages/{id}"""
    key, at = request.path_params["id"], request.query_params.get("at")
    if at and not is_partial(request):
        return await _at(request, key, at)
    given = {"id": key, "after": _after(request)}
    part = is_partial(request)
    data = (await run(request, "MessagesEarlier" if part else "MessagesShow", **given)).data
    found(data["conversation"])
    if part and given["after"]:
        return render(request, "messages/_earlier_come.html", data)
    if part:
        return render(request, "messages/_opened.html", data, just="opened")
    return opened(request, data, data["conversation"], Form())


async def _at(request: Request, key: str, at: str) -> Response:
    """The page that ends with one message, which a search found."""
    message = found((await run(request, "MessagesAt", id=at)).data["node"])
    data = (await run(request, "MessagesShow", id=key, after=message["place"])).data
    thread = found(data["conversation"])
    found(message if message["conversationId"] == key else None)
    thread["messages"]["nodes"].insert(0, message)
    return opened(request, data, thread, Form())


def opened(request: Request, data: dict[str, Any], thread: dict[str, Any], form: Form) -> Response:
    """The page of a conversation."""
    more = {"conversation": thread, "current": thread["id"], "folder": "INBOX", "folders": FOLDERS}
    status = 422 if form.errors else 200
    return render(request, "messages/show.html", {**data, **more}, status, form=form)


@for_members
async def begin(request: Request) -> Response:
    """GET /messages/to/{member}: the conversation with somebody, or the first words to them."""
    data = (await run(request, "MessagesTo", id=request.path_params["member"], after=None)).data
    to = found(data["node"])
    if to["conversation"]:
        return see_other(f"/messages/{to['conversation']['id']}")
    return first(request, data, Form())


def first(request: Request, data: dict[str, Any], form: Form) -> Response:
    """The page on which one writes to somebody for the first time."""
    more = {"to": data["node"], "current": "new", "folder": "INBOX", "folders": FOLDERS}
    status = 422 if form.errors else 200
    return render(request, "messages/to.html", {**data, **more}, status, form=form)


routes = [
    *(
        Route(path, index if folder == "INBOX" else listed(folder), methods=["GET"])
        for folder, (_, path) in FOLDERS.items()
    ),
    Route("/messages/to/{member}", begin, methods=["GET"]),
    Route("/messages/{id}", show, methods=["GET"]),
]
