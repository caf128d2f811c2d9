"""What comes in from forms and cookies, and the words that go out."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from web import moments, words
from web.forms import Form, field_id, flash, local_path, read_flash


@pytest.mark.parametrize("path", ["/", "/requests", "/members?search=a%20b&after=x", "/a#b"])
def test_a_path_of_ours(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [None, "", "requests", "//evil.example", "/\\evil.example", "https://evil.example", "/a\\b",
     "/\t/evil.example", "/ok\r\nSet-Cookie: x", "javascript:alert(1)", " /x"],
)  # fmt: skip
def test_a_path_of_others(path: str | None) -> None:
    assert local_path(path, "/home") == "/home"


def with_cookie(value: str) -> Request:
    headers = [(b"cookie", f"flash={value}".encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


def test_a_flash_comes_back_and_a_forged_one_does_not() -> None:
    response = Response()
    undo = {"action": "/requests/x/ignoring/undo", "label": "Undo"}
    flash(response, "done", "Ignored. Zoë “Z” 🌉 is not told.", undo)
    value = response.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    found = read_flash(with_cookie(value))
    assert found == {
        "kind": "done",
        "text": "Ignored. Zoë “Z” 🌉 is not told.",
        "undo": undo,
        "link": None,
    }
    for forged in (value[:-1], "x" + value, "e30.x", "é", "", "."):
        assert read_flash(with_cookie(forged)) is None


def test_errors_find_their_field() -> None:
    form = Form({"note": "x"}, [{"field": ["note"], "message": "Too long.", "code": "TOO_LONG"}])
    assert form.error("note") == "Too long."
    assert form.error("basis") == ""
    assert field_id(["note"]) == field_id("note") == "field-note"


@pytest.mark.parametrize(
    ("ago", "said"),
    [(timedelta(seconds=3), "just now"), (timedelta(seconds=50), "1 minute ago"),
     (timedelta(minutes=59), "59 minutes ago"), (timedelta(hours=1), "1 hour ago"),
     (timedelta(hours=23), "23 hours ago"), (timedelta(hours=30), "yesterday"),
     (timedelta(days=6), "6 days ago"), (timedelta(days=8), "7 March"),
     (timedelta(days=400), "8 February 2025")],
)  # fmt: skip
def test_how_long_ago(ago: timedelta, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    monkeypatch.setattr(moments, "now", lambda: now)
    assert moments.time_ago((now - ago).isoformat()) == said


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lindqvist", "AL"), ("Cher", "C"), ("Ana de la Cruz", "AC"), ("(x) Éva", "É"),
     ("张 伟", "张伟"), ("!!!", "?"), ("", "?")],
)  # fmt: skip
def test_initials(name: str, letters: str) -> None:
    assert words.initials(name) == letters


def test_numbers_and_devices() -> None:
    assert words.plural(1, "request") == "1 request"
    assert words.plural(1204, "person", "people") == "1,204 people"
    assert words.device("Mozilla/5.0 (Windows NT 10.0) Chrome/156 Edg/156") == "Edge on Windows"
    assert words.device("") == "An unknown device"
