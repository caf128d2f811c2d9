"""A small town to search in, made by random acts; and who is found in it, worked out by reading
every profile with the viewer's eyes.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from models import career, clock, directory, graph, member, profile, profile_entry, sql, tag
from models.audience import Chosen, FieldAudience
from models.career import CareerKind, Stay
from models.directory import Wants
from models.profile import ProfileField
from models.profile_entry import EntryKind
from models.profile_words import skill
from models.request import Basis, accept
from models.search import Filters
from models.search_words import words_of
from models.sending import send
from models.visibility import sees, sees_field
from tests.people import person

NAMES = ("Nils Lindqvist", "Anna Lindquist", "Ánna Berg", "Ann Bergström", "Nils-Anders Berg")
HEADLINES = (
    "Software engineer",
    "Engineering lead",
    "Bread baker",
    "C++ and bread",
    "Lindqvist fan",
)
PLACES = ("Tartu", "Tarto", "Malmö", "Bergen")
WORK = ("Larch & Span", "Span Bakery", "Lindqvist AB", "Berg Institute")
SCHOOLS = ("Tartu University", "School of Bread")
SKILLS = ("Python", "Bread", "Engineering", "Bergsteigen")
TITLES = ("Engineer", "Baker", "Head of bread")

QUERIES = (
    *("lindqvist", "lindquist", "berg", "anna", "nils", "engineer", "enginer", "bread", "braed"),
    *("nils berg", "berg anna", "anna bread", "engineer larch", "tartu", "pyhton", "c++", "ab"),
    *("person", "bakery tartu bread", "zzz", "ann", "lindqvist engineer bergen"),
)
FILTERS = (
    Filters(organisation="span"),
    Filters(organisation="lindqvist", place="tartu"),
    Filters(skill="bread"),
    Filters(school="tartu"),
    Filters(school="university", skill="enginering"),
)


class Town:
    """Members, and random acts that change what they are found by."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.members: list[int] = []
        self._acts: Sequence[Callable[[int], Awaitable[object]]] = (
            *(self._headline, self._place, self._position, self._education, self._skill),
            *(self._skill, self._field, self._field, self._profile, self._connect, self._connect),
            *(self._connect, self._tag, self._tag, self._forget, self._audience, self._name),
        )

    async def settle(self, count: int) -> None:
        """Let so many members in."""
        for number in range(count):
            self.members.append(await person(f"person-{number}", name=self.rng.choice(NAMES)))

    async def act(self) -> int:
        """Something happens; whose act it was."""
        clock.advance(minutes=10)
        who = self.rng.choice(self.members)
        await self.rng.choice(self._acts)(who)
        return who

    async def _chosen(self, who: int) -> Chosen:
        tags = [row["id"] for row in await tag.of(who)]
        audience = self.rng.choice([a for a in FieldAudience if tags or a != FieldAudience.TAGS])
        few = tags[: self.rng.randint(1, 2)] if audience == FieldAudience.TAGS else []
        return Chosen(audience, few)

    async def _name(self, who: int) -> None:
        await member.update_profile(who, {"name": self.rng.choice(NAMES)})

    async def _headline(self, who: int) -> None:
        await member.update_profile(who, {"headline": self.rng.choice(HEADLINES)})

    async def _place(self, who: int) -> None:
        given = {"location": self.rng.choice(PLACES), "organisation": self.rng.choice(WORK)}
        await member.update_profile(who, given)

    async def _profile(self, who: int) -> None:
        chosen = self.rng.choice(("EVERYONE", "MEMBERS", "CONNECTIONS"))
        await member.update_profile(who, {"profile_audience": chosen})

    async def _audience(self, who: int) -> None:
        chosen = self.rng.choice(("EVERYONE", "MEMBERS", "CONNECTIONS", "MUTUAL", "NOBODY"))
        await member.update_profile(who, {"connections_audience": chosen})

    async def _field(self, who: int) -> None:
        await profile.change_field_audience(
            who, self.rng.choice(list(ProfileField)), await self._chosen(who)
        )

    async def _position(self, who: int) -> None:
        where, what = self.rng.choice(WORK), self.rng.choice(TITLES)
        stay = Stay(where, what, "", 2010, None, None, None)
        await career.add(who, CareerKind.WORK, stay, await self._chosen(who))

    async def _education(self, who: int) -> None:
        stay = Stay(self.rng.choice(SCHOOLS), "", "", 2001, None, 2005, None)
        await career.add(who, CareerKind.STUDY, stay, await self._chosen(who))

    async def _skill(self, who: int) -> None:
        said = skill(self.rng.choice(SKILLS))
        await profile_entry.add(who, EntryKind.SKILL, said, await self._chosen(who))

    async def _forget(self, who: int) -> None:
        for table, column in (("career_entry", "member_id"), ("profile_entry", "member_id")):
            row = await sql.row(f"SELECT id, kind FROM {table} WHERE {column} = $1", who)
            if row and table == "career_entry":
                await career.remove(who, CareerKind(row["kind"]), row["id"])
            elif row:
                await profile_entry.remove(who, EntryKind(row["kind"]), row["id"])
        tags = await tag.of(who)
        if tags and self.rng.random() < 0.5:
            await tag.delete(who, self.rng.choice(tags)["id"])

    async def _connect(self, who: int) -> None:
        other = self.rng.choice([m for m in self.members if m != who])
        there = await sql.row(
            "SELECT id FROM connection_request WHERE (sender_id = $1 AND recipient_id = $2) "
            "OR (sender_id = $2 AND recipient_id = $1)",
            who,
            other,
        )
        row = await sql.row("SELECT profile_audience FROM member WHERE id = $1", other)
        if there or not row or row["profile_audience"] == "CONNECTIONS":
            return
        sent = await send(who, other, Basis.OTHER, None, None)
        if self.rng.random() < 0.7:
            await accept(other, sent["id"])

    async def _tag(self, who: int) -> None:
        sides = await sql.rows("SELECT id FROM relationship WHERE owner_id = $1", who)
        if sides and len(await tag.of(who)) < 3:
            made = await tag.create(who, f"tag {self.rng.random()}")
            await tag.put_on(who, [self.rng.choice(sides)["id"]], [made["id"]])


class Hit(NamedTuple):
    """Who is found, and what they are sorted by."""

    degree: int
    rank: int
    newest: int


async def expected(viewer: int | None, query: str, filters: Filters) -> list[Hit]:
    """Who should be found, in order."""
    everyone = [row["id"] for row in await sql.rows("SELECT id FROM member")]
    seen = list(await directory.by_ids(viewer, everyone, Wants()))
    near = {} if viewer is None else await graph.degrees(viewer, seen)
    hits = []
    for key in seen:
        rank = _rank(await texts(viewer, key), words_of(query), filters)
        if rank is not None:
            degree = 3 if key == viewer else min(near.get(key, 3), 3)
            hits.append(Hit(degree, rank, -key))
    return sorted(hits)


async def texts(viewer: int | None, key: int) -> list[tuple[str, str]]:
    """All texts of a member that the viewer sees; of themself what any member sees."""
    who = None if viewer is None else "$1"
    parts = ["SELECT 'NAME' AS kind, name AS text, 0 AS audience FROM member m WHERE m.id = $2"]
    parts.append("SELECT 'NAME', handle, 0 FROM member m WHERE m.id = $2")
    for kind, name in (
        *(("HEADLINE", "headline"), ("ORGANISATION", "organisation"), ("PLACE", "location")),
    ):
        shown = sees_field("m", name, who)
        parts.append(
            f"SELECT '{kind}', {name}, {name}_audience FROM member m WHERE m.id = $2 AND {shown}"
        )
    shown = sees("c.audience", "c.member_id", "c.id", "", who)
    parts.append(
        "SELECT CASE c.kind WHEN 'WORK' THEN 'ORGANISATION' ELSE 'SCHOOL' END, c.place, c.audience "
        f"FROM career_entry c WHERE c.member_id = $2 AND {shown}"
    )
    parts.append(
        "SELECT 'HEADLINE', c.title, c.audience FROM career_entry c WHERE c.member_id = $2 "
        f"AND c.kind = 'WORK' AND {shown}"
    )
    shown = sees("e.audience", "e.member_id", "e.id", "", who)
    parts.append(
        "SELECT 'SKILL', e.value, e.audience FROM profile_entry e WHERE e.member_id = $2 "
        f"AND e.kind = 'SKILL' AND {shown}"
    )
    query = f"SELECT * FROM ({' UNION ALL '.join(parts)}) t WHERE $1::bigint IS NULL OR true"
    rows = await sql.rows(query, viewer, key)
    if viewer == key:
        own = await sql.row("SELECT profile_audience FROM member WHERE id = $1", key)
        open_to_all = own is not None and own["profile_audience"] != "CONNECTIONS"
        rows = [row for row in rows if open_to_all and row["audience"] <= FieldAudience.MEMBERS]
    return [(row["kind"], row["text"]) for row in rows]


def _rank(shown: Sequence[tuple[str, str]], asked: Sequence[str], filters: Filters) -> int | None:
    kinds = ("ORGANISATION", "SCHOOL", "SKILL", "PLACE")
    for kind, text in zip(kinds, filters, strict=True):
        there = [word for k, t in shown if k == kind for word in words_of(t)]
        if not all(_matches(word, there) or _slips(word, there) for word in words_of(text or "")):
            return None
    names = [word for kind, text in shown if kind == "NAME" for word in words_of(text)]
    every = [word for _, text in shown for word in words_of(text)]
    if asked and all(word in names for word in asked):
        return 0
    if asked and all(_matches(word, names) for word in asked):
        return 1
    if all(_matches(word, every) for word in asked):
        return 2
    return 3 if all(_matches(w, every) or _slips(w, every) for w in asked) else None


def _matches(word: str, there: Sequence[str]) -> bool:
    return word in there or (len(word) >= 3 and any(w.startswith(word) for w in there))


def _slips(word: str, there: Sequence[str]) -> bool:
    return len(word) >= 4 and word.isalpha() and any(distance(word, w) == 1 for w in there)


def distance(a: str, b: str) -> int:
    """Letters added, left out, wrong or swapped with their neighbour, by the book."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, start=1):
        rows.append([i])
        for j, y in enumerate(b, start=1):
            cost = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            rows[i].append(cost)
    return rows[-1][-1]
