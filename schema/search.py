"""Searching for people."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import strawberry

from models import search, sql
from models.search_query import BEGINNING, LONGEST, MOST_IN_ALL, MOST_WORDS
from models.search_sql import FAR, MOST
from models.search_words import SearchKind
from models.token import Scope
from schema.context import asking
from schema.enums import described
from schema.member import Member, member_of
from schema.node import later
from schema.paging import After, First, PageInfo, page_info
from schema.scalars import Cursor
from schema.scopes import needs
from schema.selection import names_under, wants

described(
    SearchKind,
    "SearchMatchKind",
    "What part of a profile matched a search.",
    {
        "NAME": "Their name or handle.",
        "HEADLINE": "Their headline, or the title of a position.",
        "ORGANISATION": "Where they work or worked.",
        "SCHOOL": "Where they study or studied.",
        "SKILL": "One of their skills.",
        "PLACE": "Where they are.",
    },
)
_LIMITS = (
    f"The first {LONGEST} characters, and {MOST_WORDS} words of those, are looked at; "
    f"{MOST_IN_ALL} words of all arguments together."
)
Text = Annotated[
    str | None,
    strawberry.argument(
        description="Words in any order, each of which must match something of the profile that "
        "the viewer sees, not all of them the same thing. A word of "
        f"{BEGINNING} characters or more matches the beginning of words too; one of four letters "
        "or more may be one letter wrong. "
        f"Case, accents and other characters than letters, digits, + and # do not count. {_LIMITS}"
    ),
]


def _only(what: str) -> Any:
    return strawberry.argument(
        description=f"Only members for whom each of these words matches {what}. {_LIMITS}"
    )


@strawberry.type(description="Something of a profile that a search matched.")
class SearchMatch:
    """Why a member was found."""

    kind: SearchKind = strawberry.field(description="What it is.")
    text: str = strawberry.field(description="As it stands on the profile.")


@strawberry.type(description="A member a search found.")
class MemberSearchEdge:
    """One hit."""

    cursor: Cursor = strawberry.field(description="The place of this edge, in this search.")
    node: Member = strawberry.field(description="The member.")
    degree: int | None = strawberry.field(
        description="1 for a connection of the viewer's, 2 for a connection of one as far as the "
        "viewer may see; null for everybody else, and when signed out. For those with more than "
        "1,000 connections, or connections with very many, it is looked for among the newest."
    )
    matched: list[SearchMatch] = strawberry.field(
        description=f"What of them matched, at most {search.MOST_MATCHED} texts: things the "
        "viewer sees, and nothing else counts towards being found or the order.",
        directives=needs(Scope.PROFILE_READ),
    )


@strawberry.type(description="A page of members a search found.")
class MemberSearchConnection:
    """Hits, nearest first."""

    edges: list[MemberSearchEdge] = strawberry.field(description="The members, with why.")
    nodes: list[Member] = strawberry.field(description="The members.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type
class PeopleSearch:
    """A field of the query."""

    @strawberry.field(
        description="Members by what the viewer sees of them: name, handle, headline, where they "
        "work, study and are, skills. The viewer's connections come first, then connections of "
        "these, then others; of those the ones whose name it is, then the ones whose name begins "
        "so, then other matches, then those with a letter wrong; then who joined last. Of those "
        f"who are not within two steps, the {MOST} newest of each of these four kinds are found. "
        "Empty without a word to look for. Signed out, only what everyone sees is searched.",
        directives=needs(Scope.NETWORK_READ),
    )
    async def search_members(
        self,
        info: strawberry.Info,
        query: Text = None,
        organisation: Annotated[str | None, _only("an organisation they work or worked at")] = None,
        school: Annotated[str | None, _only("a school they study or studied at")] = None,
        skill: Annotated[str | None, _only("a skill of theirs")] = None,
        place: Annotated[str | None, _only("where they are")] = None,
        first: First = 20,
        after: After = None,
    ) -> MemberSearchConnection:
        """A page in two statements."""
        filters = search.Filters(organisation, school, skill, place)
        matched = "matched" in names_under(info)
        found = await search.people(
            asking().viewer_id, query, filters, first, after, wants(info), matched=matched
        )
        edges = [
            _edge(row, found.matched[number] if matched else ())
            for number, row in enumerate(found.page.rows)
        ]
        return MemberSearchConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=found.page.more, after=after),
        )


def _edge(row: sql.Row, matched: Sequence[search.Matched]) -> MemberSearchEdge:
    node = member_of(row)
    degree = row["degree"] if row["degree"] < FAR else None
    if degree is not None:
        node.degree = degree  # known already: it need not be loaded
    return MemberSearchEdge(
        cursor=later(partial(search.cursor, row)),
        node=node,
        degree=degree,
        matched=[SearchMatch(kind=one.kind, text=one.text) for one in matched],
    )
