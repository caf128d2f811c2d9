"""Mutations on what else stands on the viewer's profile, and on who sees its fields."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from models import ids, profile_entry, profile_words
from models.profile_entry import EntryKind
from models.profile_words import Said
from models.token import Scope
from schema import profile_inputs as given
from schema import profile_payloads as answers
from schema.context import viewer_id
from schema.payload import Input, attempt
from schema.profile import item
from schema.scopes import needs

P = TypeVar("P")
_WRITE = needs(Scope.PROFILE_WRITE)


async def _added(
    payload: Callable[..., P], kind: EntryKind, say: Callable[[], Said], input: given.Audienced
) -> P:
    """An entry said for the first time; `say` raises what is wrong with the words."""

    async def write() -> int:
        return await profile_entry.add(viewer_id(), kind, say(), given.chosen(input))

    return await _written(payload, kind, write)


async def _updated(
    payload: Callable[..., P],
    kind: EntryKind,
    entry: strawberry.ID,
    say: Callable[[], Said],
    input: given.Audienced,
) -> P:
    async def write() -> int:
        key, who = _key(kind, entry), viewer_id()
        return await profile_entry.update(who, kind, key, say(), given.chosen(input))

    return await _written(payload, kind, write)


async def _written(
    payload: Callable[..., P], kind: EntryKind, write: Callable[[], Awaitable[int]]
) -> P:
    async def work() -> dict[str, Any]:
        return {_NAMES[kind]: await item(viewer_id(), kind, await write())}

    return await attempt(payload, work())


async def _removed(payload: Callable[..., P], kind: EntryKind, entry: strawberry.ID) -> P:
    async def work() -> dict[str, Any]:
        await profile_entry.remove(viewer_id(), kind, _key(kind, entry))
        return {f"{_NAMES[kind]}_id": entry}

    return await attempt(payload, work())


def _key(kind: EntryKind, entry: strawberry.ID) -> int:
    key = ids.decode(ids.PROFILE_ENTRY, entry)
    if key is None:
        raise profile_entry.gone(kind)
    return key


_NAMES = {
    EntryKind.SKILL: "skill",
    EntryKind.LANGUAGE: "language",
    EntryKind.LINK: "link",
    EntryKind.FEATURED: "featured_work",
    EntryKind.CONTACT: "contact_detail",
}
_ANEW = "NOT_FOUND for one that is not the viewer's."
_AGAIN = "One that is there already is said anew."


@strawberry.type
class ProfileMutation:
    """What a member says of themself, item by item."""

    @strawberry.mutation(
        description=f"Add a skill; a member may have 50, TOO_MANY for more. {_AGAIN}",
        directives=_WRITE,
    )
    async def add_skill(self, input: Input[given.AddSkillInput]) -> answers.SkillPayload:
        """profile_entry.add"""
        return await _added(
            answers.SkillPayload, EntryKind.SKILL, lambda: profile_words.skill(input.name), input
        )

    @strawberry.mutation(description=f"Say a skill anew. {_ANEW}", directives=_WRITE)
    async def update_skill(self, input: Input[given.UpdateSkillInput]) -> answers.SkillPayload:
        """profile_entry.update"""
        return await _updated(
            answers.SkillPayload,
            EntryKind.SKILL,
            input.skill_id,
            lambda: profile_words.skill(input.name),
            input,
        )

    @strawberry.mutation(description=f"Take a skill off the profile. {_ANEW}", directives=_WRITE)
    async def remove_skill(
        self, input: Input[given.RemoveSkillInput]
    ) -> answers.RemoveSkillPayload:
        """profile_entry.remove"""
        return await _removed(answers.RemoveSkillPayload, EntryKind.SKILL, input.skill_id)

    @strawberry.mutation(
        description=f"Add a language; a member may have 20, TOO_MANY for more. {_AGAIN}",
        directives=_WRITE,
    )
    async def add_language(self, input: Input[given.AddLanguageInput]) -> answers.LanguagePayload:
        """profile_entry.add"""
        return await _added(
            answers.LanguagePayload,
            EntryKind.LANGUAGE,
            lambda: profile_words.language(input.name, input.level),
            input,
        )

    @strawberry.mutation(description=f"Say a language anew. {_ANEW}", directives=_WRITE)
    async def update_language(
        self, input: Input[given.UpdateLanguageInput]
    ) -> answers.LanguagePayload:
        """profile_entry.update"""
        return await _updated(
            answers.LanguagePayload,
            EntryKind.LANGUAGE,
            input.language_id,
            lambda: profile_words.language(input.name, input.level),
            input,
        )

    @strawberry.mutation(description=f"Take a language off the profile. {_ANEW}", directives=_WRITE)
    async def remove_language(
        self, input: Input[given.RemoveLanguageInput]
    ) -> answers.RemoveLanguagePayload:
        """profile_entry.remove"""
        return await _removed(answers.RemoveLanguagePayload, EntryKind.LANGUAGE, input.language_id)

    @strawberry.mutation(
        description="Add a link to a page elsewhere; a member may have 20, TOO_MANY for more. "
        f"{_AGAIN}",
        directives=_WRITE,
    )
    async def add_link(self, input: Input[given.AddLinkInput]) -> answers.LinkPayload:
        """profile_entry.add"""
        return await _added(
            answers.LinkPayload,
            EntryKind.LINK,
            lambda: profile_words.link(input.url, input.title),
            input,
        )

    @strawberry.mutation(description=f"Say a link anew. {_ANEW}", directives=_WRITE)
    async def update_link(self, input: Input[given.UpdateLinkInput]) -> answers.LinkPayload:
        """profile_entry.update"""
        return await _updated(
            answers.LinkPayload,
            EntryKind.LINK,
            input.link_id,
            lambda: profile_words.link(input.url, input.title),
            input,
        )

    @strawberry.mutation(description=f"Take a link off the profile. {_ANEW}", directives=_WRITE)
    async def remove_link(self, input: Input[given.RemoveLinkInput]) -> answers.RemoveLinkPayload:
        """profile_entry.remove"""
        return await _removed(answers.RemoveLinkPayload, EntryKind.LINK, input.link_id)

    @strawberry.mutation(
        description="Add a piece of work to show; a member may have 10, TOO_MANY for more. "
        f"{_AGAIN}",
        directives=_WRITE,
    )
    async def add_featured_work(
        self, input: Input[given.AddFeaturedWorkInput]
    ) -> answers.FeaturedWorkPayload:
        """profile_entry.add"""
        return await _added(
            answers.FeaturedWorkPayload,
            EntryKind.FEATURED,
            lambda: profile_words.featured(input.url, input.title, input.description),
            input,
        )

    @strawberry.mutation(description=f"Say a piece of work anew. {_ANEW}", directives=_WRITE)
    async def update_featured_work(
        self, input: Input[given.UpdateFeaturedWorkInput]
    ) -> answers.FeaturedWorkPayload:
        """profile_entry.update"""
        return await _updated(
            answers.FeaturedWorkPayload,
            EntryKind.FEATURED,
            input.featured_work_id,
            lambda: profile_words.featured(input.url, input.title, input.description),
            input,
        )

    @strawberry.mutation(
        description=f"Take a piece of work off the profile. {_ANEW}", directives=_WRITE
    )
    async def remove_featured_work(
        self, input: Input[given.RemoveFeaturedWorkInput]
    ) -> answers.RemoveFeaturedWorkPayload:
        """profile_entry.remove"""
        return await _removed(
            answers.RemoveFeaturedWorkPayload, EntryKind.FEATURED, input.featured_work_id
        )

    @strawberry.mutation(
        description="Add a contact detail; a member may have 20, TOO_MANY for more. "
        f"{_AGAIN} Nobody else sees it unless an audience is given.",
        directives=_WRITE,
    )
    async def add_contact_detail(
        self, input: Input[given.AddContactDetailInput]
    ) -> answers.ContactDetailPayload:
        """profile_entry.add"""
        return await _added(
            answers.ContactDetailPayload,
            EntryKind.CONTACT,
            lambda: profile_words.contact(input.kind, input.value, input.label),
            input,
        )

    @strawberry.mutation(description=f"Say a contact detail anew. {_ANEW}", directives=_WRITE)
    async def update_contact_detail(
        self, input: Input[given.UpdateContactDetailInput]
    ) -> answers.ContactDetailPayload:
        """profile_entry.update"""
        return await _updated(
            answers.ContactDetailPayload,
            EntryKind.CONTACT,
            input.contact_detail_id,
            lambda: profile_words.contact(input.kind, input.value, input.label),
            input,
        )

    @strawberry.mutation(
        description="Take a contact detail off the profile; whom it was shared with does not have "
        f"it any more. {_ANEW}",
        directives=_WRITE,
    )
    async def remove_contact_detail(
        self, input: Input[given.RemoveContactDetailInput]
    ) -> answers.RemoveContactDetailPayload:
        """profile_entry.remove"""
        return await _removed(
            answers.RemoveContactDetailPayload, EntryKind.CONTACT, input.contact_detail_id
        )
