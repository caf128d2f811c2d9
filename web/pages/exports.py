"""The viewer's connections as a file."""

from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from web.exporting import FORMATS, Format
from web.pages.answers import for_members
from web.run import run
from web.settings import settings
from web.templating import render


@for_members
async def index(request: Request) -> Response:
    """GET /connections/export"""
    result = await run(request, "ExportsIndex")
    return render(request, "exports/index.html", result.data)


@for_members
async def download(request: Request) -> Response:
    """GET /connections/export.{format}, a page of contacts at a time: there may be 30,000."""
    kind = FORMATS.get(request.path_params["format"])
    if kind is None:
        raise HTTPException(404)
    name = f"connections.{request.path_params['format']}"
    return StreamingResponse(
        _written(request, kind),
        media_type=kind.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


async def _written(request: Request, kind: Format) -> AsyncIterator[str]:
    yield kind.head()
    after, between = None, ""
    while True:
        page = (await run(request, "ExportsContacts", after=after)).data["viewer"]["contacts"]
        text = ""
        for contact in page["nodes"]:
            if contact["member"] is not None:
                url = f"{settings().base_url}/members/{contact['member']['handle']}"
                text += between + kind.contact(contact, url)
                between = kind.between
        yield text
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    yield kind.tail


routes = [
    Route("/connections/export", index),
    Route("/connections/export.{format}", download),
]
