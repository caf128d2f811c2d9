"""docs/api/introductions.md from beginning to end, by the three it is about."""

from pathlib import Path

from tests.examples.guides import blocks
from tests.schema.acts import mem
from tests.schema.conftest import Ask
from tests.schema.introducing import three

GUIDE = Path(__file__).parents[2] / "docs/api/introductions.md"


async def test_what_the_guide_shows_is_what_happens(ask: Ask) -> None:
    whom, asking, waiting, forward, accept = [block.code for block in blocks(GUIDE)]
    ada, mia, ben = await three(ask)
    found = (await ask(ada, whom, handle="ben"))["member"]
    assert [each["name"] for each in found["introducers"]["nodes"]] == ["Mia"]
    given = {"introducer": found["introducers"]["nodes"][0]["id"], "target": found["id"]}
    answers = [await ask(ada, asking, **given, once="key") for _ in range(2)]
    assert answers[0] == answers[1], "it can be retried"
    key = answers[0]["requestIntroduction"]["introduction"]["id"]
    todo = (await ask(mia, waiting))["viewer"]
    assert todo["waitingIntroductionCount"] == 1
    assert todo["toForward"]["nodes"][0]["canForward"]
    passed = (await ask(mia, forward, id=key))["forwardIntroduction"]
    assert passed == {"introduction": {"id": key, "state": "FORWARDED"}, "userErrors": []}
    [mine] = (await ask(ben, waiting))["viewer"]["forMe"]["nodes"]
    assert (mine["id"], mine["recommendation"]) == (key, "She asks good questions.")
    assert mine["introducerName"] == "Mia"
    done = (await ask(ben, accept, id=key))["acceptIntroduction"]
    assert done["relationship"]["member"] == {"name": "Ada"}
    again = (await ask(ada, whom, handle="ben"))["member"]
    assert again == {"id": mem(ben), "openIntroduction": None, "introducers": {"nodes": []}}
