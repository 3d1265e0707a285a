"""One HTTP request to somebody outside, bounded in time and size. No proxies, no redirects: whoever is meant answers."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE_S = 10.0
ALL_S = 20.0
MOST = 1 << 16


@dataclass(frozen=True, slots=True)
class Reply:
    """`status` 0: nobody answered, and `body` says why."""

    status: int
    kind: str = ""
    body: bytes = b""


def valid(url: str) -> bool:
    """Whether this is an address that can be posted to."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username) and url.isascii() and url.isprintable() and " " not in url
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0 and plain


def post(url: str, body: bytes) -> Reply:
    """What the server at a `valid` address answers."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path or "/"
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=PATIENCE_S, context=ssl.create_default_context())
        if parts.scheme == "https" else http.client.HTTPConnection(host, parts.port, timeout=PATIENCE_S)
    )  # fmt: skip
    try:
        connection.connect()  # TLS included, each try of it within PATIENCE_S
        # Whoever sends a byte now and then does not hold us up for long.
        over = threading.Timer(ALL_S, _cut, [connection.sock])
        over.daemon = True
        over.start()
        try:
            connection.request("POST", path, body, {"Content-Type": "text/plain; charset=utf-8", "Connection": "close"})
            with connection.getresponse() as answer:
                said = answer.read(MOST)
                if answer.length and len(said) < MOST:
                    raise http.client.IncompleteRead(said, answer.length)
                return Reply(answer.status, answer.getheader("Content-Type", ""), said)
        finally:
            over.cancel()
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        why = (isinstance(error, OSError) and error.strerror) or str(error)
        return Reply(0, body=(why or type(error).__name__).encode(errors="replace"))
    finally:
        connection.close()


def _cut(connection: socket.socket) -> None:
    """Below TLS, whose own shutdown takes its state from under whoever reads: a ValueError there, or a read in the clear."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
