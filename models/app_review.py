"""What operators do about apps: say yes, stop one, look at all."""

from collections.abc import Sequence

from models import sql
from models.app import COLUMNS, AppStatus, wake_all
from models.problem import Code, Problem
from models.unit import Unit, in_unit

SHOWN = 100


async def all_apps() -> Sequence[sql.Row]:
    """Apps with their owners' names: those that wait first, then the newest; at most 100."""
    return await sql.rows(
        f"SELECT {COLUMNS}, o.name AS owner_name, o.handle AS owner_handle FROM app a "
        "JOIN member o ON o.id = a.owner_id "
        "ORDER BY CASE a.status WHEN 'PENDING' THEN 0 ELSE 1 END, a.id DESC "
        f"LIMIT {SHOWN}"
    )


@in_unit
async def approve(_u: Unit, key: int) -> None:
    """Let members connect an app; again, if it was stopped. Raises NOT_FOUND."""
    await _set(key, AppStatus.APPROVED)


@in_unit
async def stop(u: Unit, key: int) -> None:
    """Let an app do nothing any more; what members granted stays, for when it may go on."""
    await _set(key, AppStatus.STOPPED)
    await wake_all(u, key)


async def _set(key: int, status: AppStatus) -> None:
    if not await sql.change("UPDATE app SET status = $2 WHERE id = $1", key, status):
        raise Problem(Code.NOT_FOUND, "This app is no longer there.", field=("appId",))
