"""Pictures of updates: re-encoded, without what a camera wrote into them."""

import asyncio
import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from models import clock, ids, picture, sql
from models.problem import Code, Problem, Problems
from models.settings import settings
from models.text import clean
from models.update import MOST_PICTURES, PICTURE_KEY
from models.update_list import shown

DESCRIPTION_LONGEST = 500
FIELD = "pictures"
# What `secrets.token_urlsafe` makes. Anything else is nobody's key, and may not even be storable.
_KEY = re.compile(rf"[A-Za-z0-9_-]{{{PICTURE_KEY}}}")


class Given(NamedTuple):
    """A picture's file, and what is on it in words, for those who do not see it."""

    data: bytes
    description: str = ""


class Made(NamedTuple):
    """A picture written anew."""

    image: bytes
    width: int
    height: int
    description: str


def _at(number: int, part: str) -> tuple[str, ...]:
    return (FIELD, str(number), part)


def check(pictures: Sequence[Given]) -> list[str]:
    """The descriptions as they are stored. Raises Problems, each naming its picture."""
    if len(pictures) > MOST_PICTURES:
        raise Problem(Code.TOO_MANY, f"At most {MOST_PICTURES} pictures.", field=(FIELD,))
    most = settings().update_picture_kilobytes
    problems: list[Problem] = []
    words: list[str] = []
    for number, given in enumerate(pictures):
        where = _at(number, "image")
        if not given.data:
            problems.append(Problem(Code.IMAGE_INVALID, "Choose a picture.", field=where))
        elif len(given.data) > most * 1024:
            said = f"This picture is larger than {most:,} KiB."
            problems.append(Problem(Code.IMAGE_INVALID, said, field=where))
        try:
            words.append(
                clean(given.description, "description", longest=DESCRIPTION_LONGEST, lines=False)
            )
        except Problem as problem:
            field = _at(number, "description")
            problems.append(Problem(problem.code, problem.message, field=field))
    if problems:
        raise Problems(problems)
    return words


async def encoded(pictures: Sequence[Given]) -> list[Made]:
    """The pictures written anew. Raises Problems, each naming its picture."""
    words = check(pictures)
    done = await asyncio.gather(
        *(picture.fitted(given.data, FIELD) for given in pictures), return_exceptions=True
    )
    problems: list[Problem] = []
    made: list[Made] = []
    for number, (result, description) in enumerate(zip(done, words, strict=True)):
        if isinstance(result, Problem):
            problems.append(Problem(result.code, result.message, field=_at(number, "image")))
        elif isinstance(result, BaseException):
            raise result
        else:
            made.append(Made(*result, description))
    if problems:
        raise Problems(problems)
    return made


async def store(update: int, pictures: Sequence[Made]) -> None:
    """Keep the pictures of a new update, in their order. Part of a unit."""
    for rank, made in enumerate(pictures):
        await sql.change(
            "INSERT INTO update_picture (id, update_id, rank, key, image, width, height, "
            "description) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            ids.new_id(),
            update,
            rank,
            secrets.token_urlsafe(16),
            made.image,
            made.width,
            made.height,
            made.description,
        )


async def image_of(viewer: int | None, update: int, key: str) -> bytes | None:
    """The picture with this key, if it is of this update and the viewer sees that."""
    if not _KEY.fullmatch(key):
        return None
    who = None if viewer is None else "$1"
    row = await sql.row(
        "SELECT p.image FROM update_picture p JOIN member_update up ON up.id = p.update_id "
        "JOIN member m ON m.id = up.author_id WHERE p.key = $4 AND up.id = $3 "
        "AND ($1::bigint IS NULL OR true) AND $2::timestamptz IS NOT NULL "
        f"AND {shown('up', 'm', who, '$2')}",
        viewer,
        clock.now(),
        update,
        key,
    )
    return bytes(row["image"]) if row else None
