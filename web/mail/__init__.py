"""Mail: the second thing members read, made like pages and sent by jobs."""

from web.mail.sending import KINDS
from web.mail.smtp import mailer

__all__ = ["KINDS", "close"]

close = mailer.close
