"""Evidence: the facts by which two members may know each other."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.dataloader import DataLoader

from models import evidence, evidence_words, sql
from models.evidence import Asked, EvidenceKind
from models.token import Scope
from schema.context import asking
from schema.enums import described
from schema.scopes import needs

if TYPE_CHECKING:
    from schema.member import Member

Person = Annotated["Member", strawberry.lazy("schema.member")]

described(
    EvidenceKind,
    "EvidenceKind",
    "Kinds of facts by which two members may know each other. Open: new kinds may be added.",
    {
        "MET_IN_PERSON": "They met in person: the sender used a code that the recipient showed. "
        "Without one it is the sender's claim.",
        "INTRODUCED_BY": "Somebody introduced them. To whoever asked for that it shows only once "
        "it has made a connection.",
        "EARLIER_CONNECTION": "They were connected before.",
        "EARLIER_MESSAGES": "They wrote to each other before, and are not connected now. As far as "
        "the viewer has not deleted it.",
        "SAME_EMPLOYER": "Both worked at one organisation at the same time.",
        "SAME_SCHOOL": "Both studied at one organisation at the same time.",
        "MUTUAL_CONNECTIONS": "Connections of both, as far as the viewer may see the other's.",
        "SAME_EVENT": "The sender names an event at which the recipient had shown a code. "
        "Confirmed if the sender showed or used a code of it as well. Only the recipient sees "
        "this.",
        "WORKED_TOGETHER": "The sender says that they worked together, and no record bears it out.",
    },
)


@strawberry.type(
    description="A fact by which two members may know each other, or the claim of one. It is read "
    "with the viewer's eyes: the two sides of a request may see different ones.",
    directives=needs(Scope.NETWORK_READ),
)
class Evidence:
    """One fact."""

    kind: EvidenceKind = strawberry.field(description="What kind of fact.")
    confirmed: bool = strawberry.field(
        description="True where the records of both bear it out; false where only the sender says "
        "so."
    )
    text: str = strawberry.field(
        description="In words for the viewer, with names, years and places, such as `You both "
        "worked at Larch & Span, 2014–2018`; plain text in English."
    )
    members: list[Person] = strawberry.field(
        description="Members the fact names, as far as the viewer sees them: who introduced them, "
        "or mutual connections, 3 at most."
    )


async def evidence_of(wanted: Asked) -> list[Evidence]:
    """The evidence about one request or member; a page of them in one statement."""
    from schema.member import member_of

    found: list[evidence_words.Evidence] = await _loader().load(wanted)
    return [
        Evidence(
            kind=each.kind,
            confirmed=each.confirmed,
            text=each.text,
            members=[member_of(row) for row in each.members],
        )
        for each in found
    ]


def _loader() -> DataLoader[Asked, Any]:
    loaders = asking().loaders
    if "evidence" not in loaders:
        viewer = asking().viewer_id

        async def load(keys: list[Asked]) -> list[list[evidence_words.Evidence]]:
            assert viewer is not None
            found = await evidence_words.of(viewer, keys)
            return [found[key] for key in keys]

        loaders["evidence"] = DataLoader(load_fn=load)
    return loaders["evidence"]


def request_evidence(viewer: int, row: sql.Row) -> Awaitable[list[Evidence]]:
    """The evidence on a request of the viewer's, as their side may see it."""
    return evidence_of(evidence.asked(viewer, row))


@strawberry.type
class MemberEvidence:
    """A field of members."""

    @strawberry.field(
        description="How the viewer and this member may know each other, strongest first; from "
        "records only. Empty when signed out, and of the viewer themself.",
        directives=needs(Scope.NETWORK_READ),
    )
    async def evidence(self) -> list[Evidence]:
        """All of a page in one statement."""
        key: int = self.key  # type: ignore[attr-defined]
        if asking().viewer_id in (None, key):
            return []
        return await evidence_of(Asked(key))
