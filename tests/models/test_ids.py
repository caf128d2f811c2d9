"""Keys: ordered, unique, and in public only as canonical text."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from models import clock, ids

KEYS = st.integers(0, 2**63 - 1)


def test_keys_grow_within_a_millisecond_and_when_the_clock_is_set_back() -> None:
    start = clock.freeze()
    made = [ids.new_id() for _ in range(10_000)]
    clock.freeze(start - timedelta(hours=1))
    made += [ids.new_id() for _ in range(1_000)]
    clock.freeze(start + timedelta(milliseconds=1))
    made += [ids.new_id() for _ in range(1_000)]
    assert made == sorted(set(made))


def test_the_first_key_of_a_millisecond_cannot_be_guessed() -> None:
    start = clock.freeze()
    firsts = set()
    for milliseconds in range(50):
        clock.freeze(start + timedelta(milliseconds=milliseconds))
        firsts.add(ids.new_id() & (2**ids.COUNTER_BITS - 1))
    assert len(firsts) > 40


def test_floor_parts_earlier_keys_from_later_ones() -> None:
    start = clock.freeze()
    before = ids.new_id()
    clock.freeze(start + timedelta(milliseconds=1))
    assert before < ids.floor(clock.now()) <= ids.new_id()


@given(KEYS)
def test_text_and_back(key: int) -> None:
    text = ids.encode(ids.MEMBER, key)
    assert ids.decode(ids.MEMBER, text) == key
    assert ids.decode(ids.REQUEST, text) is None
    assert ids.split(text) == ("mem", key)


@given(KEYS, KEYS)
def test_texts_sort_like_keys(one: int, two: int) -> None:
    assert (one < two) == (ids.encode("mem", one) < ids.encode("mem", two))


@given(st.text() | st.text("0123456789abcdefghjkmnpqrstvwxyz_", min_size=10, max_size=20))
def test_any_other_text_is_not_found(text: str) -> None:
    for candidate in (text, f"mem_{text}"):
        key = ids.decode("mem", candidate)
        assert key is None or ids.encode("mem", key) == candidate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mem",
        "mem_",
        "_0000000000001",
        "mem_000000000001",
        "mem_00000000000001",
        "mem_000000000000I",
        "mem_000000000000A",
        "mem_000000000000u",
        "mem_000000000000\u0661",
        "mem_ 00000000000a",
        "mem_0000000000001\n",
        "MEM_0000000000001",
        "mem_8000000000000",
        "mem_zzzzzzzzzzzzz",
        "mem_\ud800000000000000",
        "9223372036854775808",
    ],
)
def test_only_the_canonical_spelling_within_64_bits(text: str) -> None:
    assert ids.decode("mem", text) is None


def test_no_model_lets_the_database_number_its_rows() -> None:
    for model in models.__models__:
        assert model._meta.pk.generated is False, model.__name__
