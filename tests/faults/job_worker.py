"""A worker in a process of its own, to be killed: `python -m tests.faults.job_worker URL FILE`.

Appends the key of each job to the file when it has done it: what a mail server would have seen.
"""

import asyncio
import os
import sys
from datetime import timedelta

from models import database, job, worker
from models.settings import configure
from models.worker import Kind, Work, Worker

AT_ONCE = 2


async def main(url: str, file: str) -> None:
    job.LEASE, worker.RENEW_SECONDS = timedelta(seconds=1), 0.25
    configure(job_poll_seconds=0.1)
    out = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def note(work: Work) -> None:
        await asyncio.sleep(0.02)
        os.write(out, f"{work.key} {work.payload['n']}\n".encode())
        await asyncio.sleep(0.02)  # killed here, it is done a second time

    async with database.connected(url):
        print("ready", flush=True)
        await Worker([Kind("note", note, at_once=AT_ONCE, delays=[timedelta(0)] * 99)]).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
