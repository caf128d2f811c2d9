"""/oauth/authorize: a member is asked what an app wants, and sent back with their word."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schema import oauth
from web.forms import Form, read_form
from web.oauth.patience import patiently
from web.origin import policy
from web.run import run
from web.templating import HEADERS, render

Outcome = oauth.Consent | oauth.Refusal | oauth.SendBack | None


@patiently
async def show(request: Request) -> Response:
    """GET /oauth/authorize"""
    viewer = request.state.viewer
    outcome = await oauth.ask(request.query_params.multi_items(), viewer.id if viewer else None)
    return await _answer(request, outcome)


@patiently
async def decide(request: Request) -> Response:
    """POST /oauth/authorize, with the request in its address as it was shown"""
    viewer = request.state.viewer
    if viewer is None:
        return _sign_in(request)
    form = await read_form(request)
    outcome = await oauth.decide(
        request.query_params.multi_items(),
        viewer.id,
        form["scope"],
        agreed=form["decision"] == "allow",
    )
    return await _answer(request, outcome)


async def _answer(request: Request, outcome: Outcome) -> Response:
    if isinstance(outcome, oauth.SendBack):
        return RedirectResponse(outcome.location, 303, HEADERS)
    if isinstance(outcome, oauth.Refusal):
        return render(request, "oauth/refused.html", {}, 400, form=Form(), words_said=outcome.words)
    if outcome is None or request.state.viewer is None:
        return _sign_in(request)
    data = (await run(request, "OauthConsent")).data
    here = f"{request.url.path}?{request.url.query}"
    response = render(
        request,
        "oauth/consent.html",
        data,
        asked=outcome,
        scope_names=[scope.name for scope in outcome.scopes],
        scope_text=" ".join(outcome.scopes),
        here=here,
    )
    # Chromium holds the redirect that follows a form to the policy of the page it stood on.
    response.headers["Content-Security-Policy"] = policy(form_action=outcome.form_action)
    return response


def _sign_in(request: Request) -> Response:
    here = f"{request.url.path}?{request.url.query}"
    return RedirectResponse(f"/sign-in?next={quote(here)}", 303, HEADERS)
