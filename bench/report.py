"""What a run says: a table to read, and the same as JSON."""

import platform
from statistics import median
from typing import Any

from bench.rounds import OPERATIONS, Outcome, ratios
from bench.subscribers import Subscriptions, percentile

# The bar of the first release: Mutual's answers per second as a multiple of the floor's.
BAR = {"inbox": 0.30, "connections": 0.18, "send": 0.35, "accept": 0.30}
BAR_KIB, BAR_MS = 55, 15


def table(outcomes: list[Outcome]) -> str:
    """The four operations."""
    lines = [
        f"{'':12} {'':7} {'req/s':>7} {'p50 ms':>7} {'p99 ms':>7} {'CPU ms':>7} "
        f"{'failed':>6}   of the floor (spread)   bar",
    ]
    for operation in OPERATIONS:
        for outcome in (o for o in outcomes if o.operation == operation):
            line = (
                f"{operation:12} {outcome.contender:7} {outcome.rate:7.0f} "
                f"{outcome.milliseconds(0.5):7.1f} {outcome.milliseconds(0.99):7.1f} "
                f"{median(outcome.cpu):7.2f} {outcome.failed:6}"
            )
            if outcome.contender == "mutual":
                found = ratios(outcomes, operation)
                line += (
                    f"   {median(found):.2f} ({min(found):.2f} to {max(found):.2f})"
                    f"{_mark(median(found) >= BAR[operation]):>10} {BAR[operation]:.2f}"
                )
            lines.append(line)
    return "\n".join(lines)


def _mark(reached: bool) -> str:
    return "reached" if reached else "below"


def subscriptions(found: Subscriptions) -> str:
    """The two measurements of subscriptions."""
    p99 = percentile(found.from_request, 0.99)
    return (
        f"{found.subscribers} idle subscriptions: {found.kib:.1f} KiB each "
        f"({_mark(found.kib <= BAR_KIB)} {BAR_KIB})\n"
        f"{found.events} events, {found.lost} lost. From the start of the mutation's request to "
        f"the frame: p50 {percentile(found.from_request, 0.5):.1f} ms, p99 {p99:.1f} ms "
        f"({_mark(p99 <= BAR_MS)} {BAR_MS})\n"
        "From the mutation's answer to the frame: "
        f"p50 {percentile(found.from_answer, 0.5):.1f} ms, "
        f"p99 {percentile(found.from_answer, 0.99):.1f} ms"
    )


def as_json(outcomes: list[Outcome], found: Subscriptions | None) -> dict[str, Any]:
    """Everything, for comparing runs."""
    cells = [
        {
            "operation": o.operation,
            "contender": o.contender,
            "per_second": [round(cell.rate, 1) for cell in o.cells],
            "p50_ms": round(o.milliseconds(0.5), 2),
            "p99_ms": round(o.milliseconds(0.99), 2),
            "cpu_ms": [round(value, 3) for value in o.cpu],
            "failed": o.failed,
        }
        for o in outcomes
    ]
    result: dict[str, Any] = {
        "python": platform.python_version(),
        "operations": cells,
        "ratios": {op: [round(r, 3) for r in ratios(outcomes, op)] for op in OPERATIONS},
    }
    if found is not None:
        result["subscriptions"] = {
            "count": found.subscribers,
            "kib_each": round(found.kib, 1),
            "events": found.events,
            "lost": found.lost,
            "p99_ms_from_request": round(percentile(found.from_request, 0.99), 2),
            "p99_ms_from_answer": round(percentile(found.from_answer, 0.99), 2),
        }
    return result
