"""The four operations, contender beside contender, round by round."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from statistics import median
from typing import Any, NamedTuple

from bench.client import Cell, Wire, load
from bench.contenders import CONTENDERS
from bench.material import Material
from bench.servers import Server

OPERATIONS = ("inbox", "connections", "send", "accept")
# Answers per second nobody here exceeds: so much material is made.
FASTEST = 2500
WARM_SECONDS = 1.0


class Outcome(NamedTuple):
    """One operation on one contender over all rounds."""

    operation: str
    contender: str
    cells: list[Cell]
    # Milliseconds of CPU of the application for one answer, by round.
    cpu: list[float]

    @property
    def rate(self) -> float:
        """The median round's answers per second."""
        return median(cell.rate for cell in self.cells)

    def milliseconds(self, share: float) -> float:
        """The median round's percentile."""
        return median(cell.percentile(share) for cell in self.cells) * 1000

    @property
    def failed(self) -> int:
        """Answers that were none."""
        return sum(cell.failed for cell in self.cells)


def ratios(outcomes: list[Outcome], operation: str) -> list[float]:
    """Mutual's rate as a multiple of the floor's, by round."""
    cells = {o.contender: o.cells for o in outcomes if o.operation == operation}
    return [
        mutual.rate / floor.rate
        for mutual, floor in zip(cells["mutual"], cells["floor"], strict=True)
    ]


class Stock:
    """Requests to send, ready made; reads go round, writes are used once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Iterator[bytes]] = {}

    @classmethod
    async def make(cls, material: Material, rounds: int, seconds: float) -> "Stock":
        """For both contenders: the same reads, disjoint writes."""
        stock = cls()
        each = int(FASTEST * (rounds * seconds + WARM_SECONDS))
        sends, accepts = await material.sends(2 * each), await material.accepts(2 * each)
        tokens = [material.tokens[member] for member in material.readers]
        for half, (name, contender) in enumerate(CONTENDERS.items()):
            for operation, make in (
                ("inbox", contender.inbox),
                ("connections", contender.connections),
            ):
                texts = [make(token) for token in tokens]
                stock._kept[operation, name] = itertools.cycle(texts)
            stock._kept["send", name] = map(contender.send, sends[half::2])
            stock._kept["accept", name] = map(contender.accept, accepts[half::2])
        return stock

    def of(self, operation: str, contender: str) -> Iterator[bytes]:
        """What is left."""
        return self._kept[operation, contender]


async def measure(
    servers: list[Server],
    stock: Stock,
    rounds: int,
    seconds: float,
    connections: int,
    said: Callable[[str], None],
) -> list[Outcome]:
    """All rounds; the contenders take turns within each operation, and in who begins."""
    outcomes = [Outcome(op, s.name, [], []) for op in OPERATIONS for s in servers]

    async def cell(server: Server, operation: str, length: float) -> Cell:
        wanted = stock.of(operation, server.name)
        return await load(server.port, wanted, CONTENDERS[server.name].good, length, connections)

    for server, operation in itertools.product(servers, OPERATIONS):
        await cell(server, operation, WARM_SECONDS)
    for number in range(rounds):
        for operation in OPERATIONS:
            for server in servers if number % 2 == 0 else reversed(servers):
                before = server.cpu()
                result = await cell(server, operation, seconds)
                used = server.cpu() - before
                outcome = next(
                    o for o in outcomes if (o.operation, o.contender) == (operation, server.name)
                )
                outcome.cells.append(result)
                outcome.cpu.append(1000 * used / max(1, result.done + result.failed))
                said(f"round {number + 1}: {operation} {server.name} {result.rate:.0f}/s")
                await asyncio.sleep(0.2)  # let the database finish what it puts off
    return outcomes


async def check_equal(servers: list[Server], stock: Stock, reads: int) -> None:
    """Both contenders give the same values. Raises AssertionError with the first that differs."""
    wires = {server.name: await Wire.open(server.port) for server in servers}
    for operation in OPERATIONS:
        for _ in range(reads if operation in ("inbox", "connections") else 1):
            said: dict[str, Any] = {}
            for name, wire in wires.items():
                status, body = await wire.ask(next(stock.of(operation, name)))
                assert status == 200, (operation, name, status, body)
                assert CONTENDERS[name].good(body), (operation, name, body)
                said[name] = _plain(CONTENDERS[name].says(body))
            if operation in ("inbox", "connections"):
                assert said["floor"] == said["mutual"], (operation, said)
                assert said["floor"]["rows"], operation
            else:  # other members each: only the shape can be compared
                assert said["floor"].keys() == said["mutual"].keys(), (operation, said)
    for wire in wires.values():
        wire.close()


def _plain(value: Any) -> Any:
    """With moments compared as moments, however they are written."""
    if isinstance(value, dict):
        return {
            key: datetime.fromisoformat(part) if key.endswith("At") else _plain(part)
            for key, part in value.items()
        }
    return [_plain(part) for part in value] if isinstance(value, list) else value
