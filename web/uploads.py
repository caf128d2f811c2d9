"""Forms with a file."""

from collections.abc import AsyncGenerator, Iterable, Sequence

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from web.forms import MAX_BYTES, MAX_FIELDS, Form, clean_text, read_form

# A browser reads no answer before it has sent everything: so much more is let go by to tell its
# member in words. The route needs `max_body_size=UNBOUNDED`; here stands the bound.
_LET_GO_BY = 4
UNBOUNDED = 2**63 - 1


async def read_upload(request: Request, name: str, most: int) -> tuple[Form, bytes]:
    """The form that was posted and the file in its field `name`, of at most `most` bytes.

    Where the file is larger, or none was chosen, the form says so beside the field and the file is
    empty. Raises HTTPException: 400 for what is no form, 413 far beyond `most`.
    """
    if not _is_multipart(request):
        form = await read_form(request)
        form.reject(name, "Choose a file.", "REQUIRED")
        return form, b""
    form, files = await read_uploads(request, [name], most)
    if not form.errors and name not in files:
        form.reject(name, "Choose a file that is not empty.", "REQUIRED")
    return form, files.get(name, b"")


def _is_multipart(request: Request) -> bool:
    return request.headers.get("Content-Type", "").lower().startswith("multipart/form-data")


async def read_uploads(
    request: Request, names: Sequence[str], each: int, text: int = MAX_BYTES
) -> tuple[Form, dict[str, bytes]]:
    """The form that was posted, and the files chosen in its fields `names`, of at most `each`
    bytes; its other fields have at most `text` bytes each.

    A larger file is an error beside its field, all of them being too large one beside the first.
    Raises HTTPException: 400 for what is no form, 413 far beyond what may be sent.
    """
    if not _is_multipart(request):
        return await read_form(request, text), {}
    most = each * len(names) + text
    beyond = each * len(names) * _LET_GO_BY + text
    taken = 0

    async def bounded() -> AsyncGenerator[bytes, None]:
        nonlocal taken
        async for chunk in request.stream():
            taken += len(chunk)
            if taken > beyond:
                break
            if taken <= most:
                yield chunk
        if taken > most:  # the one exception at which the parser closes its files
            raise MultiPartException("too large")

    parser = MultiPartParser(
        request.headers,
        bounded(),
        max_files=len(names),
        max_fields=MAX_FIELDS,
        max_part_size=text,
    )
    form, files = Form(), {}
    try:
        found = await parser.parse()
    except (MultiPartException, UnicodeError, KeyError):
        if taken > beyond:
            raise HTTPException(413) from None
        if taken <= most:
            raise HTTPException(400) from None
        # What was typed before the files is kept.
        _typed(form, parser.items)
        form.reject(names[0], f"This file is larger than {_size(each)}.", "TOO_LONG")
    else:
        _typed(form, found.multi_items())
        files = await _chosen(form, found.multi_items(), names, each)
        await found.close()
    return form, files


def _typed(form: Form, items: Iterable[tuple[str, str | UploadFile]]) -> None:
    for key, value in items:
        if isinstance(value, str):
            form.values[key] = clean_text(key, value)
            form.lists.setdefault(key, []).append(form.values[key])


async def _chosen(
    form: Form, items: Iterable[tuple[str, str | UploadFile]], names: Sequence[str], each: int
) -> dict[str, bytes]:
    """The files that are not empty and not too large."""
    files = {}
    for key, value in items:
        if isinstance(value, str) or key not in names:
            continue
        data = await value.read()
        if len(data) > each:
            form.reject(key, f"This file is larger than {_size(each)}.", "TOO_LONG")
        elif data:
            files[key] = data
        elif value.filename:
            form.reject(key, "Choose a file that is not empty.", "REQUIRED")
    return files


def _size(count: int) -> str:
    return f"{count // 2**20} MB" if count >= 2**20 else f"{count // 1024} KB"
