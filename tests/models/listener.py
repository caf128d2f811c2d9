"""A second process at the bell: `python -m tests.models.listener URL ID`.

Prints "ready" when it hears, "rung" when the member was rung for, then rings back for ID + 1.
"""

import asyncio
import sys

from models import bell, carriers


async def main(url: str, member_id: int) -> None:
    with bell.listening(member_id) as rung:
        carrier = await carriers.open_carrier(url)
        bell.use(carrier)
        await rung.wait()  # all are woken when the connection stands
        rung.clear()
        print("ready", flush=True)
        await rung.wait()
        print("rung", flush=True)
        bell.ring([member_id + 1])
        await asyncio.sleep(1)  # let the carrier carry it
        assert carrier is not None
        await carrier.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
