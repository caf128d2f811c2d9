"""Asking the schema in process, as a member."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models import sql
from models.token import Scope
from schema import analysis, library, limits, measure, schema
from schema.context import Context, Viewer
from schema.shelf import Shelf

Ask = Callable[..., Awaitable[dict[str, Any]]]
# Documents made from the whole schema, validated once for all tests: nine tenths of their time.
_LARGE: Shelf[analysis.Prepared] = Shelf(10**9)


async def viewer_of(key: int | None, scopes: frozenset[Scope] = frozenset(Scope)) -> Viewer | None:
    """A viewer as the session middleware would find them."""
    if key is None:
        return None
    row = await sql.row("SELECT handle, name FROM member WHERE id = $1", key)
    assert row is not None
    return Viewer(key, row["handle"], row["name"], scopes)


@pytest.fixture
def ask(database: str) -> Ask:
    """`await ask(member, query, **variables)`: the data; errors fail the test unless wanted."""

    async def ask(
        key: int | None,
        query: str,
        *,
        scopes: frozenset[Scope] = frozenset(Scope),
        errors: bool = False,
        **variables: Any,
    ) -> dict[str, Any]:
        context = Context(known=await viewer_of(key, scopes))
        result = await schema.execute(query, variable_values=variables, context_value=context)
        if errors:
            return {"data": result.data, "errors": [e.formatted for e in result.errors or []]}
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    return ask


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit on documents: what a test makes from the whole schema is larger than any may be."""
    for module in (analysis, limits, measure):
        for name in [each for each in vars(module) if each.startswith("MAX_")]:
            monkeypatch.setattr(module, name, 10**9)
    monkeypatch.setattr(library, "kept", _LARGE)
