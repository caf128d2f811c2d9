"""What notifications are about: kinds, the groups they are shown in, and how they are told."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class NotificationKind(StrEnum):
    """What a notification is about."""

    REQUEST_RECEIVED = "REQUEST_RECEIVED"
    REQUEST_ACCEPTED = "REQUEST_ACCEPTED"
    REQUEST_DECLINED = "REQUEST_DECLINED"
    WEBHOOK_DISABLED = "WEBHOOK_DISABLED"
    INTRODUCTION_ASKED = "INTRODUCTION_ASKED"
    INTRODUCTION_RECEIVED = "INTRODUCTION_RECEIVED"
    INTRODUCTION_ACCEPTED = "INTRODUCTION_ACCEPTED"
    CONTACT_JOINED = "CONTACT_JOINED"
    REMINDER = "REMINDER"
    MESSAGE_RECEIVED = "MESSAGE_RECEIVED"
    MESSAGE_REQUESTED = "MESSAGE_REQUESTED"
    MESSAGE_REQUEST_ACCEPTED = "MESSAGE_REQUEST_ACCEPTED"
    UPDATE_REPLIED = "UPDATE_REPLIED"
    UPDATE_THANKED = "UPDATE_THANKED"
    SECURITY = "SECURITY"


class NotificationGroup(StrEnum):
    """Kinds that are shown together."""

    REQUESTS = "REQUESTS"
    INTRODUCTIONS = "INTRODUCTIONS"
    MESSAGES = "MESSAGES"
    UPDATES = "UPDATES"
    REMINDERS = "REMINDERS"
    ACCOUNT = "ACCOUNT"


class MailTiming(StrEnum):
    """When mail tells of something."""

    AT_ONCE = "AT_ONCE"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    OFF = "OFF"


class SecurityMatter(StrEnum):
    """What happened to an account, in a notification of kind SECURITY."""

    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - what happened to it
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105
    SESSION_OPENED = "SESSION_OPENED"
    TOKEN_CREATED = "TOKEN_CREATED"  # noqa: S105
    APP_CONNECTED = "APP_CONNECTED"


class Manner(NamedTuple):
    """How a kind is told where a member did not choose. What is fixed nobody can choose: it is
    always shown, and always mailed.
    """

    group: NotificationGroup
    mail: MailTiming
    fixed: bool = False


_REQUESTS, _INTRODUCTIONS = NotificationGroup.REQUESTS, NotificationGroup.INTRODUCTIONS
_MESSAGES, _UPDATES = NotificationGroup.MESSAGES, NotificationGroup.UPDATES
_AT_ONCE, _DAILY = MailTiming.AT_ONCE, MailTiming.DAILY
# What waits for an answer or is good news is mailed at once, all that may come often daily. In
# the order of the settings page.
MANNERS: Mapping[NotificationKind, Manner] = {
    NotificationKind.REQUEST_RECEIVED: Manner(_REQUESTS, _AT_ONCE),
    NotificationKind.REQUEST_ACCEPTED: Manner(_REQUESTS, _AT_ONCE),
    NotificationKind.REQUEST_DECLINED: Manner(_REQUESTS, _AT_ONCE),
    NotificationKind.CONTACT_JOINED: Manner(_REQUESTS, _DAILY),
    NotificationKind.INTRODUCTION_ASKED: Manner(_INTRODUCTIONS, _AT_ONCE),
    NotificationKind.INTRODUCTION_RECEIVED: Manner(_INTRODUCTIONS, _AT_ONCE),
    NotificationKind.INTRODUCTION_ACCEPTED: Manner(_INTRODUCTIONS, _AT_ONCE),
    NotificationKind.MESSAGE_RECEIVED: Manner(_MESSAGES, _DAILY),
    NotificationKind.MESSAGE_REQUESTED: Manner(_MESSAGES, _DAILY),
    NotificationKind.MESSAGE_REQUEST_ACCEPTED: Manner(_MESSAGES, _AT_ONCE),
    NotificationKind.UPDATE_REPLIED: Manner(_UPDATES, _DAILY),
    NotificationKind.UPDATE_THANKED: Manner(_UPDATES, MailTiming.OFF),
    NotificationKind.REMINDER: Manner(NotificationGroup.REMINDERS, _DAILY),
    NotificationKind.WEBHOOK_DISABLED: Manner(NotificationGroup.ACCOUNT, _DAILY),
    NotificationKind.SECURITY: Manner(NotificationGroup.ACCOUNT, _AT_ONCE, fixed=True),
}


def within(notice: str, group: NotificationGroup) -> str:
    """A condition: table alias `notice` is of the group."""
    kinds = ", ".join(f"'{kind}'" for kind, manner in MANNERS.items() if manner.group == group)
    return f"{notice}.kind IN ({kinds})"
