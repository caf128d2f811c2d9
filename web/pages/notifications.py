"""Notifications: what happened, marking it read, and choosing how to be told."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import moments, words
from web.forms import Form, back, read_form, see_other
from web.pages.answers import for_members, in_place
from web.run import run
from web.templating import is_partial, render

SETTINGS = "/settings/notifications"


def _asked(query: Mapping[str, str]) -> dict[str, Any]:
    """Which notifications: of a group, only unread ones. What is no group is no page."""
    group = query.get("group", "").upper() or None
    if group is not None and group not in words.NOTIFICATION_GROUPS:
        raise HTTPException(404)
    return {"group": group, "unread": query.get("unread") == "1"}


def _shown_until(data: Mapping[str, Any], after: str | None = None) -> str:
    """When the newest of what a page shows occurred: what comes later is not marked as read."""
    nodes = data["viewer"]["notifications"]["nodes"]
    if nodes and not after:
        return str(nodes[0]["occurredAt"])
    return moments.now().isoformat()


@for_members
async def index(request: Request) -> Response:
    """GET /notifications"""
    asked = _asked(request.query_params)
    after = request.query_params.get("after") or None
    result = await run(request, "NotificationsIndex", after=after, **asked)
    part = is_partial(request)
    name = "notifications/_list.html" if part else "notifications/index.html"
    until = _shown_until(result.data, after)
    return render(request, name, result.data, asked=asked, shown_until=until)


@for_members
async def mark_read(request: Request) -> Response:
    """POST /notifications/read: all that the page shows, or those of a group."""
    form = await read_form(request)
    asked = _asked({"group": form["group"], "unread": form["unread"]})
    await run(request, "NotificationsMarkRead", group=asked["group"], until=form["until"] or None)
    group = words.NOTIFICATION_GROUPS.get(asked["group"])
    said = f"{group}: marked as read." if group else "All notifications are marked as read."
    if not is_partial(request):
        return see_other(back(request, "/notifications"), said)
    data = (await run(request, "NotificationsIndex", **asked)).data
    until = _shown_until(data)
    return render(
        request, "notifications/_read.html", data, asked=asked, said=said, shown_until=until
    )


@for_members
async def mark_one_read(request: Request) -> Response:
    """POST /notifications/{id}/read"""
    key = request.path_params["id"]
    await run(request, "NotificationsMarkRead", ids=[key])
    if not is_partial(request):
        return see_other(back(request, "/notifications"), "Marked as read.")
    found = (await run(request, "NotificationsShow", id=key)).data["node"]
    return await in_place(request, "notifications/_one_read.html", notification=found, id=key)


async def _settings(request: Request, form: Form, *, said: str = "") -> Response:
    data = (await run(request, "NotificationsSettings")).data
    part = is_partial(request) and request.method == "POST"
    name = "notifications/_settings.html" if part else "notifications/settings.html"
    return render(request, name, data, 422 if form.errors else 200, form=form, said=said)


@for_members
async def settings(request: Request) -> Response:
    """GET /settings/notifications"""
    return await _settings(request, Form())


async def _chosen(request: Request, operation: str, form: Form, given: Any, said: str) -> Response:
    """Run it if nothing is wrong yet; answer with the form, or with what was done."""
    if not form.errors:
        result = await run(request, operation, **given)
        form.errors += result.user_errors
    if form.errors:
        return await _settings(request, form)
    if not is_partial(request):
        return see_other(SETTINGS, said)
    return await _settings(request, Form(), said=said)


@for_members
async def choose(request: Request) -> Response:
    """POST /settings/notifications: the table of kinds and channels."""
    form = await read_form(request)
    kinds = [kind for kind in words.NOTIFICATION_KINDS if f"mail-{kind}" in form.values]
    choices = [
        {
            "kind": kind,
            "inApp": form.ticked(f"app-{kind}"),
            "mail": form.choice(f"mail-{kind}", words.MAIL_TIMINGS, "Choose when."),
        }
        for kind in kinds
    ]
    given = {"choices": choices}
    return await _chosen(request, "NotificationsChoose", form, given, "Your choices are saved.")


def _minutes(form: Form, name: str) -> int | None:
    """A time of day as minutes after midnight; None where none was given, or a wrong one."""
    text = form[name]
    if not text:
        return None
    hours, _, minutes = text[:5].partition(":")
    whole = hours.isdecimal() and minutes.isdecimal() and text.isascii()
    if whole and int(hours) < 24 and int(minutes) < 60:
        return int(hours) * 60 + int(minutes)
    form.reject(name, "A time of day, like 22:00.")
    return None


@for_members
async def choose_quiet_hours(request: Request) -> Response:
    """POST /settings/notifications/quiet"""
    form = await read_form(request)
    begin, until = _minutes(form, "from"), _minutes(form, "until")
    if form.ticked("none"):
        begin = until = None
        form.errors = []
    given = {"timeZone": form["timeZone"], "from": begin, "until": until}
    return await _chosen(
        request, "NotificationsQuiet", form, given, "Your time zone and quiet hours are saved."
    )


@for_members
async def choose_senders(request: Request) -> Response:
    """POST /settings/notifications/senders"""
    form = await read_form(request)
    chosen = {
        name: form.choice(name, words.HANDLINGS, "Choose one.")
        for name in ("stranger", "newAccount", "noMutuals")
    }
    if form.errors:
        return await _settings(request, form)
    await run(request, "NotificationsSenders", **chosen)
    said = "Saved. It holds for what comes from now on."
    if not is_partial(request):
        return see_other(SETTINGS, said)
    return await _settings(request, Form(), said=said)


routes = [
    Route("/notifications", index),
    Route("/notifications/read", mark_read, methods=["POST"]),
    Route("/notifications/{id}/read", mark_one_read, methods=["POST"]),
    Route(SETTINGS, settings, methods=["GET"]),
    Route(SETTINGS, choose, methods=["POST"]),
    Route(f"{SETTINGS}/quiet", choose_quiet_hours, methods=["POST"]),
    Route(f"{SETTINGS}/senders", choose_senders, methods=["POST"]),
]
