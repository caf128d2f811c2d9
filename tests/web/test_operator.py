"""The operator's pages: jobs that were given up, and not a trace of them for anybody else."""

import pytest

from models import ids, job, operator, unit
from models.unit import Unit
from tests.web.conftest import Browser, Enter, text_of

pytestmark = pytest.mark.only_engine("sqlite")


@pytest.fixture
async def ada(enter: Enter) -> Browser:
    browser = await enter("ada")
    assert browser.key
    await operator.appoint(browser.key, True)
    return browser


async def dead_job(error: str = "<b>no</b>") -> str:
    async def work(u: Unit) -> None:
        await job.enqueue(u, "mail", {})

    await unit.unit(work)
    [row] = await job.claim(["mail"], 1)
    await job.fail(row["id"], 1, error, None)
    return ids.encode(ids.JOB, row["id"])


async def test_an_operator_finds_the_page_and_what_is_on_it(ada: Browser) -> None:
    assert 'href="/operator"' in (await ada.get("/")).text
    assert "everything that was to be done is done" in text_of((await ada.get("/operator")).text)
    key = await dead_job()
    page = (await ada.get("/operator")).text
    assert key in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "tried again" in text_of(await ada.follow(await ada.post(f"/operator/jobs/{key}/retry")))
    assert "1 job" in text_of((await ada.get("/operator")).text)
    assert "no longer there" in text_of(
        await ada.follow(await ada.post(f"/operator/jobs/{key}/discard"))
    )


@pytest.mark.parametrize("act", ["retry", "discard"])
async def test_in_place(ada: Browser, act: str) -> None:
    key = await dead_job()
    part = await ada.post(f"/operator/jobs/{key}/{act}", htmx=True)
    assert part.status_code == 200
    assert 'id="operator-jobs"' in part.text
    assert key not in part.text
    again = await ada.post(f"/operator/jobs/{key}/{act}", htmx=True)
    assert again.status_code == 422
    assert "no longer there" in text_of(again.text)


async def test_for_everyone_else_there_is_no_such_page(ada: Browser, enter: Enter) -> None:
    grace = await enter("grace")
    key = await dead_job()
    assert "/operator" not in (await grace.get("/")).text
    assert (await grace.get("/operator")).status_code == 404
    for act in ("retry", "discard"):
        assert (await grace.post(f"/operator/jobs/{key}/{act}")).status_code == 404
    assert len(await job.dead()) == 1
