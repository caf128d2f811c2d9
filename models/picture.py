"""Pictures from outside, made harmless: decoded, squared and written anew by a process of their
own (models/picture_worker.py), a few at a time and for a few seconds at most.
"""

import asyncio
import os
import struct
import sys
from pathlib import Path

from models.problem import Code, Problem

_WORKER = Path(__file__).with_name("picture_worker.py")
_AT_ONCE = 2
_SECONDS = 15
_REFUSED = 3
# What comes before a fitted picture: its width and height.
_SIZE = struct.Struct(">II")
# The worker is given none of our settings, which hold secrets.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
_WORDS = {
    "format": "This is not a picture we can read. Choose a JPEG, PNG, WebP or GIF file.",
    "pixels": "This picture has too many pixels. At most 40 million are taken.",
    "small": "This picture is too small. It needs at least 32 by 32 pixels.",
    "broken": "This picture is damaged or not complete. Choose another file.",
    "time": "This picture takes too long to read. Choose another file.",
}
_places: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def refused(why: str, field: str) -> Problem:
    """IMAGE_INVALID, in words."""
    return Problem(Code.IMAGE_INVALID, _WORDS[why], field=(field,))


async def square(data: bytes, field: str) -> bytes:
    """The middle of a picture as a WebP of at most 512 by 512, without anything else the file
    said. Raises IMAGE_INVALID about the field.
    """
    return await _worked(data, "square", field)


async def fitted(data: bytes, field: str) -> tuple[bytes, int, int]:
    """The whole of a picture as a WebP of at most 2,048 pixels on its longer side, and its width
    and height, without anything else the file said. Raises IMAGE_INVALID about the field.
    """
    made = await _worked(data, "fit", field)
    head = _SIZE.size
    if len(made) <= head:
        raise refused("broken", field)
    width, height = _SIZE.unpack(made[:head])
    return made[head:], width, height


async def _worked(data: bytes, task: str, field: str) -> bytes:
    loop = asyncio.get_running_loop()
    for other in [each for each in _places if each.is_closed()]:
        del _places[other]
    async with _places.setdefault(loop, asyncio.Semaphore(_AT_ONCE)):
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(_WORKER),
            task,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
        try:
            async with asyncio.timeout(_SECONDS):
                made, said = await worker.communicate(data)
        except TimeoutError:
            raise refused("time", field) from None
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
    if worker.returncode == 0 and made:
        return made
    word = said.decode("ascii", "replace") if worker.returncode == _REFUSED else "broken"
    raise refused(word if word in _WORDS else "broken", field)
