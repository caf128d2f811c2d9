"""What a member may see, read through the models, and the same told by the plain world."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from models import (
    clock,
    connection_list,
    directory,
    introduction,
    introduction_list,
    notification,
    request_list,
    sql,
    standing,
)
from models.directory import Wants
from models.introduction_list import Role
from tests.models.plain import Ask, World

ALL = Wants(about=True, connection_count=True, mutual_count=True)

# The columns of a request that its sender may read; the rest belongs to the other side.
SENDER_READS = [
    "id",
    "sender_id",
    "recipient_id",
    "basis",
    "note",
    "sent_at",
    "expires_at",
    "nudged_at",
    "recipient_name",
    "recipient_handle",
    "order_at",
]


class Names:
    """Translates keys of the database into the numbers of the plain world."""

    def __init__(self, members: Sequence[int]) -> None:
        self.members = list(members)
        self.asks: list[int] = []
        self.brought: list[int] = []
        self.ties: dict[int, int] = {}

    async def learn(self) -> None:
        rows = await sql.rows("SELECT id, other_id FROM relationship")
        self.ties = {row["id"]: self.member(row["other_id"]) for row in rows}
        made = await sql.rows("SELECT id FROM connection_request ORDER BY id")
        self.asks += [row["id"] for row in made if row["id"] not in self.asks]

    def member(self, key: int) -> int:
        return self.members.index(key)

    def ask(self, key: int | None) -> int | None:
        return None if key is None else self.asks.index(key)

    def about(self, key: int | None) -> object:
        """What a refusal names: the number of a request, or ("int", of an introduction)."""
        return ("int", self.brought.index(key)) if key in self.brought else self.ask(key)

    def subject(self, kind: str, key: int) -> tuple[str, int]:
        if kind == "CONNECTION_ENDED":
            return ("tie", self.ties[key])
        if kind.startswith("INTRODUCTION"):
            return ("int", self.brought.index(key))
        return ("ask", self.asks.index(key))


def as_sender(row: sql.Row) -> dict[str, Any]:
    """A request as its sender may read it; expiry shows before it is swept."""
    state, since = row["sender_state"], row["sender_changed_at"]
    if state == "PENDING" and row["expires_at"] <= clock.now():
        state, since = "EXPIRED", row["expires_at"]
    shown = {name: row[name] for name in SENDER_READS if name in row.keys()}  # noqa: SIM118
    shown |= {name: row[name] for name in row.keys() if name.startswith("m_")}  # noqa: SIM118
    shown |= {"state": state, "since": since}
    if state == "ACCEPTED":
        shown["reply"] = row["reply_note"]
    if state == "DECLINED":
        shown["reason"] = row["decline_reason"]
    return shown


# The columns of an introduction that each side may read.
_ALL_READ = ["id", "asker_id", "introducer_id", "target_id", "note_to_target", "asked_at"]
_ALL_READ += ["expires_at", "order_at"]
READS = {
    "asker": [*_ALL_READ, "note_to_introducer", "introducer_name", "target_name"],
    "introducer": [*_ALL_READ, "note_to_introducer", "recommendation", "forwarded_at", "ready"],
    "target": [*_ALL_READ, "recommendation", "forwarded_at"],
}


def as_side(row: sql.Row, side: str) -> dict[str, Any]:
    """An introduction as one side may read it."""
    names = row.keys()
    shown = {name: row[name] for name in READS[side] if name in names}
    shown |= {name: row[name] for name in names if name[:2] in ("a_", "x_", "t_")}
    shown["stands"] = introduction.standing(row, side)
    return shown


async def seen(member: int, names: Names) -> dict[str, Any]:
    """What the member sees, in the words of the plain world."""
    now, me = clock.now(), names.members[member]
    lists: dict[str, Any] = {}
    for name, read in (("received", request_list.received), ("ignored", request_list.ignored)):
        rows = list((await read(me, 100, None, Wants())).rows)
        if name == "received":  # in the order of familiarity, which the plain world knows not of
            order = ("familiarity", "surfaced_at", "id")
            assert rows == sorted(rows, key=lambda r: tuple(r[c] for c in order), reverse=True)
            rows.sort(key=lambda r: (r["surfaced_at"], r["id"]), reverse=True)
        lists[name] = [
            (names.ask(r["id"]), names.member(r["m_id"]), r["note"], r["order_at"]) for r in rows
        ]
    rows = (await request_list.answered(me, 100, None, Wants())).rows
    lists["answered"] = [
        (
            names.ask(r["id"]),
            r["recipient_state"],
            r["recipient_changed_at"],
            r["decline_reason"] if r["recipient_state"] == "DECLINED" else None,
            r["reply_note"],
        )
        for r in rows
    ]
    sent = [as_sender(r) for r in (await request_list.sent(me, 100, None, Wants())).rows]
    lists["sent"] = [
        (
            names.ask(r["id"]),
            names.member(r["m_id"]),
            r["note"],
            r["state"],
            r["since"],
            r["nudged_at"],
            r.get("reason"),
        )
        for r in sent
    ]
    rows = (await connection_list.of(me, me, None, 100, None, Wants())).rows
    lists["connections"] = [
        (names.member(r["other_id"]), r["connected_at"], names.ask(r["request_id"])) for r in rows
    ]
    own = await standing.own_facts(me, now)
    lists["budget"] = tuple(standing.budget(own, now))
    facts = await standing.facts(me, names.members)
    lists["may ask"] = [_answer(standing.refusal(facts[key]), names) for key in names.members]
    for role in Role:
        rows = (await introduction_list.of(me, role, 100, None, Wants())).rows
        lists[role.value] = [
            (
                names.brought.index(r["id"]),
                *introduction.standing(r, role.value.lower()),
                *(names.member(r[f"{side}_id"]) for side in ("asker", "introducer", "target")),
            )
            for r in rows
        ]
    lists["introducers"] = [
        sorted(
            names.member(r["m_id"])
            for r in (await introduction_list.introducers(me, key, None, 100, None, Wants())).rows
        )
        for key in names.members
    ]
    rows = (await notification.of(me, 100, None)).rows
    lists["notices"] = [
        (
            r["kind"],
            names.subject(r["kind"], r["subject_id"])[1],
            names.member(r["other_id"]),
            r["occurred_at"],
            r["read_at"],
        )
        for r in rows
    ]
    rows = await sql.rows("SELECT * FROM event WHERE member_id = $1 ORDER BY seq", me)
    lists["events"] = [
        (
            r["seq"],
            r["kind"],
            names.subject(r["kind"], r["subject_id"]),
            names.member(r["other_id"]),
            None if r["relationship_id"] is None else ("tie", names.ties[r["relationship_id"]]),
            r["occurred_at"],
        )
        for r in rows
    ]
    lists["counters"] = dict(await request_list.counters(me))
    return lists


def _answer(problem: Any, names: Names) -> tuple[object, ...]:
    if problem is None:
        return ("OK", None, None)
    return (problem.code.value, problem.until, names.about(problem.subject))


def expected(world: World, member: int) -> dict[str, Any]:
    """What the member should see, by the plain world."""
    got = [a for a in world.asks if a.recipient == member]
    waiting = [a for a in got if world.to_recipient(a) == "PENDING"]
    aside = [a for a in got if world.to_recipient(a) == "IGNORED"]
    done = [a for a in got if world.to_recipient(a) in ("ACCEPTED", "DECLINED")]
    sent = [a for a in world.asks if a.sender == member and a.mine != "ACCEPTED"]
    friends = [(world.bonds[frozenset((member, o))], o) for o in world.friends(member)]
    notices = [
        (at, order, kind, number, read)
        for order, ((who, kind, number), (at, read)) in enumerate(world.notices.items())
        if who == member and _shows(world, kind, number)
    ]
    return {
        "received": [
            (a.number, a.sender, a.note, a.surfaced) for a in _down(waiting, lambda a: a.surfaced)
        ],
        "ignored": [
            (a.number, a.sender, a.note, a.ignored) for a in _down(aside, lambda a: a.ignored)
        ],
        "answered": [
            (
                a.number,
                a.theirs,
                a.theirs_since,
                a.reason if a.theirs == "DECLINED" else None,
                a.reply,
            )
            for a in _down(done, lambda a: a.theirs_since)
        ],
        "sent": [
            (
                a.number,
                a.recipient,
                a.note,
                *world.to_sender(a),
                a.nudged,
                a.reason if a.mine == "DECLINED" else None,
            )
            for a in _down(sent, lambda a: a.sent)
        ],
        "connections": [
            (o, b.since, b.ask) for b, o in sorted(friends, key=lambda f: (f[0].since, f[1]))[::-1]
        ],
        **_introductions(world, member),
        "introducers": [world.brought.introducers(world, member, other) for other in world.members],
        "budget": world.budget(member),
        "may ask": [_may(world, member, other) for other in world.members],
        "notices": [
            (kind, number, _other(world, kind, number, member), at, read)
            for at, _, kind, number, read in sorted(notices, key=lambda n: n[:2])[::-1]
        ],
        "events": [
            e if e[1] != "CONNECTION_ENDED" else (*e[:4], e[2], e[5])
            for e in world.events.get(member, [])
        ],
        "counters": {
            "last_seq": world.last.get(member, 0),
            "connections": len(friends),
            "waiting": len(waiting),
            "introductions": world.brought.waiting(world, member),
            # What was said when they asked is the news of the acceptance, and read with it.
            "messages": 0,
            "message_requests": 0,
            "held": 0,
            "feed_seen_at": None,
            "unread": sum(read is None for *_, read in notices),
        },
    }


def _down(asks: list[Ask], key: Any) -> list[Ask]:
    return sorted(asks, key=lambda a: (key(a), a.number), reverse=True)


def _shows(world: World, kind: str, number: int) -> bool:
    if kind.startswith("INTRODUCTION"):
        return world.brought.shows_notice(world, kind, world.brought.all[number])
    return kind != "REQUEST_RECEIVED" or world.to_recipient(world.asks[number]) != "GONE"


def _other(world: World, kind: str, number: int, member: int) -> int:
    if kind.startswith("INTRODUCTION"):
        b = world.brought.all[number]
        return b.target if b.asker == member else b.asker
    ask = world.asks[number]
    return ask.recipient if ask.sender == member else ask.sender


def _introductions(world: World, member: int) -> dict[str, Any]:
    """The three lists of introductions, newest first."""
    found: dict[str, Any] = {}
    for role in Role:
        own = [b for b in world.brought.all if getattr(b, role.value.lower()) == member]
        rows = [
            (
                b.forwarded if role is Role.TARGET else b.asked,
                (b.number, *world.brought.seen(world, b, member), b.asker, b.introducer, b.target),
            )
            for b in own
            if world.brought.seen(world, b, member)[0] != "GONE"
        ]
        found[role.value] = [row for _, row in sorted(rows, key=lambda r: (r[0], r[1][0]))][::-1]
    return found


def _may(world: World, member: int, other: int) -> tuple[object, ...]:
    from tests.models.plain import No

    try:
        world.may_ask(member, other)
    except No as refusal:
        return refusal.answer
    return ("OK", None, None)


async def everything(me: int, members: Sequence[int]) -> bytes:
    """All that a member can read through the models, cursors and order included, as bytes."""
    now = clock.now()
    pages: dict[str, Any] = {}
    for name, read in (
        ("received", request_list.received),
        ("ignored", request_list.ignored),
        ("answered", request_list.answered),
        ("sent", request_list.sent),
    ):
        page = await read(me, 100, None, ALL)
        show = as_sender if name == "sent" else dict
        pages[name] = [[(show(r), request_list.cursor(r)) for r in page.rows], page.more]
    by_id = await request_list.by_ids(me, [r["id"] for r in await _own_requests(me)])
    between = await request_list.open_with(me, members)
    for name, rows in (("by id", by_id), ("between", between)):
        pages[name] = {
            key: as_sender(r) if r["sender_id"] == me else dict(r) for key, r in rows.items()
        }
    for owner in members:
        page = await connection_list.of(me, owner, None, 100, None, ALL)
        pages[f"connections {owner}"] = [
            [(dict(r), connection_list.cursor(r)) for r in page.rows],
            page.more,
        ]
    for role in Role:
        side = role.value.lower()
        page = await introduction_list.of(me, role, 100, None, ALL)
        pages[side] = [[(as_side(r, side), introduction_list.cursor(r)) for r in page.rows]]
    brought = await introduction_list.open_with(me, members)
    pages["brought"] = {key: as_side(r, "asker") for key, r in brought.items()}
    for other in members:
        page = await introduction_list.introducers(me, other, None, 100, None, ALL)
        pages[f"introducers {other}"] = [dict(r) for r in page.rows]
    page = await directory.listed(me, None, 100, None, ALL)
    pages["directory"] = [dict(r) for r in page.rows]
    pages["notices"] = [dict(r) for r in (await notification.of(me, 100, None)).rows]
    pages["events"] = [
        dict(r) for r in await sql.rows("SELECT * FROM event WHERE member_id = $1", me)
    ]
    own = await standing.own_facts(me, now)
    pages["budget"] = [tuple(own), standing.budget(own, now)]
    facts = await standing.facts(me, members)
    pages["may ask"] = [_plain_answer(facts[key]) for key in members]
    pages["counters"] = dict(await request_list.counters(me))
    return json.dumps(pages, default=str, sort_keys=True).encode()


async def _own_requests(me: int) -> Sequence[Mapping[str, Any]]:
    return await sql.rows(
        "SELECT id FROM connection_request WHERE sender_id = $1 OR recipient_id = $1 ORDER BY id",
        me,
    )


def _plain_answer(facts: standing.Facts) -> list[object]:
    problem = standing.refusal(facts)
    if problem is None:
        return ["OK"]
    return [problem.code, problem.message, problem.field, problem.until, problem.subject]
