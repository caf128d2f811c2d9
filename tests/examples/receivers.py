"""The other side of the example programs: a CRM and a chat, as real HTTP servers."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent. `refuse` is the status it answers while it is down, 0 otherwise.
    While it is not `open` it lets callers wait, sets `waiting`, and never does what they ask.
    """

    daemon_threads = True

    def __init__(self, seconds_per_call: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seconds_per_call = seconds_per_call
        self.refuse = 0
        self.open = threading.Event()
        self.open.set()
        self.waiting = threading.Event()
        self.lock = threading.Lock()
        self.contacts: dict[str, dict[str, Any]] = {}
        self.messages: list[tuple[str, str]] = []
        self.calls = 0
        self.refused = 0

    def shut(self) -> None:
        """Let callers wait from now on."""
        self.waiting.clear()
        self.open.clear()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A program that was killed hangs up: nothing to say about it."""


class Handler(BaseHTTPRequestHandler):
    """PUT and DELETE /contacts/<id> of the CRM, POST of the chat."""

    server: Receiver
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Silence."""

    def _take(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        mine = self.server
        time.sleep(mine.seconds_per_call)
        status = mine.refuse
        if not mine.open.is_set():
            mine.waiting.set()
            mine.open.wait(60)
            status = 503
        with mine.lock:
            mine.calls += 1
            if status:
                mine.refused += 1
            else:
                status = self._carry_out(method, raw)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _carry_out(self, method: str, raw: bytes) -> int:
        mine, key = self.server, self.path.removeprefix("/contacts/")
        if method == "PUT":
            mine.contacts[key] = json.loads(raw)
        elif method == "POST":
            text = json.loads(raw)["text"]
            mine.messages.append((self.headers.get("Idempotency-Key", ""), text))
        elif mine.contacts.pop(key, None) is None:
            return 404
        return 200

    def do_PUT(self) -> None:
        self._take("PUT")

    def do_POST(self) -> None:
        self._take("POST")

    def do_DELETE(self) -> None:
        self._take("DELETE")


@contextlib.contextmanager
def receiver(seconds_per_call: float = 0.0) -> Iterator[Receiver]:
    """A running receiver."""
    server = Receiver(seconds_per_call)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.open.set()
        server.shutdown()
        server.server_close()
        thread.join()
