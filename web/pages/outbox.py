"""/dev/mail: what the demo would have sent. Elsewhere these pages do not exist."""

import asyncio
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from web.mail import outbox
from web.origin import policy
from web.pages.answers import Handler
from web.settings import settings
from web.templating import HEADERS, render

# A mail is shown as a mail program would: its styles hold, nothing is loaded or run, and a link
# opens a page of its own.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def _in_demo(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        if not settings().demo:
            raise HTTPException(404)
        return await handler(request)

    return guarded


@_in_demo
async def index(request: Request) -> Response:
    """GET /dev/mail"""
    mails = await asyncio.to_thread(_all)
    return render(request, "mail/outbox.html", {"mails": mails})


def _all() -> list[dict[str, Any]]:
    found = ((name, outbox.read(name)) for name in outbox.names())
    return [{"name": name, **_head(mail)} for name, mail in found if mail]


def _head(mail: EmailMessage) -> dict[str, str]:
    head = {key.lower(): str(mail[key] or "") for key in ("Subject", "From", "To")}
    return {**head, "date": parsedate_to_datetime(str(mail["Date"])).isoformat()}


async def _mail(request: Request) -> EmailMessage:
    mail = await asyncio.to_thread(outbox.read, request.path_params["name"])
    if mail is None:
        raise HTTPException(404)
    return mail


@_in_demo
async def shown(request: Request) -> Response:
    """GET /dev/mail/{name}"""
    mail = await _mail(request)
    headers = [(key, str(value)) for key, value in mail.items() if key != "Content-Type"]
    name = request.path_params["name"]
    data = {"mail": _head(mail), "name": name, "headers": headers, "text": _part(mail, "plain")}
    answer = render(request, "mail/shown.html", data)
    answer.headers["Content-Security-Policy"] = policy() + "; frame-src 'self'"
    return answer


@_in_demo
async def html(request: Request) -> Response:
    """GET /dev/mail/{name}/html: what stands in the frame."""
    mail = await _mail(request)
    headers = {**HEADERS, "Content-Security-Policy": _MAIL_POLICY}
    page = _part(mail, "html").replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(page, headers=headers)


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return str(body.get_content()) if body else ""


routes = [
    Route("/dev/mail", index),
    Route("/dev/mail/{name}", shown),
    Route("/dev/mail/{name}/html", html),
]
