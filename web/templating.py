"""Jinja: the environment, its filters, and the one way to answer with a page."""

import functools
import hashlib
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web import moments, words
from web.forms import Form, field_id, forget_flash, read_flash
from web.linking import linked
from web.settings import settings

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
HTMX = STATIC / "vendor" / "htmx.min.js"

# Every page and partial belongs to one person and one moment, and to either kind of request.
HEADERS = {"Cache-Control": "no-store", "Vary": "HX-Request"}


@functools.cache
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def static(path: str) -> str:
    """The address of a static file; it changes with the content, so it may be cached for ever."""
    file = STATIC / path
    return f"/static/{path}?v={_digest(file, file.stat().st_mtime_ns)}"


def environment() -> Environment:
    """The Jinja environment of the pages."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    named = (
        moments.date,
        moments.absolute,
        moments.clock,
        moments.iso_day,
        moments.day_name,
        moments.time_ago,
        words.plural,
        words.initials,
        words.hue,
        words.stretch,
    )
    env.filters.update({each.__name__: each for each in (*named, words.device)})
    env.filters["linked"] = linked
    env.tests["past"] = moments.past
    env.globals.update(settings=settings, static=static, field_id=field_id, words=words)
    env.globals["in_utc"] = moments.in_utc
    env.globals["fresh_key"] = lambda: str(uuid.uuid4())
    return env


env = environment()


def is_partial(request: Request) -> bool:
    """Whether htmx asks, and wants a part of a page (a history restore wants it whole)."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in headers


def render_text(name: str, data: Mapping[str, Any]) -> str:
    """A template as text, for those who send it themselves (live updates)."""
    # `just` names the act that a partial answers; without one the partial shows plain state.
    given = {"just": None, "form": Form(), "quiet": False, "vendor_ready": HTMX.exists(), **data}
    return env.get_template(name).render(given)


def render(
    request: Request,
    name: str,
    data: Mapping[str, Any],
    status: int = 200,
    *,
    form: Form | None = None,
    **extra: Any,
) -> HTMLResponse:
    """Answer with a template over the result of its document.

    `form` is what was typed and what was wrong with it.
    """
    flash = None if is_partial(request) else read_flash(request)
    page = {"path": request.url.path, "query": dict(request.query_params), "flash": flash}
    text = render_text(name, {**data, **extra, "page": page, "form": form or Form()})
    response = HTMLResponse(text, status, headers=HEADERS)
    if flash:
        forget_flash(response)
    return response
