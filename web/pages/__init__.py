"""The pages, one module per noun. A handler runs a document and renders its template."""

from starlette.routing import Route

from web.pages import (
    apps,
    connections,
    developers,
    exports,
    home,
    imported,
    members,
    notifications,
    operator,
    requests,
    settings,
    webhooks,
)

routes: list[Route] = [
    *home.routes,
    *members.routes,
    *requests.routes,
    *imported.routes,
    *exports.routes,
    *connections.routes,
    *notifications.routes,
    *settings.routes,
    *apps.routes,
    *developers.routes,
    *operator.routes,
    *webhooks.routes,
]
