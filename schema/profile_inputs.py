"""What is given to the acts on a profile."""

import strawberry

from models import ids
from models.audience import TAGS_FIELD, Chosen, FieldAudience
from models.career import Stay
from models.problem import Code, Problem
from models.profile import ProfileField
from models.profile_words import ContactKind, LanguageLevel, OpenTo
from models.token import Scope
from schema.context import asking


@strawberry.input
class Audienced:
    """Who sees it. The last fields of every input here."""

    audience: FieldAudience | None = strawberry.field(
        default=None,
        description="Who sees it. Left out, it stays; of a new item it is MEMBERS, of a contact "
        "detail ONLY_ME.",
    )
    audience_tag_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Under TAGS: 1 to 20 of the viewer's tags."
    )


def chosen(given: Audienced) -> Chosen | None:
    """The audience that is given, if one is. Raises Problem."""
    tags = [ids.decode(ids.TAG, each) for each in given.audience_tag_ids or ()]
    if given.audience is None:
        if tags:
            words = "Tags go with the audience of chosen tags only."
            raise Problem(Code.INVALID, words, field=(TAGS_FIELD,))
        return None
    # What is no tag's id is refused as one that is not there.
    return Chosen(given.audience, [0 if tag is None else tag for tag in tags])


@strawberry.input
class Announced:
    """Whether a change of the profile is posted. Without it nothing ever is."""

    announce: bool = strawberry.field(
        default=False,
        description="Whether to post an update of it as well, in the same act; needs "
        "`updates:write`. It is shown to nobody who does not see this on the profile: INVALID for "
        "what only the viewer sees.",
    )
    announce_audience: FieldAudience = strawberry.field(
        default=FieldAudience.CONNECTIONS,
        description="For whom that update is: EVERYONE, MEMBERS or CONNECTIONS, or fewer, where "
        "fewer see it on the profile.",
    )


def announces(given: Announced) -> bool:
    """Whether a change is to be posted. Raises Problem where the asking app may not."""
    if given.announce and Scope.UPDATES_WRITE not in asking().scopes:
        words = "This app may not post updates: it lacks the scope updates:write."
        raise Problem(Code.INVALID, words, field=("announce",))
    return given.announce


@strawberry.input
class Dated(Announced, Audienced):
    """From when to when, and in which words."""

    start_year: int = strawberry.field(description="From 1900 to next year.")
    start_month: int | None = strawberry.field(default=None, description="1 to 12, if known.")
    end_year: int | None = strawberry.field(
        default=None, description="To ten years ahead; left out while it goes on."
    )
    end_month: int | None = strawberry.field(default=None, description="1 to 12, if known.")
    description: str = strawberry.field(
        default="", description="Plain text with line breaks, up to 2,000 characters."
    )


def stay(given: Dated, organisation: str, title: str) -> Stay:
    """What is said of a time somewhere."""
    return Stay(
        organisation,
        title,
        given.description,
        given.start_year,
        given.start_month,
        given.end_year,
        given.end_month,
    )


@strawberry.input(description="A position.")
class AddPositionInput(Dated):
    """Input of addPosition."""

    organisation: str = strawberry.field(
        description="Its name, 1 to 120 characters. One that is known here in another spelling is "
        "the same."
    )
    title: str = strawberry.field(description="1 to 120 characters.")


@strawberry.input(
    description="A position, said anew: what is left out is emptied, but for who sees it."
)
class UpdatePositionInput(AddPositionInput):
    """Input of updatePosition."""

    position_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="Which position.")
class RemovePositionInput:
    """Input of removePosition."""

    position_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="An education.")
class AddEducationInput(Dated):
    """Input of addEducation."""

    school: str = strawberry.field(
        description="Its name, 1 to 120 characters. One that is known here in another spelling is "
        "the same."
    )
    subject: str = strawberry.field(default="", description="Up to 120 characters.")


@strawberry.input(
    description="An education, said anew: what is left out is emptied, but for who sees it."
)
class UpdateEducationInput(AddEducationInput):
    """Input of updateEducation."""

    education_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="Which education.")
class RemoveEducationInput:
    """Input of removeEducation."""

    education_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="A skill.")
class AddSkillInput(Audienced):
    """Input of addSkill."""

    name: str = strawberry.field(description="1 to 60 characters.")


@strawberry.input(description="A skill, said anew.")
class UpdateSkillInput(AddSkillInput):
    """Input of updateSkill."""

    skill_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="Which skill.")
class RemoveSkillInput:
    """Input of removeSkill."""

    skill_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="A language.")
class AddLanguageInput(Audienced):
    """Input of addLanguage."""

    name: str = strawberry.field(description="1 to 60 characters.")
    level: LanguageLevel = strawberry.field(description="How well.")


@strawberry.input(description="A language, said anew.")
class UpdateLanguageInput(AddLanguageInput):
    """Input of updateLanguage."""

    language_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="Which language.")
class RemoveLanguageInput:
    """Input of removeLanguage."""

    language_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="A page elsewhere.")
class AddLinkInput(Audienced):
    """Input of addLink."""

    url: str = strawberry.field(description="http or https, up to 500 characters.")
    title: str = strawberry.field(default="", description="Up to 120 characters.")


@strawberry.input(description="A link, said anew.")
class UpdateLinkInput(AddLinkInput):
    """Input of updateLink."""

    link_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="Which link.")
class RemoveLinkInput:
    """Input of removeLink."""

    link_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="A piece of work to show.")
class AddFeaturedWorkInput(Audienced):
    """Input of addFeaturedWork."""

    title: str = strawberry.field(description="1 to 120 characters.")
    url: str = strawberry.field(
        default="", description="http or https, up to 500 characters; empty if it is nowhere."
    )
    description: str = strawberry.field(
        default="", description="Plain text with line breaks, up to 500 characters."
    )


@strawberry.input(description="A piece of work, said anew.")
class UpdateFeaturedWorkInput(AddFeaturedWorkInput):
    """Input of updateFeaturedWork."""

    featured_work_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="Which piece of work.")
class RemoveFeaturedWorkInput:
    """Input of removeFeaturedWork."""

    featured_work_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="A way to reach the viewer.")
class AddContactDetailInput(Audienced):
    """Input of addContactDetail."""

    kind: ContactKind = strawberry.field(description="What it is.")
    value: str = strawberry.field(
        description="The address or number: of an EMAIL up to 254 characters, of a PHONE 3 to 40 "
        "digits, spaces and signs between them, of a WEBSITE http or https; up to 500."
    )
    label: str = strawberry.field(
        default="", description="Which it is, as `Work`; up to 120 characters."
    )


@strawberry.input(description="A contact detail, said anew. Those it is shared with have it anew.")
class UpdateContactDetailInput(AddContactDetailInput):
    """Input of updateContactDetail."""

    contact_detail_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="Which contact detail.")
class RemoveContactDetailInput:
    """Input of removeContactDetail."""

    contact_detail_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="What the viewer is open to.")
class SetOpenToInput(Audienced):
    """Input of setOpenTo."""

    flags: list[OpenTo] = strawberry.field(description="All of it, in order; may be empty.")


@strawberry.input(description="Where to put an item among those of its kind.")
class MoveProfileEntryInput:
    """Input of moveProfileEntry."""

    entry_id: strawberry.ID = strawberry.field(
        description="A skill, language, link, featured work, openness or contact detail of the "
        "viewer's. Positions and education stand by their dates."
    )
    after_id: strawberry.ID | None = strawberry.field(
        default=None, description="Behind this one of the same kind; left out, it comes first."
    )


@strawberry.input(description="Who sees a field.")
class ChangeFieldAudienceInput:
    """Input of changeFieldAudience."""

    field: ProfileField = strawberry.field(description="Which.")
    audience: FieldAudience = strawberry.field(description="Who sees it.")
    audience_tag_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Under TAGS: 1 to 20 of the viewer's tags."
    )
