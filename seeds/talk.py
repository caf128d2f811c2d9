"""What the cast write to each other, and how they want to hear of it. Steps of the story."""

from models import (
    conversation_acts,
    conversation_settings,
    message_acts,
    message_send,
    notification_choice,
    quiet_hours,
    sender_rule,
    sql,
)
from models.notification_choice import Choice, Handling, SenderClass
from models.notification_kind import MailTiming, NotificationKind
from models.request import Basis
from models.sending import send
from seeds.knowing import Keys, Step

DAY_MINUTES = 24 * 60


async def _thread(keys: Keys, owner: str, other: str) -> int:
    row = await sql.row(
        "SELECT id FROM conversation_side WHERE owner_id = $1 AND other_id = $2",
        keys[owner],
        keys[other],
    )
    assert row is not None, (owner, other)
    return int(row["id"])


def said(days_ago: float, who: str, whom: str, text: str, *, selling: bool = False) -> Step:
    """A message, also where it is a message request."""

    async def play(keys: Keys) -> None:
        await message_send.send(keys[who], keys[whom], text, selling=selling)

    return Step(days_ago, play)


def talk(days_ago: float, one: str, two: str, *lines: str) -> list[Step]:
    """The two in turns, twenty minutes apart; a line that begins with + goes on for who wrote."""
    steps, who, whom = [], two, one
    for number, line in enumerate(lines):
        if not line.startswith("+"):
            who, whom = whom, who
        text = line.removeprefix("+").strip()
        steps.append(said(days_ago - number * 20 / DAY_MINUTES, who, whom, text))
    return steps


def read(days_ago: float, who: str, *others: str) -> list[Step]:
    """A member reads all that these wrote."""

    def one(other: str) -> Step:
        async def play(keys: Keys) -> None:
            await message_acts.mark_read(keys[who], await _thread(keys, who, other), None)

        return Step(days_ago, play)

    return [one(other) for other in others]


async def _ada_puts_away(keys: Keys) -> None:
    """What is settled out of the way, and muted."""
    thread = await _thread(keys, "ada", "ines")
    await conversation_acts.mute(keys["ada"], thread, muted=True)
    await conversation_acts.archive(keys["ada"], thread)


async def _ada_chooses(keys: Keys) -> None:
    """She takes message requests, with what sells something aside, and shows what she has read."""
    await conversation_settings.choose(keys["ada"], True, True, True)
    await quiet_hours.choose(keys["ada"], "Europe/Stockholm", 22 * 60, 7 * 60)
    daily = Choice(True, MailTiming.DAILY)
    await notification_choice.choose(
        keys["ada"],
        {
            NotificationKind.UPDATE_THANKED: daily,
            NotificationKind.REQUEST_ACCEPTED: daily,
            NotificationKind.CONTACT_JOINED: Choice(True, MailTiming.WEEKLY),
        },
    )


_ZONES = {
    "henrik": "Europe/Oslo",
    "ines": "Europe/Lisbon",
    "maeve": "Europe/Dublin",
    "yuki": "Asia/Tokyo",
    "tomas": "Europe/Stockholm",
    "noor": "Europe/Stockholm",
    "kofi": "Africa/Accra",
    "pavel": "Europe/Prague",
}


async def _others_choose(keys: Keys) -> None:
    for handle, zone in _ZONES.items():
        await quiet_hours.choose(keys[handle], zone)
    for handle in ("yuki", "henrik"):
        await conversation_settings.choose(keys[handle], None, None, True)
    # Of three hundred talks a year: who is no stranger finds another way.
    await sender_rule.choose(keys["ines"], SenderClass.STRANGER, Handling.HOLD)
    await sender_rule.choose(keys["pavel"], SenderClass.NEW_ACCOUNT, Handling.QUIET)


async def _ines_is_asked(keys: Keys) -> None:
    note = "I have a talk about lubricants, and slides."
    await send(keys["stranger"], keys["ines"], Basis.OTHER, note)


TALK: list[Step] = [
    Step(109, _ada_chooses),
    Step(83, _others_choose),
    Step(3.2, _ines_is_asked),
    *talk(
        140,
        "ines",
        "ada",
        "Would you give the talk again in Porto? Forty minutes, and questions.",
        "Gladly, if I may bring the piece that failed.",
        "+ It is 30 kg of larch. Is there a lift?",
        "There is a lift. There is also a man called Rui.",
    ),
    *talk(
        44,
        "noor",
        "kofi",
        "Ten sensors arrived, thank you. Where do they want to sit?",
        "Under the third beam, where nobody looks.",
        "We have decided for another supplier. I am sorry.",
    ),
    *talk(
        34,
        "henrik",
        "ada",
        "The port has a walkway that nobody dares to own. Interested?",
        "How long?",
        "31 metres, and 60 years of paint.",
        "Then yes. I can be in Bergen on the 12th.",
        "Bring boots.",
    ),
    *talk(
        17,
        "maeve",
        "ada",
        "The reunion wants one speaker who still builds things. I said I knew one.",
        "Did you.",
        "I said you would be brief.",
        "I can be brief about creep. Twenty minutes?",
    ),
    *talk(
        7.8,
        "yuki",
        "ada",
        "We asked each other in the same week! That saves a week.",
        "Mine hums at 2 Hz when the wind is from the river.",
        "That is not the wind, that is walkers. May I come with a microphone in May?",
        "Come in May. I will find you a room with a view of it.",
    ),
    *read(6, "yuki", "ada"),
    *read(5.9, "ada", "ines", "henrik", "maeve", "yuki"),
    Step(5.8, _ada_puts_away),
    # Who may write once, until the other has answered.
    said(0.45, "maeve", "amara", "Welcome to the circle. Coffee on Thursday, by video?"),
    # What waits for Ada now.
    said(
        4.5,
        "neighbour",
        "ada",
        "We share a firm but never a site. The oak for the Sävar handrail: was it steamed?",
    ),
    said(
        3.4, "stranger", "ada", "Our bearings never squeak. May I send a price list?", selling=True
    ),
    said(1.1, "maeve", "ada", "Twenty minutes it is. The hall has a projector from 1994."),
    said(1.05, "maeve", "ada", "Could you send me a photograph, and two lines about yourself?"),
    said(
        0.35,
        "henrik",
        "ada",
        "The drawings of the walkway, at last: https://bridge-builders.example/walkway-1962 "
        "(page 4 is upside down, so was the draughtsman).",
    ),
]
