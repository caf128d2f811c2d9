"""The audits by which GraphQL servers are compared, made by the specification's authors."""

import pytest

from tests.protocol.node import run
from tests.server import Server

# What a server MAY do and ours does not: operations by GET.
LEFT_OUT = {"5A70", "D6D5", "6A70"}


@pytest.mark.node
@pytest.mark.only_engine("sqlite")
async def test_the_audits(site: Server, node_path: str) -> None:
    """No MUST and no SHOULD fails, and of what a server may do all but GET."""
    results = await run(node_path, "audits.mjs", f"{site.url}/graphql")
    assert len(results) > 60
    failed = {each["id"]: each for each in results if each["status"] != "ok"}
    assert set(failed) == LEFT_OUT, failed
    assert all(each["name"].startswith("MAY") for each in failed.values())
    assert "Traceback" not in site.log()
