"""Which facts make evidence, in whose eyes, and in which words."""

from datetime import timedelta
from typing import Any

import pytest

from models import clock, evidence, evidence_words, relationship, sql
from models.audience import FieldAudience
from models.evidence import Asked, EvidenceKind
from models.request import Basis
from models.sending import send
from tests import facts
from tests.models.acts import connect, tie
from tests.models.counting import statements
from tests.people import people, person

K = EvidenceKind


async def known(viewer: int, other: int) -> list[tuple[str, bool, str]]:
    """Evidence about a member, without a request."""
    wanted = Asked(other)
    return plain((await evidence_words.of(viewer, [wanted]))[wanted])


async def on(viewer: int, request: int) -> list[tuple[str, bool, str]]:
    """Evidence on a request, as the viewer's side sees it."""
    row = await sql.row("SELECT * FROM connection_request WHERE id = $1", request)
    assert row is not None
    wanted = evidence.asked(viewer, row)
    return plain((await evidence_words.of(viewer, [wanted]))[wanted])


def plain(found: list[evidence_words.Evidence]) -> list[tuple[str, bool, str]]:
    return [(each.kind, each.confirmed, each.text) for each in found]


async def request(one: int, two: int, basis: Basis = Basis.OTHER, **columns: Any) -> int:
    key = int((await send(one, two, basis, "Hello"))["id"])
    if columns:
        await facts.rewrite(key, **columns)
    return key


async def test_nothing_is_known_of_strangers(database: str) -> None:
    ada, ben = await people("ada", "ben")
    assert await known(ada, ben) == []
    key = await request(ada, ben)
    assert await on(ada, key) == []
    assert await on(ben, key) == []


async def test_same_employer_with_the_years_of_both(database: str) -> None:
    ada, ben = await people("ada", "ben")
    await facts.both_worked(ada, ben)
    worked = (K.SAME_EMPLOYER, True, "You both worked at Larch & Span, 2014–2018")
    assert await known(ada, ben) == [worked]
    assert await known(ben, ada) == [worked]


@pytest.mark.parametrize(
    ("mine", "theirs", "years"),
    [
        ((2010, 2012), (2013, 2014), None),
        ((2010, 2012), (2012, 2014), "2012"),
        ((2010, None), (2016, None), "since 2016"),
        ((2010, 2020), (2016, None), "2016–2020"),
    ],
)
async def test_overlap_in_time(
    database: str, mine: tuple[int, int], theirs: tuple[int, int], years: str | None
) -> None:
    ada, ben = await people("ada", "ben")
    school = await facts.place("ETH")
    await facts.career(ada, school, *mine, kind="STUDY")
    await facts.career(ben, school, *theirs, kind="STUDY")
    found = await known(ada, ben)
    assert found == ([(K.SAME_SCHOOL, True, f"You both studied at ETH, {years}")] if years else [])


async def test_working_is_not_studying(database: str) -> None:
    ada, ben = await people("ada", "ben")
    school = await facts.place("ETH")
    await facts.career(ada, school, 2010, kind="STUDY")
    await facts.career(ben, school, 2010, kind="WORK")
    assert await known(ada, ben) == []


async def test_several_positions_at_one_place_are_one_fact(database: str) -> None:
    ada, ben = await people("ada", "ben")
    where = await facts.place("Larch")
    for years in [(2010, 2011), (2012, 2013), (2018, None)]:
        await facts.career(ben, where, *years)
    await facts.career(ada, where, 2005)
    assert await known(ada, ben) == [
        (K.SAME_EMPLOYER, True, "You both worked at Larch, 2010–2013 and since 2018")
    ]


async def test_a_place_is_spelt_as_the_viewer_does(database: str) -> None:
    ada, ben = await people("ada", "ben")
    where = await facts.place("LARCH")
    await facts.career(ada, where, 2010, spelt="Larch")
    await facts.career(ben, where, 2012, spelt="larch")
    assert [text for *_, text in await known(ada, ben)] == ["You both worked at Larch, since 2012"]
    assert [text for *_, text in await known(ben, ada)] == ["You both worked at larch, since 2012"]


async def test_three_places_at_most_and_the_latest_first(database: str) -> None:
    ada, ben = await people("ada", "ben")
    for n in range(5):
        where = await facts.place(f"Place {n}")
        for who in (ada, ben):
            await facts.career(who, where, 2000 + n, 2001 + n)
    texts = [text for _, _, text in await known(ada, ben)]
    assert texts == [f"You both worked at Place {n}, {2000 + n}–{2001 + n}" for n in (4, 3, 2)]


async def test_mutual_connections_count_and_name_three(database: str) -> None:
    ada, ben, *others = await people("ada", "ben", *(f"friend-{n}" for n in range(5)))
    for turn, other in enumerate(others, 1):
        clock.advance(minutes=1)
        await connect(ada, other)
        await connect(other, ben)
        [(kind, confirmed, text)] = await known(ada, ben)
        assert (kind, confirmed) == (K.MUTUAL_CONNECTIONS, True)
        assert text.startswith("1 mutual connection:" if turn == 1 else f"{turn} mutual conn")
    assert text == "5 mutual connections: Friend-4, Friend-3, Friend-2 and 2 more"
    members = (await evidence_words.of(ada, [Asked(ben)]))[Asked(ben)][0].members
    assert [row["m_id"] for row in members] == others[:1:-1]


async def test_the_shorter_list_is_walked_either_way(database: str) -> None:
    ada, ben, friend, *more = await people("ada", "ben", "friend", "x1", "x2", "x3")
    await connect(ada, friend)
    await connect(ben, friend)
    for other in more:
        await connect(ada, other)
    for viewer, other in ((ada, ben), (ben, ada)):
        assert [text for *_, text in await known(viewer, other)] == ["1 mutual connection: Friend"]


async def test_an_earlier_connection(database: str) -> None:
    clock.freeze()
    ada, ben = await people("ada", "ben")
    await connect(ada, ben)
    assert await known(ada, ben) == []
    await relationship.remove(ada, await tie(ada, ben))
    today = clock.now()
    for viewer, other in ((ada, ben), (ben, ada)):
        text = f"You were connected until {today.day} {today:%B %Y}"
        assert await known(viewer, other) == [(K.EARLIER_CONNECTION, True, text)]


INTRODUCTIONS = {
    ("PENDING", "PENDING", "NONE"): (False, False),
    ("PENDING", "REFUSED", "NONE"): (False, False),
    ("PENDING", "FORWARDED", "PENDING"): (False, True),
    ("PENDING", "FORWARDED", "DECLINED"): (False, True),
    ("ACCEPTED", "ACCEPTED", "ACCEPTED"): (True, True),
    ("EXPIRED", "EXPIRED", "GONE"): (False, False),
    ("WITHDRAWN", "GONE", "NONE"): (False, False),
}


@pytest.mark.parametrize("states", INTRODUCTIONS)
async def test_an_introduction_shows_to_each_what_they_know(
    database: str, states: tuple[str, str, str]
) -> None:
    ada, ben, hugo = await people("ada", "ben", "hugo")
    await facts.introduction(ada, hugo, ben, *states)
    asker, target = INTRODUCTIONS[states]
    introduced = [(K.INTRODUCED_BY, True, "Hugo introduced you")]
    assert await known(ada, ben) == (introduced if asker else [])
    introduced = [(K.INTRODUCED_BY, True, "Hugo introduced Ada to you")]
    assert await known(ben, ada) == (introduced if target else [])
    assert await known(hugo, ben) == []
    assert await known(hugo, ada) == []


async def test_an_introduction_that_has_expired_is_none(database: str) -> None:
    ada, ben, hugo = await people("ada", "ben", "hugo")
    await facts.introduction(ada, hugo, ben, "PENDING", "FORWARDED", "PENDING")
    clock.freeze(clock.now().replace(year=clock.now().year + 2))
    assert await known(ben, ada) == []


async def test_who_introduced_them_is_named_to_those_who_see_them(database: str) -> None:
    ada, ben = await people("ada", "ben")
    hugo = await person("hugo", profile_audience="CONNECTIONS")
    await facts.introduction(ada, hugo, ben, "ACCEPTED", "ACCEPTED", "ACCEPTED")
    assert await known(ben, ada) == [(K.INTRODUCED_BY, True, "Somebody introduced Ada to you")]
    assert await known(ada, ben) == [(K.INTRODUCED_BY, True, "Their introducer introduced you")]


@pytest.mark.parametrize(
    ("basis", "kind", "what"),
    [
        (Basis.WORKED_TOGETHER, K.WORKED_TOGETHER, "worked together"),
        (Basis.INTRODUCED, K.INTRODUCED_BY, "were introduced"),
        (Basis.MET_IN_PERSON, K.MET_IN_PERSON, "met in person"),
    ],
)
async def test_a_basis_without_a_record_is_a_claim(
    database: str, basis: Basis, kind: K, what: str
) -> None:
    ada, ben = await people("ada", "ben")
    key = await request(ada, ben, basis)
    assert await on(ben, key) == [(kind, False, f"Ada says you {what}")]
    assert await on(ada, key) == [(kind, False, f"You say you {what}")]


async def test_a_record_makes_a_claim_needless(database: str) -> None:
    ada, ben, hugo = await people("ada", "ben", "hugo")
    await facts.both_worked(ada, ben)
    await facts.introduction(ada, hugo, ben, "ACCEPTED", "ACCEPTED", "ACCEPTED")
    for basis in (Basis.WORKED_TOGETHER, Basis.INTRODUCED):
        key = await request(ada, ben, basis)
        for viewer in (ada, ben):
            found = await on(viewer, key)
            kinds = [K.INTRODUCED_BY, K.SAME_EMPLOYER]
            missing = K.WORKED_TOGETHER if basis == Basis.INTRODUCED else None
            assert [each[0] for each in found] == kinds, missing
            assert all(confirmed for _, confirmed, _ in found)
        await facts.rewrite(key, sender_state="WITHDRAWN", recipient_state="GONE")
        await sql.change("DELETE FROM connection_request")


async def test_a_meeting_that_the_sender_tells_of(database: str) -> None:
    ada, ben = await people("ada", "ben")
    met = {"met_event": "Bridge Days", "met_place": "Graz", "met_on": "2026-05-31"}
    key = await request(ada, ben, Basis.MET_IN_PERSON, **met)
    said = "met in person at Bridge Days, Graz on 31 May 2026"
    assert await on(ben, key) == [(K.MET_IN_PERSON, False, f"Ada says you {said}")]
    assert await on(ada, key) == [(K.MET_IN_PERSON, False, f"You say you {said}")]


async def test_the_recipients_code_confirms_a_meeting(database: str) -> None:
    ada, ben = await people("ada", "ben")
    code = await facts.code(ben, "Bridge Days")
    met = {"met_event": "Bridge Days", "met_place": "Graz", "meeting_code_id": code}
    key = await request(ada, ben, Basis.MET_IN_PERSON, **met)
    assert await on(ben, key) == [
        (K.MET_IN_PERSON, True, "You met in person at Bridge Days: Ada used your code"),
        (K.MET_IN_PERSON, False, "Ada says you met in person in Graz"),
    ]
    assert (await on(ada, key))[0] == (
        K.MET_IN_PERSON,
        True,
        "You met in person at Bridge Days: you used their code",
    )
    await sql.change("DELETE FROM meeting_code")  # as the purge does
    assert (await on(ben, key))[0][2] == "You met in person: Ada used your code"


async def test_an_event_at_which_the_recipient_showed_a_code(database: str) -> None:
    clock.freeze()
    ada, ben = await people("ada", "ben")
    await facts.code(ben, "Bridge Days 2026")
    key = await request(ada, ben, met_event="BRIDGE  days 2026")
    said = "Ada says you were both at BRIDGE  days 2026, where you showed a code"
    assert (K.SAME_EVENT, False, said) in await on(ben, key), "nothing tells that ada was there"
    same = (K.SAME_EVENT, True, "You were both at BRIDGE  days 2026")
    clock.advance(days=2)
    shown = await facts.code(ada, "Bridge days 2026")
    found = await on(ben, key)
    assert same in found
    assert (K.SAME_EVENT, False, said) not in found
    # A year later it is another event of that name.
    await sql.change(
        "UPDATE meeting_code SET made_at = $2 WHERE id = $1",
        shown,
        clock.now() + timedelta(days=364),
    )
    assert same not in await on(ben, key)
    await sql.change("DELETE FROM meeting_code WHERE id = $1", shown)
    # Who used a code of anybody's was there as well.
    dora = await person("dora")
    used = await request(ada, dora, meeting_code_id=await facts.code(dora, "Bridge days 2026"))
    assert same in await on(ben, key)
    await facts.rewrite(used, meeting_code_id=await facts.code(dora, "Timber Days"))
    assert same not in await on(ben, key)
    assert K.SAME_EVENT not in {kind for kind, *_ in await on(ada, key)}, "not where ben was"
    other = await request(ben, await person("cleo"), met_event="Bridge Days 2026")
    assert all(confirmed is False for _, confirmed, _ in await on(ben, other)), "own words twice"


async def test_a_page_is_one_statement(database: str) -> None:
    ada, *others = await people("ada", *(f"other-{n}" for n in range(100)))
    for other in others:
        await request(other, ada, Basis.WORKED_TOGETHER)
    await facts.both_worked(ada, others[3])
    rows = await sql.rows("SELECT * FROM connection_request")
    wanted = [evidence.asked(ada, row) for row in rows]
    async with statements() as seen:
        found = await evidence_words.of(ada, wanted)
    assert len(seen) == 1
    assert len(found) == 100
    assert sum(each[0].kind == K.SAME_EMPLOYER for each in found.values()) == 1


async def test_career_entries_are_seen_by_their_audience(database: str) -> None:
    ada, ben = await people("ada", "ben")
    entries = await facts.both_worked(ada, ben)
    for audience in FieldAudience:
        await sql.change(
            "UPDATE career_entry SET audience = $2 WHERE id = $1", entries[0], int(audience)
        )
        shown = audience <= FieldAudience.MEMBERS
        assert bool(await known(ben, ada)) is shown, audience
        assert await known(ada, ben), "the viewer's own entries always count"
