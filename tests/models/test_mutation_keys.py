"""clientMutationKey: the same act once, however often it is sent, for a day."""

import pytest

from models import clock, sender, sql, sweeper
from models import request as requests
from models.problem import Code
from models.request import Basis
from models.sending import send
from tests.models.acts import NOON, ask, budget, code_of, refused
from tests.people import check_invariants, people

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _noon() -> None:
    clock.freeze(NOON)


async def test_the_same_key_gives_the_first_payload() -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace, "Hello", "form 1")
    assert await ask(ada, grace, "Hello", "form 1") == key
    assert (await budget(ada)).remaining == 49
    assert await code_of(ask(ada, grace, "Hello", "form 2")) == "REQUEST_OPEN"
    assert await code_of(ask(ada, grace, "Hello")) == "REQUEST_OPEN"
    await requests.accept(grace, key)
    row = await send(ada, grace, Basis.WORKED_TOGETHER, "Hello", "form 1")
    assert (row["id"], row["sender_state"]) == (key, "ACCEPTED")
    await check_invariants()


async def test_a_key_used_for_something_else_is_refused() -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    await ask(ada, grace, "Hello", "form 1")
    for act in (
        ask(ada, grace, "Hello!", "form 1"),
        ask(ada, grace, None, "form 1"),
        ask(ada, ida, "Hello", "form 1"),
        send(ada, grace, Basis.OTHER, "Hello", "form 1"),
    ):
        with refused(Code.KEY_REUSED) as caught:
            await act
        assert caught[0].field == ("clientMutationKey",)


async def test_keys_belong_to_their_member() -> None:
    ada, grace, ida = await people("ada", "grace", "ida")
    one = await ask(ada, grace, "Hello", "form 1")
    assert await ask(ida, grace, "Hello", "form 1") != one


async def test_a_refused_act_keeps_no_key() -> None:
    ada, grace = await people("ada", "grace")
    assert await code_of(ask(ada, grace, "x" * 501, "form 1")) == "NOTE_TOO_LONG"
    assert await code_of(ask(ada, grace, "short enough", "form 1")) == "OK"


async def test_asking_back_keeps_its_key_too() -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(grace, ada)
    assert await ask(ada, grace, "Me too", "form 1") == key
    assert await ask(ada, grace, "Me too", "form 1") == key


@pytest.mark.parametrize("swept", [False, True])
async def test_a_key_is_kept_for_a_day(swept: bool) -> None:
    ada, grace = await people("ada", "grace")
    key = await ask(ada, grace, None, "form 1")
    await sender.withdraw(ada, key)
    clock.advance(hours=24, microseconds=-1)
    assert await ask(ada, grace, None, "form 1") == key
    clock.advance(seconds=1)
    if swept:
        await sweeper.purge()
        assert not await sql.rows("SELECT id FROM mutation_key")
    assert await code_of(ask(ada, grace, None, "form 1")) == "COOLDOWN"
    clock.advance(days=21)
    assert await ask(ada, grace, None, "form 1") != key
