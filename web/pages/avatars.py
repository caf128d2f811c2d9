"""Pictures of members: serving them, and choosing one's own."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.avatar import picture_for
from web.forms import Form, see_other
from web.pages.answers import first_words, for_members
from web.run import run
from web.settings import settings
from web.templating import is_partial, render
from web.uploads import UNBOUNDED, read_upload

# Its address changes with every picture, and who may see it depends on who asks.
_KEPT = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Vary": "Cookie, Authorization",
}


async def show(request: Request) -> Response:
    """GET /avatars/{id}/{key}.webp"""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = (bearer.strip() if scheme.lower() == "bearer" else "") if scheme else None
    of, key = request.path_params["id"], request.path_params["key"]
    image = await picture_for(request.state.viewer, given, of, key)
    if image is None:
        raise HTTPException(404)
    return Response(image, media_type="image/webp", headers=_KEPT)


@for_members
async def choose(request: Request) -> Response:
    """GET /settings/picture"""
    return await _page(request, Form())


async def _page(request: Request, form: Form, just: str | None = None) -> Response:
    part = is_partial(request) and request.method == "POST"
    name = "avatar/_form.html" if part else "avatar/index.html"
    data = (await run(request, "AvatarIndex")).data
    return render(request, name, {**data, "just": just}, 422 if form.errors else 200, form=form)


@for_members
async def put(request: Request) -> Response:
    """POST /settings/picture"""
    form, image = await read_upload(request, "image", settings().avatar_kilobytes * 1024)
    if not form.errors:
        form.errors += (await run(request, "AvatarSet", image=image)).user_errors
    if form.errors or is_partial(request):
        return await _page(request, form, None if form.errors else "saved")
    return see_other("/settings/picture", "Saved. This is your picture now.")


@for_members
async def remove(request: Request) -> Response:
    """POST /settings/picture/removal"""
    problem = first_words((await run(request, "AvatarRemove")).user_errors)
    if is_partial(request) and not problem:
        return await _page(request, Form(), "removed")
    said = problem or "Removed. People see your initials."
    return see_other("/settings/picture", said, kind="problem" if problem else "done")


routes = [
    Route("/avatars/{id}/{key}.webp", show),
    Route("/settings/picture", choose, methods=["GET"]),
    Route("/settings/picture", put, methods=["POST"], max_body_size=UNBOUNDED),
    Route("/settings/picture/removal", remove, methods=["POST"]),
]
