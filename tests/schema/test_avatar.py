"""Pictures through the schema."""

import base64
from typing import Any

from models.token import Scope
from tests.models.acts import SetUp
from tests.people import people
from tests.pictures import plain
from tests.schema.acts import code, codes
from tests.schema.conftest import Ask

PUT = """mutation ($image: Picture!) { setAvatar(input: {image: $image}) {
  member { avatarUrl } userErrors { field code message } } }"""
REMOVE = "mutation { removeAvatar { member { avatarUrl } userErrors { code } } }"
URL = "{ viewer { member { avatarUrl } } }"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


async def put(ask: Ask, who: int, image: object) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask(who, PUT, image=image))["setAvatar"]
    return payload


async def test_setting_and_removing(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    first = (await put(ask, ada, b64(plain())))["member"]["avatarUrl"]
    assert first.startswith("/avatars/mem_")
    assert first.endswith(".webp")
    second = (await put(ask, ada, plain()))["member"]["avatarUrl"]  # bytes, as a page gives them
    assert second != first
    theirs = '{ member(handle: "ada") { avatarUrl } }'
    assert (await ask(grace, theirs))["member"]["avatarUrl"] == second
    for _ in range(2):
        payload = (await ask(ada, REMOVE))["removeAvatar"]
        assert payload == {"member": {"avatarUrl": None}, "userErrors": []}


async def test_what_is_no_picture(ask: Ask, set_up: SetUp) -> None:
    [ada] = await people("ada")
    for data in (b"", b"text"):
        payload = await put(ask, ada, b64(data))
        assert payload["member"] is None
        assert codes(payload) == ["IMAGE_INVALID"]
        assert payload["userErrors"][0]["field"] == ["image"]
    for given in ("not base64!", "YQ", 7, ["YQ=="]):
        wrong = await ask(ada, PUT, errors=True, image=given)
        assert code(wrong) == "BAD_REQUEST", given
    set_up(avatar_kilobytes=1)
    assert codes(await put(ask, ada, b64(b"x" * 1025))) == ["IMAGE_INVALID"]
    assert (await ask(ada, URL))["viewer"]["member"]["avatarUrl"] is None


async def test_scopes(ask: Ask) -> None:
    [ada] = await people("ada")
    few = frozenset({Scope.PROFILE_READ})
    assert code(await ask(ada, REMOVE, scopes=few, errors=True)) == "FORBIDDEN_SCOPE"
