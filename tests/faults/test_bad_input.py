"""Bad input through the API and the pages of a real server: always an answer in words, never a
5xx, never half an act.
"""

import asyncio
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from models import ids, sql
from tests.clients import Client
from tests.people import check_invariants
from tests.sites import Join

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
WRONG_IDS = ["x", "crq_", "crq_0000000000000", "mem_0000000000000", "CRQ_0000000000000", "%00"]
WRONG_IDS += ["%ed%a0%80", "%ff", "..%2f..", "💥", "crq_" + "z" * 13, "a" * 3000, "'--", "%0d%0a"]


class Browser:
    """A member's browser without a script."""

    def __init__(self, who: Client, **headers: str) -> None:
        cookie = {"Cookie": f"session={who.cookie}"}
        self.web = httpx.AsyncClient(
            base_url=who.server.url, headers={**cookie, **SAME_SITE, **headers}, timeout=20
        )

    async def __aenter__(self) -> httpx.AsyncClient:
        return self.web

    async def __aexit__(self, *_: object) -> None:
        await self.web.aclose()


async def count(table: str) -> int:
    row = await sql.row(f"SELECT count(*) AS n FROM {table}")
    assert row
    return int(row["n"])


BODIES: list[tuple[Any, int]] = [
    (b"null", 400),
    (b"7", 400),
    (b'"x"', 400),
    (b"[]", 400),
    (b"true", 400),
    (b"", 400),
    (b"{", 400),
    (b"\xff\xfe\x00", 400),
    (b'{"query": "\xed\xa0\x80"}', 400),
    (b'{"query": 9' + b"9" * 5000 + b"}", 400),
    (b"[" * 50_000, 400),
    (b'{"query":' + b"[" * 50_000, 400),
    (b"{}", 400),
    (b'{"query": null}', 400),
    (b'{"query": 5}', 400),
    (b'{"query": []}', 400),
    (b'{"query": "{ __typename }", "variables": []}', 400),
    (b'{"query": "{ __typename }", "variables": "x"}', 400),
    (b'{"query": "{ __typename }", "variables": 5}', 400),
    (b'{"query": "{ __typename }", "operationName": 5}', 400),
    (b'{"query": "{ __typename }", "extensions": 5}', 400),
    (b'[{"query": "{ __typename }"}]', 400),
    (b'{"query": "{ __typename }", "variables": {"x": ' + b"[" * 2000 + b"]" * 2000 + b"}}", 400),
    (b'{"query": "{ __typename }"' + b" " * 300_000 + b"}", 413),
]


@pytest.mark.only_engine("sqlite")
async def test_bodies_that_are_none(join: Join) -> None:
    ada = await join("ada")
    headers = {**ada.with_token, "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=ada.server.url) as web:
        for body, status in BODIES:
            answer = await web.post("/graphql", content=body, headers=headers)
            shown = (body[:60], answer.status_code, answer.text[:300])
            assert answer.status_code < 500, shown
            assert answer.status_code == status, shown
            if status == 400:
                assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST", shown
    assert "Traceback" not in ada.server.log(), ada.server.log()[-3000:]


@pytest.mark.only_engine("sqlite")
async def test_requests_that_are_none(join: Join) -> None:
    """Methods and types: 4xx JSON with a code, also to who only looks."""
    ada = await join("ada")
    good = b'{"query": "{ __typename }"}'
    kinds = ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "", "💥"]
    async with httpx.AsyncClient(base_url=ada.server.url) as web:
        for kind in kinds:
            headers = {**ada.with_token, "Content-Type": kind.encode()}
            answer = await web.post("/graphql", content=good, headers=headers)  # type: ignore[arg-type]
            assert answer.status_code in (400, 415), (kind, answer.text)
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        answers = [
            await web.get("/graphql?query={__typename}"),
            await web.get("/graphql"),
            await web.get("/graphql?query=subscription{events{cursor}}"),
        ]
        for answer in answers:
            assert 400 <= answer.status_code < 500, answer.text
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        stream = {"Accept": "text/event-stream", **ada.with_token}
        act = "mutation{markNotificationsRead(input:{}){unreadCount}}"
        answer = await web.get(f"/graphql?query={act}", headers=stream)
        assert "unreadCount" not in answer.text, "nothing is done by looking"
        found = (
            await web.post(
                "/graphql",
                json={"query": "subscription { events { cursor } }"},
                headers=ada.with_token,
            )
        ).json()
        assert found["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        for method in ("PUT", "DELETE", "PATCH"):
            assert (await web.request(method, "/graphql")).status_code == 405
        preflight = await web.options("/graphql", headers={"Origin": "https://app.example"})
        assert preflight.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in preflight.headers
    assert "Traceback" not in ada.server.log(), ada.server.log()[-3000:]


async def test_addresses_that_lead_nowhere(join: Join) -> None:
    ada, grace = await join("ada"), await join("grace")
    foreign = await grace.send(await join("hugo"))
    acts = ["acceptance", "ignoring", "ignoring/undo", "withdrawal", "nudge", "decline/undo"]
    paths = [f"/requests/{{}}/{name}" for name in (*acts, "decline")]
    paths += ["/connections/{}/removal", "/connections/{}/removal/undo", "/members/{}/connect"]
    paths += ["/settings/sessions/{}/revocation", "/settings/tokens/{}/revocation"]
    before = await count("event"), await count("session"), await count("access_token")
    async with Browser(ada) as plain, Browser(ada, **{"HX-Request": "true"}) as htmx:
        for path in paths:
            for given in (*WRONG_IDS, foreign):
                where = path.format(quote(given, safe="%"))
                form = {"reason": "OTHER", "basis": "OTHER", "note": ""}
                for web in (plain, htmx):
                    answer = await web.post(where, data=form)
                    assert answer.status_code in (200, 303, 404, 405, 422), (where, answer.text)
                    assert answer.status_code != 200, where
        for path in ("/members/{}", "/members/{}/connections", "/members/{}/connect"):
            for given in WRONG_IDS:
                where = path.format(quote(given, safe="%"))
                answer = await plain.get(where)
                assert answer.status_code in (303, 404), (where, answer.status_code)
        for query in (
            "after=x",
            "after=💥",
            "after=%00",
            "after=%ff",
            "search=%00",
            "search=%ff",
            "search=%ed%a0%80",
            "search=%25",
            "after=" + "A" * 5000,
        ):
            for path in ("/members", "/requests", "/requests/sent", "/connections"):
                answer = await plain.get(f"{path}?{query}")
                assert answer.status_code in (200, 400), (path, query)
    after = await count("event"), await count("session"), await count("access_token")
    assert after == before
    assert "Traceback" not in ada.server.log(), ada.server.log()[-3000:]


NOTES = ["x" * 501, "a\x00b", "a\x07b", "a\u202eb", "\u2066a", "x" * 60_000]
FINE = ["", " ", "\u200b", "👩‍👩‍👧 𝔘", "<script>alert(1)</script>", "' OR 1=1 --", "a\r\nb"]


async def test_notes(join: Join) -> None:
    """A refused note is shown again with what is wrong with it; a fine one arrives as typed."""
    ada = await join("ada")
    async with Browser(ada) as web:
        for note in NOTES:
            grace = await join("grace")
            handle = await handle_of(grace)
            form = {"note": note, "basis": "OTHER", "key": "k"}
            answer = await web.post(f"/members/{handle}/connect", data=form)
            assert answer.status_code == 422, note[:10]
            assert "There is a problem" in answer.text
        for basis in ("", "NOTHING", "other", "OTHER\x00", "💥"):
            form = {"note": "typed before", "basis": basis}
            answer = await web.post(f"/members/{handle}/connect", data=form)
            assert answer.status_code == 422, basis
            assert "typed before" in answer.text, "what was typed is kept"
        assert await count("connection_request WHERE sender_id = " + str(ada.key)) == 0
        for note in FINE:
            grace = await join("grace")
            handle = await handle_of(grace)
            form = {"note": note, "basis": "OTHER"}
            answer = await web.post(f"/members/{handle}/connect", data=form)
            assert answer.status_code == 303, (note, answer.text[:300])
            inbox = await grace.ask("{ viewer { receivedRequests { nodes { note } } } }")
            [found] = inbox["viewer"]["receivedRequests"]["nodes"]
            wanted = note.replace("\r\n", "\n").replace("\u200b", "").strip() or None
            assert found["note"] == wanted
            async with Browser(grace) as theirs:
                page = await theirs.get("/requests")
                assert page.status_code == 200
                assert "<script>alert" not in page.text


async def handle_of(who: Client) -> str:
    row = await sql.row("SELECT handle FROM member WHERE id = $1", who.key)
    assert row
    return str(row["handle"])


async def test_bodies_of_forms(join: Join) -> None:
    ada, grace = await join("ada"), await join("grace")
    path = f"/members/{await handle_of(grace)}/connect"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with Browser(ada) as web:
        for body, status in (
            (b"note=%ff&basis=OTHER%ff", 422),
            (b"&&&==&;", 422),
            (b"\xff" * 100, 422),
            (b"a=1&" * 200, 400),
            (b"note=" + b"x" * 70_000, 413),
            (b"note=" + b"x" * 400_000, 413),
            (b"", 422),
        ):
            answer = await web.post(path, content=body, headers=form)
            assert answer.status_code == status, (body[:20], answer.status_code)
            if len(body) < 256 * 1024:  # beyond that the server does not read on
                assert "<h1" in answer.text or "There is a problem" in answer.text
    assert await count("connection_request WHERE sender_id = " + str(ada.key)) == 0


async def test_a_double_click(join: Join) -> None:
    """The same form twice at once: one request, and both answers say that it is sent."""
    ada, grace = await join("ada"), await join("grace")
    handle = await handle_of(grace)
    async with Browser(ada) as web:
        page = (await web.get(f"/members/{handle}/connect")).text
        key = re.search(r'name="key" value="([^"]+)"', page)
        assert key
        form = {"note": "Hello", "basis": "OTHER", "key": key[1]}
        answers = await asyncio.gather(
            *(web.post(f"/members/{handle}/connect", data=form) for _ in range(4))
        )
        assert [a.status_code for a in answers] == [303] * 4
        assert await count("connection_request WHERE sender_id = " + str(ada.key)) == 1
        found = await ada.ask("{ viewer { sentRequests { nodes { id } } } }")
        [request] = found["viewer"]["sentRequests"]["nodes"]
    async with Browser(grace) as web:
        for name in ("ignoring", "ignoring/undo", "acceptance"):
            both = await asyncio.gather(
                *(web.post(f"/requests/{request['id']}/{name}") for _ in range(3))
            )
            assert [a.status_code for a in both] == [303] * 3, name
    await check_invariants()


async def test_who_signed_out_in_another_tab(join: Join) -> None:
    """The form goes to sign-in and back to its page; nothing is written."""
    ada, grace = await join("ada"), await join("grace")
    handle = await handle_of(grace)
    async with Browser(ada) as web, Browser(ada, **{"HX-Request": "true"}) as htmx:
        assert (await web.post("/sign-out")).status_code == 303
        form = {"note": "Hello", "basis": "OTHER"}
        referer = {"Referer": f"{ada.server.url}/members/{handle}"}
        answer = await web.post(f"/members/{handle}/connect", data=form, headers=referer)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/sign-in?next=/members/{handle}"
        again = await htmx.post(f"/members/{handle}/connect", data=form)
        assert again.status_code == 401
        assert again.headers["hx-redirect"].startswith("/sign-in")
    assert await count("connection_request WHERE sender_id = " + str(ada.key)) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
        {},
    ],
)
async def test_a_form_of_another_site(join: Join, headers: dict[str, str]) -> None:
    ada, grace = await join("ada"), await join("grace")
    path = f"/members/{await handle_of(grace)}/connect"
    cookie = {"Cookie": f"session={ada.cookie}"}
    form = {"note": "Hello", "basis": "OTHER"}
    async with httpx.AsyncClient(base_url=ada.server.url, headers={**cookie, **headers}) as web:
        answer = await web.post(path, data=form)
        # Without either header no browser asks, and no cookie counts: sign in first.
        assert answer.status_code == (403 if headers else 303)
        act = 'mutation { sendConnectionRequest(input: {recipientId: "%s", basis: OTHER}) '
        act = act % ids.encode(ids.MEMBER, grace.key) + "{ userErrors { code } } }"
        found = (await web.post("/graphql", json={"query": act})).json()
        assert found["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert (await web.post("/sign-out")).status_code in (403, 303)
    assert await count("connection_request WHERE sender_id = " + str(ada.key)) == 0
    async with Browser(ada) as web:
        assert (await web.get("/requests")).status_code == 200, "still signed in"


async def test_sign_up_and_sign_in(join: Join) -> None:
    ada = await join("ada")
    good = {"name": "Nell", "handle": "nell", "email": "nell@x.org", "password": "long enough 1"}
    wrong = [
        {"handle": ""},
        {"handle": "Ünï"},
        {"handle": "a\x00b"},
        {"handle": "admin"},
        {"email": "nell"},
        {"email": "a@b\x00.org"},
        {"email": "x" * 300 + "@x.org"},
        {"password": "short"},
        {"password": "x" * 1001},
        {"name": "\u202eNell"},
        {"name": ""},
    ]
    members = await count("member")
    async with httpx.AsyncClient(base_url=ada.server.url, headers=SAME_SITE, timeout=20) as web:
        for change in wrong[:8]:  # after ten failures the pace is limited
            answer = await web.post("/sign-up", data={**good, **change})
            assert answer.status_code == 422, change
            assert good["password"] not in answer.text
        assert await count("member") == members
        for email in ("a\x00", "\ud7ff💥@x.org"):
            answer = await web.post("/sign-in", data={"email": email, "password": "\x00"})
            assert answer.status_code == 422
        odd = {"next": "//evil.example", **good}
        answer = await web.post("/sign-up", data=odd)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Traceback" not in ada.server.log(), ada.server.log()[-3000:]


STRICT = "application/graphql-response+json"


@pytest.mark.only_engine("sqlite")
async def test_statuses_for_who_reads_them(join: Join) -> None:
    """GraphQL over HTTP: a failure before execution has a status and no data, if asked for."""
    ada = await join("ada")
    cases = [
        ("{ __typename }", ada.with_token, 200, None),
        ("{ nothing }", ada.with_token, 400, "BAD_REQUEST"),
        ("{", ada.with_token, 400, "BAD_REQUEST"),
        ("{ __typename }", {"Authorization": "Bearer mut_x"}, 401, "UNAUTHENTICATED"),
        ("{ viewer { email } }", ada.with_token, 403, "FORBIDDEN_SCOPE"),
        ("{ members(first: 0) { nodes { id } } }", ada.with_token, 294, "BAD_REQUEST"),
    ]
    async with httpx.AsyncClient(base_url=ada.server.url) as web:
        for query, who, status, code in cases:
            for accept, wanted in ((STRICT, status), ("application/json", 200), ("*/*", 200)):
                headers = {**who, "Accept": accept}
                answer = await web.post("/graphql", json={"query": query}, headers=headers)
                assert answer.status_code == wanted, (query, accept, answer.text)
                kind = STRICT if accept == STRICT else "application/json"
                assert answer.headers["content-type"].split(";")[0] == kind
                found = answer.json()
                assert ("data" in found) is (status < 300), found
                given = found.get("errors", [{}])[0].get("extensions", {}).get("code")
                assert given == code
