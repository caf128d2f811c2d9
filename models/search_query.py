"""What was typed into a search, as what the index is asked for."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from models import sql
from models.search_words import ANY, LETTERS, SearchKind, may_be_a_slip, slips, words_of

# So much of a text is looked at, and of all texts together.
LONGEST, MOST_WORDS, MOST_IN_ALL = 100, 6, 12
# Shorter words must be there as they are: too much begins with two letters.
BEGINNING = 3

NAME = LETTERS[SearchKind.NAME]


class Word(NamedTuple):
    """One word that must match a text, of one kind (the letter of a token) or of any."""

    letter: str
    typed: str
    meant: Sequence[str] = ()

    @property
    def begins(self) -> bool:
        """Whether it matches the beginning of a word as well."""
        return len(self.typed) >= BEGINNING or not self.typed.isascii()

    def tokens(self, *, whole: bool = False, slips: bool = False) -> list[tuple[str, bool]]:
        """What a token may be behind its level, and whether it is its beginning."""
        own = (f"{self.letter}{self.typed}", self.begins and not whole)
        return [own, *((f"{self.letter}{word}", False) for word in self.meant if slips)]

    def matches(self, words: Collection[str]) -> bool:
        """Whether one of the words of a text matches."""
        if self.begins and any(word.startswith(self.typed) for word in words):
            return True
        return self.typed in words or any(word in words for word in self.meant)


class Query(NamedTuple):
    """Words for any text, and words for texts of one kind."""

    words: Sequence[Word]
    filters: Sequence[Word]

    def misspellable(self) -> list[str]:
        """The words that may be meant for others."""
        return [w.typed for w in (*self.words, *self.filters) if may_be_a_slip(w.typed)]

    def with_slips(self, known: Sequence[str], most: int) -> "Query":
        """The query with the words (`known` to the index) that its own may be meant for."""

        def fill(words: Iterable[Word]) -> list[Word]:
            return [
                w._replace(meant=slips(w.typed, known)[:most]) if may_be_a_slip(w.typed) else w
                for w in words
            ]

        return Query(fill(self.words), fill(self.filters))

    def matches(self, kind: SearchKind, words: Collection[str]) -> bool:
        """Whether a text of that kind and these words is a reason to be found."""
        letter = LETTERS.get(kind)
        return any(w.matches(words) for w in self.words) or any(
            w.letter == letter and w.matches(words) for w in self.filters
        )


def read(query: str | None, filters: Iterable[str | None]) -> Query | None:
    """The query and the filters (organisation, school, skill, place) as words; None without any."""
    words = [Word(ANY, word) for word in _words(query)]
    kinds = (SearchKind.ORGANISATION, SearchKind.SCHOOL, SearchKind.SKILL, SearchKind.PLACE)
    wanted = [
        Word(LETTERS[kind], word)
        for kind, text in zip(kinds, filters, strict=True)
        for word in _words(text)
    ]
    return Query(words, wanted[: MOST_IN_ALL - len(words)]) if words or wanted else None


def _words(text: str | None) -> list[str]:
    found = words_of((text or "")[:LONGEST])
    return list(dict.fromkeys(found))[:MOST_WORDS]


def readings(query: Query, levels: Sequence[str]) -> list[str]:
    """The query for the index by how well it matches, the best first: 0 where all words are words
    of the name, 1 where they begin some, 2 where they are anywhere, 3 with slips. Without words
    nobody is found.
    """
    names = [word._replace(letter=NAME) for word in query.words]
    kept = [word.tokens(slips=True) for word in query.filters]
    wanted = {
        2: [*(word.tokens() for word in query.words), *kept],
        3: [*(word.tokens(slips=True) for word in query.words), *kept],
    }
    if names:
        wanted[0] = [*(word.tokens(whole=True) for word in names), *kept]
        wanted[1] = [*(word.tokens() for word in names), *kept]
    return [_expression(wanted.get(rank, []), levels) for rank in range(4)]


def nobody() -> str:
    """A reading that finds nobody."""
    return '""' if sql.is_sqlite() else ""


def _expression(groups: Sequence[Sequence[tuple[str, bool]]], levels: Sequence[str]) -> str:
    """All groups, one token of each; in FTS5's language or that of a tsquery. A token holds
    neither quotation marks nor backslashes.
    """
    if not groups:
        return nobody()
    both, either, quote, beginning = (
        (" AND ", " OR ", '"', " *") if sql.is_sqlite() else (" & ", " | ", "'", ":*")
    )
    return both.join(
        "("
        + either.join(
            f"{quote}{level}{token}{quote}{beginning if begins else ''}"
            for token, begins in group
            for level in levels
        )
        + ")"
        for group in groups
    )
