"""OAuth 2.1 for apps, beside the public schema: plain functions that web/oauth calls.

The grammar is Authlib's, which is synchronous: what a request needs is loaded before, Authlib
judges the loaded rows (server.py), and what follows is written afterwards in one unit.
"""

from schema.oauth.asking import Consent as Consent
from schema.oauth.asking import Refusal as Refusal
from schema.oauth.asking import SendBack as SendBack
from schema.oauth.asking import ask as ask
from schema.oauth.asking import decide as decide
from schema.oauth.giving import TooFast as TooFast
from schema.oauth.giving import introspect as introspect
from schema.oauth.giving import metadata as metadata
from schema.oauth.giving import revoke as revoke
from schema.oauth.giving import take_turn as take_turn
from schema.oauth.giving import token as token
from schema.oauth.server import Answer as Answer
