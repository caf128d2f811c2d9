"""The command line: `python -m web …`."""

import logging

import typer

from web.cli import (
    database,
    doctor,
    documenting,
    migration,
    people,
    releasing,
    seeding,
    serving,
    working,
)
from web.settings import settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Mutual: a professional network that you host yourself.",
)
app.command("serve")(serving.serve)
app.command("worker")(working.worker)
app.command("migrate")(database.migrate)
app.command("migration")(migration.migration)
app.command("seed")(seeding.seed)
app.command("schema")(releasing.schema)
app.command("doctor")(doctor.doctor)
app.command("docs")(documenting.docs)
app.add_typer(people.member, name="member")
app.add_typer(people.token, name="token")


@app.callback()
def main() -> None:
    """Set the log up for every command."""
    logging.basicConfig(
        level=settings().log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # At DEBUG Tortoise logs a third of the database's password.
    logging.getLogger("tortoise").setLevel(logging.WARNING)
