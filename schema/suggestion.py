"""People the viewer may know, with reasons; and being suggested oneself."""

from functools import partial
from typing import Any

import strawberry

from models import suggestion
from models.evidence import EvidenceKind
from models.token import Scope
from schema import evidence as evidence  # describes EvidenceKind
from schema.context import viewer_id
from schema.follow_lists import MemberInput, MemberPayload, act_on_member
from schema.member import Member, member_of
from schema.node import later
from schema.paging import After, First, PageInfo, page_info
from schema.payload import USER_ERRORS, Input, UserError, attempt
from schema.scalars import Cursor
from schema.scopes import needs
from schema.selection import names_under, wants

_NETWORK = needs(Scope.NETWORK_READ)
_WRITE = needs(Scope.NETWORK_WRITE)


@strawberry.type(description="Why somebody is suggested: a fact that the viewer may see.")
class SuggestionReason:
    """One reason."""

    kind: EvidenceKind = strawberry.field(
        description="MUTUAL_CONNECTIONS, SAME_EMPLOYER or SAME_SCHOOL (at the same time); other "
        "kinds may be added."
    )
    text: str = strawberry.field(
        description="In words for the viewer, with names, years and places; plain text in English."
    )
    members: list[Member] = strawberry.field(
        description="Of mutual connections the 3 whom the viewer knows shortest; else empty."
    )
    count: int = strawberry.field(
        description="How many mutual connections there are; 1 for other kinds."
    )


@strawberry.type(description="Somebody the viewer may know.")
class Suggestion:
    """One suggestion."""

    member: Member = strawberry.field(description="The member.")
    reasons: list[SuggestionReason] = strawberry.field(
        description="Why, all there is: places first, then mutual connections. At most 3 employers "
        "and 3 schools, the latest."
    )


@strawberry.type(description="A suggestion in its list.")
class SuggestionEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Suggestion = strawberry.field(description="The suggestion.")


@strawberry.type(description="A page of people the viewer may know.")
class SuggestionConnection:
    """Suggestions."""

    edges: list[SuggestionEdge] = strawberry.field(description="Them with their cursors.")
    nodes: list[Suggestion] = strawberry.field(description="The suggestions.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type(description="Whether, and by which facts, the viewer is suggested to others.")
class SuggestionSettings:
    """The viewer's own switches."""

    suggested: bool = strawberry.field(description="Whether at all.")
    by_connections: bool = strawberry.field(description="By mutual connections.")
    by_work: bool = strawberry.field(description="By employers they shared.")
    by_school: bool = strawberry.field(description="By schools they shared.")


async def _settings() -> SuggestionSettings:
    row = await suggestion.settings_of(viewer_id())
    return SuggestionSettings(
        suggested=bool(row["suggested"]),
        by_connections=bool(row["suggested_by_connections"]),
        by_work=bool(row["suggested_by_work"]),
        by_school=bool(row["suggested_by_school"]),
    )


def _reason(reason: suggestion.Reason) -> SuggestionReason:
    return SuggestionReason(
        kind=reason.kind,
        text=reason.text,
        members=[member_of(row) for row in reason.members],
        count=reason.number,
    )


@strawberry.type
class SuggestionLists:
    """Fields of the viewer."""

    @strawberry.field(
        description="People the viewer may know, likeliest first: a mutual connection counts 1, "
        f"an employer at the same time {suggestion.EMPLOYER}, a school {suggestion.SCHOOL}. Never "
        "somebody the viewer is or was connected with, asked, has yet to answer or ignored or "
        "declined, or dismissed. Each can switch off a kind of fact, or being suggested. "
        "Bounded: the viewer's 1,000 newest connections and at most "
        f"{suggestion.BEHIND:,} connections of theirs, {suggestion.PLACE} entries of each place, "
        f"and the {suggestion.CLOSER} likeliest of those.",
        directives=_NETWORK,
    )
    async def suggestions(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> SuggestionConnection:
        """In one statement, and one for the reasons."""
        viewer = viewer_id()
        page = await suggestion.suggested(viewer, first, after, wants(info))
        found: dict[int, list[suggestion.Reason]] = {}
        if "reasons" in names_under(info):
            found = await suggestion.reasons(viewer, page.rows)
        edges = [
            SuggestionEdge(
                cursor=later(partial(suggestion.cursor, row)),
                node=Suggestion(
                    member=member_of(row),
                    reasons=[_reason(each) for each in found.get(row["m_id"], ())],
                ),
            )
            for row in page.rows
        ]
        return SuggestionConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=page.more, after=after),
        )

    @strawberry.field(
        description="Whether, and by which facts, the viewer is suggested to others.",
        directives=needs(Scope.PRIVATE_READ),
    )
    async def suggestion_settings(self) -> SuggestionSettings:
        """The viewer's own switches."""
        return await _settings()


@strawberry.input(description="Never suggest this member again.")
class DismissSuggestionInput(MemberInput):
    """dismissSuggestion"""


@strawberry.input(description="Take a dismissal back.")
class UndoDismissSuggestionInput(MemberInput):
    """undoDismissSuggestion"""


@strawberry.type(description="The member who is not suggested any more.")
class DismissSuggestionPayload(MemberPayload):
    """dismissSuggestion"""


@strawberry.type(description="The member who may be suggested again.")
class UndoDismissSuggestionPayload(MemberPayload):
    """undoDismissSuggestion"""


@strawberry.input(description="What to change; what is left out stays.")
class UpdateSuggestionSettingsInput:
    """updateSuggestionSettings"""

    suggested: bool | None = strawberry.field(
        default=None, description="Whether the viewer is suggested to others at all."
    )
    by_connections: bool | None = strawberry.field(
        default=None, description="By mutual connections."
    )
    by_work: bool | None = strawberry.field(default=None, description="By employers they shared.")
    by_school: bool | None = strawberry.field(default=None, description="By schools they shared.")


@strawberry.type(description="The switches as they now are.")
class UpdateSuggestionSettingsPayload:
    """updateSuggestionSettings"""

    suggestion_settings: SuggestionSettings | None = strawberry.field(
        default=None, description="The viewer's."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


_COLUMNS = {
    "suggested": "suggested",
    "by_connections": "suggested_by_connections",
    "by_work": "suggested_by_work",
    "by_school": "suggested_by_school",
}


@strawberry.type
class SuggestionMutation:
    """Mutations."""

    @strawberry.mutation(
        description="Never suggest this member to the viewer again. Nobody is told. Success when "
        f"it is so already; TOO_MANY beyond {suggestion.MOST_DISMISSED:,}, SELF, NOT_FOUND.",
        directives=_WRITE,
    )
    async def dismiss_suggestion(
        self, input: Input[DismissSuggestionInput]
    ) -> DismissSuggestionPayload:
        """suggestion.dismiss"""
        return await act_on_member(DismissSuggestionPayload, suggestion.dismiss, input.member_id)

    @strawberry.mutation(
        description="Take a dismissal back within `instance.limits.undoMinutes`; TOO_LATE "
        "afterwards. Success when there is none.",
        directives=_WRITE,
    )
    async def undo_dismiss_suggestion(
        self, input: Input[UndoDismissSuggestionInput]
    ) -> UndoDismissSuggestionPayload:
        """suggestion.undo_dismiss"""
        return await act_on_member(
            UndoDismissSuggestionPayload, suggestion.undo_dismiss, input.member_id
        )

    @strawberry.mutation(
        description="Choose whether, and by which facts, the viewer is suggested to others. In "
        "force at once; nobody is told.",
        directives=needs(Scope.PROFILE_WRITE),
    )
    async def update_suggestion_settings(
        self, input: Input[UpdateSuggestionSettingsInput]
    ) -> UpdateSuggestionSettingsPayload:
        """suggestion.update_settings"""

        async def work() -> dict[str, Any]:
            given = {_COLUMNS[k]: v for k, v in vars(input).items() if v is not None}
            await suggestion.update_settings(viewer_id(), given)
            return {"suggestion_settings": await _settings()}

        return await attempt(UpdateSuggestionSettingsPayload, work())
