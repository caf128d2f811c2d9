"""Expected failures of commands: one sentence and status 1, no traceback."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from models.carriers import BellUrlError
from models.credential import SecretKeyError
from models.database import DatabaseUrlError
from models.problem import Problem, Problems
from schema.errors import is_away

P = ParamSpec("P")
T = TypeVar("T")


def fail(words: str) -> typer.Exit:
    """Say what is wrong; `raise fail(…)`."""
    typer.secho(words, fg="red", err=True)
    return typer.Exit(1)


def in_words(command: Callable[P, T]) -> Callable[P, T]:
    """Turn what an operator can put right into a sentence."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except Problem as problem:
            raise fail(problem.message) from None
        except Problems as problems:
            raise fail(
                "\n".join(f"{'.'.join(p.field)}: {p.message}" for p in problems.problems)
            ) from None
        except (BellUrlError, DatabaseUrlError, SecretKeyError) as error:
            raise fail(f"{error}.") from None
        except Exception as error:
            if is_away(error):
                raise fail(f"The database cannot be reached: {error}") from None
            raise

    return run
