"""How the acts of the story are done: each through the models, as a member would."""

from collections.abc import Awaitable, Callable, Mapping

from models import notification, relationship, sender, sql
from models import request as requests
from models.sending import send
from seeds.story import Act


async def play(act: Act, keys: Mapping[str, int]) -> None:
    """Do it; `keys` are members by handle."""
    await _ACTS[act.what](act, keys[act.who], keys.get(act.whom, 0))


async def _ask(act: Act, who: int, whom: int) -> None:
    await send(who, whom, act.basis, act.note)


async def _open_request(sender: int, recipient: int) -> int:
    row = await sql.row(
        "SELECT id FROM connection_request WHERE sender_id = $1 AND recipient_id = $2 "
        "AND sender_state = 'PENDING'",
        sender,
        recipient,
    )
    assert row is not None, (sender, recipient)
    return int(row["id"])


async def _accept(act: Act, who: int, whom: int) -> None:
    await requests.accept(who, await _open_request(whom, who))


async def _ignore(act: Act, who: int, whom: int) -> None:
    await requests.ignore(who, await _open_request(whom, who))


async def _decline(act: Act, who: int, whom: int) -> None:
    await requests.decline(who, await _open_request(whom, who), act.reason, tell=act.tell)


async def _withdraw(act: Act, who: int, whom: int) -> None:
    await sender.withdraw(who, await _open_request(who, whom))


async def _nudge(act: Act, who: int, whom: int) -> None:
    await sender.nudge(who, await _open_request(who, whom))


async def _remove(act: Act, who: int, whom: int) -> None:
    row = await sql.row(
        "SELECT id FROM relationship WHERE owner_id = $1 AND other_id = $2", who, whom
    )
    assert row is not None, act
    await relationship.remove(who, row["id"])


async def _read(act: Act, who: int, whom: int) -> None:
    await notification.mark_read(who)


_ACTS: dict[str, Callable[[Act, int, int], Awaitable[None]]] = {
    "ask": _ask,
    "accept": _accept,
    "ignore": _ignore,
    "decline": _decline,
    "withdraw": _withdraw,
    "nudge": _nudge,
    "remove": _remove,
    "read": _read,
}
