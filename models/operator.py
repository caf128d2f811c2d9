"""Operators: members who look after the instance. Appointed on the command line."""

from collections.abc import Awaitable, Callable

from models import sql
from models.problem import Problem
from models.unit import Unit, in_unit


@in_unit
async def appoint(u: Unit, member_id: int, wanted: bool) -> None:
    """Make a member an operator, or no longer."""
    await sql.change(
        "UPDATE member SET operator_since_at = $2 WHERE id = $1",
        member_id,
        u.now if wanted else None,
    )


async def is_operator(member_id: int) -> bool:
    """Whether this member looks after the instance."""
    row = await sql.row(
        "SELECT 1 AS one FROM member WHERE id = $1 AND operator_since_at IS NOT NULL", member_id
    )
    return row is not None


@in_unit
async def act(
    _u: Unit, member_id: int, work: Callable[[], Awaitable[object]], refusal: Problem
) -> None:
    """Do what an operator may, in one unit. Raises `refusal` for everyone else: for them what it
    is about is not there.
    """
    if not await is_operator(member_id):
        raise refusal
    await work()
