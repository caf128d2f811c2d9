"""The API explorer: GraphiQL from our own origin, as whoever is signed in."""

from starlette.requests import Request
from starlette.responses import Response

from web.pages.developers_guides import frame
from web.templating import STATIC, env, render

BUNDLE = STATIC / "vendor" / "explorer" / "explorer.js"
MAX_QUERY = 8_000
# What the editor needs beyond every other page's policy, here and nowhere else: styles it writes
# into the page, an icon font inside its style sheet, and its workers. Scripts are ours alone.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; "
    "worker-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


async def show(request: Request) -> Response:
    """GET /developers/explorer"""
    data = await frame(request)
    begin = env.get_template("developers/_first_query.graphql.txt").render(data)
    given = request.query_params.get("query", "")[:MAX_QUERY]
    ready = BUNDLE.exists()
    response = render(
        request, "developers/explorer.html", data, begin=begin, given=given, ready=ready
    )
    if ready:
        response.headers["Content-Security-Policy"] = POLICY
    return response
