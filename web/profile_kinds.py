"""The kinds of items on a profile: what their forms ask, and where they are found."""

from typing import Any, NamedTuple

from web import words

AUDIENCE = ("audience", "audienceTagIds")
DATES = ("startMonth", "startYear", "endMonth", "endYear")


class Kind(NamedTuple):
    """Items of one kind: their place in addresses, documents and the profile."""

    slug: str
    name: str
    list: str
    title: str
    one: str
    texts: tuple[str, ...]
    empty: str
    choices: tuple[tuple[str, dict[str, str]], ...] = ()
    dated: bool = False
    ordered: bool = True

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of its form's inputs."""
        chosen = tuple(name for name, _ in self.choices)
        return (*self.texts, *chosen, *(DATES if self.dated else ()), *AUDIENCE)

    @property
    def blank(self) -> dict[str, Any]:
        """What its form shows before anything is typed."""
        nobody = "ONLY_ME" if self.slug == "contact" else "MEMBERS"
        return {**dict.fromkeys(self.inputs, ""), "id": None, "audience": nobody}


KINDS = (
    Kind(
        "positions",
        "Position",
        "positions",
        "Positions",
        "a position",
        ("organisation", "title", "description"),
        "Where you work and worked. Others see with whom they overlap.",
        dated=True,
        ordered=False,
    ),
    Kind(
        "education",
        "Education",
        "education",
        "Education",
        "an education",
        ("school", "subject", "description"),
        "Where you studied.",
        dated=True,
        ordered=False,
    ),
    Kind(
        "skills",
        "Skill",
        "skills",
        "Skills",
        "a skill",
        ("name",),
        "What you know how to do. People are found by it.",
    ),
    Kind(
        "languages",
        "Language",
        "languages",
        "Languages",
        "a language",
        ("name",),
        "The languages you know.",
        (("level", words.LANGUAGE_LEVELS),),
    ),
    Kind(
        "work",
        "FeaturedWork",
        "featuredWork",
        "Featured work",
        "a piece of work",
        ("title", "url", "description"),
        "A few things you are glad to show.",
    ),
    Kind(
        "links",
        "Link",
        "links",
        "Links",
        "a link",
        ("url", "title"),
        "Your pages elsewhere.",
    ),
    Kind(
        "contact",
        "ContactDetail",
        "contactDetails",
        "Contact data",
        "a contact detail",
        ("value", "label"),
        "How to reach you. Only you see it, until you say who else does.",
        (("kind", words.CONTACT_KINDS),),
    ),
)
