"""What an operator may set, by environment variable. docs/settings.md is made from this class."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models import mail_spelling

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


class Settings(BaseSettings):
    """Deployment and product settings. Defaults are those of a single machine with SQLite."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    # Where things are
    database_url: str = Field(
        f"sqlite://{VAR / 'mutual.sqlite3'}",
        description="`sqlite://path` or `asyncpg://user:password@host/database?minsize=1&maxsize=10`.",
    )
    bell_url: str = Field(
        "memory://",
        description="How processes wake each other: `memory://` (one process), a PostgreSQL "
        "address (`postgres://…`) or `redis://…`.",
    )
    base_url: str = Field(
        "http://127.0.0.1:8000", description="The address members type, without a final slash."
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 characters; keys the hashes of sessions and tokens and signs "
        "flashes. Empty: made once and kept in `var/secret_key` (refused in production).",
    )
    production: bool = Field(
        False, description="Refuses defaults that are only safe on one machine; cookies are Secure."
    )
    demo: bool = Field(
        False, description="Shows how to sign in as the seeded demo members on the sign-in page."
    )
    instance_name: str = Field("Mutual", description="The name members see at the top of pages.")
    log_level: str = Field("INFO", description="Level of the log on standard error.")

    # Requests (product.md, Defaults)
    request_budget: int = Field(50, ge=1, description="Requests per member in `budget_days`.")
    budget_days: int = Field(7, ge=1, description="Length of the rolling budget window, in days.")
    new_account_days: int = Field(7, ge=0, description="How long an account counts as new.")
    new_account_budget: int = Field(5, ge=1, description="Requests per rolling day while new.")
    open_requests: int = Field(100, ge=1, description="Open requests a member may have at once.")
    note_length: int = Field(500, ge=0, le=5000, description="Longest note, in characters.")
    note_required: bool = Field(False, description="Whether a request needs a note.")
    expiry_days: int = Field(180, ge=1, description="A request expires after so many days.")
    nudge_after_days: int = Field(7, ge=0, description="Days before the one nudge is possible.")
    ask_again_days: int = Field(
        21, ge=0, description="Cool-down after withdrawal, expiry or a told decline, in days."
    )
    removal_cooldown_days: int = Field(
        90, ge=0, description="Days before the removed side may ask the remover again."
    )
    requests_per_direction: int = Field(3, ge=1, description="Requests ever from one to another.")
    connection_limit: int = Field(30_000, ge=1, description="Connections a member may have.")
    undo_minutes: int = Field(
        10, ge=0, description="How long a decline or a removal can be undone, in minutes."
    )
    require_verified_email: bool | None = Field(
        None,
        description="Whether an address must be verified before a member may ask. Left out, it "
        "must once `smtp_host` is set.",
    )

    connections_audience: Literal["EVERYONE", "MEMBERS", "CONNECTIONS", "MUTUAL", "NOBODY"] = Field(
        "MEMBERS", description="Who sees a new member's connections until they choose."
    )
    introduction_days: int = Field(
        30, ge=1, description="An introduction expires after so many days."
    )
    open_introductions: int = Field(
        20,
        ge=1,
        description="Introductions a member may have asked for at once: open ones, and of the last "
        "`budget_days` those withdrawn.",
    )
    meeting_code_hours: int = Field(
        24, ge=1, description="How long a code shown to somebody met in person is good."
    )
    imported_contacts: int = Field(
        30_000, ge=0, description="Contacts a member may import from elsewhere."
    )
    avatar_kilobytes: int = Field(
        8_192, ge=1, description="Largest picture a member may upload, in KiB."
    )
    first_contact_days: int = Field(
        3,
        ge=0,
        description="Days after two connected, or a message request was accepted, in which each "
        "may write one message until the other has answered.",
    )
    message_edit_minutes: int = Field(
        5, ge=0, description="How long a message can be changed, in minutes."
    )
    message_requests_per_week: int = Field(
        10,
        ge=0,
        description="Messages to others than connections that a member may have sent in seven "
        "days and that wait for an answer.",
    )
    updates_per_day: int = Field(20, ge=0, description="Updates a member may post in 24 hours.")
    replies_per_day: int = Field(200, ge=0, description="Replies a member may write in 24 hours.")
    feed_days: int = Field(90, ge=1, description="How many days back a feed of updates reaches.")
    update_picture_kilobytes: int = Field(
        8_192, ge=1, description="Largest picture of an update that may be uploaded, in KiB."
    )
    search_engines: bool = Field(False, description="Whether search engines may list pages.")

    # Events, sessions and upkeep
    event_retention_days: int = Field(30, ge=1, description="How long events can be resumed.")
    mutation_key_hours: int = Field(24, ge=1, description="How long a clientMutationKey is kept.")
    session_days: int = Field(30, ge=1, description="A session ends after so many idle days.")
    sweep_seconds: float = Field(15, gt=0, description="How often due things are carried out.")
    bell_poll_seconds: float = Field(
        20, gt=0, description="How often a process looks for events whose wake-up was lost."
    )
    socket_drain_seconds: float = Field(
        30, gt=0, description="A socket that takes no data for so long is closed."
    )
    job_poll_seconds: float = Field(
        5, gt=0, description="How often a worker looks for jobs whose wake-up was lost."
    )
    app_registration: Literal["OPEN", "APPROVAL", "OFF"] = Field(
        "APPROVAL",
        description="Whether members may register apps: `OPEN`; `APPROVAL`, where only its owner "
        "can connect an app until an operator approves it; or `OFF`.",
    )
    app_token_minutes: int = Field(60, ge=1, description="How long an app's access token lasts.")
    app_refresh_days: int = Field(
        60, ge=1, description="How long an app's refresh token lasts, in days; each use renews it."
    )
    webhook_private_targets: bool = Field(
        False,
        description="Whether webhooks may be sent to addresses of the inside network, and without "
        "TLS. Anyone who may register one can then reach what this machine can.",
    )
    webhook_log_days: int = Field(7, ge=1, description="How long deliveries are kept, in days.")
    run_jobs: bool = Field(
        True,
        description="Whether the server process works at jobs; switch it off where "
        "`python -m web worker` runs beside it.",
    )
    patience_seconds: float = Field(
        20,
        gt=0,
        description="A page or operation that takes longer, as with a database that does not "
        "answer, is told that the service is not available.",
    )
    subscriptions_per_socket: int = Field(100, ge=1, description="Operations at once on a socket.")

    # Mail (docs/operating.md)
    smtp_host: str = Field(
        "",
        description="The server that mail is handed to. Empty: mail is written to `mail_folder` "
        "and goes nowhere.",
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_tls: Literal["STARTTLS", "TLS", "NONE"] = Field(
        "STARTTLS",
        description="`STARTTLS`, `TLS` from the first byte (port 465), or `NONE`: for a server on "
        "the same machine. The certificate is checked.",
    )
    smtp_ca_file: str = Field(
        "", description="Certificates to trust instead of the system's, as a PEM file."
    )
    smtp_username: str = Field("", description="Empty: mail is handed over without signing in.")
    smtp_password: SecretStr = Field(SecretStr(""), description="The password of that name.")
    smtp_timeout: float = Field(20, gt=0, le=50, description="Seconds to wait for its answers.")
    mail_from: str = Field(
        "",
        description="Who mail is from, as `Mutual <mutual@example.org>`. Empty: the instance's "
        "name and `no-reply@` the host of `base_url`.",
    )
    mail_reply_to: str = Field("", description="Where answers to mail go. Empty: to `mail_from`.")
    mail_folder: str = Field(
        str(VAR / "mail"),
        description="Where mail is kept without an `smtp_host`, the newest 200.",
    )
    bounce_secret: SecretStr = Field(
        SecretStr(""),
        description="At least 32 characters; signs what is reported to `/mail/bounces`. Empty: "
        "nothing is taken there.",
    )

    # The API's allowances (docs/decisions/0013)
    limits_url: str = Field(
        "memory://",
        description="Where points of the API are counted: `memory://` (each process for itself) "
        "or `redis://…` (all together).",
    )
    api_points: int = Field(
        6_000,
        ge=1,
        description="Points an access token, or the host of a signed-out client, may use in "
        "`api_window_seconds`; an operation costs one for every 100 fields.",
    )
    api_member_points: int = Field(
        12_000,
        ge=1,
        description="Points a member may use in `api_window_seconds` through all their tokens "
        "and the explorer.",
    )
    api_window_seconds: int = Field(300, ge=1, description="How long an allowance lasts.")
    subscriptions_per_token: int = Field(
        100, ge=1, description="Subscriptions of one access token at once, in each process."
    )
    subscriptions_per_member: int = Field(
        200, ge=1, description="Subscriptions of one member's apps at once, in each process."
    )

    @field_validator("bounce_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value()) < 32:
            raise ValueError("needs at least 32 characters")
        return secret

    @field_validator("mail_from", "mail_reply_to")
    @classmethod
    def _one_address(cls, text: str) -> str:
        if text:
            mail_spelling.mailbox(text)
        return text

    @property
    def asks_for_verified_email(self) -> bool:
        """Whether an address must be verified before its member may ask."""
        if self.require_verified_email is None:
            return bool(self.smtp_host)
        return self.require_verified_email


_current: Settings | None = None


def settings() -> Settings:
    """The settings of this process, read from the environment once."""
    global _current
    if _current is None:
        _current = Settings()
    return _current


def configure(**changes: object) -> Settings:
    """Replace some settings for this process (command-line flags, tests)."""
    global _current
    _current = Settings.model_validate({**settings().model_dump(), **changes})
    return _current
