"""What is read: each root field with all that its page shows, by the name of the read.

A document names the variables it needs; bench/readers.py finds values for every viewer.
"""

import re
from collections.abc import Mapping

PERSON = "id handle name headline organisation location mutualCount"
INFO = "pageInfo { hasNextPage endCursor }"
REQUEST = f"id state basis note sentAt expiresAt nudgedAt sender {{ {PERSON} }}"


def _viewer(field: str) -> str:
    return f"query Read {{ viewer {{ {field} }} }}"


READS: Mapping[str, str] = {
    "receivedRequests": _viewer(f"receivedRequests {{ nodes {{ {REQUEST} }} {INFO} }}"),
    "connections": _viewer(
        "connections { totalCount edges { connectedAt relationship { id } "
        f"node {{ {PERSON} }} }} {INFO} }}"
    ),
    "connections, searched": _viewer(
        f'connections(search: "tor") {{ edges {{ node {{ {PERSON} }} }} {INFO} }}'
    ),
    "members": f"query Read {{ members {{ nodes {{ {PERSON} }} {INFO} }} }}",
    "member": "query Read($handle: String!) { member(handle: $handle) "
    f"{{ {PERSON} about joinedAt connectionCount }} }}",
    "connections of another": "query Read($handle: String!) { member(handle: $handle) "
    f"{{ connections {{ nodes {{ {PERSON} }} {INFO} }} }} }}",
}


def wanted(document: str) -> list[str]:
    """The names of the variables of a document."""
    return re.findall(r"\$(\w+): ", document)
