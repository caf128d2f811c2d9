"""The words of notifications: their filters, what a member chooses about, and how."""

from collections.abc import Mapping, Sequence

# The filters of the page of notifications, in order.
NOTIFICATION_GROUPS = {
    "REQUESTS": "Requests",
    "INTRODUCTIONS": "Introductions",
    "MESSAGES": "Messages",
    "UPDATES": "Updates",
    "REMINDERS": "Reminders",
    "ACCOUNT": "Account",
}
# What a member chooses about, in a line.
NOTIFICATION_KINDS = {
    "REQUEST_RECEIVED": "Somebody asks to connect",
    "REQUEST_ACCEPTED": "You are connected with somebody",
    "REQUEST_DECLINED": "A request of yours is declined, and told",
    "CONTACT_JOINED": "A contact of yours joins",
    "INTRODUCTION_ASKED": "You are asked for an introduction",
    "INTRODUCTION_RECEIVED": "Somebody is introduced to you",
    "INTRODUCTION_ACCEPTED": "An introduction brought two together",
    "MESSAGE_RECEIVED": "Messages",
    "MESSAGE_REQUESTED": "Somebody would like to write to you",
    "MESSAGE_REQUEST_ACCEPTED": "Your message request is accepted",
    "UPDATE_REPLIED": "Replies to your updates",
    "UPDATE_THANKED": "Thanks for your updates",
    "REMINDER": "Reminders you set",
    "WEBHOOK_DISABLED": "A webhook is switched off",
    "SECURITY": "The safety of your account",
}
SECURITY_MATTERS = {
    "PASSWORD_CHANGED": ("Your password was changed.", "/settings/sessions"),
    "PASSWORD_RESET": ("Your password was set anew by a link in a mail.", "/settings/sessions"),
    "SESSION_OPENED": ("Somebody signed in on a device not used before.", "/settings/sessions"),
    "TOKEN_CREATED": ("An access token was made.", "/settings/tokens"),
    "APP_CONNECTED": ("An app was connected.", "/settings/apps"),
}
MAIL_TIMINGS = {"AT_ONCE": "At once", "DAILY": "Daily", "WEEKLY": "Weekly", "OFF": "Never"}
SENDER_CLASSES = {
    "STRANGER": ("stranger", "Strangers", "No evidence that you know each other, nobody in common"),
    "NEW_ACCOUNT": ("newAccount", "New accounts", "Joined a few days ago"),
    "NO_MUTUALS": ("noMutuals", "No mutual connections", "You know nobody in common"),
}
HANDLINGS = {"ACCEPT": "Tell me", "QUIET": "Let in quietly", "HOLD": "Hold back"}


def time_zones(names: Sequence[str], chosen: str) -> Mapping[str, str]:
    """Time zones as one reads them, with the one that is chosen, whatever it is called."""
    return {name: name.replace("_", " ") for name in sorted({*names, chosen})}


def clock_time(minutes: int | None) -> str:
    """Minutes after midnight as a time of day, `22:00`; empty without."""
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
