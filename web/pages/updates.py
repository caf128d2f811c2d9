"""Updates: one of them, a member's, one's own, those that are found; pictures and Atom."""

import hashlib

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.update import picture_for
from web.feed import COUNTED, newer
from web.forms import Form
from web.pages.answers import for_members, found
from web.pages.home import filters
from web.pages.update_form import chosen_in
from web.run import run, run_as
from web.settings import settings
from web.templating import is_partial, render, render_text

# Its address changes with every picture, and who may see it depends on who asks.
_KEPT = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Vary": "Cookie, Authorization",
}
_FEED = "application/atom+xml"
_IN_FEED = 30
NOTHING = ("Nothing found", "No update you may see says all these words.")
ASK = ("Search what was posted", "By the words in an update or its link.")
SILENT = ("Nothing here", "There are no updates for you to see.")


def _unsearched() -> dict[str, str]:
    """What pages say in their heads, for what has none: search engines are off unless chosen."""
    return {} if settings().search_engines else {"X-Robots-Tag": "noindex, nofollow"}


def _after(request: Request) -> str | None:
    return request.query_params.get("after") or None


async def show(request: Request) -> Response:
    """GET /updates/{id}"""
    return await one(request, Form())


async def one(request: Request, form: Form, part: str = "updates/_thread.html") -> Response:
    """The page of an update, or for htmx a part of it."""
    given = {"id": request.path_params["id"], "after": _after(request)}
    name = "UpdatesReplies" if is_partial(request) else "UpdatesShow"
    data = (await run(request, name, **given)).data
    found(data["update"])
    template = part if is_partial(request) else "updates/show.html"
    return render(request, template, data, 422 if form.errors else 200, form=form)


async def picture(request: Request) -> Response:
    """GET /updates/{id}/pictures/{key}.webp"""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = (bearer.strip() if scheme.lower() == "bearer" else "") if scheme else None
    of, key = request.path_params["id"], request.path_params["key"]
    image = await picture_for(request.state.viewer, given, of, key)
    if image is None:
        raise HTTPException(404)
    return Response(image, media_type="image/webp", headers={**_KEPT, **_unsearched()})


async def index(request: Request) -> Response:
    """GET /updates?search="""
    words = request.query_params.get("search", "").strip()
    data = (await run(request, "UpdatesIndex", search=words, after=_after(request))).data
    name = "updates/_list.html" if is_partial(request) else "updates/index.html"
    more = {"listed": data["searchUpdates"], "here": "/updates", "search": words}
    return render(request, name, {**data, **more, "nothing": NOTHING if words else ASK})


@for_members
async def own(request: Request) -> Response:
    """GET /updates/own"""
    data = (await run(request, "UpdatesOwn", after=_after(request))).data
    name = "updates/_own_list.html" if is_partial(request) else "updates/own.html"
    return render(request, name, data)


async def member(request: Request) -> Response:
    """GET /members/{handle}/updates"""
    handle = request.path_params["handle"]
    data = (await run(request, "UpdatesMember", handle=handle, after=_after(request))).data
    who = found(data["member"])
    here = f"/members/{who['handle']}/updates"
    more = {"listed": who["updates"], "here": here, "search": "", "nothing": SILENT}
    if is_partial(request):
        return render(request, "updates/_list.html", {**data, **more})
    public = await run_as(None, "UpdatesPublic", {"handle": handle})
    more["public"] = public.data["member"] is not None
    return render(request, "updates/member.html", {**data, **more})


async def atom(request: Request) -> Response:
    """GET /members/{handle}/updates.atom: what everyone may read, whoever asks."""
    asked = {"handle": request.path_params["handle"], "first": _IN_FEED}
    data = (await run_as(None, "UpdatesAtom", asked)).data
    who = found(data["member"])
    changes = [each["editedAt"] or each["postedAt"] for each in who["updates"]["nodes"]]
    changed = max([*changes, who["joinedAt"]])
    base = settings().base_url.rstrip("/")
    text = render_text("updates/atom.xml", {**data, "changed": changed, "base": base})
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    # No Last-Modified: what is taken away leaves the moment of the newest where it was, or moves
    # it back, and a reader that goes by dates would keep it.
    headers = {"Cache-Control": "no-cache", "ETag": tag, **_unsearched()}
    if _is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=_FEED, headers=headers)


def _is_known(request: Request, tag: str) -> bool:
    """Whether the reader has exactly this already."""
    given = request.headers.get("If-None-Match", "")
    tags = {each.strip().removeprefix("W/") for each in given.split(",")}
    return "*" in tags or tag in tags


@for_members
async def count_newer(request: Request) -> Response:
    """GET /updates/newer?since=: how many came, for a page that is open."""
    address, wanted = filters(request)
    data = (await run(request, "UpdatesNewer", **wanted, first=COUNTED)).data
    number = newer(data["viewer"]["feed"], request.query_params.get("since", ""))
    return render(request, "updates/_newer_count.html", {"number": number, "address": address})


@for_members
async def audience(request: Request) -> Response:
    """GET /updates/audience: how many will see what is being written."""
    asked = Form(
        dict(request.query_params),
        lists={name: request.query_params.getlist(name) for name in request.query_params},
    )
    chosen, tags = chosen_in(asked)
    data = (await run(request, "UpdatesAudience", audience=chosen, tagIds=tags)).data
    size = data["viewer"]["audienceSize"]
    return render(request, "updates/_audience_size.html", {"size": size, "audience": chosen})


routes = [
    Route("/updates", index, methods=["GET"]),
    Route("/updates/own", own),
    Route("/updates/newer", count_newer),
    Route("/updates/audience", audience),
    Route("/updates/{id}", show, methods=["GET"]),
    Route("/updates/{id}/replies", show, methods=["GET"]),
    Route("/updates/{id}/pictures/{key}.webp", picture),
    Route("/members/{handle}/updates.atom", atom),
    Route("/members/{handle}/updates", member),
]
