"""Keep the contacts of a CRM in step with a member's connections on Mutual.

    python sync.py              bring the CRM up to date, then end: for cron
    python sync.py --follow     stay, and pass every change on as it happens
    python sync.py --full       read the whole list again as well: people change jobs

May be killed at any moment. The place in the stream of events is kept in a SQLite file and moved
only when the CRM has taken the event; the CRM is written to by id, so a repetition does no harm.
"""

import argparse
import asyncio
import contextlib
import os
import sys

import httpx
from gql import Client, GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from state import State

CARD = "name headline organisation"
EVENT = f"""__typename cursor
  ... on RequestAccepted {{ relationshipId member {{ {CARD} }} }}
  ... on ConnectionEnded {{ relationshipId }}"""
START = gql("{ viewer { eventCursor } instance { limits { undoMinutes } } }")
LIST = gql(f"""query List($after: Cursor) {{ viewer {{ connections(first: 100, after: $after) {{
  edges {{ relationship {{ id }} node {{ {CARD} }} }}
  pageInfo {{ hasNextPage endCursor }} }} }} }}""")
POLL = gql(f"""query Poll($after: Cursor!) {{ viewer {{ events(first: 100, after: $after) {{
  nodes {{ {EVENT} }} pageInfo {{ hasNextPage }} }} }} }}""")
FOLLOW = gql(f"subscription Follow($after: Cursor!) {{ events(after: $after) {{ {EVENT} }} }}")

# What no waiting mends: the token or the program has to be changed.
FATAL = {"UNAUTHENTICATED", "FORBIDDEN_SCOPE", "BAD_REQUEST"}
LONGEST_WAIT = 60


class Sync:
    """One member's connections, and the CRM."""

    def __init__(
        self, state: State, mutual: AsyncClientSession, stream: Client, crm: httpx.AsyncClient
    ) -> None:
        self.state, self.mutual, self.stream, self.crm = state, mutual, stream, crm

    async def ask(self, document: GraphQLRequest, **variables: str | None) -> dict:
        return await self.mutual.execute(GraphQLRequest(document, variable_values=variables))

    async def once(self) -> None:
        """Bring the CRM up to date."""
        more = True
        while more or self.state.must_read():
            if self.state.must_read():
                await self.read()
            try:
                page = (await self.ask(POLL, after=self.state.cursor))["viewer"]["events"]
            except TransportQueryError as error:
                if code_of(error) != "CURSOR_EXPIRED":
                    raise
                self.state.forget()  # away for longer than events are kept
                continue
            for event in page["nodes"]:
                await self.apply(event)
            more = page["pageInfo"]["hasNextPage"]

    async def follow(self) -> None:
        """Pass every event on as it happens; whatever breaks is begun again."""
        wait = 1
        while True:
            try:
                await self.once()
                wait = 1
                await self.listen()
            except (TransportError, httpx.HTTPError, OSError) as error:
                if code_of(error) in FATAL:
                    raise
                wait = max(wait, extension(error, "retryAfter") or 0)
                print(f"{error!r}: trying again in {wait} s", file=sys.stderr)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def listen(self) -> None:
        """Until the stream breaks or the list has to be read."""
        request = GraphQLRequest(FOLLOW, variable_values={"after": self.state.cursor})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.state.seconds_to_reading()), self.stream as session:
                async for item in session.subscribe(request):
                    await self.apply(item["events"])
                    if self.state.must_read():
                        return

    async def apply(self, event: dict) -> None:
        """One event; twice does no harm. Kinds that are not about connections are passed over."""
        kind = event["__typename"]
        if kind == "StreamReset":
            self.state.forget()
            return
        if kind == "RequestAccepted" and event["member"]:  # null: no longer visible to us
            await self.put(event["relationshipId"], event["member"])
        elif kind == "ConnectionEnded":
            await self.remove(event["relationshipId"])
        self.state.move(event["cursor"])

    async def read(self) -> None:
        """Read all connections by pages; where it was broken off, it goes on.

        A connection that is removed leaves the list at once, can be restored for some minutes
        without an event, and makes one after them. So a contact that one reading misses stays,
        and a first reading is followed by another when those minutes are over.
        """
        if self.state.page is None:
            start = await self.ask(START)
            undo = start["instance"]["limits"]["undoMinutes"]
            self.state.begin(start["viewer"]["eventCursor"], settle=60 * undo)
        more = True
        while more:
            answer = await self.ask(LIST, after=self.state.page or None)
            page = answer["viewer"]["connections"]
            for edge in page["edges"]:
                await self.put(edge["relationship"]["id"], edge["node"])
            more = page["pageInfo"]["hasNextPage"]
            if more:
                self.state.turn(page["pageInfo"]["endCursor"])
        for contact in self.state.gone():
            await self.remove(contact)
        self.state.finish()

    async def put(self, contact: str, card: dict) -> None:
        """Make or change the contact with this id. Yours will look different."""
        if not self.state.knows(contact, card):
            (await self.crm.put(f"/contacts/{contact}", json=card)).raise_for_status()
        self.state.keep(contact, card)

    async def remove(self, contact: str) -> None:
        """Remove the contact; that it is gone already is as good."""
        answer = await self.crm.delete(f"/contacts/{contact}")
        if answer.status_code != httpx.codes.NOT_FOUND:
            answer.raise_for_status()
        self.state.drop(contact)


def extension(error: Exception, name: str):
    """What Mutual says about its refusal, for programs."""
    errors = getattr(error, "errors", None) or [{}]
    return errors[0].get("extensions", {}).get(name)


def code_of(error: Exception) -> str | None:
    return extension(error, "code")


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--follow", action="store_true", help="stay and follow the events")
    options.add_argument("--full", action="store_true", help="read the whole list again")
    given = options.parse_args()
    missing = [name for name in ("MUTUAL_TOKEN", "CRM_URL") if not os.environ.get(name)]
    if missing:
        sys.exit(f"Set {' and '.join(missing)}.")
    state = State(os.environ.get("STATE_FILE", "crm-sync.sqlite3"))
    if given.full:
        state.read_soon()
    url = os.environ.get("MUTUAL_URL", "http://127.0.0.1:8000") + "/graphql"
    bearer = {"authorization": f"Bearer {os.environ['MUTUAL_TOKEN']}"}
    stream = WebsocketsTransport(url.replace("http", "ws", 1), init_payload=bearer)
    try:
        async with (
            httpx.AsyncClient(base_url=os.environ["CRM_URL"]) as crm,
            Client(transport=HTTPXAsyncTransport(url, headers=bearer)) as mutual,
        ):
            sync = Sync(state, mutual, Client(transport=stream), crm)
            await (sync.follow() if given.follow else sync.once())
    except TransportQueryError as error:
        sys.exit(f"Mutual answered {code_of(error)}: {error.errors[0]['message']}")
    except (TransportError, httpx.HTTPError, OSError) as error:
        sys.exit(f"Not finished: {error!r}. Run it again.")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
