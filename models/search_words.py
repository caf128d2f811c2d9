"""Texts as words, and words as what the index of people holds.

A document of the index is a set of tokens. A token is who may find by it (a level), what kind of
text it is from, and the word: so a word nobody but connections may see is another token than the
same word for all, and a search that does not ask for it cannot come across it.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache

from models.organisation import key_of

LONGEST = 40
# What NFKD leaves whole, as people without these keys type it.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
    | dict.fromkeys("'\u2019`\u02bc", "")  # O'Brien is found as obrien
)


class SearchKind(StrEnum):
    """What part of a profile a text is."""

    NAME = "NAME"
    HEADLINE = "HEADLINE"
    ORGANISATION = "ORGANISATION"
    SCHOOL = "SCHOOL"
    SKILL = "SKILL"
    PLACE = "PLACE"


# The letter of a kind in a token; headlines are only found with everything else.
LETTERS = {
    SearchKind.NAME: "n",
    SearchKind.ORGANISATION: "o",
    SearchKind.SCHOOL: "s",
    SearchKind.SKILL: "k",
    SearchKind.PLACE: "p",
}
ANY = "a"

# Levels. HIDDEN is what members might see, on a profile that only connections do.
EVERYONE, MEMBERS, HIDDEN, CONNECTIONS = "0", "1", "2", "3"


def level_of_tag(tag_id: int) -> str:
    """The level of what the bearers of one tag see."""
    return f"t{tag_id}."


@lru_cache(maxsize=20_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, in order: folded letters and digits, and + and # (C++, C#)."""
    folded = key_of(text).translate(_PLAIN)
    parts = "".join(c if _is_letter(c) else " " for c in folded).split()
    return tuple(part[:LONGEST] for part in parts)


def _is_letter(char: str) -> bool:
    # Vowel signs of Indic scripts are marks: without them a word would fall apart.
    return char.isalnum() or char in "+#" or unicodedata.category(char)[0] == "M"


def tokens_of(levels: Iterable[str], kind: SearchKind, text: str) -> Iterator[str]:
    """What a document holds of one text, for everyone at one of these levels."""
    letter = LETTERS.get(kind, "")
    for level in levels:
        for word in words_of(text):
            yield f"{level}{ANY}{word}"
            if letter:
                yield f"{level}{letter}{word}"


def word_in(token: str) -> str:
    """The word of a token."""
    return (token.partition(".")[2] if token[0] == "t" else token[1:])[1:]


def may_be_meant(word: str) -> bool:
    """Whether the word is one that another may be a slip for: 3 to 30 letters, no digits."""
    return 3 <= len(word) <= 30 and word.isalpha()


def may_be_a_slip(word: str) -> bool:
    """Whether somebody may have typed this for another word: 4 to 30 letters, no digits."""
    return len(word) >= 4 and may_be_meant(word)


def variants_of(word: str) -> list[str]:
    """The word, and with each one letter left out. Words that are one slip apart share one."""
    return sorted({word, *(word[:i] + word[i + 1 :] for i in range(len(word)))})


def is_slip(typed: str, word: str) -> bool:
    """Whether one letter too many, too few or wrong, or two neighbours swapped, is all between."""
    if typed == word:
        return False
    start = 0
    shorter = min(len(typed), len(word))
    while start < shorter and typed[start] == word[start]:
        start += 1
    a, b = typed[start:], word[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[1::-1] == b[:2] and a[2:] == b[2:])
    return a[1:] == b or a == b[1:]


def slips(typed: str, words: Sequence[str]) -> list[str]:
    """Which of these words somebody who typed this may have meant."""
    return [word for word in words if is_slip(typed, word)]
