"""Be told of new connections by a webhook of Mutual, and post them to a chat.

    WEBHOOK_SECRET=whsec_… CHAT_URL=https://chat.example.org/hooks/… python receive.py

Mutual is the queue: what is not answered with a 2xx comes again, for a day. So this program
answers only when the chat has taken the message, and may be killed at any moment. A delivery that
comes twice has the same `webhook-id` both times; the ids that are done are kept in a SQLite file.
"""

import contextlib
import os
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

LARGEST = 256 * 1024
# Mutual gives up after 10 seconds, and comes again.
CHAT_SECONDS = 8
# Longer than Mutual keeps deliveries that could be sent again by hand.
KEPT_SECONDS = 30 * 86_400


class Done:
    """The ids of deliveries that are dealt with, over restarts."""

    def __init__(self, path: str) -> None:
        self.file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.file.execute("CREATE TABLE IF NOT EXISTS done (id TEXT PRIMARY KEY, at REAL)")

    def __contains__(self, key: str) -> bool:
        return self.file.execute("SELECT 1 FROM done WHERE id = ?", (key,)).fetchone() is not None

    def add(self, key: str) -> None:
        self.file.execute("DELETE FROM done WHERE at < ?", (time.time() - KEPT_SECONDS,))
        self.file.execute("INSERT OR IGNORE INTO done VALUES (?, ?)", (key, time.time()))


class Handler(BaseHTTPRequestHandler):
    """One delivery: is it from Mutual, is it new, has the chat taken it?"""

    protocol_version = "HTTP/1.1"
    timeout = 30
    webhook: Webhook
    chat_url: str
    done: Done
    # Two of the same at once must not both find it new.
    turn = threading.Lock()

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))
        try:
            event = self.webhook.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError) as problem:
            print(f"not from Mutual: {problem}", file=sys.stderr, flush=True)
            return self.answer(401)
        key = self.headers["webhook-id"]
        with self.turn:
            if key not in self.done:
                try:
                    self.post(key, text_of(event))
                except httpx.HTTPError as problem:
                    print(f"the chat: {problem}", file=sys.stderr, flush=True)
                    return self.answer(502)  # Mutual will come again
                self.done.add(key)
        return self.answer(204)

    def post(self, key: str, text: str | None) -> None:
        if text is None:
            return
        httpx.post(
            self.chat_url,
            json={"text": text},
            headers={"Idempotency-Key": key},
            timeout=CHAT_SECONDS,
        ).raise_for_status()

    def answer(self, status: int) -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """What matters is said above."""


def text_of(event: dict[str, Any]) -> str | None:
    """What to say of a delivery, if anything."""
    if event["type"] == "stream.reset":
        return "New connections may have been missed: look at the list."
    if event["type"] != "request.accepted" or event["data"] is None:
        return None  # a test, or a kind this program does not know
    member = event["data"]["events"].get("member")
    if member is None:
        return None  # somebody who may no longer be seen
    text = ", ".join(filter(None, (member["name"], member["headline"])))
    # Or a member called <!channel> would wake everybody.
    for sign, harmless in ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"):
        text = text.replace(sign, harmless)
    return f"New connection: {text}"


def main() -> None:
    if "WEBHOOK_SECRET" not in os.environ or "CHAT_URL" not in os.environ:
        sys.exit("Set WEBHOOK_SECRET and CHAT_URL.")
    Handler.webhook = Webhook(os.environ["WEBHOOK_SECRET"])
    Handler.chat_url = os.environ["CHAT_URL"]
    Handler.done = Done(os.environ.get("DONE_FILE", "webhook-receiver.sqlite3"))
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8090"))), Handler)
    print(f"listening on {server.server_address[1]}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
