"""What members may type. One function cleans every text that is stored."""

import re
import unicodedata

from models.problem import Code, Problem

# C0 and C1 controls but for tab and newline, lone surrogates, non-characters: nothing shows them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Overrides and embeddings reorder what stands beside them: a name could pass for another's.
# Isolates (U+2066..2069) could as well; the marks LRM, RLM and ALM are harmless and stay.
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# Invisible and without a use in running text. Joiners (U+200C, U+200D) stay: Persian and emoji.
_INVISIBLE = re.compile(r"[\u00ad\u180e\u200b\u2060-\u2064\ufeff]")
# PostgreSQL takes neither; SQLite takes the first and cuts the text there.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_JOINERS = re.compile(r"[\u200c\u200d\u200e\u200f\u061c]")


def clean(
    text: str,
    field: str,
    *,
    longest: int,
    required: bool = False,
    lines: bool = False,
    too_long: Code = Code.TOO_LONG,
) -> str:
    """`text` as it is stored: NFC, trimmed, newlines as \\n; "" where nothing visible is left.

    Raises Problem: TEXT_INVALID for characters that cannot be shown or that reorder text,
    REQUIRED, or `too_long` with the number of characters over.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text) or (not lines and "\n" in text):
        raise Problem(
            Code.TEXT_INVALID,
            "This contains characters that cannot be shown. Please retype it.",
            field=(field,),
        )
    if _BIDI.search(text):
        raise Problem(
            Code.TEXT_INVALID,
            "This contains hidden marks that change the direction of text. Please retype it.",
            field=(field,),
        )
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).strip()
    if not lines:
        text = re.sub(r"\s+", " ", text)
    if not _JOINERS.sub("", text).strip():
        text = ""
    if required and not text:
        raise Problem(Code.REQUIRED, "Please fill this in.", field=(field,))
    if len(text) > longest:
        raise Problem(
            too_long,
            f"At most {longest} characters; this is {len(text) - longest} over.",
            field=(field,),
        )
    return text


def to_look_up(text: str) -> str:
    """`text` as a database can compare it: what could not be stored equals nothing stored."""
    return _UNSTORABLE.sub("\ufffd", text)


# What `folded` takes off: the marks over and under letters.
MARKS = "\u0300-\u036f"
_MARK = re.compile(f"[{MARKS}]")


def folded(text: str) -> str:
    """`text` without case and accents, for finding it; models/sql.py says the same of a column."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).lower().replace("ß", "ss")
    return _MARK.sub("", plain.replace("\u03c2", "\u03c3"))  # the sigma that ends a word
