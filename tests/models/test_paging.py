"""Keyset pages: cursors are canonical or refused, and a moving list repeats and skips nothing."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import clock, connection_list, directory, paging, request_list
from models import request as requests
from models.paging import BadPage
from tests.models.acts import NOON, PLAIN, ask
from tests.people import people

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, st.integers(0, 2**63 - 1))
def test_cursor_and_back(at: datetime, key: int) -> None:
    assert paging.moment_key("crq", paging.moment_cursor("crq", at, key)) == (at, key)


@given(
    st.text()
    | st.binary().map(lambda b: base64.urlsafe_b64encode(b).decode().rstrip("="))
    | st.text("0123456789:crq-+_ .e", max_size=40).map(
        lambda t: base64.urlsafe_b64encode(f"crq:{t}".encode()).decode().rstrip("=")
    )
)
def test_anything_else_is_a_bad_page_and_never_an_error(text: str) -> None:
    try:
        key = paging.moment_key("crq", text)
    except BadPage:
        return
    assert key is not None
    assert paging.moment_cursor("crq", key.at, key.id) == text


@pytest.mark.parametrize(
    "numbers", [":1", ":1:2:3", ":-1:2", ":1:9223372036854775808", ":9223372036854775807:1", "::"]
)
def test_numbers_out_of_range(numbers: str) -> None:
    cursor = base64.urlsafe_b64encode(f"crq{numbers}".encode()).decode().rstrip("=")
    with pytest.raises(BadPage):
        paging.moment_key("crq", cursor)


def test_a_cursor_of_another_list_and_a_padded_one() -> None:
    cursor = paging.moment_cursor("con", NOON, 7)
    with pytest.raises(BadPage):
        paging.moment_key("crq", cursor)
    with pytest.raises(BadPage):
        paging.moment_key("con", cursor + "=")
    with pytest.raises(BadPage):  # more digits than Python turns into a number
        digits = base64.urlsafe_b64encode(f"con:{'1' * 10_000}:1".encode()).decode()
        paging.moment_key("con", digits.rstrip("="))


@pytest.mark.parametrize("first", [-(2**70), -1, 0, 101, 2**70])
def test_page_sizes_out_of_range(first: int) -> None:
    with pytest.raises(BadPage):
        paging.check_first(first)


@pytest.mark.usefixtures("database")
async def test_received_neither_repeats_nor_skips_while_it_changes() -> None:
    clock.freeze(NOON)
    me, *senders = await people("me", *(f"sender{n}" for n in range(9)))
    keys = []
    for number, sender in enumerate(senders[:7]):
        if number % 3 == 0:  # several at the same moment: the key parts them
            clock.advance(minutes=1)
        keys.append(await ask(sender, me))
    page = await request_list.received(me, 3, None, PLAIN)
    assert (len(page.rows), page.more) == (3, True)
    seen = [row["id"] for row in page.rows]
    clock.advance(minutes=1)
    await ask(senders[7], me)  # above the cursor
    await requests.ignore(me, seen[-1])  # the very row the cursor stands behind
    while page.more:
        after = request_list.cursor(page.rows[-1])
        page = await request_list.received(me, 3, after, PLAIN)
        seen += [row["id"] for row in page.rows]
    assert seen == sorted(keys, reverse=True)


@pytest.mark.usefixtures("database")
async def test_every_list_walks_to_its_end_in_steps_of_one() -> None:
    clock.freeze(NOON)
    me, *others = await people("me", *(f"other{n}" for n in range(5)))
    for other in others[:3]:
        await requests.accept(other, await ask(me, other))
    for other in others[3:]:
        await ask(me, other)
        clock.advance(seconds=1.000001)

    async def walk(read, cursor) -> list[object]:  # type: ignore[no-untyped-def]
        found: list[object] = []
        after = None
        while True:
            page = await read(1, after)
            found += [tuple(row.values()) for row in page.rows]
            if not page.more:
                return found
            after = cursor(page.rows[-1])

    async def connections(first: int, after: str | None) -> paging.Page:
        return await connection_list.of(me, me, None, first, after, PLAIN)

    async def sent(first: int, after: str | None) -> paging.Page:
        return await request_list.sent(me, first, after, PLAIN)

    async def members(first: int, after: str | None) -> paging.Page:
        return await directory.listed(me, None, first, after, PLAIN)

    for read, cursor, size in (
        (connections, connection_list.cursor, 3),
        (sent, request_list.cursor, 2),
        (members, lambda row: directory.cursor(row["m_id"]), 6),
    ):
        whole = [tuple(row.values()) for row in (await read(100, None)).rows]
        assert len(whole) == size
        assert await walk(read, cursor) == whole


@pytest.mark.usefixtures("database")
async def test_a_cursor_from_the_far_future_reads_a_page() -> None:
    [me] = await people("me")
    far = paging.moment_cursor("crq", datetime(9999, 12, 31, tzinfo=UTC), 2**63 - 1)
    assert not (await request_list.sent(me, 10, far, PLAIN)).rows
