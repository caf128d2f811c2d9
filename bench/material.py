"""What a run is made of: a database, tokens, and enough members to ask and requests to accept
that no operation is asked for twice and the contenders never meet.
"""

import contextlib
import os
import random
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import asyncpg

from bench.contenders import Accept, Send
from models import credential, database, ids
from models.settings import configure
from seeds.bulk import Progress, bulk

SEED = 1
WAITING = (20, 40)
# Connections of each contender's pool to the database.
POOL = 10
_GRANTED = "id member_id name prefix secret_hash scopes created_at used_at"
SCOPES = "events:read network:read profile:read requests:read requests:write"
# Members whose inbox and connections are read, and members who send; the rest accept.
READERS, SENDERS = 0.03, 0.1


def environment(url: str) -> dict[str, str]:
    """The settings of both contenders. The budget and the cap of open requests are checked as
    ever but do not bite: a thousand members would not do for the sends of one run.
    """
    return {
        "DATABASE_URL": f"{url}?minsize={POOL}&maxsize={POOL}",
        "BELL_URL": "memory://",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "LOG_LEVEL": "WARNING",
        "REQUEST_BUDGET": "1000000",
        "OPEN_REQUESTS": "1000000",
        # Periodic work is not what is measured, and the hourly one reorders inboxes that are
        # being compared.
        "RUN_JOBS": "false",
    }


@contextlib.asynccontextmanager
async def prepared(
    server: str, members: int, degree: int, progress: Progress
) -> AsyncIterator[tuple[dict[str, str], "Material"]]:
    """A database of its own on that server, seeded; the environment of the contenders, and the
    material. The database goes away at the end.
    """
    plain = server.partition("?")[0].replace("postgres://", "asyncpg://")
    name = f"mutual_bench_{os.getpid()}"
    admin = await asyncpg.connect(plain.replace("asyncpg://", "postgres://"))
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        url = f"{plain.rpartition('/')[0]}/{name}"
        given = environment(url)
        configure(database_url=given["DATABASE_URL"], secret_key=given["SECRET_KEY"])
        await database.migrate()
        async with database.connected():
            await bulk(members, degree, SEED, progress, requests_per_member=WAITING)
        connection = await asyncpg.connect(url.replace("asyncpg://", "postgres://"))
        try:
            yield given, await Material.make(connection)
        finally:
            await connection.close()
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


class Material:
    """Tokens by member, and what to ask for."""

    def __init__(self, connection: asyncpg.Connection, tokens: dict[int, str]) -> None:
        self._connection = connection
        self._random = random.Random(SEED)
        self.tokens = tokens
        everyone = sorted(tokens)
        self._random.shuffle(everyone)
        readers = max(20, int(len(everyone) * READERS))
        senders = readers + int(len(everyone) * SENDERS)
        self.readers = everyone[:readers]
        self._senders = everyone[readers:senders]
        self._others = everyone[senders:]

    @classmethod
    async def make(cls, connection: asyncpg.Connection) -> "Material":
        """Give every member a token."""
        members = [row["id"] for row in await connection.fetch("SELECT id FROM member")]
        tokens = {member: credential.make("mut") for member in members}
        now = datetime.now(UTC)
        await connection.copy_records_to_table(
            "access_token",
            columns=_GRANTED.split(),
            # Used just now, so that neither contender writes down that it was used.
            records=[
                (
                    ids.new_id(),
                    member,
                    "bench",
                    token[:8],
                    credential.hashed(token),
                    SCOPES,
                    now,
                    now,
                )
                for member, token in tokens.items()
            ],
        )
        await connection.execute("VACUUM (ANALYZE) access_token")
        return cls(connection, tokens)

    async def sends(self, count: int) -> list[Send]:
        """Members who may ask, and whom: never connected, nothing open, each pair once."""
        return [
            Send(self.tokens[sender], ids.encode(ids.MEMBER, recipient))
            for sender, recipient in await self.pairs(self._senders, self._others, count)
        ]

    async def pairs(
        self, senders: Sequence[int], recipients: Sequence[int], count: int
    ) -> list[tuple[int, int]]:
        """Pairs of members with nothing between them, the second taking requests."""
        rng = self._random
        drawn: dict[tuple[int, int], tuple[int, int]] = {}
        while len(drawn) < count * 1.2:
            one, two = rng.choice(senders), rng.choice(recipients)
            if one != two:
                drawn[min(one, two), max(one, two)] = (one, two)
        found = await self._connection.fetch(
            "SELECT one, two FROM unnest($1::bigint[], $2::bigint[]) "
            "WITH ORDINALITY pair (one, two, n) "
            "JOIN member m ON m.id = two AND m.accepts_requests "
            "AND m.profile_audience <> 'CONNECTIONS' "
            "WHERE NOT EXISTS (SELECT 1 FROM relationship r WHERE r.owner_id = one "
            "AND r.other_id = two) AND NOT EXISTS (SELECT 1 FROM connection_request c "
            "WHERE c.low_id = least(one, two) AND c.high_id = greatest(one, two)) "
            "ORDER BY n LIMIT $3",
            [pair[0] for pair in drawn.values()],
            [pair[1] for pair in drawn.values()],
            count,
        )
        return [(row["one"], row["two"]) for row in found]

    async def accepts(self, count: int) -> list[Accept]:
        """Open requests and who may accept them; of members whom nobody introduces to each other
        at the time: the floor knows no introductions that accepting would end.
        """
        found = await self._connection.fetch(
            "SELECT r.id, r.recipient_id FROM connection_request r "
            "WHERE r.sender_state = 'PENDING' AND r.recipient_state = 'PENDING' "
            "AND r.recipient_id = ANY($1::bigint[]) AND r.expires_at > now() "
            "AND NOT EXISTS (SELECT 1 FROM introduction i WHERE i.asker_state = 'PENDING' "
            "AND i.asker_id IN (r.sender_id, r.recipient_id) "
            "AND i.target_id IN (r.sender_id, r.recipient_id)) ORDER BY md5(r.id::text) LIMIT $2",
            self._others,
            count,
        )
        return [
            Accept(self.tokens[row["recipient_id"]], ids.encode(ids.REQUEST, row["id"]))
            for row in found
        ]

    def subscribers(self, count: int) -> list[int]:
        """So many members who neither read nor send."""
        return self._others[:count]
