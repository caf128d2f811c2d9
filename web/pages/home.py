"""The first page: the feed, below what waits for an answer; or what this is."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.feed import Feed, laid_out
from web.forms import Form
from web.pages.update_form import AUDIENCE, INPUTS, chosen_in
from web.run import run
from web.templating import is_partial, render


def filters(request: Request) -> tuple[dict[str, str], dict[str, Any]]:
    """Which part of the feed the address asks for: as the address and as the schema says it."""
    query = request.query_params
    kind, tag = query.get("kind", "").lower(), query.get("tag", "")
    kind = kind if kind.upper() in words.UPDATE_KINDS else ""
    address = {name: value for name, value in (("kind", kind), ("tag", tag)) if value}
    return address, {"kind": kind.upper() or None, "tagId": tag or None}


def feed_of(request: Request, viewer: dict[str, Any]) -> Feed:
    """The viewer's feed as the page shows it."""
    address, _ = filters(request) if request.method == "GET" else ({}, None)
    query = dict(request.query_params) if request.method == "GET" else {}
    return laid_out(viewer["feed"], viewer["feedSeenAt"], address, query)


async def show(request: Request) -> Response:
    """GET /"""
    if request.state.viewer is None:
        return render(request, "landing.html", (await run(request, "Landing")).data)
    if not is_partial(request):
        return await home(request, Form())
    _, wanted = filters(request)
    after = request.query_params.get("after") or None
    data = (await run(request, "UpdatesFeed", **wanted, after=after)).data
    return render(request, "updates/_feed_anew.html", data, feed=feed_of(request, data["viewer"]))


async def home(request: Request, form: Form, **extra: Any) -> Response:
    """The page, or for htmx the box for a new update alone, with what was typed."""
    wanted: dict[str, Any] = {}
    after = None
    if request.method == "GET":
        _, wanted = filters(request)
        after = request.query_params.get("after") or None
    audience, tags = chosen_in(form)
    # Opening the box asks for how many it will reach; without a script the preview says it.
    asked = {"audience": audience, "audienceTagIds": tags, "counted": bool(form.values)}
    data = (await run(request, "Home", **wanted, **asked, after=after)).data
    box = {
        "audiences": words.UPDATE_AUDIENCES,
        "update_kinds": {key: said for key, (_, said) in words.UPDATE_KINDS.items()},
        "update_inputs": INPUTS,
        "chosen": {"audience": AUDIENCE, "tags": []},
        "size": data["viewer"].get("audienceSize"),
        "key": form["key"] or data["viewer"]["eventCursor"],
        "pictured": False,
        "preview": False,
        "feed": feed_of(request, data["viewer"]),
    }
    name = "updates/_compose.html" if is_partial(request) else "home.html"
    name = extra.pop("part", name)
    return render(request, name, {**data, **box, **extra}, 422 if form.errors else 200, form=form)


routes = [Route("/", show)]
