"""Mutations on the viewer's career."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from models import career, ids, update_profile
from models.career import CareerKind, Stay
from models.token import Scope
from schema.context import viewer_id
from schema.payload import USER_ERRORS, Input, UserError, attempt
from schema.profile import Education, Position, item
from schema.profile_inputs import (
    AddEducationInput,
    AddPositionInput,
    Dated,
    RemoveEducationInput,
    RemovePositionInput,
    UpdateEducationInput,
    UpdatePositionInput,
    announces,
    chosen,
    stay,
)
from schema.scopes import needs

P = TypeVar("P")
_WRITE = needs(Scope.PROFILE_WRITE)
_WORK, _STUDY = CareerKind.WORK, CareerKind.STUDY


@strawberry.type(description="The position after the act.")
class PositionPayload:
    """Payload of addPosition and updatePosition."""

    position: Position | None = strawberry.field(default=None, description="As it is now.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The position that was removed.")
class RemovePositionPayload:
    """Payload of removePosition."""

    position_id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The education after the act.")
class EducationPayload:
    """Payload of addEducation and updateEducation."""

    education: Education | None = strawberry.field(default=None, description="As it is now.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The education that was removed.")
class RemoveEducationPayload:
    """Payload of removeEducation."""

    education_id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


async def _written(
    payload: Callable[..., P], name: str, kind: CareerKind, write: Callable[[], Awaitable[int]]
) -> P:
    async def work() -> dict[str, Any]:
        return {name: await item(viewer_id(), kind, await write())}

    return await attempt(payload, work())


async def _said(who: int, kind: CareerKind, key: int | None, said: Stay, input: Dated) -> int:
    """Add it, or say it anew, and post that if it is to be."""
    seen_by = chosen(input)
    if announces(input):
        to = input.announce_audience
        return await update_profile.announced_stay(who, kind, key, said, seen_by, to)
    if key is None:
        return await career.add(who, kind, said, seen_by)
    return await career.update(who, kind, key, said, seen_by)


async def _removed(
    payload: Callable[..., P], name: str, kind: CareerKind, given: strawberry.ID
) -> P:
    async def work() -> dict[str, Any]:
        await career.remove(viewer_id(), kind, _key(kind, given))
        return {name: given}

    return await attempt(payload, work())


def _key(kind: CareerKind, given: strawberry.ID) -> int:
    key = ids.decode(ids.CAREER_ENTRY, given)
    if key is None:
        raise career.gone(kind)
    return key


@strawberry.type
class CareerMutation:
    """What a member says of where they were."""

    @strawberry.mutation(
        description="Add a position; a member may have 50, TOO_MANY for more. The same "
        "organisation, title and dates again are the same position: it is said anew.",
        directives=_WRITE,
    )
    async def add_position(self, input: Input[AddPositionInput]) -> PositionPayload:
        """career.add"""
        who = viewer_id()

        async def write() -> int:
            said = stay(input, input.organisation, input.title)
            return await _said(who, _WORK, None, said, input)

        return await _written(PositionPayload, "position", _WORK, write)

    @strawberry.mutation(
        description="Say a position anew. NOT_FOUND for one that is not the viewer's.",
        directives=_WRITE,
    )
    async def update_position(self, input: Input[UpdatePositionInput]) -> PositionPayload:
        """career.update"""
        who = viewer_id()

        async def write() -> int:
            said = stay(input, input.organisation, input.title)
            return await _said(who, _WORK, _key(_WORK, input.position_id), said, input)

        return await _written(PositionPayload, "position", _WORK, write)

    @strawberry.mutation(
        description="Take a position off the profile. NOT_FOUND for one that is not the viewer's.",
        directives=_WRITE,
    )
    async def remove_position(self, input: Input[RemovePositionInput]) -> RemovePositionPayload:
        """career.remove"""
        return await _removed(RemovePositionPayload, "position_id", _WORK, input.position_id)

    @strawberry.mutation(
        description="Add an education; a member may have 20, TOO_MANY for more. The same school, "
        "subject and dates again are the same education: it is said anew.",
        directives=_WRITE,
    )
    async def add_education(self, input: Input[AddEducationInput]) -> EducationPayload:
        """career.add"""
        who = viewer_id()

        async def write() -> int:
            said = stay(input, input.school, input.subject)
            return await _said(who, _STUDY, None, said, input)

        return await _written(EducationPayload, "education", _STUDY, write)

    @strawberry.mutation(
        description="Say an education anew. NOT_FOUND for one that is not the viewer's.",
        directives=_WRITE,
    )
    async def update_education(self, input: Input[UpdateEducationInput]) -> EducationPayload:
        """career.update"""
        who = viewer_id()

        async def write() -> int:
            said = stay(input, input.school, input.subject)
            return await _said(who, _STUDY, _key(_STUDY, input.education_id), said, input)

        return await _written(EducationPayload, "education", _STUDY, write)

    @strawberry.mutation(
        description="Take an education off the profile. NOT_FOUND for one that is not the "
        "viewer's.",
        directives=_WRITE,
    )
    async def remove_education(self, input: Input[RemoveEducationInput]) -> RemoveEducationPayload:
        """career.remove"""
        return await _removed(RemoveEducationPayload, "education_id", _STUDY, input.education_id)
