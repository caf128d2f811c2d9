"""Following, on a member. Imports no other type: a member is below."""

import strawberry
from strawberry.dataloader import DataLoader

from models import follow, sql
from models.follow import FollowAudience
from models.token import Scope
from schema.context import asking
from schema.enums import described
from schema.node import for_each
from schema.scopes import needs

_NETWORK = needs(Scope.NETWORK_READ)

described(
    FollowAudience,
    "FollowAudience",
    "Who may follow a member, of those who may see them.",
    {
        "MEMBERS": "Every member.",
        "CONNECTIONS": "The member's connections.",
        "NOBODY": "Nobody.",
    },
)


@strawberry.type
class FollowOfMember:
    """Fields of a member."""

    viewer_follows: bool = strawberry.field(
        description="Whether the viewer follows them; false as long as they do not let the viewer.",
        directives=_NETWORK,
    )
    can_follow: bool = strawberry.field(
        description="Whether they let the viewer follow them, as the audience they chose has it; "
        "`followMember` refuses otherwise. False for the viewer and when signed out.",
        directives=_NETWORK,
    )


async def _standing(key: int, column: str) -> bool:
    viewer = asking().viewer_id
    if viewer is None or viewer == key:
        return False
    kept = asking().loaders
    if "follow" not in kept:

        async def load(keys: list[int]) -> list[sql.Row | None]:
            found = await follow.standing(viewer, keys)
            return [found.get(each) for each in keys]

        kept["follow"] = DataLoader(load_fn=load)
    loader: DataLoader[int, sql.Row | None] = kept["follow"]
    row = await loader.load(key)
    return bool(row and row[column])


VIEWER_FOLLOWS = for_each(lambda member: _standing(member.key, "follows"))
CAN_FOLLOW = for_each(lambda member: _standing(member.key, "may"))
