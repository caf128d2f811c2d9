"""Imported contacts: private to who brought them."""

from functools import partial
from typing import Annotated, Any

import strawberry

from models import address_file, contact_match, ids, imported_contact, sql
from models.address_file import AddressSource
from models.token import Scope
from schema.context import viewer_id
from schema.imported_contact_types import (
    AllowContactMatchingInput,
    AllowContactMatchingPayload,
    DismissContactMatchInput,
    DismissContactMatchPayload,
    ImportContactsInput,
    ImportContactsPayload,
    ImportedContact,
    ImportedContactConnection,
    ImportedContactEdge,
    RemoveImportedContactInput,
    RemoveImportedContactPayload,
    RemoveImportedContactsPayload,
)
from schema.member import member_of
from schema.node import later, public_id
from schema.paging import After, First, page_info
from schema.payload import Input, attempt, not_found
from schema.scopes import needs
from schema.selection import wants

_READ = needs(Scope.PRIVATE_READ)
_WRITE = needs(Scope.PRIVATE_WRITE)
Words = Annotated[
    str | None,
    strawberry.argument(
        description="Only contacts whose name, organisation or address contains this, whatever "
        "its case and accents; 100 characters at most are looked at."
    ),
]
Matched = Annotated[
    bool,
    strawberry.argument(
        description="Only contacts behind whom there is a member the viewer is not connected with "
        "and has not dismissed."
    ),
]


def contact_of(row: sql.Row) -> ImportedContact:
    """A contact from a row, with the `m_` columns of the member behind it where it has them."""
    return ImportedContact(
        id=public_id(ids.IMPORTED_CONTACT, row["id"]),
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        organisation=row["organisation"],
        title=row["title"],
        url=row["url"],
        source=AddressSource(row["source"]),
        connected_on=row["connected_on"],
        imported_at=row["imported_at"],
        dismissed=row["dismissed_at"] is not None,
        member=member_of(row) if row.get("m_id") is not None else None,
    )


@strawberry.type
class ImportedContacts:
    """Fields of the viewer."""

    @strawberry.field(
        description="Contacts the viewer imported, newest first. They are nobody's accounts; only "
        "the viewer sees them, and nobody in them is written to.",
        directives=_READ,
    )
    async def imported_contacts(
        self,
        info: strawberry.Info,
        search: Words = None,
        matched: Matched = False,
        first: First = 20,
        after: After = None,
    ) -> ImportedContactConnection:
        """In one statement."""
        owner = viewer_id()
        page = await contact_match.of(owner, search, first, after, wants(info), matched=matched)
        edges = [
            ImportedContactEdge(
                cursor=later(partial(contact_match.cursor, row["id"])), node=contact_of(row)
            )
            for row in page.rows
        ]
        return ImportedContactConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(edges, more=page.more, after=after),
            total_count=later(lambda: imported_contact.count(owner)),
        )

    @strawberry.field(
        description="Whether those who have the viewer's address in their imported contacts are "
        "told that they are here, and the viewer of theirs. Off until the viewer chooses.",
        directives=_READ,
    )
    async def found_by_address(self) -> bool:
        """One's own choice."""
        return await contact_match.allowed(viewer_id())


@strawberry.type
class ImportedContactMutation:
    """What a member does about contacts from elsewhere."""

    @strawberry.mutation(
        description="Keep the contacts of a file, privately. One that is there already (by the "
        "address of their profile, else their mail address, else name and organisation) takes "
        "what is new of it, so the same file again changes nothing. An import that was cut off is "
        "finished by repeating it. INVALID for a file of another kind; TOO_MANY beyond what one "
        "may import.",
        directives=_WRITE,
    )
    async def import_contacts(self, input: Input[ImportContactsInput]) -> ImportContactsPayload:
        """imported_contact.bring"""

        async def work() -> dict[str, Any]:
            found = await address_file.read_aside(input.source, input.file)
            done = await imported_contact.bring(viewer_id(), input.source, found)
            return done._asdict()

        return await attempt(ImportContactsPayload, work())

    @strawberry.mutation(
        description="Forget one imported contact. Again is success.", directives=_WRITE
    )
    async def remove_imported_contact(
        self, input: Input[RemoveImportedContactInput]
    ) -> RemoveImportedContactPayload:
        """imported_contact.remove"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.IMPORTED_CONTACT, input.imported_contact_id)
            if key is not None:
                await imported_contact.remove(viewer_id(), key)
            return {"removed": True}

        return await attempt(RemoveImportedContactPayload, work())

    @strawberry.mutation(description="Forget all imported contacts.", directives=_WRITE)
    async def remove_imported_contacts(self) -> RemoveImportedContactsPayload:
        """imported_contact.remove_all"""

        async def work() -> dict[str, Any]:
            return {"count": await imported_contact.remove_all(viewer_id())}

        return await attempt(RemoveImportedContactsPayload, work())

    @strawberry.mutation(
        description="Do not offer the member behind an imported contact again. Again is success.",
        directives=_WRITE,
    )
    async def dismiss_contact_match(
        self, input: Input[DismissContactMatchInput]
    ) -> DismissContactMatchPayload:
        """contact_match.dismiss"""

        async def work() -> dict[str, Any]:
            key = ids.decode(ids.IMPORTED_CONTACT, input.imported_contact_id)
            if key is None:
                raise not_found("contact", "importedContactId")
            return {"imported_contact": contact_of(await contact_match.dismiss(viewer_id(), key))}

        return await attempt(DismissContactMatchPayload, work())

    @strawberry.mutation(
        description="Choose `viewer.foundByAddress`. Turned on, those in whose contacts the viewer "
        "is are told; turned off, that is taken back.",
        directives=needs(Scope.PROFILE_WRITE),
    )
    async def allow_contact_matching(
        self, input: Input[AllowContactMatchingInput]
    ) -> AllowContactMatchingPayload:
        """contact_match.allow"""

        async def work() -> dict[str, Any]:
            await contact_match.allow(viewer_id(), found=input.found_by_address)
            return {"found_by_address": input.found_by_address}

        return await attempt(AllowContactMatchingPayload, work())
