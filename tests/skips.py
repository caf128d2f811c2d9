"""What a test needs of the machine, from the environment that scripts/services.py makes. What is
missing skips the test with a reason, and the summary counts the reasons. With STRICT=1 every
skip, this one or any other, is a failure.
"""

import os
from collections import Counter
from collections.abc import Generator

import pytest

STRICT = os.environ.get("STRICT") == "1"

NEEDS = {
    "postgres": ("TEST_POSTGRES_URL", "a PostgreSQL server"),
    "redis": ("TEST_REDIS_URL", "a Redis server"),
    "browser": ("TEST_CHROMIUM", "Chromium"),
    "node": ("TEST_NODE", "Node"),
}


def requires(name: str) -> str:
    """Where the thing is; without it the test is skipped."""
    variable, thing = NEEDS[name]
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"needs {thing}: {variable} is not set (`make test` sets it)")
    return value


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """asyncpg://… of a server the tests may make databases on."""
    return requires("postgres")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """redis://… of a server nobody else uses."""
    return requires("redis")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser's program."""
    return requires("browser")


@pytest.fixture(scope="session")
def node_path() -> str:
    """The locked Node's program; the locked packages are in node_modules."""
    return requires("node")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under STRICT=1 a skip becomes a failure (an expected failure is no skip)."""
    report = yield
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"STRICT: {reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    if STRICT and report.skipped:
        report.outcome, report.longrepr = "failed", f"STRICT: {reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the skips by reason: a green run must not hide what it did not try."""
    skipped = terminalreporter.stats.get("skipped", [])
    for why, count in Counter(map(reason, skipped)).most_common():
        terminalreporter.write_line(f"{count} skipped: {why}", yellow=True)


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why it was skipped."""
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return text.removeprefix("Skipped: ")
