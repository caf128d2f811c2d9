"""`python -m web worker` beside servers that leave the jobs to it."""

import asyncio
import os
import sys

from models import job, sql, unit
from models.unit import Unit
from tests.server import ROOT, SECRET, start


async def purge_now() -> None:
    """Have the periodic purge due at once."""

    async def work(_u: Unit) -> None:
        await job.ensure("purge")
        await sql.change("UPDATE job SET run_at = created_at")

    await unit.unit(work)


async def waits() -> bool:
    row = await sql.row("SELECT run_at <= created_at AS due FROM job")
    assert row is not None
    return bool(row["due"])


async def is_done() -> None:
    async with asyncio.timeout(20):
        while await waits():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)


async def test_a_worker_does_what_servers_leave_to_it(database: str) -> None:
    with start(database, run_jobs=False, job_poll_seconds=0.1):
        await purge_now()
        await asyncio.sleep(1)
        assert await waits(), "the server was told not to"
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "web", "worker"),
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, "SECRET_KEY": SECRET},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            await is_done()
        finally:
            worker.terminate()
            said, _ = await asyncio.wait_for(worker.communicate(), 5)
        assert worker.returncode == 0, said
        assert b"Working at jobs" in said


async def test_a_server_works_at_jobs_by_itself(database: str) -> None:
    with start(database, job_poll_seconds=0.1):
        await purge_now()
        await is_done()
