"""The application: routes and what every request passes through."""

import sys

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from web import errors, live, oauth, pages, sessions
from web.graphql import MAX_BODY, Endpoint
from web.lifespan import health, lifespan
from web.origin import Origin
from web.templating import STATIC


class CachedFiles(StaticFiles):
    """Files whose address changes with their content, so browsers may keep them."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The file, cacheable when it was asked for by its content's address."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def routes() -> list[BaseRoute]:
    """All addresses of the site."""
    endpoint = Endpoint()
    return [
        # First, since routes are tried in turn and integrators ask most. It answers other methods
        # and large bodies itself, in the shape its clients read.
        Route("/graphql", endpoint, max_body_size=sys.maxsize),
        WebSocketRoute("/graphql", endpoint),
        *pages.routes,
        *sessions.routes,
        *oauth.routes,
        *live.routes,
        Route("/health", health),
        Mount("/static", CachedFiles(directory=STATIC)),
    ]


def create_app() -> Starlette:
    """The ASGI application."""
    return Starlette(
        routes=routes(),
        lifespan=lifespan,
        middleware=[Middleware(Origin), Middleware(sessions.Sessions)],
        exception_handlers={
            errors.Failed: errors.on_failed,
            HTTPException: errors.on_http,
            ClientDisconnect: errors.on_disconnect,
            Exception: errors.on_crash,
        },
        max_body_size=MAX_BODY,
    )
