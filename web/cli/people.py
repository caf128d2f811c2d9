"""member create, member operator, token create."""

import asyncio
from typing import Annotated

import typer

from models import database
from models import member as members
from models import operator as operators
from models import token as tokens
from models.token import GRANTABLE, Scope
from web.cli.failing import fail, in_words

member = typer.Typer(no_args_is_help=True, help="Members.")
token = typer.Typer(no_args_is_help=True, help="Access tokens.")


@token.callback()
def _tokens() -> None:
    """Keeps `create` a word of its own."""


@member.command("create")
@in_words
def create_member(
    handle: Annotated[str, typer.Argument(help="3 to 30 of a–z, 0–9 and -.")],
    name: Annotated[str, typer.Option(prompt=True, help="As members see it.")],
    email: Annotated[str, typer.Option(prompt=True, help="To sign in with.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Make a member; asks for what is not given."""

    async def work() -> None:
        async with database.connected():
            await members.join(handle=handle, name=name, email=email, password=password)

    asyncio.run(work())
    typer.echo(f"Made {handle}.")


@member.command("operator")
@in_words
def make_operator(
    handle: Annotated[str, typer.Argument(help="The member's handle.")],
    revoke: Annotated[bool, typer.Option("--revoke", help="No longer.")] = False,
) -> None:
    """Let a member look after the instance in their browser: failed jobs, apps that wait."""

    async def work() -> None:
        async with database.connected():
            found = await members.by_handles([handle])
            if handle not in found:
                raise fail(f"There is no member {handle}.")
            await operators.appoint(found[handle], not revoke)

    asyncio.run(work())
    typer.echo(f"{handle} is {'no longer an' if revoke else 'an'} operator.")


@token.command("create")
@in_words
def create_token(
    member: Annotated[str, typer.Option(help="The member's handle.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="May be given several times; default: all.")
    ] = None,
    name: Annotated[str, typer.Option(help="To tell it from others.")] = "Made by an operator",
    expires: Annotated[
        int | None, typer.Option(help="In how many days it ends; without it, never.")
    ] = None,
) -> None:
    """Make an access token and print it, this once."""
    known = {s.value for s in GRANTABLE}
    wrong = set(scope or ()) - known
    if wrong:
        raise fail(
            f"No such scope: {', '.join(sorted(wrong))}. There are {', '.join(sorted(known))}."
        )
    scopes = [Scope(s) for s in scope or sorted(known)]

    async def work() -> str:
        async with database.connected():
            found = await members.by_handles([member])
            if member not in found:
                raise fail(f"There is no member {member}.")
            _, secret = await tokens.create(found[member], name, scopes, expires)
            return secret

    typer.echo(asyncio.run(work()))
