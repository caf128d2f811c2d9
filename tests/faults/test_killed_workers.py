"""Workers are killed at any line, again and again: no job is lost, and a second run shows."""

import asyncio
import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from models import job, sql, unit
from models.unit import Unit
from tests.faults.job_worker import AT_ONCE

JOBS = 120
WORKERS = 3


async def start(database: str, file: Path) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.job_worker", database, str(file),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 20) == b"ready\n"
    return process


async def enqueue(u: Unit) -> None:
    for number in range(JOBS):
        await job.enqueue(u, "note", {"n": number})


async def left() -> int:
    row = await sql.row("SELECT count(*) AS n FROM job")
    assert row is not None
    return int(row["n"])


@pytest.mark.slow
async def test_killed_workers_lose_nothing(database: str, tmp_path: Path) -> None:
    file = tmp_path / "done"
    await unit.unit(enqueue)
    workers = [await start(database, file) for _ in range(WORKERS)]
    kills = 0
    try:
        async with asyncio.timeout(90):
            while await left():
                await asyncio.sleep(random.uniform(0.05, 0.2))
                if kills < 8:
                    victim = workers.pop(random.randrange(len(workers)))
                    victim.kill()
                    await victim.wait()
                    kills += 1
                    workers.append(await start(database, file))
    finally:
        for process in workers:
            process.kill()
            await process.wait()
    done = Counter(file.read_text().splitlines())
    assert kills
    assert {int(line.split()[1]) for line in done} == set(range(JOBS))
    # Done twice only by a kill between the doing and the writing down, with the same key.
    assert len(done) == JOBS
    assert sum(done.values()) - JOBS <= kills * AT_ONCE
