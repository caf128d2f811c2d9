"""What is read: each root field with all that its page shows, by the name of the read.

A document names the variables it needs; bench/readers.py finds values for every viewer.
"""

import re
from collections.abc import Mapping

PERSON = "id handle name headline organisation location avatarUrl"
INFO = "pageInfo { hasNextPage endCursor }"
REQUEST = f"id state basis note sentAt expiresAt nudgedAt sender {{ {PERSON} mutualCount }}"
EVIDENCE = "evidence { kind confirmed text members { id handle name } }"
INTRODUCTION = (
    f"id state askerName introducerName targetName noteToTarget asker {{ {PERSON} }} "
    f"introducer {{ {PERSON} }} target {{ {PERSON} }}"
)
CONTACT = (
    f"id since member {{ {PERSON} }} howMet metPlace metOn muted lastContactAt remindAt "
    "tags { id name }"
)
UPDATE = (
    f"id kind text link postedAt editedAt fromProfile author {{ {PERSON} }} replyCount thanksCount "
    "viewerThanked canReply pictures { url width height description }"
)
CONVERSATION = (
    "id state memberName unreadCount muted archived filtered lastAt "
    f"lastMessage {{ id mine text selling }} member {{ {PERSON} }}"
)
MESSAGE = "id conversationId mine senderName text selling sentAt editedAt editableUntil"
NOTIFICATION = (
    "id kind occurredAt read times matter memberName member { id handle name avatarUrl } "
    "request { id basis state } relationship { id } conversation { id } update { id } "
    "introduction { id role state }"
)
_STAY = "id organisation { id name } startYear startMonth endYear endMonth isCurrent"
ITEMS = (
    f"positions {{ {_STAY} title description }} education {{ id startYear endYear }} "
    "skills { id } languages { id } links { id } featuredWork { id } openTo { kind } "
    "contactDetails { kind value }"
)


def _viewer(field: str, variables: str = "") -> str:
    return f"query Read{variables} {{ viewer {{ {field} }} }}"


def _member(fields: str, handle: str = "handle") -> str:
    return f"query Read(${handle}: String!) {{ member(handle: ${handle}) {{ {fields} }} }}"


def _contacts(given: str, variables: str = "") -> str:
    return _viewer(f"contacts{given} {{ nodes {{ {CONTACT} }} {INFO} }}", variables)


def _search(given: str) -> str:
    edges = f"edges {{ degree matched {{ kind text }} node {{ {PERSON} }} }}"
    return f"query Read {{ searchMembers({given}) {{ {edges} {INFO} }} }}"


READS: Mapping[str, str] = {
    "received requests": _viewer(f"receivedRequests {{ nodes {{ {REQUEST} }} {INFO} }}"),
    "received requests with evidence": _viewer(
        f"receivedRequests {{ nodes {{ {REQUEST} {EVIDENCE} }} {INFO} }}"
    ),
    "less familiar requests": _viewer(
        f"receivedRequests(familiarity: LOW) {{ nodes {{ {REQUEST} }} {INFO} }}"
    ),
    "how many wait": _viewer("waitingCount lessFamiliarCount"),
    "connections": _viewer(
        "connections { totalCount edges { connectedAt relationship { id } "
        f"node {{ {PERSON} mutualCount }} }} {INFO} }}"
    ),
    "directory": f"query Read {{ members {{ nodes {{ {PERSON} mutualCount }} {INFO} }} }}",
    "profile: the member": _member(f"{PERSON} mutualCount about joinedAt connectionCount"),
    "profile: career and entries": _member(f"id {ITEMS}"),
    "profile: evidence": _member(f"id {EVIDENCE}"),
    "profile: introducers": _member(f"id introducers(first: 3) {{ nodes {{ {PERSON} }} }}"),
    "profile: connections": _member(f"connections {{ nodes {{ {PERSON} mutualCount }} {INFO} }}"),
    "profile of the best connected": _member(f"{PERSON} mutualCount connectionCount", "busyHandle"),
    "connections of the best connected": _member(
        f"connections {{ nodes {{ {PERSON} mutualCount }} {INFO} }}", "busyHandle"
    ),
    "organisation": "query Read($organisationId: ID!) { organisation(id: $organisationId) "
    f"{{ id name memberCount members {{ edges {{ worksThere node {{ {PERSON} }} }} }} }} }}",
    "the largest organisation": "query Read($largestOrganisationId: ID!) "
    "{ organisation(id: $largestOrganisationId) "
    f"{{ id name memberCount members {{ edges {{ worksThere node {{ {PERSON} }} }} }} }} }}",
    **{
        f"contacts by {sort.lower().replace('_', ' ')}": _contacts(f"(sort: {sort})")
        for sort in ("RECENT", "NAME", "ORGANISATION", "LAST_CONTACT")
    },
    "contacts searched": _contacts('(filter: {search: "torres"}, sort: NAME)'),
    "contacts by tag": _contacts("(filter: {tagIds: $tagIds}, sort: NAME)", "($tagIds: [ID!])"),
    "contacts by organisation": _contacts('(filter: {organisation: "alder works"})'),
    "contacts by place": _contacts('(filter: {place: "porto"}, sort: NAME)'),
    "contacts of whom nothing was heard for a year": _contacts(
        "(filter: {noContactDays: 365}, sort: LAST_CONTACT)"
    ),
    "contacts to get back to": _contacts("(filter: {remindWithinDays: 30})"),
    "introductions asked for": _viewer(
        f"introductions(role: ASKER) {{ nodes {{ {INTRODUCTION} }} {INFO} }}"
    ),
    "introductions to pass on": _viewer(
        f"introductions(role: INTRODUCER) {{ nodes {{ {INTRODUCTION} }} {INFO} }}"
    ),
    "introductions to the viewer": _viewer(
        f"introductions(role: TARGET) {{ nodes {{ {INTRODUCTION} }} {INFO} }}"
    ),
    "who has contact data": _viewer(
        f"contactShares {{ nodes {{ member {{ {PERSON} }} }} {INFO} }}"
    ),
    "imported contacts": _viewer(f"importedContacts {{ nodes {{ id name email }} {INFO} }}"),
    "imported contacts who are members": _viewer(
        f"importedContacts(matched: true) {{ nodes {{ id name member {{ {PERSON} }} }} {INFO} }}"
    ),
    "degrees of 20 people": "query Read($people: [ID!]!) "
    "{ nodes(ids: $people) { ... on Member { id degree } } }",
    "mutual connections": _member(f"id mutualConnections {{ nodes {{ {PERSON} }} {INFO} }}"),
    "mutual connections with the best connected": _member(
        f"id mutualConnections {{ nodes {{ {PERSON} }} {INFO} }}", "busyHandle"
    ),
    "path to a person": _member(f"pathFromViewer {{ {PERSON} }}"),
    "path to a person far away": _member(f"pathFromViewer {{ {PERSON} }}", "farHandle"),
    "suggestions": _viewer(
        f"suggestions {{ nodes {{ member {{ {PERSON} }} reasons {{ kind text }} }} {INFO} }}"
    ),
    "search: a common word": _search('query: "engineer"'),
    "search: a common name": _search('query: "hansen"'),
    "search: a whole name": _search('query: "freya rahimi"'),
    "search: a name with a slip": _search('query: "freja rahimmi"'),
    "search: a rare word": _search('query: "cable stays"'),
    "search: nothing": _search('query: "xylophone"'),
    "search: two filters": _search('organisation: "alder works", place: "porto"'),
    "search: a word and a skill": _search('query: "bridges", skill: "acoustics"'),
    "following": _viewer(f"following {{ nodes {{ {PERSON} }} {INFO} }}"),
    "followers": _viewer(f"followers {{ nodes {{ {PERSON} }} {INFO} }}"),
    "feed": _viewer(f"feed {{ nodes {{ {UPDATE} }} {INFO} }}"),
    "feed: questions": _viewer(f"feed(kind: QUESTION) {{ nodes {{ {UPDATE} }} {INFO} }}"),
    "feed: by tag": _viewer(
        f"feed(tagId: $tagId) {{ nodes {{ {UPDATE} }} {INFO} }}", "($tagId: ID!)"
    ),
    "own updates": _viewer(f"ownUpdates {{ nodes {{ {UPDATE} audience audienceSize }} {INFO} }}"),
    "profile: updates": _member(f"updates {{ nodes {{ {UPDATE} }} {INFO} }}"),
    "search of updates": f'query Read {{ searchUpdates(query: "bridges") '
    f"{{ nodes {{ {UPDATE} }} {INFO} }} }}",
    "search of updates: two words": f'query Read {{ searchUpdates(query: "work bri") '
    f"{{ nodes {{ {UPDATE} }} {INFO} }} }}",
    "tags": _viewer("tags { id name }"),
    "saved filters": _viewer("savedFilters { id name }"),
    "notifications": _viewer(f"notifications {{ nodes {{ {NOTIFICATION} }} {INFO} }}"),
    "notifications: unread requests": _viewer(
        f"notifications(group: REQUESTS, unreadOnly: true) {{ nodes {{ {NOTIFICATION} }} {INFO} }}"
    ),
    "what is unread": _viewer("unreadCount unreadMessageCount messageRequestCount"),
    "conversations": _viewer(f"conversations {{ nodes {{ {CONVERSATION} }} {INFO} }}"),
    "conversations: archived": _viewer(
        f"conversations(folder: ARCHIVED) {{ nodes {{ {CONVERSATION} }} {INFO} }}"
    ),
    "conversation: the longest": f"query Read($talkId: ID!) {{ conversation(id: $talkId) {{ "
    f"{CONVERSATION} readByOtherUpTo canWrite {{ allowed code until asRequest }} "
    f"messages(first: 30) {{ nodes {{ {MESSAGE} }} {INFO} }} }} }}",
    "conversation: half way back": "query Read($talkId: ID!, $halfWay: Cursor) "
    f"{{ conversation(id: $talkId) {{ messages(first: 30, after: $halfWay) "
    f"{{ nodes {{ {MESSAGE} }} {INFO} }} }} }}",
    **{
        f"search of messages: {what}": _viewer(
            f'searchMessages(query: "{words}") {{ nodes {{ {MESSAGE} }} {INFO} }}'
        )
        for what, words in (
            ("a common word", "bridges"),
            ("two common words", "bridges porto"),
            ("a rare word", "s500"),
            ("nothing", "xylophone"),
        )
    },
    "search of messages: in the longest": "query Read($talkId: ID!) { viewer { "
    f'searchMessages(query: "bridges", conversationId: $talkId) {{ nodes {{ {MESSAGE} }} {INFO} }}'
    " } }",
}
# The documents that are more than a root field and its page: a member, an organisation or a
# conversation is found, and then read about in lists of their own, of a statement or two each.
# Notifications have a statement for each kind of what they tell of.
MORE: Mapping[str, int] = {
    "profile: career and entries": 3,
    "notifications": 7,
    "notifications: unread requests": 7,
    "conversation: the longest": 3,
    "organisation": 3,
    "the largest organisation": 3,
    "path to a person": 3,
    "path to a person far away": 3,
}


def wanted(document: str) -> list[str]:
    """The names of the variables of a document."""
    return re.findall(r"\$(\w+): ", document.partition("{")[0])
