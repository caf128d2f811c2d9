"""For developers: what the API is, the guides, and the tables that are read from the schema."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema import handbook, schema
from schema.context import Context
from web.markdown import code_block, with_address
from web.pages import developers_explorer, developers_reference
from web.pages.developers_guides import TABLES, frame, read
from web.run import failed
from web.settings import settings
from web.templating import render

FIRST_STEPS = (
    "curl -s http://127.0.0.1:8000/graphql \\\n"
    "  -H 'Content-Type: application/json' \\\n"
    """  -d '{"query": "{ instance { name version } }"}'""",
    "curl -s http://127.0.0.1:8000/graphql \\\n"
    "  -H 'Content-Type: application/json' \\\n"
    '  -H "Authorization: Bearer $MUTUAL_TOKEN" \\\n'
    """  -d '{"query": "{ viewer { member { name handle } } }"}'""",
)


async def index(request: Request) -> Response:
    """GET /developers"""
    base = settings().base_url
    data = await frame(request)
    steps = [code_block(with_address(step, base), "bash") for step in FIRST_STEPS]
    return render(request, "developers/index.html", data, steps=steps)


async def show(request: Request) -> Response:
    """GET /developers/{name}"""
    name = request.path_params["name"]
    text = read(name)
    if text is None and name not in TABLES:
        raise HTTPException(404)
    data = await frame(request) | await _tables()
    own = name in TABLES and not (text and any(part.table == name for part in text.parts))
    return render(
        request, "developers/guide.html", data, guide=text, table=name if own else "", titles=TABLES
    )


async def _tables() -> dict[str, Any]:
    """Everything the tables show."""
    return {
        "scopes": handbook.scopes(),
        "events": handbook.events(),
        "limits": handbook.limits(await _limits()),
    }


async def _limits() -> dict[str, Any]:
    """The limits of this instance, all of them: asked for by a document made from the schema."""
    result = await schema.execute(handbook.limits_document(), context_value=Context(known=None))
    if result.errors:
        raise failed(result.errors[0])
    assert result.data is not None
    return result.data["instance"]["limits"]


routes = [
    Route("/developers", index),
    Route("/developers/explorer", developers_explorer.show),
    Route("/developers/reference", developers_reference.index),
    Route("/developers/reference/{name}", developers_reference.show),
    Route("/developers/{name}", show),
]
