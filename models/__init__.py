"""What is true: the tables of Mutual and the rules about them. Imports nothing of schema or web."""

from models.allowance import Allowance
from models.app import App
from models.audience import AudienceTag
from models.avatar import Avatar
from models.career import CareerEntry
from models.contact_note import ContactNote
from models.contact_share import ContactShare
from models.conversation import Conversation, ConversationSide
from models.device import Device
from models.due import DueTell
from models.event import Event
from models.feed_choice import FeedFewer, FeedMute
from models.follow import Follow
from models.grant import Grant, GrantCode, GrantToken
from models.imported_contact import ImportedContact
from models.inbox import Inbox
from models.introduction import Introduction
from models.job import Job
from models.mail import Mail, MailStop
from models.meeting_code import MeetingCode
from models.member import Member
from models.message import Message, MessageDeletion, MessageDocument
from models.notification import Notification
from models.notification_choice import NotificationChoice, SenderRule
from models.organisation import Organisation
from models.profile_entry import ProfileEntry
from models.relationship import Relationship
from models.request import ConnectionRequest
from models.saved_filter import SavedFilter
from models.search_text import SearchDocument, SearchVariant
from models.sending import MutationKey
from models.session import Session
from models.suggestion import SuggestionDismissal
from models.tag import RelationshipTag, Tag
from models.token import AccessToken
from models.update import Update, UpdatePicture, UpdateReply, UpdateThanks
from models.update_search import UpdateDocument
from models.webhook import Webhook
from models.webhook_delivery import WebhookDelivery
from models.webhook_reader import WebhookReader

__models__ = [
    AccessToken,
    Allowance,
    App,
    AudienceTag,
    Avatar,
    CareerEntry,
    ConnectionRequest,
    ContactNote,
    ContactShare,
    Conversation,
    ConversationSide,
    Device,
    DueTell,
    Event,
    FeedFewer,
    FeedMute,
    Follow,
    Grant,
    GrantCode,
    GrantToken,
    ImportedContact,
    Inbox,
    Introduction,
    Job,
    Mail,
    MailStop,
    MeetingCode,
    Member,
    Message,
    MessageDeletion,
    MessageDocument,
    MutationKey,
    Notification,
    NotificationChoice,
    Organisation,
    ProfileEntry,
    Relationship,
    RelationshipTag,
    SavedFilter,
    SearchDocument,
    SearchVariant,
    SenderRule,
    Session,
    SuggestionDismissal,
    Tag,
    Update,
    UpdateDocument,
    UpdatePicture,
    UpdateReply,
    UpdateThanks,
    Webhook,
    WebhookDelivery,
    WebhookReader,
]
__all__ = [model.__name__ for model in __models__]

for _model in __models__:
    # Docstrings are for readers: a reworded one must not ask for a migration.
    _model._meta.table_description = ""
