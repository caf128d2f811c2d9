"""Expected failures. A Problem becomes a userError; anything else that is raised is a bug."""

from datetime import datetime
from enum import StrEnum


class Code(StrEnum):
    """Why an act was refused. Open for additions: treat an unknown code as a plain refusal."""

    SELF = "SELF"
    ALREADY_CONNECTED = "ALREADY_CONNECTED"
    REQUEST_OPEN = "REQUEST_OPEN"
    COOLDOWN = "COOLDOWN"
    REQUEST_LIMIT = "REQUEST_LIMIT"
    BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED"
    TOO_MANY_PENDING = "TOO_MANY_PENDING"
    EMAIL_UNVERIFIED = "EMAIL_UNVERIFIED"
    OWN_CONNECTION_LIMIT = "OWN_CONNECTION_LIMIT"
    BLOCKED_BY_YOU = "BLOCKED_BY_YOU"
    RECIPIENT_UNAVAILABLE = "RECIPIENT_UNAVAILABLE"
    NOTE_TOO_LONG = "NOTE_TOO_LONG"
    NOTE_REQUIRED = "NOTE_REQUIRED"
    TEXT_INVALID = "TEXT_INVALID"
    REQUIRED = "REQUIRED"
    TOO_LONG = "TOO_LONG"
    TOO_SHORT = "TOO_SHORT"
    NOT_FOUND = "NOT_FOUND"
    NOT_OPEN = "NOT_OPEN"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"
    KEY_REUSED = "KEY_REUSED"
    TOO_MANY = "TOO_MANY"
    INTRODUCER_UNAVAILABLE = "INTRODUCER_UNAVAILABLE"
    INTRODUCTION_OPEN = "INTRODUCTION_OPEN"
    TOO_MANY_INTRODUCTIONS = "TOO_MANY_INTRODUCTIONS"
    CODE_UNKNOWN = "CODE_UNKNOWN"
    IMAGE_INVALID = "IMAGE_INVALID"
    CONVERSATION_CLOSED = "CONVERSATION_CLOSED"
    AWAITING_ANSWER = "AWAITING_ANSWER"
    LINK_EXPIRED = "LINK_EXPIRED"
    TAKEN = "TAKEN"
    INVALID = "INVALID"
    WRONG_PASSWORD = "WRONG_PASSWORD"  # noqa: S105 - a code, not a secret


class Problem(Exception):
    """One expected failure.

    `field` is the path in the input that it is about (empty: the whole), `until` the moment from
    which the same act may succeed, `subject` what the actor may be shown about it (for
    REQUEST_OPEN the key of the open request).
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        field: tuple[str, ...] = (),
        until: datetime | None = None,
        subject: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.until = until
        self.subject = subject


class Problems(Exception):
    """Several at once: every field that is wrong is named, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
