"""What members write, with its web addresses made clickable and nothing else rendered."""

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

# A link leads away from here: nobody is vouched for, and where it was clicked is not told.
REL = "nofollow noopener noreferrer ugc"
_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"'`\u00ab\u00bb\u2018-\u201f]+", re.IGNORECASE)
_CLOSING = {")": "(", "]": "[", "}": "{"}


def linked(text: str) -> Markup:
    """`text` as HTML: everything escaped, and addresses of the web turned into links."""
    parts, done = [], 0
    for match in _ADDRESS.finditer(text):
        address = _without_tail(match[0])
        if not _leads_where_it_says(address):
            continue
        end = match.start() + len(address)
        link = Markup('<a href="{0}" rel="{1}">{0}</a>').format(address, REL)
        parts += [escape(text[done : match.start()]), link]
        done = end
    return Markup("").join([*parts, escape(text[done:])])


def _without_tail(address: str) -> str:
    """The address without the punctuation of the sentence it stands in."""
    while address:
        last = address[-1]
        opening = _CLOSING.get(last)
        unopened = opening is not None and address.count(last) > address.count(opening)
        if not unopened and last not in ".,;:!?…*_~":
            break
        address = address[:-1]
    return address


def _leads_where_it_says(address: str) -> bool:
    """Whether it names a host, and none after an @ that reads as another."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
