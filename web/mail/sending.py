"""The jobs of mail: send one, look up who forgot a password, post the digests of an hour."""

import logging
from datetime import timedelta

from schema import mailing
from schema.mailing import Again, Kind, NotNow, Taken, Work
from web.mail import outbox
from web.mail.letters import letter_of
from web.mail.message import Envelope, message_of
from web.mail.smtp import Refused, Trouble, mailer
from web.settings import settings

log = logging.getLogger("mutual.mail")

# Servers that are away come back; who keeps a new address waiting (greylisting) does not for long.
DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))


async def send(work: Work) -> None:
    """One attempt at one mail. Raises Again for another, NotNow while somebody else has it."""
    taken = await mailing.take(work.payload["mail"], last=work.last)
    if taken is None:
        return
    if isinstance(taken, timedelta):
        raise NotNow(taken)
    try:
        await _send(taken)
    except Refused as refused:
        await _refused(taken, refused)
    except Trouble as trouble:
        await mailing.release(taken)
        raise Again(str(trouble)) from None
    except Exception:
        await mailing.release(taken)
        raise


async def _send(taken: Taken) -> None:
    letter = await letter_of(taken)
    if letter is None:
        if not await mailing.nothing_to_tell(taken.id):
            raise NotNow(mailing.AGAIN_SOON)
        return
    try:
        mailing.sendable(taken.address)
    except ValueError as error:
        raise Refused(f"no mail can be sent there: {error}", address_bad=True) from None
    made_at, now = taken.made_at, mailing.now()
    key = mailing.mail_id(taken)
    # What goes wrong from here on is ours, such as a setting, and says nothing of the address.
    message = message_of(Envelope(key, taken.name, taken.address, made_at, now), letter)
    if settings().smtp_host:
        await mailer.send(message)
    else:
        await outbox.keep(key, f"{made_at:%Y%m%d-%H%M%S}", message)
    await mailing.sent(taken)


async def _refused(taken: Taken, refused: Refused) -> None:
    """Not again; and nothing else to that address, if it is the address they will not take."""
    log.info("mail %s was refused: %s", mailing.mail_id(taken), refused)
    await mailing.drop(taken.id, "REFUSED")
    if refused.address_bad:
        await mailing.stop(taken.address, str(refused))


async def _forgotten(work: Work) -> None:
    await mailing.send_reset(work.payload["email"])


async def _digests(_work: Work) -> None:
    posted = await mailing.post_digests()
    if posted:
        log.info("posted %s digests", posted)


KINDS = (
    Kind(mailing.MAIL_JOB, send, delays=DELAYS, seconds=60),
    Kind(mailing.FORGOTTEN_JOB, _forgotten),
    Kind("digests", _digests, every=timedelta(hours=1), seconds=1800, at_once=1),
)
