"""The words of the pages: what a basis, a reason or a moment is called, in one place."""

import zlib
from calendar import month_name
from collections.abc import Mapping
from typing import Any

from web.notification_words import HANDLINGS as HANDLINGS
from web.notification_words import MAIL_TIMINGS as MAIL_TIMINGS
from web.notification_words import NOTIFICATION_GROUPS as NOTIFICATION_GROUPS
from web.notification_words import NOTIFICATION_KINDS as NOTIFICATION_KINDS
from web.notification_words import SECURITY_MATTERS as SECURITY_MATTERS
from web.notification_words import SENDER_CLASSES as SENDER_CLASSES
from web.notification_words import clock_time as clock_time
from web.notification_words import time_zones as time_zones

BASES = {
    "WORKED_TOGETHER": "We worked together",
    "MET_IN_PERSON": "We met in person",
    "INTERESTED_IN_ORGANISATION": "I am interested in their organisation",
    "ADMIRE_WORK": "I admire their work",
    "INTRODUCED": "Someone introduced us",
    "NEED_TO_MESSAGE": "I need to message them",
    "OTHER": "Something else",
}
# The same, as said about someone else's request.
BASIS_FACTS = {
    "WORKED_TOGETHER": "Worked together",
    "MET_IN_PERSON": "Met in person",
    "INTERESTED_IN_ORGANISATION": "Interested in the organisation",
    "ADMIRE_WORK": "Admires the work",
    "INTRODUCED": "Introduced by someone",
    "NEED_TO_MESSAGE": "Needs to message",
    "OTHER": "Another reason",
}
EVIDENCE_ICONS = {
    "MET_IN_PERSON": "met_in_person",
    "INTRODUCED_BY": "introduced",
    "EARLIER_CONNECTION": "clock",
    "EARLIER_MESSAGES": "clock",
    "SAME_EMPLOYER": "worked_together",
    "SAME_SCHOOL": "interested_in_organisation",
    "MUTUAL_CONNECTIONS": "connections",
    "SAME_EVENT": "met_in_person",
    "WORKED_TOGETHER": "worked_together",
}
REASONS = {
    "DO_NOT_KNOW": "I do not know this person",
    "NOT_NOW": "Not now",
    "NOT_RELEVANT": "Not relevant to my work",
    "KEEP_SMALL": "I keep my network small",
    "OTHER": "Another reason",
}
# The same where one decides many in a row: the mildest comes first.
REASONS_QUICK = {"NOT_NOW": REASONS["NOT_NOW"], **REASONS}
TRIAGE_KEYS = {
    "a": "Accept",
    "i": "Ignore",
    "d": "Decline; then 1 to 5 for the reason, or d again for “Not now”",
    "n": "Go to the next one, and leave this for later",
    "p": "Go back to the one before",
    "u": "Undo the last one you ignored or declined",
    "?": "Show these keys",
}
REASON_FACTS = {
    **REASONS,
    "DO_NOT_KNOW": "Does not know you",
    "KEEP_SMALL": "Keeps a small network",
}
AUDIENCES = {
    "EVERYONE": ("Everyone", "Also people who are not signed in"),
    "MEMBERS": ("Members", "Everyone who is signed in here"),
    "CONNECTIONS": ("My connections", "Only people you are connected with"),
    "MUTUAL": ("Mutual only", "Each sees only those you both know"),
    "NOBODY": ("Nobody", "Only you"),
}
FOLLOW_AUDIENCES = {
    "MEMBERS": ("Members", "Everyone here who sees your profile"),
    "CONNECTIONS": ("My connections", "Only people you are connected with"),
    "NOBODY": ("Nobody", "You have no followers"),
}
SCOPES = {
    "PROFILE_READ": ("Read profiles", "Members and what they show of themselves"),
    "PROFILE_WRITE": ("Change your profile", "What it says, and who may see it"),
    "NETWORK_READ": ("Read your network", "Your connections, and those others let you see"),
    "NETWORK_WRITE": ("Change your network", "Remove connections, follow members"),
    "REQUESTS_READ": ("Read your requests", "Those you sent and those that wait for you"),
    "REQUESTS_WRITE": ("Ask and answer", "Send, accept, ignore, decline and withdraw requests"),
    "NOTIFICATIONS_READ": ("Read your notifications", "What you were told, and what is unread"),
    "NOTIFICATIONS_WRITE": ("Mark notifications as read", "All of them, or some"),
    "MESSAGES_READ": ("Read your messages", "All your conversations"),
    "MESSAGES_WRITE": ("Write messages", "In your name, to those you may write to"),
    "UPDATES_READ": ("Read updates", "Your feed, and what others let you see"),
    "UPDATES_WRITE": ("Post updates", "In your name; reply, and say thanks"),
    "EVENTS_READ": ("Follow events", "Learn at once of requests and acceptances"),
    "PRIVATE_READ": ("Read what is private", "Your contact book, notes and tags; your settings"),
    "PRIVATE_WRITE": ("Write your contact book", "How you met, notes, tags, reminders"),
}
# Who sees one thing of a profile.
FIELD_AUDIENCES = {
    "EVERYONE": "Everyone, signed in or not",
    "MEMBERS": "Members",
    "CONNECTIONS": "My connections",
    "TAGS": "Connections with tags I choose",
    "ONLY_ME": "Only me",
}
# Whom an update is for: these, of those who see its author at all.
UPDATE_AUDIENCES = {name: said for name, said in FIELD_AUDIENCES.items() if name != "ONLY_ME"}
# The same in a word, on what was posted.
UPDATE_SEEN_BY = {"EVERYONE": "Everyone", "MEMBERS": "Members", "CONNECTIONS": "My connections"}
# An icon, and what the kind is called.
UPDATE_KINDS = {
    "NEWS": ("news", "News"),
    "QUESTION": ("question", "Question"),
    "OPPORTUNITY": ("worked_together", "Job or opportunity"),
    "WORTH_READING": ("link", "Worth reading"),
}
PROFILE_FIELDS = {
    "HEADLINE": "Headline",
    "ORGANISATION": "Organisation",
    "LOCATION": "Location",
    "ABOUT": "About",
    "AVATAR": "Picture",
}
LANGUAGE_LEVELS = {
    "BASIC": "Basic",
    "WORKING": "Enough to work in it",
    "FLUENT": "Fluent",
    "NATIVE": "First language",
}
OPEN_TO = {
    "WORK": "A new position",
    "HIRING": "Hiring",
    "FREELANCE": "Assignments",
    "COLLABORATING": "Working together",
    "MENTORING": "Being a mentor",
    "BEING_MENTORED": "Having a mentor",
    "SPEAKING": "Speaking",
    "VOLUNTEERING": "Voluntary work",
}
CONTACT_KINDS = {"EMAIL": "E-mail", "PHONE": "Telephone", "WEBSITE": "Website", "OTHER": "Other"}
MONTHS = {"": "Not said"} | {str(n): name for n, name in enumerate(month_name) if n}
EVENT_KINDS = {
    "REQUEST_RECEIVED": "Requests you receive",
    "REQUEST_ACCEPTED": "New connections",
    "REQUEST_DECLINED": "Requests of yours that are declined, and told",
    "REQUEST_SENT": "Requests you send",
    "REQUEST_WITHDRAWN": "Requests you withdraw",
    "CONNECTION_ENDED": "Connections that end",
    "INTRODUCTION_ASKED": "Introductions you ask for, or are asked for",
    "INTRODUCTION_RECEIVED": "Introductions passed on to you, or by you",
    "INTRODUCTION_ACCEPTED": "Introductions that brought two together",
    "INTRODUCTION_WITHDRAWN": "Introductions you withdraw",
    "UPDATE_POSTED": "Updates you post",
    "UPDATE_REPLIED": "Replies to your updates",
    "MESSAGE_SENT": "Messages you write",
    "MESSAGE_RECEIVED": "Messages you receive",
    "MESSAGE_EDITED": "Messages that are changed",
    "MESSAGES_READ": "Conversations read",
    "MESSAGE_REQUEST_ACCEPTED": "Message requests that are accepted",
}
# What a mail is about, as said where it is switched off.
MAIL_KINDS = {
    "": "this",
    "DIGEST": "what is new each day or week",
    "REQUEST_RECEIVED": "requests to connect",
    "REQUEST_ACCEPTED": "new connections",
    "REQUEST_DECLINED": "requests of yours that are declined",
    "WEBHOOK_DISABLED": "webhooks that are switched off",
    "INTRODUCTION_ASKED": "introductions you are asked for",
    "INTRODUCTION_RECEIVED": "introductions to you",
    "INTRODUCTION_ACCEPTED": "introductions that brought two together",
    "CONTACT_JOINED": "contacts of yours who join",
    "REMINDER": "reminders you set",
    "MESSAGE_RECEIVED": "messages",
    "MESSAGE_REQUESTED": "members who would like to write to you",
    "MESSAGE_REQUEST_ACCEPTED": "message requests of yours that are accepted",
    "UPDATE_REPLIED": "replies to your updates",
    "UPDATE_THANKED": "thanks for your updates",
}
DELIVERY_STATES = {
    "WAITING": ("On its way", ""),
    "DELIVERED": ("Delivered", "good"),
    "FAILED": ("Given up", "warn"),
}
WEBHOOK_OFF = {
    "BY_OWNER": "You switched it off.",
    "FAILING": "Nothing arrived for a day, so nothing is sent any more.",
    "GONE": "Its address answered that it is gone (410).",
    "DOCUMENT": "Its document can no longer be run: look at the log, and mend it.",
}
# What a status is called, its colour, and what it means.
APP_STATES = {
    "PENDING": ("Waiting", "", "It waits for an operator's approval: only you can connect it."),
    "APPROVED": ("Approved", "good", "Every member can connect it."),
    "STOPPED": ("Stopped", "warn", "An operator has stopped it: its tokens are refused."),
}
APP_KINDS = {
    "yes": ("On a server", "It is given a secret, which nobody else can read"),
    "no": ("On the member's own device or in their browser", "It can keep no secret"),
}
# Scopes that let an app look; all others let it act.
SEEING = frozenset(scope for scope in SCOPES if scope.endswith("_READ"))

HUES = 12


def stretch(item: Mapping[str, Any]) -> str:
    """From when to when: `March 2015 – now`, `2001 – 2004`, `2020`."""
    first = f"{month_name[item['startMonth'] or 0]} {item['startYear']}".strip()
    if item["isCurrent"]:
        return f"{first} – now"
    last = f"{month_name[item['endMonth'] or 0]} {item['endYear']}".strip()
    return first if first == last else f"{first} – {last}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 request`, `2 requests`, `1,204 people`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def initials(name: str) -> str:
    """The first letters of the first and the last word, for the avatar."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper()


def hue(ident: str) -> int:
    """Which of the avatar colours belongs to this id: always the same one."""
    return zlib.crc32(ident.encode()) % HUES


def device(user_agent: str) -> str:
    """A browser and a system a person recognises, out of the User-Agent header."""
    names = ("Edg", "OPR", "Firefox", "Chrome", "Safari", "curl")
    systems = ("iPhone", "iPad", "Android", "Windows", "Mac OS", "Linux")
    spoken = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}
    found = [next((each for each in group if each in user_agent), "") for group in (names, systems)]
    words = [spoken.get(each, each) for each in found if each]
    return " on ".join(words) or "An unknown device"
