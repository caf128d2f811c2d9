"""Forgotten passwords: asking for a link, and setting a new password by it."""

from urllib.parse import quote

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema import mailing
from schema.mailing import Problem
from web.forms import Form, read_form, see_other
from web.mail import links
from web.pages.mail import expired
from web.templating import render

# Of a host for one address, and for all.
_BY_ADDRESS = parse("5/15minutes")
_BY_HOST = parse("30/15minutes")
_limiter = MovingWindowRateLimiter(MemoryStorage())


async def forgot_form(request: Request) -> Response:
    """GET /session/forgot"""
    return render(request, "session/forgot.html", {"sent": False})


async def forgot(request: Request) -> Response:
    """POST /session/forgot: the same answer, and the same work, whether the address is known."""
    form = await read_form(request)
    email = form["email"]
    if "@" not in email or len(email) > 254:
        form.reject("email", "This is not an e-mail address, like name@example.org.")
        return render(request, "session/forgot.html", {"sent": False}, 422, form=form)
    await _count(request, email)
    await mailing.forget(email)
    return render(request, "session/forgot.html", {"sent": True}, form=form)


async def _count(request: Request, email: str) -> None:
    """Raises 429 with Retry-After where somebody asks too often."""
    host = request.client.host if request.client else "-"
    account = quote(f"{email.lower()} {host}", errors="replace")
    for limit, who in ((_BY_ADDRESS, account), (_BY_HOST, host)):
        if not await _limiter.hit(limit, who):
            raise HTTPException(429, headers={"Retry-After": str(limit.get_expiry())})


async def reset_form(request: Request) -> Response:
    """GET /session/reset/{token}"""
    try:
        link = links.read(links.RESET, request.path_params["token"])
        await mailing.check_reset(link.member, link.about)
    except Problem:
        return expired(request, "/session/forgot")
    return _page(request, Form())


async def reset(request: Request) -> Response:
    """POST /session/reset/{token}"""
    form = await read_form(request)
    try:
        link = links.read(links.RESET, request.path_params["token"])
        await mailing.reset_password(link.member, link.about, form["newPassword"])
    except Problem as problem:
        if problem.code == mailing.Code.LINK_EXPIRED:
            return expired(request, "/session/forgot")
        form.reject("newPassword", problem.message, problem.code.value)
        return _page(request, form)
    return see_other("/sign-in", "Your password is changed. Please sign in with it.")


def _page(request: Request, form: Form) -> Response:
    return render(request, "session/reset.html", {}, 422 if form.errors else 200, form=form)


routes = [
    Route("/session/forgot", forgot_form, methods=["GET"]),
    Route("/session/forgot", forgot, methods=["POST"]),
    Route("/session/reset/{token}", reset_form, methods=["GET"]),
    Route("/session/reset/{token}", reset, methods=["POST"]),
]
