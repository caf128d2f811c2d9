"""Introductions, as the viewer's own side sees them."""

from datetime import datetime
from enum import Enum
from functools import partial
from typing import Annotated, Any

import strawberry

from models import clock, ids, introduction_list, sql
from models.introduction import standing
from models.introduction_list import Role
from models.paging import Page
from models.token import Scope
from schema import loaders
from schema.context import viewer_id
from schema.enums import described
from schema.member import Member, member_by_key, member_of
from schema.node import Node, for_each, later, public_id
from schema.paging import PageInfo, page_info
from schema.request import ConnectionRequest, request_by_key
from schema.scalars import Cursor
from schema.scopes import needs

Person = Annotated["Member", strawberry.lazy("schema.member")]
Request = Annotated["ConnectionRequest", strawberry.lazy("schema.request")]

# Of a member the viewer may no longer see; one who was asked for keeps the name as at asking.
NOBODY_NAMED = "A member"

described(
    Role,
    "IntroductionRole",
    "Which side of an introduction the viewer is on.",
    {
        "ASKER": "The viewer asked to be introduced.",
        "INTRODUCER": "The viewer was asked to introduce the two.",
        "TARGET": "The viewer is whom the asker wants to meet.",
    },
)


@strawberry.enum(
    description="How an introduction stands on the viewer's own side. What the others said shows "
    "when, and if, it becomes this side's state."
)
class IntroductionState(Enum):
    """States one side or another may read."""

    PENDING = strawberry.enum_value(
        "PENDING",
        description="To the asker: not accepted so far, whatever the others said. To the "
        "introducer and the target: it waits for them.",
    )
    FORWARDED = strawberry.enum_value(
        "FORWARDED",
        description="The introducer passed it on; they alone read this, whatever the target then "
        "said, until it is accepted.",
    )
    REFUSED = strawberry.enum_value(
        "REFUSED", description="The introducer will not; only they ever read this."
    )
    DECLINED = strawberry.enum_value(
        "DECLINED", description="The target said no; only they ever read this."
    )
    ACCEPTED = strawberry.enum_value(
        "ACCEPTED", description="Asker and target became connected by it."
    )
    WITHDRAWN = strawberry.enum_value("WITHDRAWN", description="Taken back by the asker.")
    EXPIRED = strawberry.enum_value("EXPIRED", description="Not answered in time.")
    VOID = strawberry.enum_value(
        "VOID", description="To the asker: the two became connected without it."
    )


@strawberry.type(
    description="The asker asks a mutual connection, the introducer, to be introduced to the "
    "target. Each side sees its own state only.",
    directives=needs(Scope.REQUESTS_READ),
)
class Introduction(Node):
    """An introduction from the viewer's side."""

    role: Role = strawberry.field(description="Which side the viewer is on.")
    state: IntroductionState = strawberry.field(description="How it stands on the viewer's side.")
    asker: Person | None = strawberry.field(
        description="Who wants to be introduced; null when the viewer may no longer see them."
    )
    introducer: Person | None = strawberry.field(
        description="Who was asked to introduce; null when the viewer may no longer see them."
    )
    target: Person | None = strawberry.field(
        description="Whom the asker wants to meet; null when the viewer may no longer see them."
    )
    asker_name: str = strawberry.field(
        description="The asker's name; `A member` of one the viewer may no longer see."
    )
    introducer_name: str = strawberry.field(
        description="The introducer's name, to the asker as at asking; `A member` of one the "
        "viewer may no longer see."
    )
    target_name: str = strawberry.field(
        description="The target's name, to the asker as at asking; `A member` of one the viewer "
        "may no longer see."
    )
    note_to_introducer: str | None = strawberry.field(
        description="The asker's words for the introducer, at most `instance.limits.noteLength` "
        "characters; null without, and to the target."
    )
    note_to_target: str = strawberry.field(
        description="The asker's words for the target, which all three read; at most "
        "`instance.limits.noteLength` characters."
    )
    recommendation: str | None = strawberry.field(
        description="The introducer's words for the target, which the asker never reads; at most "
        "`instance.limits.noteLength` characters. Null before it is forwarded."
    )
    asked_at: datetime = strawberry.field(description="When it was asked for.")
    forwarded_at: datetime | None = strawberry.field(
        description="When the introducer passed it on; null before, and to the asker."
    )
    expires_at: datetime = strawberry.field(
        description="When it expires unanswered, `instance.limits.introductionDays` after it was "
        "asked for, whatever the others said. That makes no event."
    )
    changed_at: datetime | None = strawberry.field(
        description="When it got its state on the viewer's side; null while it is PENDING."
    )
    can_forward: bool = strawberry.field(
        description="To the introducer: whether they may pass it on now, or after having refused: "
        "it is open, and they are connected with both others. False to everybody else."
    )
    request: Request | None = strawberry.field(
        description="Once accepted, to the asker and the target: the request that records the "
        "connection. Its basis is INTRODUCED unless one was open between the two already."
    )
    asker_key: strawberry.Private[int]
    introducer_key: strawberry.Private[int]
    target_key: strawberry.Private[int]


SIDES = ("asker", "introducer", "target")
_PEOPLE: dict[str, Any] = {
    side: for_each(lambda found, side=side: member_by_key(getattr(found, f"{side}_key")))
    for side in SIDES
}
_NAMES: dict[str, Any] = {
    side: for_each(lambda found, side=side: _name(getattr(found, f"{side}_key"))) for side in SIDES
}


async def _name(key: int) -> str:
    found = await member_by_key(key)
    return found.name if found else NOBODY_NAMED


def introduction_of(row: sql.Row) -> Introduction:
    """An introduction from its row, which may have brought the others."""
    viewer = viewer_id()
    side = next(side for side in SIDES if row[f"{side}_id"] == viewer)
    state, since = standing(row, side)
    open_ = row["asker_state"] == "PENDING" and row["expires_at"] > clock.now()
    can = open_ and state in ("PENDING", "REFUSED") and bool(row["ready"])
    accepted = state == "ACCEPTED" and side != "introducer"
    people, names = _people(row, side)
    return Introduction(
        id=public_id(ids.INTRODUCTION, row["id"]),
        role=Role(side.upper()),
        state=IntroductionState(state),
        **people,
        **names,
        note_to_introducer=None if side == "target" else row["note_to_introducer"],
        note_to_target=row["note_to_target"],
        recommendation=None if side == "asker" else row["recommendation"],
        asked_at=row["asked_at"],
        forwarded_at=None if side == "asker" else row["forwarded_at"],
        expires_at=row["expires_at"],
        changed_at=since,
        can_forward=side == "introducer" and can,
        request=later(lambda: request_by_key(row["request_id"])) if accepted else None,
        **{f"{each}_key": row[f"{each}_id"] for each in SIDES},
    )


def _people(row: sql.Row, viewer_side: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The three and their names: what the row brought, else loaded once they are selected."""
    people: dict[str, Any] = dict(_PEOPLE)
    names: dict[str, Any] = {f"{side}_name": name for side, name in _NAMES.items()}
    for side, columns in introduction_list.people_in(row).items():
        people[side] = member_of(columns) if columns else None
        names[f"{side}_name"] = columns["m_name"] if columns else NOBODY_NAMED
    if viewer_side == "asker":
        for side in ("introducer", "target"):
            names[f"{side}_name"] = row[f"{side}_name"]
    return people, names


async def introduction_by_key(key: int) -> Introduction | None:
    """An introduction the viewer may see, or None."""
    row = await loaders.introduction_row(viewer_id(), key)
    return introduction_of(row) if row else None


@strawberry.type(description="An introduction in a list.")
class IntroductionEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: Introduction = strawberry.field(description="The introduction.")


@strawberry.type(description="A page of introductions.", directives=needs(Scope.REQUESTS_READ))
class IntroductionConnection:
    """A list of introductions."""

    edges: list[IntroductionEdge] = strawberry.field(description="With their cursors.")
    nodes: list[Introduction] = strawberry.field(description="The introductions.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


def introduction_page(page: Page, after: str | None) -> IntroductionConnection:
    """A page of introductions from rows that brought the other two."""
    edges = [
        IntroductionEdge(
            cursor=later(partial(introduction_list.cursor, row)), node=introduction_of(row)
        )
        for row in page.rows
    ]
    return IntroductionConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(edges, more=page.more, after=after),
    )
