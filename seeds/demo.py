"""The demo network: the story of the cast, played through the models' own acts in moved time.

Nothing is written that a member could not have done, so every rule and counter holds.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models import (
    avatar,
    career,
    clock,
    familiarity,
    ids,
    job,
    mail,
    mail_digest,
    profile_entry,
    search_text,
    sql,
    sweeper,
)
from models.career import CareerKind, Stay
from models.member import hash_password
from models.organisation import key_of
from models.unit import Unit, in_unit
from seeds.acts import play
from seeds.cast import CAST, DEMO_PASSWORD, Person, sign_ins
from seeds.crowd import gather
from seeds.knowing import STEPS, Keys, Step
from seeds.lives import GUESTS, LIVES, Life
from seeds.news import NEWS_OF_ALL
from seeds.portraits import portrait
from seeds.story import STORY, Act
from seeds.talk import TALK

# The story begins so many days ago: every pending request is well within its expiry.
LENGTH_DAYS = 151
# The members around the busiest of the cast.
CROWD = 2060


async def fill_if_empty() -> bool:
    """Fill the demo network unless there is a member already; whether it did."""
    if await sql.row("SELECT id FROM member LIMIT 1") is not None:
        return False
    await fill()
    return True


async def fill(crowd_size: int = CROWD) -> list[dict[str, str]]:
    """Play the whole story; who one can sign in as. Not while this process serves: it moves
    the process's clock while it works.
    """
    present = clock.now()
    password_hash = await hash_password(DEMO_PASSWORD)
    ids.forget_last()  # or keys would count on from the present
    waiting = sorted(CAST, key=lambda person: -person.joined_days_ago)
    swept = began = present - timedelta(days=LENGTH_DAYS)
    try:
        clock.freeze(began)
        busy = waiting.pop(0)
        keys = {busy.handle: await _begin(busy, password_hash, present)}
        crowd = await gather(keys[busy.handle], crowd_size, began, present, password_hash)
        keys.update({**crowd.handles, **crowd.parts})
        for part, life in GUESTS.items():
            await live(keys[part], life)
        acts: list[Act | Step] = [*STORY, *STEPS, *TALK, *NEWS_OF_ALL, *crowd.requests()]
        acts.append(_morning(present))
        for act in sorted(acts, key=lambda act: -act.days_ago):
            while waiting and waiting[0].joined_days_ago > act.days_ago:
                person = waiting.pop(0)
                joined = present - timedelta(days=person.joined_days_ago)
                clock.freeze(max(joined, began))
                keys[person.handle] = await _begin(person, password_hash, present)
            clock.freeze(present - timedelta(days=act.days_ago))
            if clock.now() - swept >= timedelta(days=1):
                await sweeper.sweep()  # tells what was due, purges what is no longer kept
                swept = clock.now()
            await (play(act, keys) if isinstance(act, Act) else act.play(keys))
        for hours in (4, 0):  # a reminder comes a while before one looks
            clock.freeze(present - timedelta(hours=hours))
            await sweeper.sweep()
        await familiarity.refresh()
        await search_text.complete()
        await _forget_old_mail()
    finally:
        clock.thaw()
    return sign_ins()


def _morning(present: datetime) -> Step:
    """The digests of the last morning, where Ada and two others are."""
    local = present.astimezone(ZoneInfo("Europe/Stockholm"))
    since = (local - local.replace(hour=mail_digest.HOUR, minute=1)) % timedelta(days=1)

    async def post(_keys: Keys) -> None:
        await mail_digest.post_digests()

    return Step(since / timedelta(days=1), post)


@in_unit
async def _forget_old_mail(u: Unit) -> None:
    """Nobody was mailed all through the story: only what is new would be sent now."""
    await sql.change("DELETE FROM job WHERE kind = $1", mail.JOB)
    await sql.change("DELETE FROM mail WHERE made_at < $1", u.now - timedelta(days=1))
    found = await sql.rows("SELECT id FROM mail WHERE sent_at IS NULL AND dropped = ''")
    await job.enqueue_all(u, mail.JOB, [{"mail": row["id"]} for row in found])


async def _begin(person: Person, password_hash: str, present: datetime) -> int:
    """Sign up and say what there is to say of oneself."""
    joined = present - timedelta(days=person.joined_days_ago)
    key = await _join(person, password_hash, joined)
    if person.handle in LIVES:
        await live(key, LIVES[person.handle])
    if person.handle == "amara":  # on site since she joined
        title = "Graduate engineer, first year on site"
        stay = Stay(person.organisation, title, "", joined.year, joined.month, None, None)
        await career.add(key, CareerKind.WORK, stay)
    if person.pictured:
        await avatar.put(key, portrait(person.name))
    return key


async def live(key: int, life: Life) -> None:
    """Put a life on a member's profile."""
    for kind, stay in life.stays:
        await career.add(key, kind, stay)
    for what, said, chosen in life.entries():
        await profile_entry.add(key, what, said, chosen)
    if life.open_to:
        await profile_entry.set_open_to(key, life.open_to)


@in_unit
async def _join(u: Unit, person: Person, password_hash: str, joined_at: datetime) -> int:
    """Signing up and filling in the profile at once, with the one hash all share."""
    key = ids.new_id()
    await sql.change(
        "INSERT INTO member (id, handle, name, email, password_hash, headline, organisation, "
        "location, about, profile_audience, connections_audience, accepts_requests, joined_at, "
        "email_verified_at, name_key, organisation_key, location_key) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, true, $12, $12, $13, $14, $15)",
        key,
        person.handle,
        person.name,
        person.email,
        password_hash,
        person.headline,
        person.organisation,
        person.location,
        person.about,
        person.profile_audience.value,
        person.connections_audience.value,
        joined_at,
        *(key_of(text) for text in (person.name, person.organisation, person.location)),
    )
    await sql.change("INSERT INTO inbox (id, last_seq, connections) VALUES ($1, 0, 0)", key)
    await sql.change("INSERT INTO allowance (id) VALUES ($1)", key)
    return key
