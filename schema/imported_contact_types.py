"""Types, inputs and payloads of imported contacts."""

from datetime import datetime

import strawberry

from models.address_file import AddressSource
from models.token import Scope
from schema.enums import described
from schema.member import Member
from schema.paging import PageInfo
from schema.payload import USER_ERRORS, UserError
from schema.scalars import AddressBook, Cursor
from schema.scopes import needs

described(
    AddressSource,
    "AddressSource",
    "What kind of file contacts are imported from.",
    {
        "LINKEDIN": "`Connections.csv` of LinkedIn's data export.",
        "VCARD": "vCards (`.vcf`), version 2.1 to 4.0.",
    },
)

_READ = needs(Scope.PRIVATE_READ)


@strawberry.type(
    description="Somebody in the viewer's imported address book: nobody's account.",
    directives=_READ,
)
class ImportedContact:
    """A row of imported_contact, with the member behind it where both allow that."""

    id: strawberry.ID = strawberry.field(description="For the acts on it; `node` knows it not.")
    name: str = strawberry.field(description="As in the file, 100 characters at most.")
    email: str = strawberry.field(description="Their mail address; empty if the file has none.")
    phone: str = strawberry.field(description="Their telephone number, or empty.")
    organisation: str = strawberry.field(description="Where they worked, or empty.")
    title: str = strawberry.field(description="As what, or empty.")
    url: str = strawberry.field(description="An http or https address of theirs, or empty.")
    source: AddressSource = strawberry.field(description="The kind of file it came from.")
    connected_on: str | None = strawberry.field(
        description="The day of the connection elsewhere, `YYYY-MM-DD`, where the file has it."
    )
    imported_at: datetime = strawberry.field(description="When it was first imported.")
    dismissed: bool = strawberry.field(
        description="Whether the viewer wants the member behind it offered no more."
    )
    member: Member | None = strawberry.field(
        description="The member with this mail address, if both they and the viewer chose "
        "`foundByAddress` and the viewer may see them."
    )


@strawberry.type(description="An imported contact in a list.")
class ImportedContactEdge:
    """One edge."""

    cursor: Cursor = strawberry.field(description="The place of this edge.")
    node: ImportedContact = strawberry.field(description="The contact.")


@strawberry.type(description="A page of imported contacts, newest first.")
class ImportedContactConnection:
    """The list."""

    edges: list[ImportedContactEdge] = strawberry.field(description="With their cursors.")
    nodes: list[ImportedContact] = strawberry.field(description="The contacts.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(
        description="How many the viewer has imported in all, whatever was searched for."
    )


@strawberry.input(description="Import contacts.")
class ImportContactsInput:
    """Input of importContacts."""

    source: AddressSource = strawberry.field(description="What kind of file it is.")
    file: AddressBook = strawberry.field(description="Its contents.")


@strawberry.input(description="Forget one imported contact.")
class RemoveImportedContactInput:
    """Input of removeImportedContact."""

    imported_contact_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="Offer a match no more.")
class DismissContactMatchInput:
    """Input of dismissContactMatch."""

    imported_contact_id: strawberry.ID = strawberry.field(description="One of the viewer's.")


@strawberry.input(description="Choose whether to be found by address.")
class AllowContactMatchingInput:
    """Input of allowContactMatching."""

    found_by_address: bool = strawberry.field(description="Yes or no.")


@strawberry.type(description="What an import did.")
class ImportContactsPayload:
    """Payload of importContacts."""

    added: int | None = strawberry.field(default=None, description="Contacts that are new.")
    updated: int | None = strawberry.field(
        default=None, description="Contacts that were there and have changed."
    )
    skipped: int | None = strawberry.field(
        default=None, description="Entries of the file that name nobody."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The contact is gone.")
class RemoveImportedContactPayload:
    """Payload of removeImportedContact."""

    removed: bool | None = strawberry.field(default=None, description="True on success.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="All are gone.")
class RemoveImportedContactsPayload:
    """Payload of removeImportedContacts."""

    count: int | None = strawberry.field(default=None, description="How many there were.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The contact, its match dismissed.")
class DismissContactMatchPayload:
    """Payload of dismissContactMatch."""

    imported_contact: ImportedContact | None = strawberry.field(
        default=None, description="The contact; its `member` is left out."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What was chosen.")
class AllowContactMatchingPayload:
    """Payload of allowContactMatching."""

    found_by_address: bool | None = strawberry.field(default=None, description="As chosen.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)
