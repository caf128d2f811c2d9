"""Forms: reading them, what was wrong with them, and the note shown after a redirect."""

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.signing import sign, unsign

MAX_BYTES = 64 * 1024
# A hundred connections ticked in a list, and what to do with them.
MAX_FIELDS = 200
FLASH_COOKIE = "flash"
FLASH_SECONDS = 120
FLASH_BYTES = 2000


# What was wrong, as the schema says it: `field` (where in the input), `message`, `code`.
UserError = dict[str, Any]


def field_id(path: str | list[str]) -> str:
    """The id of the input that a user error's field means. The only place that knows."""
    parts = [path] if isinstance(path, str) else path
    return "-".join(["field", *parts])


@dataclass
class Form:
    """What was typed, and what was wrong with it."""

    values: dict[str, str] = field(default_factory=dict)
    errors: list[UserError] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def value(self, name: str, otherwise: str = "") -> str:
        """What was typed there, or what stood there before."""
        return self.values.get(name, otherwise)

    def error(self, name: str) -> str:
        """What is wrong with this input, in words; empty when nothing is."""
        return " ".join(each["message"] for each in self.errors if self.name_of(each) == name)

    @staticmethod
    def name_of(error: UserError) -> str:
        """The input an error belongs to."""
        where: str | list[str] = error["field"]
        return where if isinstance(where, str) else "-".join(where)

    def reject(self, name: str, message: str, code: str = "INVALID") -> None:
        """Note that this input cannot be used."""
        self.errors.append({"field": [name], "message": message, "code": code})

    def choice(self, name: str, among: object, message: str) -> str:
        """The chosen one of a closed list; anything else is an error beside the input."""
        value = self[name]
        if value not in among:  # type: ignore[operator]
            self.reject(name, message)
        return value

    def ticked(self, name: str) -> bool:
        """Whether the box is ticked."""
        return name in self.values


async def read_form(request: Request, most: int = MAX_BYTES) -> Form:
    """The form that was posted: bounded, trimmed, with line ends as the schema counts them."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(413)
    try:
        text = body.decode("utf-8", errors="replace")
        found = parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    lists = {name: [clean_text(name, each) for each in given] for name, given in found.items()}
    return Form({name: given[-1] for name, given in lists.items()}, lists=lists)


def clean_text(name: str, text: str) -> str:
    """What was typed into a field, trimmed, with line ends as the schema counts them."""
    # A password is what was typed, spaces included.
    if name.lower().endswith("password"):
        return text
    return text.replace("\r\n", "\n").strip()


def local_path(value: str | None, otherwise: str = "/") -> str:
    """`value` if it is a path on this site, and nothing a browser could read as another host."""
    if not value or not re.fullmatch(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*", value):
        return otherwise
    parts = urlsplit(value)
    return otherwise if parts.scheme or parts.netloc else value


def back(request: Request, otherwise: str) -> str:
    """The page the form stood on, when the browser says so and it is one of ours."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return otherwise
    if parts.netloc != request.headers.get("Host"):
        return otherwise
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""), otherwise)


def see_other(
    path: str,
    text: str = "",
    *,
    kind: str = "done",
    undo: dict[str, str] | None = None,
    link: dict[str, str] | None = None,
) -> RedirectResponse:
    """Redirect after a form, with a note to show on the next page."""
    response = RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})
    if text:
        flash(response, kind, text, undo, link)
    return response


def flash(
    response: Response,
    kind: str,
    text: str,
    undo: dict[str, str] | None = None,
    link: dict[str, str] | None = None,
) -> None:
    """Leave a note for the next page. `kind`: done or problem; `undo`: {"action", "label"};
    `link`, to what comes next: {"href", "label"}.
    """
    note = json.dumps({"kind": kind, "text": text[:FLASH_BYTES], "undo": undo, "link": link})
    value = sign(base64.urlsafe_b64encode(note.encode()).decode().rstrip("="))
    response.set_cookie(FLASH_COOKIE, value, FLASH_SECONDS, httponly=True, samesite="lax")


def read_flash(request: Request) -> dict[str, Any] | None:
    """The note left for this page, if it is ours."""
    text = unsign(request.cookies.get(FLASH_COOKIE, ""))
    if not text:
        return None
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def forget_flash(response: Response) -> None:
    """The note was shown; do not show it again."""
    response.delete_cookie(FLASH_COOKIE, httponly=True, samesite="lax")
