"""What only the member manages in their own browser: sessions and tokens."""

from datetime import datetime

import strawberry

from models import ids, sql, token
from models.token import Scope
from schema.context import asking
from schema.node import public_id
from schema.scopes import needs


@strawberry.type(
    description="A browser that is signed in as the viewer.", directives=needs(Scope.ACCOUNT)
)
class Session:
    """One session."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    created_at: datetime = strawberry.field(description="When it was signed in.")
    last_seen_at: datetime = strawberry.field(description="Last use, to within 5 minutes.")
    expires_at: datetime = strawberry.field(description="When it ends unless it is used before.")
    user_agent: str = strawberry.field(description="What the browser calls itself.")
    current: bool = strawberry.field(description="Whether it is the one that asks.")


@strawberry.type(
    description="A personal access token. Its secret is shown once, when it is made.",
    directives=needs(Scope.ACCOUNT),
)
class AccessToken:
    """One token."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    name: str = strawberry.field(description="What the member called it.")
    prefix: str = strawberry.field(description="How its secret begins, to tell tokens apart.")
    scopes: list[Scope] = strawberry.field(description="What it may do.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="When it ends; null for never.")
    last_used_at: datetime | None = strawberry.field(description="To within 5 minutes.")


def session_of(row: sql.Row) -> Session:
    """A session from its row."""
    viewer = asking().viewer
    return Session(
        id=public_id(ids.SESSION, row["id"]),
        created_at=row["created_at"],
        last_seen_at=row["seen_at"],
        expires_at=row["expires_at"],
        user_agent=row["user_agent"],
        current=viewer is not None and viewer.session_id == row["id"],
    )


def token_of(row: sql.Row) -> AccessToken:
    """A token from its row."""
    return AccessToken(
        id=public_id(ids.TOKEN, row["id"]),
        name=row["name"],
        prefix=row["prefix"],
        scopes=token.scopes_of(row),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["used_at"],
    )
