"""A bulk network for measuring and for trying out: many members, connections, open requests."""

from collections.abc import Callable, Iterable, Iterator

from models import clock, sql
from models.member import hash_password
from models.settings import settings
from seeds import network
from seeds.cast import DEMO_PASSWORD
from seeds.load import BATCH, Record, loading
from seeds.network import Network

# Called with what is being made, how many are done, and of how many (the last is estimated).
Progress = Callable[[str, int, int], None]
FEW = (0, 6)
# Members whose requests are made together.
_TOGETHER = 500


async def bulk(
    members: int,
    connections_per_member: int,
    seed: int,
    progress: Progress,
    *,
    requests_per_member: tuple[int, int] = FEW,
) -> None:
    """Add a network to the database that is open: `requests_per_member` (least, most) wait for
    each member's answer. Writes past the ORM and needs the tables to itself meanwhile.
    """
    if members < 1 or connections_per_member < 0:
        raise ValueError("a network needs a member, and no less than no connections")
    counted = await sql.row("SELECT count(*) AS n FROM member")
    assert counted is not None
    made = Network(members, connections_per_member, seed, clock.now(), counted["n"])
    password_hash = await hash_password(DEMO_PASSWORD)
    async with loading(settings().database_url) as loader:
        await loader.put(
            "member",
            network.MEMBER,
            _watched(made.people(password_hash), progress, "members", members),
        )
        await loader.put("allowance", ["id"], ((made.first + i,) for i in range(members)))
        rows = members * connections_per_member
        await loader.put(
            "relationship",
            network.RELATIONSHIP,
            _watched(made.ties(), progress, "relationships", rows),
        )
        for start in range(0, members, _TOGETHER):
            end = min(start + _TOGETHER, members)
            asked = made.asked(requests_per_member, start, end)
            await loader.put("connection_request", network.REQUEST, asked.requests)
            await loader.put("notification", network.NOTIFICATION, asked.notifications)
            await loader.put("event", network.EVENT, asked.events)
            progress("requests of members", end, members)
        await loader.put("inbox", network.INBOX, made.inboxes())
        progress("indexes", 0, 1)
    progress("indexes", 1, 1)


def _watched(rows: Iterable[Record], progress: Progress, what: str, total: int) -> Iterator[Record]:
    done = 0
    for done, row in enumerate(rows, start=1):
        if done % BATCH == 0:
            progress(what, min(done, total), total)
        yield row
    progress(what, done, done)
