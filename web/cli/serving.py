"""serve: the site and the API."""

from typing import Annotated

import typer
import uvicorn

from models.carriers import is_shared
from schema.limits import MAX_MESSAGE
from web.cli.failing import fail, in_words
from web.settings import secret_key, settings
from web.templating import HTMX
from web.wire import Wire

PING_SECONDS = 25
# After so long, what is still open is cut.
GRACE_SECONDS = 10


def refusal(workers: int) -> str | None:
    """Why these settings cannot be served, in words; None if they can."""
    rules = settings()
    if workers > 1 and rules.database_url.startswith("sqlite"):
        return (
            f"{workers} workers need PostgreSQL: set DATABASE_URL=asyncpg://user:password@host/name"
            " and BELL_URL=postgres://… or redis://…"
        )
    if workers > 1 and not is_shared(rules.bell_url):
        return (
            f"{workers} workers need a bell between processes: "
            "set BELL_URL=postgres://user:password@host/name or redis://host"
        )
    if rules.production and not rules.base_url.startswith("https://"):
        return "In production BASE_URL must begin with https://"
    return None


@in_words
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> None:
    """Serve the site and the API."""
    words = refusal(workers)
    if words:
        raise fail(words)
    secret_key()  # said now, not by every worker
    typer.echo(f"Mutual is at http://{host}:{port}" if port else "Mutual starts.")
    if settings().demo:
        from seeds.cast import CAST, DEMO_PASSWORD

        typer.echo(f"Sign in as {CAST[0].email} with the password {DEMO_PASSWORD}.")
    if not HTMX.exists():
        typer.echo("The browser packages are not installed: live updates are off.")
    uvicorn.run(
        "web.app:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        ws=Wire,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_max_size=MAX_MESSAGE,
        # Events are small; a compressor for each socket is half the memory of an idle one.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        log_level=settings().log_level.lower(),
        access_log=False,
        server_header=False,
    )
