"""Pictures: what is taken, what is kept of it, and what no file can do."""

import asyncio
import io
import os
from pathlib import Path

import pytest
from PIL import Image

from models import avatar, picture, sql
from models.problem import Code
from tests.models.acts import SetUp, connect, refused
from tests.people import people, person
from tests.pictures import BLUE, RED, bad, encoded, halves, held_upside_down, plain


def near(one: object, other: tuple[int, int, int]) -> bool:
    return isinstance(one, tuple) and all(abs(a - b) < 40 for a, b in zip(one, other, strict=True))


async def made(data: bytes) -> Image.Image:
    """What becomes of a picture."""
    return Image.open(io.BytesIO(await picture.square(data, "image")))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_what_is_taken(form: str) -> None:
    image = await made(plain(form, (700, 600)))
    assert (image.format, image.size, image.mode) == ("WEBP", (512, 512), "RGB")
    assert near(image.getpixel((256, 256)), RED)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
async def test_every_kind_of_colours(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    image = await made(encoded(Image.new(mode, (64, 48)), form))
    assert (image.size, image.mode) == ((48, 48), "RGB")  # never made larger than it is


async def test_the_middle_upright_and_nothing_else() -> None:
    data = held_upside_down()
    assert b"Secret" in data
    image = await made(data)
    assert image.size == (100, 100)
    assert near(image.getpixel((50, 10)), RED)
    assert near(image.getpixel((50, 90)), BLUE)
    out = await picture.square(data, "image")
    for trace in (b"Secret", b"Exif", b"EXIF", b"ICCP", b"XMP"):
        assert trace not in out
    assert not dict(image.getexif())


async def test_the_first_of_many_frames() -> None:
    """An animation shows its beginning; its other frames are not looked at."""
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, *[BLUE] * 50)]
    for form in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=10)
        image = await made(data)
        assert near(image.getpixel((32, 32)), RED), form
        assert not getattr(image, "is_animated", False)


async def test_transparent_is_white() -> None:
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    assert (await made(encoded(clear, "PNG"))).getpixel((10, 10)) == (255, 255, 255)


async def test_what_hides_behind_a_picture_is_gone() -> None:
    """A file that is a picture to one and a program to another becomes a picture alone."""
    behind = plain("GIF") + b"<script>alert('polyglot')</script>"
    assert b"script" not in await picture.square(behind, "image")


@pytest.mark.parametrize("name", sorted(bad()))
async def test_what_is_not_taken(name: str) -> None:
    with refused(Code.IMAGE_INVALID) as caught:
        await picture.square(bad()[name], "image")
    assert caught[0].field == ("image",)
    assert caught[0].message.endswith(".")


async def test_a_picture_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is ended, not waited for."""
    monkeypatch.setattr(picture, "_SECONDS", 0.01)
    with refused(Code.IMAGE_INVALID) as caught:
        await picture.square(plain(), "image")
    assert "too long" in caught[0].message


async def test_a_worker_that_dies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    for body in (
        "import os; os.abort()",
        "x = bytearray(1 << 40)",
        "pass",
        "import sys; sys.stderr.write('nonsense'); sys.exit(3)",
    ):
        worker.write_text(body)
        monkeypatch.setattr(picture, "_WORKER", worker)
        with refused(Code.IMAGE_INVALID) as caught:
            await picture.square(plain(), "image")
        assert "damaged" in caught[0].message


@pytest.mark.skipif(os.name != "posix", reason="the bound is of POSIX systems")
async def test_the_worker_is_bounded_and_knows_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It may take a gigabyte and ten seconds, and is given no setting."""
    source = picture._WORKER.read_text()
    worker = tmp_path / "worker.py"
    checks = """
import os, resource
bound()
assert resource.getrlimit(resource.RLIMIT_AS)[0] == 1 << 30
assert resource.getrlimit(resource.RLIMIT_CPU)[0] == 10
assert "SECRET_KEY" not in os.environ, os.environ
try:
    bytearray(2 << 30)
except MemoryError:
    sys.stdout.write("bounded")
sys.exit(0)
"""
    worker.write_text(source.replace('if __name__ == "__main__":', checks + "\nif True:"))
    monkeypatch.setenv("SECRET_KEY", "must not be seen by a decoder of pictures")
    monkeypatch.setattr(picture, "_WORKER", worker)
    assert await picture.square(plain(), "image") == b"bounded"


async def test_many_at_once_take_turns() -> None:
    found = await asyncio.gather(*(picture.square(plain(), "image") for _ in range(6)))
    assert len(set(found)) == 1


async def key_of(member: int) -> str | None:
    row = await sql.row("SELECT avatar_key FROM member WHERE id = $1", member)
    assert row is not None
    key: str | None = row["avatar_key"]
    return key


@pytest.mark.usefixtures("database")
async def test_putting_replacing_and_removing() -> None:
    ada, grace = await people("ada", "grace")
    assert await key_of(ada) is None
    await avatar.put(ada, plain())
    first = await key_of(ada)
    assert first is not None
    image = await avatar.image_of(grace, ada, first)
    assert image is not None
    assert image[8:12] == b"WEBP"
    await avatar.put(ada, encoded(halves(), "PNG"))
    second = await key_of(ada)
    assert second is not None
    assert second != first
    assert await avatar.image_of(grace, ada, first) is None  # its address is over
    assert await avatar.image_of(grace, ada, second) is not None
    assert await avatar.image_of(grace, grace, second) is None
    await avatar.remove(ada)
    await avatar.remove(ada)
    assert await key_of(ada) is None
    assert await avatar.image_of(ada, ada, second) is None


@pytest.mark.usefixtures("database")
async def test_who_sees_it() -> None:
    """Who sees the profile, and is in the audience of the picture."""
    ada = await person("ada", profile_audience="EVERYONE")
    friend, stranger = await people("friend", "stranger")
    await connect(ada, friend)
    await avatar.put(ada, plain())
    key = await key_of(ada)
    assert key is not None

    async def seen() -> list[bool]:
        who = (None, stranger, friend, ada)
        return [await avatar.image_of(each, ada, key) is not None for each in who]

    assert await seen() == [True, True, True, True]
    await sql.change("UPDATE member SET avatar_audience = 1 WHERE id = $1", ada)
    assert await seen() == [False, True, True, True]
    await sql.change("UPDATE member SET avatar_audience = 2 WHERE id = $1", ada)
    assert await seen() == [False, False, True, True]
    await sql.change("UPDATE member SET avatar_audience = 4 WHERE id = $1", ada)
    assert await seen() == [False, False, False, True]
    await sql.change("UPDATE member SET avatar_audience = 0, profile_audience = 'CONNECTIONS'")
    assert await seen() == [False, False, True, True]
    await sql.change("UPDATE member SET suspended_at = joined_at WHERE id = $1", ada)
    assert await seen() == [False, False, False, False]


@pytest.mark.usefixtures("database")
async def test_size_and_emptiness(set_up: SetUp) -> None:
    set_up(avatar_kilobytes=1)
    [ada] = await people("ada")
    for data in (b"", b"x" * 1025):
        with refused(Code.IMAGE_INVALID):
            await avatar.put(ada, data)
    assert await key_of(ada) is None


@pytest.mark.usefixtures("database")
async def test_two_uploads_at_once() -> None:
    """One row, and the member's key is its key."""
    [ada] = await people("ada")
    await asyncio.gather(*(avatar.put(ada, plain()) for _ in range(4)))
    [row] = await sql.rows("SELECT key FROM avatar")
    assert row["key"] == await key_of(ada)
