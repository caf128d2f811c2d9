"""Who may see whom: the SQL that every read of members goes through.

Not visible and not existing are the same answer, so these conditions stand in the statement that
reads, never behind it.
"""

from models.audience import FieldAudience
from models.member import Audience, ProfileAudience


def may_see(member: str, viewer: str | None, now: str) -> str:
    """A condition: the viewer (a placeholder, None when signed out) may see table alias `member`.

    Everyone's choice of audience; connections always; whoever asks to connect, or is introduced,
    shows themself to the member they want to meet, for as long as that is open. `now` is a
    placeholder.
    """
    if viewer is None:
        return (
            f"({member}.suspended_at IS NULL "
            f"AND {member}.profile_audience = '{ProfileAudience.EVERYONE}')"
        )
    return (
        f"({member}.suspended_at IS NULL AND ({member}.profile_audience <> "
        f"'{ProfileAudience.CONNECTIONS}' OR {member}.id = {viewer} "
        f"OR {connected(viewer, member + '.id')} "
        "OR EXISTS (SELECT 1 FROM connection_request shown WHERE "
        f"shown.sender_id = {member}.id AND shown.recipient_id = {viewer} "
        "AND shown.sender_state = 'PENDING' AND shown.recipient_state <> 'CLOSED' "
        f"AND shown.expires_at > {now}) "
        "OR EXISTS (SELECT 1 FROM introduction brought WHERE "
        f"brought.asker_id = {member}.id AND brought.target_id = {viewer} "
        "AND brought.asker_state = 'PENDING' AND brought.target_state <> 'NONE' "
        f"AND brought.expires_at > {now})))"
    )


def connected(one: str, other: str) -> str:
    """A condition: these two are connected."""
    # One probe, and what ended told apart behind it: with `ended_at IS NULL` as a condition of an
    # EXISTS PostgreSQL takes the index of lasting edges, and reads the whole of the owner's list.
    return (
        f"coalesce((SELECT tie.ended_at IS NULL FROM relationship tie WHERE tie.owner_id = {one} "
        f"AND tie.other_id = {other}), false)"
    )


def sees(
    audience: str, owner: str, subject: str, field: str, viewer: str | None, *, tied: bool = False
) -> str:
    """A condition: the viewer sees one thing of the profile of `owner`, if they see the profile.

    `audience` is its FieldAudience; `subject` the key that its tags in `audience_tag` stand by
    and `field` what they name (empty for a row of its own). All but `field` are expressions.
    `tied`: the rows are known to be the viewer's connections.
    """
    if viewer is None:
        return f"({audience} = {FieldAudience.EVERYONE:d})"
    open_to = (
        f"{audience} <= {FieldAudience.CONNECTIONS:d}"
        if tied
        else f"{audience} <= {FieldAudience.MEMBERS:d} OR {owner} = {viewer} "
        f"OR ({audience} = {FieldAudience.CONNECTIONS:d} AND {connected(viewer, owner)})"
    )
    return (
        f"({open_to} OR ({audience} = {FieldAudience.TAGS:d} "
        "AND EXISTS (SELECT 1 FROM audience_tag chosen "
        "JOIN relationship_tag worn ON worn.tag_id = chosen.tag_id "
        "JOIN relationship tie ON tie.id = worn.relationship_id "
        f"WHERE chosen.subject_id = {subject} AND chosen.field = '{field}' "
        f"AND tie.owner_id = {owner} AND tie.other_id = {viewer} AND tie.ended_at IS NULL)))"
    )


def sees_field(member: str, field: str, viewer: str | None, *, tied: bool = False) -> str:
    """A condition: the viewer sees a field of table alias `member` that has an audience; `tied`
    as of `sees`.
    """
    key = f"{member}.id"
    return sees(f"{member}.{field}_audience", key, key, field, viewer, tied=tied)


def in_audience(member: str, viewer: str | None) -> str:
    """A condition: the viewer sees (some of) the connections of table alias `member`.

    MUTUAL passes here, for every member; its edges are filtered one by one.
    """
    if viewer is None:
        return f"({member}.connections_audience = '{Audience.EVERYONE}')"
    return (
        f"({member}.id = {viewer} OR {member}.connections_audience IN "
        f"('{Audience.EVERYONE}', '{Audience.MEMBERS}', '{Audience.MUTUAL}') "
        f"OR ({member}.connections_audience = '{Audience.CONNECTIONS}' "
        f"AND {connected(viewer, member + '.id')}))"
    )


def sees_count(member: str, viewer: str | None) -> str:
    """A condition: the viewer sees the number of connections of `member`.

    Not under MUTUAL: the whole number would tell of edges that are not shown.
    """
    hidden = "" if viewer is None else f" AND ({member}.id = {viewer} OR "
    mutual = f"{member}.connections_audience <> '{Audience.MUTUAL}'"
    return in_audience(member, viewer) + (f"{hidden}{mutual})" if hidden else f" AND {mutual}")


def mutual_count(member: str, viewer: str | None, size: str, own_size: str) -> str:
    """An expression: how many connections `member` and the viewer share, as the viewer may see.

    The edges are those of the member's list: they see to it that the member is in the audience
    and that both sides keep the edge listed (`shown`). The shorter list is walked and the longer
    one probed; `size` and `own_size` are the two stored counters. Nobody who is suspended counts.
    """
    if viewer is None:
        return "0"
    theirs = f"a.owner_id = {member}.id AND a.shown AND a.ended_at IS NULL"
    own = f"v.owner_id = {viewer} AND v.ended_at IS NULL"
    return (
        f"CASE WHEN {member}.id = {viewer} OR NOT {in_audience(member, viewer)} THEN 0 "
        f"WHEN {size} < {own_size} THEN (SELECT count(*) FROM relationship a WHERE {theirs} "
        f"AND EXISTS (SELECT 1 FROM relationship v WHERE {own} AND v.other_id = a.other_id) "
        f"AND {there('a.other_id')}) "
        f"ELSE (SELECT count(*) FROM relationship v WHERE {own} AND EXISTS (SELECT 1 FROM "
        f"relationship a WHERE {theirs} AND a.other_id = v.other_id) AND {there('v.other_id')}) END"
    )


def there(key: str) -> str:
    """A condition: the member with this key (an expression) is not suspended."""
    # The few who are not stand in an index of their own.
    return (
        "NOT EXISTS (SELECT 1 FROM member gone "
        f"WHERE gone.id = {key} AND gone.suspended_at IS NOT NULL)"
    )
