"""A bulk network for measuring and for trying out: many members, connections, open requests."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from models import clock, message_search, search_text, sql, update_search
from models.member import hash_password
from models.settings import settings
from seeds import books, network, posts, talks
from seeds.books import Books
from seeds.cast import DEMO_PASSWORD
from seeds.load import BATCH, Loader, Record, loading
from seeds.network import Network
from seeds.posts import Posts
from seeds.talks import THREAD, Talks

# Called with what is being made, how many are done, and of how many (the last is estimated).
Progress = Callable[[str, int, int], None]
FEW = (0, 6)
# Members whose requests are made together.
_TOGETHER = 500


async def bulk(
    members: int,
    connections_per_member: int,
    seed: int,
    progress: Progress,
    *,
    requests_per_member: tuple[int, int] = FEW,
    thread: int = THREAD,
) -> None:
    """Add a network to the database that is open: `requests_per_member` (least, most) wait for
    each member's answer; `thread` messages are in each of up to 1,000 conversations of the busiest
    member, and 100 times that in one. Writes past the ORM and needs the tables to itself meanwhile.
    """
    if members < 1 or connections_per_member < 0:
        raise ValueError("a network needs a member, and no less than no connections")
    counted = await sql.row("SELECT count(*) AS n FROM member")
    assert counted is not None
    made = Network(members, connections_per_member, seed, clock.now(), counted["n"])
    known = {row["key"]: row["id"] for row in await sql.rows("SELECT id, key FROM organisation")}
    async with loading(settings().database_url) as loader:
        await people(loader, made, progress, await hash_password(DEMO_PASSWORD), known)
        rows = members * connections_per_member
        ties = _watched(made.ties(), progress, "relationships", rows)
        await loader.put("relationship", network.RELATIONSHIP, ties)
        await _books(loader, Books(made, seed), progress)
        await _posts(loader, Posts(made, seed), progress)
        await _talks(loader, Talks(made, seed, thread), progress)
        for start in range(0, members, _TOGETHER):
            end = min(start + _TOGETHER, members)
            asked = made.asked(requests_per_member, start, end)
            await loader.put("connection_request", network.REQUEST, asked.requests)
            await loader.put("notification", network.NOTIFICATION, asked.notifications)
            await loader.put("event", network.EVENT, asked.events)
            progress("requests of members", end, members)
        await loader.put("inbox", network.INBOX, made.inboxes())
        progress("indexes", 0, 1)
    progress("indexes", 1, 1)
    progress("search", 0, 1)
    await search_text.complete()
    await update_search.complete()
    await message_search.complete()
    progress("search", 1, 1)


async def people(
    loader: Loader,
    made: Network,
    progress: Progress,
    password_hash: str,
    known: Mapping[str, int],
) -> None:
    """Load the members of a network with their careers; `known` are organisations by key."""
    members = made.members
    rows = _watched(made.people(password_hash), progress, "members", members)
    await loader.put("member", network.MEMBER, rows)
    await loader.put("allowance", ["id"], ((made.first + i,) for i in range(members)))
    organisations, places = made.organisations(known)
    await loader.put("organisation", network.ORGANISATION, organisations)
    careers = _watched(made.careers_of_all(places), progress, "careers", 3 * members)
    await loader.put("career_entry", network.CAREER_ENTRY, careers)
    entries = _watched(made.entries(), progress, "profiles", 7 * members)
    await loader.put("profile_entry", network.PROFILE_ENTRY, entries)


async def _books(loader: Loader, made: Books, progress: Progress) -> None:
    steps: list[tuple[str, Sequence[str], Iterable[Record]]] = [
        ("relationship", books.BOOK, made.sides()),
        ("tag", books.TAG, made.tags()),
        ("relationship_tag", books.RELATIONSHIP_TAG, made.tagged()),
        ("audience_tag", books.AUDIENCE_TAG, made.audiences()),
        ("contact_share", books.CONTACT_SHARE, made.shares()),
        ("contact_note", books.CONTACT_NOTE, made.notes()),
        ("saved_filter", books.SAVED_FILTER, made.filters()),
        ("follow", books.FOLLOW, made.follows()),
        ("suggestion_dismissal", books.DISMISSAL, made.dismissals()),
        ("introduction", books.INTRODUCTION, made.introductions()),
        ("imported_contact", books.IMPORTED, made.imported()),
    ]
    for number, (table, columns, rows) in enumerate(steps, start=1):
        await loader.put(table, columns, rows)
        progress("contact books", number, len(steps))


async def _posts(loader: Loader, made: Posts, progress: Progress) -> None:
    updates = _watched(made.updates(), progress, "updates", len(made))
    await loader.put("member_update", posts.UPDATE, updates)
    await loader.put("update_reply", posts.REPLY, made.replies())
    await loader.put("update_thanks", posts.THANKS, made.thanks())
    await loader.put("feed_mute", posts.MUTE, made.mutes())


async def _talks(loader: Loader, made: Talks, progress: Progress) -> None:
    messages = _watched(made.messages(), progress, "messages", len(made))
    await loader.put("message", talks.MESSAGE, messages)
    await loader.put("conversation", talks.CONVERSATION, made.conversations())
    await loader.put("conversation_side", talks.SIDE, made.sides())


def _watched(rows: Iterable[Record], progress: Progress, what: str, total: int) -> Iterator[Record]:
    done = 0
    for done, row in enumerate(rows, start=1):
        if done % BATCH == 0:
            progress(what, min(done, total), total)
        yield row
    progress(what, done, done)
