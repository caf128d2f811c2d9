"""What the cast knows of one another, beside the requests of the story: contact books, codes,
introductions, imported contacts. Steps of the story, each an act of its models.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from models import (
    clock,
    contact,
    contact_match,
    contact_note,
    contact_share,
    follow,
    imported_contact,
    introduction,
    introduction_ask,
    meeting_code,
    reminder,
    saved_filter,
    sql,
    suggestion,
    tag,
)
from models.address_file import AddressSource, Found
from models.contact_list import ContactSort, Filter
from models.contact_note import ContactNoteKind
from models.meeting import Meeting
from models.profile_words import ContactKind
from models.request import Basis
from models.sending import send
from seeds.lives import CARRICK, HALDEN

Keys = Mapping[str, int]


class Step(NamedTuple):
    """Something done so many days ago; `play` gets the keys of members by handle or part."""

    days_ago: float
    play: Callable[[Keys], Awaitable[None]]


async def side(keys: Keys, owner: str, other: str) -> int:
    """The key of a member's side of a connection."""
    row = await sql.row(
        "SELECT id FROM relationship WHERE owner_id = $1 AND other_id = $2",
        keys[owner],
        keys[other],
    )
    assert row is not None, (owner, other)
    return int(row["id"])


async def _ada_sorts(keys: Keys) -> None:
    """Tags, how they met, and a filter to find them by."""
    ada = keys["ada"]
    made = {
        name: (await tag.create(ada, name))["id"]
        for name in ("Timber", "Mentors", "Carrick", "Porto")
    }
    for other, names in (
        ("henrik", ("Mentors", "Timber")),
        ("maeve", ("Carrick",)),
        ("ines", ("Timber", "Porto")),
    ):
        own = await side(keys, "ada", other)
        await tag.put_on(ada, [own], [made[name] for name in names])
    met = (clock.now() - timedelta(days=110)).date().isoformat()
    await contact.update(
        ada,
        await side(keys, "ada", "henrik"),
        {
            "how_met": "On the ferry to the spring meeting. He paid for the coffee.",
            "met_place": "Bergen",
            "met_on": met,
        },
    )
    await contact.update(
        ada,
        await side(keys, "ada", "ines"),
        {"how_met": "She chaired my session.", "met_event": "Timber Days", "met_place": "Porto"},
    )
    await contact.update(ada, await side(keys, "ada", "maeve"), {"through_id": keys["henrik"]})
    await saved_filter.save(ada, "Timber people", Filter(tags=[made["Timber"]]), ContactSort.NAME)
    await saved_filter.save(
        ada, "Long not spoken to", Filter(no_contact_days=60), ContactSort.LAST_CONTACT
    )


async def _ada_remembers(keys: Keys) -> None:
    """The log of her contacts, and when to get back to them."""
    ada = keys["ada"]
    now = clock.now()
    for other, kind, text, place, ago in (
        ("henrik", ContactNoteKind.MET, "Walked the new pier. He knows the port.", "Bergen", 20),
        ("henrik", ContactNoteKind.NOTE, "Prefers a telephone call to a long letter.", "", 12),
        ("ines", ContactNoteKind.CONTACTED, "Sent her the moisture figures of Sävar.", "", 5),
        ("maeve", ContactNoteKind.NOTE, "Is looking for speakers for the reunion.", "", 8),
    ):
        own = await side(keys, "ada", other)
        await contact_note.add(ada, own, kind, text, place, now - timedelta(days=ago))
    await reminder.remind(ada, await side(keys, "ada", "ines"), None, 12)
    # Due a few hours before the present: it waits for her on the notifications page.
    due = now + timedelta(days=_REMEMBERED - 0.2)
    await reminder.remind(ada, await side(keys, "ada", "maeve"), due, None)


_REMEMBERED = 25


async def _ada_imports(keys: Keys) -> None:
    """Contacts from elsewhere; one of them is a member who lets herself be found."""
    await contact_match.allow(keys["ada"], found=True)
    await imported_contact.bring(
        keys["ada"],
        AddressSource.LINKEDIN,
        [
            Found("Lotte Brandt", "lotte@example.org", organisation="Kiel Drawings"),
            *(
                Found(name, f"{name.split()[0].lower()}@mail.example", "", place, title, "", on)
                for name, place, title, on in _ELSEWHERE
            ),
        ],
    )
    await imported_contact.bring(
        keys["ada"],
        AddressSource.VCARD,
        [Found("Sigrid Hult", "", "+46 70 174 06 33", "Sävar sawmill", "Sawyer")],
    )


_ELSEWHERE = (
    ("Bo Ekman", HALDEN, "Rail inspector", "2019-04-02"),
    ("Cilla Ruud", HALDEN, "Archivist", "2018-11-20"),
    ("Dermot Foley", CARRICK, "Laboratory head", "2021-06-14"),
    ("Elsa Norrby", "Norrby Glulam", "Owner", "2023-01-09"),
    ("Fabio Neri", "Ponte & Figli", "Engineer", "2024-09-30"),
)


async def _ada_shares(keys: Keys) -> None:
    """Her number for Henrik alone."""
    own = await side(keys, "ada", "henrik")
    numbers = await _contacts(keys["ada"], ContactKind.PHONE)
    await contact_share.set_shares(keys["ada"], own, numbers)


async def _contacts(member: int, kind: ContactKind) -> list[int]:
    found = await sql.rows(
        "SELECT id FROM profile_entry WHERE member_id = $1 AND kind = 'CONTACT' AND label = $2",
        member,
        kind.value,
    )
    return [row["id"] for row in found]


async def _kofi_asks(keys: Keys) -> None:
    """With the code that Ada showed, and his telephone number."""
    shown = await meeting_code.shown_by(keys["ada"])
    assert shown is not None
    await send(
        keys["kofi"],
        keys["ada"],
        Basis.MET_IN_PERSON,
        "You let me glue a sensor under your bridge in Porto. It has things to tell you.",
        met=Meeting(meeting_code.text_of(shown["id"])),
        shares=await _contacts(keys["kofi"], ContactKind.PHONE),
    )


async def _ada_shows_a_code(keys: Keys) -> None:
    await meeting_code.show(keys["ada"], "Timber Days", "Porto")


async def _lotte_lets_herself_be_found(keys: Keys) -> None:
    await contact_match.allow(keys["lotte"], found=True)


def _follows(days_ago: float, who: str, *others: str) -> Step:
    async def play(keys: Keys) -> None:
        for other in others:
            await follow.follow(keys[who], keys[other])

    return Step(days_ago, play)


async def _ada_dismisses(keys: Keys) -> None:
    await suggestion.dismiss(keys["ada"], keys["dismissed"])


def _introduced(days_ago: float, who: tuple[str, str, str], to_second: str, words: str) -> Step:
    """The first asks the second to introduce them to the third."""

    async def play(keys: Keys) -> None:
        asker, introducer, target = (keys[one] for one in who)
        await introduction_ask.ask(asker, introducer, target, to_second, words)

    return Step(days_ago, play)


async def _open(keys: Keys, asker: str, target: str) -> int:
    row = await sql.row(
        "SELECT id FROM introduction WHERE asker_id = $1 AND target_id = $2 "
        "AND asker_state = 'PENDING'",
        keys[asker],
        keys[target],
    )
    assert row is not None, (asker, target)
    return int(row["id"])


def _forwarded(days_ago: float, who: tuple[str, str, str], words: str) -> Step:
    async def play(keys: Keys) -> None:
        asker, introducer, target = who
        await introduction.forward(keys[introducer], await _open(keys, asker, target), words)

    return Step(days_ago, play)


def _agreed(days_ago: float, who: tuple[str, str, str]) -> Step:
    async def play(keys: Keys) -> None:
        asker, _, target = who
        await introduction.accept(keys[target], await _open(keys, asker, target))

    return Step(days_ago, play)


def _asked(days_ago: float, who: str, whom: str, basis: Basis, note: str) -> Step:
    """A request by one of the crowd."""

    async def play(keys: Keys) -> None:
        await send(keys[who], keys[whom], basis, note)

    return Step(days_ago, play)


_TOMAS = ("tomas", "henrik", "yuki")
_GUEST = ("newcomer", "henrik", "ada")
STEPS: list[Step] = [
    # Two whom Henrik brought together.
    _introduced(60, _TOMAS, "You know her, I think?", "Our bridge at Kungälv hums. Why?"),
    _forwarded(58, _TOMAS, "Tomas has two hundred bridges, and one of them sings."),
    _agreed(57, _TOMAS),
    # One in each part for Ada now.
    _introduced(
        13, _GUEST, "May I meet her?", "I would like to see how you detail a bearing in oak."
    ),
    _forwarded(11, _GUEST, "Careful, asks good questions. You will like each other."),
    _introduced(
        6, ("yuki", "ada", "maeve"), "", "Carrick has the oldest footbridge that still sways."
    ),
    _introduced(
        5, ("ada", "henrik", "sought"), "Is he the one with the crane?", "May we borrow a crane?"
    ),
    # Her contact book.
    Step(30, _lotte_lets_herself_be_found),
    Step(28, _ada_sorts),
    Step(_REMEMBERED, _ada_remembers),
    Step(22, _ada_shares),
    Step(10, _ada_imports),
    # Whose work one admires, and whom one need not be shown again.
    _follows(40, "ada", "kofi", "noor", "pavel"),
    _follows(36, "tomas", "ada", "yuki"),
    _follows(7, "amara", "ada", "henrik", "ines"),
    Step(6.5, _ada_dismisses),
    # Requests that the records confirm, that only their senders vouch for, and neither.
    Step(19.5, _ada_shows_a_code),
    Step(19, _kofi_asks),
    _asked(4, "claimant", "ada", Basis.WORKED_TOGETHER, "We were on the same site for years, Ada!"),
    _asked(
        3.5, "stranger", "ada", Basis.NEED_TO_MESSAGE, "I would like to present our lubricants."
    ),
]
