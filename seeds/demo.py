"""The demo network: the story of the cast, played through the models' own acts in moved time.

Nothing is written that a member could not have done, so every rule and counter holds.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from models import clock, ids, notification, relationship, sender, sql, sweeper
from models import request as requests
from models.member import hash_password
from models.organisation import key_of
from models.sending import send
from models.unit import Unit, in_unit
from seeds.cast import CAST, DEMO_PASSWORD, Person, sign_ins
from seeds.crowd import gather
from seeds.story import STORY, Act

# The story begins so many days ago: every pending request is well within its expiry.
LENGTH_DAYS = 151
# The members around the busiest of the cast.
CROWD = 2060


async def fill_if_empty() -> bool:
    """Fill the demo network unless there is a member already; whether it did."""
    if await sql.row("SELECT id FROM member LIMIT 1") is not None:
        return False
    await fill()
    return True


async def fill(crowd_size: int = CROWD) -> list[dict[str, str]]:
    """Play the whole story; who one can sign in as. Not while this process serves: it moves
    the process's clock while it works.
    """
    present = clock.now()
    password_hash = await hash_password(DEMO_PASSWORD)
    ids.forget_last()  # or keys would count on from the present
    keys: dict[str, int] = {}
    waiting = sorted(CAST, key=lambda person: -person.joined_days_ago)
    began = present - timedelta(days=LENGTH_DAYS)
    story = STORY
    try:
        clock.freeze(began)
        busy = waiting.pop(0)
        keys[busy.handle] = await _join(
            busy, password_hash, present - timedelta(days=busy.joined_days_ago)
        )
        if crowd_size:
            crowd = await gather(keys[busy.handle], crowd_size, began, present, password_hash)
            keys.update(crowd.handles)
            story = sorted([*STORY, *crowd.requests()], key=lambda act: -act.days_ago)
        for act in story:
            while waiting and waiting[0].joined_days_ago > act.days_ago:
                person = waiting.pop(0)
                joined = present - timedelta(days=person.joined_days_ago)
                clock.freeze(max(joined, began))
                keys[person.handle] = await _join(person, password_hash, joined)
            clock.freeze(present - timedelta(days=act.days_ago))
            await sweeper.sweep()  # tells what was due, purges what is no longer kept
            await _ACTS[act.what](act, keys[act.who], keys.get(act.whom, 0))
        clock.freeze(present)
        await sweeper.sweep()
    finally:
        clock.thaw()
    return sign_ins()


@in_unit
async def _join(u: Unit, person: Person, password_hash: str, joined_at: datetime) -> int:
    """Signing up and filling in the profile at once, with the one hash all share."""
    key = ids.new_id()
    await sql.change(
        "INSERT INTO member (id, handle, name, email, password_hash, headline, organisation, "
        "location, about, profile_audience, connections_audience, accepts_requests, joined_at, "
        "email_verified_at, name_key, organisation_key, location_key) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, true, $12, $12, $13, $14, $15)",
        key,
        person.handle,
        person.name,
        person.email,
        password_hash,
        person.headline,
        person.organisation,
        person.location,
        person.about,
        person.profile_audience.value,
        person.connections_audience.value,
        joined_at,
        *(key_of(text) for text in (person.name, person.organisation, person.location)),
    )
    await sql.change("INSERT INTO inbox (id, last_seq, connections) VALUES ($1, 0, 0)", key)
    await sql.change("INSERT INTO allowance (id) VALUES ($1)", key)
    return key


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
