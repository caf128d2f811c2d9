"""Enums of profiles, with the descriptions clients read."""

from models.audience import FieldAudience
from models.profile import ProfileField
from models.profile_words import ContactKind, LanguageLevel, OpenTo
from schema.enums import described

described(
    FieldAudience,  # type: ignore[type-var]  # a number, for it is compared
    "FieldAudience",
    "Who sees one thing of a profile, of those who see the profile at all.",
    {
        "EVERYONE": "Everyone, signed in or not.",
        "MEMBERS": "Members of this instance.",
        "CONNECTIONS": "The member's connections.",
        "TAGS": "Those of the member's connections that bear one of the tags the member chose. "
        "Nobody is told of tags.",
        "ONLY_ME": "Nobody else.",
    },
)
described(
    ProfileField,
    "ProfileField",
    "A field of a profile with an audience of its own.",
    {
        "HEADLINE": "`Member.headline`.",
        "ORGANISATION": "`Member.organisation`.",
        "LOCATION": "`Member.location`.",
        "ABOUT": "`Member.about`.",
        "AVATAR": "`Member.avatarUrl`.",
    },
)
described(
    LanguageLevel,
    "LanguageLevel",
    "How well somebody knows a language.",
    {
        "BASIC": "Enough for everyday matters.",
        "WORKING": "Enough to work in it.",
        "FLUENT": "Fluently.",
        "NATIVE": "As their first.",
    },
)
described(
    OpenTo,
    "OpenTo",
    "What a member would like to be asked about. New values may be added.",
    {
        "WORK": "A new position.",
        "HIRING": "They look for people.",
        "FREELANCE": "Assignments.",
        "COLLABORATING": "Work on something together.",
        "MENTORING": "Being a mentor.",
        "BEING_MENTORED": "Having a mentor.",
        "SPEAKING": "Speaking at events.",
        "VOLUNTEERING": "Voluntary work.",
    },
)
described(
    ContactKind,
    "ContactKind",
    "What a contact detail is.",
    {
        "EMAIL": "An e-mail address.",
        "PHONE": "A telephone number.",
        "WEBSITE": "A page.",
        "OTHER": "Anything else, in plain text.",
    },
)
