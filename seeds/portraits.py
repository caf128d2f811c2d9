"""Pictures for some of the cast: a head and shoulders before a colour, drawn in code."""

import io
import random

from PIL import Image, ImageDraw

SIZE = 320
_GROUNDS = ("#c9dbe6", "#e7d8b9", "#d3e2cc", "#e6cfc9", "#d9d2e6", "#cfe3e0")
_SKINS = ("#8d5a3b", "#c68a62", "#e2b591", "#6f4630", "#f0cdb0")
_HAIRS = ("#1f1a17", "#3b2a20", "#7a4b2a", "#9c9690", "#5c3a21", "#c9a76b")
_CLOTHES = ("#2f5d62", "#7a3b3f", "#394b70", "#556b2f", "#6b4a7a", "#a0612c")


def portrait(name: str) -> bytes:
    """The same picture for the same name, as PNG."""
    rng = random.Random(f"portrait of {name}")
    # Drawn at twice the size: what is made smaller has smooth edges.
    picture = Image.new("RGB", (2 * SIZE, 2 * SIZE), rng.choice(_GROUNDS))
    draw = ImageDraw.Draw(picture)
    skin, hair = rng.choice(_SKINS), rng.choice(_HAIRS)
    _bridge(draw, rng)
    draw.ellipse((90, 430, 550, 900), fill=rng.choice(_CLOTHES))
    draw.rounded_rectangle((270, 360, 370, 490), 45, fill=skin)
    if rng.random() < 0.5:  # long
        draw.ellipse((190, 110, 450, 470), fill=hair)
    draw.ellipse((215, 135, 425, 410), fill=skin)
    draw.chord((200, 100, 440, 330), 180, 360, fill=hair)
    for x in (275, 353):
        draw.ellipse((x, 262, x + 16, 280), fill="#2a2320")
    draw.arc((285, 300, 360, 355), 25, 155, fill="#6b3a30", width=6)
    if rng.random() < 0.4:
        for x in (248, 332):
            draw.ellipse((x, 244, x + 64, 300), outline="#2a2320", width=6)
        draw.line((312, 268, 332, 268), fill="#2a2320", width=6)
    buffer = io.BytesIO()
    picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(buffer, "PNG")
    return buffer.getvalue()


def _bridge(draw: ImageDraw.ImageDraw, rng: random.Random) -> None:
    """Something to stand before."""
    height, shade = rng.randrange(380, 460), "#ffffff"
    draw.line((0, height, 2 * SIZE, height), fill=shade, width=10)
    for x in range(40, 2 * SIZE, 80):
        draw.line((x, height, x, height - 70), fill=shade, width=5)
    draw.arc((-60, height - 260, 2 * SIZE + 60, height + 220), 180, 360, fill=shade, width=10)


def view(words: str) -> bytes:
    """A bridge over water, the same for the same words, as PNG."""
    rng = random.Random(f"view of {words}")
    width, height = 1200, 800
    picture = Image.new("RGB", (width, height), rng.choice(_GROUNDS))
    draw = ImageDraw.Draw(picture)
    deck, shade = rng.randrange(380, 460), rng.choice(_CLOTHES)
    for number, ground in enumerate(rng.sample(_GROUNDS, 2)):  # hills
        top = deck - 150 + 70 * number
        draw.ellipse((-300 + 500 * number, top, 700 + 600 * number, top + 700), fill=ground)
    draw.rectangle((0, deck + 190, width, height), fill="#7fa3b5")
    for y in range(deck + 215, height, 45):
        start = rng.randrange(0, 500)
        draw.line((start, y, start + rng.randrange(200, 700), y), fill="#a9c6d2", width=4)
    for x in range(-20, width + 60, 60):
        draw.line((x, deck, x + 60, deck + 55), fill=shade, width=6)
        draw.line((x, deck + 55, x + 60, deck), fill=shade, width=6)
    for y, thick in ((deck - 45, 6), (deck, 14), (deck + 55, 12)):
        draw.line((0, y, width, y), fill=shade, width=thick)
    for x in (rng.randrange(150, 350), rng.randrange(800, 1050)):
        draw.rectangle((x, deck + 55, x + 40, height - 120), fill=shade)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
