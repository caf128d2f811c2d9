"""What members may type: cleaned the same everywhere, and refused with the reason."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import directory, member, session, sql
from models.problem import Code, Problem
from models.text import clean
from tests.models.acts import ask, code_of, refused
from tests.people import people

# Texts that have broken something somewhere: what reads them answers, whatever they are.
NASTY = ("\x00", "a\x00b", "\ud800", "\udfff", "\u202e", "😀" * 30, "%", "_", "\\", "'", "x" * 9000)


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("  Hello  ", "Hello"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\u200b\u2060", ""),
        ("\u200d\u200e", ""),
        (" \n\t ", ""),
        ("𝒶😀", "𝒶😀"),
    ],
)
def test_cleaned(given_text: str, stored: str) -> None:
    assert clean(given_text, "note", longest=50, lines=True) == stored


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\uffff"])
def test_what_cannot_be_shown_is_refused(character: str) -> None:
    with refused(Code.TEXT_INVALID) as caught:
        clean(f"a{character}b", "note", longest=50, lines=True)
    assert caught[0].field == ("note",)


@pytest.mark.parametrize("character", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_what_reorders_text_is_refused(character: str) -> None:
    with refused(Code.TEXT_INVALID):
        clean(f"a{character}b", "note", longest=50)


def test_one_line_takes_no_newline_and_one_space_between_words() -> None:
    assert clean("a \t \u2028 b", "name", longest=50) == "a b"
    with refused(Code.TEXT_INVALID):
        clean("a\nb", "name", longest=50)


def test_length_counts_characters_and_says_how_many_are_over() -> None:
    assert clean("😀" * 10, "note", longest=10)
    with refused(Code.TOO_LONG) as caught:
        clean("😀" * 13, "note", longest=10)
    assert "3 over" in caught[0].message
    with refused(Code.REQUIRED):
        clean(" \u200b ", "name", longest=10, required=True)


@given(st.text(max_size=60))
def test_what_is_stored_stays_as_it_is_when_it_is_saved_again(text: str) -> None:
    try:
        once = clean(text, "note", longest=200, lines=True)
    except Problem:
        return
    assert clean(once, "note", longest=200, lines=True) == once
    assert once == unicodedata.normalize("NFC", once).strip()
    once.encode()  # no lone surrogates


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("x" * 500, "OK"),
        ("😀" * 500, "OK"),
        ("x" * 501, "NOTE_TOO_LONG"),
        ("😀" * 501, "NOTE_TOO_LONG"),
        ("a\x00", "TEXT_INVALID"),
        ("\ud83d", "TEXT_INVALID"),
        ("\u202e", "TEXT_INVALID"),
        ("x" * 500 + "\u200b", "OK"),
    ],
)
async def test_notes(note: str, code: str) -> None:
    ada, grace = await people("ada", "grace")
    assert await code_of(ask(ada, grace, note)) == code


@pytest.mark.usefixtures("database")
async def test_a_note_comes_back_as_it_was_written() -> None:
    ada, grace = await people("ada", "grace")
    await ask(ada, grace, "  Grüße 😀\r\n“quoted” 'and' \\ $1 ?1 ::text  ")
    row = await sql.row("SELECT note FROM connection_request")
    assert row is not None
    assert row["note"] == "Grüße 😀\n“quoted” 'and' \\ $1 ?1 ::text"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:4]))
async def test_reads_by_text_find_nothing_rather_than_fail(text: str) -> None:
    [ada] = await people("ada")
    assert await directory.by_handle(ada, text, directory.Wants()) is None
    # What is left of a search when nothing can be compared is no search at all.
    assert not (await directory.listed(ada, f"{text}no one", 10, None, directory.Wants())).rows
    assert await session.find(text) is None
    assert await member.by_email(text) is None
    assert not await member.by_handles([text])
    with refused(Code.WRONG_PASSWORD):
        await session.sign_in(text, text, text)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "key", ["", "x" * 101, "\x00", "\ud800", "\u200b"], ids=lambda key: ascii(key[:4])
)
async def test_a_mutation_key_is_checked_like_any_text(key: str) -> None:
    ada, grace = await people("ada", "grace")
    assert await code_of(ask(ada, grace, None, key)) in {"INVALID", "TEXT_INVALID", "REQUIRED"}
    assert await code_of(ask(ada, grace, None, "😀" * 100)) == "OK"
