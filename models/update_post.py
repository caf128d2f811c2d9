"""Posting, editing and removing updates.

Posting writes one update and one event, the author's own: those who will read it find it by
query. An audience is chosen once; later it may only become narrower.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from models import audience, ids, notification, sql, update_list, update_picture, update_search
from models.audience import Chosen, FieldAudience
from models.event import EventKind
from models.notification import NotificationKind
from models.problem import Code, Problem
from models.profile import own_tags, tags_of
from models.profile_words import web_address
from models.sending import clean_key, keep_key, made_by_key
from models.settings import settings
from models.text import clean
from models.unit import Unit, in_unit
from models.update import LONGEST, UpdateKind
from models.update_picture import Given, Made

DAY = timedelta(days=1)


class Draft(NamedTuple):
    """What is to be posted."""

    kind: UpdateKind
    text: str
    link: str = ""
    chosen: Chosen = Chosen(FieldAudience.CONNECTIONS)
    pictures: Sequence[Given] = ()
    from_profile: bool = False

    def mark(self) -> str:
        """What tells this draft from another that comes with the same key."""
        said = [self.kind.value, self.text, self.link, str(int(self.chosen.audience))]
        said += [str(tag) for tag in sorted(set(self.chosen.tags))]
        for picture in self.pictures:
            said += [hashlib.sha256(picture.data).hexdigest(), picture.description]
        return hashlib.sha256("\0".join(["update", *said]).encode("utf-8", "replace")).hexdigest()


def gone(field: str = "updateId") -> Problem:
    """An update that is not there, or not the viewer's to see or change."""
    return Problem(Code.NOT_FOUND, "This update is no longer there.", field=(field,))


def cleaned(kind: UpdateKind, text: str, link: str, *, pictured: bool) -> tuple[str, str]:
    """Text and link as they are stored. Raises Problem."""
    text = clean(text, "text", longest=LONGEST, lines=True)
    address = web_address(link, "link") if link.strip() else ""
    if kind is UpdateKind.WORTH_READING and not address:
        raise Problem(Code.REQUIRED, "What is worth reading needs a link.", field=("link",))
    if not (text or address or pictured):
        raise Problem(Code.REQUIRED, "Please write something.", field=("text",))
    return text, address


def check_audience(chosen: Chosen) -> None:
    """Raises INVALID: an update nobody else sees is none."""
    if chosen.audience is FieldAudience.ONLY_ME:
        raise Problem(Code.INVALID, "Choose who may see this.", field=("audience",))


async def post(author: int, draft: Draft, key: str | None = None) -> sql.Row:
    """Post an update. Returns it as its author reads it. Raises Problem, or Problems."""
    key = clean_key(key)
    mark = draft.mark()
    text, link = cleaned(draft.kind, draft.text, draft.link, pictured=bool(draft.pictures))
    check_audience(draft.chosen)
    draft = draft._replace(text=text, link=link)
    made: Sequence[Made] = ()
    if draft.pictures:
        update_picture.check(draft.pictures)
        # Before a decoder is put to work: there is no place left, or it was posted already.
        if earlier := await _earlier(author, key, mark):
            return await _row(author, earlier)
        made = await update_picture.encoded(draft.pictures)
    return await _row(author, await _post(author, draft, made, key, mark))


async def _row(author: int, key: int) -> sql.Row:
    found = await update_list.by_ids(author, [key])
    if key not in found:
        raise gone("clientMutationKey")  # posted, and removed since
    return found[key]


@in_unit
async def _earlier(u: Unit, author: int, key: str | None, mark: str) -> int | None:
    if key is not None and (made := await made_by_key(u, author, key, mark)):
        return made
    await check_pace(u, author)
    return None


async def check_pace(u: Unit, author: int, field: str = "") -> None:
    """Raises TOO_MANY where the author posted as many as one may in a day."""
    most = settings().updates_per_day
    found = await sql.rows(
        "SELECT posted_at FROM member_update WHERE author_id = $1 AND posted_at > $2 "
        "ORDER BY posted_at DESC LIMIT $3",
        author,
        u.now - DAY,
        most,
    )
    if len(found) >= most:
        raise Problem(
            Code.TOO_MANY,
            f"At most {most} updates in 24 hours.",
            field=(field,) if field else (),
            until=found[-1]["posted_at"] + DAY,
        )


@in_unit
async def _post(
    u: Unit, author: int, draft: Draft, made: Sequence[Made], key: str | None, mark: str
) -> int:
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", author)
    if key is not None and (earlier := await made_by_key(u, author, key, mark)):
        return earlier
    await check_pace(u, author)
    update = await write(u, author, draft)
    await update_picture.store(update, made)
    if key is not None:
        await keep_key(u, author, key, mark, update)
    return update


async def write(u: Unit, author: int, draft: Draft) -> int:
    """Write what is cleaned already, and tell its author. Part of a unit that holds their
    allowance. Raises as audience.check.
    """
    tags = await audience.check(author, draft.chosen)
    update = ids.new_id()
    await sql.change(
        "INSERT INTO member_update (id, author_id, kind, text, link, audience, posted_at, "
        "from_profile, replies, thanks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)",
        update,
        author,
        draft.kind.value,
        draft.text,
        draft.link,
        int(draft.chosen.audience),
        u.now,
        draft.from_profile,
    )
    await audience.open_to(author, update, "", tags)
    await update_search.index(update, draft.text, draft.link)
    u.tell(author, EventKind.UPDATE_POSTED, update, author)
    return update


class Edit(NamedTuple):
    """What to change; None stays as it is."""

    text: str | None = None
    link: str | None = None
    chosen: Chosen | None = None


async def edit(author: int, update: int, changes: Edit) -> sql.Row:
    """Change the words of an update, or narrow its audience. Returns it. Raises Problem."""
    await _edit(author, update, changes)
    found = await update_list.by_ids(author, [update])
    if update not in found:
        raise gone()
    return found[update]


def _own() -> str:
    return (
        f"SELECT up.*, {own_tags('up.id', '')} AS tags, "
        "(SELECT count(*) FROM update_picture p WHERE p.update_id = up.id) AS pictures "
        f"FROM member_update up WHERE up.id = $1 AND up.author_id = $2{sql.for_update()}"
    )


@in_unit
async def _edit(u: Unit, author: int, update: int, changes: Edit) -> None:
    row = await sql.row(_own(), update, author)
    if row is None:
        raise gone()
    text = row["text"] if changes.text is None else changes.text
    link = row["link"] if changes.link is None else changes.link
    kind = UpdateKind(row["kind"])
    text, link = cleaned(kind, text, link, pictured=row["pictures"] > 0)
    now = Chosen(FieldAudience(row["audience"]), tags_of(row["tags"]))
    if changes.chosen is not None:
        await _narrow(author, update, now, changes.chosen)
    if (text, link) == (row["text"], row["link"]):
        return
    await sql.change(
        "UPDATE member_update SET text = $2, link = $3, edited_at = $4 WHERE id = $1",
        update,
        text,
        link,
        u.now,
    )
    await update_search.index(update, text, link)


async def _narrow(author: int, update: int, now: Chosen, wanted: Chosen) -> None:
    check_audience(wanted)
    # As it is: also for tags that are all deleted by now, which nobody could choose again.
    if wanted.audience == now.audience and set(wanted.tags) == set(now.tags):
        return
    tags = await audience.check(author, wanted)
    wider = wanted.audience < now.audience
    if now.audience is FieldAudience.TAGS and not wider:
        wider = not set(tags) <= set(now.tags)
    if wider:
        raise Problem(
            Code.INVALID,
            "What was posted may be shown to fewer people, not to more. Post it again instead.",
            field=("audience",),
        )
    await sql.change(
        "UPDATE member_update SET audience = $2 WHERE id = $1", update, int(wanted.audience)
    )
    await audience.open_to(author, update, "", tags)


@in_unit
async def remove(_u: Unit, author: int, update: int) -> None:
    """Take an update back with all that hangs on it. Raises NOT_FOUND."""
    # Replies wait for this lock, so none is left behind.
    found = await sql.row(
        f"SELECT id FROM member_update WHERE id = $1 AND author_id = $2{sql.for_update()}",
        update,
        author,
    )
    if found is None:
        raise gone()
    await audience.close(update)
    told = (NotificationKind.UPDATE_REPLIED, NotificationKind.UPDATE_THANKED)
    await notification.retract_update(author, update, *told)
    await sql.change("DELETE FROM member_update WHERE id = $1", update)
