"""How many subscriptions are open, by token and by member; counted in each process for itself."""

from collections import Counter

from models.settings import settings
from schema.context import Viewer
from schema.errors import TOO_MANY_SUBSCRIPTIONS, coded

_open: Counter[str] = Counter()

Place = tuple[str, ...]


def enter(viewer: Viewer) -> Place:
    """A place for one more subscription. Raises TOO_MANY_SUBSCRIPTIONS."""
    rules = settings()
    limits = {f"member:{viewer.id}": rules.subscriptions_per_member}
    if viewer.holder is not None:
        limits[f"token:{viewer.holder}"] = rules.subscriptions_per_token
    for owner, limit in limits.items():
        if _open[owner] >= limit:
            whose = owner.partition(":")[0]
            raise coded(
                f"This {whose} has {limit} subscriptions open, and may have no more.",
                TOO_MANY_SUBSCRIPTIONS,
            )
    _open.update(limits.keys())
    return tuple(limits)


def leave(place: Place) -> None:
    """The subscription has ended, however it did."""
    for owner in place:
        _open[owner] -= 1
        if _open[owner] <= 0:
            del _open[owner]


def number() -> int:
    """Owners with an open subscription."""
    return len(_open)
