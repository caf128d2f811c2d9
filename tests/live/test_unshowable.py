"""An event that cannot be shown must not bring the page back to it for ever."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.people import people
from tests.schema.conftest import viewer_of
from web import live


async def test_it_becomes_a_refresh_at_its_own_cursor(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [ada] = await people("ada")
    request: Any = SimpleNamespace(
        state=SimpleNamespace(viewer=await viewer_of(ada)), headers={}, query_params={}
    )

    async def broken(*_: object) -> None:
        raise KeyError("a template that lacks a field")

    monkeypatch.setattr(live._Page, "_event", broken)
    message = await live._Page(request).told({"__typename": "RequestReceived", "cursor": "here"})
    assert message.id == "here"
    assert "There is news" in str(message.data)
