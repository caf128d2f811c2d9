"""Small programs in JavaScript, run by the locked Node with the locked packages."""

import asyncio
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PATIENCE = 60


async def run(node: str, script: str, *arguments: str) -> Any:
    """What the script printed, which is JSON. Whatever it complains about fails the test."""
    process = await asyncio.create_subprocess_exec(
        node,
        str(HERE / script),
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    assert not err, err.decode()
    return json.loads(out)
