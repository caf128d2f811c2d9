"""Whether one member may write to another: one function, `refusal`, answers `canMessage` and guards
sending.

Between connections always; between others by a message request, where the other takes such, until
they accept it. In the first days after either, each writes once until the other has answered. As
with requests to connect it reads the sender's own facts first and the other side's last, and what
the other did with a message request not at all.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from models import clock, sql
from models.conversation import SideState
from models.problem import Code, Problem
from models.settings import settings
from models.visibility import may_see

_WEEK = timedelta(days=7)
# Newest messages that are looked at for who wrote since the two may write. Until the other has,
# one has written once at most, and two more may be notes.
_RECENT = 10


class Way(StrEnum):
    """What writing to the other would be."""

    # One message more.
    MESSAGE = "MESSAGE"
    # A message request.
    REQUEST = "REQUEST"
    # The answer to the other's message request, which accepts it.
    ANSWER = "ANSWER"


class Facts(NamedTuple):
    """What `refusal` decides on, for one member and one other; no row where the other is nobody."""

    verified: bool
    asked: int
    asked_at: datetime | None
    pair: sql.Row | None
    is_self: bool
    now: datetime

    @property
    def connected(self) -> bool:
        """Whether the two are connected now."""
        return bool(self.pair and self.pair["connected_at"] and not self.pair["ended_at"])

    @property
    def allowed(self) -> bool:
        """Whether a message request was accepted, and no connection has ended since."""
        pair = self.pair
        if pair is None or pair["allowed_at"] is None:
            return False
        return pair["ended_at"] is None or pair["ended_at"] < pair["allowed_at"]

    @property
    def way(self) -> Way:
        """What writing would be, whether it is possible or not."""
        if self.connected or self.allowed or self.pair is None:
            return Way.MESSAGE
        if self.pair["state"] in (SideState.REQUESTED, SideState.IGNORED):
            return Way.ANSWER
        return Way.MESSAGE if self.pair["connected_at"] else Way.REQUEST


_OWN = (
    "SELECT me.email_verified_at AS own_verified_at, count(s.id) AS own_asked, "
    "min(s.last_at) AS own_asked_at FROM member me LEFT JOIN conversation_side s "
    "ON s.owner_id = me.id AND s.state = 'ASKED' AND s.last_at > $3 WHERE me.id = $1 "
    "GROUP BY me.id"
)
# Since when the two may write to each other, if they may: the later of what lets them.
_START = (
    "CASE WHEN tie.connected_at IS NOT NULL AND tie.ended_at IS NULL AND (c.allowed_at IS NULL "
    "OR tie.connected_at > c.allowed_at) THEN tie.connected_at ELSE c.allowed_at END"
)
_SINCE = (
    "(SELECT count(*) FROM (SELECT n.sender_id, n.sent_at, n.request_id FROM message n "
    f"WHERE n.conversation_id = s.conversation_id ORDER BY n.seq DESC LIMIT {_RECENT}) wrote "
    "WHERE wrote.sender_id = {who} AND wrote.request_id IS NULL "
    f"AND wrote.sent_at >= {_START})"
)


def _pair() -> str:
    fresh = f"{_START} > $4"
    return (
        "SELECT o.id AS other_id, o.suspended_at, o.takes_message_requests, o.puts_selling_aside, "
        f"{may_see('o', '$1', '$2')} AS visible, {may_see('me', 'o.id', '$2')} AS shows, "
        "tie.connected_at, tie.ended_at, s.id AS side_id, s.state, s.conversation_id, "
        f"c.allowed_at, {_START} AS since_at, "
        "their.id AS their_id, their.muted, their.filtered, their.trusted, "
        "coalesce((SELECT back.muted FROM relationship back WHERE back.owner_id = o.id "
        "AND back.other_id = $1), false) AS tie_muted, "
        f"CASE WHEN {fresh} THEN {_SINCE.format(who='$1')} ELSE 0 END AS mine, "
        f"CASE WHEN {fresh} THEN {_SINCE.format(who='o.id')} ELSE 0 END AS theirs "
        "FROM member o JOIN member me ON me.id = $1 "
        "LEFT JOIN relationship tie ON tie.owner_id = $1 AND tie.other_id = o.id "
        "LEFT JOIN conversation_side s ON s.owner_id = $1 AND s.other_id = o.id "
        "LEFT JOIN conversation_side their ON their.owner_id = o.id AND their.other_id = $1 "
        f"LEFT JOIN conversation c ON c.id = s.conversation_id WHERE o.id {sql.among(5)}"
    )


async def facts(member: int, others: Sequence[int]) -> dict[int, Facts]:
    """Facts for one member and many others, in one statement."""
    now = clock.now()
    rows = await sql.rows(
        f"WITH own AS ({_OWN}), pair AS ({_pair()}) SELECT * FROM own LEFT JOIN pair ON true",
        member,
        now,
        now - _WEEK,
        now - timedelta(days=settings().first_contact_days),
        list(others),
    )
    if not rows:
        raise LookupError(member)
    own = rows[0]
    pairs = {row["other_id"]: row for row in rows if row["other_id"] is not None}
    return {
        other: Facts(
            own["own_verified_at"] is not None,
            int(own["own_asked"]),
            own["own_asked_at"],
            pairs.get(other),
            other == member,
            now,
        )
        for other in others
    }


def refusal(facts: Facts) -> Problem | None:
    """Why the member may not write to the other now; None if they may."""
    if facts.is_self:
        return Problem(Code.SELF, "You cannot write to yourself.", field=("memberId",))
    pair = facts.pair
    if facts.way is Way.ANSWER:
        return None if _there(pair) else closed()
    if pair is not None and pair["state"] == SideState.ASKED and not facts.connected:
        return Problem(
            Code.AWAITING_ANSWER,
            "You have written once. You can write again when they have answered.",
            field=("memberId",),
        )
    if pair is not None and (facts.connected or facts.allowed or pair["connected_at"]):
        if not (facts.connected or facts.allowed) or not _there(pair):
            return closed()
        return _first_contact(facts)
    return _request(facts)


def closed() -> Problem:
    """The one refusal where two could write to each other and can no longer, whatever the cause."""
    return Problem(
        Code.CONVERSATION_CLOSED,
        "You are not connected, so nobody can write here.",
        field=("memberId",),
    )


def _there(pair: sql.Row | None) -> bool:
    return pair is not None and pair["suspended_at"] is None and bool(pair["visible"])


def _first_contact(facts: Facts) -> Problem | None:
    pair = facts.pair
    assert pair is not None
    # Whoever wrote twice had an answer, also where it is not among the newest any more.
    if pair["mine"] != 1 or pair["theirs"]:
        return None
    days = settings().first_contact_days
    return Problem(
        Code.AWAITING_ANSWER,
        f"For the first {'day' if days == 1 else f'{days} days'} it is one message until they "
        "answer.",
        field=("memberId",),
        until=pair["since_at"] + timedelta(days=days),
    )


def _request(facts: Facts) -> Problem | None:
    rules = settings()
    if rules.asks_for_verified_email and not facts.verified:
        return Problem(Code.EMAIL_UNVERIFIED, "Please verify your e-mail address first.")
    if facts.asked >= rules.message_requests_per_week:
        until = facts.asked_at + _WEEK if facts.asked_at else None
        return Problem(
            Code.TOO_MANY,
            f"At most {rules.message_requests_per_week} message requests in seven days that "
            "wait for an answer.",
            field=("memberId",),
            until=until,
        )
    pair = facts.pair
    if not _there(pair) or not pair or not pair["shows"] or not pair["takes_message_requests"]:
        return Problem(
            Code.RECIPIENT_UNAVAILABLE,
            "This member cannot be written to at the moment.",
            field=("memberId",),
        )
    return None
