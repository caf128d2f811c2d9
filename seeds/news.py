"""What the cast post, and what is said below it. Steps of the story."""

from collections.abc import Sequence
from datetime import timedelta

from models import clock, feed_choice, sql, update_post, update_reply
from models.audience import Chosen, FieldAudience
from models.update import UpdateKind
from models.update_picture import Given
from models.update_post import Draft
from seeds.knowing import Keys, Step
from seeds.portraits import view

EVERYONE, MEMBERS = FieldAudience.EVERYONE, FieldAudience.MEMBERS
CONNECTIONS = FieldAudience.CONNECTIONS
NEWS, QUESTION = UpdateKind.NEWS, UpdateKind.QUESTION
JOB, WORTH_READING = UpdateKind.OPPORTUNITY, UpdateKind.WORTH_READING


def posted(
    days_ago: float,
    who: str,
    kind: UpdateKind,
    text: str,
    to: FieldAudience | str = MEMBERS,
    *,
    link: str = "",
    pictures: Sequence[str] = (),
    replies: Sequence[tuple[float, str, str]] = (),
    thanks: Sequence[str] = (),
) -> list[Step]:
    """An update, to an audience or to the bearers of a tag; replies come so many days later,
    thanks with the first of them. Pictures are drawn from their descriptions.
    """

    async def post(keys: Keys) -> None:
        chosen = Chosen(to) if isinstance(to, FieldAudience) else await _tagged(keys[who], to)
        given = [Given(view(words), words) for words in pictures]
        await update_post.post(keys[who], Draft(kind, text, link, chosen, given))

    async def thank(keys: Keys) -> None:
        update = await _newest(keys[who], text)
        for handle in thanks:
            await update_reply.thank(keys[handle], update)

    def reply(after: float, handle: str, words: str) -> Step:
        async def play(keys: Keys) -> None:
            await update_reply.reply(keys[handle], await _newest(keys[who], text), words)

        return Step(days_ago - after, play)

    below = [reply(*each) for each in replies]
    return [Step(days_ago, post), *below, Step(days_ago - 0.05, thank)]


async def _tagged(owner: int, name: str) -> Chosen:
    rows = await sql.rows("SELECT id FROM tag WHERE owner_id = $1 AND name = $2", owner, name)
    return Chosen(FieldAudience.TAGS, tuple(row["id"] for row in rows))


async def _newest(author: int, text: str) -> int:
    row = await sql.row(
        "SELECT id FROM member_update WHERE author_id = $1 AND text = $2", author, text
    )
    assert row is not None, text
    return int(row["id"])


async def _ada_reads_less(keys: Keys) -> None:
    """One may follow somebody and be spared a month of it."""
    await feed_choice.mute(keys["ada"], keys["pavel"])
    await feed_choice.snooze(keys["ada"], keys["kofi"])
    await feed_choice.mark_seen(keys["ada"], clock.now() - timedelta(hours=2))


NEWS_OF_ALL: list[Step] = [
    *posted(
        61,
        "henrik",
        NEWS,
        "The spring meeting is on the water again: one ferry, two hours, no slides.",
        EVERYONE,
        replies=((0.2, "ines", "May I bring two slides?"), (0.3, "henrik", "You may bring one.")),
        thanks=("ada", "maeve", "tomas"),
    ),
    *posted(
        47,
        "kofi",
        NEWS,
        "Four hundred bridges now carry one of our sensors. None has complained.",
        EVERYONE,
        thanks=("ada",),
    ),
    *posted(
        38,
        "pavel",
        JOB,
        "Twenty engineers wanted, across Europe, at once.",
        MEMBERS,
        link="https://brightgate.example/twenty",
    ),
    *posted(
        31,
        "noor",
        QUESTION,
        "Who has kept a timber deck open through a Malmö winter, with salt?",
        MEMBERS,
        replies=((1.1, "henrik", "Not with salt. With a broom, and a boy with a broom."),),
    ),
    *posted(
        23,
        "ada",
        NEWS,
        "Sävar has its first winter behind it: 18 per cent moisture, and no complaint but one "
        "about the handrail being too pleasant to hold.",
        EVERYONE,
        pictures=("The bridge at Sävar on a white morning", "Below it, the river that moves"),
        replies=(
            (0.4, "ines", "This belongs on a stage. Porto, in May?"),
            (0.6, "henrik", "I held it. It is."),
        ),
        thanks=("henrik", "ines", "maeve"),
    ),
    *posted(
        13,
        "ines",
        WORTH_READING,
        "Forty years of failures in glued timber, told without blame.",
        EVERYONE,
        link="https://timber-days.example/forty-years",
        thanks=("ada", "yuki"),
    ),
    *posted(
        9.5,
        "ada",
        QUESTION,
        "Has anybody measured creep under a deck that is wet all year? I have eleven points and "
        "one of them lies.",
        "Timber",
        replies=((0.7, "henrik", "Ask Rui. He measures everything."),),
    ),
    *posted(
        6,
        "yuki",
        NEWS,
        "New recordings: a cable that sings a fifth, and a deck that answers.",
        MEMBERS,
        pictures=("The cable bridge that sings a fifth",),
        replies=((0.2, "tomas", "Ours sings a fourth. It is cheaper."),),
        thanks=("kofi", "tomas"),
    ),
    *posted(
        4.2,
        "tomas",
        JOB,
        "Halden Rail looks for somebody who can say no to a tender, kindly. Gothenburg.",
        MEMBERS,
        link="https://halden-rail.example/say-no",
    ),
    *posted(
        2.4,
        "maeve",
        NEWS,
        "The reunion of the class of 2011 has a date, a hall and a speaker. Who still has a "
        "photograph of the first model bridge?",
        CONNECTIONS,
        replies=((0.5, "noor", "I have one. It is on fire in it."),),
        thanks=("henrik",),
    ),
    Step(0.6, _ada_reads_less),
    *posted(
        0.3,
        "henrik",
        QUESTION,
        "Who owns a walkway that nobody owns? The port says the city, the city says the port.",
        CONNECTIONS,
    ),
    *posted(0.25, "kofi", NEWS, "Bridge four hundred and one is a cow path. It counts.", EVERYONE),
]
