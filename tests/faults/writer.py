"""A second process at the same database: `python -m tests.faults.writer URL ONE TWO UNITS`.

Reads, then writes, in many units; prints how many events it told. Any error ends it.
"""

import asyncio
import random
import sys

from models import database, event, unit
from models.event import EventKind
from models.unit import Unit


async def write(members: list[int], units: int) -> int:
    """So many units, each reading before it writes; how many events were told."""
    told = 0
    for _ in range(units):
        chosen = random.sample(members, random.randint(1, len(members)))

        async def work(u: Unit, chosen: list[int] = chosen) -> None:
            for member in chosen:
                await event.last_seq(member)
                u.tell(member, EventKind.REQUEST_SENT, 1, member)

        await unit.unit(work)
        told += len(chosen)
    return told


async def main(url: str, members: list[int], units: int) -> None:
    async with database.connected(url):
        print("ready", flush=True)
        print(await write(members, units), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], [int(a) for a in sys.argv[2:4]], int(sys.argv[4])))
