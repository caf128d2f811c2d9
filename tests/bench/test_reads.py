"""The measuring of reads: every document has an answer, for every kind of viewer."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import reading
from bench.__main__ import bench
from bench.read_documents import MORE, READS
from bench.readers import readers
from bench.reading import Failed, Reading, answer
from bench.reads import run, table
from seeds.bulk import bulk


def unsaid(_line: str) -> None:
    """Progress nobody looks at."""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("database")
async def test_every_read_has_an_answer_of_two_statements_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "LEAST", 1)
    # A collection before each of 200 cells takes a minute among all that the tests hold.
    monkeypatch.setattr(reading, "without_pauses", nullcontext)
    await bulk(400, 12, 1, lambda *_: None)
    readings = await run(0.01, "", unsaid)
    assert {each.read for each in readings} == READS.keys()
    assert len({each.viewers for each in readings}) == 3
    for each in readings:
        assert 1 <= each.statements <= MORE.get(each.read, 2), each
        assert 0 < each.database[0] < each.whole[-1], each
    lines = table(readings).splitlines()
    assert len(lines) == 2 + len(READS)
    assert lines[0].startswith("| read | statements | median: ")


@pytest.mark.usefixtures("database")
async def test_an_answer_that_is_an_error_is_not_measured() -> None:
    await bulk(200, 6, 1, lambda *_: None)
    [first, *_] = (await readers()).values()
    with pytest.raises(Failed, match="nothingLikeThat"):
        await answer("{ nothingLikeThat }", first[0])


def test_a_cell_shows_the_whole_and_sql_alone() -> None:
    reading = Reading("r", "median: 3", 1, [1.0, 2.0, 30.0], [0.5, 1.0, 20.0])
    assert reading.figures() == "2.0 / 30.0 (1.0 / 20.0)"


@pytest.mark.usefixtures("set_up")
def test_the_command_measures_a_small_network_on_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_POSTGRES_URL", raising=False)
    file = tmp_path / "figures.json"
    arguments = ["reads", "--members", "200", "--seconds", "0.01", "--only", "directory"]
    result = CliRunner().invoke(bench, [*arguments, "--json", str(file)])
    assert result.exit_code == 0, result.output
    assert "### SQLite" in result.output
    figures = json.loads(file.read_text())["SQLite"]
    assert {figure["read"] for figure in figures} == {"directory"}
    assert all(len(figure["ms"]) >= 5 for figure in figures)
