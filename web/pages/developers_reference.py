"""The reference: every type of the schema on a page of its own, with its scopes and costs."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from schema import handbook, reference
from schema.limits import FIELDS_PER_POINT
from web.pages.developers_guides import frame
from web.templating import is_partial, render


async def index(request: Request) -> Response:
    """GET /developers/reference"""
    wanted = request.query_params.get("search", "").strip()[:100]
    hits = handbook.search(wanted) if wanted else []
    data = {**await frame(request), "fields_per_point": FIELDS_PER_POINT}
    part = is_partial(request)
    name = "developers/_found.html" if part else "developers/reference.html"
    return render(request, name, data, groups=reference.groups(), search=wanted, hits=hits)


async def show(request: Request) -> Response:
    """GET /developers/reference/{name}"""
    found = reference.types().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    data = await frame(request)
    return render(request, "developers/type.html", data, type=found, types=reference.types())
