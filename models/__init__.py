"""What is true: the tables of Mutual and the rules about them. Imports nothing of schema or web."""

from models.app import App
from models.due import DueTell
from models.event import Event
from models.grant import Grant, GrantCode, GrantToken
from models.inbox import Inbox
from models.job import Job
from models.member import Allowance, Member
from models.notification import Notification
from models.relationship import Relationship
from models.request import ConnectionRequest
from models.sending import MutationKey
from models.session import Session
from models.token import AccessToken
from models.webhook import Webhook
from models.webhook_delivery import WebhookDelivery
from models.webhook_reader import WebhookReader

__models__ = [
    AccessToken,
    Allowance,
    App,
    ConnectionRequest,
    DueTell,
    Event,
    Grant,
    GrantCode,
    GrantToken,
    Inbox,
    Job,
    Member,
    MutationKey,
    Notification,
    Relationship,
    Session,
    Webhook,
    WebhookDelivery,
    WebhookReader,
]
__all__ = [model.__name__ for model in __models__]

for _model in __models__:
    # Docstrings are for readers: a reworded one must not ask for a migration.
    _model._meta.table_description = ""
