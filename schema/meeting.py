"""Meeting in person: the code a member shows, and what somebody who was shown it can do."""

import io
from datetime import datetime
from typing import Annotated, Any

import segno
import strawberry

from models import ids, meeting, meeting_code, sql, standing
from models.settings import settings
from models.token import Scope
from schema import loaders
from schema.context import asking, viewer_id
from schema.member import CanRequest, Member, can_request_of, member_by_key
from schema.node import later, public_id
from schema.payload import USER_ERRORS, Input, UserError, attempt
from schema.scopes import needs

Person = Annotated["Member", strawberry.lazy("schema.member")]


@strawberry.type(
    description="The viewer's own code, to be scanned or typed by somebody they meet. Good for "
    "`instance.limits.meetingCodeHours` and for as many people; for each of them once.",
    directives=needs(Scope.PRIVATE_READ),
)
class MeetingCode:
    """What a member shows."""

    code: str = strawberry.field(
        description="Ten characters of Crockford's base32. Typed in any case, with or without "
        "hyphens and spaces, O for 0 and I or L for 1."
    )
    url: str = strawberry.field(description="The page of this instance that the QR code leads to.")
    qr_svg: str = strawberry.field(
        description="The address as a QR code: an SVG document, dark on white."
    )
    event: str = strawberry.field(description="The event it was made for; empty if none.")
    place: str = strawberry.field(description="The place it was made for; empty if none.")
    made_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="Until when it is good.")


@strawberry.type(
    description="Who shows a code. Their name, handle and headline are what they show with it, "
    "whoever may see their profile; the rest of them is in `member`, for those who may.",
    directives=needs(Scope.REQUESTS_READ),
)
class MeetingCodeHolder:
    """What a code tells of its owner."""

    member_id: strawberry.ID = strawberry.field(
        description="Their id, for sendConnectionRequest with this code."
    )
    name: str = strawberry.field(description="Their name.")
    handle: str = strawberry.field(description="Their handle.")
    headline: str = strawberry.field(
        description="What they do; empty if unset or outside the audience of the headline."
    )
    event: str = strawberry.field(description="The event it was made for; empty if none.")
    place: str = strawberry.field(description="The place it was made for; empty if none.")
    expires_at: datetime = strawberry.field(description="Until when the code is good.")
    member: Person | None = strawberry.field(
        description="Their profile; null where the viewer may not see it."
    )
    can_request: CanRequest = strawberry.field(
        description="Whether the viewer may ask them to connect with this code, and if not why."
    )


def code_of(row: sql.Row) -> MeetingCode:
    """A code from its row."""
    code = meeting_code.text_of(row["id"])
    url = f"{settings().base_url}/meet/{code}"
    return MeetingCode(
        code=code,
        url=url,
        qr_svg=later(lambda: qr_svg(url)),
        event=row["event"],
        place=row["place"],
        made_at=row["made_at"],
        expires_at=row["expires_at"],
    )


def qr_svg(text: str) -> str:
    """A QR code as an SVG document, of one path and on white: scanners want it so at night too."""
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(
        out, kind="svg", border=4, dark="#000", light="#fff", omitsize=True, xmldecl=False, nl=False
    )
    return out.getvalue().decode()


def holder_of(row: sql.Row) -> MeetingCodeHolder:
    """Who shows a code."""
    key = row["m_id"]
    return MeetingCodeHolder(
        member_id=public_id(ids.MEMBER, key),
        name=row["m_name"],
        handle=row["m_handle"],
        headline=row["m_headline"],
        event=row["event"],
        place=row["place"],
        expires_at=row["expires_at"],
        member=later(lambda: member_by_key(key)),
        can_request=later(lambda: _can_request(row)),
    )


async def _can_request(row: sql.Row) -> CanRequest:
    facts = await loaders.standing_facts(viewer_id(), row["m_id"])
    problem = standing.refusal(facts, by_code=True)
    return can_request_of(problem or meeting.used_before(row))


@strawberry.type
class MeetingCodes:
    """Fields of the viewer."""

    @strawberry.field(
        description="The code the viewer shows now; null if none.",
        directives=needs(Scope.PRIVATE_READ),
    )
    async def meeting_code(self) -> MeetingCode | None:
        """In one statement."""
        row = await meeting_code.shown_by(viewer_id())
        return code_of(row) if row else None


@strawberry.type
class MeetingQuery:
    """Root fields."""

    @strawberry.field(
        description="Who shows this code; null for one that is not good now, whether or not it "
        "ever was, after 30 such within an hour for all, and when signed out.",
        directives=needs(Scope.REQUESTS_READ),
    )
    async def member_by_meeting_code(
        self,
        code: Annotated[str, strawberry.argument(description="The code, as it was typed.")],
    ) -> MeetingCodeHolder | None:
        """In one statement."""
        viewer = asking().viewer
        row = await meeting_code.holder(viewer.id, code) if viewer else None
        return holder_of(row) if row else None


@strawberry.input(description="Where the viewer is meeting people.")
class ShowMeetingCodeInput:
    """Input of showMeetingCode."""

    event: str | None = strawberry.field(
        default=None, description="What brings them together; at most 120 characters."
    )
    place: str | None = strawberry.field(default=None, description="Where; at most 120 characters.")


@strawberry.type(description="The code the viewer shows.")
class ShowMeetingCodePayload:
    """Payload of showMeetingCode."""

    meeting_code: MeetingCode | None = strawberry.field(default=None, description="The code.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The code that is shown no more.")
class EndMeetingCodePayload:
    """Payload of endMeetingCode."""

    meeting_code: MeetingCode | None = strawberry.field(
        default=None, description="As it was; null where none was shown."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class MeetingMutation:
    """What a member does about their code."""

    @strawberry.mutation(
        description="Show a code to somebody met in person. With the event and place of the one "
        "that is shown already it is that one; otherwise a new one, and the old one ends. "
        "TOO_MANY after 20 new ones within a day.",
        directives=needs(Scope.REQUESTS_WRITE),
    )
    async def show_meeting_code(self, input: Input[ShowMeetingCodeInput]) -> ShowMeetingCodePayload:
        """meeting_code.show"""

        async def work() -> dict[str, Any]:
            row = await meeting_code.show(viewer_id(), input.event or "", input.place or "")
            return {"meeting_code": code_of(row)}

        return await attempt(ShowMeetingCodePayload, work())

    @strawberry.mutation(
        description="Show no code any more: it opens nothing from now on. Requests that were sent "
        "with it stand.",
        directives=needs(Scope.REQUESTS_WRITE),
    )
    async def end_meeting_code(self) -> EndMeetingCodePayload:
        """meeting_code.end"""

        async def work() -> dict[str, Any]:
            row = await meeting_code.end(viewer_id())
            return {"meeting_code": code_of(row) if row else None}

        return await attempt(EndMeetingCodePayload, work())
