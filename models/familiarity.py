"""How well a recipient seems to know a sender, 0 to 100: what Received is ordered by.

Computed by the statement that writes it, with the recipient's eyes and from confirmed facts only;
what a sender says of themself adds nothing, or they would all say it. Facts come, go and are
hidden later: a periodic job mends what is open. Nobody but the recipient's own lists reads it.
"""

from datetime import timedelta

from models import sql
from models.evidence import introduced, overlap
from models.unit import Unit, in_unit
from models.visibility import mutual_count, sees
from models.worker import Kind, Work

# Below this a request counts as less familiar: it takes more than three mutual connections alone.
FAMILIAR = 20
MOST = 100

# What each fact weighs; together 100 at most. An event that the sender names weighs nothing: they
# choose the name, and big events are known to all.
MET, INTRODUCED, EARLIER, EMPLOYER, SCHOOL = 40, 40, 25, 30, 20
_FIRST_MUTUAL, _EACH_MUTUAL, _MOST_MUTUAL = 10, 4, 30

_BATCH = 200
EVERY = timedelta(hours=1)


def score(sender: str, recipient: str, met: str, now: str) -> str:
    """An expression: the familiarity. All but `met`, a condition that the recipient's code was
    used, are expressions of keys and of a moment.
    """
    size = "(SELECT connections FROM inbox WHERE id = s.id)"
    own_size = f"(SELECT connections FROM inbox WHERE id = {recipient})"
    seen = sees("e.audience", "e.member_id", "e.id", "", recipient)
    careers = (
        f"(SELECT COALESCE(max(CASE e.kind WHEN 'WORK' THEN {EMPLOYER} ELSE 0 END), 0) "
        f"+ COALESCE(max(CASE e.kind WHEN 'STUDY' THEN {SCHOOL} ELSE 0 END), 0) "
        f"FROM career_entry mine JOIN career_entry e ON {overlap('mine', 'e')} "
        f"WHERE mine.member_id = {recipient} AND e.member_id = {sender} AND {seen})"
    )
    others = (
        f"(CASE WHEN {met} THEN {MET} ELSE 0 END "
        "+ CASE WHEN EXISTS (SELECT 1 FROM introduction i WHERE "
        f"{introduced(recipient, sender, now)}) THEN {INTRODUCED} ELSE 0 END "
        "+ CASE WHEN EXISTS (SELECT 1 FROM relationship tie WHERE "
        f"tie.owner_id = {recipient} AND tie.other_id = {sender} AND tie.ended_at IS NOT NULL) "
        f"THEN {EARLIER} ELSE 0 END)"
    )
    # LIMIT keeps PostgreSQL from counting the mutual connections once for each use of the number.
    counted = (
        f"SELECT {mutual_count('s', recipient, size, own_size)} AS mutual, {careers} + {others} "
        f"AS facts FROM member s WHERE s.id = {sender} LIMIT 1"
    )
    most = 1 + (_MOST_MUTUAL - _FIRST_MUTUAL) // _EACH_MUTUAL
    points = (
        f"facts + CASE WHEN mutual = 0 THEN 0 WHEN mutual >= {most} THEN {_MOST_MUTUAL} "
        f"ELSE {_FIRST_MUTUAL - _EACH_MUTUAL} + {_EACH_MUTUAL} * mutual END"
    )
    whole = f"SELECT {points} AS points FROM ({counted}) known LIMIT 1"
    return f"(SELECT CASE WHEN points > {MOST} THEN {MOST} ELSE points END FROM ({whole}) weighed)"


_MET = "r.meeting_code_id IS NOT NULL"
_STALE = (
    f"SELECT r.id, r.familiarity, {score('r.sender_id', 'r.recipient_id', _MET, '$2')} AS now_is "
    "FROM connection_request r WHERE r.id > $1 AND r.sender_state = 'PENDING' "
    "AND r.recipient_state = 'PENDING' AND r.expires_at > $2 ORDER BY r.id LIMIT $3"
)


@in_unit
async def _refresh_some(u: Unit, after: int) -> int | None:
    """A batch of open requests behind this key; the last key, or None at the end."""
    found = await sql.rows(_STALE, after, u.now, _BATCH)
    for row in found:  # by key, so that two of us lock in one order
        if row["now_is"] != row["familiarity"]:
            await sql.change(
                "UPDATE connection_request SET familiarity = $2 WHERE id = $1 "
                "AND sender_state = 'PENDING' AND recipient_state = 'PENDING'",
                row["id"],
                row["now_is"],
            )
    return found[-1]["id"] if len(found) == _BATCH else None


async def refresh() -> None:
    """Bring the familiarity of all requests that wait up to date. Twice is as good as once."""
    after: int | None = 0
    while after is not None:
        after = await _refresh_some(after)


async def _run(_work: Work) -> None:
    await refresh()


KINDS = (Kind("familiarity", _run, seconds=1800, every=EVERY),)
