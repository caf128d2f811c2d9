"""What links in mail lead to, without signing in; the address in settings; reported bounces."""

import hashlib
import hmac
import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schema import mailing
from schema.mailing import Problem
from web import words
from web.forms import see_other
from web.mail import links
from web.pages.answers import first_words, for_members
from web.run import run
from web.settings import settings
from web.templating import render

# How far a report's clock may be off; after that it is old, or somebody sends it again.
BOUNCE_SECONDS = 300
BOUNCE_BYTES = 10_000


def expired(request: Request, again: str = "") -> Response:
    """The page for a link that is used up or too old; `again`: where a new one is had."""
    return render(request, "mail/expired.html", {"again": again}, 410)


async def unsubscribe_form(request: Request) -> Response:
    """GET /mail/unsubscribe/{token}: asks first, since mail programs open links by themselves."""
    return await _unsubscribed(request, act=False)


async def unsubscribe(request: Request) -> Response:
    """POST /mail/unsubscribe/{token}: our button's, or a mail program's own (RFC 8058)."""
    return await _unsubscribed(request, act=True)


async def _unsubscribed(request: Request, *, act: bool) -> Response:
    try:
        link = links.read(links.UNSUBSCRIBE, request.path_params["token"])
        if act:
            await mailing.unsubscribe(link.member, link.about)
    except Problem:
        return expired(request, "/settings/notifications")
    said = words.MAIL_KINDS.get(link.about, words.MAIL_KINDS[""])
    return render(request, "mail/unsubscribe.html", {"said": said, "done": act})


async def verify_form(request: Request) -> Response:
    """GET /mail/verify/{token}"""
    return await _verified(request, act=False)


async def verify(request: Request) -> Response:
    """POST /mail/verify/{token}"""
    return await _verified(request, act=True)


async def _verified(request: Request, *, act: bool) -> Response:
    try:
        link = links.read(links.VERIFY, request.path_params["token"])
        if act:
            await mailing.verify(link.member, link.about)
    except Problem:
        return expired(request, "/settings/mail")
    return render(request, "mail/verify.html", {"done": act})


@for_members
async def address(request: Request) -> Response:
    """GET /settings/mail"""
    return render(request, "settings/mail.html", (await run(request, "SettingsMail")).data)


@for_members
async def send_verification(request: Request) -> Response:
    """POST /settings/mail/verification"""
    result = await run(request, "MailSendVerification")
    problem = first_words(result.user_errors)
    said = problem or "A link is on its way. Please look into your mail."
    return see_other("/settings/mail", said, kind="problem" if problem else "done")


async def bounces(request: Request) -> Response:
    """POST /mail/bounces: a mail server's report that an address does not work."""
    secret = settings().bounce_secret.get_secret_value()
    if not secret:
        raise HTTPException(404)
    body = await _body(request)
    stamp = request.headers.get("Mutual-Timestamp", "")
    given = request.headers.get("Mutual-Signature", "")
    if not _is_signed(secret, stamp, body, given) or not _is_fresh(stamp):
        return JSONResponse({"error": "The signature or the time is not right."}, 401)
    report = _report(body)
    if report is None:
        return JSONResponse({"error": 'Send {"address": "…", "reason": "…"}.'}, 422)
    await mailing.bounced(*report, int(stamp))
    return Response(status_code=204)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BOUNCE_BYTES:
            raise HTTPException(413)
    return body


def _is_signed(secret: str, stamp: str, body: bytes, given: str) -> bool:
    signed = stamp.encode("utf-8", "replace") + b"." + body
    mark = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(mark.encode(), given.encode("utf-8", "replace"))


def _is_fresh(stamp: str) -> bool:
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
        return False
    return abs(mailing.now().timestamp() - int(stamp)) <= BOUNCE_SECONDS


def _report(body: bytes) -> tuple[str, str] | None:
    """The address and the reason, if that is what it says."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    where, reason = found.get("address"), found.get("reason", "")
    return (where, reason) if isinstance(where, str) and isinstance(reason, str) else None


routes = [
    Route("/mail/unsubscribe/{token}", unsubscribe_form, methods=["GET"]),
    Route("/mail/unsubscribe/{token}", unsubscribe, methods=["POST"]),
    Route("/mail/verify/{token}", verify_form, methods=["GET"]),
    Route("/mail/verify/{token}", verify, methods=["POST"]),
    Route("/mail/bounces", bounces, methods=["POST"]),
    Route("/settings/mail", address, methods=["GET"]),
    Route("/settings/mail/verification", send_verification, methods=["POST"]),
]
