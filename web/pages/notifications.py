"""Notifications: what happened, and marking it read."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import see_other
from web.pages.answers import for_members
from web.run import run
from web.templating import is_partial, render


@for_members
async def index(request: Request) -> Response:
    """GET /notifications"""
    after = request.query_params.get("after") or None
    result = await run(request, "NotificationsIndex", after=after)
    part = is_partial(request)
    name = "notifications/_list.html" if part else "notifications/index.html"
    return render(request, name, result.data)


@for_members
async def mark_read(request: Request) -> Response:
    """POST /notifications/read"""
    await run(request, "NotificationsMarkRead")
    if not is_partial(request):
        return see_other("/notifications", "All notifications are marked as read.")
    return render(
        request, "notifications/_read.html", (await run(request, "NotificationsIndex")).data
    )


routes = [
    Route("/notifications", index),
    Route("/notifications/read", mark_read, methods=["POST"]),
]
