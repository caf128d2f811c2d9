"""Whom the viewer follows, and who follows the viewer."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import back, read_form, see_other
from web.pages.answers import Handler, first_words, for_members, in_place
from web.pages.suggestions import settings_page
from web.run import run
from web.templating import is_partial, render


def listed(which: str) -> Handler:
    """A page of one of the two lists."""

    @for_members
    async def page(request: Request) -> Response:
        after = request.query_params.get("after") or None
        result = await run(request, f"Following{which.title()}", after=after)
        name = "following/_list.html" if is_partial(request) else f"following/{which}.html"
        more = {"listed": result.data["viewer"][which], "which": which}
        return render(request, name, {**result.data, **more})

    return page


def act(operation: str, just: str, said: str, otherwise: str) -> Handler:
    """One button: one mutation, one answer."""

    @for_members
    async def handler(request: Request) -> Response:
        result = await run(request, operation, id=request.path_params["id"])
        problem = first_words(result.user_errors)
        if problem and is_partial(request):
            return await in_place(request, "_problem.html", 422, request=None, text=problem)
        if problem:
            return see_other(back(request, otherwise), problem, kind="problem")
        member = result.payload["member"]
        if is_partial(request):
            return await in_place(request, "following/_acted.html", member=member, just=just)
        name = member["name"] if member else "this member"
        return see_other(back(request, otherwise), said.format(name))

    return handler


@for_members
async def update_settings(request: Request) -> Response:
    """POST /settings/followers"""
    form = await read_form(request)
    chosen = form.choice("followAudience", words.FOLLOW_AUDIENCES, "Choose who may follow you.")
    if not form.errors:
        result = await run(request, "FollowingUpdateSettings", followAudience=chosen)
        form.errors += result.user_errors
    if is_partial(request) or form.errors:
        just = "" if form.errors else "followers"
        return await settings_page(request, "following/_settings_form.html", form, just)
    return see_other("/settings/suggestions", "Saved.")


follow = act("FollowingFollow", "follow", "You follow {}. They are not told.", "/following")
unfollow = act("FollowingUnfollow", "unfollow", "You no longer follow {}.", "/following")
remove = act("FollowingRemoveFollower", "remove", "{} no longer follows you.", "/followers")

routes = [
    Route("/following", listed("following")),
    Route("/followers", listed("followers")),
    Route("/following/{id}", follow, methods=["POST"]),
    Route("/following/{id}/end", unfollow, methods=["POST"]),
    Route("/followers/{id}/removal", remove, methods=["POST"]),
    Route("/settings/followers", update_settings, methods=["POST"]),
]
