"""One request to somebody outside: what may be an address, and what a server cannot do to whoever asks."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress

import pytest

from host import posting
from host.posting import MOST, Reply, post, valid


@contextmanager
def server(*pieces, wait=None):
    """Answers one request with these bytes, one piece after the other; with `wait` set, never ends."""
    asked = []

    def answer(listener):
        line, _ = listener.accept()
        with line:
            asked.append(b"")
            while not asked[0].endswith(b"\r\n\r\nhello") and (more := line.recv(1 << 16)):  # the body comes by itself
                asked[0] += more
            try:
                for piece in pieces:
                    line.sendall(piece)
                while wait is not None and not wait.wait(0.02):
                    line.sendall(b"x")
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=[listener])
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/add", asked
        finally:
            if wait is not None:
                wait.set()
            thread.join()


def test_what_was_asked_and_answered():
    with server(b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 2\r\n\r\n5\n") as (url, asked):
        assert post(url, b"hello") == Reply(409, "text/x.tlog.size", b"5\n")
    assert asked[0].startswith(b"POST /add HTTP/1.1\r\n")
    assert asked[0].endswith(b"\r\n\r\nhello")


@pytest.mark.promise("Witnesses: An answer is limited in size and time, and no redirect is followed")
def test_no_redirect_is_followed():
    with server(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as (url, _):
        assert post(url, b"hello").status == 302


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx", b"\x00" * 70_000])
def test_what_is_no_answer_is_none(said):
    with server(said) as (url, _):
        assert post(url, b"hello").status == 0


@pytest.mark.promise("Witnesses: An answer is limited in size and time, and no redirect is followed")
def test_an_answer_without_end_is_cut_off():
    """By its size, and by the time that it takes."""
    with server(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * (MOST + 1), wait=threading.Event()) as (url, _):
        assert len(post(url, b"hello").body) == MOST


@pytest.mark.promise("Witnesses: An answer is limited in size and time, and no redirect is followed")
def test_one_that_drips_is_cut_off(monkeypatch):
    monkeypatch.setattr(posting, "ALL_S", 0.2)
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", wait=threading.Event()) as (url, _):
        assert post(url, b"hello").status == 0


def test_a_cut_leaves_its_tls_to_whoever_reads():
    """It is cut by another thread: the reader meets an end, not a half-undone TLS."""
    ours, theirs = socket.socketpair()
    with theirs, ssl.create_default_context().wrap_socket(
        ours, server_hostname="w.example", do_handshake_on_connect=False
    ) as line:
        posting._cut(line)
        with suppress(OSError):  # broken, or ended: as the system calls it
            assert line.read(1) == b""


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    reply = post(f"http://127.0.0.1:{port}", b"")
    assert reply.status == 0
    assert reply.body
    assert b"Errno" not in reply.body


GOOD = ("http://w.example", "https://w.example:8443/path", "http://[::1]:80")
BAD = (
    "http://", "file:///etc/passwd", "http://a@w.example", "http://w.example:0", "http://w.example:70000", "http://w.example/?q",
    "http://w.example/#f", "http://w.example/a b", "http://w.example/\r\nx", "http://[::1", "w.example", "http://phường.example",
)  # fmt: skip


@pytest.mark.parametrize("url", [*GOOD, *BAD])
def test_addresses(url):
    assert valid(url) is (url in GOOD)
