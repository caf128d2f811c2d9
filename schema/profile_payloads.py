"""What the acts on a profile answer."""

import strawberry

from schema.payload import USER_ERRORS, UserError
from schema.profile import ContactDetail, FeaturedWork, Language, Link, Openness, Skill
from schema.profile_self import FieldAudienceChoice


@strawberry.type(description="The skill after the act.")
class SkillPayload:
    """Payload of addSkill and updateSkill."""

    skill: Skill | None = strawberry.field(default=None, description="As it is now.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The skill that was removed.")
class RemoveSkillPayload:
    """Payload of removeSkill."""

    skill_id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The language after the act.")
class LanguagePayload:
    """Payload of addLanguage and updateLanguage."""

    language: Language | None = strawberry.field(default=None, description="As it is now.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The language that was removed.")
class RemoveLanguagePayload:
    """Payload of removeLanguage."""

    language_id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The link after the act.")
class LinkPayload:
    """Payload of addLink and updateLink."""

    link: Link | None = strawberry.field(default=None, description="As it is now.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The link that was removed.")
class RemoveLinkPayload:
    """Payload of removeLink."""

    link_id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The piece of work after the act.")
class FeaturedWorkPayload:
    """Payload of addFeaturedWork and updateFeaturedWork."""

    featured_work: FeaturedWork | None = strawberry.field(default=None, description="As it is now.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The piece of work that was removed.")
class RemoveFeaturedWorkPayload:
    """Payload of removeFeaturedWork."""

    featured_work_id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The contact detail after the act.")
class ContactDetailPayload:
    """Payload of addContactDetail and updateContactDetail."""

    contact_detail: ContactDetail | None = strawberry.field(
        default=None, description="As it is now."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The contact detail that was removed.")
class RemoveContactDetailPayload:
    """Payload of removeContactDetail."""

    contact_detail_id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What the viewer is open to after the act.")
class OpenToPayload:
    """Payload of setOpenTo."""

    open_to: list[Openness] | None = strawberry.field(default=None, description="All of it.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The item that was moved.")
class MoveProfileEntryPayload:
    """Payload of moveProfileEntry."""

    entry_id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="Who sees a field after the act.")
class FieldAudiencePayload:
    """Payload of changeFieldAudience."""

    field_audience: FieldAudienceChoice | None = strawberry.field(
        default=None, description="As it is now."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)
