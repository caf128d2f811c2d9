"""The CRM sync misses nothing and duplicates nothing, whenever it is killed."""

import asyncio
import itertools
import random
import sqlite3
from pathlib import Path

import pytest

from models import sql, token
from tests.clients import Client
from tests.examples.conftest import (
    Program,
    all_told,
    connect,
    program,
    python,
    remove,
    scopes_of_readme,
    truth,
    until,
)
from tests.examples.receivers import Receiver, receiver

pytestmark = pytest.mark.slow
_names = (f"Ada {number}" for number in itertools.count(1))


class Running:
    """The program's surroundings: one member, one CRM, one state file."""

    def __init__(self, me: Client, crm: Receiver, state: Path) -> None:
        self.me, self.crm, self.state = me, crm, state

    async def start(self, *options: str, **changes: str) -> Program:
        environment = {
            "MUTUAL_URL": self.me.server.url,
            "MUTUAL_TOKEN": self.me.bearer,
            "CRM_URL": self.crm.url,
            "STATE_FILE": str(self.state),
            **changes,
        }
        return await program(*python("crm-sync/sync.py", *options), **environment)

    async def once(self, *options: str) -> None:
        run = await self.start(*options)
        said = await run.said()
        assert run.process.returncode == 0, said

    async def holds(self) -> bool:
        return self.crm.contacts == await truth(self.me)

    async def settled(self) -> None:
        """All events told, one more run: then the CRM is what is true."""
        await until(all_told)
        await self.once()
        assert self.crm.contacts == await truth(self.me)


async def churn(me: Client, chance: random.Random, rounds: int) -> None:
    """Connections come and go, some come back."""
    for _ in range(rounds):
        await connect(me, next(_names))
        if chance.random() < 0.6:
            there = sorted(await truth(me))
            await remove(me, chance.choice(there))
        await asyncio.sleep(0.02)


async def test_killed_again_and_again_while_connections_come_and_go(join, tmp_path: Path) -> None:
    me, chance = await join("grace"), random.Random(7)
    for _ in range(130):  # more than a page
        await connect(me, next(_names))
    with receiver(seconds_per_call=0.01) as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        changing = asyncio.ensure_future(churn(me, chance, 60))
        before = []
        for mode in ("--follow", "", "--follow", "--follow", "", "--follow"):
            calls = crm.calls
            run = await running.start(*([mode] if mode else []))
            await until(lambda calls=calls: crm.calls > calls)
            await asyncio.sleep(chance.uniform(0, 0.5))
            await run.end()
            before.append(len(crm.contacts))
        await changing
        assert before[0] < 130, "the first kill came in the middle of the reading"
        await running.settled()
        assert len(crm.contacts) > 130


@pytest.mark.parametrize("mode", ["--follow", ""])
async def test_killed_while_the_crm_is_about_to_take_an_event(
    join, tmp_path: Path, mode: str
) -> None:
    me = await join("grace")
    await connect(me, next(_names))
    with receiver() as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        await running.once()
        for change in ("connect", "remove"):
            if change == "connect":
                await connect(me, next(_names))
            else:
                await remove(me, min(await truth(me)))
                await until(all_told)
            crm.shut()
            run = await running.start(*([mode] if mode else []))
            await until(crm.waiting.is_set)
            await run.end()
            crm.open.set()
            assert crm.contacts != await truth(me)
            await running.settled()


async def test_follows_as_it_happens(join, tmp_path: Path) -> None:
    me = await join("grace")
    await connect(me, next(_names))
    with receiver() as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        run = await running.start("--follow")
        await until(running.holds)
        for _ in range(3):
            await connect(me, next(_names))
            await me.ask("{ viewer { eventCursor } }")
        # The writes above were made in this process: an act of the server's rings its bell.
        await remove(me, min(await truth(me)))
        await until(running.holds)
        assert len(crm.contacts) == 3
        assert run.process.returncode is None
        await run.end()


async def test_the_crm_may_be_down(join, tmp_path: Path) -> None:
    me = await join("grace")
    await connect(me, next(_names))
    with receiver() as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        crm.refuse = 503
        run = await running.start()
        assert "Run it again" in await run.said()
        assert run.process.returncode == 1
        run = await running.start("--follow")
        await until(lambda: crm.refused >= 2)
        crm.refuse = 0
        await until(running.holds)
        assert "trying again" in await run.end()


async def test_away_for_longer_than_events_are_kept(join, tmp_path: Path) -> None:
    me = await join("grace")
    for _ in range(4):
        await connect(me, next(_names))
    with receiver() as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        await running.once()
        first, second, *_ = sorted(await truth(me))
        await remove(me, first)
        await connect(me, next(_names))
        await until(all_told)
        await sql.change("DELETE FROM event WHERE member_id = $1", me.key)
        assert first in crm.contacts
        await running.once()
        assert crm.contacts == await truth(me)
        assert first not in crm.contacts
        assert second in crm.contacts


async def test_the_stream_is_reset_while_it_is_followed(join, tmp_path: Path) -> None:
    me = await join("grace")
    for _ in range(2):
        await connect(me, next(_names))
    with receiver() as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        run = await running.start("--follow")
        await until(running.holds)
        await asyncio.sleep(0.5)  # it is listening
        # Two connections in this process, so that no bell rings in the server's; the event of
        # the first is lost before the server looks.
        lost = await connect(me, "Lost One")
        await sql.change("DELETE FROM event WHERE member_id = $1 AND other_id = $2", me.key, lost)
        await connect(me, next(_names))
        assert len(crm.contacts) == 2
        other = await join("alan")
        await other.send(me)  # rings
        await until(running.holds)
        assert "Lost One" in {card["name"] for card in crm.contacts.values()}
        await run.end()


async def test_a_removal_that_is_undone_makes_no_event_and_is_seen_all_the_same(
    join, tmp_path: Path
) -> None:
    me = await join("grace")
    key = await connect(me, next(_names))
    await connect(me, next(_names))
    with receiver() as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        gone = "SET ended_at = connected_at, ended_by_id = $1 WHERE owner_id = $1 AND other_id = $2"
        await sql.change(f"UPDATE relationship {gone}", me.key, key)
        await running.once()
        assert len(crm.contacts) == 1
        back = "SET ended_at = NULL, ended_by_id = NULL WHERE owner_id = $1 AND other_id = $2"
        await sql.change(f"UPDATE relationship {back}", me.key, key)
        # With the ordinary ten minutes the second reading would come by itself.
        with sqlite3.connect(running.state) as state:
            state.execute("UPDATE place SET read_at = 0")
        state.close()
        await running.once()
        assert len(crm.contacts) == 2
        assert await running.holds()


async def test_who_changed_their_headline_is_read_with_full(join, tmp_path: Path) -> None:
    me = await join("grace")
    key = await connect(me, next(_names))
    with receiver() as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        await running.once()
        await sql.change("UPDATE member SET headline = 'Admiral' WHERE id = $1", key)
        calls = crm.calls
        await running.once()
        assert crm.calls == calls, "what the CRM has is not sent again"
        await running.once("--full")
        assert [card["headline"] for card in crm.contacts.values()] == ["Admiral"]


async def test_the_scopes_it_names_are_enough(join, tmp_path: Path) -> None:
    me = await join("grace")
    await connect(me, next(_names))
    named = scopes_of_readme("crm-sync")
    _, secret = await token.create(me.key, "narrow", sorted(named), None)
    with receiver() as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        for _ in range(2):
            run = await running.start(MUTUAL_TOKEN=secret)
            said = await run.said()
            assert run.process.returncode == 0, said
        run = await running.start("--follow", MUTUAL_TOKEN=secret)
        await remove(me, min(await truth(me)))
        await until(running.holds)
        assert await run.end() == ""
        for scope in named:
            less = sorted(named - {scope})
            _, secret = await token.create(me.key, "less", less, None)
            run = await running.start("--full", MUTUAL_TOKEN=secret)
            assert "Mutual answered FORBIDDEN_SCOPE: " in await run.said(), scope


async def test_mistakes_are_told_in_plain_words(join, tmp_path: Path) -> None:
    me = await join("grace")
    with receiver() as crm:
        running = Running(me, crm, tmp_path / "state.sqlite3")
        run = await running.start("--follow", MUTUAL_TOKEN="mut_nothing")
        assert "Mutual answered UNAUTHENTICATED: " in await run.said()
        run = await running.start(MUTUAL_TOKEN="", CRM_URL="")
        assert await run.said() == "Set MUTUAL_TOKEN and CRM_URL.\n"
        run = await running.start(MUTUAL_URL="http://127.0.0.1:9")
        said = await run.said()
        assert "Run it again" in said
        assert "Traceback" not in said
