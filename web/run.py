"""Running a page's document: in process, through the same entry an integrator uses."""

import asyncio
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError
from starlette.requests import Request

from schema import schema
from schema.context import Context, Viewer
from schema.errors import UNAVAILABLE
from web.documents import documents
from web.errors import Failed
from web.settings import settings


class Result:
    """The data of a document that ran."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    @property
    def payload(self) -> dict[str, Any]:
        """What the one mutation of the document returned."""
        [payload] = self.data.values()
        return payload

    @property
    def user_errors(self) -> list[dict[str, Any]]:
        """Its expected failures."""
        return self.payload["userErrors"]


async def run(request: Request, name: str, /, **variables: Any) -> Result:
    """Run the stored document of that name as who is asking. Raises Failed."""
    return await run_as(request.state.viewer, name, variables)


async def run_as(viewer: Viewer | None, name: str, variables: Mapping[str, Any]) -> Result:
    """Run the stored document of that name as this viewer. Raises Failed."""
    context = Context(known=viewer)
    try:
        # No statement of a page takes long: who waits longer waits for a pool that is exhausted.
        async with asyncio.timeout(settings().patience_seconds):
            result = await schema.execute(
                documents()[name],
                variable_values=dict(variables),
                context_value=context,
                operation_name=name,
            )
    except TimeoutError:
        raise Failed(UNAVAILABLE, f"{name} took over {settings().patience_seconds} s") from None
    if result.errors:
        raise failed(result.errors[0])
    assert result.data is not None
    return Result(result.data)


def failed(error: GraphQLError) -> Failed:
    """A top-level error as an exception."""
    return Failed(str((error.extensions or {}).get("code", "INTERNAL")), error.message)
