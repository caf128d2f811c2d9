"""Requests to addresses that members chose: what is refused, and where they really go."""

import ipaddress
from typing import Any

import pytest

from models import outbound
from models.outbound import REFUSED, NotAllowed, check_url, is_outside, post
from models.problem import Problem
from models.settings import configure, settings
from tests.webhooks.receiver import receiving

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::", "2001:db8::1", "2001:0:1::1",
    "64:ff9b:1::1", "100::1",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator allows addresses of the inside."""
    before = settings().model_dump()
    configure(webhook_private_targets=True)
    yield  # type: ignore[misc]
    configure(**before)


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_of_the_inside(address: str) -> None:
    assert not is_outside(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_of_the_public_internet(address: str) -> None:
    assert is_outside(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "https://", "https:///x", "ftp://example.org/", "javascript:alert(1)",
        "http://example.org/", "https://user@example.org/", "https://u:p@example.org/",
        "https://example.org/#x", "https://example.org:0/", "https://example.org:99999/",
        "https://example.org/a b", "https://example.org/\n", "https://exämple.org/",
        "https://[::1/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
        "https://localhost/", "https://a.localhost/", "https://10.1.2.3/",
        "https://example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_addresses_that_are_refused_when_they_are_typed(url: str) -> None:
    with pytest.raises(Problem) as refused:
        check_url(url)
    assert refused.value.field == ("url",)


def test_addresses_that_are_taken() -> None:
    for url in ("https://example.org", "https://example.org:8443/a/b?c=d", "https://1.1.1.1/"):
        check_url(url)


def answering(monkeypatch: pytest.MonkeyPatch, *turns: list[str]) -> list[str]:
    """Names are looked up here; the names that were asked for."""
    asked: list[str] = []

    async def look_up(host: str, _port: int) -> list[str]:
        asked.append(host)
        return turns[min(len(asked), len(turns)) - 1]

    monkeypatch.setattr(outbound, "look_up", look_up)
    return asked


@pytest.mark.parametrize("found", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::1"], []])
async def test_a_name_that_leads_inside(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    answering(monkeypatch, found)
    answer = await post("https://rebind.example.org/", b"{}", {})
    assert (answer.status, answer.body, answer.error) == (None, "", REFUSED)


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "017700000001"])
async def test_other_ways_to_write_loopback(host: str) -> None:
    """The system's own look-up reads these as 127.0.0.1."""
    answer = await post(f"https://{host}/", b"{}", {})
    assert (answer.status, answer.error) == (None, REFUSED)


async def test_a_name_that_answers_otherwise_the_second_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is looked up once, and the connection goes to the address that was checked."""
    asked = answering(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    sent: list[Any] = []

    async def read(_client: Any, request: Any) -> tuple[int, str]:
        sent.append(request)
        return 200, "ok"

    monkeypatch.setattr(outbound, "_read", read)
    answer = await post("https://rebind.example.org:8443/x?y=z", b"{}", {"A": "b"})
    assert (answer.status, answer.error) == (200, "")
    assert asked == ["rebind.example.org"]
    [request] = sent
    assert str(request.url) == "https://1.1.1.1:8443/x?y=z"
    assert request.headers["host"] == "rebind.example.org:8443"
    assert request.extensions["sni_hostname"] == "rebind.example.org"


async def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch, private: None) -> None:
    async with receiving() as receiver:
        answering(monkeypatch, ["127.0.0.2", "127.0.0.1"])
        url = f"http://two.example.org:{receiver.port}/"
        assert (await post(url, b"{}", {})).error == ""
        assert receiver.received[0].headers["host"] == f"two.example.org:{receiver.port}"


async def test_what_comes_back(private: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "TOTAL_SECONDS", 0.5)
    async with receiving() as receiver:
        long = b"HTTP/1.1 200 X\r\nContent-Length: 999999\r\n\r\n" + b"x" * 99999
        elsewhere = b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
        receiver.answers = [200, 404, elsewhere, long, b"nonsense\r\n\r\n", b"", 2.0]
        found = [await post(receiver.url, b"{}", {}) for _ in range(7)]
    assert [answer.status for answer in found] == [200, 404, 302, 200, None, None, None]
    assert [answer.error for answer in found] == [
        "",
        "Answered with 404.",
        "A redirect, which is not followed.",
        "",
        "The connection was cut, or what came was no HTTP.",
        "The connection was cut, or what came was no HTTP.",
        "No answer within 0.5 seconds.",
    ]
    assert len(receiver.received) == 7
    assert len(found[3].body) == outbound.LONGEST_ANSWER
    closed = await post(receiver.url, b"{}", {})
    assert closed.error == "Nobody answers there, or the certificate is not valid."


async def test_proxies_of_the_environment_are_not_used(
    private: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with receiving() as receiver:
        assert (await post(receiver.url, b"{}", {})).status == 204


async def test_nothing_inside_is_resolved_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, ["169.254.169.254"])
    with pytest.raises(NotAllowed):
        await outbound.resolve("metadata.example.org", 443)
