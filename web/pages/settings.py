"""Settings: the profile, the password, the sessions and the tokens of the viewer."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import words
from web.forms import Form, read_form, see_other
from web.pages.answers import first_words, for_members
from web.run import run, run_as
from web.templating import is_partial, render

TEXTS = ("name", "headline", "organisation", "location", "about")
PROFILE_AUDIENCES = {name: words.AUDIENCES[name] for name in ("EVERYONE", "MEMBERS", "CONNECTIONS")}
EXPIRIES = ("30", "90", "365", "")


async def _page(request: Request, which: str, form: Form, just: str | None = None) -> Response:
    """One of the settings pages, or its form alone for htmx."""
    part = is_partial(request) and request.method == "POST"
    name = f"settings/_{which}_form.html" if part else f"settings/{which}.html"
    result = await run(request, f"Settings{which.title()}")
    data = {**result.data, "just": just, "profile_audiences": PROFILE_AUDIENCES}
    return render(request, name, data, 422 if form.errors else 200, form=form)


async def _saved(request: Request, which: str, form: Form, said: str) -> Response:
    if form.errors:
        return await _page(request, which, form)
    if is_partial(request):
        return await _page(request, which, Form(), "saved")
    return see_other(request.url.path, said)


@for_members
async def profile(request: Request) -> Response:
    """GET /settings"""
    return await _page(request, "profile", Form())


@for_members
async def update_profile(request: Request) -> Response:
    """POST /settings"""
    form = await read_form(request)
    words_wanted = "Choose who may see it."
    typed: dict[str, Any] = {name: form[name] for name in TEXTS}
    typed["connectionsAudience"] = form.choice("connectionsAudience", words.AUDIENCES, words_wanted)
    typed["profileAudience"] = form.choice("profileAudience", PROFILE_AUDIENCES, words_wanted)
    typed["acceptsRequests"] = form.ticked("acceptsRequests")
    typed["announce"] = form.ticked("announce")
    if not form.errors:
        # Not run(…, **typed): `name` is run's own word for the document.
        result = await run_as(request.state.viewer, "SettingsUpdateProfile", typed)
        form.errors += result.user_errors
    return await _saved(request, "profile", form, "Saved. This is what people see now.")


@for_members
async def password(request: Request) -> Response:
    """GET /settings/password"""
    return await _page(request, "password", Form())


@for_members
async def change_password(request: Request) -> Response:
    """POST /settings/password"""
    form = await read_form(request)
    typed = {name: form[name] for name in ("currentPassword", "newPassword")}
    form.errors += (await run(request, "SettingsChangePassword", **typed)).user_errors
    said = "Your password is changed. Every other session is signed out."
    return await _saved(request, "password", form, said)


@for_members
async def sessions(request: Request) -> Response:
    """GET /settings/sessions"""
    data = (await run(request, "SettingsSessions")).data
    return render(request, "settings/sessions.html", data)


@for_members
async def revoke_session(request: Request) -> Response:
    """POST /settings/sessions/{id}/revocation"""
    result = await run(request, "SettingsRevokeSession", id=request.path_params["id"])
    return await _changed(request, "sessions", result, "That session is signed out.")


@for_members
async def revoke_other_sessions(request: Request) -> Response:
    """POST /settings/sessions/revocation"""
    result = await run(request, "SettingsRevokeOtherSessions")
    return await _changed(request, "sessions", result, "All other sessions are signed out.")


@for_members
async def tokens(request: Request) -> Response:
    """GET /settings/tokens"""
    return await _tokens(request, Form())


@for_members
async def create_token(request: Request) -> Response:
    """POST /settings/tokens"""
    form = await read_form(request)
    scopes = [each for each in form.lists.get("scopes", []) if each in words.SCOPES]
    if not scopes:
        form.reject("scopes", "Tick at least one thing it may do.")
    days = form.choice("expiresInDays", EXPIRIES, "Choose when it expires.")
    if form.errors:
        return await _tokens(request, form)
    wanted = {"name": form["name"], "scopes": scopes, "expiresInDays": int(days) if days else None}
    result = await run_as(request.state.viewer, "SettingsCreateToken", wanted)
    form.errors += result.user_errors
    # The secret goes into this answer and nowhere else: no redirect, no cookie.
    return await _tokens(request, form if form.errors else Form(), result.payload["secret"])


async def _tokens(request: Request, form: Form, secret: str | None = None) -> Response:
    part = is_partial(request) and request.method == "POST"
    name = "settings/_tokens.html" if part else "settings/tokens.html"
    data = (await run(request, "SettingsTokens")).data
    return render(request, name, data, 422 if form.errors else 200, form=form, secret=secret)


@for_members
async def revoke_token(request: Request) -> Response:
    """POST /settings/tokens/{id}/revocation"""
    result = await run(request, "SettingsRevokeToken", id=request.path_params["id"])
    return await _changed(request, "tokens", result, "The token is revoked.")


async def _changed(request: Request, which: str, result: Any, said: str) -> Response:
    """The list again, after something in it was ended."""
    problem = first_words(result.user_errors)
    path = f"/settings/{which}"
    if not is_partial(request):
        return see_other(path, problem or said, kind="problem" if problem else "done")
    data = (await run(request, f"Settings{which.title()}")).data
    if problem:
        return render(request, "_problem.html", {**data, "request": None, "text": problem}, 422)
    name = f"settings/_{which}_changed.html"
    return render(request, name, data, said=said, secret=None)


routes = [
    Route("/settings", profile, methods=["GET"]),
    Route("/settings", update_profile, methods=["POST"]),
    Route("/settings/password", password, methods=["GET"]),
    Route("/settings/password", change_password, methods=["POST"]),
    Route("/settings/sessions", sessions),
    Route("/settings/sessions/revocation", revoke_other_sessions, methods=["POST"]),
    Route("/settings/sessions/{id}/revocation", revoke_session, methods=["POST"]),
    Route("/settings/tokens", tokens, methods=["GET"]),
    Route("/settings/tokens", create_token, methods=["POST"]),
    Route("/settings/tokens/{id}/revocation", revoke_token, methods=["POST"]),
]
