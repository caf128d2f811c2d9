"""A program of its own, run by models/picture.py: a picture on its input becomes a WebP on its
output, by its one argument a `square`, or `fit` into a larger one. Whatever a file makes a decoder
do ends with this process, which is bounded in memory and time, knows no secret and imports nothing
of ours.

Exits with 0, or with 3 and one word on standard error: what is wrong with the picture.
"""

import contextlib
import io
import struct
import sys
import warnings

from PIL import Image, ImageCms, ImageOps

SIDE = 512
LONGEST = 2048
SMALLEST = 32
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
REFUSED = 3
_MEMORY = 1 << 30
_SECONDS = 10


class Refused(Exception):
    """The picture is not taken; one word says why."""


def bound() -> None:
    """Take no more memory and time than a picture needs."""
    try:
        import resource
    except ImportError:  # not on this system: the parent's time limit remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def opened(data: bytes) -> Image.Image:
    """The picture's head, read; its pixels are not decoded yet. Raises Refused."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    except Exception:
        raise Refused("format") from None
    if image.width * image.height > MOST_PIXELS:
        raise Refused("pixels")
    if min(image.size) < SMALLEST:
        raise Refused("small")
    return image


def plain_of(image: Image.Image, enough: int) -> tuple[Image.Image, bytes | None]:
    """The picture's first frame in RGB or RGBA, and the profile its colours are to be read by."""
    image.draft("RGB", (enough, enough))  # a JPEG is decoded smaller where that will do
    if image.mode in ("RGB", "RGBA"):
        return image, image.info.get("icc_profile")
    profile = None if image.mode in ("CMYK", "P", "L", "1") else image.info.get("icc_profile")
    return image.convert("RGBA"), profile


def squared(image: Image.Image) -> Image.Image:
    """The middle of the picture's first frame, upright, in plain RGB."""
    plain, profile = plain_of(image, SIDE * 2)
    width, height = plain.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    size = min(SIDE, side)
    small = plain.resize(
        (size, size), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side)
    )
    # The middle stays the middle however a camera was held: it is turned once it is small.
    return _upright(small, image, profile)


def fitted(image: Image.Image) -> Image.Image:
    """All of the picture's first frame, upright, in plain RGB, of at most LONGEST a side."""
    plain, profile = plain_of(image, LONGEST)
    longer = max(plain.size)
    if longer > LONGEST:
        size = [max(1, round(side * LONGEST / longer)) for side in plain.size]
        plain = plain.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    else:
        plain = plain.copy()
    return _upright(plain, image, profile)


def _upright(small: Image.Image, image: Image.Image, profile: bytes | None) -> Image.Image:
    small.info = {}
    small.getexif().update(image.getexif())
    return _in_srgb(_flat(ImageOps.exif_transpose(small)), profile)


def _flat(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Its colours as screens show them without the profile, which is dropped."""
    if not profile:
        return image
    with contextlib.suppress(Exception):  # a profile that cannot be used is none
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
        if turned is not None:
            return turned
    return image


def encoded(image: Image.Image) -> bytes:
    """The pixels alone: a new picture carries nothing of what the old one said."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def worked(image: Image.Image, task: str) -> bytes:
    """What is written: the picture; before a fitted one its width and height."""
    if task == "square":
        return encoded(squared(image))
    made = fitted(image)
    return struct.pack(">II", *made.size) + encoded(made)


def main() -> int:
    """Read, work at and write one picture."""
    bound()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        image = opened(sys.stdin.buffer.read())
        try:
            made = worked(image, sys.argv[1])
        except Exception:
            raise Refused("broken") from None
    except Refused as refused:
        sys.stderr.write(str(refused))
        return REFUSED
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
