"""The floor: what a careful person writes by hand for these four questions and nothing else.

Starlette, asyncpg and orjson; one statement a request, with the token check folded into it.
"""

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import floor_sql
from models import credential, ids, paging
from models.settings import settings

Row = Mapping[str, Any]
_BEARER = "Bearer "


def _answer(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


async def _ask(request: Request, query: str, scope: str, *values: object) -> list[Row] | Response:
    """The statement's rows, or what to answer to a token that is not good for it."""
    secret = request.headers.get("authorization", "").removeprefix(_BEARER)
    rows = await request.app.state.pool.fetch(query, credential.hashed(secret), *values)
    if not rows:
        return _answer({"error": "UNAUTHENTICATED"}, 401)
    if scope not in rows[0]["scopes"].split():
        return _answer({"error": "FORBIDDEN_SCOPE"}, 403)
    return rows


def _page(rows: list[Row], first: int, kind: str, moment: str, key: str) -> dict[str, Any]:
    shown = [row for row in rows[:first] if row[key] is not None]
    last = shown[-1] if shown else None
    return {
        "rows": shown,
        "hasNextPage": len(rows) > first,
        "endCursor": paging.moment_cursor(kind, last[moment], last[key]) if last else None,
    }


async def inbox(request: Request) -> Response:
    """20 requests that wait, with sender and mutual count."""
    first = int(request.query_params["first"])
    rows = await _ask(request, floor_sql.INBOX, "requests:read", datetime.now(UTC), first)
    if isinstance(rows, Response):
        return rows
    page = _page(rows, first, "crq", "surfaced_at", "id")
    if page["rows"]:
        last = page["rows"][-1]
        place = (last["familiarity"], last["surfaced_at"], last["id"])
        page["endCursor"] = paging.ranked_cursor("crw", *place)
    page["rows"] = [
        {
            "id": ids.encode(ids.REQUEST, row["id"]),
            "basis": row["basis"],
            "note": row["note"],
            "sentAt": row["sent_at"],
            "sender": {
                "id": ids.encode(ids.MEMBER, row["sender_id"]),
                "handle": row["handle"],
                "name": row["name"],
                "headline": row["headline"],
                "organisation": row["organisation"],
                "mutualCount": row["mutual"],
            },
        }
        for row in page["rows"]
    ]
    return _answer(page)


async def connections(request: Request) -> Response:
    """20 connections, newest first, and how many there are."""
    first = int(request.query_params["first"])
    rows = await _ask(request, floor_sql.CONNECTIONS, "network:read", datetime.now(UTC), first)
    if isinstance(rows, Response):
        return rows
    page = _page(rows, first, "con", "connected_at", "other_id")
    page["rows"] = [
        {
            "connectedAt": row["connected_at"],
            "id": ids.encode(ids.MEMBER, row["other_id"]),
            "handle": row["handle"],
            "name": row["name"],
            "headline": row["headline"],
            "organisation": row["organisation"],
        }
        for row in page["rows"]
    ]
    return _answer({"totalCount": rows[0]["total"], **page})


async def send(request: Request) -> Response:
    """Ask a member to connect."""
    given = orjson.loads(await request.body())
    now, rules = datetime.now(UTC), settings()
    rows = await _ask(
        request,
        floor_sql.SEND,
        "requests:write",
        now,
        ids.decode(ids.MEMBER, given["recipientId"]),
        given["basis"],
        given["note"],
        now + timedelta(days=rules.expiry_days),
        *(ids.new_id() for _ in range(4)),
        now - timedelta(days=rules.budget_days),
        rules.request_budget,
        rules.open_requests,
        now - timedelta(days=rules.ask_again_days),
        rules.requests_per_direction,
        rules.connection_limit,
        now - timedelta(days=rules.removal_cooldown_days),
        *(ids.new_id() for _ in range(2)),
        now - timedelta(days=rules.new_account_days),
    )
    if isinstance(rows, Response):
        return rows
    row = rows[0]
    if row["id"] is None:
        return _answer({"error": "REFUSED"}, 409)
    return _answer(
        {
            "id": ids.encode(ids.REQUEST, row["id"]),
            "state": "PENDING",
            "recipientName": row["recipient_name"],
            "sentAt": row["sent_at"],
            "expiresAt": row["expires_at"],
        }
    )


async def accept(request: Request) -> Response:
    """Say yes to a request."""
    given = orjson.loads(await request.body())
    now, rules = datetime.now(UTC), settings()
    rows = await _ask(
        request,
        floor_sql.ACCEPT,
        "requests:write",
        now,
        ids.decode(ids.REQUEST, given["requestId"]),
        *(ids.new_id() for _ in range(5)),
        now - timedelta(minutes=rules.undo_minutes),
        rules.connection_limit,
        *(ids.new_id() for _ in range(4)),
    )
    if isinstance(rows, Response):
        return rows
    row = rows[0]
    if row["id"] is None:
        return _answer({"error": "REFUSED"}, 409)
    return _answer(
        {
            "id": ids.encode(ids.REQUEST, row["id"]),
            "state": "ACCEPTED",
            "relationshipId": ids.encode(ids.RELATIONSHIP, row["side_id"]),
            "since": row["connected_at"],
        }
    )


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    url, _, options = settings().database_url.partition("?")
    sizes = dict(option.split("=") for option in options.split("&"))
    app.state.pool = await asyncpg.create_pool(
        url.replace("asyncpg://", "postgres://"),
        min_size=int(sizes["minsize"]),
        max_size=int(sizes["maxsize"]),
        reset=_nothing,
    )
    yield
    await app.state.pool.close()


async def _nothing(connection: asyncpg.Connection) -> None:
    """As Mutual's engine does: no reset statements when a connection goes back."""


app = Starlette(
    routes=[
        Route("/inbox", inbox),
        Route("/connections", connections),
        Route("/send", send, methods=["POST"]),
        Route("/accept", accept, methods=["POST"]),
        Route("/health", lambda _: _answer("ok")),
    ],
    lifespan=_lifespan,
)

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]), access_log=False, log_level="warning")
