"""How an open introduction ends without an answer: one UPDATE for all three sides.

A no that was said stays with who said it (REFUSED); for everybody else it ends alike, whatever
they did with it, and at the same moment.
"""

from datetime import datetime

from models.sql import Change


def ended(asker: str, introducer: str, at: str) -> str:
    """What an UPDATE sets; `at` is an expression for the moment."""
    return (
        f"asker_state = '{asker}', asker_changed_at = {at}, "
        "introducer_changed_at = CASE WHEN introducer_state = 'REFUSED' "
        f"THEN introducer_changed_at ELSE {at} END, "
        "introducer_state = CASE WHEN introducer_state = 'REFUSED' "
        f"THEN 'REFUSED' ELSE '{introducer}' END, "
        f"target_changed_at = CASE WHEN target_state = 'NONE' THEN NULL ELSE {at} END, "
        "target_state = CASE WHEN target_state = 'NONE' THEN 'NONE' ELSE 'GONE' END"
    )


def voiding(one: int, two: int, at: datetime) -> Change:
    """The change after two became connected: nobody needs to introduce them any more."""
    return (
        f"UPDATE introduction SET {ended('VOID', 'GONE', '$3')} WHERE asker_state = 'PENDING' "
        "AND ((asker_id = $1 AND target_id = $2) OR (asker_id = $2 AND target_id = $1))",
        (one, two, at),
    )


# Expires all that is past its time, by $1; with a further condition only some of it.
EXPIRE = (
    f"UPDATE introduction SET {ended('EXPIRED', 'EXPIRED', 'expires_at')} "
    "WHERE asker_state = 'PENDING' AND expires_at <= $1"
)
