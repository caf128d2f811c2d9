"""What is remembered of documents, least recently used first to go, within a weight."""

from collections import OrderedDict
from typing import Generic, TypeVar

from graphql import DocumentNode

T = TypeVar("T")


class Shelf(Generic[T]):
    """Things by text; together they weigh `most` and no more."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.weight = 0
        self._kept: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def get(self, text: str) -> T | None:
        """The thing, if it is still there."""
        found = self._kept.get(text)
        if found is None:
            return None
        self._kept.move_to_end(text)
        return found[0]

    def put(self, text: str, thing: T, weight: int) -> None:
        """Keep it, and let go of what has not been asked for longest."""
        if weight > self.most or text in self._kept:
            return
        self._kept[text] = (thing, weight)
        self.weight += weight
        while self.weight > self.most:
            _, (_, lighter) = self._kept.popitem(last=False)
            self.weight -= lighter

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, text: str) -> bool:
        return text in self._kept


def tokens_of(document: DocumentNode) -> int:
    """How many tokens it was parsed from; all but its text grows with them."""
    count = 0
    token = document.loc.start_token if document.loc else None
    while token is not None:
        count += 1
        token = token.next
    return count
