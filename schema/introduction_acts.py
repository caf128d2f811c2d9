"""Mutations on introductions: one intention each, thin over models."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from models import ids, introduction, sql
from models.problem import Code, Problem, Problems
from models.token import Scope
from schema.contact_share import SHARE_IDS, entry_keys
from schema.context import viewer_id
from schema.introduction import Introduction, introduction_by_key
from schema.network import side_with
from schema.node import later
from schema.payload import USER_ERRORS, Input, UserError, not_found, user_error
from schema.relationship import Relationship, relationship_of
from schema.request import ConnectionRequest, request_by_key
from schema.scopes import needs

P = TypeVar("P")
_WRITE = needs(Scope.REQUESTS_WRITE)
_AFTERWARDS = "The introduction as it stands on the viewer's side afterwards."


@strawberry.input(description="Ask to be introduced.")
class RequestIntroductionInput:
    """Input of requestIntroduction."""

    introducer_id: strawberry.ID = strawberry.field(
        description="Who should introduce: one of `Member.introducers` of the target. "
        "INTRODUCER_UNAVAILABLE for any other."
    )
    target_id: strawberry.ID = strawberry.field(description="Whom the viewer wants to meet.")
    note_to_introducer: str | None = strawberry.field(
        default=None,
        description="Words for the introducer alone, plain text, at most "
        "`instance.limits.noteLength` characters.",
    )
    note_to_target: str = strawberry.field(
        description="Words that are passed on to the target, plain text, 1 to "
        "`instance.limits.noteLength` characters. The introducer reads them as well."
    )
    client_mutation_key: str | None = strawberry.field(
        default=None,
        description="Any text of 1 to 100 characters. For 24 hours the same key with the same "
        "input gives the first introduction again, so this can be retried safely.",
    )


@strawberry.input
class IntroductionInput:
    """What the acts on an introduction share."""

    introduction_id: strawberry.ID = strawberry.field(description="The introduction.")


@strawberry.input(description="Pass an introduction on.")
class ForwardIntroductionInput(IntroductionInput):
    """Input of forwardIntroduction."""

    recommendation: str = strawberry.field(
        description="Why the two should meet, in the introducer's words: plain text, 1 to "
        "`instance.limits.noteLength` characters. The target reads it, the asker never does."
    )


@strawberry.input(description="Input of refuseIntroduction.")
class RefuseIntroductionInput(IntroductionInput):
    """refuseIntroduction"""


@strawberry.input(description="Input of undoRefuseIntroduction.")
class UndoRefuseIntroductionInput(IntroductionInput):
    """undoRefuseIntroduction"""


@strawberry.input(description="Input of acceptIntroduction.")
class AcceptIntroductionInput(IntroductionInput):
    """acceptIntroduction"""

    share_contact_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"{SHARE_IDS} One that was accepted before stays as it is."
    )


@strawberry.input(description="Input of declineIntroduction.")
class DeclineIntroductionInput(IntroductionInput):
    """declineIntroduction"""


@strawberry.input(description="Input of withdrawIntroduction.")
class WithdrawIntroductionInput(IntroductionInput):
    """withdrawIntroduction"""


@strawberry.type
class IntroductionPayload:
    """What payloads of acts on an introduction share."""

    introduction: Introduction | None = strawberry.field(
        default=None,
        description="The introduction; also given with an error about one the viewer may see.",
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The introduction that was asked for.")
class RequestIntroductionPayload(IntroductionPayload):
    """requestIntroduction"""

    request: ConnectionRequest | None = strawberry.field(
        default=None, description="With REQUEST_OPEN: the request between the two."
    )


@strawberry.type(description="The introduction and the connection it became.")
class AcceptIntroductionPayload(IntroductionPayload):
    """acceptIntroduction"""

    relationship: Relationship | None = strawberry.field(
        default=None, description="The viewer's own side of the connection."
    )


@strawberry.type(description=_AFTERWARDS)
class ForwardIntroductionPayload(IntroductionPayload):
    """forwardIntroduction"""


@strawberry.type(description=_AFTERWARDS)
class RefuseIntroductionPayload(IntroductionPayload):
    """refuseIntroduction"""


@strawberry.type(description=_AFTERWARDS)
class UndoRefuseIntroductionPayload(IntroductionPayload):
    """undoRefuseIntroduction"""


@strawberry.type(description=_AFTERWARDS)
class DeclineIntroductionPayload(IntroductionPayload):
    """declineIntroduction"""


@strawberry.type(description=_AFTERWARDS)
class WithdrawIntroductionPayload(IntroductionPayload):
    """withdrawIntroduction"""


async def _try(payload: Callable[..., P], work: Awaitable[dict[str, Any]]) -> P:
    """As `attempt`, where an error is about an introduction, or about an open request."""
    try:
        return payload(**await work, user_errors=[])
    except Problem as problem:
        about, key = {}, problem.subject
        if key is not None and problem.code == Code.REQUEST_OPEN:
            about = {"request": later(lambda: request_by_key(key))}
        elif key is not None:
            about = {"introduction": later(lambda: introduction_by_key(key))}
        return payload(**about, user_errors=[user_error(problem)])
    except Problems as several:
        return payload(user_errors=[user_error(problem) for problem in several.problems])


def _key(given: strawberry.ID) -> int:
    key = ids.decode(ids.INTRODUCTION, given)
    if key is None:
        raise not_found("introduction", "introductionId")
    return key


def _as_it_is(row: sql.Row) -> dict[str, Any]:
    return {"introduction": later(lambda: introduction_by_key(row["id"]))}


async def _act(
    payload: type[P], act: Callable[[int, int], Awaitable[sql.Row]], given: strawberry.ID
) -> P:
    async def work() -> dict[str, Any]:
        return _as_it_is(await act(viewer_id(), _key(given)))

    return await _try(payload, work())


@strawberry.type
class IntroductionMutation:
    """What the three do about an introduction."""

    @strawberry.mutation(
        description="Ask a mutual connection to introduce the viewer to a member. It costs no "
        "budget and needs no cool-down: whether it is passed on is for the introducer to say, and "
        "then for the target. The first that applies of SELF, ALREADY_CONNECTED, "
        "INTRODUCTION_OPEN, REQUEST_OPEN, TOO_MANY_INTRODUCTIONS, EMAIL_UNVERIFIED, "
        "OWN_CONNECTION_LIMIT; then what is wrong with the words; then INTRODUCER_UNAVAILABLE for "
        "every cause that lies with the others.",
        directives=_WRITE,
    )
    async def request_introduction(
        self, input: Input[RequestIntroductionInput]
    ) -> RequestIntroductionPayload:
        """introduction.ask"""

        async def work() -> dict[str, Any]:
            # An id that is nobody's meets the same guards, in the same order, as one that is.
            row = await introduction.ask(
                viewer_id(),
                ids.decode(ids.MEMBER, input.introducer_id) or 0,
                ids.decode(ids.MEMBER, input.target_id) or 0,
                input.note_to_introducer,
                input.note_to_target,
                input.client_mutation_key,
            )
            return _as_it_is(row)

        return await _try(RequestIntroductionPayload, work())

    @strawberry.mutation(
        description="Pass an introduction on to its target, also one that was refused. The asker "
        "is not told. INTRODUCER_UNAVAILABLE where the viewer is no longer connected with both; "
        "NOT_OPEN once it has expired.",
        directives=_WRITE,
    )
    async def forward_introduction(
        self, input: Input[ForwardIntroductionInput]
    ) -> ForwardIntroductionPayload:
        """introduction.forward"""
        return await _act(
            ForwardIntroductionPayload,
            lambda viewer, key: introduction.forward(viewer, key, input.recommendation),
            input.introduction_id,
        )

    @strawberry.mutation(
        description="Do not pass an introduction on. Nobody else ever learns of it, and no event "
        "is made: the asker reads PENDING until it expires.",
        directives=_WRITE,
    )
    async def refuse_introduction(
        self, input: Input[RefuseIntroductionInput]
    ) -> RefuseIntroductionPayload:
        """introduction.refuse"""
        return await _act(RefuseIntroductionPayload, introduction.refuse, input.introduction_id)

    @strawberry.mutation(
        description="Put a refused introduction back among those that wait, as long as it has not "
        "expired. No event is made.",
        directives=_WRITE,
    )
    async def undo_refuse_introduction(
        self, input: Input[UndoRefuseIntroductionInput]
    ) -> UndoRefuseIntroductionPayload:
        """introduction.undo_refuse"""
        return await _act(
            UndoRefuseIntroductionPayload, introduction.undo_refuse, input.introduction_id
        )

    @strawberry.mutation(
        description="Say yes to an introduction, also after having declined: the viewer and the "
        "asker are connected at once, and all three get IntroductionAccepted. A request that is "
        "open between the two becomes ACCEPTED by it. OWN_CONNECTION_LIMIT and "
        "RECIPIENT_UNAVAILABLE where a side has as many connections as one may have.",
        directives=_WRITE,
    )
    async def accept_introduction(
        self, input: Input[AcceptIntroductionInput]
    ) -> AcceptIntroductionPayload:
        """introduction.accept"""

        async def work() -> dict[str, Any]:
            shares = entry_keys(input.share_contact_ids)
            row = await introduction.accept(viewer_id(), _key(input.introduction_id), shares)
            side: Any = later(lambda: side_with(row["asker_id"]))
            if "side" in row:
                side = relationship_of(row["side"])
            return {**_as_it_is(row), "relationship": side}

        return await _try(AcceptIntroductionPayload, work())

    @strawberry.mutation(
        description="Say no to an introduction. Nobody else ever learns of it, no event is made: "
        "until it expires the asker reads PENDING, and it can still be accepted.",
        directives=_WRITE,
    )
    async def decline_introduction(
        self, input: Input[DeclineIntroductionInput]
    ) -> DeclineIntroductionPayload:
        """introduction.decline"""
        return await _act(DeclineIntroductionPayload, introduction.decline, input.introduction_id)

    @strawberry.mutation(
        description="Take back an introduction the viewer asked for. The others are not told, and "
        "no longer see it. NOT_OPEN once it was accepted or has expired.",
        directives=_WRITE,
    )
    async def withdraw_introduction(
        self, input: Input[WithdrawIntroductionInput]
    ) -> WithdrawIntroductionPayload:
        """introduction.withdraw"""
        return await _act(WithdrawIntroductionPayload, introduction.withdraw, input.introduction_id)
