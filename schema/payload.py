"""What mutations answer: results or userErrors. Expected failures are data, not errors."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import strawberry

from models.problem import Code, Problem, Problems
from schema.node import later
from schema.request import request_by_key

T = TypeVar("T")
Input = Annotated[T, strawberry.argument(description="What to do it to, and how.")]


@strawberry.type(description="One expected failure of a mutation.")
class UserError:
    """A Problem of the models as clients see it."""

    field: list[str] = strawberry.field(
        description="Path in `input` of what it is about; empty when it is about the whole."
    )
    message: str = strawberry.field(description="Plain words, fit to be shown to the member.")
    code: Code = strawberry.field(
        description="What happened. New codes may be added: treat an unknown one as a refusal."
    )
    until: datetime | None = strawberry.field(
        default=None,
        description="From when the same may be done, where that is a matter of time and known.",
    )


def user_error(problem: Problem) -> UserError:
    """A Problem as a userError."""
    return UserError(
        field=list(problem.field),
        message=problem.message,
        code=problem.code,
        until=problem.until,
    )


async def attempt(payload: Callable[..., T], work: Awaitable[dict[str, Any]]) -> T:
    """A payload of what `work` returns, or of the Problems it raises."""
    try:
        return payload(**await work, user_errors=[])
    except Problem as problem:
        shown: dict[str, Any] = {}
        if problem.subject is not None:  # a request, as the viewer's side may see it
            key = problem.subject
            shown["request"] = later(lambda: request_by_key(key))
        return payload(**shown, user_errors=[user_error(problem)])
    except Problems as several:
        return payload(user_errors=[user_error(problem) for problem in several.problems])


def not_found(what: str, field: str) -> Problem:
    """The one answer for an id that is wrong, foreign or no longer there."""
    return Problem(Code.NOT_FOUND, f"This {what} is no longer there.", field=(field,))


USER_ERRORS = "Empty on success. Otherwise the results are null and these say why."
