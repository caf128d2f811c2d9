"""Pictures on pages: choosing one, and who is served it."""

import re

import httpx
import pytest

from models import sql, token
from models.token import Scope
from tests.models.acts import SetUp
from tests.pictures import bad, plain
from tests.web.conftest import Browser, Enter

PATH = "/settings/picture"


async def choose(
    who: Browser, data: bytes, *, htmx: bool = False, name: str = "image"
) -> httpx.Response:
    """Upload a file."""
    headers = {"HX-Request": "true"} if htmx else {}
    return await who.client.post(PATH, files={name: ("me.png", data)}, headers=headers)


async def address(who: Browser) -> str:
    """Where the picture is, as the page shows it."""
    found = re.search(r'src="(/avatars/[^"]+)"', (await who.get(PATH)).text)
    assert found
    return found[1]


@pytest.mark.parametrize("htmx", [False, True])
async def test_choosing_and_removing(enter: Enter, htmx: bool) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    assert "your initials" in (await ada.get(PATH)).text
    answer = await choose(ada, plain(), htmx=htmx)
    text = answer.text if htmx else await ada.follow(answer)
    assert "/avatars/mem_" in text
    where = await address(ada)
    for page in ("/", "/members", "/members/ada"):
        assert where in (await ada.get(page)).text
    assert where in (await grace.get("/members")).text
    answer = await ada.post(f"{PATH}/removal", htmx=htmx)
    text = answer.text if htmx else await ada.follow(answer)
    assert "/avatars/" not in text
    assert (await ada.get(where)).status_code == 404


async def test_how_it_is_served(enter: Enter) -> None:
    ada, grace, visitor = await enter("ada"), await enter("grace"), await enter(None)
    await choose(ada, plain())
    where = await address(ada)
    answer = await grace.get(where)
    assert answer.status_code == 200
    assert answer.content[8:12] == b"WEBP"
    headers = answer.headers
    assert headers["content-type"] == "image/webp"
    assert headers["cache-control"] == "private, max-age=31536000, immutable"
    assert headers["x-content-type-options"] == "nosniff"
    assert "Cookie" in headers["vary"]
    never = where.replace(where[-9], "0" if where[-9] != "0" else "1")
    hidden, nothing = await visitor.get(where), await visitor.get(never)
    assert (hidden.status_code, nothing.status_code) == (404, 404)
    assert hidden.text.replace(where, "") == nothing.text.replace(never, "")
    for wrong in (
        "/avatars/x/y.webp",
        "/avatars/mem_0000000000000/%00.webp",
        f"/avatars/{'x' * 500}/{'y' * 500}.webp",
        "/avatars/../x.webp",
    ):
        assert (await grace.get(wrong)).status_code == 404, wrong


async def test_a_token_sees_as_its_member_with_the_scope(enter: Enter) -> None:
    ada, grace = await enter("ada"), await enter("grace")
    await choose(ada, plain())
    where = await address(ada)
    assert grace.key is not None
    stranger = await enter(None)
    for scopes, status in (({Scope.PROFILE_READ}, 200), ({Scope.NETWORK_READ}, 404)):
        _, bearer = await token.create(grace.key, "CRM", sorted(scopes), None)
        got = await stranger.client.get(where, headers={"Authorization": f"Bearer {bearer}"})
        assert got.status_code == status, scopes
    for header in ("Bearer nonsense", "Bearer", "Basic x", ""):
        got = await stranger.client.get(where, headers={"Authorization": header})
        assert got.status_code == 404, header
    # A header stands for itself: a member's cookie beside it does not count.
    got = await grace.client.get(where, headers={"Authorization": "Bearer nonsense"})
    assert got.status_code == 404


@pytest.mark.parametrize("htmx", [False, True])
async def test_what_is_no_picture(enter: Enter, htmx: bool) -> None:
    ada = await enter("ada")
    for name in ("svg", "truncated jpeg", "bomb", "text", "pdf"):
        answer = await choose(ada, bad()[name], htmx=htmx)
        assert answer.status_code == 422, name
        assert 'id="field-image-error"' in answer.text
        assert ("<!doctype" in answer.text) is not htmx
    for answer in (await choose(ada, b"", htmx=htmx), await choose(ada, plain(), name="other")):
        assert answer.status_code == 422
        assert 'id="field-image-error"' in answer.text
    assert (await ada.post(PATH, htmx=htmx, image="words")).status_code == 422
    assert await sql.rows("SELECT id FROM avatar") == []


async def test_its_size_here_and_nowhere_else(enter: Enter, set_up: SetUp) -> None:
    set_up(avatar_kilobytes=300)
    ada = await enter("ada")
    assert (await choose(ada, plain() + bytes(299 * 1024))).status_code == 303
    answer = await choose(ada, plain() + bytes(301 * 1024))
    assert answer.status_code == 422
    assert "larger than" in answer.text
    assert (await choose(ada, bytes(4 * 1024 * 1024))).status_code == 413
    other = await ada.client.post("/settings", content=bytes(300 * 1024))
    assert other.status_code == 413


async def test_it_takes_a_form_of_ours(enter: Enter) -> None:
    ada = await enter("ada")
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    answer = await ada.client.post(PATH, files={"image": ("x", plain())}, headers=foreign)
    assert answer.status_code == 403
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await ada.client.post(PATH, content=b"--x\r\nnonsense", headers=broken)
    assert answer.status_code in (400, 422)
    visitor = await enter(None)
    assert (await choose(visitor, plain())).status_code == 303
