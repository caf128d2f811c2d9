"""What the cast did before the story: positions, schools, skills, and ways to reach them.

Their careers overlap where the story says they know each other, and nowhere else.
"""

from collections.abc import Mapping
from typing import NamedTuple

from models.audience import Chosen, FieldAudience
from models.career import CareerKind, Stay
from models.profile_entry import EntryKind
from models.profile_words import (
    ContactKind,
    LanguageLevel,
    OpenTo,
    Said,
    contact,
    featured,
    language,
    link,
    skill,
)

CARRICK, HALDEN, LARCH = "Carrick Institute", "Halden Rail", "Larch & Span"
FJORD = "Fjord & Fell Contractors"
CONNECTIONS, ONLY_ME = Chosen(FieldAudience.CONNECTIONS), Chosen(FieldAudience.ONLY_ME)


class Life(NamedTuple):
    """What one member says of themself beside their own row."""

    stays: tuple[tuple[CareerKind, Stay], ...] = ()
    skills: str = ""
    languages: str = ""
    open_to: tuple[OpenTo, ...] = ()
    items: tuple[tuple[EntryKind, Said, Chosen | None], ...] = ()

    def entries(self) -> list[tuple[EntryKind, Said, Chosen | None]]:
        """All entries but the flags, in their order."""
        skills = [(EntryKind.SKILL, skill(name), None) for name in self.skills.split(", ") if name]
        spoken = [name.split(" ") for name in self.languages.split(", ") if name]
        languages = [
            (EntryKind.LANGUAGE, language(name, LanguageLevel(level)), None)
            for name, level in spoken
        ]
        return [*skills, *languages, *self.items]


def _worked(
    place: str, title: str, start: str, end: str = "", words: str = ""
) -> tuple[CareerKind, Stay]:
    return CareerKind.WORK, Stay(place, title, words, *_date(start), *_end(end))


def _studied(place: str, subject: str, start: int, end: int) -> tuple[CareerKind, Stay]:
    return CareerKind.STUDY, Stay(place, subject, "", start, None, end, None)


def _date(text: str) -> tuple[int, int | None]:
    year, _, month = text.partition("-")
    return int(year), int(month) if month else None


def _end(text: str) -> tuple[int | None, int | None]:
    return _date(text) if text else (None, None)


def _mail(handle: str) -> tuple[EntryKind, Said, Chosen | None]:
    said = contact(ContactKind.EMAIL, f"{handle}@example.org", "Work")
    return EntryKind.CONTACT, said, CONNECTIONS


def _phone(number: str, chosen: Chosen = ONLY_ME) -> tuple[EntryKind, Said, Chosen | None]:
    return EntryKind.CONTACT, contact(ContactKind.PHONE, number, "Mobile"), chosen


def _page(url: str, title: str) -> tuple[EntryKind, Said, Chosen | None]:
    return EntryKind.LINK, link(url, title), None


def _work(title: str, description: str, url: str = "") -> tuple[EntryKind, Said, Chosen | None]:
    return EntryKind.FEATURED, featured(url, title, description), None


LIVES: Mapping[str, Life] = {
    "ada": Life(
        (
            _worked(
                LARCH,
                "Structural engineer, timber bridges",
                "2017-09",
                words="Footbridges in laminated timber. The longest so far has 48 metres.",
            ),
            _worked(HALDEN, "Checking engineer", "2011-08", "2017-08"),
            _studied(CARRICK, "MEng, civil engineering", 2006, 2011),
        ),
        "Timber design, Structural analysis, Moisture monitoring, Footbridges, Fatigue testing",
        "Swedish NATIVE, English FLUENT, Portuguese BASIC",
        (OpenTo.MENTORING, OpenTo.SPEAKING),
        (
            _page("https://larch-and-span.example/ada", "Drawings and site diaries"),
            _work(
                "The bridge at Sävar",
                "48 metres of larch over a river that moves. Built in nine weeks.",
                "https://larch-and-span.example/savar",
            ),
            _work("Creep in glued timber, ten years on", "Talk at Timber Days, with the numbers."),
            _mail("ada"),
            _phone("+46 70 174 06 21"),
        ),
    ),
    "henrik": Life(
        (
            _worked("Bridge Builders' Association", "Chair", "2019-01"),
            _worked(FJORD, "Site manager", "2004-02", "2018-12"),
            _worked("Alder Works", "Foreman", "1994", "2003"),
        ),
        "Site supervision, Health and safety, Mediation, Project management",
        "Norwegian NATIVE, English FLUENT, German WORKING",
        (OpenTo.VOLUNTEERING, OpenTo.MENTORING),
        (_mail("henrik"), _phone("+1 202 555 0117", CONNECTIONS)),
    ),
    "ines": Life(
        (
            _worked("Timber Days", "Programme lead", "2014-03"),
            _worked("University of Porto", "Lecturer, timber structures", "2008", "2014"),
        ),
        "Technical writing, Lecturing, Timber design",
        "Portuguese NATIVE, English FLUENT, French WORKING",
        (OpenTo.SPEAKING, OpenTo.COLLABORATING),
        (_page("https://timber-days.example/", "Call for papers"), _mail("ines")),
    ),
    "maeve": Life(
        (
            _worked(CARRICK, "Alumni officer", "2005-09"),
            _studied(CARRICK, "BA, history of technology", 2000, 2004),
        ),
        "Mediation, Technical writing, Photography",
        "English NATIVE, Irish WORKING",
        (OpenTo.MENTORING,),
        (_mail("maeve"),),
    ),
    "yuki": Life(
        (
            _worked("Sendai Structures Lab", "Researcher, acoustics", "2012-04"),
            _studied("University of Sendai", "PhD, vibration of slender structures", 2006, 2012),
        ),
        "Acoustics, Wind engineering, Data analysis, Noise mapping",
        "Japanese NATIVE, English FLUENT",
        (OpenTo.COLLABORATING,),
        (
            _work("Eleven minutes of humming", "Field recordings of forty footbridges."),
            _mail("yuki"),
        ),
    ),
    "tomas": Life(
        (
            _worked(HALDEN, "Head of procurement", "2015-03"),
            _worked("Keystone Partners", "Buyer", "2007-01", "2015-02"),
        ),
        "Procurement, Public tenders, Contract law, Cost estimation",
        "Dutch NATIVE, Swedish FLUENT, English FLUENT",
        (OpenTo.HIRING,),
        (_mail("tomas"),),
    ),
    "noor": Life(
        (
            _worked("City of Malmö", "City engineer, paths and crossings", "2016-05"),
            _worked("Harbour Survey", "Traffic planner", "2012", "2016"),
            _studied(CARRICK, "MEng, civil engineering", 2008, 2012),
        ),
        "Traffic planning, Public tenders, Footbridges",
        "Arabic NATIVE, Swedish FLUENT, English FLUENT",
        (),
        (_mail("noor"),),
    ),
    "kofi": Life(
        (
            _worked("Tidewater Instruments", "Founder", "2016-10"),
            _worked("Delta Instruments", "Sensor engineer", "2010", "2016-09"),
        ),
        "Sensor networks, Fatigue testing, Machine learning",
        "English FLUENT, French WORKING",
        (OpenTo.HIRING, OpenTo.COLLABORATING),
        (
            _page("https://tidewater.example/", "Tidewater Instruments"),
            _mail("kofi"),
            _phone("+1 202 555 0164"),
        ),
    ),
    "sunil": Life(
        (
            _worked("Independent", "Forensic engineer", "2014"),
            _worked(FJORD, "Site engineer", "2009-10", "2013-11"),
        ),
        "Fatigue testing, Corrosion, Photogrammetry",
        "Tamil NATIVE, English FLUENT",
        (),
        (_mail("sunil"),),
    ),
    "pavel": Life(
        (_worked("Brightgate Talent", "Recruiter", "2018-02"),),
        "Mediation, Contract law",
        "Czech NATIVE, English FLUENT, German WORKING",
        (OpenTo.HIRING,),
        (_mail("pavel"),),
    ),
    "amara": Life(
        (_studied("University of Dakar", "MSc, glued connections", 2021, 2026),),
        "Glued connections, Timber design",
        "French NATIVE, English FLUENT, Wolof NATIVE",
        (OpenTo.BEING_MENTORED,),
        (_mail("amara"),),
    ),
}

# Lives of some of the crowd, by the part they play (seeds/knowing.py).
GUESTS: Mapping[str, Life] = {
    "colleague": Life(
        (
            _worked("Meridian Group", "Quality lead, rail", "2017-01"),
            _worked(HALDEN, "Checking engineer", "2012-09", "2016-12"),
        )
    ),
    "classmate": Life((_studied(CARRICK, "MEng, civil engineering", 2007, 2011),)),
    "neighbour": Life((_worked(LARCH, "Carpenter foreman", "2015-04"),)),
}
