"""The pages, one module per noun. A handler runs a document and renders its template."""

from starlette.routing import Route

from web.pages import (
    apps,
    avatars,
    connections,
    developers,
    exports,
    home,
    imported,
    introductions,
    meeting,
    members,
    notifications,
    operator,
    organisations,
    profile,
    profile_as,
    requests,
    settings,
    sharing,
    triage,
    webhooks,
)

routes: list[Route] = [
    *home.routes,
    *members.routes,
    *avatars.routes,
    *meeting.routes,
    *sharing.routes,
    *triage.routes,
    *requests.routes,
    *introductions.routes,
    *imported.routes,
    *exports.routes,
    *connections.routes,
    *notifications.routes,
    *profile.routes,
    *profile_as.routes,
    *organisations.routes,
    *settings.routes,
    *apps.routes,
    *developers.routes,
    *operator.routes,
    *webhooks.routes,
]
