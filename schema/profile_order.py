"""Mutations on the viewer's profile as a whole: what they are open to, its order, its audiences."""

from typing import Any

import strawberry

from models import eyes, ids, profile, profile_entry
from models.audience import Chosen
from models.profile_entry import EntryKind
from models.token import Scope
from schema import profile_inputs as given
from schema import profile_payloads as answers
from schema.context import viewer_id
from schema.payload import Input, attempt
from schema.profile import items
from schema.profile_self import field_audiences
from schema.scopes import needs

_WRITE = needs(Scope.PROFILE_WRITE)


@strawberry.type
class ProfileOrderMutation:
    """What is said at once of several items, or of a field."""

    @strawberry.mutation(
        description="Be open to exactly these, in this order, for one audience; what is left out "
        "goes.",
        directives=_WRITE,
    )
    async def set_open_to(self, input: Input[given.SetOpenToInput]) -> answers.OpenToPayload:
        """profile_entry.set_open_to"""
        who = viewer_id()

        async def work() -> dict[str, Any]:
            await profile_entry.set_open_to(who, input.flags, given.chosen(input))
            return {"open_to": await items(eyes.of(who), who, EntryKind.OPEN_TO)}

        return await attempt(answers.OpenToPayload, work())

    @strawberry.mutation(
        description="Put an item behind another of its kind, or first. NOT_FOUND where one of the "
        "two is not the viewer's, or of another kind.",
        directives=_WRITE,
    )
    async def move_profile_entry(
        self, input: Input[given.MoveProfileEntryInput]
    ) -> answers.MoveProfileEntryPayload:
        """profile_entry.move"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.PROFILE_ENTRY, input.entry_id) or 0
            after = None
            if input.after_id is not None:
                # What is no id is behind nothing that is there.
                after = ids.decode(ids.PROFILE_ENTRY, input.after_id) or 0
            await profile_entry.move(viewer_id(), key, after)
            return {"entry_id": input.entry_id}

        return await attempt(answers.MoveProfileEntryPayload, work())

    @strawberry.mutation(
        description="Choose who sees a field of the profile, of those who see the profile at all "
        "(`profileAudience`).",
        directives=_WRITE,
    )
    async def change_field_audience(
        self, input: Input[given.ChangeFieldAudienceInput]
    ) -> answers.FieldAudiencePayload:
        """profile.change_field_audience"""

        async def work() -> dict[str, Any]:
            tags = [ids.decode(ids.TAG, each) or 0 for each in input.audience_tag_ids or ()]
            who, choice = viewer_id(), Chosen(input.audience, tags)
            await profile.change_field_audience(who, input.field, choice)
            seen = {each.field: each for each in await field_audiences(who)}
            return {"field_audience": seen[input.field]}

        return await attempt(answers.FieldAudiencePayload, work())
