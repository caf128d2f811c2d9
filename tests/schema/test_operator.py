"""Operators see what failed; for everyone else there is nothing to see."""

from typing import Any

import pytest

from models import ids, job, operator, session, token, unit
from models.token import GRANTABLE
from models.unit import Unit
from schema import schema
from schema.context import Context
from tests.people import person

SEEN = """{ viewer { operator { queues { kind number oldestAt }
  deadJobs { id kind attempts createdAt deadAt error } } } }"""
RETRY = """mutation ($id: ID!) { retryJob(input: {jobId: $id}) { operator { deadJobs { id } }
  userErrors { code field } } }"""
DISCARD = RETRY.replace("retryJob", "discardJob")
REFUSED = {"operator": None, "userErrors": [{"code": "NOT_FOUND", "field": ["jobId"]}]}

pytestmark = pytest.mark.usefixtures("database")


async def asked(cookie: str, query: str, **variables: Any) -> Any:
    result = await schema.execute(
        query, variable_values=variables, context_value=Context(cookie=cookie)
    )
    assert result.errors is None
    return result.data


async def dead_job() -> str:
    async def work(u: Unit) -> None:
        await job.enqueue(u, "mail", {"to": "a secret of somebody's"})

    await unit.unit(work)
    [row] = await job.claim(["mail"], 1)
    await job.fail(row["id"], 1, "the server said no", None)
    return ids.encode(ids.JOB, row["id"])


async def test_what_an_operator_sees_and_does() -> None:
    ada = await person("ada")
    await operator.appoint(ada, True)
    cookie = await session.open_session(ada, "Firefox")
    assert (await asked(cookie, SEEN))["viewer"]["operator"] == {"queues": [], "deadJobs": []}
    key = await dead_job()
    [shown] = (await asked(cookie, SEEN))["viewer"]["operator"]["deadJobs"]
    assert (shown["id"], shown["kind"], shown["attempts"]) == (key, "mail", 1)
    assert shown["error"] == "the server said no"
    assert (await asked(cookie, RETRY, id=key))["retryJob"] == {
        "operator": {"deadJobs": []},
        "userErrors": [],
    }
    [queue] = (await asked(cookie, SEEN))["viewer"]["operator"]["queues"]
    assert (queue["kind"], queue["number"]) == ("mail", 1)
    assert (await asked(cookie, RETRY, id=key))["retryJob"] == REFUSED, "it is not dead"
    [row] = await job.claim(["mail"], 1)
    await job.fail(row["id"], 1, "again", None)
    assert (await asked(cookie, DISCARD, id=key))["discardJob"]["userErrors"] == []
    assert (await asked(cookie, SEEN))["viewer"]["operator"] == {"queues": [], "deadJobs": []}


async def test_nobody_else_does() -> None:
    ada = await person("ada")
    cookie = await session.open_session(ada, "Firefox")
    key = await dead_job()
    await operator.appoint(ada, True)
    await operator.appoint(ada, False)
    assert (await asked(cookie, SEEN))["viewer"]["operator"] is None
    for query, name in ((RETRY, "retryJob"), (DISCARD, "discardJob")):
        for given in (key, "job_0000000000000", "mem_0000000000000", "x"):
            assert (await asked(cookie, query, id=given))[name] == REFUSED
    assert len(await job.dead()) == 1


async def test_an_operators_token_is_none() -> None:
    ada = await person("ada")
    await operator.appoint(ada, True)
    _, secret = await token.create(ada, "CRM", sorted(GRANTABLE), None)
    for query in (SEEN, RETRY, DISCARD):
        result = await schema.execute(
            query, variable_values={"id": "x"}, context_value=Context(bearer=secret)
        )
        [error] = result.errors or []
        assert error.extensions == {"code": "FORBIDDEN_SCOPE", "missing": ["account"]}
