"""What happened among the cast, as acts at moments counted in days before the seeding."""

from typing import NamedTuple

from models.request import Basis, DeclineReason


class Act(NamedTuple):
    """One act of `who` towards `whom`; what the other fields mean depends on the act."""

    days_ago: float
    what: str
    who: str
    whom: str = ""
    basis: Basis = Basis.OTHER
    note: str | None = None
    reason: DeclineReason = DeclineReason.NOT_NOW
    tell: bool = False


def ask(days_ago: float, who: str, whom: str, basis: Basis, note: str | None = None) -> Act:
    """A request; where the other has asked already, an acceptance."""
    return Act(days_ago, "ask", who, whom, basis, note)


def answer(days_ago: float, what: str, who: str, whom: str) -> Act:
    """`who` accepts, ignores, withdraws, nudges or removes what is between them and `whom`."""
    return Act(days_ago, what, who, whom)


def _old_friends(days_ago: float, who: str, whom: str, basis: Basis, note: str) -> list[Act]:
    """Asked, and accepted within the day."""
    return [ask(days_ago, who, whom, basis, note), answer(days_ago - 0.4, "accept", whom, who)]


B = Basis
STORY: list[Act] = sorted(
    [
        # How the association came together.
        *_old_friends(150, "henrik", "ines", B.WORKED_TOGETHER, "Shall we carry on here?"),
        *_old_friends(149, "henrik", "maeve", B.MET_IN_PERSON, "Your reunion was a delight."),
        *_old_friends(
            148, "ada", "henrik", B.MET_IN_PERSON, "We spoke on the ferry about timber decks."
        ),
        *_old_friends(146, "maeve", "ada", B.OTHER, "Class of 2011, if my photograph is right?"),
        *_old_friends(
            141, "ines", "ada", B.ADMIRE_WORK, "Your talk on creep was the best of the day."
        ),
        *_old_friends(133, "kofi", "henrik", B.INTERESTED_IN_ORGANISATION, "May we join you?"),
        *_old_friends(130, "tomas", "henrik", B.WORKED_TOGETHER, "Good to find you here."),
        *_old_friends(127, "ines", "tomas", B.MET_IN_PERSON, "From the panel on small spans."),
        *_old_friends(124, "maeve", "tomas", B.OTHER, "Carrick sends its regards."),
        *_old_friends(118, "henrik", "yuki", B.ADMIRE_WORK, "I cannot stop hearing bridges now."),
        *_old_friends(112, "ines", "kofi", B.ADMIRE_WORK, "Would you show the sensors in Porto?"),
        *_old_friends(97, "noor", "maeve", B.OTHER, "I studied at Carrick, two years after Ada."),
        *_old_friends(95, "noor", "henrik", B.INTERESTED_IN_ORGANISATION, "Malmö would help."),
        *_old_friends(88, "sunil", "henrik", B.WORKED_TOGETHER, "After that winter in Tromsø."),
        *_old_friends(84, "sunil", "ines", B.INTRODUCED, "Henrik says you look for honest talks."),
        *_old_friends(70, "pavel", "henrik", B.NEED_TO_MESSAGE, "Three members look for staff."),
        # Ada asked Tomas in summer; it was not the moment, and he said so.
        ask(110, "ada", "tomas", B.WORKED_TOGETHER, "Your office was above mine at Halden."),
        Act(108, "decline", "tomas", "ada", reason=DeclineReason.NOT_NOW, tell=True),
        # A request sent to the wrong person, and what she thinks of the answer.
        ask(58, "ada", "pavel", B.OTHER, "The drawings from this morning, as promised."),
        answer(57.9, "withdraw", "ada", "pavel"),
        ask(33, "pavel", "ada", B.NEED_TO_MESSAGE, "Have you considered relocating to Prague?"),
        answer(32, "ignore", "ada", "pavel"),
        ask(30, "pavel", "noor", B.NEED_TO_MESSAGE, "A senior position, fully remote."),
        Act(29, "decline", "noor", "pavel", reason=DeclineReason.DO_NOT_KNOW),
        ask(28, "pavel", "kofi", B.NEED_TO_MESSAGE, "I have three candidates for you."),
        answer(24, "ignore", "kofi", "pavel"),
        # A connection that ended, silently.
        *_old_friends(50, "noor", "kofi", B.MET_IN_PERSON, "Let us try ten sensors."),
        answer(40, "remove", "noor", "kofi"),
        # Nobody hears from Lotte, and she from many.
        ask(26, "maeve", "lotte", B.OTHER, "Welcome! Shall I add you to the Kiel circle?"),
        ask(21, "ada", "lotte", B.MET_IN_PERSON, "We shared a table at Timber Days."),
        answer(6, "nudge", "ada", "lotte"),
        # Ada and Yuki asked each other; Ada has not seen yet that it worked.
        answer(16, "read", "ada", ""),
        ask(14, "ada", "yuki", B.ADMIRE_WORK, "Could you listen to a bridge of mine?"),
        ask(8, "yuki", "ada", B.INTERESTED_IN_ORGANISATION, "May I record at Larch & Span?"),
        # Who waits for Ada's answer now.
        # (Kofi, too, with a code: seeds/knowing.py.)
        answer(3, "nudge", "kofi", "ada"),
        ask(
            12,
            "noor",
            "ada",
            B.INTERESTED_IN_ORGANISATION,
            "Malmö plans two footbridges in timber. I would rather ask early than late.",
        ),
        ask(
            5,
            "sunil",
            "ada",
            B.INTRODUCED,
            "Henrik thinks we should compare notes on delamination. Nothing has fallen down.",
        ),
        ask(
            2,
            "tomas",
            "ada",
            B.WORKED_TOGETHER,
            "You asked in summer and I was buried in tenders. Is it too late to say yes?",
        ),
        ask(
            1,
            "amara",
            "ada",
            B.WORKED_TOGETHER,
            "I started on your site in Umeå last week. You explained the bearings to me!",
        ),
        # And elsewhere.
        answer(9, "read", "henrik", ""),
        ask(7, "yuki", "kofi", B.INTERESTED_IN_ORGANISATION, "Could your sensors hear, too?"),
        answer(0.2, "accept", "kofi", "yuki"),
        ask(4, "maeve", "amara", B.OTHER, "A new graduate! Carrick has a mentoring circle."),
        answer(0.5, "accept", "amara", "maeve"),
        ask(1.2, "amara", "henrik", B.INTERESTED_IN_ORGANISATION, "How does one join?"),
        ask(0.8, "yuki", "ines", B.OTHER, "I have eleven minutes of humming. Too long a talk?"),
    ],
    key=lambda act: -act.days_ago,
)
