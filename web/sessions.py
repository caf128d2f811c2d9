"""Who is asking: the session cookie, signing up, in and out. Not part of the public schema."""

import asyncio
import contextlib
from urllib.parse import quote

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from models import mail_address, member, session
from models.problem import Code, Problem, Problems
from models.quiet_hours import zone_of
from schema.context import by_session
from schema.errors import is_away
from seeds.cast import sign_ins
from web import errors
from web.forms import Form, UserError, local_path, read_form
from web.moments import reading_in
from web.settings import settings
from web.templating import render

COOKIE = "session"
# Failures: by account and host, and by host.
_BY_ACCOUNT = parse("10/15minutes")
_BY_HOST = parse("60/15minutes")
_limiter = MovingWindowRateLimiter(MemoryStorage())


class Sessions:
    """Finds the viewer of a page, once a request; `request.state.viewer` is None signed out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look the cookie up, unless the request is for a file or for the API itself."""
        if scope["type"] != "http" or scope["path"].startswith(("/static/", "/graphql")):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            secret = request.cookies.get(COOKIE)
            async with asyncio.timeout(settings().patience_seconds):
                request.state.viewer = await by_session(secret) if secret else None
        except Exception as error:
            if not is_away(error):
                raise
            await errors.page(503)(scope, receive, send)
            return
        viewer = request.state.viewer
        with reading_in(zone_of(viewer.time_zone if viewer else "UTC")):
            await self.app(scope, receive, send)


async def sign_up_form(request: Request) -> Response:
    """GET /sign-up"""
    return _form(request, "session/sign_up.html", Form())


async def sign_up(request: Request) -> Response:
    """POST /sign-up"""
    form = await read_form(request)
    await _check_pace(request, form["email"])
    given = {name: form[name] for name in ("handle", "name", "email", "password")}
    agent = request.headers.get("User-Agent", "")
    try:
        key = await member.join(**given)
    except Problems as problems:
        if all(p.code == Code.TAKEN for p in problems.problems):
            # A double click: the first one made this very account.
            with contextlib.suppress(Problem):
                secret = await session.sign_in(given["email"], given["password"], agent)
                return _enter(form, secret)
        await _count_failure(request, form["email"])
        form.errors = [_error(problem) for problem in problems.problems]
        return _form(request, "session/sign_up.html", form)
    if settings().smtp_host or settings().demo:
        await mail_address.ask_to_verify(key)
    return _enter(form, await session.open_session(key, agent))


async def sign_in_form(request: Request) -> Response:
    """GET /sign-in"""
    return _form(request, "session/sign_in.html", Form())


async def sign_in(request: Request) -> Response:
    """POST /sign-in"""
    form = await read_form(request)
    await _check_pace(request, form["email"])
    agent = request.headers.get("User-Agent", "")
    try:
        secret = await session.sign_in(form["email"], form["password"], agent)
    except Problem as problem:
        await _count_failure(request, form["email"])
        form.errors = [_error(problem)]
        return _form(request, "session/sign_in.html", form)
    await _leave(request)
    return _enter(form, secret)


async def sign_out(request: Request) -> Response:
    """POST /sign-out"""
    await _leave(request)
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


async def _leave(request: Request) -> None:
    """End the session this browser had until now."""
    viewer = request.state.viewer
    if viewer is not None and viewer.session_id is not None:
        with contextlib.suppress(Problem):  # ended meanwhile, in another tab
            await session.end(viewer.id, viewer.session_id)


def _form(request: Request, name: str, form: Form) -> Response:
    form.values.pop("password", None)  # never sent back
    demo = sign_ins() if settings().demo else []
    following = local_path(form["next"] or request.query_params.get("next"), "")
    return render(
        request, name, {}, 422 if form.errors else 200, form=form, next=following, demo=demo
    )


def _enter(form: Form, secret: str) -> Response:
    response = RedirectResponse(local_path(form["next"]), 303)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=settings().session_days * 86400,
        httponly=True,
        samesite="lax",
        secure=settings().base_url.startswith("https:"),
    )
    return response


def _error(problem: Problem) -> UserError:
    return {"field": list(problem.field), "message": problem.message, "code": problem.code.value}


def _pace(request: Request, email: str) -> list[tuple[RateLimitItem, str]]:
    host = request.client.host if request.client else "-"
    # The account's own limit is per host as well, or anybody could lock anybody out.
    return [(_BY_ACCOUNT, quote(f"{email.lower()[:254]} {host}")), (_BY_HOST, host)]


async def _check_pace(request: Request, email: str) -> None:
    """Raises 429 with Retry-After after too many failures."""
    for limit, who in _pace(request, email):
        if not await _limiter.test(limit, who):
            raise HTTPException(429, headers={"Retry-After": str(limit.get_expiry())})


async def _count_failure(request: Request, email: str) -> None:
    for limit, who in _pace(request, email):
        await _limiter.hit(limit, who)


routes = [
    Route("/sign-up", sign_up_form),
    Route("/sign-up", sign_up, methods=["POST"]),
    Route("/sign-in", sign_in_form),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
]
