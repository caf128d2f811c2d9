"""A busy member's network for the demo: two thousand invented members, and a busy member who is
connected with nearly all of them and has tagged and dated what a busy member would.

They were there before the story begins, so they stand behind the cast in every list.
"""

import random
from datetime import datetime, timedelta
from typing import NamedTuple

from models import sql
from models.organisation import key_of
from models.request import Basis
from models.settings import settings
from seeds import books, bulk, network
from seeds.invented import NOTES
from seeds.load import Loader, Record, loading
from seeds.network import Network
from seeds.story import Act, ask

DEGREE, SEED, FIRST = 6, 11, 100
# One of so many is a stranger to the busy member; most of those ask them now.
STRANGER = 40
TAGS = ("Committee", "Sponsors", "Speakers", "Site managers", "Mentors")
_HOW = (
    "At the spring meeting in Bergen.",
    "They ran the site next to ours.",
    "Sat beside me on the jury of the bridge of the year.",
    "Wrote to me about the guideline for handrails.",
    "Walked up Fløyen together, talking about bolts.",
)
_PLACES = ("Bergen", "Oslo", "Porto", "Umeå", "Ghent", "Kiel")


# Parts in the story (seeds/knowing.py) for some of the crowd: connections of the busy member, and
# strangers to them.
FRIENDS = ("newcomer", "sought", "neighbour", "classmate", "dismissed")
STRANGERS = ("colleague", "claimant", "stranger")


class Crowd(NamedTuple):
    """The keys of a crowd by handle and by part in the story, and which of them are strangers."""

    handles: dict[str, int]
    parts: dict[str, int]
    strangers: list[str]

    def requests(self) -> list[Act]:
        """What the strangers ask of the busy member, in the last weeks."""
        rng = random.Random(SEED)
        return [
            ask(
                25 - number * 24 / len(self.strangers),
                handle,
                "henrik",
                rng.choice([b for b in Basis if b is not Basis.INTRODUCED]),
                rng.choice(NOTES) if rng.random() < 0.8 else None,
            )
            for number, handle in enumerate(self.strangers)
        ]


async def gather(
    busy: int, size: int, began: datetime, present: datetime, password_hash: str
) -> Crowd:
    """Make the crowd around the busy member, as of when the story began."""
    made = Network(size, DEGREE, SEED, began, FIRST)
    strangers = set(range(STRANGER // 2, size, STRANGER))
    known = {row["key"]: row["id"] for row in await sql.rows("SELECT id, key FROM organisation")}
    friends = [i for i in range(size) if i not in strangers]
    async with loading(settings().database_url) as loader:
        await bulk.people(loader, made, _quietly, password_hash, known)
        await loader.put("relationship", network.RELATIONSHIP, list(made.ties()))
        kept = [tuple(side) for sides in made.sides.values() for side in sides]
        await loader.put("relationship", network.RELATIONSHIP, kept)
        for i in friends:
            made.degrees[i] += 1
        await _befriend(loader, made, busy, friends, present)
        await loader.put("inbox", network.INBOX, list(made.inboxes()))
    await sql.change(
        "UPDATE inbox SET connections = connections + $2 WHERE id = $1", busy, len(friends)
    )
    handles = {made.handle(i): made.first + i for i in range(size)}
    parts = await _parts([made.first + i for i in friends], FRIENDS)
    parts |= await _parts([made.first + i for i in strangers], STRANGERS)
    waiting = [made.handle(i) for i in sorted(strangers)]
    return Crowd(handles, parts, [h for h in waiting if handles[h] not in parts.values()])


async def _parts(keys: list[int], parts: tuple[str, ...]) -> dict[str, int]:
    """The first of them who hide nothing and switched nothing off."""
    found = await sql.rows(
        f"SELECT id FROM member WHERE id {sql.among(1)} AND profile_audience = 'MEMBERS' "
        "AND connections_audience = 'MEMBERS' AND accepts_requests AND suggested "
        "AND suggested_by_connections AND suggested_by_work AND suggested_by_school "
        "ORDER BY id LIMIT $2",
        keys,
        len(parts),
    )
    return {part: row["id"] for part, row in zip(parts, found, strict=True)}


async def _befriend(
    loader: Loader, made: Network, busy: int, friends: list[int], present: datetime
) -> None:
    rng = random.Random(SEED)
    tags = [(made.new_id(), busy, name, key_of(name)) for name in TAGS]
    own: list[Record] = []
    theirs: list[Record] = []
    worn: list[Record] = []
    notes: list[Record] = []
    for i in friends:
        at = made.now - timedelta(minutes=rng.randrange(60, 700 * 1440))
        side, member = made.new_id(), made.first + i
        theirs.append((made.new_id(), member, busy, at, True, True))
        own.append((side, busy, member, at, True, True, *_book(rng, at, present)))
        if rng.random() < 0.3:
            worn.append((made.new_id(), side, rng.choice(tags)[0]))
        if rng.random() < 0.1:
            said = at + timedelta(hours=1)
            text = "Knows someone at every port authority. Ask before the summer."
            notes.append((made.new_id(), side, "NOTE", text, rng.choice(_PLACES), said, said))
    await loader.put("relationship", books.BOOK, own)
    await loader.put("relationship", network.RELATIONSHIP, theirs)
    await loader.put("tag", books.TAG, tags)
    await loader.put("relationship_tag", books.RELATIONSHIP_TAG, worn)
    await loader.put("contact_note", books.CONTACT_NOTE, notes)


def _book(rng: random.Random, at: datetime, present: datetime) -> Record:
    """The columns of the contact book: BOOK behind those of RELATIONSHIP."""
    met = rng.random() < 0.4
    seen = rng.random() < 0.6
    due = rng.random() < 0.01
    return (
        rng.choice(_HOW) if met else "",
        rng.choice(_PLACES) if met else "",
        at.date().isoformat() if met else None,
        met,
        None,
        rng.random() < 0.01,
        at + (present - at) * rng.random() if seen else None,
        present + timedelta(days=rng.randrange(1, 90)) if due else None,
        rng.choice((12, 26, 52)) if due else None,
    )


def _quietly(_what: str, _done: int, _total: int) -> None:
    pass
