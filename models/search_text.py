"""The index of people: what each member is found by, written again whenever that changes.

Full text on both engines: PostgreSQL keeps a document as a tsvector under a GIN index, SQLite as
words under FTS5 (docs/decisions/0018). `refresh` ends every unit that changes a name, headline,
organisation, location, career entry or skill, or who sees one of these.
"""

from collections.abc import Iterable, Mapping, Sequence

from tortoise import fields

from models import ids, sql
from models.audience import FieldAudience
from models.base import Stored
from models.member import ProfileAudience
from models.search_words import (
    CONNECTIONS,
    EVERYONE,
    HIDDEN,
    MEMBERS,
    SearchKind,
    level_of_tag,
    may_be_meant,
    tokens_of,
    variants_of,
    word_in,
)
from models.unit import Unit, in_unit

# Members whose documents are written together.
_TOGETHER = 1_000


class SearchDocument(Stored):
    """What a member (same id) is found by: tokens of models/search_words.py. `words` is a tsvector
    on PostgreSQL.
    """

    words = fields.TextField()

    class Meta:
        table = "search_document"


class SearchVariant(Stored):
    """A word of any document, and what is left of it without one letter. Who searches with a slip
    has a variant in common with the word they mean. Tells nothing of who bears the word.
    """

    variant = fields.CharField(max_length=40)
    word = fields.CharField(max_length=40)

    class Meta:
        table = "search_variant"


async def refresh(member_id: int) -> None:
    """Write the member's document as it should be now. Part of a unit, and the end of it."""
    # Locked before anything is read: of two changes at once, the later reads what both wrote.
    old = await sql.row(
        f"SELECT id, {_tokens('words')} AS words FROM search_document WHERE id = $1"
        f"{sql.for_update()}",
        member_id,
    )
    before = set(_listed(old["words"])) if old else set()
    tokens = (await derived([member_id])).get(member_id)
    if tokens is not None and (old is None or set(tokens) != before):
        await _write({member_id: tokens}, {word_in(t) for t in set(tokens) - before}, again=True)


async def complete() -> int:
    """Write the documents of all members who have none; how many. After a migration or a load."""
    known: set[str] = set()
    done, last = 0, 0
    while True:
        rows = await sql.rows(
            "SELECT m.id FROM member m WHERE m.id > $1 AND NOT EXISTS "
            "(SELECT 1 FROM search_document d WHERE d.id = m.id) ORDER BY m.id LIMIT $2",
            last,
            _TOGETHER,
        )
        if not rows:
            return done
        last = rows[-1]["id"]
        done += await _complete([row["id"] for row in rows], known)


@in_unit
async def _complete(_u: Unit, members: Sequence[int], known: set[str]) -> int:
    documents = await derived(members)
    words = {word_in(token) for tokens in documents.values() for token in tokens} - known
    await _write(documents, words)
    known |= words
    return len(documents)


async def derived(members: Sequence[int]) -> dict[int, list[str]]:
    """The documents of these members as their profiles say, in one statement."""
    rows = await sql.rows(_SOURCES.format(among=sql.among(1)), list(members))
    sources: dict[int, list[sql.Row]] = {}
    for row in rows:
        sources.setdefault(row["member_id"], []).append(row)
    return {member: _document(found) for member, found in sources.items()}


def _document(rows: Iterable[sql.Row]) -> list[str]:
    profile, tags, texts = "", dict[object, list[str]](), []
    for row in rows:
        if row["kind"] == "PROFILE":
            profile = row["text"]
        elif row["kind"] == "TAG":
            key = (row["subject_id"], row["field"])
            tags.setdefault(key, []).append(level_of_tag(row["tag_id"]))
        else:
            texts.append(row)
    tokens: set[str] = set()
    for row in texts:
        tagged = tags.get((row["subject_id"], row["field"]), [])
        levels = _levels(row["audience"], profile, tagged)
        tokens.update(tokens_of(levels, SearchKind(row["kind"]), row["text"]))
    return sorted(tokens)


def _levels(audience: int, profile: str, tagged: Sequence[str]) -> Sequence[str]:
    """Who finds by a text; visibility.may_see and visibility.sees say the same of who sees it."""
    if audience == FieldAudience.ONLY_ME or not profile:
        return []
    if audience == FieldAudience.TAGS:
        return tagged
    if audience == FieldAudience.CONNECTIONS:
        return [CONNECTIONS]
    if profile == ProfileAudience.CONNECTIONS:
        return [HIDDEN]
    everyone = audience == FieldAudience.EVERYONE and profile == ProfileAudience.EVERYONE
    return [EVERYONE if everyone else MEMBERS]


def _member_text(kind: SearchKind, column: str, audience: str, field: str = "") -> str:
    return (
        f"SELECT m.id AS member_id, '{kind}' AS kind, m.id AS subject_id, '{field}' AS field, "
        f"{audience} AS audience, m.{column} AS text, 0 AS tag_id FROM member m "
        "WHERE m.id {among}"
    )


_OPEN = str(int(FieldAudience.EVERYONE))
_SOURCES = " UNION ALL ".join(
    (
        _member_text(SearchKind.NAME, "name", _OPEN),
        _member_text(SearchKind.NAME, "handle", _OPEN),
        _member_text(SearchKind.HEADLINE, "headline", "headline_audience", "headline"),
        _member_text(
            SearchKind.ORGANISATION, "organisation", "organisation_audience", "organisation"
        ),
        _member_text(SearchKind.PLACE, "location", "location_audience", "location"),
        "SELECT c.member_id, CASE c.kind WHEN 'WORK' THEN 'ORGANISATION' ELSE 'SCHOOL' END, c.id, "
        "'', c.audience, CASE c.place WHEN '' THEN o.name ELSE c.place END, 0 "
        "FROM career_entry c JOIN organisation o ON o.id = c.organisation_id "
        "WHERE c.member_id {among}",
        "SELECT c.member_id, 'HEADLINE', c.id, '', c.audience, c.title, 0 FROM career_entry c "
        "WHERE c.member_id {among} AND c.kind = 'WORK'",
        "SELECT e.member_id, 'SKILL', e.id, '', e.audience, e.value, 0 FROM profile_entry e "
        "WHERE e.member_id {among} AND e.kind = 'SKILL'",
        # Nobody finds a suspended member; may_see says so too, but their words would be counted.
        "SELECT m.id, 'PROFILE', m.id, '', 0, CASE WHEN m.suspended_at IS NULL "
        "THEN m.profile_audience ELSE '' END, 0 FROM member m WHERE m.id {among}",
        "SELECT a.owner_id, 'TAG', a.subject_id, a.field, 0, '', a.tag_id FROM audience_tag a "
        "WHERE a.owner_id {among}",
    )
)


def _tokens(column: str) -> str:
    return column if sql.is_sqlite() else f"array_to_string(tsvector_to_array({column}), ' ')"


def _listed(words: str) -> list[str]:
    return words.split()


async def stored(members: Sequence[int]) -> dict[int, list[str]]:
    """The documents of these members as they are written; what tests compare `derived` with."""
    rows = await sql.rows(
        f"SELECT id, {_tokens('words')} AS words FROM search_document WHERE id {sql.among(1)}",
        list(members),
    )
    return {row["id"]: sorted(_listed(row["words"])) for row in rows}


async def _write(
    documents: Mapping[int, Sequence[str]], words: Iterable[str], *, again: bool = False
) -> None:
    pairs = sorted((key, " ".join(tokens)) for key, tokens in documents.items())
    into = "INSERT INTO search_document (id, words) SELECT "
    conflict = "ON CONFLICT (id) DO NOTHING"
    if again:
        conflict = "ON CONFLICT (id) DO UPDATE SET words = excluded.words"
    if sql.is_sqlite():
        # WHERE true: without it SQLite takes ON for the beginning of a join.
        await sql.change(f"{into}{_given(2)} FROM json_each($1) WHERE true {conflict}", pairs)
    else:
        text = (
            f"{into}id, array_to_tsvector(string_to_array(words, ' ')) "
            f"FROM unnest($1::bigint[], $2::text[]) AS given (id, words) {conflict}"
        )
        await sql.change(text, [key for key, _ in pairs], [tokens for _, tokens in pairs])
    await _learn(sorted({word for word in words if may_be_meant(word)}))


async def _learn(words: Sequence[str]) -> None:
    """Keep the variants of words that are new to the index."""
    if not words:
        return
    rows = await sql.rows(
        f"SELECT word FROM search_variant WHERE variant = word AND variant {among_texts(1)}", words
    )
    new = set(words) - {row["word"] for row in rows}
    # In order, so that two who learn the same words wait for each other and not in a circle.
    made = sorted((variant, word, ids.new_id()) for word in new for variant in variants_of(word))
    if not made:
        return
    into = "INSERT INTO search_variant (variant, word, id) SELECT "
    if sql.is_sqlite():
        await sql.change(
            f"{into}{_given(3)} FROM json_each($1) WHERE true ON CONFLICT DO NOTHING", made
        )
    else:
        text = f"{into}* FROM unnest($1::text[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING"
        await sql.change(text, *map(list, zip(*made, strict=True)))


def _given(count: int) -> str:
    return ", ".join(f"json_extract(value, '$[{place}]')" for place in range(count))


def among_texts(number: int) -> str:
    """`IN` a list of texts given as one parameter; as sql.among."""
    if sql.is_sqlite():
        return f"IN (SELECT value FROM json_each(${number}))"
    return f"= ANY(${number}::text[])"
