"""OAuth 2.1 over HTTP: the page that asks a member, and the endpoints that apps call."""

from starlette.routing import Route

from web.oauth import authorize, tokens

routes = [
    Route("/oauth/authorize", authorize.show, methods=["GET"]),
    Route("/oauth/authorize", authorize.decide, methods=["POST"]),
    *tokens.routes,
]
