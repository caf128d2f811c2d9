"""Going through received requests one by one: every act leads to the next."""

import re
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import read_form, see_other
from web.pages.answers import Handler, first_words, for_members, hello_to
from web.run import run
from web.templating import is_partial, render

HOME = "/requests/triage"
_UNDOES = {"ignoring", "decline"}
_LAST = re.compile(r"(\w+)\.(crq_[0-9a-z]{13})\.([\w-]*)")


class Last(NamedTuple):
    """What was done last, and from where: it travels in the address, so that it can be undone
    after moving on.
    """

    text: str = ""
    undo: str = ""
    after: str = ""

    @classmethod
    def read(cls, text: str) -> "Last":
        """Out of an address; nothing where it makes no sense."""
        found = _LAST.fullmatch(text)
        if found is None or found[1] not in _UNDOES:
            return cls()
        return cls(text, f"{HOME}/{found[2]}/{found[1]}/undo", found[3])


def _address(after: str | None, last: Last) -> str:
    query = {"after": after, "last": last.text}
    given = urlencode({name: value for name, value in query.items() if value})
    return f"{HOME}?{given}" if given else HOME


async def _panel(
    request: Request,
    after: str | None,
    last: Last,
    said: str = "",
    *,
    problem: bool = False,
    link: dict[str, str] | None = None,
) -> Response:
    result = await run(request, "RequestsTriage", after=after, moved=after is not None)
    viewer: dict[str, Any] = result.data["viewer"]
    page = viewer["receivedRequests"]["edges"]
    # The request before this one begins behind the one before that, if there is one.
    earlier = [edge["cursor"] for edge in viewer.get("before", {}).get("edges", [])]
    moves = {
        "previous": _address(earlier[1] if len(earlier) > 1 else None, last),
        "next": _address(page[0]["cursor"], last) if page else "",
    }
    given: dict[str, Any] = {
        "after": after,
        "last": last,
        "said": said,
        "problem": problem,
        "link": link,
        "moves": moves,
    }
    name = "requests/_triaged.html" if is_partial(request) else "requests/triage.html"
    return render(request, name, result.data, **given)


@for_members
async def show(request: Request) -> Response:
    """GET /requests/triage"""
    query = request.query_params
    return await _panel(request, query.get("after") or None, Last.read(query.get("last", "")))


def act(operation: str, name: str, said: str) -> Handler:
    """An act on the request that is shown; the answer is the next one."""

    @for_members
    async def handler(request: Request) -> Response:
        form = await read_form(request)
        key, after = request.path_params["id"], form["after"] or None
        given = {}
        if name == "decline":
            given = {
                "reason": form.choice("reason", words.REASONS, "Choose a reason."),
                "tell": False,
            }
        if form.errors:
            return await _answer(request, after, Last(), form.error("reason"), problem=True)
        result = await run(request, operation, id=key, **given)
        if result.user_errors:
            wrong = first_words(result.user_errors)
            return await _answer(request, after, Last(), wrong, problem=True)
        sender = result.payload["request"]["sender"]
        told = said.format(sender["name"] if sender else "They")
        link = hello_to(sender) if name == "acceptance" else None
        last = Last.read(f"{name}.{key}.{after or ''}")
        return await _answer(request, after, last, told, link=link)

    return handler


async def _answer(
    request: Request,
    after: str | None,
    last: Last,
    said: str,
    *,
    problem: bool = False,
    link: dict[str, str] | None = None,
) -> Response:
    if is_partial(request):
        panel = await _panel(request, after, last, said, problem=problem, link=link)
        panel.headers["HX-Replace-Url"] = _address(after, last)
        return panel
    kind = "problem" if problem else "done"
    return see_other(_address(after, last), said, kind=kind, link=link)


routes = [
    Route(HOME, show),
    *(
        Route(f"{HOME}/{{id}}/{path}", act(operation, name, said), methods=["POST"])
        for path, operation, name, said in (
            (
                "acceptance",
                "RequestsAccept",
                "acceptance",
                "You and {} are now connected. That cannot be undone here.",
            ),
            ("ignoring", "RequestsIgnore", "ignoring", "Ignored. {} is not told."),
            ("decline", "RequestsDecline", "decline", "Declined. {} is not told."),
            ("ignoring/undo", "RequestsUndoIgnore", "undo", "{} waits again."),
            ("decline/undo", "RequestsUndoDecline", "undo", "{} waits again."),
        )
    ),
]
