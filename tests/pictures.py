"""Pictures for tests, good and bad."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

RED, BLUE = (200, 30, 30), (30, 30, 200)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def plain(form: str = "PNG", size: tuple[int, int] = (80, 60), **options: Any) -> bytes:
    """A red picture."""
    return encoded(Image.new("RGB", size, RED), form, **options)


def halves(size: tuple[int, int] = (200, 100)) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, *size))
    return image


def held_upside_down() -> bytes:
    """What a camera writes that was held upside down, with where and when it was."""
    exif = Image.Exif()
    exif[0x0112] = 3  # turn it by 180 degrees to see it upright
    exif[0x0110] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(halves().rotate(180), "JPEG", exif=exif, comment=b"Secret comment", quality=95)


def bomb(side: int = 30_000) -> bytes:
    """A small PNG that says it is huge, and is."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((side // 8 + 1) * 100), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def bad() -> dict[str, bytes]:
    """What is no picture that can be taken, by what is wrong."""
    jpeg = encoded(Image.effect_noise((300, 300), 90).convert("RGB"), "JPEG")
    png = plain()
    return {
        "one byte": b"x",
        "text": b"not a picture at all",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>',
        "html": b"<!doctype html><script>alert(1)</script>",
        "bmp": plain("BMP"),
        "tiff": plain("TIFF"),
        "ico": plain("ICO"),
        "pdf": plain("PDF"),
        "truncated jpeg": jpeg[: len(jpeg) // 2],
        "truncated png": png[: len(png) // 2],
        "head alone": png[:33],
        "torn": png[:40] + bytes(40) + png[80:],
        "bomb": bomb(),
        "too small": plain(size=(31, 300)),
        "magic alone": b"\x89PNG\r\n\x1a\n",
        "gif alone": b"GIF89a",
        "webp alone": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    }
