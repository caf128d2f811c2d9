"""The named cast: twelve invented members of an invented association of builders of bridges.

Ada is the one to sign in as first: several people wait for her answer.
"""

from typing import NamedTuple

from models.member import Audience, ProfileAudience

# One published password for every member of the cast: the demo is for trying out.
DEMO_PASSWORD = "bridges-and-beams"  # noqa: S105 - meant to be known


class Person(NamedTuple):
    """One member of the cast."""

    handle: str
    name: str
    headline: str
    organisation: str
    location: str
    about: str
    # Days before the seeding when they joined; the later ones join in the course of the story.
    joined_days_ago: int = 400
    profile_audience: ProfileAudience = ProfileAudience.MEMBERS
    connections_audience: Audience = Audience.MEMBERS
    # Whether they show a picture; the others are initials.
    pictured: bool = False
    # What there is to see when signed in as them.
    to_see: str = ""

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.handle}@example.org"


CAST = (
    Person(
        "ada",
        "Ada Lindqvist",
        "Structural engineer, timber bridges",
        "Larch & Span",
        "Umeå",
        "I design footbridges in laminated timber, from the first sketch to the day the "
        "scaffolding comes down. Before that, six years at Halden Rail, checking other people's "
        "sums.\n\nHappy to talk about moisture, about long spans, and about why your handrail "
        "should be oak.",
        720,
        pictured=True,
        to_see="Requests by familiarity, introductions, messages, a feed, a contact book.",
    ),
    Person(
        "henrik",
        "Henrik Solberg",
        "Chair of the Bridge Builders' Association",
        "Bridge Builders' Association",
        "Bergen",
        "I know a great many people who build things and spend my days putting them in touch. "
        "Thirty years in site management; now mostly meetings, gladly on foot.",
        900,
        ProfileAudience.EVERYONE,
        Audience.EVERYONE,
        pictured=True,
        to_see="The busy one: 2,000 connections to sort, forty requests to clear by keyboard.",
    ),
    Person(
        "ines",
        "Inês Carvalho",
        "Programme lead, Timber Days conference",
        "Timber Days",
        "Porto",
        "Three hundred talks read, forty chosen, every year. Ask me how to get a paper accepted; "
        "the answer is photographs of what went wrong.",
        840,
        ProfileAudience.EVERYONE,
        pictured=True,
        to_see="Connected with Ada: sees what Ada shows to connections. Holds back strangers.",
    ),
    Person(
        "maeve",
        "Maeve Gallagher",
        "Alumni office, school of engineering",
        "Carrick Institute",
        "Cork",
        "I keep in touch with four thousand engineers so that they can keep in touch with each "
        "other. If you studied at Carrick, I probably have a photograph of you.",
        800,
        pictured=True,
        to_see="Newly connected with Amara: one message, until she answers.",
    ),
    Person(
        "yuki",
        "Yuki Tanabe",
        "Acoustics researcher: footsteps, wind and bridges that hum",
        "Sendai Structures Lab",
        "Sendai",
        "I measure how bridges sound and move when people cross them. Currently collecting "
        "recordings of footbridges that sway: send me yours.",
        610,
        ProfileAudience.MEMBERS,
        Audience.MUTUAL,
        pictured=True,
        to_see="Shows her connections only to those who share them; asked Ada for an introduction.",
    ),
    Person(
        "tomas",
        "Tomas Verhoeven",
        "Head of procurement",
        "Halden Rail",
        "Gothenburg",
        "I buy bridges. Two hundred and twelve of them to be renewed by 2040, most of them small, "
        "all of them somebody's way to school.",
        560,
        to_see="Came to know Yuki through an introduction.",
    ),
    Person(
        "noor",
        "Noor Haddad",
        "City engineer, paths and crossings",
        "City of Malmö",
        "Malmö",
        "Responsible for everything in town that one crosses without noticing. I answer on "
        "weekdays.",
        480,
        ProfileAudience.MEMBERS,
        Audience.CONNECTIONS,
        to_see="A conversation that is closed, since she and Kofi are no longer connected.",
    ),
    Person(
        "kofi",
        "Kofi Asante",
        "Founder: sensors that tell when a beam is tired",
        "Tidewater Instruments",
        "Accra",
        "We glue small sensors to large structures and listen. Eleven people, four hundred "
        "bridges, one very patient accountant.",
        430,
        ProfileAudience.EVERYONE,
        pictured=True,
        to_see="Asked Ada with the code she showed him in Porto, and chose what contact data goes "
        "with it.",
    ),
    Person(
        "sunil",
        "Sunil Raghavan",
        "Forensic engineer",
        "Independent",
        "Chennai",
        "I am called when something has fallen down. For that reason my profile is for people I "
        "know.",
        380,
        ProfileAudience.CONNECTIONS,
        Audience.NOBODY,
        to_see="A profile only connections find, and a list that nobody sees.",
    ),
    Person(
        "pavel",
        "Pavel Novotny",
        "Recruiting engineers across Europe",
        "Brightgate Talent",
        "Prague",
        "Twenty open positions at any time, and always one that is just right for you.",
        300,
        ProfileAudience.MEMBERS,
        Audience.NOBODY,
    ),
    # Reads, never asks, never answers.
    Person("lotte", "Lotte Brandt", "", "", "Kiel", "", 260),
    Person(
        "amara",
        "Amara Diallo",
        "Graduate engineer, first year on site",
        "Larch & Span",
        "Dakar",
        "Just finished my thesis on glued connections in humid climates. Learning something "
        "every day, mostly about rain.",
        9,
        to_see="New here: suggestions from one job and one school.",
    ),
)


def sign_ins() -> list[dict[str, str]]:
    """Who one can sign in as: handle, name, address, password, and what there is to see."""
    return [
        {
            "handle": person.handle,
            "name": person.name,
            "email": person.email,
            "password": DEMO_PASSWORD,
            "to_see": person.to_see,
        }
        for person in CAST
    ]
