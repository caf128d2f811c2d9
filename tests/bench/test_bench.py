"""The measuring itself: both contenders answer alike and leave a sound database behind."""

import pytest

from bench import report, rounds
from bench.client import Cell
from bench.material import prepared
from bench.rounds import Outcome, Stock
from bench.servers import serving
from bench.subscribers import Subscriptions
from models import database
from tests.people import check_invariants


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.usefixtures("set_up")
async def test_both_contenders_answer_alike_and_break_no_rule(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "WARM_SECONDS", 0.2)
    async with prepared(postgres_url, 400, 12, lambda *_: None) as (environment, material):
        stock = await Stock.make(material, 1, 0.3)
        with serving("floor", environment) as floor, serving("mutual", environment) as mutual:
            servers = [floor, mutual]
            await rounds.check_equal(servers, stock, 12)
            outcomes = await rounds.measure(servers, stock, 1, 0.3, 4, lambda _: None)
        assert [(o.operation, o.failed) for o in outcomes if o.failed] == []
        assert all(o.rate > 0 and o.cpu[0] > 0 for o in outcomes)
        async with database.connected(environment["DATABASE_URL"]):
            await check_invariants()


def outcome(operation: str, contender: str, *rates: float) -> Outcome:
    cells = [Cell(int(rate), 0, 1.0, [0.001, 0.002, 0.003]) for rate in rates]
    return Outcome(operation, contender, cells, [0.5] * len(cells))


def test_the_table_names_ratio_spread_and_bar() -> None:
    outcomes = [
        outcome(operation, contender, *rates)
        for operation in rounds.OPERATIONS
        for contender, rates in (("floor", (1000, 1000, 1000)), ("mutual", (200, 300, 250)))
    ]
    lines = report.table(outcomes).splitlines()
    assert len(lines) == 1 + 2 * len(rounds.OPERATIONS)
    [inbox] = [line for line in lines if line.startswith("inbox        mutual")]
    assert "0.25 (0.20 to 0.30)" in inbox
    assert "below 0.30" in inbox
    [connections] = [line for line in lines if line.startswith("connections  mutual")]
    assert "reached 0.18" in connections
    figures = report.as_json(outcomes, Subscriptions(10, 40.0, 99, 1, [1.0, 9.0], [0.0, 2.0]))
    assert figures["ratios"]["send"] == [0.2, 0.3, 0.25]
    assert figures["subscriptions"]["lost"] == 1
