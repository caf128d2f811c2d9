"""schema: print it, compare it with the last release, record a release."""

import re
from typing import Annotated

import typer

from models import clock
from schema import changes
from schema import schema as built
from schema.version import VERSION
from web.cli.failing import fail, in_words
from web.settings import ROOT

RELEASED = ROOT / "schema" / "released.graphql"
# One accepted change a line: the sentence that `schema --compare` prints, `--`, and why.
ACCEPTED = ROOT / "schema" / "accepted.txt"
HEAD = re.compile(r"# Mutual (\d+\.\d+\.\d+), released (\d{4}-\d{2}-\d{2})\.$")


@in_words
def schema(
    compare: Annotated[
        bool, typer.Option(help="Instead say what changed for clients since the last release.")
    ] = False,
    strict: Annotated[
        bool, typer.Option(help="With --compare: fail on a break nobody gave a reason for.")
    ] = False,
    release: Annotated[
        bool, typer.Option(help="Record it as what this version promises to clients.")
    ] = False,
) -> None:
    """Print the GraphQL schema as SDL."""
    sdl = built.as_str()
    if not compare and not release:
        typer.echo(sdl)
        return
    before, accepted = RELEASED.read_text(), accepted_changes(ACCEPTED.read_text())
    lines, unexplained = report(before, sdl, accepted)
    typer.echo("\n".join(lines))
    if unexplained and (strict or release):
        raise fail(f"{RELEASED.name} promised otherwise: give reasons in schema/{ACCEPTED.name}.")
    if release:
        known = released_version(before)
        if known is not None and number(VERSION) <= number(known):
            raise fail(f"{known} is released. Give schema/version.py the next version first.")
        RELEASED.write_text(f"# Mutual {VERSION}, released {clock.now():%Y-%m-%d}.\n{sdl}\n")
        ACCEPTED.write_text(comments(ACCEPTED.read_text()))
        typer.echo(f"Recorded {VERSION} in schema/{RELEASED.name}.")


def released_version(released: str) -> str | None:
    """The version in the first line; None where nothing has been released yet."""
    head = HEAD.match(released.partition("\n")[0])
    return head[1] if head else None


def number(version: str) -> tuple[int, ...]:
    """To compare versions by."""
    return tuple(map(int, version.split(".")))


def accepted_changes(text: str) -> dict[str, str]:
    """Accepted changes with their reasons. Raises ValueError for one without."""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            change, _, reason = line.partition(" -- ")
            if not reason.strip():
                raise ValueError(f"no reason: {line}")
            found[change.strip()] = reason.strip()
    return found


def comments(text: str) -> str:
    """The file without its entries: a new release begins with none."""
    return "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))


def report(before: str, sdl: str, accepted: dict[str, str]) -> tuple[list[str], list[str]]:
    """What to print, and the breaking changes that still need a reason."""
    version = released_version(before)
    found = changes.compare(before, sdl, clock.now().date())
    unexplained = [change for change in found.breaking if change not in accepted]
    if version is None:
        since = "the schema recorded before any release (no version has been released yet)"
    else:
        since = f"release {version}"
    lines = [f"Compared with {since}:"]
    for change in found.breaking:
        why = f" (accepted: {accepted[change]})" if change in accepted else ""
        lines.append(f"  BREAKS CLIENTS        {change}{why}")
    lines += [f"  removed as announced  {change}" for change in found.announced]
    lines += [f"  MAY SURPRISE CLIENTS  {change}" for change in found.dangerous]
    if len(lines) == 1:
        lines.append("  nothing that existing clients would notice.")
    if version is None and unexplained:
        lines.append("Nobody was promised anything yet, so nothing of this needs a reason.")
        unexplained = []
    return lines, unexplained
