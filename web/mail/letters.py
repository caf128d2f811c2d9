"""What a mail says: its document run with the member's eyes when it is sent, and its template.

A letter's template is written once and rendered twice, over the parts of _html.jinja and of
_text.jinja.
"""

import re
import textwrap
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment

from schema import mailing
from schema.mailing import MailKind, Taken
from web import words
from web.mail import links
from web.mail.message import Letter
from web.run import run_as
from web.settings import settings
from web.templating import env

WIDTH = 72
DIGEST = "DIGEST"
# Kinds that wait for an answer, and where it shows whether they still do.
_WAITING = {
    "REQUEST_RECEIVED": "request",
    "INTRODUCTION_ASKED": "introduction",
    "INTRODUCTION_RECEIVED": "introduction",
}
_PARTS = {"html": "mail/_html.jinja", "text": "mail/_text.jinja"}
_ACCOUNT = "This concerns your account, so it cannot be switched off."


def fold(text: str) -> str:
    """Text in lines of a width that every mail program shows well."""
    lines = text.split("\n")
    return "\n".join(textwrap.fill(line, WIDTH, break_long_words=False) for line in lines)


def quoted(text: str) -> str:
    """Somebody's words, marked as such."""
    return "\n".join(f"> {line}".rstrip() for line in fold(text).split("\n"))


def there(value: str, zone: str) -> str:
    """A moment as it is called where the member is: mail is read later, so never "ago"."""
    local = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


def _url(path: str) -> str:
    return settings().base_url + path


def _environment(*, escaped: bool) -> Environment:
    made = env.overlay(autoescape=escaped)
    made.filters = {**env.filters, "fold": fold, "quoted": quoted, "there": there}
    made.globals = {**env.globals, "url": _url, "plural": words.plural}
    return made


_HTML = _environment(escaped=True)
_TEXT = _environment(escaped=False)


async def letter_of(taken: Taken) -> Letter | None:
    """The letter, or None where there is nothing to tell any more."""
    return await _MAKERS[taken.kind](taken)


async def _notification(taken: Taken) -> Letter | None:
    [notification] = mailing.notification_ids(taken)
    data = await _read(taken, "MailNotification", id=notification)
    if not _tells(data["node"]):
        return None
    why = "You are told of this at once, as your choices say."
    return _letter("notification", data, why, _unsubscribe(taken, taken.about))


def _tells(notice: Mapping[str, Any] | None) -> bool:
    """Whether there is still something to tell: it is there, unread, and waits if it waited."""
    if not notice or notice["read"]:
        return False
    waiting = _WAITING.get(notice["kind"])
    if waiting is None:
        return True
    return bool(notice[waiting]) and notice[waiting]["state"] == "PENDING"


async def _digest(taken: Taken) -> Letter | None:
    told, asked = mailing.notification_ids(taken), mailing.request_ids(taken)
    data = await _read(taken, "MailDigest", ids=told, requests=asked)
    notices = [each for each in data["nodes"] if _tells(each)]
    if not notices:
        return None
    # What waits for an answer first; among equals the newest.
    notices.sort(key=lambda each: each["kind"] not in _WAITING)
    updates = [each for each in data["viewer"]["feed"]["nodes"] if _is_new(each, taken)]
    waiting = [each for each in data["waiting"] if each and each["state"] == "PENDING"]
    data = {**data, "notices": notices, "waiting": waiting, "updates": updates}
    data["more"] = taken.tells.more
    why = "You get this once a day at most, and only when there is something new."
    return _letter("digest", data, why, _unsubscribe(taken, DIGEST))


def _is_new(update: Mapping[str, Any], taken: Taken) -> bool:
    since = taken.tells.since
    return since is not None and datetime.fromisoformat(update["postedAt"]) > since


async def _verify(taken: Taken) -> Letter:
    data = await _read(taken, "MailAccount")
    link = links.verify(mailing.member_id(taken), taken.address)
    return _letter("verify_address", {**data, "link": link}, _ACCOUNT)


async def _reset(taken: Taken) -> Letter:
    data = await _read(taken, "MailAccount")
    link = links.reset(mailing.member_id(taken), await mailing.password_mark(taken))
    return _letter("reset_password", {**data, "link": link}, _ACCOUNT)


async def _security(taken: Taken) -> Letter:
    data = await _read(taken, "MailAccount")
    data = {**data, "about": taken.about, "happened_at": taken.made_at.isoformat()}
    return _letter("security", data, _ACCOUNT)


_MAKERS: Mapping[MailKind, Callable[[Taken], Any]] = {
    MailKind.NOTIFICATION: _notification,
    MailKind.DIGEST: _digest,
    MailKind.VERIFY_ADDRESS: _verify,
    MailKind.RESET_PASSWORD: _reset,
    MailKind.SECURITY: _security,
}


async def _read(taken: Taken, document: str, **variables: Any) -> dict[str, Any]:
    data = (await run_as(mailing.viewer_of(taken), document, variables)).data
    return {**data, "zone": taken.time_zone}


def _unsubscribe(taken: Taken, kind: str) -> str:
    return links.unsubscribe(mailing.member_id(taken), kind)


def _letter(name: str, data: Mapping[str, Any], why: str, unsubscribe: str = "") -> Letter:
    subject = str(_module(_TEXT, name, data).subject()).strip()
    return Letter(
        subject,
        _tidy(_render(_TEXT, "text", name, data, subject, why, unsubscribe)),
        _render(_HTML, "html", name, data, subject, why, unsubscribe),
        unsubscribe,
    )


def _module(environment: Environment, name: str, data: Mapping[str, Any]) -> Any:
    return environment.get_template(f"mail/{name}.jinja").make_module(dict(data))


def _render(
    environment: Environment,
    form: str,
    name: str,
    data: Mapping[str, Any],
    *frame: str,
) -> str:
    parts: Any = environment.get_template(_PARTS[form]).module
    body = _module(environment, name, data).body(parts)
    title, why, unsubscribe = frame
    where = _url("/settings/notifications")
    page = parts.layout(data["instance"]["name"], title, body, why, unsubscribe, where)
    return str(page).strip() + "\n"


def _tidy(text: str) -> str:
    """No line ends in spaces but the signature's mark, and none stand three in a row."""
    lines = (line if line == "-- " else line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
