"""Mail of an instance without a mail server: files that the demo shows, the newest 200."""

import asyncio
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from web.settings import settings

KEPT = 200
_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-mai_[0-9a-z]{13}\.eml")


def _folder() -> Path:
    return Path(settings().mail_folder)


def names() -> list[str]:
    """The files there are, newest first."""
    if not _folder().is_dir():
        return []
    return sorted((p.name for p in _folder().iterdir() if _NAME.fullmatch(p.name)), reverse=True)


def read(name: str) -> EmailMessage | None:
    """One mail; None for what is not the name of one."""
    if not _NAME.fullmatch(name):
        return None
    try:
        content = (_folder() / name).read_bytes()
    except OSError:  # the next one pushed it out
        return None
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


async def keep(mail_id: str, made_at: str, message: EmailMessage) -> None:
    """Write a mail; the same one again replaces it."""
    await asyncio.to_thread(_keep, f"{made_at}-{mail_id}.eml", message.as_bytes())


def _keep(name: str, content: bytes) -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{name}"
    unfinished.write_bytes(content)
    unfinished.replace(folder / name)
    for old in names()[KEPT:]:
        (folder / old).unlink(missing_ok=True)  # another process may have been faster
