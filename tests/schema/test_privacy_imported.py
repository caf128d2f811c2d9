"""What a member imports, and whether they may be found by it, is theirs alone."""

import pytest

from tests.people import people
from tests.schema.acts import connect
from tests.schema.conftest import Ask
from tests.schema.test_imported_contact import ALLOW, bring
from tests.schema.test_privacy import readable

pytestmark = pytest.mark.usefixtures("unbounded")


@pytest.mark.slow
async def test_importing_and_looking_changes_nothing_for_those_who_are_imported(ask: Ask) -> None:
    names = ["ada", "grace", "hugo"]
    ada, grace, hugo = await people(*names)
    await connect(ask, ada, hugo)
    others = [grace, hugo, None]
    before = [await readable(who, names, []) for who in others]
    own = await readable(ada, names, [])
    assert (await bring(ask, ada))["added"] == 2
    await ask(ada, ALLOW, yes=True)
    assert [await readable(who, names, []) for who in others] == before
    assert await readable(ada, names, []) != own


async def test_one_side_alone_learns_nothing(ask: Ask) -> None:
    """Whether an address belongs to a member cannot be read off, by its owner or by guessing."""
    names = ["ada", "grace", "hugo"]
    ada, grace, _ = await people(*names)
    nobody = "First Name,Last Name,Connected On,Email Address\nX,Y,,{}\n"
    looks = []
    for address in ("grace@example.org", "nobody@example.org"):
        await ask(ada, "mutation { removeImportedContacts { count } }")
        await bring(ask, ada, nobody.format(address))
        viewer = (
            await ask(
                ada,
                "{ viewer { importedContacts { nodes { name member { id } } totalCount } "
                "matched: importedContacts(matched: true) { nodes { id } } unreadCount } }",
            )
        )["viewer"]
        looks.append(viewer)
    assert looks[0] == looks[1]
    # Grace may be found, Ada has not said so: still nothing.
    await bring(ask, ada)
    await ask(grace, ALLOW, yes=True)
    members = "{ viewer { importedContacts { nodes { member { id } } } } }"
    nodes = (await ask(ada, members))["viewer"]["importedContacts"]["nodes"]
    assert [each["member"] for each in nodes] == [None] * 3
