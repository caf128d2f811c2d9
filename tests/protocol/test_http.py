"""GraphQL over HTTP, the draft of August 2026: each rule that binds a server. What the audits of
test_audits.py ask as well is here only where it needs credentials or another angle.
"""

from typing import Any

import httpx
import pytest

from tests.server import Server
from tests.sites import Join
from web.graphql import MAX_BODY
from web.graphql.accept import EVENTS, JSON, STRICT, best

pytestmark = pytest.mark.only_engine("sqlite")

HELLO = {"query": "{ __typename }"}
PARTIAL = {
    "query": "{ __typename rateless: viewer { member { id } } members(first: 0) { nodes { id } } }"
}


def web(site: Server, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=site.url, headers=headers, timeout=20)


def code_of(answer: httpx.Response) -> str:
    found = answer.json()
    assert "data" not in found, found
    for error in found["errors"]:
        assert error["message"]
    return str(found["errors"][0]["extensions"]["code"])


# Accept, and the one to answer with; None where none of ours is acceptable.
WANTED = [
    (None, JSON),
    ("", JSON),
    ("*/*", JSON),
    ("application/*", JSON),
    (STRICT, STRICT),
    (JSON, JSON),
    (EVENTS, EVENTS),
    (f"{STRICT}, {JSON};q=0.9", STRICT),
    (f"{JSON};q=0.9, {STRICT}", STRICT),
    (f"{STRICT};q=0.5, {JSON};q=0.9", JSON),
    (f"{STRICT}, {JSON}", STRICT),
    (f"{JSON}, {STRICT}", JSON),
    (f"{STRICT};q=0, */*", JSON),
    (f"{JSON};q=0, */*", STRICT),
    (f"{JSON};q=0.1, */*", STRICT),
    (f"application/*;q=0, {STRICT}", STRICT),
    ("application/*;q=0, */*", None),
    ("*/*;q=0", None),
    (f"{JSON};q=0", None),
    (f"{JSON};q=0.000", None),
    ("text/html", None),
    ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
    ("text/*", EVENTS),
    (f"{STRICT}, application/graphql+json, {JSON}, {EVENTS}, multipart/mixed", STRICT),
    (f"{EVENTS}, multipart/mixed", EVENTS),
    (f"{JSON}, {EVENTS}", JSON),
    ("multipart/mixed;boundary=x, text/plain", None),
    ("APPLICATION/JSON", JSON),
    (f"{STRICT}; charset=utf-8", STRICT),
    (f'{STRICT}; charset="UTF-8"', STRICT),
    (f"{STRICT}; charset=latin1", None),
    (f"{STRICT}; charset=utf-16, {JSON}", JSON),
    (f"{STRICT};q=2, {JSON};q=0.1", JSON),
    (f"{STRICT};q=x, {JSON};q=0.1", JSON),
    (f"{STRICT};q=nan, {JSON};q=0.1", JSON),
    (f",,{JSON},", JSON),
    (";;;,,,", None),
    ("application", None),
    ("💥", None),
]


@pytest.mark.parametrize(("header", "wanted"), WANTED)
def test_the_wanted_type(header: str | None, wanted: str | None) -> None:
    assert best(header) == wanted


async def test_the_answer_has_the_wanted_type(site: Server) -> None:
    async with web(site) as client:
        for header, wanted in WANTED:
            headers = {"Accept": header.encode()} if header is not None else {}
            request = client.build_request("POST", "/graphql", json=HELLO, headers=headers)  # type: ignore[arg-type]
            if header is None:
                del request.headers["accept"]
            answer = await client.send(request)
            kind, _, parameters = answer.headers["content-type"].partition("; ")
            if wanted is None:
                assert (answer.status_code, code_of(answer)) == (406, "BAD_REQUEST"), header
                continue
            assert (answer.status_code, kind) == (200, wanted), header
            assert parameters == "charset=utf-8"
        # A header may come in several lines.
        lines = [("Accept", "text/html"), ("Accept", STRICT)]
        answer = await client.post("/graphql", json=HELLO, headers=lines)
        assert answer.headers["content-type"].startswith(STRICT)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ('application/json;charset="UTF-8"', 200),
        ("Application/JSON", 200),
        ("application/json; charset=utf8", 200),
        ("application/json; odd=1", 200),
        ("application/json; charset=latin1", 415),
        ("application/json; charset=utf-16", 415),
        ("application/jsonp", 415),
        ("text/x-application/json", 415),
        ("text/plain; a=application/json", 415),
        ("application/graphql", 415),
        (STRICT, 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
        (";", 415),
        ("=?utf-8?q?=ff?=", 415),
        (None, 415),
    ],
)
async def test_the_type_of_a_request(site: Server, kind: str | None, status: int) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    async with web(site) as client:
        answer = await client.post("/graphql", content=b'{"query":"{__typename}"}', headers=headers)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert code_of(answer) == "BAD_REQUEST"


async def test_a_packed_body(site: Server) -> None:
    async with web(site, **{"Content-Encoding": "gzip", "Content-Type": JSON}) as client:
        answer = await client.post("/graphql", content=b"\x1f\x8b")
    assert (answer.status_code, code_of(answer)) == (415, "BAD_REQUEST")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_other_methods(site: Server, method: str) -> None:
    """405 says what is allowed, whatever the client accepts."""
    async with web(site) as client:
        for accept in (STRICT, JSON, "text/html", "*/*"):
            answer = await client.request(
                method, "/graphql?query={__typename}", headers={"Accept": accept}
            )
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
            if method != "HEAD":
                assert code_of(answer) == "BAD_REQUEST"


async def test_a_preflight(site: Server) -> None:
    async with web(site, Origin="https://app.example") as client:
        answer = await client.options("/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (204, "POST, OPTIONS")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "content-type" in answer.headers["access-control-allow-headers"]


# With STRICT the status says what happened; with JSON it is 200 for all that could be read.
OUTCOMES: list[tuple[str, dict[str, Any], int, str | None]] = [
    ("success", HELLO, 200, None),
    ("partial", PARTIAL, 294, "BAD_REQUEST"),
    ("nothing but errors", {"query": "{ members(first: 0) { nodes { id } } }"}, 294, "BAD_REQUEST"),
    ("parse", {"query": "{"}, 400, "BAD_REQUEST"),
    ("empty", {"query": ""}, 400, "BAD_REQUEST"),
    ("no operation", {"query": "fragment A on Query { __typename }"}, 400, "BAD_REQUEST"),
    ("validation", {"query": "{ nothing }"}, 400, "BAD_REQUEST"),
    ("coercion", {"query": "query A($id: ID!) { node(id: $id) { id } }"}, 400, "BAD_REQUEST"),
    (
        "coercion of a wrong type",
        {
            "query": "query A($a: Int) { members(first: $a) { nodes { id } } }",
            "variables": {"a": []},
        },
        400,
        "BAD_REQUEST",
    ),
    (
        "which operation",
        {"query": "query A { __typename } query B { __typename }"},
        400,
        "BAD_REQUEST",
    ),
    ("unknown operation", {**HELLO, "operationName": "A"}, 400, "BAD_REQUEST"),
    ("subscription", {"query": "subscription { events { cursor } }"}, 400, "BAD_REQUEST"),
    ("mutation", {"query": "mutation { __typename }"}, 200, None),
    ("nulls", {**HELLO, "operationName": None, "variables": None, "extensions": None}, 200, None),
    ("more than is known", {**HELLO, "id": 1, "documentId": "x"}, 200, None),
    ("extensions", {**HELLO, "extensions": {"any": [1]}}, 200, None),
]


@pytest.mark.parametrize(
    ("body", "status", "code"), [o[1:] for o in OUTCOMES], ids=[o[0] for o in OUTCOMES]
)
async def test_outcomes(join: Join, body: dict[str, Any], status: int, code: str | None) -> None:
    ada = await join("ada")
    async with web(ada.server, **ada.with_token) as client:
        for accept, wanted in ((STRICT, status), (JSON, 200), ("*/*", 200)):
            answer = await client.post("/graphql", json=body, headers={"Accept": accept})
            assert answer.status_code == wanted, (accept, answer.text)
            assert answer.headers["content-type"].startswith(STRICT if accept == STRICT else JSON)
            found = answer.json()
            assert ("data" in found) is (status < 300), found
            assert ("errors" in found) is (code is not None)
            for error in found.get("errors", []):
                assert error["extensions"]["code"] == code


async def test_who_may_not(join: Join) -> None:
    ada = await join("ada")
    async with web(ada.server, Accept=STRICT) as client:
        for headers, query, status, code in (
            ({"Authorization": "Bearer mut_x"}, "{ __typename }", 401, "UNAUTHENTICATED"),
            ({"Authorization": "Basic eDp5"}, "{ __typename }", 401, "UNAUTHENTICATED"),
            ({}, "mutation { __typename }", 401, "UNAUTHENTICATED"),
            (ada.with_token, "{ viewer { email } }", 403, "FORBIDDEN_SCOPE"),
        ):
            answer = await client.post("/graphql", json={"query": query}, headers=headers)
            assert (answer.status_code, code_of(answer)) == (status, code), answer.text


ODD_BODIES: list[tuple[bytes, int]] = [
    (b'\xef\xbb\xbf{"query":"{__typename}"}', 400),
    ('{"query":"{__typename}"}'.encode("utf-16"), 400),
    (b'{"query":"{__typename}","query":"{__typename}"}', 200),
    (b'{"query":"{__typename}","query":7}', 400),
    (b'{"query":"{__typename}","variables":{"a":"\\ud800"}}', 400),
    (b'{"query":"\\ud83d"}', 400),
    (b'{"query":"{__typename}","variables":{"a":1e999}}', 400),
    (b'{"query":"{__typename}","variables":{"a":' + b"9" * 5000 + b"}}", 400),
    (b'{"query":"{__typename}","variables":{"a":' + b"9" * 300 + b"}}", 200),
    (b'{"query":"{__typename}","variables":{"a":NaN}}', 400),
    (b'{"query":"{__typename}","variables":{"a":"\\u0000"}}', 200),
    (b'{"query":"{__typename}\\u0000"}', 200),
    (b'{"query":"{__typename}\x00"}', 400),
    (
        b'{"query":"query($a: Int = '
        + b"9" * 5000
        + b') { members(first: $a) { nodes { id } } }"}',
        200,
    ),
    (b'{"query":"{members(first:' + b"9" * 5000 + b'){nodes{id}}}"}', 200),
    (b'{"query":"' + b"{a" * 30_000 + b'"}', 200),
    (b'{"query":"{a(b:' + b"[" * 1900 + b'"}', 200),
    (b'{"query":"{a(b:' + b"{c:" * 900 + b'"}', 200),
    (b'{"query":"query($a:' + b"[" * 1900 + b'"}', 200),
    (b'{"query":"' + b"#" * 250_000 + b'"}', 200),
    (b'{"query":"{__typename(a:\\"' + b"x" * 250_000 + b'\\")}"}', 200),
    (b'{"query":"{__typename}","variables":{"a":' + b"[" * 900 + b"]" * 900 + b"}}", 200),
    (b'{"query":"{__typename}","operationName":"' + b"x" * 200_000 + b'"}', 200),
    (b'{"query":"{__typename}","operationName":""}', 200),
    (b"\x00" * 1000, 400),
    (b" " * 1000, 400),
]


@pytest.mark.parametrize("accept", [JSON, STRICT])
async def test_odd_bodies(site: Server, accept: str) -> None:
    async with web(site, Accept=accept, **{"Content-Type": JSON}) as client:
        for body, status in ODD_BODIES:
            answer = await client.post("/graphql", content=body)
            shown = (body[:60], answer.status_code, answer.text[:300])
            found = answer.json()
            failed = "data" not in found
            assert answer.status_code == (400 if failed and accept == STRICT else status), shown
            for error in found.get("errors", []):
                assert error["extensions"]["code"] in ("BAD_REQUEST", "COST_EXCEEDED"), shown
    assert "Traceback" not in site.log(), site.log()[-3000:]


async def test_bodies_of_any_size(site: Server) -> None:
    """What fits is read, one byte more is 413: with a length that is said, and without."""

    async def in_parts(body: bytes) -> Any:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    head = b'{"query":"{__typename}"'
    async with web(site, **{"Content-Type": JSON}) as client:
        for size, status in ((MAX_BODY, 200), (MAX_BODY + 1, 413), (3 * MAX_BODY, 413)):
            body = head + b" " * (size - len(head) - 1) + b"}"
            for content in (body, in_parts(body)):
                answer = await client.post("/graphql", content=content, headers={"Accept": STRICT})
                assert answer.status_code == status, (size, answer.text)
                assert answer.headers["content-type"].startswith(STRICT)
                assert answer.headers["access-control-allow-origin"] == "*"
                if status == 413:
                    assert code_of(answer) == "BAD_REQUEST"
        page = await client.post("/sign-in", content=b"x" * (MAX_BODY + 1))
        assert page.status_code == 413, "pages keep their bound"


async def test_every_answer_may_be_read_by_any_page_and_kept_by_none(site: Server) -> None:
    async with web(site, **{"Content-Type": JSON, "Origin": "https://app.example"}) as client:
        for method, body in (("POST", b"{"), ("POST", b'{"query":"{__typename}"}'), ("GET", b"")):
            answer = await client.request(method, "/graphql", content=body)
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["cache-control"] == "no-store"
            assert "access-control-allow-credentials" not in answer.headers
