"""Forms with a file."""

from collections.abc import AsyncGenerator

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
    if not request.headers.get("Content-Type", "").lower().startswith("multipart/form-data"):
        form = await read_form(request)
        form.reject(name, "Choose a file.", "REQUIRED")
        return form, b""
    taken = 0

    async def bounded() -> AsyncGenerator[bytes, None]:
        nonlocal taken
        async for chunk in request.stream():
            taken += len(chunk)
            if taken > most * _LET_GO_BY + MAX_BYTES:
                break
            if taken <= most + MAX_BYTES:
                yield chunk
        if taken > most + MAX_BYTES:  # the one exception at which the parser closes its files
            raise MultiPartException("too large")

    parser = MultiPartParser(
        request.headers, bounded(), max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_BYTES
    )
    form, data = Form(), b""
    try:
        found = await parser.parse()
    except (MultiPartException, UnicodeError, KeyError):
        if taken > most * _LET_GO_BY + MAX_BYTES:
            raise HTTPException(413) from None
        if taken <= most + MAX_BYTES:
            raise HTTPException(400) from None
    else:
        form, data = await _sorted(found.multi_items(), name)
        await found.close()
    if taken > most + MAX_BYTES or len(data) > most:
        form.reject(name, f"This file is larger than {_size(most)}.", "TOO_LONG")
        return form, b""
    if not data:
        form.reject(name, "Choose a file that is not empty.", "REQUIRED")
    return form, data


async def _sorted(items: list[tuple[str, str | UploadFile]], name: str) -> tuple[Form, bytes]:
    form, data = Form(), b""
    for key, value in items:
        if isinstance(value, str):
            form.values[key] = clean_text(key, value)
            form.lists.setdefault(key, []).append(form.values[key])
        elif key == name:
            data = await value.read()
    return form, data


def _size(count: int) -> str:
    return f"{count // 2**20} MB" if count >= 2**20 else f"{count // 1024} KB"
