"""Names, posts, employers, schools and words for invented members."""

import random
from typing import NamedTuple

GIVEN = (
    "Aino Alma Amina Anouk Arash Asha Bruno Camille Carlos Chiara Chidi Clara Dario Dilnoza Edda "
    "Elif Emeka Erik Esme Farid Fatou Finn Freya Gael Gita Hana Haruki Hugo Idris Ilse Imani Ivo "
    "Jamila Jonas Juno Kaito Kamala Karin Kenji Laila Leif Leila Lucia Magnus Malik Mara Marek "
    "Mei Mila Nadia Naomi Nils Oskar Otto Paula Priya Rafael Rana Rosa Runa Samir Selma Signe "
    "Simone Sofia Stefan Tariq Thea Tove Uma Valentin Vera Wanja Wilma Xenia Yara Yusuf Zainab Zoe"
).split()
FAMILY = (
    "Abebe Adler Aguirre Ahlgren Andrade Aoki Arslan Baptiste Barros Bauer Bello Berger Blom "
    "Boateng Castell Chandra Cohen Costa Danso Dietrich Dubois Eklund Eriksen Falk Farouk Fischer "
    "Fontaine Gomes Grau Hakimi Halloran Hansen Hartmann Hoang Ibarra Ishida Jansen Jensen Kamara "
    "Kapoor Keller Kimura Kovacs Kumar Laurent Leclerc Lindgren Lopes Madsen Mahlangu Marchetti "
    "Mendes Molnar Moreau Mori Nakagawa Nilsen Nkemelu Nyberg Okafor Olsen Ortega Osei Park Patel "
    "Petrov Quist Rahimi Ramos Reyes Rossi Sarkar Sato Schreiber Silva Sorensen Sultani Takeda "
    "Tanner Torres Traore Ueda Vidal Vogel Wagner Weiss Winther Yilmaz Zeman Zhang"
).split()
POSTS = (
    "Structural engineer",
    "Project manager",
    "Site supervisor",
    "Surveyor",
    "Materials researcher",
    "Head of procurement",
    "Architect",
    "Safety officer",
    "Data analyst",
    "Lecturer",
    "City planner",
    "Founder",
    "Hydrologist",
    "Quality lead",
    "Technical editor",
)
FIELDS = "bridges tunnels timber rail water roads harbours façades acoustics energy soil".split()
_FIRST = (
    "Alder Beacon Cairn Delta Ember Fjord Granite Harbour Juniper Keystone Larch Meridian".split()
)
_SECOND = "Works Institute Partners Laboratory Builders Survey College Group Instruments".split()
PLACES = (
    "Aarhus Accra Bergen Bologna Cork Dakar Gdansk Ghent Graz Izmir Kiel Kochi Lagos Leeds Lyon "
    "Malmö Nantes Oaxaca Osaka Porto Quito Riga Sendai Tartu Tromsø Utrecht Valencia Zagreb"
).split()
_SCHOOLS = (
    "University of {}",
    "{} Institute of Technology",
    "{} School of Engineering",
    "{} College",
    "Polytechnic of {}",
    "{} School of Architecture",
    "{} Business School",
    "{} Academy of Crafts",
)
DEGREES = ("BSc", "MSc", "Diploma", "PhD", "Certificate")
# The first are the ones most have.
SKILLS = (
    "Project management|Structural analysis|Site supervision|Surveying|Timber design|Concrete|"
    "Steel detailing|Finite elements|Geotechnics|Procurement|Health and safety|BIM|Hydrology|"
    "Acoustics|Public tenders|Contract law|Python|Data analysis|Technical writing|Photogrammetry|"
    "Fatigue testing|Wind engineering|Traffic planning|Cost estimation|Welding|Drone inspection|"
    "Soil mechanics|Facade design|Energy modelling|Life cycle assessment|Corrosion|Masonry|"
    "Rail signalling|Tunnelling|Lecturing|Sensor networks|Machine learning|Mediation|"
    "Heritage repair|Harbour design|Formwork|Prestressing|Seismic design|Noise mapping|"
    "Laser scanning|Glued connections|Rope access|Bearings|Diving|Cable stays"
).split("|")
LANGUAGES = (
    "English Swedish Norwegian German French Spanish Portuguese Italian Polish Czech Turkish "
    "Japanese Hindi Arabic Yoruba Dutch Finnish Irish Danish Tamil"
).split()

# Neighbours in the row work at the same organisation.
COLLEAGUES = 40

NOTES = (
    "We met at the spring meeting and I would like to stay in touch.",
    "We worked on the same site for two years and never exchanged addresses.",
    "Your article on joints settled an argument in our office. Thank you!",
    "I am interested in what your team does, and would like to hear about it first hand.",
    "A colleague suggested that we should know each other.",
    "May I ask you about your experience with the new guideline?",
)


class Someone(NamedTuple):
    """The public face of an invented member."""

    handle: str
    name: str
    headline: str
    organisation: str
    location: str


def person(rng: random.Random, ordinal: int, headline: str, organisation: str) -> Someone:
    """The `ordinal`-th member; the number keeps handles apart."""
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    return Someone(
        f"{given}-{family}-{ordinal}".lower(),
        f"{given} {family}",
        headline,
        organisation,
        rng.choice(PLACES),
    )


EMPLOYERS = len(_FIRST) * len(_SECOND) * (len(PLACES) + 1)
SCHOOLS = len(_SCHOOLS) * len(PLACES)


def employer(number: int) -> str:
    """The name of the `number`-th employer, below EMPLOYERS; no two are the same."""
    house, name = divmod(number, len(_FIRST) * len(_SECOND))
    plain = f"{_FIRST[name % len(_FIRST)]} {_SECOND[name // len(_FIRST)]}"
    return f"{plain} {PLACES[house - 1]}" if house else plain


def school(number: int) -> str:
    """The name of the `number`-th school, below SCHOOLS; no two are the same."""
    place, kind = divmod(number, len(_SCHOOLS))
    return _SCHOOLS[kind].format(PLACES[place])


def about(rng: random.Random, someone: Someone) -> str:
    """A short text about someone; some write nothing."""
    if rng.random() < 0.3:
        return ""
    years = rng.randrange(2, 30)
    where = f"At {someone.organisation}" if someone.organisation else "For whoever asks"
    return (
        f"{years} years in the trade, most of them in {rng.choice(PLACES)}. {where} "
        f"I look after {rng.choice(FIELDS)} and the people who build them."
    )


def note(rng: random.Random, organisation: str) -> str | None:
    """A note beside a request; some send none."""
    if rng.random() < 0.2:
        return None
    return f"{rng.choice(NOTES)} Greetings from {organisation or 'the road'}."
