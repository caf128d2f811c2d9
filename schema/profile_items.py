"""The lists on a profile: fields of Member, and of one's own profile seen with other eyes."""

import strawberry

from models import eyes
from models.career import CareerKind
from models.eyes import Eyes
from models.profile_entry import EntryKind
from models.token import Scope
from schema.context import asking
from schema.profile import (
    ContactDetail,
    Education,
    FeaturedWork,
    Language,
    Link,
    Openness,
    Position,
    Skill,
    items,
)
from schema.scopes import needs

_PROFILE = needs(Scope.PROFILE_READ)


@strawberry.type
class ProfileItems:
    """Read when selected; all of them, of all members of an operation, in two statements."""

    key: strawberry.Private[int]

    def seen_with(self) -> Eyes:
        """Whose eyes it is seen with."""
        return eyes.of(asking().viewer_id)

    @strawberry.field(
        description="Where they work and worked, the present and the latest first; 50 at most. "
        "Like all lists of a profile it has what its owner shows to the viewer.",
        directives=_PROFILE,
    )
    async def positions(self) -> list[Position]:
        """Career entries of kind WORK."""
        return await items(self.seen_with(), self.key, CareerKind.WORK)

    @strawberry.field(
        description="Where they studied, the latest first; 20 at most.", directives=_PROFILE
    )
    async def education(self) -> list[Education]:
        """Career entries of kind STUDY."""
        return await items(self.seen_with(), self.key, CareerKind.STUDY)

    @strawberry.field(
        description="What they know how to do, in their order; 50 at most.", directives=_PROFILE
    )
    async def skills(self) -> list[Skill]:
        """Entries of kind SKILL."""
        return await items(self.seen_with(), self.key, EntryKind.SKILL)

    @strawberry.field(
        description="The languages they know, in their order; 20 at most.", directives=_PROFILE
    )
    async def languages(self) -> list[Language]:
        """Entries of kind LANGUAGE."""
        return await items(self.seen_with(), self.key, EntryKind.LANGUAGE)

    @strawberry.field(
        description="Their pages elsewhere, in their order; 20 at most.", directives=_PROFILE
    )
    async def links(self) -> list[Link]:
        """Entries of kind LINK."""
        return await items(self.seen_with(), self.key, EntryKind.LINK)

    @strawberry.field(
        description="Work they show, in their order; 10 at most.", directives=_PROFILE
    )
    async def featured_work(self) -> list[FeaturedWork]:
        """Entries of kind FEATURED."""
        return await items(self.seen_with(), self.key, EntryKind.FEATURED)

    @strawberry.field(
        description="What they would like to be asked about, in their order.", directives=_PROFILE
    )
    async def open_to(self) -> list[Openness]:
        """Entries of kind OPEN_TO."""
        return await items(self.seen_with(), self.key, EntryKind.OPEN_TO)

    @strawberry.field(
        description="How to reach them: what its audience lets the viewer see, and what they "
        "share with the viewer alone; 20 at most.",
        directives=_PROFILE,
    )
    async def contact_details(self) -> list[ContactDetail]:
        """Entries of kind CONTACT."""
        return await items(self.seen_with(), self.key, EntryKind.CONTACT)
