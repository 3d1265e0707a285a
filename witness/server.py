"""A witness's door: HTTP on an address of this machine, where a web server that speaks TLS may stand before it.

Nobody who calls is believed anything: a request is bounded in size, time and number, and its signature is checked first.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from compliance.format.cosigning import MAX_BODY, PATH, AddCheckpoint, read_request
from compliance.note import NoteError
from witness.answering import Answer
from witness.state import StateError

AT_ONCE = 32
PATIENCE_S = 10.0  # for the next bytes
ALL_S = 20.0  # for all that comes on one connection

Decide = Callable[[AddCheckpoint], Answer]
Told = Callable[[StateError], object]


class Server(ThreadingHTTPServer):
    """Answers on `address`. More than AT_ONCE connections are hung up on."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], decide: Decide, told: Told) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.decide, self.told = decide, told
        self._free = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread for it: the caller is hung up on, and its place is the next one's
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        over = threading.Timer(ALL_S, _cut, [request])  # whoever sends a byte now and then holds nobody's place for long
        over.daemon = True
        try:
            over.start()
            super().process_request_thread(request, client_address)
        except RuntimeError:  # no thread for the timer: nobody is served without one
            self.shutdown_request(request)
        finally:
            over.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in the middle is no news."""


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_S
    server_version = "giochoi-witness"
    sys_version = ""
    server: Server

    def do_POST(self) -> None:
        if self.path != PATH:
            self._answer(Answer(404, "only add-checkpoint is here\n"), last=True)
            return
        given = self.headers.get("Content-Length", "")
        if not (given.isascii() and given.isdigit()) or "Transfer-Encoding" in self.headers:
            self._answer(Answer(411, "say how long it is\n"), last=True)
        elif len(given) > 9 or int(given) > MAX_BODY:
            self._answer(Answer(413, f"longer than {MAX_BODY} bytes\n"), last=True)
        else:
            self._answer(self._decided(self.rfile.read(int(given))))

    def do_GET(self) -> None:
        self._answer(Answer(404 if self.path != PATH else 405, "only POST add-checkpoint is here\n"), last=True)

    def _decided(self, body: bytes) -> Answer:
        try:
            return self.server.decide(read_request(body))
        except NoteError as error:
            return Answer(400, f"{error}\n")
        except StateError as error:
            self.server.told(error)
            return Answer(500, "what this witness saw cannot be kept\n")

    def _answer(self, answer: Answer, *, last: bool = False) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        if last:  # what follows was not read
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """A witness keeps no list of who called when."""
