"""One's own profile as others see it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.pages.answers import for_members, found
from web.run import run
from web.templating import render

AS_AUDIENCE = {
    "EVERYONE": "somebody who is not signed in",
    "MEMBERS": "a member who is not connected with you",
    "CONNECTIONS": "one of your connections",
}


@for_members
async def view_as(request: Request) -> Response:
    """GET /profile/as"""
    given = request.query_params.get("member") or request.query_params.get("as") or "MEMBERS"
    name = "memberId" if given.startswith("mem_") else "tagId"
    wanted = {"audience": given} if given in AS_AUDIENCE else {name: given}
    data = (await run(request, "ProfileAs", **wanted)).data
    found(data["viewer"]["profileAs"])
    tags = {each["id"]: f"a connection tagged {each['name']}" for each in data["viewer"]["tags"]}
    choices = {**AS_AUDIENCE, **tags}
    as_whom = choices.get(given) or await _name(request, given)
    return render(request, "profile/as.html", data, choices=choices, chosen=given, as_whom=as_whom)


async def _name(request: Request, member: str) -> str:
    node = (await run(request, "ProfileAsWhom", id=member)).data["node"]
    return str(found(node)["name"])


routes = [Route("/profile/as", view_as)]
