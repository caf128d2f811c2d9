"""Imported contacts: bringing them, looking through them, and meeting those who are here."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import Form, back, see_other
from web.pages.answers import Handler, first_words, for_members, listing
from web.run import run
from web.templating import is_partial, render
from web.uploads import UNBOUNDED, read_upload
from web.words import plural

HOME = "/connections/imported"
# LinkedIn writes some 120 bytes a connection: this is more than 30,000 of them.
MOST_BYTES = 8 * 2**20
SOURCES = ("LINKEDIN", "VCARD")


async def _page(request: Request, form: Form) -> Response:
    wanted: dict[str, Any] = listing(request)
    matched = "matched" in request.query_params
    result = await run(request, "ImportedIndex", **wanted, matched=matched)
    name = "imported/_list.html" if is_partial(request) else "imported/index.html"
    shown = {"search": wanted["search"] or "", "matched": matched}
    return render(request, name, {**result.data, **shown}, 422 if form.errors else 200, form=form)


@for_members
async def index(request: Request) -> Response:
    """GET /connections/imported"""
    return await _page(request, Form())


@for_members
async def bring(request: Request) -> Response:
    """POST /connections/imported"""
    form, data = await read_upload(request, "file", MOST_BYTES)
    source = form.choice("source", SOURCES, "Choose what kind of file it is.")
    if form.errors:
        return await _page(request, form)
    result = await run(request, "ImportedImport", source=source, file=data)
    form.errors += result.user_errors
    if form.errors:
        return await _page(request, form)
    done = result.payload
    said = f"{plural(done['added'], 'new contact')}, {done['updated']} changed."
    if done["skipped"]:
        said += f" {plural(done['skipped'], 'entry', 'entries')} without a name left out."
    return see_other(HOME, said)


def act(operation: str, said: str) -> Handler:
    """A button: one mutation, and back to the list."""

    @for_members
    async def handler(request: Request) -> Response:
        result = await run(request, operation, **request.path_params)
        problem = first_words(result.user_errors)
        here = back(request, HOME)
        return see_other(here, problem or said, kind="problem" if problem else "done")

    return handler


@for_members
async def matching(request: Request) -> Response:
    """POST /connections/imported/matching"""
    found = "found" in await request.form()
    await run(request, "ImportedAllowMatching", found=found)
    return see_other(f"{HOME}#matching", "On." if found else "Off. Nobody is told any more.")


routes = [
    Route(HOME, index, methods=["GET"]),
    Route(HOME, bring, methods=["POST"], max_body_size=UNBOUNDED),
    Route(f"{HOME}/matching", matching, methods=["POST"]),
    Route(f"{HOME}/removal", act("ImportedRemoveAll", "All are forgotten."), methods=["POST"]),
    Route(f"{HOME}/{{id}}/removal", act("ImportedRemove", "Forgotten."), methods=["POST"]),
    Route(
        f"{HOME}/{{id}}/dismissal",
        act("ImportedDismiss", "They are not offered again."),
        methods=["POST"],
    ),
]
