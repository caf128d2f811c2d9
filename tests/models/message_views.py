"""What members see of messages and updates, read through the models and told by the plain worlds;
tests/models/test_state_machine_messages.py compares them.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from models import (
    conversation_list,
    feed,
    feed_choice,
    message_list,
    message_search,
    message_standing,
    notification_list,
    request_list,
    sql,
    update_list,
)
from models.conversation_list import ConversationFolder
from models.feed import Filter
from models.update_list import ALL as ALL_OF_UPDATES
from tests.models.plain import No
from tests.models.plain_messages import Talk
from tests.models.plain_updates import News

WORD = "hello"


class Keys:
    """Which key stands for which member, message and update of the plain worlds."""

    def __init__(self, members: list[int]) -> None:
        self.members = members
        self.messages: list[int] = []
        self.updates: list[int] = []

    async def learn(self) -> None:
        """Look at what was made since."""
        for known, table in ((self.messages, "message"), (self.updates, "member_update")):
            rows = await sql.rows(f"SELECT id FROM {table} ORDER BY id")
            known += [row["id"] for row in rows if row["id"] not in known]

    def member(self, key: int | None) -> int | None:
        return None if key is None else self.members.index(key)

    def message(self, key: int | None) -> int | None:
        return None if key is None else self.messages.index(key)

    def subject(self, key: int) -> int:
        """Of an event."""
        found = self.messages if key in self.messages else self.updates
        return found.index(key)


async def side_of(owner: int, other: int) -> int:
    """The key of a side; 1, which is none, where there is no side."""
    row = await sql.row(
        "SELECT id FROM conversation_side WHERE owner_id = $1 AND other_id = $2", owner, other
    )
    return int(row["id"]) if row else 1


async def seen(member: int, keys: Keys) -> dict[str, Any]:
    """What the member sees, in the words of the plain worlds."""
    me = keys.members[member]
    found: dict[str, Any] = {}
    for folder in ConversationFolder:
        rows = list((await conversation_list.of(me, folder, 100, None)).rows)
        assert rows == sorted(rows, key=lambda r: (r["s_last_at"], r["s_id"]), reverse=True)
        found[folder.value] = {keys.member(r["s_other"]): _conversation(r, keys) for r in rows}
    found["threads"] = {}
    for other, key in enumerate(keys.members):
        rows = list((await message_list.of(me, await side_of(me, key), 100, None)).rows)
        found["threads"][other] = [
            (
                keys.message(r["n_id"]),
                keys.member(r["n_sender"]),
                r["n_text"],
                r["n_selling"],
                r["n_sent_at"],
                r["n_edited_at"],
            )
            for r in reversed(rows)
        ]
    rows = (await message_search.search(me, WORD, None, 100, None)).rows
    found["search"] = [keys.message(r["n_id"]) for r in rows]
    facts = await message_standing.facts(me, keys.members)
    found["may write"] = [_answer(message_standing.refusal(facts[key])) for key in keys.members]
    counters = await request_list.counters(me)
    found["counters"] = (counters["messages"], counters["message_requests"])
    rows = await sql.rows(
        "SELECT n.*, s.other_id AS side_other FROM notification n "
        "LEFT JOIN conversation_side s ON s.id = n.subject_id WHERE n.member_id = $1 "
        "AND (n.kind LIKE 'MESSAGE%' OR n.kind LIKE 'UPDATE%')",
        me,
    )
    found["notices"] = {
        (
            r["kind"],
            keys.member(r["side_other"]) if r["side_other"] else keys.subject(r["subject_id"]),
            keys.member(r["other_id"]),
        ): (r["occurred_at"], r["read_at"], r["times"])
        for r in rows
    }
    rows = await sql.rows(
        "SELECT * FROM event WHERE member_id = $1 AND (kind LIKE 'MESSAGE%' "
        "OR kind LIKE 'UPDATE%') ORDER BY seq",
        me,
    )
    found["events"] = [
        (r["kind"], keys.subject(r["subject_id"]), keys.member(r["other_id"])) for r in rows
    ]
    rows = (await feed.page(me, Filter(), 100, None, ALL_OF_UPDATES)).rows
    found["feed"] = [
        (keys.subject(r["up_id"]), r["up_thanks"], r["up_replies"], bool(r["up_thanked"]))
        for r in rows
    ]
    there = await update_list.by_ids(me, keys.updates)
    found["updates"] = sorted(keys.subject(key) for key in there)
    return found


def _conversation(row: sql.Row, keys: Keys) -> tuple[object, ...]:
    return (
        row["s_state"],
        row["s_last_at"],
        row["s_unread"],
        bool(row["s_muted"]),
        row["s_archived_at"] is not None,
        keys.message(row["n_id"]),
        keys.message(row["s_read_id"]),
    )


def _answer(problem: Any) -> tuple[object, ...]:
    return ("OK", None) if problem is None else (problem.code.value, problem.until)


def expected(talk: Talk, news: News, member: int) -> dict[str, Any]:
    """What the member should see, by the plain worlds."""
    found: dict[str, Any] = {folder.value: {} for folder in ConversationFolder}
    counted = [0, 0]
    for (owner, other), side in talk.sides.items():
        kept = talk.kept(owner, other)
        if owner != member or not kept:
            continue
        found[_folder(side)][other] = (
            side.state,
            side.last_at,
            talk.unread(owner, other),
            side.muted,
            side.archived,
            kept[-1].number,
            _read(talk, owner, other),
        )
        if side.state == "OPEN" and not side.muted:
            counted[0] += talk.unread(owner, other)
        counted[1] += side.state == "REQUESTED" and not side.filtered
    found["threads"] = {
        other: [
            (m.number, m.sender, m.text, m.selling, m.sent, m.edited)
            for m in talk.kept(member, other)
        ]
        for other in talk.members
    }
    all_kept = [m for other in talk.members for m in talk.kept(member, other)]
    hits = sorted((m.number for m in all_kept if WORD in m.text), reverse=True)
    found["search"] = hits
    found["may write"] = [_may(talk, member, other) for other in talk.members]
    found["counters"] = tuple(counted)
    found["notices"] = {
        (kind, other, other): notice
        for (owner, kind, other), notice in talk.notices.items()
        if owner == member
    } | news.notices_of(member)
    found["events"] = talk.events.get(member, [])
    found["feed"] = news.feed(member)
    found["updates"] = [post.number for post in news.posts if news.sees(member, post)]
    return found


def _folder(side: Any) -> str:
    if side.state == "IGNORED":
        return "IGNORED"
    if side.filtered:
        return "SELLING"
    if side.state == "REQUESTED":
        return "REQUESTS"
    return "ARCHIVED" if side.archived else "INBOX"


def _read(talk: Talk, owner: int, other: int) -> int | None:
    """The newest message shown that the other is known to have read."""
    if not (talk.chosen[owner][2] and talk.chosen[other][2]):
        return None
    if talk.sides[owner, other].state != "OPEN":
        return None
    up_to = talk.sides[other, owner].told
    return max((m.number for m in talk.kept(owner, other) if m.seq <= up_to), default=None)


def _may(talk: Talk, member: int, other: int) -> tuple[object, ...]:
    try:
        talk.may_write(member, other)
    except No as refusal:
        return refusal.answer[:2]
    return ("OK", None)


async def everything(me: int, keys: Keys) -> bytes:
    """All that a member can read of messages and updates, order and cursors included, as bytes."""
    pages: dict[str, Any] = {}
    for folder in ConversationFolder:
        rows = (await conversation_list.of(me, folder, 100, None)).rows
        pages[folder.value] = [[dict(r), conversation_list.cursor(r)] for r in rows]
    for key in keys.members:
        rows = (await message_list.of(me, await side_of(me, key), 100, None)).rows
        pages[f"thread {key}"] = [[dict(r), message_list.cursor(r)] for r in rows]
    pages["with"] = _plain(await conversation_list.with_members(me, keys.members))
    pages["search"] = [dict(r) for r in (await message_search.search(me, WORD, None, 9, None)).rows]
    facts = await message_standing.facts(me, keys.members)
    pages["may write"] = [
        problem and [problem.code, problem.message, problem.field, problem.until]
        for problem in (message_standing.refusal(facts[key]) for key in keys.members)
    ]
    pages["counters"] = dict(await request_list.counters(me))
    pages["notices"] = [dict(r) for r in (await notification_list.of(me, 100, None)).rows]
    pages["events"] = [
        dict(r) for r in await sql.rows("SELECT * FROM event WHERE member_id = $1 ORDER BY seq", me)
    ]
    rows = (await feed.page(me, Filter(), 100, None, ALL_OF_UPDATES)).rows
    pages["feed"] = [dict(r) for r in rows]
    pages["updates"] = _plain(await update_list.by_ids(me, keys.updates))
    pages["mutes"] = [await feed_choice.fewer_kinds(me)]
    return json.dumps(pages, default=str, sort_keys=True).encode()


def _plain(rows: Mapping[int, sql.Row]) -> Sequence[object]:
    return [[key, dict(row)] for key, row in sorted(rows.items())]
