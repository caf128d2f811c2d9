"""The form of an update: reading it, and its errors beside its inputs."""

import hashlib
from typing import Any

from starlette.requests import Request

from web import words
from web.forms import Form, UserError
from web.settings import settings
from web.uploads import read_uploads

AUDIENCE = "CONNECTIONS"
SLOTS = ("1", "2", "3", "4")
FILES = tuple(f"picture{n}" for n in SLOTS)
INPUTS = (
    *("kind", "text", "link", "audience", "audienceTagIds", "pictures"),
    *FILES,
    *(f"description{n}" for n in SLOTS),
)
# A text that is far too long is read all the same, to be given back with words beside it.
TEXT_BYTES = 512 * 1024


def chosen_in(form: Form) -> tuple[str, list[str]]:
    """For whom it is, as far as the form says something that can be."""
    audience = form.value("audience", AUDIENCE)
    audience = audience if audience in words.UPDATE_AUDIENCES else AUDIENCE
    tags = form.lists.get("audienceTagIds", []) if audience == "TAGS" else []
    return audience, tags[:20]


async def read_update(request: Request) -> tuple[Form, dict[str, Any]]:
    """What was posted, and what the schema is to be given; what it could not take is an error."""
    each = settings().update_picture_kilobytes * 1024
    form, files = await read_uploads(request, FILES, each, TEXT_BYTES)
    slots = form.lists["slots"] = [n for n in SLOTS if f"picture{n}" in files]
    given = {
        "kind": form.choice("kind", words.UPDATE_KINDS, "Choose what it is."),
        "text": form["text"],
        "link": form["link"],
        **audience_of(form),
        "pictures": [
            {"image": files[f"picture{n}"], "description": form[f"description{n}"]} for n in slots
        ],
    }
    given["key"] = _mark(form, given) if form["key"] else None
    for n in SLOTS:
        if form[f"description{n}"] and n not in slots and not form.error(f"picture{n}"):
            form.reject(f"picture{n}", "Choose the picture that this describes.", "REQUIRED")
    return form, given


def _mark(form: Form, given: dict[str, Any]) -> str:
    """What tells this sending from others: the same form sent twice posts once. The form holds
    where its page stood in the viewer's events, so a later page may say the same again.
    """
    mark = hashlib.sha256()
    texts = [form["key"], given["kind"], given["text"], given["link"], given["audience"]]
    for text in [*texts, *given["audienceTagIds"]]:
        mark.update(text.encode("utf-8", "replace") + b"\0")
    for picture in given["pictures"]:
        mark.update(picture["description"].encode("utf-8", "replace") + b"\0")
        mark.update(hashlib.sha256(picture["image"]).digest())
    return mark.hexdigest()


def audience_of(form: Form) -> dict[str, Any]:
    """For whom it is; anything else than can be chosen is an error."""
    form.choice("audience", words.UPDATE_AUDIENCES, "Choose who sees it.")
    tags = form.lists.get("audienceTagIds", []) if form["audience"] == "TAGS" else []
    return {"audience": form["audience"], "audienceTagIds": tags}


def beside(errors: list[UserError], form: Form) -> list[UserError]:
    """Errors of the schema with the names of our inputs: its first picture may be in slot four."""
    return [_beside(error, form.lists.get("slots", [])) for error in errors]


def _beside(error: UserError, slots: list[str]) -> UserError:
    match error["field"]:
        case ["pictures", number, part, *_] if number.isdigit() and int(number) < len(slots):
            name = "picture" if part == "image" else "description"
            return {**error, "field": [name + slots[int(number)]]}
        case ["clientMutationKey"]:
            return {**error, "field": []}
    return error
