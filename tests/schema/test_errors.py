"""Top-level errors: coded, ours masked and found again in the log by their request id."""

import logging
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import DBConnectionError, OperationalError

from models import request_list, sql
from schema import schema
from schema.context import Context
from tests.people import person
from tests.schema.conftest import Ask, viewer_of

INBOX = "{ viewer { waitingCount member { handle } } }"


def fails(error: Exception) -> Any:
    async def broken(*_: object) -> None:
        raise error

    return broken


async def failed(who: int, query: str = INBOX) -> tuple[Any, Context]:
    context = Context(known=await viewer_of(who))
    result = await schema.execute(query, context_value=context)
    [error] = result.errors or []
    return error.formatted, context


async def test_a_bug_is_masked_and_logged(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await person("ada")
    monkeypatch.setattr(request_list, "counters", fails(ZeroDivisionError("SELECT secret")))
    with caplog.at_level(logging.DEBUG, "mutual"):
        error, context = await failed(ada)
    assert error["extensions"] == {"code": "INTERNAL", "requestId": context.request_id}
    assert context.request_id in error["message"]
    assert "secret" not in str(error)
    assert error["path"] == ["viewer", "waitingCount"]
    [record] = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert context.request_id in record.getMessage()
    assert record.exc_info
    assert isinstance(record.exc_info[1], ZeroDivisionError)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "secret host"),
        TimeoutError(),
        asyncpg.ConnectionDoesNotExistError("secret"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.AdminShutdownError("terminating"),
        asyncpg.TooManyConnectionsError("secret"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 12"),
        DBConnectionError("secret"),
        OperationalError("database is locked"),
        OperationalError("unable to open database file"),
    ],
    ids=lambda e: type(e).__name__,
)
async def test_a_database_that_is_away(
    ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    ada = await person("ada")
    monkeypatch.setattr(request_list, "counters", fails(error))
    found, context = await failed(ada)
    assert found["extensions"] == {"code": "UNAVAILABLE", "requestId": context.request_id}
    assert "secret" not in str(found)
    assert any(context.request_id in record.getMessage() for record in caplog.records)


async def test_a_mistake_of_a_client_is_explained_and_not_logged(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await person("ada")
    with caplog.at_level(logging.INFO, "mutual"):
        error, _ = await failed(ada, "{ viewer { waitingcount } }")
        assert "waitingCount" in error["message"], "did you mean"
        assert error["extensions"] == {"code": "BAD_REQUEST"}
        assert error["locations"]
        error, _ = await failed(ada, "{ members(first: 0) { nodes { id } } }")
        assert "1 to 100" in error["message"]
        assert error["path"] == ["members"]
    assert caplog.records == []


async def test_while_signing_in(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database may go away while the credentials are looked up, before any field."""
    monkeypatch.setattr(sql, "row", fails(ConnectionResetError("gone")))
    result = await schema.execute(INBOX, context_value=Context(bearer="mut_x"))
    [error] = result.errors or []
    assert (error.extensions or {})["code"] == "UNAVAILABLE"
    monkeypatch.setattr(sql, "row", fails(KeyError("bug")))
    result = await schema.execute(INBOX, context_value=Context(bearer="mut_x"))
    [error] = result.errors or []
    assert (error.extensions or {})["code"] == "INTERNAL"
    assert "bug" not in error.message


@pytest.mark.parametrize("name", ["0", "Nobody", "", "\ud800", "💥" * 1000])
async def test_credentials_of_nobody(ask: Ask, name: str) -> None:
    result = await schema.execute(INBOX, context_value=Context(bearer=name))
    [error] = result.errors or []
    assert (error.extensions or {})["code"] == "UNAUTHENTICATED"
    cookie = await schema.execute(INBOX, context_value=Context(cookie=name))
    assert cookie.data == {"viewer": None}, "a stale cookie is a visitor"
